"""The archive as a process: `chokan run` serves it, `chokan web` serves it alone, and a taken port is said plainly."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession
from rich.console import Console
from store_samples import FEED, article, digest, state, subscription

from bot.app import opened, stay_up
from bot.app_web import site_of
from bot.store import open_store
from bot.web import bound
from bot.web_access import token_of
from config.settings import Settings, SettingsError, load_settings
from digests.errors import ConfigError, NotListening


def configured(folder: Path, web: str, **environment: str) -> Settings:
    file = folder / "chokan.toml"
    file.write_text(f"[engine]\nembeddings = false\n\n[web]\n{web}\n", encoding="utf-8")
    return load_settings({"DATABASE_URL": f"sqlite:///{folder / 'chokan.db'}", **environment}, file)


@asynccontextmanager
async def up(settings: Settings) -> AsyncIterator[None]:
    """Everything `chokan run` keeps running, for as long as the block runs."""
    stop = asyncio.Event()
    async with opened(settings, Console(quiet=True)) as world:
        running = asyncio.create_task(stay_up(world, settings, stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(running, 30)


async def asked(url: str, *, until: int, patience: float = 60) -> tuple[int, str]:
    """Ask until the answer is `until`; the last answer when patience ends."""
    last = (0, "")
    async with ClientSession() as session, asyncio.timeout(patience):
        while last[0] != until:
            try:
                async with session.get(url) as response:
                    last = (response.status, await response.text())
            except OSError:
                await asyncio.sleep(0.05)
    return last


def free_port() -> int:
    with bound("127.0.0.1", 0) as listener:
        port: int = listener.getsockname()[1]
    return port


async def test_what_stays_up_serves_the_archive_and_beats(tmp_path: Path) -> None:
    port = free_port()
    async with up(configured(tmp_path, f"port = {port}")):
        assert (await asked(f"http://127.0.0.1:{port}/readyz", until=200))[0] == 200
        metrics = (await asked(f"http://127.0.0.1:{port}/metrics", until=200))[1]
        assert 'chokan_job_age_seconds{job="heartbeat"}' in metrics
    with bound("127.0.0.1", port):
        pass  # the port is free again


async def test_switched_off_nothing_listens(tmp_path: Path) -> None:
    port = free_port()
    async with up(configured(tmp_path, f"enabled = false\nport = {port}")):
        await asyncio.sleep(0.2)
        with bound("127.0.0.1", port):
            pass


async def test_a_taken_port_ends_the_start_with_one_line(tmp_path: Path) -> None:
    with bound("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        async with opened(configured(tmp_path, f"port = {port}"), Console(quiet=True)) as world:
            with pytest.raises(NotListening, match="another program uses the port; set another port"):
                await stay_up(world, configured(tmp_path, f"port = {port}"), asyncio.Event())


async def test_the_containers_health_check_is_what_readyz_says(tmp_path: Path) -> None:
    port = free_port()
    check = Path(__file__).resolve().parent.parent / "ops" / "health.py"

    async def code() -> int:
        child = await asyncio.create_subprocess_exec(sys.executable, str(check), f"http://127.0.0.1:{port}/readyz")
        return await asyncio.wait_for(child.wait(), 20)

    assert await code() == 1
    async with up(configured(tmp_path, f"port = {port}")):
        await asked(f"http://127.0.0.1:{port}/readyz", until=200)
        assert await code() == 0


# --- the verb --------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def process(folder: Path, *words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *words,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(Path(__file__).resolve().parent.parent), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.communicate()


async def filled(path: Path) -> None:
    store = await open_store(f"sqlite:///{path}")
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=article("a").first_seen, articles=[article("a")])
    await store.save_digest("a", digest("a"), vector=b"", now=article("a").first_seen)
    await store.save_subscription(subscription("mine"))
    await store.save_subscription(replace(subscription("open"), public=True))
    await store.close()


async def test_web_serves_the_samples_archive_until_told_to_stop(tmp_path: Path) -> None:
    await filled(tmp_path / "chokan-sample.db")
    async with process(tmp_path, "web", "--port", "0") as child:
        assert child.stdout
        line = (await asyncio.wait_for(child.stdout.readline(), 30)).decode()
        found = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert found, line
        assert "見出し a" in (await asked(found[0], until=200))[1]
        child.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(child.wait(), 15) == 0


async def test_web_without_an_archive_says_what_to_do_and_makes_none(tmp_path: Path) -> None:
    async with process(tmp_path, "web") as child:
        _, errors = await asyncio.wait_for(child.communicate(), 30)
    assert (child.returncode, errors.decode()) == (
        1,
        "chokan: there is no archive here yet; make one with: chokan run\n",
    )
    assert list(tmp_path.iterdir()) == []


async def test_web_links_tells_the_address_of_every_subscription(tmp_path: Path) -> None:
    await filled(tmp_path / "chokan.db")
    secret = "a secret of some length"
    async with process(tmp_path, "web", "--links", WEB_TOKEN=secret) as child:
        output, _ = await asyncio.wait_for(child.communicate(), 30)
    base = "http://127.0.0.1:8470/s"
    assert output.decode().splitlines() == [
        f"mine  {base}/mine?token={token_of(secret, 'mine')}",
        f"open  {base}/open",
    ]


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["chokan.example.jp", "ftp://x.example", "https://", "https://x.example/?q", "https://a@b"]
)
def test_a_public_url_that_is_no_site_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"chokan.toml:5: web.public_url: .* is not the address of a site"):
        configured(tmp_path, f'public_url = "{url}"')


def test_a_public_url_is_the_base_of_every_address(tmp_path: Path) -> None:
    site = site_of(configured(tmp_path, 'public_url = "https://x.example/chokan/"'))
    assert (site.base, site.path, site.public) == ("https://x.example/chokan", "/chokan", True)


@pytest.mark.parametrize(("host", "base"), [("0.0.0.0", "http://127.0.0.1:8470"), ("::1", "http://[::1]:8470")])
def test_without_one_it_is_what_a_browser_here_can_open(tmp_path: Path, host: str, base: str) -> None:
    assert site_of(configured(tmp_path, f'host = "{host}"')).base == base


def test_a_token_that_can_be_guessed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="WEB_TOKEN: shorter than 16 characters"):
        site_of(configured(tmp_path, "", WEB_TOKEN="short"))
