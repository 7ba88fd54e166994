"""Turns come evenly, in the order of asking, and no faster than the platform allows."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

from bot.pace import Pace


async def turns(pace: Pace, count: int) -> list[float]:
    clock, found = asyncio.get_running_loop().time, []
    for _ in range(count):
        pace.taken(await pace.turn())
        found.append(clock())
    return found


async def test_turns_are_spaced() -> None:
    found = await turns(Pace(40), 21)
    assert found[-1] - found[0] >= 20 / 40 - 0.07
    assert all(later >= earlier for earlier, later in pairwise(found))


async def test_where_lost_time_is_made_up_for_no_second_has_too_many() -> None:
    pace = Pace(40)
    clock, found = asyncio.get_running_loop().time, []

    async def one(number: int) -> None:
        await pace.turn()
        found.append(clock())
        if number == 10:
            time.sleep(0.5)

    await asyncio.gather(*(one(number) for number in range(90)))
    assert all(sum(at <= other < at + 0.99 for other in found) <= 40 for at in found)


async def test_a_ceiling_above_the_rate_is_kept_where_lost_time_is_made_up_for() -> None:
    """As on Discord: 48 a second, and 49 at most in any second."""
    pace, found = Pace(48, most=49), []
    clock = asyncio.get_running_loop().time

    async def one(number: int) -> None:
        found.append(await pace.turn())
        if number in (20, 60):
            time.sleep(0.4)

    began = clock()
    await asyncio.gather(*(one(number) for number in range(140)))
    assert max(sum(at <= other <= at + 1.0 for other in found) for at in found) <= 49
    assert clock() - began >= 139 / 49


async def test_what_was_under_way_at_a_refusal_tells_of_the_ceiling_too() -> None:
    """A platform that takes ten and answers late: the refusal comes before half of the answers."""
    pace = Pace(100)
    given = [await pace.turn() for _ in range(11)]
    for at in given[:5]:
        pace.taken(at)
    pace.refused(given[10], 0.1)
    assert pace.rate < 5
    for at in given[5:10]:
        pace.taken(at)
    assert 9 <= pace.rate < 10


async def test_turns_come_in_the_order_of_asking() -> None:
    pace, order = Pace(200), []

    async def one(number: int) -> None:
        await pace.turn()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(20)))
    assert order == list(range(20))


async def test_a_refusal_after_many_makes_everybody_pause_and_go_on_slower() -> None:
    pace = Pace(200)
    before = await turns(pace, 10)
    pace.refused(before[-1], 0.3)
    (after,) = await turns(pace, 1)
    assert after - before[-1] >= 0.3
    assert 8 <= pace.rate < 10
    pace.refused(before[-2], 0.3)  # one that was on its way already
    assert 8 <= pace.rate < 10


async def test_a_refusal_of_one_channel_slows_nobody_else() -> None:
    pace = Pace(200)
    (at,) = await turns(pace, 1)
    await asyncio.sleep(0.02)
    pace.refused(at, 30)
    assert pace.rate == 200
    async with asyncio.timeout(20):
        await pace.turn()
