"""A real headless Chromium for tests, and axe-core to look for what keeps people out; both skip where there is none."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
PROGRAM = next((found for name in NAMES if (found := shutil.which(name))), None)


def needs_chromium() -> None:
    """Skip, and say what is missing."""
    if PROGRAM is None:
        pytest.skip("no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)")
    pytest.importorskip("playwright.async_api", reason="playwright is not installed")


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    """Playwright's `Browser` over the machine's own Chromium."""
    from playwright.async_api import async_playwright

    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=PROGRAM, args=["--disable-gpu", *sandbox])
        try:
            yield browser
        finally:
            await browser.close()


async def barriers(page: Any) -> list[str]:
    """What axe-core finds by the rules of WCAG 2.2 A and AA and by its best practices: rule and element."""
    from axe_playwright_python.async_playwright import Axe

    found = await Axe().run(page)
    return [f"{rule['id']}: {node['html'][:120]}" for rule in found.response["violations"] for node in rule["nodes"]]
