"""A loopback site that says what a test tells it to, and a newsroom that polls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web
from databases import database
from rich.console import Console

from bot.app import Extras, opened
from bot.poll import Polled, poll
from bot.world import World
from config.settings import load_settings
from digests.model import Feed

TEXT = "市議会は十三日、新しい港の計画を可決した。工事は四月に始まる。費用は四億円で、国が半分を出す。" * 3


class Site:
    """A site whose answers a test sets by path."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, str]] = {}
        self.asked: list[str] = []
        self.base = ""

    def says(self, path: str, body: str, *, status: int = 200, kind: str = "text/html") -> None:
        self.answers[path] = (status, body, kind)

    def feed(self, path: str, *entries: str, dated: datetime | None = None) -> None:
        when = f"<pubDate>{dated:%a, %d %b %Y %H:%M:%S} GMT</pubDate>" if dated else ""
        items = "".join(
            f"<item><guid>{e}</guid><title>記事{e}</title><link>{self.base}/{e}</link>{when}</item>" for e in entries
        )
        body = f"<rss version='2.0'><channel><title>港新報</title>{items}</channel></rss>"
        self.says(path, body, kind="application/rss+xml")

    def page(self, name: str, text: str = TEXT) -> None:
        self.says(f"/{name}", f"<html lang='ja'><title>記事{name}</title><article><p>{text}</p></article></html>")

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path)
        status, body, kind = self.answers.get(request.path, (404, "", "text/html"))
        return web.Response(status=status, text=body, content_type=kind)

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/{path:.*}", self.handle)
        return app


@asynccontextmanager
async def world_of(site: Site, folder: Path) -> AsyncIterator[World]:
    settings = load_settings({})
    extras = Extras(allow_hosts=[urlsplit(site.base).netloc], spacing=0.0, platforms=())
    async with (
        database("sqlite", folder) as url,
        opened(settings, Console(quiet=True), database=url, extras=extras) as world,
    ):
        yield world


async def polled(world: World, url: str, *, backfill: int = 0) -> Polled:
    await world.store.add_feed(Feed(url=url, backfill=backfill, added=world.clock()))
    (result,) = await poll(world, urls=[url])
    return result


async def titles(world: World) -> set[str]:
    return {article.title for article in await world.store.claim_undigested(world.clock(), lease=1, limit=100)}
