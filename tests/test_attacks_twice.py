"""Two hands on one thing: buttons pressed twice, an hour changed while its edition is made, a process that wakes late,
a digest of words that were corrected meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from store_samples import FEED, NOW, article, digest, edition, later, parts, published, state, subscription
from test_clock import at, ordered, told, utc
from test_clock import world as world

from bot.forget import Keep, forget
from bot.jobs import publish_slot
from bot.store import SqlStore
from bot.world import World
from digests.edition import due_slot, slot_now
from digests.errors import SlotTaken


async def test_a_button_pressed_twice_posts_no_article_twice(world: World) -> None:
    await ordered(world)
    (order,) = await world.store.subscriptions()
    slots = [replace(slot_now(order, world.clock() + timedelta(milliseconds=n))) for n in range(3)]
    made = await asyncio.gather(*(publish_slot(world, order, slot) for slot in slots))
    carried = [article for one in made if one for article in one.articles]
    assert len(carried) == len(set(carried)) == 1


async def test_an_hour_changed_while_its_edition_is_made_makes_no_second_of_the_day(world: World) -> None:
    await ordered(world)
    (order,) = await world.store.subscriptions()
    now = utc(2026, 2, 13, 22, 30)
    slots = [due_slot(replace(order, at=hour), now, None, timedelta(hours=12)) for hour in (time(7), time(7, 5))]
    made = await asyncio.gather(*(publish_slot(world, order, s, daily=True) for s in slots if s))
    assert len([one for one in made if one]) == 1
    assert told(await at(world, now)) == []


async def test_an_edition_by_hand_may_follow_the_days_own(store: SqlStore) -> None:
    await store.save_subscription(subscription())
    await published(store, "a", "b")
    await store.save_edition(edition("e", articles=("a",)), (), daily=True)
    hand = edition("h", articles=("b",))
    await store.save_edition(replace(hand, slot=replace(hand.slot, time=time(9))), ())
    with pytest.raises(SlotTaken):
        await store.save_edition(replace(edition("x", day=7, articles=("b",))), ())
    assert len(await store.editions()) == 2


async def test_a_digest_of_words_that_were_corrected_meanwhile_is_not_kept(store: SqlStore) -> None:
    await published(store, "a")
    await store.correct_article(article("a", text="一度目の直し。"), later(1))
    (old,) = await store.claim_undigested(later(2), lease=300, limit=9)
    await store.correct_article(article("a", text="二度目の直し。"), later(3))
    await store.save_digest("a", digest("old"), vector=b"", now=later(4), of=old)
    assert await store.corrected_articles(limit=9) == ()
    (new,) = await store.claim_undigested(later(5), lease=300, limit=9)
    assert new.text == "二度目の直し。"
    await store.save_digest("a", digest("a"), vector=b"", now=later(6), of=new)
    assert [one.id for one in await store.corrected_articles(limit=9)] == ["a"]


async def test_a_reference_that_becomes_news_while_it_is_indexed_gets_its_digest(store: SqlStore) -> None:
    await store.add_feed(replace(FEED, url="https://o.example/feed", role="reference"))
    found = article("a", feed="https://o.example/feed", role="reference")
    await store.save_poll("https://o.example/feed", state(), now=NOW, articles=[found])
    (reference,) = await store.claim_undigested(NOW, lease=300, limit=9)
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=NOW, articles=[article("a")])
    await store.save_digest("a", None, vector=b"", now=later(1), of=reference)
    (again,) = await store.claim_undigested(later(2), lease=300, limit=9)
    assert again.role == "source"


async def test_whoever_was_overtaken_neither_sends_again_nor_stops_the_rest(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    (slept,) = await store.claim_deliveries(NOW, lease=300, limit=9, worker="a", platforms=["discord"])
    (owner,) = await store.claim_deliveries(later(301), lease=300, limit=9, worker="b", platforms=["discord"])
    await store.retry_delivery(slept.id, error="reset", at=later(301), unknown=True, attempt=slept.attempts)
    assert await store.claim_deliveries(later(302), lease=300, limit=9, worker="c", platforms=["discord"]) == ()
    await store.hold_delivery(slept.id, error="refused", attempt=slept.attempts)
    assert [one.state for one in await store.deliveries("e")] == ["sending", "ready", "ready"]
    await store.hold_delivery(owner.id, error="refused", attempt=owner.attempts)
    assert {one.state for one in await store.deliveries("e")} == {"held"}


async def test_what_is_forgotten_early_is_not_posted_again(store: SqlStore) -> None:
    await store.save_subscription(subscription())
    await published(store, "a")
    await store.save_edition(edition("e1", day=6, articles=("a",)), ())
    await store.save_edition(edition("e2", day=7), ())
    await store.save_edition(edition("e3", day=8), ())
    await forget(store, Keep(editions=timedelta(days=1), articles=timedelta(days=1)), later(3 * 86400))
    assert await store.unpublished(subscription(), since=later(-4 * 86400)) == ()
    assert await store.article("a") is not None


YEARS = timedelta(days=1500)


async def test_a_clock_that_was_years_ahead_for_a_moment_stops_no_morning(world: World) -> None:
    await ordered(world)
    seven = utc(2026, 2, 13, 22)
    made = await at(world, seven, seven + YEARS, seven + timedelta(minutes=5), seven + timedelta(days=1))
    days = [edition.slot.day.isoformat() for edition in made]
    assert (days[0], days[2:]) == ("2026-02-14", ["2026-02-15"])
    assert (await world.store.pending_deliveries())["ready"] == 0


async def test_what_a_clock_that_was_ahead_put_off_is_done_all_the_same(store: SqlStore) -> None:
    await published(store, "a")
    await store.correct_article(article("a", text="直し。"), NOW)
    await store.save_edition(edition(), parts())
    every: dict[str, Any] = {"lease": 300.0, "limit": 9}
    ahead = NOW + YEARS
    assert len(await store.claim_due_feeds(ahead, **every)) == 1
    (health,) = await store.feeds()
    await store.save_poll(FEED.url, replace(health.state, next_poll=ahead), now=ahead)
    assert len(await store.claim_undigested(ahead, **every)) == 1
    (taken,) = await store.claim_deliveries(ahead, **every, worker="a", platforms=["discord"])
    await store.retry_delivery(taken.id, error="busy", at=ahead, unknown=False)
    assert len(await store.claim_due_feeds(later(60), **every)) == 1
    assert len(await store.claim_undigested(later(60), **every)) == 1
    assert len(await store.claim_deliveries(later(60), **every, worker="b", platforms=["discord"])) == 1
