"""Slack's requests over HTTP, for those who have a public address: `/slack/events` takes commands, buttons, forms and
events alike. Bolt checks each request's signature (https://docs.slack.dev/authentication/verifying-requests-from-slack).
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

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


async def serve(app: AsyncApp, listen: Listen) -> None:
    """Take requests until cancelled. Raises `NotListening` when the address cannot be had."""

    async def taken(request: web.Request) -> web.Response:
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
