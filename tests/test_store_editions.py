"""The store keeps its word on subscriptions and editions, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest
from store_samples import FEED, NOW, article, digest, edition, parts, published, state, subscription

from bot.store import SqlStore, open_store
from digests.errors import NotFound, SlotTaken, StoreError


async def test_a_subscription_comes_back_as_it_was(store: SqlStore) -> None:
    full = subscription(at=time(6, 30), weekdays=frozenset({0, 4}), include=("地震",), exclude=("x\x00",))
    await store.save_subscription(subscription())
    await store.save_subscription(full)
    await store.pause_subscription("s", "channel is gone")
    assert await store.subscriptions() == (replace(full, paused=True, paused_reason="channel is gone"),)
    await store.pause_subscription("s", None)
    assert await store.subscriptions() == (full,)
    with pytest.raises(NotFound):
        await store.pause_subscription("no", None)


async def test_what_an_edition_carried_is_published_to_that_subscription_alone(store: SqlStore) -> None:
    await published(store, "old", seconds=-9_999)
    await published(store, "a", "b", "c")
    await store.save_edition(edition(articles=("c", "a")), ())
    mine = await store.unpublished(subscription(), since=NOW)
    others = await store.unpublished(subscription("t"), since=NOW)
    assert [hit.article.id for hit in mine] == ["b"]
    assert [hit.article.id for hit in others] == ["a", "b", "c"]
    assert mine[0].digest == digest("b")


async def test_an_edition_comes_back_as_it_was_newest_first(store: SqlStore) -> None:
    await published(store, "a", "b")
    saved = [edition("e6", articles=("b", "a")), edition("e7", day=7), edition("f", of="t", day=8)]
    for one in saved:
        await store.save_edition(one, parts(one.id, 1))
    assert await store.editions() == tuple(reversed(saved))
    assert await store.editions(subscription="s", limit=1) == (saved[1],)
    assert await store.last_slots() == {"s": saved[1].slot, "t": saved[2].slot}


async def test_a_slot_has_one_edition_and_a_second_writes_nothing(store: SqlStore) -> None:
    await published(store, "a")
    await store.save_edition(edition("first"), parts("first"))
    again = edition("second", articles=("a",))
    moved = replace(again, slot=replace(again.slot, at=NOW + timedelta(hours=1)))  # the zone's rules changed meanwhile
    for one in (again, moved):
        with pytest.raises(SlotTaken):
            await store.save_edition(one, parts("second"))
    assert [e.id for e in await store.editions()] == ["first"]
    assert await store.deliveries("second") == ()
    assert len(await store.unpublished(subscription(), since=NOW)) == 1


async def test_of_many_processes_one_makes_the_edition(url: str, store: SqlStore) -> None:
    second = await open_store(url, now=NOW)
    tries = [s.save_edition(edition(f"e{n}"), parts(f"e{n}")) for n, s in enumerate((store, second) * 4)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    await second.close()
    assert sorted(type(result).__name__ for result in results) == ["NoneType", *["SlotTaken"] * 7]
    assert (await store.pending_deliveries())["ready"] == 3


async def test_an_edition_whose_deliveries_fail_is_not_saved(store: SqlStore) -> None:
    twice = parts("e", 1) * 2
    with pytest.raises(StoreError):
        await store.save_edition(edition(), twice)
    assert await store.editions() == ()


async def test_removing_a_subscription_keeps_its_editions_and_holds_what_is_unsent(store: SqlStore) -> None:
    await store.save_subscription(subscription())
    await store.save_edition(edition(), parts())
    assert [await store.remove_subscription("s"), await store.remove_subscription("s")] == [True, False]
    assert await store.subscriptions() == ()
    assert [e.id for e in await store.editions(subscription="s")] == ["e"]
    assert (await store.pending_deliveries())["held"] == 3


async def test_an_article_whose_digest_failed_still_reaches_the_edition(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=NOW, articles=[article("a")])
    assert await store.unpublished(subscription(), since=NOW) == ()
    await store.save_digest("a", None, vector=b"", now=NOW, error="worker: killed")
    (hit,) = await store.unpublished(subscription(), since=NOW)
    assert (hit.article.id, hit.digest) == ("a", None)
