"""What admins do from chat: subscribe, change, pause, ask why. Knows no platform; a tenant sees and changes only what
is its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from hashlib import blake2b
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.admin_words import (
    finding_lines,
    reasons,
    state_lines,
    subscription_actions,
    subscription_line,
)
from bot.commands import Press, Reply, Request
from bot.delivery import resume
from bot.finding import Asker, guessed_zone
from bot.jobs import look_up, publish_slot
from bot.poll import discover
from bot.shelf import owned, tenant_of
from bot.world import World
from digests.answers import described
from digests.catalog import Catalog
from digests.edition import edition_of, ranked, slot_now
from digests.errors import ChokanError
from digests.feeds import parse_feed
from digests.layout import edition_sheets
from digests.model import LAYOUTS, LENGTHS, Article, Destination, Digest, Entry, Feed, Message, Subscription
from digests.ports import Hit
from digests.urls import article_id

PREVIEWED = 3
LOOKED_AT = 30
"""Stored articles among which the newest are looked for: what one poll brought came at one instant."""
BACKFILL = 3
"""Articles already in a feed that count as new for its first edition: the ones that were previewed."""
READ_SECONDS = 20.0
WORDS = 20
"""Most words of a filter."""
DAYS: Mapping[str, frozenset[int]] = {
    "every-day": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
}
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_TIME = re.compile(r"([01]?\d|2[0-3])\s*(?:[:：時h.]\s*([0-5]\d)?\s*分?)?")
Handler = Callable[[], Awaitable[Reply]]


class Unclear(ChokanError):
    """What an admin asked cannot be done as asked; `key` and `values` say why in the catalog's words."""

    kind = "unclear"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class Admin:
    """Answers to `/digest-admin` and its buttons. Raises `ChokanError`."""

    def __init__(self, world: World, *, most_feeds: int, most_subscriptions: int) -> None:
        self.world = world
        self._most_feeds, self._most_subscriptions = most_feeds, most_subscriptions

    async def answer(self, request: Request, asker: Asker) -> Reply:
        given, which = request.options, request.options.get("subscription", "")
        here = _place(asker, allowed=request.admin)
        handlers: dict[str, Handler] = {
            "subscribe": lambda: self._subscribe(asker, here, given),
            "edit": lambda: self._edit(asker, which, given),
            "pause": lambda: self._pause(asker, which),
            "resume": lambda: self._resume(asker, which),
            "remove": lambda: self._remove(asker, which),
            "list": lambda: self._list(asker),
            "preview": lambda: self._preview(asker, here, given.get("url", "")),
            "send-now": lambda: self._send_now(asker, which),
            "why": lambda: self._why(asker, given.get("article", "")),
            "feeds": lambda: self._feeds(asker),
            "check": lambda: self._check(asker, here),
        }
        return await handlers[request.command]()

    async def press(self, press: Press, asker: Asker) -> Reply:
        """A button under a subscription: `admin-pause`, `admin-resume`, `admin-remove`, `admin-send-now`."""
        _place(asker, allowed=press.admin)
        handlers: dict[str, Handler] = {
            "admin-pause": lambda: self._pause(asker, press.value),
            "admin-resume": lambda: self._resume(asker, press.value),
            "admin-remove": lambda: self._remove(asker, press.value),
            "admin-send-now": lambda: self._send_now(asker, press.value),
        }
        handler = handlers.get(press.verb)
        if handler is None:
            raise Unclear("command.gone")
        return await handler()

    # --- subscribing --------------------------------------------------------------------------------------------------

    async def _subscribe(self, asker: Asker, here: Destination, given: Mapping[str, str]) -> Reply:
        mine = await self._mine(asker)
        wishes = {name: value for name, value in given.items() if name != "url"}
        wished = changed(_defaults(here, asker.catalog, self.world.clock()), wishes, asker.catalog)
        await self._room(asker, mine)
        feed = await discover(self.world, addressed(given["url"]))
        joined = None if wishes else next((s for s in mine if s.destination.channel == here.channel), None)
        if joined and feed in joined.feeds:
            raise Unclear("admin.subscribe.already", subscription=joined.id)
        digests = await self._newest(asker, feed)
        await self._adopt(feed, asker)
        fresh = replace(wished, id=new_id(here, feed, wished.at), keeper=asker.reader)
        order = joined if joined and joined.origin == "chat" else fresh
        order = replace(order, feeds=tuple(dict.fromkeys((*order.feeds, feed))))
        await self.world.store.save_subscription(order)
        return self._card(asker, "admin.subscribe.done", order, self._as_posted(order, digests))

    async def _room(self, asker: Asker, mine: Sequence[Subscription]) -> None:
        """Raises `Unclear` where a quota is used up."""
        owners = await self.world.store.feed_owners()
        feeds = sum(tenant_of(asker.origin) in tenants for tenants in owners.values())
        if len(mine) >= self._most_subscriptions:
            raise Unclear("admin.quota.subscriptions", most=self._most_subscriptions)
        if feeds >= self._most_feeds:
            raise Unclear("admin.quota.feeds", most=self._most_feeds)

    async def _adopt(self, feed: str, asker: Asker) -> None:
        """A feed nobody had is the tenant's own; one of another tenant's becomes theirs too; the rest are public."""
        now, tenant = self.world.clock(), tenant_of(asker.origin)
        known = {health.feed.url for health in await self.world.store.feeds()}
        owners = await self.world.store.feed_owners()
        if feed not in known or feed in owners:
            await self.world.store.own_feed(feed, tenant, now)
        if feed not in known:
            await self.world.store.add_feed(Feed(url=feed, backfill=BACKFILL, added=now), public=False)

    async def _newest(self, asker: Asker, feed: str) -> list[Digest]:
        """Digests of the three newest articles of a feed, made now where they are not there yet."""
        # Who gives a feed's address may see what it brought, whoever else it belongs to.
        stored = ranked(await self.world.store.latest(limit=LOOKED_AT, feed=feed))
        found = [hit.digest for hit in stored if hit.digest][:PREVIEWED]
        if len(found) == PREVIEWED:
            return [await self._without_others(asker, digest) for digest in found]
        response = await self.world.fetch(feed, kind="feed")
        work = (response.body, response.url, dict(response.headers))
        entries = await self.world.reading.run(_entries, *work, seconds=READ_SECONDS)
        made = await asyncio.gather(*(self._digest_of(asker, entry) for entry in entries[:PREVIEWED]))
        return [digest for digest in made if digest]

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

    def _as_posted(self, order: Subscription, digests: Sequence[Digest]) -> tuple[Message, ...]:
        """The overview and the digests as this subscription would post them."""
        chat = self.world.chats.get(order.destination.platform)
        if chat is None or not digests:
            return ()
        hits = [_hit(digest, self.world.clock()) for digest in digests]
        edition = edition_of(order, slot_now(order, self.world.clock()), hits, self.world.clock())
        sheets = edition_sheets(edition, hits, order, self.world.catalogs, chat.limits, chat.cost, None)
        return tuple(sheet.message for sheet in sheets[: PREVIEWED + 1])

    async def _preview(self, asker: Asker, here: Destination, url: str) -> Reply:
        order, feeds = _defaults(here, asker.catalog, self.world.clock()), []
        if url:
            feeds = [await discover(self.world, addressed(url))]
        else:
            order = await self._one(asker, "")
            feeds = list(order.feeds)
        if not feeds:
            raise Unclear("admin.preview.none")
        digests = await self._newest(asker, feeds[0])
        if not digests:
            raise Unclear("admin.preview.none")
        names = await self._names()
        said = asker.catalog("admin.preview.done", feed=names.get(feeds[0]) or urlsplit(feeds[0]).hostname)
        message = described(asker.catalog("admin.preview.title"), [said], asker.catalog)
        return Reply(message=message, more=self._as_posted(order, digests))

    # --- changing -----------------------------------------------------------------------------------------------------

    async def _edit(self, asker: Asker, which: str, given: Mapping[str, str]) -> Reply:
        order = await self._one(asker, which, to_change=True)
        wishes = {name: value for name, value in given.items() if name != "subscription"}
        if not wishes:
            raise Unclear("admin.edit.nothing")
        order = changed(order, wishes, asker.catalog)
        await self.world.store.save_subscription(order)
        return self._card(asker, "admin.edit.done", order)

    async def _pause(self, asker: Asker, which: str) -> Reply:
        order = await self._one(asker, which)
        await self.world.store.pause_subscription(order.id, asker.catalog("admin.pause.reason"))
        return self._card(asker, "admin.pause.done", replace(order, paused=True))

    async def _resume(self, asker: Asker, which: str) -> Reply:
        order = await self._one(asker, which)
        await resume(self.world, order)
        return self._card(asker, "admin.resume.done", replace(order, paused=False, paused_reason=None))

    async def _remove(self, asker: Asker, which: str) -> Reply:
        order = await self._one(asker, which, to_change=True)
        await self.world.store.remove_subscription(order.id)
        left = [s for s in await self.world.store.subscriptions() if s.id != order.id]
        for feed in order.feeds:
            await self._let_go(feed, asker, left)
        title = asker.catalog("admin.title")
        return Reply(message=described(title, [asker.catalog("admin.remove.done", name=order.id)], asker.catalog))

    async def _let_go(self, feed: str, asker: Asker, left: Sequence[Subscription]) -> None:
        """A feed that was this tenant's and that nobody reads any more is no longer polled; its archive stays."""
        if any(feed in s.feeds and owned(s, asker.origin) for s in left):
            return
        owners = (await self.world.store.feed_owners()).get(feed)
        if owners is None or tenant_of(asker.origin) not in owners:
            return
        if len(owners) > 1:
            await self.world.store.disown_feed(feed, tenant_of(asker.origin))
        else:
            # The last owner keeps the mark: what the feed brought stays private after it is gone.
            await self.world.store.remove_feed(feed)

    async def _send_now(self, asker: Asker, which: str) -> Reply:
        order = await self._one(asker, which)
        if order.paused:
            raise Unclear("admin.send-now.paused", reason=order.paused_reason or "–")
        edition = await publish_slot(self.world, order, slot_now(order, self.world.clock()))
        number = len(edition.articles) if edition else 0
        said = asker.catalog("admin.send-now.done", number=number, channel=order.destination.channel)
        return Reply(message=described(asker.catalog("admin.title"), [said], asker.catalog))

    # --- asking -------------------------------------------------------------------------------------------------------

    async def _list(self, asker: Asker) -> Reply:
        mine = await self._mine(asker)
        names = await self._names()
        lines = [subscription_line(s, names, asker.catalog) for s in mine] or [asker.catalog("admin.list.none")]
        return Reply(message=described(asker.catalog("admin.list.title"), lines, asker.catalog))

    async def _feeds(self, asker: Asker) -> Reply:
        lines = []
        for health in await self.world.store.feeds(viewer=asker.viewer):
            if health.feed.role == "source":
                key = "stopped" if health.state.stopped else "failing" if health.state.failures else "well"
                values = {"title": health.feed.title or health.feed.url, "url": health.feed.url}
                reason = health.state.last_error or "–"
                lines.append(asker.catalog(f"admin.feeds.{key}", number=health.articles, reason=reason, **values))
        lines = lines or [asker.catalog("admin.feeds.none")]
        return Reply(message=described(asker.catalog("admin.feeds.title"), lines, asker.catalog))

    async def _check(self, asker: Asker, here: Destination) -> Reply:
        chat = self.world.chats.get(here.platform)
        places = {str(s.destination): s.destination for s in await self._mine(asker)} | {str(here): here}
        found = await chat.check(tuple(places.values())) if chat else ()
        lines = finding_lines(found, asker.catalog)
        return Reply(message=described(asker.catalog("admin.check.title"), lines, asker.catalog))

    async def _why(self, asker: Asker, article: str) -> Reply:
        catalog, store, now = asker.catalog, self.world.store, self.world.clock()
        mine, last = await self._mine(asker), await store.last_slots()
        name = article if "/" not in article else article_id(article)
        held = await store.article(name, viewer=asker.viewer) if article else None
        lines = []
        for order in mine:
            editions = await store.editions(subscription=order.id, limit=10)
            if article:
                lines += reasons(order, held, editions, now, catalog)
                continue
            newest = editions[0] if editions else None
            waiting = await store.deliveries(newest.id) if newest else ()
            lines += state_lines(order, newest, waiting, now, last.get(order.id), catalog)
        lines = lines or [catalog("admin.list.none")]
        return Reply(message=described(catalog("admin.why.title"), lines, catalog))

    # --- whose --------------------------------------------------------------------------------------------------------

    async def _mine(self, asker: Asker) -> list[Subscription]:
        return [s for s in await self.world.store.subscriptions() if owned(s, asker.origin)]

    async def _one(self, asker: Asker, which: str, *, to_change: bool = False) -> Subscription:
        """The subscription of that name, else the only one of this channel, else the only one there is."""
        mine = await self._mine(asker)
        here = [s for s in mine if asker.origin and s.destination.channel == asker.origin.channel]
        chosen = [s for s in mine if s.id == which] if which else (here or mine)
        if not chosen:
            raise Unclear("admin.list.unknown", name=which) if which else Unclear("admin.list.none")
        if len(chosen) > 1:
            raise Unclear("admin.list.which", names=", ".join(s.id for s in chosen))
        if to_change and chosen[0].origin == "file":
            raise Unclear("admin.list.file", name=chosen[0].id)
        return chosen[0]

    async def _names(self) -> Mapping[str, str]:
        return {h.feed.url: h.feed.title or h.feed.url for h in await self.world.store.feeds()}

    def _card(self, asker: Asker, key: str, order: Subscription, more: tuple[Message, ...] = ()) -> Reply:
        lines = [asker.catalog(key), subscription_line(order, {}, asker.catalog)]
        actions = subscription_actions(order, asker.catalog)
        return Reply(message=described(asker.catalog("admin.title"), lines, asker.catalog, actions), more=more)


def changed(order: Subscription, wishes: Mapping[str, str], catalog: Catalog) -> Subscription:
    """The subscription with what an admin wishes. Raises `Unclear` for what cannot be understood."""
    readers: dict[str, Callable[[str], dict[str, object]]] = {
        "at": lambda said: {"at": clock_time(said)},
        "zone": lambda said: {"zone": zone_name(said)},
        "days": lambda said: {"weekdays": DAYS[_chosen("days", said, tuple(DAYS))]},
        "language": lambda said: {"language": _chosen("language", said, ("auto", "ja", "en"))},
        "length": lambda said: {"length": _chosen("length", said, LENGTHS)},
        "layout": lambda said: {"layout": _chosen("layout", said, LAYOUTS)},
        "include": lambda said: {"include": filter_words(said)},
        "exclude": lambda said: {"exclude": filter_words(said)},
    }
    values: dict[str, object] = {}
    for name, said in wishes.items():
        values |= readers[name](said.strip())
    return replace(order, **values)  # type: ignore[arg-type]  # each reader gives the field of its name


def clock_time(said: str) -> time:
    """07:00, 7:00, 7, 7時30分. Raises `Unclear`."""
    found = _TIME.fullmatch(said.translate(str.maketrans("０１２３４５６７８９", "0123456789")).strip())
    if not found:
        raise Unclear("admin.unclear.at", said=said)
    return time(int(found[1]), int(found[2] or 0))


def zone_name(said: str) -> str:
    """An IANA zone. Raises `Unclear`; what cannot be a name is not looked up, for each dot would be an import."""
    if not _ZONE.fullmatch(said):
        raise Unclear("admin.unclear.zone", said=said)
    try:
        ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unclear("admin.unclear.zone", said=said) from None
    return said


def filter_words(said: str) -> tuple[str, ...]:
    """Words between commas; a dash takes the filter away."""
    words = (word.strip() for word in re.split(r"[,、，]", said))
    return () if said in ("-", "–", "なし", "none") else tuple(word for word in words if word)[:WORDS]


def _chosen(name: str, said: str, choices: Sequence[str]) -> str:
    if said.casefold() not in choices:
        raise Unclear("admin.unclear.choice", name=name, said=said, choices=", ".join(choices))
    return said.casefold()


def addressed(said: str) -> str:
    """An address as people paste it: without a scheme it is https."""
    said = said.strip().strip("<>")
    return said if re.match(r"(?i)https?://", said) else f"https://{said}"


def new_id(here: Destination, feed: str, at: time) -> str:
    """A short name from the site's: `news-example-jp-3f2a`."""
    host = (urlsplit(feed).hostname or "feed").removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:30] or "feed"
    mark = blake2b(f"{here}\0{feed}\0{at}".encode(), digest_size=2).hexdigest()
    return f"{name}-{mark}"


def _place(asker: Asker, *, allowed: bool) -> Destination:
    """Where the admin stands. Raises `Unclear` for a person who may not, and in direct messages."""
    if not allowed:
        raise Unclear("admin.not-allowed")
    if asker.origin is None or not asker.origin.tenant:
        raise Unclear("admin.not-here")
    return asker.origin


def _defaults(here: Destination, catalog: Catalog, now: datetime) -> Subscription:
    zone = guessed_zone(catalog.language)
    return Subscription(id="preview", destination=here, zone=zone, language=catalog.language, created=now)


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


def _entries(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses of a feed's newest entries, in a worker. Raises `NotAFeed`."""
    entries: Sequence[Entry] = parse_feed(body, url=url, headers=headers).entries
    dated = sorted(entries, key=_when, reverse=True)
    return tuple(entry.url for entry in dated if entry.url)


def _when(entry: Entry) -> float:
    """Entries without a date keep the feed's order, after the others."""
    at = entry.published or entry.updated
    return at.timestamp() if at else 0.0
