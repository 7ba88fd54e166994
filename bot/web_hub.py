"""The addresses hubs call (WebSub): to confirm a wish of ours, and to tell that a feed changed. What they send is not
read: a signed call makes the feed itself be polled early, nothing more."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from aiohttp import web

from bot.telemetry import event
from digests.hubs import HubSubscription, confirmed, denied, is_signed
from digests.store import Store

log = logging.getLogger("chokan.hubs")

BODY_LIMIT = 5 * 1024 * 1024
"""Bytes of a call that are looked at, to check its signature: as large as the feeds we read."""
_CHALLENGE = 1024


class HubDoor:
    """`GET` and `POST /hub/<token>`."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def open(self, app: web.Application) -> None:
        app.router.add_get("/hub/{token}", self.confirm, name="hub", allow_head=False)
        app.router.add_post("/hub/{token}", self.called, name="hub-called")

    async def confirm(self, request: web.Request) -> web.Response:
        """The hub asks whether it was really us (WebSub, 5.3): yes for what we asked, 404 for all else."""
        said, hub = request.query, await self._known(request)
        if said.get("hub.topic") != hub.topic:
            raise web.HTTPNotFound
        if said.get("hub.mode") == "denied":
            await self._store.save_hub(denied(hub, self._clock()))
            event(log, "hub.denied", level=logging.WARNING, feed=hub.feed, hub=hub.hub)
            return _plain("noted")
        challenge = said.get("hub.challenge", "")
        if said.get("hub.mode") != "subscribe" or not 0 < len(challenge) <= _CHALLENGE:
            raise web.HTTPNotFound
        await self._store.save_hub(confirmed(hub, _seconds(said.get("hub.lease_seconds", "")), self._clock()))
        event(log, "hub.confirmed", feed=hub.feed, hub=hub.hub)
        return _plain(challenge)

    async def called(self, request: web.Request) -> web.Response:
        """Answered with 202 also where the signature is wrong, so that nobody learns by trying (WebSub, 8)."""
        hub = await self._known(request)
        body = await _body(request)
        if is_signed(hub.secret, request.headers.get("X-Hub-Signature", ""), body):
            await self._store.hasten_feed(hub.feed, self._clock())
            event(log, "hub.called", feed=hub.feed)
        else:
            event(log, "hub.unsigned", level=logging.WARNING, feed=hub.feed)
        return _plain("", 202)

    async def _known(self, request: web.Request) -> HubSubscription:
        hub = await self._store.hub(request.match_info["token"])
        if hub is None:
            raise web.HTTPNotFound
        return hub


async def _body(request: web.Request) -> bytes:
    """Raises 413 without reading on."""
    if (request.content_length or 0) > BODY_LIMIT:
        raise web.HTTPRequestEntityTooLarge(BODY_LIMIT, request.content_length or 0)
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > BODY_LIMIT:
            raise web.HTTPRequestEntityTooLarge(BODY_LIMIT, len(body))
    return bytes(body)


def _seconds(text: str) -> float:
    """The lease the hub grants; where it does not say, a day."""
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else 86_400.0


def _plain(text: str, status: int = 200) -> web.Response:
    return web.Response(text=text, status=status, headers={"Cache-Control": "private, no-store"})
