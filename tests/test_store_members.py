"""What people in chats leave behind is kept on both databases: feedback, and whose feeds are whose."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from databases import BACKENDS, database
from store_samples import FEED, NOW, article, digest, later, state, subscription

from bot.store import SqlStore, open_store
from digests.model import Feed, Feedback

MINE, THEIRS = "discord:1", "slack:T9"


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStore]:
    async with database(request.param, tmp_path) as url:
        store = await open_store(url, now=NOW)
        yield store
        await store.close()


async def test_feedback_comes_back_newest_first(store: SqlStore) -> None:
    said = [Feedback(digest=f"a{n}", text="違う\x00", origin="discord:1", locale="ja", at=later(n)) for n in range(3)]
    for one in said:
        await store.save_feedback(one)
    assert await store.feedback(2) == tuple(replace(one, text="違う\ufffd") for one in said[:0:-1])


async def test_a_feed_has_the_owners_that_brought_it(store: SqlStore) -> None:
    for tenant in (MINE, THEIRS, MINE):
        await store.own_feed(FEED.url, tenant, NOW)
    assert await store.feed_owners() == {FEED.url: frozenset({MINE, THEIRS})}
    assert [await store.disown_feed(FEED.url, MINE), await store.disown_feed(FEED.url, THEIRS)] == [1, 0]
    assert await store.feed_owners() == {}


async def test_every_feed_means_every_feed_of_the_operators(store: SqlStore) -> None:
    for feed in (FEED, Feed(url="https://private.example/feed")):
        await store.add_feed(feed)
        name = feed.url[8:11]
        await store.save_poll(feed.url, state(), now=NOW, articles=[article(name, feed=feed.url)])
        await store.save_digest(name, digest(name), vector=b"", now=NOW)
    await store.own_feed("https://private.example/feed", MINE, NOW)
    everything = await store.unpublished(subscription(feeds=()), since=NOW)
    named = await store.unpublished(subscription(feeds=("https://private.example/feed",)), since=NOW)
    assert [[hit.article.id for hit in hits] for hits in (everything, named)] == [["new"], ["pri"]]


async def test_owners_move_along_with_their_feed(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.own_feed(FEED.url, MINE, NOW)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://news.example.jp/new")
    assert await store.feed_owners() == {"https://news.example.jp/new": frozenset({MINE})}


async def test_a_feed_that_moved_to_a_public_one_is_public(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.add_feed(Feed(url="https://public.example/feed"))
    await store.own_feed(FEED.url, MINE, NOW)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://public.example/feed")
    assert await store.feed_owners() == {}
