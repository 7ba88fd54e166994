"""The world around a crash: a news site, Discord and Slack on loopback, that can kill, stall or fail at a moment."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from crash_child import Clock
from discord_gateway import Gateway
from discord_stand import DIRECT, TEXT, Stand, stand
from loopback import serving
from slack_stand import SlackStand

NONCE_SECONDS = 120
STORIES = ("Bridge", "Harbour", "Library")
FIRST, REPLY = f"/channels/{TEXT}/messages", "/channels/1001/messages"

Act = Callable[[], Awaitable[None]]


async def nothing() -> None:
    """The usual thing to happen."""


class Plays:
    """Something to happen when the n-th message has been taken, before its sender gets to know."""

    def __init__(self) -> None:
        self.taken = 0
        self.acts: dict[int, Act] = {}

    async def took(self) -> None:
        self.taken += 1
        await self.acts.pop(self.taken, nothing)()


class News:
    """A site with a feed of three articles, validators and all. `breaks` is called between headers and body."""

    def __init__(self) -> None:
        self.url, self.breaks, self.corrected = "", nothing, False

    async def feed(self, request: web.Request) -> web.StreamResponse:
        tag = '"v2"' if self.corrected else '"v1"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304)
        base = str(request.url.origin())
        items = "".join(
            f"<item><title>{name} story</title><link>{base}/{name}</link><guid>{name}</guid>"
            f"<description>As of {tag.strip(chr(34))}</description></item>"
            for name in STORIES
        )
        body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Stand News</title>{items}</channel></rss>"
        answer = web.StreamResponse(headers={"Content-Type": "application/rss+xml", "ETag": tag})
        answer.content_length = len(body.encode())
        await answer.prepare(request)
        await self.breaks()
        await answer.write(body.encode())
        return answer

    async def page(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STORIES:
            raise web.HTTPNotFound
        said = (
            f"The {name.lower()} in the old town opened again on Monday after two years of work.",
            f"About 120 people worked on the {name.lower()}, officials of the city said.",
            f"The work was needed because the {name.lower()} had been damaged by the flood of 2023.",
            f"Critics say that the {name.lower()} cost twice as much as had been planned.",
            f"The council will decide in May whether the {name.lower()} is to be extended.",
        )
        text = "".join(f"<p>{sentence}</p>" for sentence in said)
        if self.corrected and name == STORIES[0]:
            text = text.replace("on Monday", "on Thursday").replace("two years", "45 weeks")
        page = f"<html lang='en'><head><title>{name} story</title></head><body><article><h1>{name} story</h1>{text}"
        return web.Response(text=f"{page}</article></body></html>", content_type="text/html")


@asynccontextmanager
async def news() -> AsyncIterator[News]:
    site = News()
    app = web.Application()
    app.add_routes([web.get("/feed.xml", site.feed), web.get("/{name}", site.page)])
    async with serving(app) as url:
        site.url = f"{url}/feed.xml"
        yield site


class DiscordPlace(Stand):
    """Honours a nonce for two minutes of the case's clock."""

    name = "discord"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock, self.plays = clock, Plays()
        self._put_at: list[tuple[Any, Any]] = []

    async def post(self, request: web.Request) -> web.Response:
        now = self.clock.now()
        for at, message in self._put_at:
            if (now - at).total_seconds() > NONCE_SECONDS:
                message["nonce"] = None
        return await super().post(request)

    def _put(self, channel: int, body: Any, id_: int) -> Any:
        message = super()._put(channel, body, id_)
        self._put_at.append((self.clock.now(), message))
        return message

    async def _carried_out(self, request: web.Request, handler: Any) -> web.StreamResponse:
        before = len(self.posted)
        answer = await super()._carried_out(request, handler)
        if len(self.posted) > before:
            await self.plays.took()
        return answer

    def keys(self) -> list[str]:
        """Of the messages that are there, in order; what admins are told in private is not counted."""
        return [body["nonce"] for body in self.posted if body["channel"] < DIRECT]

    def shown(self) -> list[str]:
        """What can be read there, message by message."""
        return [json.dumps(message) for channel in self.messages.values() for message in channel]

    def tries(self) -> int:
        """How often a message was sent here, taken or not."""
        sent = [path.split("/") for verb, path, _ in self.requests if verb == "POST" and path.endswith("/messages")]
        return sum(int(channel) < DIRECT for _, _, channel, _ in sent)

    def trouble(self, kind: str) -> None:
        """What the next message meets: 500, reset, 429, form, unknown, no-access."""
        path = REPLY if self.plays.taken else FIRST
        match kind:
            case "500":
                self.fail("POST", path, status=500, after=True)
            case "reset":
                self.fail("POST", path, after=True)
            case "429":
                headers = {"Retry-After": "40", "Via": "1.1 stand"}
                self.fail("POST", path, status=429, headers=headers, body={"retry_after": 40.0, "global": False})
            case "form":
                self.fail("POST", path, status=400, code=50035)
            case "unknown":
                self._shut(404, 10003)
            case _:
                self._shut(403, 50001)

    def _shut(self, status: int, code: int) -> None:
        for path in (FIRST, REPLY):
            self.fail("POST", path, status=status, code=code, times=999)
            self.fail("GET", path, status=status, code=code, times=999)


class SlackPlace(SlackStand):
    """As it stands, with plays."""

    name = "slack"

    def __init__(self) -> None:
        super().__init__()
        self.plays = Plays()

    async def _notify(self) -> None:
        await super()._notify()
        while self.plays.taken < len(self.messages):
            await self.plays.took()

    def keys(self) -> list[str]:
        return [kept.key or "" for kept in self.messages if kept.channel.startswith("C")]

    def shown(self) -> list[str]:
        return [json.dumps(kept.body) for kept in self.messages]

    def tries(self) -> int:
        return sum(str(body.get("channel", "")).startswith("C") for body in self.called("chat.postMessage"))

    def trouble(self, kind: str) -> None:
        post = "chat.postMessage"
        match kind:
            case "500":
                self.refuse(post, status=500, keep=True)
            case "reset":
                self.refuse(post, keep=True, reset=True)
            case "429":
                self.refuse(post, retry_after=30)
            case "form":
                self.refuse(post, "invalid_blocks")
            case "unknown":
                self.refuse(post, "channel_not_found", times=999)
            case _:
                self.refuse(post, "account_inactive", times=999)


Place = DiscordPlace | SlackPlace


@asynccontextmanager
async def place(platform: str, clock: Clock) -> AsyncIterator[Place]:
    if platform == "slack":
        async with SlackPlace() as slack:
            yield slack
        return
    discord = DiscordPlace(clock)
    async with stand(discord, more=Gateway(discord).routes()):
        yield discord


def twice(keys: list[str]) -> int:
    """How many messages are there too many."""
    return sum(count - 1 for count in Counter(keys).values())
