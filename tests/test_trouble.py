"""What was wrong for too long is said once, to those it concerns, with a button that puts it right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CATALOGS
from delivery_scene import DIRECT, Scene, staged, states
from store_samples import DISCORD, FEED

from bot.commands import Press
from bot.delivery import deliver
from bot.doctor import findings
from bot.lookups import Lookups
from bot.notices import tell
from bot.trouble import tell_feeds
from bot.world import World
from digests.errors import ChatUnavailable
from digests.printed import plain

DAY = timedelta(days=1)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with staged(tmp_path) as made:
        made[1].admins = (DIRECT,)
        yield made


async def test_an_edition_that_never_arrives_is_marked_said_and_sent_with_one_click(scene: Scene) -> None:
    world, chat, wall = scene
    while (await states(world))[0] != "failed":
        chat.planned = [ChatUnavailable("out of order")]
        await deliver(world)
        wall.now += timedelta(minutes=20)
    assert await states(world) == ["failed"] * 3
    (edition,) = await world.store.editions()
    assert edition.state == "failed"
    wrong = [found async for found in findings(world, CATALOGS.of("en")) if not found.ok]
    assert any("failed since" in found.text and "out of order" in found.text for found in wrong)
    assert [await tell(world), await tell(world)] == [1, 0]
    [(where, told)] = chat.said
    assert (where, "out of order" in plain(told)) == (DIRECT, True)
    (action,) = told.actions
    await Lookups(world).press(Press(verb=action.verb, value=action.value, origin=DIRECT))
    assert await deliver(world) == 3
    assert (await world.store.editions())[0].state == "late"


async def failing(world: World, for_: timedelta, *, stopped: bool = False) -> None:
    await world.store.add_feed(FEED)
    (health,) = await world.store.feeds()
    since = world.clock() - for_
    state = replace(health.state, failures=9, failing_since=since, last_error="no answer", stopped=stopped)
    await world.store.save_poll(FEED.url, state, now=world.clock())


async def test_a_feed_that_fails_is_told_of_after_three_days_and_once(scene: Scene) -> None:
    world, chat, _ = scene
    await failing(world, 2.9 * DAY)
    assert await tell_feeds(world) == 0
    await failing(world, 3 * DAY)
    assert [await tell_feeds(world), await tell_feeds(world)] == [1, 0]
    assert [await tell(world), await tell(world)] == [1, 0]
    assert "no answer" in plain(chat.said[0][1])


async def test_a_feed_that_was_given_up_goes_on_with_one_click(scene: Scene) -> None:
    world, chat, _ = scene
    await failing(world, 30 * DAY, stopped=True)
    assert [await tell_feeds(world), await tell(world)] == [1, 1]
    (action,) = chat.said[0][1].actions
    stranger = Press(verb=action.verb, value=action.value, origin=DISCORD)
    await Lookups(world).press(stranger)
    assert (await world.store.feeds())[0].state.stopped
    done = await Lookups(world).press(replace(stranger, origin=DIRECT))
    assert FEED.title in plain(done.message)
    (health,) = await world.store.feeds()
    assert (health.state.stopped, health.state.failures, health.state.next_poll) == (False, 0, world.clock())


async def test_a_feed_that_is_well_again_is_told_of_anew_the_next_time(scene: Scene) -> None:
    world, _, _ = scene
    await failing(world, 4 * DAY)
    await tell_feeds(world)
    await world.store.resume_feed(FEED.url, world.clock())
    assert await tell_feeds(world) == 0
    assert await world.store.notices() == ()
    await failing(world, 4 * DAY)
    assert await tell_feeds(world) == 1


async def test_only_those_who_read_a_feed_are_told(scene: Scene) -> None:
    world, _, _ = scene
    (order,) = await world.store.subscriptions()
    await world.store.save_subscription(replace(order, id="other", feeds=("https://other.example/feed",)))
    await failing(world, 4 * DAY)
    assert await tell_feeds(world) == 1
    assert {notice.subscription for notice in await world.store.notices()} == {order.id}
