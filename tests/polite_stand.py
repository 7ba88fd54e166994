"""A site that writes down every request byte for byte, a world that polls it, and a clock that is set by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from databases import database
from loopback import serving
from rich.console import Console

from bot.app import Extras, opened
from bot.poll import Polled, poll
from bot.world import World
from config.settings import load_settings
from digests.model import Feed, FeedState

R = TypeVar("R")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
WORDS = "The council voted on Monday to rebuild the harbour wall. Work begins in April and costs four million. " * 4

Answer = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


@dataclass
class Wall:
    """A clock on the wall: it shows what it is set to."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, span: timedelta) -> None:
        self.now += span


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    at: datetime
    method: str
    path: str
    headers: Sequence[tuple[bytes, bytes]]

    def says(self, name: str) -> str | None:
        return next((v.decode() for k, v in self.headers if k.decode().lower() == name.lower()), None)

    @property
    def conditional(self) -> bool:
        return bool(self.says("If-None-Match") or self.says("If-Modified-Since"))


@dataclass
class PoliteSite:
    """Answers by path; a path nobody set is 404."""

    wall: Wall
    base: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def says(self, path: str, status: int = 200, body: str | bytes = "", /, **headers: str) -> str:
        """Answer so from now on; the address. Header names with underscores for dashes; `date` defaults to the wall."""
        data = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(status=status, body=data, headers=named)

        self.answers[path] = answer
        return self.base + path

    def feed(self, path: str = "/feed", *hours_ago: float, more: str = "", **headers: str) -> str:
        """An RSS feed whose entries came so many hours before the wall's time; `more` goes into its channel."""
        return self.says(path, 200, rss(self.base, self.wall.now, hours_ago or (1, 25, 49), more), **headers)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(Asked(self.wall.now, request.method, request.raw_path, request.raw_headers))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            found = self.answers.get(request.path)
            if found is None:
                return web.Response(status=404)
            said = found(request)
            return said if isinstance(said, web.StreamResponse) else await said
        finally:
            self.at_once -= 1

    def of(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.split("?")[0] == path]


def rss(base: str, now: datetime, hours_ago: Sequence[float], more: str = "") -> str:
    items = "".join(
        f"<item><guid>{moment:%Y%m%d%H%M%S}</guid><title>Item of {moment:%d %b %H:%M}</title>"
        f"<link>{base}/a/{moment:%Y%m%d%H%M%S}</link><description>{WORDS}</description>"
        f"<pubDate>{moment:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
        for moment in (now - timedelta(hours=hours) for hours in hours_ago)
    )
    space = "xmlns:sy='http://purl.org/rss/1.0/modules/syndication/' xmlns:atom='http://www.w3.org/2005/Atom'"
    return f"<rss version='2.0' {space}><channel><title>Harbour News</title>{more}{items}</channel></rss>"


@dataclass
class Beat:
    """The world, its clock, and the sites it may visit."""

    world: World
    wall: Wall
    site: PoliteSite
    folder: Path
    others: tuple[PoliteSite, ...] = ()

    async def add(self, url: str, *, backfill: int = 0) -> str:
        await self.world.store.add_feed(Feed(url=url, backfill=backfill, added=self.wall.now))
        return url

    async def state(self, url: str = "") -> FeedState:
        healths = await self.world.store.feeds()
        return next(health.state for health in healths if url in ("", health.feed.url))

    async def polled(self) -> list[Polled]:
        """What one round of the poll job does now."""
        return list(await poll(self.world))

    async def polls(self, times: int) -> list[timedelta]:
        """So many polls of the only feed, each as soon as it is due; the waits between them."""
        waits = []
        for _ in range(times):
            await self.polled()
            due = (await self.state()).next_poll
            assert due is not None
            waits.append(due - self.wall.now)
            self.wall.now = due
        return waits

    async def through(self, span: timedelta, step: timedelta = timedelta(minutes=15)) -> None:
        """Let the clock run, with a round of polling at every step."""
        end = self.wall.now + span
        while self.wall.now < end:
            await self.polled()
            self.wall.wait(step)


class Here:
    """Reads in this process: what feeds say here is no danger, and a worker costs more than most of these tests."""

    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R:
        return function(*args)


@asynccontextmanager
async def beat(folder: Path, *, sites: int = 1, spacing: float = 0.0) -> AsyncIterator[Beat]:
    """`sites`: how many hosts there are (each a port of its own)."""
    wall = Wall()
    async with AsyncExitStack() as stack:
        made = [PoliteSite(wall) for _ in range(sites)]
        for site in made:
            app = web.Application()
            app.router.add_route("*", "/{tail:.*}", site.handle)
            site.base = await stack.enter_async_context(serving(app))
        url = await stack.enter_async_context(database("sqlite", folder))
        world = await stack.enter_async_context(world_at(url, wall, made, spacing))
        yield Beat(world, wall, made[0], folder, tuple(made[1:]))


@asynccontextmanager
async def world_at(url: str, wall: Wall, sites: Sequence[PoliteSite], spacing: float = 0.0) -> AsyncIterator[World]:
    """A process on that database, with nothing of an earlier one in its memory."""
    extras = Extras(
        allow_hosts=[urlsplit(site.base).netloc for site in sites], spacing=spacing, platforms=(), clock=wall
    )
    async with opened(load_settings({}), Console(quiet=True), database=url, extras=extras) as world:
        yield replace(world, embeddings=False, reading=Here())
