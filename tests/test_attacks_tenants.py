"""What one tenant's feed could do to others' editions: put words into another site's mouth, carry private ones out."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from store_samples import FEED, NOW, article, digest, later, state, subscription

from bot.admin_wishes import new_id
from bot.store import SqlStore
from digests.model import Destination, Feed
from digests.store import PUBLIC

MINE, THEIRS = "discord:1", "slack:T9"
EVIL = Feed(url="https://evil.example/feed")
PAID = Feed(url="https://paid.example/feed")


@pytest.fixture(autouse=True)
async def feeds(store: SqlStore) -> None:
    """A public feed, and one of each tenant's own."""
    await store.add_feed(FEED)
    for feed, tenant in ((EVIL, MINE), (PAID, THEIRS)):
        await store.own_feed(feed.url, tenant, NOW)
        await store.add_feed(feed, public=False)


async def bring(store: SqlStore, feed: Feed, name: str, text: str, *, seconds: float = 0) -> None:
    found = article(name, feed=feed.url, text=text, first_seen=later(seconds))
    await store.save_poll(feed.url, state(), now=later(seconds), articles=[found])
    for one in await store.claim_undigested(later(seconds), lease=1, limit=9):
        await store.save_digest(one.id, digest(one.id), vector=b"\x00<", now=later(seconds), of=one)


async def test_a_public_feed_says_what_its_article_says_whoever_brought_it_first(store: SqlStore) -> None:
    await bring(store, EVIL, "a", "偽の本文。")
    await store.save_rendition("a", "k", digest("a"), NOW)
    await store.save_poll(FEED.url, state(), now=later(9), articles=[article("a", text="本当の本文。")])
    assert await store.digests(["a"], viewer=PUBLIC) == {}
    assert (await store.renditions(["a"], "k"), await store.search("偽の本文")) == ({}, ())
    (again,) = await store.claim_undigested(later(10), lease=1, limit=9)
    assert (again.text, again.feed) == ("本当の本文。", FEED.url)
    await store.save_digest("a", digest("a"), vector=b"\x00<", now=later(10))
    (hit,) = await store.unpublished(subscription(feeds=(FEED.url,)), since=NOW)
    assert (hit.article.text, [h.article.id for h in await store.search("本当の本文")]) == ("本当の本文。", ["a"])


async def test_the_same_words_need_no_second_digest(store: SqlStore) -> None:
    await bring(store, EVIL, "a", "同じ本文。")
    await bring(store, FEED, "a", "同じ本文。", seconds=9)
    assert (await store.article("a", viewer=PUBLIC), await store.digest("a", viewer=PUBLIC)) != (None, None)
    assert await store.claim_undigested(later(99), lease=1, limit=9) == ()


async def test_one_tenants_words_never_reach_anothers_feed(store: SqlStore) -> None:
    await bring(store, EVIL, "a", "偽の本文。")
    await bring(store, PAID, "a", "会員だけの本文。", seconds=9)
    for tenant, feed, text in ((MINE, EVIL, "偽の本文。"), (THEIRS, PAID, "会員だけの本文。")):
        platform, _, guild = tenant.partition(":")
        place = Destination(platform=platform, channel="1", tenant=guild)
        found = await store.unpublished(subscription(tenant, destination=place, feeds=(feed.url,)), since=NOW)
        assert [hit.article.text for hit in found] == [text]
    assert [h.article.text for h in await store.search("本文", viewer=MINE)] == ["偽の本文。"]


@pytest.mark.parametrize("target", [FEED, PAID], ids=["public", "private"])
async def test_a_tenants_feed_that_moves_to_anothers_brings_nothing_along(store: SqlStore, target: Feed) -> None:
    await bring(store, EVIL, "forged", "偽の本文。")
    await bring(store, FEED, "real", "本当の本文。")
    place = Destination(platform="discord", channel="1", tenant="1")
    await store.save_subscription(subscription("mine", destination=place, feeds=(EVIL.url,)))
    await store.save_poll(EVIL.url, state(), now=later(1), moved_to=target.url)
    order = subscription("theirs", destination=replace(place, platform="slack", tenant="T9"), feeds=(target.url,))
    assert "forged" not in [hit.article.id for hit in await store.unpublished(order, since=NOW)]
    seen = [await store.visible(["forged"], viewer) for viewer in (MINE, THEIRS, PUBLIC)]
    assert seen == [{"forged"}, frozenset(), frozenset()]
    assert [one.feeds for one in await store.subscriptions()] == [(target.url,)]
    assert {health.feed.url for health in await store.feeds()} == {FEED.url, PAID.url}
    await bring(store, target, "later", "後の本文。", seconds=2)
    assert await store.visible(["later"], MINE) == {"later"}


def test_no_tenants_order_takes_the_place_of_anothers() -> None:
    places = [Destination(platform="discord", channel=str(n), tenant=str(n % 97)) for n in range(20_000)]
    names = {new_id(place, "https://news.example.jp/feed", time(7)) for place in places}
    assert len(names) == len(places)
