"""The first visit: `chokan run` with nothing configured prints a morning edition and ends well, twice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from loopback import answering
from rich.console import Console

from bot.app import opened
from bot.cli_run import sample_extras
from bot.sample import sample_sites
from config.settings import load_settings
from digests.errors import AddressNotAllowed

ROOT = Path(__file__).resolve().parent.parent


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "TMPDIR")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *words],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_first_run_prints_an_edition_in_each_language_and_says_what_next(tmp_path: Path) -> None:
    (tmp_path / "chokan.toml").write_text("[engine]\nembeddings = false\n", encoding="utf-8")
    first, second = run(tmp_path, "run"), run(tmp_path, "run")
    assert (first.returncode, first.stderr) == (0, "")
    assert second.returncode == 0
    for said in ("記事 12本", "8 articles", "結論", "Conclusion", "(1)", "chokan feeds add"):
        assert said in first.stdout
    for number in "1234":
        assert first.stdout.count(f"\n {number}. ") == 6
    found = run(tmp_path, "search", "地震")
    assert found.returncode == 0
    assert "地震" in found.stdout


async def test_the_sample_run_reaches_its_own_sites_and_nothing_else_here(tmp_path: Path) -> None:
    asked: list[bytes] = []

    async def listen(head: bytes, writer: asyncio.StreamWriter) -> None:
        asked.append(head)

    database = f"sqlite:///{tmp_path}/sample.db"
    async with (
        answering(listen) as canary,
        sample_sites() as sites,
        opened(load_settings({}), Console(quiet=True), database=database, extras=sample_extras(sites)) as world,
    ):
        assert [(await world.fetch(site.feed_url)).status for site in sites] == [200] * 3
        with pytest.raises(AddressNotAllowed):
            await world.fetch(f"{canary}/feed.xml")
    assert asked == []
