"""What an answer of a platform leads to: tried again, given up, held, paused, resumed; the same for all platforms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CATALOGS
from delivery_scene import DIRECT, Scene, staged, states
from store_samples import DISCORD

from bot.commands import Press
from bot.delivery import backoff, deliver, resume
from bot.doctor import findings
from bot.lookups import Lookups
from bot.notices import tell, tell_reopened
from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, DestinationClosed, HistoryHidden
from digests.message import Paragraph
from digests.ports import Finding
from digests.printed import plain


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with staged(tmp_path) as made:
        yield made


async def test_a_place_that_is_shut_pauses_what_goes_there_and_is_told(scene: Scene) -> None:
    world, chat, _ = scene
    chat.planned = [DestinationClosed("there is no channel 1")]
    assert await deliver(world) == 0
    (order,) = await world.store.subscriptions()
    assert (order.paused, order.paused_reason) == (True, "there is no channel 1")
    wrong = [found async for found in findings(world, CATALOGS.of("en")) if not found.ok]
    assert [found.text.partition(": ")[2] for found in wrong] == ["there is no channel 1"] * 2
    assert all(f"chokan resume {order.id}" in found.fix for found in wrong)


async def test_a_subscription_that_is_resumed_gets_what_was_held(scene: Scene) -> None:
    world, chat, _ = scene
    chat.planned = [DestinationClosed("no access")]
    await deliver(world)
    (order,) = await world.store.subscriptions()
    assert await resume(world, order) == 3
    assert await deliver(world) == 3
    assert await states(world) == ["sent"] * 3
    assert not (await world.store.subscriptions())[0].paused


async def test_an_admin_is_told_once_that_access_is_lost_and_once_that_it_is_back(scene: Scene) -> None:
    world, chat, _ = scene
    chat.admins, chat.planned = (DIRECT,), [DestinationClosed("no access")]
    await deliver(world)
    assert [await tell(world), await tell(world), await tell_reopened(world)] == [1, 0, 0]
    [(where, told)] = chat.said
    assert (where, "no access" in plain(told), told.actions) == (DIRECT, True, ())
    spans = [
        span for part in told.parts for block in part.blocks if isinstance(block, Paragraph) for span in block.spans
    ]
    assert [span.channel for span in spans if span.channel] == [DISCORD.channel]
    chat.findings = (Finding(subject=str(DISCORD), ok=True, text="can be posted to"),)
    assert [await tell_reopened(world), await tell_reopened(world)] == [1, 0]
    assert [await tell(world), await tell(world)] == [1, 0]
    (action,) = chat.said[1][1].actions
    stranger = Press(verb=action.verb, value=action.value, origin=DISCORD)
    assert "archive" in plain((await Lookups(world).press(stranger)).message)
    await Lookups(world).press(replace(stranger, origin=DIRECT))
    assert not (await world.store.subscriptions())[0].paused
    assert await world.store.notices() == ()
    assert await deliver(world) == 3


async def test_whoever_cannot_be_told_now_is_told_later_and_not_twice(scene: Scene) -> None:
    world, chat, wall = scene
    chat.planned = [DestinationClosed("no access"), ChatUnknown("lost")]
    chat.admins = (replace(DIRECT, channel="8"), DIRECT)
    await deliver(world)
    assert [await tell(world), await tell(world)] == [0, 0]
    wall.now += timedelta(hours=1)
    chat.planned = [ChatRefused("takes no messages")]
    assert await tell(world) == 1
    assert [where for where, _ in chat.said] == [DIRECT]
    assert [unknown for _, unknown in chat.asked[-2:]] == [True, True]
    (notice,) = await world.store.notices()
    assert notice.told == str(DIRECT)


async def test_a_notice_nobody_takes_is_given_up(scene: Scene) -> None:
    world, chat, wall = scene
    chat.planned = [DestinationClosed("no access")]
    await deliver(world)
    assert await tell(world) == 0
    wall.now += timedelta(hours=1)
    chat.admins = (DIRECT,)
    assert await tell(world) == 0
    assert chat.said == []


async def test_a_refusal_holds_the_rest_and_pauses_nothing(scene: Scene) -> None:
    world, chat, _ = scene
    chat.planned = [ChatRefused("odd")]
    await deliver(world)
    assert await states(world) == ["held"] * 3
    assert not (await world.store.subscriptions())[0].paused
    assert len(chat.asked) == 1


@pytest.mark.parametrize(("error", "unknown"), [(ChatUnknown("lost"), True), (ChatUnavailable("busy"), False)])
async def test_trouble_is_tried_again_later_and_remembered(scene: Scene, error: ChatError, unknown: bool) -> None:
    world, chat, wall = scene
    chat.planned = [error]
    assert await deliver(world) == 0
    wall.now += timedelta(seconds=10)
    assert await deliver(world) == 3
    assert [asked[1] for asked in chat.asked] == [False, unknown, False, False]


async def test_retry_after_is_waited_for(scene: Scene) -> None:
    world, chat, wall = scene
    chat.planned = [ChatUnavailable("slow down", 600)]
    await deliver(world)
    wall.now += timedelta(seconds=599)
    assert await deliver(world) == 0
    wall.now += timedelta(seconds=1)
    assert await deliver(world) == 3


async def test_after_the_deadline_it_is_given_up_and_told(scene: Scene) -> None:
    world, chat, wall = scene
    for _ in range(60):
        chat.planned = [ChatUnknown("no answer")]
        await deliver(world)
        wall.now += timedelta(minutes=15)
    assert await states(world) == ["failed"] * 3
    assert len(chat.asked) < 40
    told = [found.text async for found in findings(world, CATALOGS.of("en")) if not found.ok]
    assert any("given up: no answer" in text for text in told)


async def test_what_may_have_arrived_and_cannot_be_looked_for_is_held(scene: Scene) -> None:
    world, chat, wall = scene
    chat.planned = [ChatUnknown("lost"), HistoryHidden("may not look")]
    await deliver(world)
    wall.now += timedelta(minutes=1)
    await deliver(world)
    assert await states(world) == ["held"] * 3
    assert [asked[1] for asked in chat.asked] == [False, True]


async def test_asked_to_stop_nothing_is_taken_up(scene: Scene) -> None:
    world, chat, _ = scene
    world.stop.set()
    assert await deliver(world) == 0
    assert chat.asked == []
    assert await states(world) == ["ready"] * 3


async def test_waits_grow_and_are_spread(scene: Scene) -> None:
    world, _, _ = scene
    first, second, _ = await world.store.deliveries("e")
    grown = [backoff(replace(first, id="8000", attempts=attempts)) for attempts in range(1, 12)]
    assert grown == sorted(grown)
    assert grown[-1] <= 900 * 1.25
    assert backoff(replace(first, id="0000", attempts=3)) != backoff(replace(second, id="ffff", attempts=3))
