"""What is offered while somebody types: feeds, titles, days, subscriptions, zones, all from memory.

The jobs refresh it after each round; a process that runs none refreshes it in the background when it is asked.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.commands import QUERY, Suggestion
from bot.zone_names import known_zones
from digests.catalog import Catalog
from digests.days import day_asked
from digests.errors import StoreError
from digests.layout import day_text
from digests.model import Destination, Feed, Subscription
from digests.redact import CUT, redacted
from digests.store import PUBLIC, Store, Titled
from digests.urls import site_of

log = logging.getLogger("chokan.shelf")

CHOICES = 25
LABEL = 100
STALE = 60.0
"""Seconds after which what is remembered is looked up anew."""
TITLES = 200
PRIVATE_TITLES = 5000
"""Of all tenants together."""
DAYS = 60


@dataclass(slots=True, kw_only=True)
class Shelf:
    """Everything suggestions are made of. Read without waiting, replaced as a whole."""

    feeds: tuple[Feed, ...] = ()
    titles: tuple[Titled, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    zones: tuple[str, ...] = ()
    at: float = -STALE
    refreshing: asyncio.Task[None] | None = None

    async def refresh(self, store: Store) -> None:
        """Take in what the store holds now. Raises `StoreError`."""
        health = await store.feeds(viewer=None)
        self.titles = await store.titles(public=TITLES, private=PRIVATE_TITLES)
        self.feeds = tuple(h.feed for h in health if h.feed.role == "source")
        self.subscriptions = await store.subscriptions()
        self.owners = await store.feed_owners()
        self.zones = self.zones or await asyncio.to_thread(known_zones)
        self.at = time.monotonic()

    def refresh_soon(self, store: Store) -> None:
        """In the background, when it is old and nothing refreshes it yet."""
        if time.monotonic() - self.at < STALE or (self.refreshing and not self.refreshing.done()):
            return
        self.refreshing = asyncio.create_task(self._refreshed(store))

    async def _refreshed(self, store: Store) -> None:
        try:
            await self.refresh(store)
        except StoreError as error:
            log.warning("shelf.stale error=%s", error)

    def hides(self, feed: str | None, origin: Destination | None) -> bool:
        return hidden(feed, origin, self.owners)


def tenant_of(origin: Destination | None) -> str:
    """`discord:123`: who owns feeds and subscriptions; empty in a direct message."""
    return f"{origin.platform}:{origin.tenant}" if origin and origin.tenant else ""


def viewer_of(origin: Destination | None) -> str:
    """Whose eyes somebody's are: their tenant's; in direct messages their own, in that conversation."""
    if origin is None:
        return PUBLIC
    return tenant_of(origin) or f"{origin.platform}:@{origin.channel}"


def hidden(feed: str | None, origin: Destination | None, owners: Mapping[str, frozenset[str]]) -> bool:
    """Is this the feed of other tenants only?"""
    mine = owners.get(feed or "")
    return mine is not None and tenant_of(origin) not in mine


def owned(subscription: Subscription, origin: Destination | None) -> bool:
    """Is this a subscription of the place somebody asks from: its server or workspace, or the very channel?"""
    if origin is None or subscription.destination.platform != origin.platform:
        return False
    there = subscription.destination
    return (bool(origin.tenant) and there.tenant == origin.tenant) or there.channel == origin.channel


def suggestions(
    shelf: Shelf,
    kind: str,
    typed: str,
    catalog: Catalog,
    origin: Destination | None,
    today: date,
    *,
    most: int = CHOICES,
) -> tuple[Suggestion, ...]:
    """At most 25 choices (or `most`) of an option's kind that have what was typed."""
    makers: dict[str, Callable[[], Iterator[Suggestion]]] = {
        "feed": lambda: _feeds(shelf, typed, origin),
        "url": lambda: _titles(shelf, typed, origin, by_title=False),
        "text": lambda: _titles(shelf, typed, origin, by_title=True),
        "article": lambda: _articles(shelf, typed, origin),
        "date": lambda: _days(typed, catalog, today),
        "subscription": lambda: _subscriptions(shelf, typed, origin),
        "zone": lambda: (Suggestion(label=zone, value=zone) for zone in shelf.zones if _has(typed, zone)),
    }
    found: dict[str, Suggestion] = {}
    for suggestion in makers[kind]() if kind in makers else ():
        found.setdefault(suggestion.value, suggestion)
        if len(found) == most:
            break
    return tuple(found.values())


def feed_value(url: str) -> str:
    """A feed as an option's value, which members see: its address, or the beginning of it where that is too long or
    goes on with a token."""
    return redacted(url).split(CUT, 1)[0][:LABEL]


def _feeds(shelf: Shelf, typed: str, origin: Destination | None) -> Iterator[Suggestion]:
    for feed in shelf.feeds:
        if not shelf.hides(feed.url, origin) and _has(typed, feed.title, feed.url):
            yield Suggestion(label=(feed.title or site_of(feed.url))[:LABEL], value=feed_value(feed.url))


def _shown(one: Titled, origin: Destination | None) -> bool:
    return one.tenants is None or tenant_of(origin) in one.tenants


def _titles(shelf: Shelf, typed: str, origin: Destination | None, *, by_title: bool) -> Iterator[Suggestion]:
    for one in shelf.titles:
        if _shown(one, origin) and _has(typed, one.title, one.url):
            address = one.url if len(one.url) <= LABEL else one.id
            yield Suggestion(label=one.title[:LABEL], value=one.title[:QUERY] if by_title else address)


def _articles(shelf: Shelf, typed: str, origin: Destination | None) -> Iterator[Suggestion]:
    for one in shelf.titles:
        if _shown(one, origin) and _has(typed, one.title):
            yield Suggestion(label=one.title[:LABEL], value=one.id)


def _days(typed: str, catalog: Catalog, today: date) -> Iterator[Suggestion]:
    asked = day_asked(typed, today)
    days: Sequence[date] = [today - timedelta(days=back) for back in range(DAYS)]
    for day in (*((asked,) if asked else ()), *days):
        label = day_text(day, catalog)
        if day == asked or _has(typed, label, day.isoformat()):
            yield Suggestion(label=label, value=day.isoformat())


def _subscriptions(shelf: Shelf, typed: str, origin: Destination | None) -> Iterator[Suggestion]:
    titles = {feed.url: feed.title or site_of(feed.url) for feed in shelf.feeds}
    for one in shelf.subscriptions:
        label = f"{one.id} · {one.at:%H:%M} · {', '.join(titles.get(url) or site_of(url) for url in one.feeds) or '*'}"
        if owned(one, origin) and _has(typed, label):
            yield Suggestion(label=label[:LABEL], value=one.id)


def _has(typed: str, *texts: str) -> bool:
    return any(typed.casefold().strip() in text.casefold() for text in texts)
