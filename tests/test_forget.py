"""What is old leaves; what a channel waits for, the newest edition, and that an entry was seen stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from store_samples import FEED, NOW, article, digest, edition, parts, state, subscription

from bot.forget import Keep, forget
from bot.store import SqlStore, open_store
from bot.store.tables import articles, digests, vectors
from digests.outbox import Posted
from digests.store import Lookup

MONTH = timedelta(days=30)
OLD = NOW - timedelta(days=60)


@pytest.fixture
async def store(store: SqlStore) -> SqlStore:
    await store.add_feed(FEED)
    return store


async def brought(store: SqlStore, *names: str, first_seen: object = OLD) -> None:
    many = [article(name, first_seen=first_seen, text=f"停戦交渉 {name}。") for name in names]
    await store.save_poll(FEED.url, state(), now=NOW, seen=names, articles=many)
    for name in names:
        await store.save_digest(name, digest(name), vector=b"\0" * 8, now=NOW)


async def held(store: SqlStore) -> dict[str, int]:
    async with store.database.read() as connection:
        tables = (articles, digests, vectors)
        return {t.name: int(await connection.scalar(select(func.count()).select_from(t)) or 0) for t in tables}


async def test_old_articles_leave_with_all_that_hangs_on_them(store: SqlStore) -> None:
    await brought(store, *(f"old-{n}" for n in range(5)))
    await brought(store, "young", first_seen=NOW - timedelta(days=3))
    await forget(store, Keep(articles=MONTH), NOW)
    assert await held(store) == {"articles": 1, "digests": 1, "vectors": 1}
    assert [hit.article.id for hit in await store.search("停戦交渉")] == ["young"]
    assert set(await store.shown(FEED.url, ["old-1", "young", "new"])) == {"old-1", "young"}


async def test_for_ever_is_for_ever(store: SqlStore) -> None:
    await brought(store, "old")
    await forget(store, Keep(), NOW)
    assert (await held(store))["articles"] == 1


async def test_what_an_edition_on_its_way_carries_stays(store: SqlStore) -> None:
    await brought(store, "waiting", "delivered")
    await store.save_subscription(subscription())
    first, second = edition("e1", day=1, articles=("delivered",)), edition("e2", day=2, articles=("waiting",))
    for one in (first, second):
        made = replace(one, made=OLD)
        await store.save_edition(made, parts(one.id, 1))
    await store.settle_delivery(parts("e1", 1)[0].id, Posted(ref="1"), NOW)
    await forget(store, Keep(articles=MONTH, editions=MONTH), NOW)
    assert [one.id for one in await store.editions()] == ["e2"]
    assert await store.article("waiting") is not None
    assert await store.article("delivered") is None
    assert (await store.last_slots())["s"].day == second.slot.day


async def test_records_leave(store: SqlStore) -> None:
    await store.save_lookup("t", "r", Lookup(verb="search", value="a", label="a", at=OLD))
    await store.save_lookup("t", "r", Lookup(verb="search", value="b", label="b", at=NOW))
    await forget(store, Keep(records=MONTH), NOW)
    assert [one.value for one in await store.recent("t", "r")] == ["b"]


async def test_the_disk_gets_back_what_was_freed(tmp_path: Path) -> None:
    opened = await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)
    await opened.add_feed(FEED)
    long = "停戦交渉が始まった。" * 2000
    many = [article(f"old-{n}", first_seen=OLD, text=long) for n in range(40)]
    await opened.save_poll(FEED.url, state(), now=NOW, seen=(), articles=many)
    before = await opened.bytes_used()
    assert await opened.forget_articles(NOW - MONTH, limit=100) == 40
    assert await opened.compact(50) == 50
    await forget(opened, Keep(articles=MONTH), NOW)
    assert await opened.bytes_used() < before / 2
    async with opened.database.read() as connection:
        assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
    await opened.close()
