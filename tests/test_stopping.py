"""Asked to stop, we finish what is on its way and give back the rest at once: nobody waits for a lease to run out."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from polite_stand import Beat, beat

from bot.jobs import digest
from bot.poll import poll


async def slow(here: Beat, feeds: int) -> tuple[asyncio.Event, asyncio.Event]:
    """Feeds of one host that answers when the second event is set; the first tells that it was asked."""
    asked, released = asyncio.Event(), asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        asked.set()
        await released.wait()
        return web.Response(status=500)

    for number in range(feeds):
        here.site.answers[f"/{number}"] = answer
        await here.add(f"{here.site.base}/{number}")
    return asked, released


async def test_a_poll_that_is_asked_to_stop_finishes_one_feed_and_gives_back_the_others(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        asked, released = await slow(here, 5)
        round_ = asyncio.create_task(poll(here.world))
        await asked.wait()
        here.world.stop.set()
        released.set()
        await round_
        assert len(here.site.asked) == 1
        claimed = await here.world.store.claim_due_feeds(here.wall.now, lease=1, limit=9)
        assert len(claimed) == 4


async def test_a_poll_that_is_cancelled_gives_everything_back(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        asked, released = await slow(here, 5)
        round_ = asyncio.create_task(poll(here.world))
        await asked.wait()
        round_.cancel()
        with pytest.raises(asyncio.CancelledError):
            await round_
        released.set()
        assert len(await here.world.store.claim_due_feeds(here.wall.now, lease=1, limit=9)) == 5


async def test_articles_that_were_not_digested_are_given_back(tmp_path: Path) -> None:
    class Stuck:
        async def run(self, *_: object, seconds: float) -> None:
            await asyncio.sleep(60)

    async with beat(tmp_path) as here:
        await here.add(here.site.feed(), backfill=3)
        await here.polled()
        work = asyncio.create_task(digest(replace(here.world, thinking=Stuck())))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work
        assert len(await here.world.store.claim_undigested(here.wall.now, lease=1, limit=9)) == 3
