"""A feed as an edition of it would look: its three newest articles, digested now where they are not there yet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.finding import Asker
from bot.jobs import look_up
from bot.poll import PARSE_SECONDS
from bot.world import World
from digests.edition import edition_of, slot_now
from digests.errors import ChokanError
from digests.feeds import parse_feed
from digests.layout import edition_sheets
from digests.message import Message
from digests.model import Article, Digest, Entry, Subscription
from digests.store import Hit
from digests.urls import article_id, site_of

PREVIEWED = 3
LOOKED_AT = 30
"""Stored articles among which the newest are looked for: what one poll brought came at one instant."""


class Offered(NamedTuple):
    """What a feed is called (its site where it has no title), and digests of its newest articles."""

    title: str
    digests: tuple[Digest, ...]


class Offer:
    """Looks at a feed; posts and keeps nothing but the articles it has read."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def newest(self, asker: Asker, feed: str) -> Offered:
        """The three newest articles of a feed, digested now where they are not yet."""
        # Who gives a feed's address may see what it brought, whoever else it belongs to.
        stored = sorted(await self.world.store.latest(limit=LOOKED_AT, feed=feed), key=_age)
        held = [hit.digest for hit in stored if hit.digest][:PREVIEWED]
        found = [await self._without_others(asker, digest) for digest in held] if len(held) == PREVIEWED else []
        title = next((one.feed.title for one in await self.world.store.feeds() if one.feed.url == feed), "")
        if found and title:
            return Offered(title=title, digests=tuple(found))
        response = await self.world.recent.get(feed, self.world.fetch, self.world.clock)
        work = (response.body, response.url, dict(response.headers))
        title, entries = await self.world.reading.run(_entries, *work, seconds=PARSE_SECONDS)
        fresh = () if found else entries[:PREVIEWED]
        made = await asyncio.gather(*(self._digest_of(asker, entry) for entry in fresh))
        digests = found or [digest for digest in made if digest]
        return Offered(title=title or site_of(feed), digests=tuple(digests))

    async def _without_others(self, asker: Asker, digest: Digest) -> Digest:
        """Related links may lead to what only other owners of the feed know."""
        named = {article_id(link.url): link for link in digest.related}
        known = {article.id for article in await self.world.store.articles(list(named))}
        seen = await self.world.store.visible(list(named), asker.viewer)
        return replace(digest, related=tuple(link for id_, link in named.items() if id_ in seen or id_ not in known))

    async def _digest_of(self, asker: Asker, url: str) -> Digest | None:
        """None for an article that cannot be read: the others are shown all the same."""
        try:
            return await look_up(self.world, url, asker.viewer)
        except ChokanError:
            return None

    def as_posted(self, order: Subscription, digests: Sequence[Digest]) -> tuple[Message, ...]:
        """The overview and the digests as this subscription would post them."""
        chat = self.world.chats.get(order.destination.platform)
        if chat is None or not digests:
            return ()
        hits = [_hit(digest, self.world.clock()) for digest in digests]
        edition = edition_of(order, slot_now(order, self.world.clock()), hits, self.world.clock())
        sheets = edition_sheets(edition, hits, order, self.world.catalogs, chat.limits, chat.cost, None)
        return tuple(sheet.message for sheet in sheets[: PREVIEWED + 1])


def _age(hit: Hit) -> float:
    """The newest first: what one poll brought has one instant, and dates of its own."""
    return -(hit.article.published or hit.article.first_seen).timestamp()


def _hit(digest: Digest, now: datetime) -> Hit:
    host = urlsplit(digest.url or "").hostname or ""
    article = Article(
        id=digest.id,
        url=digest.url or "",
        site=host,
        publisher=host,
        language=digest.language_of_text,
        title=digest.title,
        text="",
        published=digest.published,
        first_seen=now,
    )
    return Hit(article=article, digest=digest, score=1.0)


def _entries(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """A feed's title and the addresses of its newest entries, in a worker. Raises `NotAFeed`."""
    parsed = parse_feed(body, url=url, headers=headers)
    dated: Sequence[Entry] = sorted(parsed.entries, key=_when, reverse=True)
    return parsed.title, tuple(entry.url for entry in dated if entry.url)


def _when(entry: Entry) -> float:
    """Entries without a date keep the feed's order, after the others."""
    at = entry.published or entry.updated
    return at.timestamp() if at else 0.0
