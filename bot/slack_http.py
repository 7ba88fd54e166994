"""Slack's requests over HTTP, for those who have a public address: `/slack/events` takes commands, buttons, forms and
events alike. Only what Slack signed is read (https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from multidict import MultiMapping
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import Clock, SignatureVerifier

from digests.errors import NotListening

log = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 1 << 20
"""Bytes of a request; Slack's are far smaller."""
WINDOW = 300.0
"""Seconds by which a request may be old, or a clock ahead."""
_STAMP = re.compile(r"[1-9][0-9]{0,11}")
REMEMBERED = 20_000
"""Requests that are known again: only Slack can make one that is kept, and it makes fewer within the window."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to listen; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 3000


async def serve(app: AsyncApp, listen: Listen, signing_secret: str) -> None:
    """Take requests until cancelled. Raises `NotListening` when the address cannot be had."""
    gate = Gate(signing_secret)

    async def taken(request: web.Request) -> web.Response:
        if not gate.admits(await request.read(), request.headers):
            return web.Response(status=401)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    server = web.Application(client_max_size=LARGEST)
    server.router.add_post(PATH, taken)
    runner = web.AppRunner(server, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, listen.host, listen.port).start()
        except OSError as error:
            raise NotListening(listen.host, listen.port, error.strerror or str(error)) from error
        log.info("slack.listening port=%s", runner.addresses[0][1])
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


class Gate:
    """Lets in what Slack signed within the last five minutes, each request once."""

    def __init__(self, signing_secret: str, clock: Callable[[], float] = time.time) -> None:
        self._verifier, self._clock = SignatureVerifier(signing_secret, _Clock(clock)), clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def admits(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """slack_sdk's verifier raises on a timestamp that is no number, a signature that is not ASCII and a body that
        is not UTF-8: Slack sends none of these."""
        stamp, signature = _only(headers, "X-Slack-Request-Timestamp"), _only(headers, "X-Slack-Signature")
        if not _STAMP.fullmatch(stamp):  # `int()` reads signs, underscores and the digits of every script
            return False
        try:
            return self._verifier.is_valid(body, stamp, signature) and self._is_new(signature)
        except (ValueError, TypeError, OverflowError):
            return False

    def _is_new(self, signature: str) -> bool:
        """A signature stands for its time and its body, so the same one again is a replay: Slack signs a retry anew."""
        now = self._clock()
        while self._seen and (len(self._seen) > REMEMBERED or next(iter(self._seen.values())) < now - 2 * WINDOW):
            self._seen.popitem(last=False)
        if signature in self._seen:
            return False
        self._seen[signature] = now
        return True


def _only(headers: Mapping[str, str], name: str) -> str:
    """The value of a header that may come once; empty where it comes twice, for then it means two things."""
    if isinstance(headers, MultiMapping):
        found = headers.getall(name, [])
        return str(found[0]) if len(found) == 1 else ""
    return headers.get(name, "")


class _Clock(Clock):
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock()
