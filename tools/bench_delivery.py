"""How fast a morning goes out: many channels due at once on one Discord and one Slack that enforce their limits.

Run as `python tools/bench_delivery.py [--discord 1000] [--slack 200]`; the default is a tenth of that on Discord. The
stands take 50 requests in any second (Discord) and 10 posts in any second over the workspace, one a second in a
channel (Slack), and answer 429 to what is over.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from datetime import time as hour
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from aiohttp import web
from discord_gateway import Gateway
from discord_stand import GUILD, TOKEN, Stand, answer, stand
from rich.console import Console
from slack_parts import Channel
from slack_rules import Refusal
from slack_stand import SlackStand

from bot.app import Extras, opened
from bot.delivery import deliver
from bot.world import World
from config.settings import load_settings
from digests.edition import delivery_key
from digests.model import Delivery, Destination, Edition, Message, Paragraph, Part, Slot, Span

DISCORD_CEILING, SLACK_CEILING = 50, 10
LATENCY = 0.1
"""Seconds a platform takes to answer."""


class Window:
    """So many in any second."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, deque[float](maxlen=most)
        self.refused = self.requests = 0

    def lets_in(self) -> bool:
        now = time.monotonic()
        self.requests += 1
        if len(self.taken) == self.most and now - self.taken[0] < 1:
            self.refused += 1
            return False
        self.taken.append(now)
        return True


class BusyDiscord(Stand):
    """Takes 50 requests a second, and a while to answer each."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.window = Window(DISCORD_CEILING)
        for number in range(1, channels + 1):
            self.channels[10_000 + number] = {"id": str(10_000 + number), "type": 0, "guild_id": str(GUILD)}
            self.messages[10_000 + number] = []

    async def _carried_out(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if not self.window.lets_in():
            body = {"message": "You are being rate limited.", "retry_after": 1.0, "global": True}
            return answer(body, 429, {"Retry-After": "1", "X-RateLimit-Global": "true", "Via": "1.1 stand"})
        response = await super()._carried_out(request, handler)
        await asyncio.sleep(LATENCY)
        return response


class BusySlack(SlackStand):
    """Takes 10 posts a second, one a second in each channel, and a while to answer each."""

    def __init__(self, channels: int) -> None:
        super().__init__(pace=0.95)
        self.window = Window(SLACK_CEILING)
        self.channels = {f"C{number}": Channel(id=f"C{number}") for number in range(1, channels + 1)}

    def _paced(self, channel: str) -> None:
        if not self.window.lets_in():
            raise Refusal("ratelimited")
        super()._paced(channel)

    async def _notify(self) -> None:
        await super()._notify()
        await asyncio.sleep(LATENCY)


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


async def fill(world: World, destinations: Sequence[Destination]) -> None:
    for destination in destinations:
        made, delivery = edition(destination)
        await world.store.save_edition(made, (delivery,))


async def drained(world: World, platform: str, taken: Callable[[], int], wanted: int) -> float:
    """Seconds until the platform has taken as many as are wanted."""
    began = time.monotonic()
    alone = replace(world, chats={platform: world.chats[platform]})
    while taken() < wanted:
        await deliver(alone)
    return time.monotonic() - began


async def told_of_channels(gateway: Gateway, discord: BusyDiscord) -> None:
    """Discord says over the gateway which channels there are, so nobody has to ask for each."""
    await gateway.ready.wait()
    places = [{**channel, "position": 0, "permission_overwrites": []} for channel in discord.channels.values()]
    texts = [{**channel, "name": "news"} for channel in places if channel["type"] == 0]
    guild = {"id": str(GUILD), "name": "stand", "channels": texts, "member_count": 1, "owner_id": "1"}
    lists = ("roles", "emojis", "stickers", "members", "threads", "presences", "voice_states", "features")
    await gateway.say("GUILD_CREATE", {**guild, **{name: [] for name in lists}}, 2)
    await asyncio.sleep(2)


async def run(options: argparse.Namespace) -> int:
    discord = BusyDiscord(options.discord)
    gateway = Gateway(discord)
    async with stand(discord, more=gateway.routes()), BusySlack(options.slack) as slack:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            settings = load_settings(
                {
                    "DISCORD_TOKEN": TOKEN,
                    "DISCORD_API_URL": discord.url,
                    "SLACK_BOT_TOKEN": slack.bot_token,
                    "SLACK_APP_TOKEN": slack.app_token,
                    "SLACK_API_URL": slack.api_url,
                }
            )
            extras = Extras(platforms=("discord", "slack"))
            database = f"sqlite:///{folder}/chokan.db"
            async with opened(settings, Console(quiet=True), database=database, extras=extras) as world:
                channels = [("discord", str(10_000 + n)) for n in range(1, options.discord + 1)]
                channels += [("slack", f"C{n}") for n in range(1, options.slack + 1)]
                await fill(world, [Destination(platform=name, channel=channel) for name, channel in channels])
                online = asyncio.create_task(world.chats["discord"].run())
                await told_of_channels(gateway, discord)
                discord.window = Window(DISCORD_CEILING)
                took = await asyncio.gather(
                    drained(world, "discord", lambda: len(discord.posted), options.discord),
                    drained(world, "slack", lambda: len(slack.messages), options.slack),
                )
                online.cancel()
        print(f"{'platform':<9} {'channels':>8} {'took':>8} {'ceiling':>9} {'reached':>8} {'requests':>9} {'429':>4}")
        shares = (
            told("discord", len(discord.posted), discord.window, DISCORD_CEILING, took[0], discord.window.requests),
            told("slack", len(slack.messages), slack.window, SLACK_CEILING, took[1], len(slack.messages)),
        )
    return 0 if min(shares) >= 0.9 else 1


def told(name: str, sent: int, window: Window, ceiling: int, seconds: float, counted: int) -> float:
    """Print one line; the share of the ceiling that was reached, counted as the platform counts."""
    share = (counted - (window.refused if name == "discord" else 0)) / seconds / ceiling
    print(
        f"{name:<9} {sent:>8} {seconds:>6.1f} s {ceiling:>7}/s {share:>7.0%}  {window.requests:>8} {window.refused:>4}"
    )
    return share


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="how fast a morning goes out")
    parser.add_argument("--discord", type=int, default=300, help="channels on Discord")
    parser.add_argument("--slack", type=int, default=200, help="channels on Slack")
    sys.exit(asyncio.run(run(parser.parse_args())))
