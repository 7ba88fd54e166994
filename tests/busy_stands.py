"""Discord and Slack in a process of their own, enforcing their limits: for measuring how fast we post."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import AsyncExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from aiohttp import web
from discord_gateway import Gateway
from discord_stand import GUILD, Stand, answer, stand
from slack_parts import Channel
from slack_rules import Refusal
from slack_stand import SlackStand

DISCORD_CEILING, SLACK_CEILING = 50, 10
LATENCY = 0.1
"""Seconds a platform takes to answer."""


class Window:
    """So many in any second."""

    def __init__(self, most: int) -> None:
        self.most, self.taken = most, deque[float](maxlen=most)
        self.refused = self.accepted = 0
        self.first = self.last = 0.0

    def lets_in(self) -> bool:
        now = time.monotonic()
        if len(self.taken) == self.most and now - self.taken[0] < 1:
            self.refused += 1
            return False
        self.taken.append(now)
        self.first, self.last = self.first or now, now
        self.accepted += 1
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


@dataclass(frozen=True, kw_only=True)
class Opened:
    """Where the stands are."""

    discord_url: str
    slack_url: str
    slack_bot: str
    slack_app: str


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What one platform took since it was last asked to begin anew."""

    posted: int
    accepted: int
    refused: int
    seconds: float
    """From the first request it took to the last."""


def serve(pipe: Connection, discord: int, slack: int) -> None:
    """The whole life of the process: says where it is, answers `begin`, `told` and `count`, ends with `stop`."""
    asyncio.run(_serve(pipe, discord, slack))


async def _serve(pipe: Connection, channels: int, slack_channels: int) -> None:
    discord = BusyDiscord(channels)
    gateway = Gateway(discord)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(stand(discord, more=gateway.routes()))
        slack = await stack.enter_async_context(BusySlack(slack_channels))
        tokens = {"slack_bot": slack.bot_token, "slack_app": slack.app_token}
        pipe.send(Opened(discord_url=discord.url, slack_url=slack.api_url, **tokens))
        while (asked := await asyncio.to_thread(pipe.recv)) != "stop":
            if asked == "told":
                await _tell_of_channels(gateway, discord)
            elif asked == "begin":
                discord.window, slack.window = Window(DISCORD_CEILING), Window(SLACK_CEILING)
            pipe.send((_counted(discord.window, len(discord.posted)), _counted(slack.window, len(slack.messages))))


def _counted(window: Window, posted: int) -> Counted:
    seconds = window.last - window.first
    return Counted(posted=posted, accepted=window.accepted, refused=window.refused, seconds=seconds)


async def _tell_of_channels(gateway: Gateway, discord: BusyDiscord) -> None:
    """Discord says over the gateway which channels there are, so nobody has to ask for each."""
    await gateway.ready.wait()
    places = [{**channel, "position": 0, "permission_overwrites": []} for channel in discord.channels.values()]
    texts = [{**channel, "name": "news"} for channel in places if channel["type"] == 0]
    guild = {"id": str(GUILD), "name": "stand", "channels": texts, "member_count": 1, "owner_id": "1"}
    lists = ("roles", "emojis", "stickers", "members", "threads", "presences", "voice_states", "features")
    await gateway.say("GUILD_CREATE", {**guild, **{name: [] for name in lists}}, 2)
