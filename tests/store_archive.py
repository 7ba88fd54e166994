"""A small archive with something in most tables, and all its rows, for tests that carry archives about."""

from __future__ import annotations

from sqlalchemy import select
from store_samples import FEED, NOW, article, digest, edition, parts, state, subscription

from bot.store import SqlStore, open_store
from bot.store.tables import metadata

VECTOR = b"\0" * 8


async def filled(url: str) -> SqlStore:
    """An archive with two articles, an edition in the outbox, feedback's neighbours and all."""
    store = await open_store(url, now=NOW)
    await store.add_feed(FEED)
    brought = [article("a1", text="停戦交渉が始まった。"), article("a2")]
    await store.save_poll(FEED.url, state(), now=NOW, seen=("1", "2"), articles=brought)
    for one in ("a1", "a2"):
        await store.save_digest(one, digest(one), vector=VECTOR, now=NOW)
    await store.save_subscription(subscription())
    await store.save_edition(edition(articles=("a1", "a2")), parts())
    return store


async def everything(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables; whether an article is in the index is asked by searching."""
    found = {}
    async with store.database.read() as connection:
        for table in metadata.sorted_tables:
            rows = (await connection.execute(select(table))).all()
            found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    return found
