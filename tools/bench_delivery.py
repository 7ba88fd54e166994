"""How fast a morning goes out: many channels due at once on one Discord and one Slack that enforce their limits.

Run as `python tools/bench_delivery.py [--discord 1000] [--slack 200]`. The stands live in a process of their own; they
take 50 requests in any second (Discord) and 10 posts in any second over the workspace, one a second in a channel
(Slack), answer after a tenth of a second and say 429 to what is over. Before us a bare client that does nothing but
POST, at the ceiling's own pace, shows what this machine lets through at this moment. Exit code 1 below 90 %.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from datetime import time as hour
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import aiohttp
from busy_stands import DISCORD_CEILING, SLACK_CEILING, Counted, Opened, serve
from discord_stand import TOKEN
from rich.console import Console

from bot.app import Extras, opened
from bot.delivery import deliver
from bot.world import World
from config.settings import load_settings
from digests.edition import delivery_key
from digests.message import Message, Paragraph, Part, Span
from digests.model import Destination, Edition, Slot
from digests.outbox import Delivery

GOAL = 0.9
Pair = tuple[Counted, Counted]


def edition(destination: Destination) -> tuple[Edition, Delivery]:
    """The edition of one channel, due now, of one message."""
    now = datetime.now(UTC)
    name = f"s-{destination.platform}-{destination.channel}"
    slot = Slot(subscription=name, day=date(2026, 1, 5), time=hour(7), at=now)
    spans = (Span(text="The bridge in the old town opened again on Monday after two years of work. " * 12),)
    message = Message(title="Morning edition", parts=(Part(blocks=(Paragraph(spans=spans),)),))
    key = delivery_key(name, destination, 0)
    made = Edition(id=key, subscription=name, slot=slot, state="full", made=now)
    return made, Delivery(id=key, edition=key, destination=destination, part=0, message=message)


async def ask(pipe: Connection, what: str) -> Pair:
    pipe.send(what)
    answered: Pair = await asyncio.to_thread(pipe.recv)
    return answered


async def bare(stands: Opened, pipe: Connection, count: int) -> float:
    """Messages a second that Discord takes of a client which only POSTs, evenly, as fast as it may."""
    before = await ask(pipe, "begin")
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as client:

        async def post(number: int) -> None:
            await asyncio.sleep(number / (DISCORD_CEILING - 1))
            url = f"{stands.discord_url}/channels/{10_001 + number}/messages"
            async with client.post(url, json={"content": "x" * 900, "nonce": f"bare{number}"}) as response:
                await response.read()

        await asyncio.gather(*(post(number) for number in range(count)))
    taken = (await ask(pipe, "count"))[0]
    return (taken.posted - before[0].posted) / taken.seconds


async def waits(world: World) -> bool:
    states = await world.store.pending_deliveries()
    return bool(states["ready"] + states["sending"])


async def fill(world: World, destinations: Sequence[Destination]) -> None:
    for destination in destinations:
        made, delivery = edition(destination)
        await world.store.save_edition(made, (delivery,))


async def morning(stands: Opened, pipe: Connection, destinations: Sequence[Destination]) -> tuple[Pair, Pair]:
    """Everything due at once; what the stands counted before and after."""
    settings = load_settings(
        {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": stands.discord_url,
            "SLACK_BOT_TOKEN": stands.slack_bot,
            "SLACK_APP_TOKEN": stands.slack_app,
            "SLACK_API_URL": stands.slack_url,
        }
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        extras = Extras(platforms=("discord", "slack"))
        async with opened(
            settings, Console(quiet=True), database=f"sqlite:///{folder}/chokan.db", extras=extras
        ) as world:
            await fill(world, destinations)
            online = asyncio.create_task(world.chats["discord"].run())
            await ask(pipe, "told")
            await asyncio.sleep(2)
            before = await ask(pipe, "begin")
            while await waits(world):
                await deliver(world)
            after = await ask(pipe, "count")
            online.cancel()
    return before, after


def told(name: str, wanted: int, before: Counted, after: Counted, ceiling: int) -> float:
    """Print one line; the share of the ceiling that was reached, as the platform counts."""
    share = after.accepted / after.seconds / ceiling
    posted = after.posted - before.posted
    print(f"{name:<9} {posted:>8} {after.seconds:>6.1f} s {ceiling:>7}/s {share:>7.0%}  {after.refused:>4}")
    if posted != wanted:
        print(f"{name}: {wanted} were due, {posted} arrived")
        return 0.0
    return share


async def run(options: argparse.Namespace, pipe: Connection) -> int:
    stands: Opened = await asyncio.to_thread(pipe.recv)
    plain = await bare(stands, pipe, min(200, options.discord))
    channels = [("discord", str(10_000 + n)) for n in range(1, options.discord + 1)]
    channels += [("slack", f"C{n}") for n in range(1, options.slack + 1)]
    destinations = [Destination(platform=name, channel=channel) for name, channel in channels]
    before, after = await morning(stands, pipe, destinations)
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; a bare client: {plain:.1f}/s on Discord\n")
    print(f"{'platform':<9} {'channels':>8} {'took':>8} {'ceiling':>9} {'reached':>8}  {'429':>4}")
    shares = (
        told("discord", options.discord, before[0], after[0], DISCORD_CEILING),
        told("slack", options.slack, before[1], after[1], SLACK_CEILING),
    )
    return 0 if min(shares) >= GOAL else 1


def main() -> int:
    parser = argparse.ArgumentParser(description="how fast a morning goes out")
    parser.add_argument("--discord", type=int, default=1000, help="channels on Discord")
    parser.add_argument("--slack", type=int, default=200, help="channels on Slack")
    options = parser.parse_args()
    spawn = get_context("spawn")
    here, there = spawn.Pipe()
    process = spawn.Process(target=serve, args=(there, options.discord, options.slack), daemon=True)
    process.start()
    try:
        return asyncio.run(run(options, here))
    finally:
        here.send("stop")
        process.join(5)


if __name__ == "__main__":
    sys.exit(main())
