"""The process that is killed: the world of `bot.app` with a clock that is a file, doing what is due at given times."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import discord  # noqa: F401 - loaded once, before the children are forked
import slack_bolt.async_app  # noqa: F401
from rich.console import Console
from sqlalchemy import event
from sqlalchemy.pool import Pool

import bot.chat_discord
import bot.chat_slack
import bot.store.migrations  # noqa: F401
from bot.app import Extras, opened, run_once, stay_up
from bot.failpoints import FAIL_AT
from bot.telemetry import set_up_logging
from bot.world import World
from config.settings import Settings, load_settings
from digests.model import Destination, Feed, Subscription

R = TypeVar("R")
MOST_PAGES = 20_000
"""Pages a child's SQLite file may have (80 MB): a disk that can be filled by a test."""
CHANNELS = {"discord": "100", "slack": "C1"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a child is to do. `times`: ISO instants, one tick each; none: stay up until SIGTERM."""

    folder: Path
    database: str
    platform: str
    api_url: str
    feed: str
    times: tuple[str, ...]
    fail_at: str = ""
    at: str = "07:00"

    @property
    def clock(self) -> Clock:
        return Clock(self.folder / "clock")

    @property
    def report(self) -> Path:
        return self.folder / "report.json"

    @property
    def log(self) -> Path:
        return self.folder / "log"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock for all processes and stands of a case."""

    path: Path

    def now(self) -> datetime:
        return datetime.fromisoformat(self.path.read_text())

    def set(self, now: str) -> None:
        beside = self.path.with_suffix(f".{os.getpid()}")
        beside.write_text(now)
        beside.replace(self.path)


class Here:
    """Work done in this process: a child that lives for a second needs no worker processes."""

    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R:
        return function(*args)


def main(orders: Orders) -> None:
    """The whole life of a child. Exit code 0 if nothing stopped it."""
    os.environ[FAIL_AT] = orders.fail_at
    stream = orders.log.open("a")
    sys.stdout = sys.stderr = stream
    set_up_logging("info", "text", ())
    event.listen(Pool, "connect", _bounded)
    asyncio.run(_live(orders))


def _bounded(connection: Any, _: object) -> None:
    if "sqlite" in type(connection).__module__:
        connection.cursor().execute(f"PRAGMA max_page_count = {MOST_PAGES}")


async def _live(orders: Orders) -> None:
    settings = _settings(orders)
    host = orders.feed.split("/")[2]
    extras = Extras(
        allow_hosts=(host,), spacing=0.0, subscriptions=(_subscription(orders),), platforms=(orders.platform,)
    )
    async with opened(settings, Console(quiet=True), database=orders.database, extras=extras) as opened_world:
        world = replace(opened_world, clock=orders.clock.now, reading=Here(), thinking=Here())
        await world.store.add_feed(Feed(url=orders.feed, backfill=9, added=world.clock()))
        if orders.times:
            await _tick(world, orders)
        else:
            await _stay(world, settings)


async def _tick(world: World, orders: Orders) -> None:
    for instant in orders.times:
        orders.clock.set(instant)
        await run_once(world)
    paused = [s.paused_reason for s in await world.store.subscriptions() if s.paused]
    states = {state: count for state, count in (await world.store.pending_deliveries()).items() if count}
    orders.report.write_text(json.dumps({"states": states, "paused": paused}))


async def _stay(world: World, settings: Settings) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stay_up(world, settings, stop)


def _settings(orders: Orders) -> Settings:
    file = orders.folder / "chokan.toml"
    file.write_text("[engine]\nembeddings = false\n[web]\nenabled = false\n")
    environment = {
        "discord": {"DISCORD_TOKEN": "the.right.token", "DISCORD_API_URL": orders.api_url},
        "slack": {
            "SLACK_BOT_TOKEN": "xoxb-stand-1",
            "SLACK_APP_TOKEN": "xapp-stand-1",
            "SLACK_API_URL": orders.api_url,
        },
    }
    return load_settings(environment[orders.platform], file)


def _subscription(orders: Orders) -> Subscription:
    return Subscription(
        id="morning",
        destination=Destination(platform=orders.platform, channel=CHANNELS[orders.platform]),
        at=time.fromisoformat(orders.at),
        zone="UTC",
        language="en",
        created=datetime(2026, 1, 1, tzinfo=UTC),
    )
