"""Feeds side by side, those of one host one after the other: a slow host takes one lane, whatever it has to show."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from urllib.parse import urlsplit

from bot.world import R, World, each, stopping
from digests.store import FeedHealth

LANES = 32
"""Hosts asked at once."""
PATIENCE = 60.0
"""Seconds after which a round begins no more feeds of a host: the others' articles are waiting to be digested."""


async def in_lanes(
    claimed: Sequence[FeedHealth], work: Callable[[FeedHealth], Awaitable[R]], world: World, stage: str
) -> list[R]:
    """Do `work` on each feed. What a slow host or `world.stop` leaves undone keeps its place: on stopping its lease is
    given back, otherwise it runs out and a later round takes it."""
    clock = asyncio.get_running_loop().time
    free, began, undone = asyncio.Semaphore(LANES), clock(), {health.feed.url for health in claimed}
    hosts: defaultdict[str, list[FeedHealth]] = defaultdict(list)
    for health in claimed:
        hosts[urlsplit(health.feed.url).netloc].append(health)
    turns = {url: asyncio.Lock() for url in hosts}

    async def one(health: FeedHealth) -> R | None:
        async with turns[urlsplit(health.feed.url).netloc], free:
            if world.stop.is_set() or clock() - began > PATIENCE:
                return None
            done = await work(health)
            undone.discard(health.feed.url)
            return done

    try:
        return await each([health for host in hosts.values() for health in host], one, world, stage)
    finally:
        if undone and stopping(world):
            await world.store.release_feeds(undone)
