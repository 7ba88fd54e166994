"""Feeds in the store: known, due, polled. What one poll learnt is written in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from sqlalchemy import Row, Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failpoints import failpoint
from bot.store import search
from bot.store.apart import apart
from bot.store.database import Database
from bot.store.instants import LATER, come
from bot.store.moves import addresses_now, forget_moves, move_feed
from bot.store.reading import chunks
from bot.store.rows import article_from, article_row, health_from, insert_into, state_row
from bot.store.sight import feeds_of, is_public, mark, publish_feed
from bot.store.tables import article_feeds, articles, feeds, seen
from bot.store.unbroken import unbroken
from digests.model import Article, Feed, FeedState
from digests.store import FeedHealth, Viewer


class FeedRoom:
    """The part of the store that polling lives in."""

    database: Database

    @unbroken
    async def add_feed(self, feed: Feed, *, public: bool = True) -> bool:
        async with self.database.write() as connection:
            feed = replace(feed, url=(await addresses_now(connection, [feed.url]))[feed.url])
            if public:
                await publish_feed(connection, feed.url)
            known = (await connection.execute(select(feeds).where(feeds.c.url == feed.url).with_for_update())).first()
            if known is None:
                row = {**_feed_row(feed), **state_row(FeedState())}
                added = insert_into(connection, feeds).values(row).on_conflict_do_nothing().returning(feeds.c.number)
                return (await connection.execute(added)).first() is not None
            values = _feed_row(feed) | state_row(FeedState()) if known.removed else _wishes(feed)
            await connection.execute(update(feeds).where(feeds.c.number == known.number).values(values))
            return bool(known.removed)

    @unbroken
    async def remove_feed(self, url: str) -> bool:
        """Not polled or listed any more; its articles and digests stay, what it had shown is forgotten."""
        async with self.database.write() as connection:
            gone = update(feeds).where(feeds.c.url == url, ~feeds.c.removed).values(removed=True, leased_until=None)
            number = (await connection.execute(gone.returning(feeds.c.number))).scalar()
            if number is None:
                return False
            await connection.execute(delete(seen).where(seen.c.feed == number))
            await forget_moves(connection, url)
            return True

    @unbroken
    async def feeds(self, *, viewer: Viewer = None) -> tuple[FeedHealth, ...]:
        seen = _healths().where(~feeds.c.removed, *feeds_of(viewer))
        async with self.database.read() as connection:
            rows = await connection.execute(seen.order_by(feeds.c.number))
            return tuple(health_from(row) for row in rows.mappings())

    @unbroken
    async def resume_feed(self, url: str, now: datetime) -> bool:
        fresh = {"stopped": False, "next_poll": now, "failures": 0, "failing_since": None, "leased_until": None}
        async with self.database.write() as connection:
            done = update(feeds).where(feeds.c.url == url, ~feeds.c.removed).values(fresh).returning(feeds.c.number)
            return (await connection.execute(done)).first() is not None

    @unbroken
    async def claim_due_feeds(
        self, now: datetime, *, lease: float, limit: int, urls: Collection[str] | None = None
    ) -> tuple[FeedHealth, ...]:
        async with self.database.write() as connection:
            picked = _due(now, urls).limit(limit).with_for_update(skip_locked=True).cte("picked")
            claim = (
                update(feeds)
                .where(feeds.c.number.in_(select(picked.c.number)))
                .values(leased_until=now + timedelta(seconds=lease))
                .returning(feeds.c.number)
            )
            numbers = (await connection.execute(claim)).scalars().all()
            order = (feeds.c.next_poll.asc().nulls_first(), feeds.c.number)
            rows = await connection.execute(_healths().where(feeds.c.number.in_(numbers)).order_by(*order))
            return tuple(health_from(row) for row in rows.mappings())

    @unbroken
    async def release_feeds(self, urls: Collection[str]) -> None:
        async with self.database.write() as connection:
            for chunk in chunks(sorted(urls)):
                await connection.execute(update(feeds).where(feeds.c.url.in_(chunk)).values(leased_until=None))

    @unbroken
    async def shown(self, feed: str, names: Collection[str]) -> Mapping[str, datetime]:
        keys = {entry_key(name): name for name in names}
        found: dict[str, datetime] = {}
        async with self.database.read() as connection:
            for chunk in chunks(tuple(keys)):
                here = select(seen.c.entry, seen.c.at).join(feeds, feeds.c.number == seen.c.feed)
                rows = await connection.execute(here.where(feeds.c.url == feed, seen.c.entry.in_(chunk)))
                found.update((keys[bytes(row.entry)], row.at) for row in rows)
        return found

    @unbroken
    async def save_poll(
        self,
        feed: str,
        state: FeedState,
        *,
        now: datetime,
        seen: Mapping[str, bytes | None] | Collection[str] = (),
        articles: Sequence[Article] = (),
        title: str | None = None,
        site: str | None = None,
        moved_to: str | None = None,
    ) -> int:
        """A feed that was removed while it was polled stays removed: nothing is written, 0 comes back."""
        named = {key: value for key, value in (("title", title), ("site", site)) if value}
        async with self.database.write() as connection:
            known = (await connection.execute(_live(feed).with_for_update())).first()
            if known is None:
                return 0
            new = await _save_articles(connection, known, articles)
            failpoint("in-save-poll")
            await _remember(connection, known.number, seen, now)
            values = {**state_row(state), **named, "leased_until": None}
            values |= {"moving_to": None, "moving_times": 0} if moved_to else {}
            await connection.execute(update(feeds).where(feeds.c.number == known.number).values(values))
            if moved_to and moved_to != feed:
                await move_feed(connection, known.number, feed, moved_to)
            return new


def entry_key(entry: str) -> bytes:
    """16 bytes that stand for an entry id, however long it is and whatever is in it."""
    return blake2b(entry.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _feed_row(feed: Feed) -> dict[str, Any]:
    row = {"url": feed.url, "title": feed.title, "site": feed.site, "added": feed.added}
    return {**row, **_wishes(feed), "removed": False, "leased_until": None}


def _wishes(feed: Feed) -> dict[str, Any]:
    return {"role": feed.role, "backfill": feed.backfill}


def _live(url: str) -> Select[Any]:
    return select(feeds.c.number, feeds.c.role).where(feeds.c.url == url, ~feeds.c.removed)


def _healths() -> Select[Any]:
    count = select(func.count()).where(article_feeds.c.feed == feeds.c.number).scalar_subquery()
    return select(feeds, count.label("articles"))


def _due(now: datetime, urls: Collection[str] | None) -> Select[Any]:
    free = or_(feeds.c.leased_until.is_(None), come(feeds.c.leased_until, now))
    query = select(feeds.c.number).where(~feeds.c.removed, free)
    if urls is not None:
        return query.where(feeds.c.url.in_(tuple(urls))).order_by(feeds.c.number)
    due = or_(feeds.c.next_poll.is_(None), come(feeds.c.next_poll, now, LATER))
    return query.where(~feeds.c.stopped, due).order_by(feeds.c.next_poll.asc().nulls_first(), feeds.c.number)


async def _remember(
    connection: AsyncConnection, feed: int, entries: Mapping[str, bytes | None] | Collection[str], now: datetime
) -> None:
    prints = {entry_key(entry): entries[entry] if isinstance(entries, Mapping) else None for entry in entries}
    rows = [{"feed": feed, "entry": key, "at": now, "fingerprint": prints[key]} for key in sorted(prints)]
    for chunk in chunks(rows):
        await connection.execute(insert_into(connection, seen).values(chunk).on_conflict_do_nothing())


async def _save_articles(connection: AsyncConnection, feed: Row[Any], found: Sequence[Article]) -> int:
    # In the order of their ids, so that two processes that save the same articles wait for each other in turn.
    ordered = sorted({article.id: article for article in found}.values(), key=lambda article: article.id)
    new: set[str] = set()
    public = await is_public(connection, feed.number)
    for some in chunks(ordered):
        chunk = await apart(connection, feed.number, some, public=public)
        rows = [{**article_row(article), "feed": feed.number, "role": feed.role} for article in chunk]
        added = insert_into(connection, articles).values(rows).on_conflict_do_nothing().returning(articles.c.id)
        new.update((await connection.execute(added)).scalars())
        links = [{"article": a.id, "feed": feed.number, "first_seen": a.first_seen} for a in chunk]
        await _adopt(connection, feed, [article for article in chunk if article.id not in new])
        await connection.execute(insert_into(connection, article_feeds).values(links).on_conflict_do_nothing())
        here = [article.id for article in chunk]
        await mark(connection, here if public else [one for one in here if one in new], private=not public)
    return len(new)


async def _adopt(connection: AsyncConnection, feed: Row[Any], known: Sequence[Article]) -> None:
    """Articles we hold already: one that only a person or a reference feed had shown us becomes this feed's."""
    arrived = {article.id: article.first_seen for article in known}
    query = select(articles).where(articles.c.id.in_(tuple(arrived))).order_by(articles.c.id).with_for_update()
    for row in (await connection.execute(query)).mappings().all():
        if not (row["feed"] is None or (row["role"] == "reference" and feed.role == "source")):
            continue
        values = {"feed": feed.number, "role": feed.role, "first_seen": arrived[row["id"]]}
        if row["role"] != feed.role:  # digested or indexed as something else: to be done again
            values |= {"indexed": None, "leased_until": None, "searchable": False}
        if row["searchable"] and feed.role == "reference":
            await search.forget(connection, row["number"], article_from({**row, "feed_url": None}))
        await connection.execute(update(articles).where(articles.c.number == row["number"]).values(values))
