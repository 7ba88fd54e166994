"""The archive for tests: the real server over a real SQLite store, filled through the store's own moments."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession
from loopback import serving
from lxml.html import HtmlElement, document_fromstring
from store_samples import FEED, NOW, article, digest, state

from bot.metrics import Metrics
from bot.store import SqlStore, open_store
from bot.web import application
from bot.web_access import AdminAccess, Pulse, Site
from config.catalogs import locales, templates
from digests.catalog import Catalogs
from digests.model import Article, Digest, Feed

BASE = "https://chokan.example.jp"
SITE = Site(base=BASE, public=True, language="en", zone="Asia/Tokyo", secret="s" * 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def page(self) -> HtmlElement:
        return document_fromstring(self.body, parser=None)

    def texts(self, path: str) -> list[str]:
        """The texts of what an XPath finds."""
        return [" ".join(element.text_content().split()) for element in self.page.xpath(path)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A running archive."""

    url: str
    store: SqlStore
    metrics: Metrics
    session: ClientSession

    async def get(self, path: str, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.get(self.url + path, headers=named, allow_redirects=False) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=found, body=await response.read())

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.url + path, data=fields, headers=named, allow_redirects=False) as response:
            found = {name.lower(): value for name, value in response.headers.items()}
            return Answer(status=response.status, headers=found, body=await response.read())

    async def holds(self, *names: str, feed: Feed = FEED, at: datetime = NOW) -> None:
        """These articles came with a poll of `feed` and were digested."""
        articles = [article(name, feed=feed.url, role=feed.role, first_seen=at) for name in names]
        await self.keeps([(a, replace(digest(a.id), url=a.url)) for a in articles], feed=feed)

    async def keeps(self, pairs: Sequence[tuple[Article, Digest]], *, feed: Feed = FEED) -> None:
        await self.store.add_feed(feed)
        for found, made in pairs:
            now = found.first_seen
            await self.store.save_poll(feed.url, state(), now=now, seen=[found.id], articles=[found])
            kept = made if feed.role == "source" else None
            await self.store.save_digest(found.id, kept, vector=b"\x00<" * 4, now=now)


@asynccontextmanager
async def archive(
    folder: Path, *, site: Site = SITE, pulse: Pulse | None = None, admin: AdminAccess | None = None
) -> AsyncIterator[Stand]:
    """An empty archive that a client can ask, for as long as the block runs."""
    store = await open_store(f"sqlite:///{folder / 'chokan.db'}", now=NOW)
    metrics = Metrics()
    pulse = pulse or Pulse(clock=lambda: NOW)
    app = application(store, site, Catalogs(locales()), templates(), metrics, pulse, admin)
    try:
        async with serving(app) as url, ClientSession() as session:
            yield Stand(url=url, store=store, metrics=metrics, session=session)
    finally:
        await store.close()
