"""The real discord.py client, as small as Chokan needs it, and with REST at an address of choice."""

from __future__ import annotations

import logging
import re
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.clocks import Clocks
from bot.pace import Pace
from bot.telemetry import event

log = logging.getLogger("chokan.discord")

PER_SECOND, MOST = 48.0, 49
"""Requests: Discord takes 50 a second of one bot, and no header tells how many are left of them. 49 in 1.03 seconds: as
seen from there one comes sooner, another later.
https://docs.discord.com/developers/topics/rate-limits#global-rate-limit"""
_SECONDS = re.compile(r"\d{1,6}(\.\d{1,6})?")
_SLEEP_AT_MOST = 30.0
"""Seconds discord.py itself waits out a rate limit; longer ones come back as `ChatUnavailable`."""


class MovedHttp(HTTPClient):
    """REST under another base address, where there is one: discord.py knows but one, in the class `Route`, for the
    whole process."""

    base = ""

    async def request(self, route: Route, **options: Any) -> Any:
        return await super().request(_moved(route, self.base) if self.base else route, **options)


class MovedAdapter(AsyncWebhookAdapter):
    """The same for answers to interactions, which discord.py sends on a way of their own."""

    base = ""

    async def request(self, route: Route, session: Any, **options: Any) -> Any:
        return await super().request(_moved(route, self.base), session, **options)


class ChokanClient(discord.AutoShardedClient):
    """Sees servers and channels, no members and no messages: no privileged intent, next to no cache.

    `api_url` takes the place of `https://discord.com/api/v10`. The gateway's address is what that REST answers.
    """

    def __init__(self, api_url: str | None = None, clocks: Clocks | None = None) -> None:
        # Nobody speaks here: that voice lacks its libraries is nothing to warn of.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_SLEEP_AT_MOST,
        )
        self._api_url = (api_url or "").rstrip("/")
        self.http = self._connection.http = _http_at(self._api_url, self.loop, clocks or Clocks())

    def use_api_url(self) -> None:
        """Let answers to interactions that this task (and those it starts) receives go to `api_url` as well."""
        if self._api_url:
            adapter = MovedAdapter()  # type: ignore[no-untyped-call]  # the library left its __init__ untyped
            adapter.base = self._api_url
            async_context.set(adapter)


def _http_at(base: str, loop: Any, clocks: Clocks) -> MovedHttp:
    trace = _watched(Pace(PER_SECOND, most=MOST), clocks)
    http = MovedHttp(loop, unsync_clock=True, max_ratelimit_timeout=_SLEEP_AT_MOST, http_trace=trace)
    http.base = base
    return http


def _watched(pace: Pace, clocks: Clocks) -> aiohttp.TraceConfig:
    """Each request, retries too, waits for its turn right before it goes out; discord.py itself learns of the global
    limit only by running into it. Answers also tell the time."""

    async def wait(*_: object) -> None:
        await pace.turn()

    async def tell(_: object, __: object, done: aiohttp.TraceRequestEndParams) -> None:
        clocks.heard("discord", done.response.headers)
        if done.response.status == HTTPStatus.TOO_MANY_REQUESTS:
            asked = done.response.headers.get("Retry-After", "")
            event(log, "rate.limited", platform="discord", seconds=float(asked) if _SECONDS.fullmatch(asked) else 0.0)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(wait)
    trace.on_request_end.append(tell)
    return trace


def _moved(route: Route, base: str) -> Route:
    if route.url.startswith(Route.BASE):
        route.url = base + route.url.removeprefix(Route.BASE)
    return route
