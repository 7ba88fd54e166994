"""Slack's requests over HTTP, for those who have a public address: `/slack/events` takes commands, buttons, forms and
events alike. Only what Slack signed is read (https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.signature import SignatureVerifier

from digests.errors import NotListening

log = logging.getLogger(__name__)

PATH = "/slack/events"
LARGEST = 1 << 20
"""Bytes of a request; Slack's are far smaller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Where to listen; port 0 takes any free one."""

    host: str = "127.0.0.1"
    port: int = 3000


async def serve(app: AsyncApp, listen: Listen, signing_secret: str) -> None:
    """Take requests until cancelled. Raises `NotListening` when the address cannot be had."""
    verifier = SignatureVerifier(signing_secret)

    async def taken(request: web.Request) -> web.Response:
        if not is_signed(verifier, await request.read(), request.headers):
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


def is_signed(verifier: SignatureVerifier, body: bytes, headers: Mapping[str, str]) -> bool:
    """Whether Slack signed this within the last five minutes. slack_sdk's verifier raises on a timestamp that is no
    number, a signature that is not ASCII and a body that is not UTF-8: Slack sends none of these."""
    stamp, signature = headers.get("X-Slack-Request-Timestamp", ""), headers.get("X-Slack-Signature", "")
    try:
        return verifier.is_valid(body, stamp, signature)
    except (ValueError, TypeError, OverflowError):
        return False
