"""What people in chats leave behind is kept on both databases: feedback, look-ups, and whose feeds are whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from store_samples import FEED, NOW, article, digest, later, state, subscription

from bot.store import SqlStore
from bot.store.members import LOOKUPS
from digests.message import Message
from digests.model import Feed, Feedback
from digests.outbox import Notice
from digests.store import Lookup

MINE, THEIRS = "discord:1", "slack:T9"


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


async def test_a_notice_is_saved_once_told_once_and_made_anew_when_it_is_withdrawn(store: SqlStore) -> None:
    notice = Notice(subscription="s", kind="closed", message=Message(title="t", parts=()), made=NOW)
    assert [await store.save_notice(notice), await store.save_notice(notice)] == [True, False]
    (claimed,) = await store.claim_notices(NOW, lease=60, limit=9)
    assert (claimed, await store.claim_notices(NOW, lease=60, limit=9)) == (replace(notice, attempts=1), ())
    await store.retry_notice(claimed, at=later(1), unknown=True)
    (again,) = await store.claim_notices(later(1), lease=60, limit=9)
    assert (again.attempts, again.unknown) == (2, True)
    await store.settle_notice(again, "slack:D1")
    assert await store.claim_notices(later(999), lease=60, limit=9) == ()
    assert [one.told for one in await store.notices()] == ["slack:D1"]
    assert [await store.withdraw_notices("s", "open"), await store.withdraw_notices("s")] == [0, 1]
    assert await store.save_notice(notice)


async def test_owners_move_along_with_their_feed(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.own_feed(FEED.url, MINE, NOW)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://news.example.jp/new")
    assert await store.feed_owners() == {"https://news.example.jp/new": frozenset({MINE})}


async def test_a_feed_that_moved_to_a_public_one_leaves_it_public(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.add_feed(Feed(url="https://public.example/feed"))
    await store.own_feed(FEED.url, MINE, NOW)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://public.example/feed")
    assert await store.feed_owners() == {FEED.url: {MINE}}
    assert [health.feed.url for health in await store.feeds()] == ["https://public.example/feed"]


def asked(words: str, day: int = 0) -> Lookup:
    return Lookup(verb="search", value=f"0|{words}", label=words, at=NOW + timedelta(days=day))


async def test_look_ups_come_back_newest_first_each_once_and_to_their_reader_alone(store: SqlStore) -> None:
    for words in ("地震", "選挙", "地震"):
        await store.save_lookup("slack:T1", "U1", asked(words))
    await store.save_lookup("slack:T1", "U2", asked("秘密"))
    await store.save_lookup("slack:T2", "U1", asked("別の職場"))
    assert await store.recent("slack:T1", "U1") == (asked("地震"), asked("選挙"))
    assert await store.recent("slack:T1", "U1", limit=1) == (asked("地震"),)


async def test_look_ups_are_bounded_in_number_and_age_and_can_be_forgotten(store: SqlStore) -> None:
    await store.save_lookup("slack:T1", "U2", asked("去年", -91))
    for number in range(LOOKUPS + 5):
        await store.save_lookup("slack:T1", "U1", asked(str(number)))
    kept = await store.recent("slack:T1", "U1", limit=1000)
    assert [one.label for one in kept] == [str(number) for number in range(LOOKUPS + 4, 4, -1)]
    assert await store.recent("slack:T1", "U2") == ()
    assert [await store.forget_lookups("slack:T1", "U1"), await store.forget_lookups("slack:T1", "U1")] == [LOOKUPS, 0]
    assert await store.recent("slack:T1", "U1") == ()
