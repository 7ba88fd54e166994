"""A feed whose address changed for good: its URL changes everywhere it is written down."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import delete, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.rows import insert_into, subscription_from, subscription_json
from bot.store.sight import is_public, publish_articles
from bot.store.tables import article_feeds, articles, feed_moves, feed_owners, feeds, seen, subscriptions


async def move_feed(connection: AsyncConnection, feed: int, old: str, new: str) -> None:
    """Also when the new address is a feed we know: the two become one, with what both have shown. But what a tenant's
    own feed has shown stays that tenant's: one that moves to others' feed is read there from now on, and ends."""
    other = (
        await connection.execute(select(feeds.c.number, feeds.c.role, feeds.c.removed).where(feeds.c.url == new))
    ).first()
    if other is not None and not other.removed and await _among_others(connection, old, new):
        await connection.execute(update(feeds).where(feeds.c.number == feed).values(removed=True))
        await _share(connection, old, new)
        await _write_down(connection, old, new)
        await _resubscribe(connection, old, new)
        return
    if other is not None:
        await _merge(connection, feed, other.number)
        if other.role == "source" and not other.removed:
            await connection.execute(update(feeds).where(feeds.c.number == feed).values(role="source"))
    await connection.execute(update(feeds).where(feeds.c.number == feed).values(url=new))
    await _keep_owners(connection, old, new, public=other is not None and not other.removed)
    if await is_public(connection, feed):
        await publish_articles(connection, new)
    await _write_down(connection, old, new)
    await _resubscribe(connection, old, new)


async def _among_others(connection: AsyncConnection, old: str, new: str) -> bool:
    """Is the old feed somebody's own, and the new one anybody else's?"""
    owners = [
        set(await connection.scalars(select(feed_owners.c.tenant).where(feed_owners.c.url == u))) for u in (old, new)
    ]
    return bool(owners[0]) and owners[0] != owners[1]


async def _share(connection: AsyncConnection, old: str, new: str) -> None:
    """Who owned the old feed owns the new one as well, unless it is everybody's; the old one keeps its owners."""
    if await connection.scalar(select(feed_owners.c.tenant).where(feed_owners.c.url == new).limit(1)) is not None:
        rows = select(literal(new), feed_owners.c.tenant, feed_owners.c.at).where(feed_owners.c.url == old)
        joined = insert_into(connection, feed_owners).from_select(["url", "tenant", "at"], rows)
        await connection.execute(joined.on_conflict_do_nothing())


async def addresses_now(connection: AsyncConnection, urls: Collection[str]) -> dict[str, str]:
    """What each of these addresses is called by now: itself, unless its feed has moved."""
    rows = await connection.execute(select(feed_moves).where(feed_moves.c.old.in_(urls)))
    moved = {row.old: row.new for row in rows}
    return {url: moved.get(url, url) for url in urls}


async def forget_moves(connection: AsyncConnection, url: str) -> None:
    """A feed that was removed is not found by its old addresses any more."""
    await connection.execute(delete(feed_moves).where(feed_moves.c.new == url))


async def _write_down(connection: AsyncConnection, old: str, new: str) -> None:
    """Old addresses lead straight to the newest one, and the newest one nowhere else."""
    await connection.execute(delete(feed_moves).where(feed_moves.c.old.in_([old, new])))
    await connection.execute(update(feed_moves).where(feed_moves.c.new == old).values(new=new))
    await connection.execute(insert_into(connection, feed_moves).values(old=old, new=new))


async def _merge(connection: AsyncConnection, into: int, other: int) -> None:
    links = select(article_feeds.c.article, literal(into), article_feeds.c.first_seen).where(
        article_feeds.c.feed == other
    )
    shown = select(literal(into), seen.c.entry, seen.c.at).where(seen.c.feed == other)
    for table, names, rows in (
        (article_feeds, ["article", "feed", "first_seen"], links),
        (seen, ["feed", "entry", "at"], shown),
    ):
        await connection.execute(insert_into(connection, table).from_select(names, rows).on_conflict_do_nothing())
    await connection.execute(update(articles).where(articles.c.feed == other).values(feed=into))
    await connection.execute(delete(feeds).where(feeds.c.number == other))


async def _resubscribe(connection: AsyncConnection, old: str, new: str) -> None:
    for row in (await connection.execute(select(subscriptions).with_for_update())).all():
        subscription = subscription_from(row.subscription)
        if old not in subscription.feeds:
            continue
        moved = tuple(dict.fromkeys(new if url == old else url for url in subscription.feeds))
        text = subscription_json(replace(subscription, feeds=moved))
        await connection.execute(update(subscriptions).where(subscriptions.c.id == row.id).values(subscription=text))


async def _keep_owners(connection: AsyncConnection, old: str, new: str, *, public: bool) -> None:
    """The owners move along. Where either address was everybody's before, the feed stays so."""
    owners = select(literal(new), feed_owners.c.tenant, feed_owners.c.at)
    old_owned = await connection.scalar(select(feed_owners.c.tenant).where(feed_owners.c.url == old).limit(1))
    new_owned = await connection.scalar(select(feed_owners.c.tenant).where(feed_owners.c.url == new).limit(1))
    if old_owned and (new_owned or not public):
        rows = owners.where(feed_owners.c.url == old)
        moved = insert_into(connection, feed_owners).from_select(["url", "tenant", "at"], rows)
        await connection.execute(moved.on_conflict_do_nothing())
    elif new_owned:
        await connection.execute(delete(feed_owners).where(feed_owners.c.url == new))
    await connection.execute(delete(feed_owners).where(feed_owners.c.url == old))
