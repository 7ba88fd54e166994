"""How Slack is spoken to: the client, a message's body, and answers to an interaction's `response_url`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Reply
from bot.slack_blocks import blocks_of, text_of
from bot.slack_errors import slack_border
from digests.message import Message

log = logging.getLogger(__name__)

REPLY_HOSTS = frozenset(("hooks.slack.com", "hooks.slack-gov.com"))
_REPLY_SECONDS = 20.0
_CALL_SECONDS = 30
_MORE = 3
"""Messages below the first: a `response_url` takes five in all, one is kept for what is shared."""


class SlackReplies:
    """Answers an interaction's `response_url`: at most five times (Slack allows five within 30 minutes).

    https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    def progress(self, body: Mapping[str, Any]) -> Showing:
        """For an answer that takes a while."""
        return Showing(self, str(body.get("response_url") or ""))

    async def show(self, url: str, message: Message, *, replace: bool) -> None:
        """One private message; `replace`: in place of the one before."""
        if self._may(url):
            await self._send(url, message, "ephemeral", replace=replace)

    async def reply(self, body: Mapping[str, Any], reply: Reply, *, private: bool, shown: bool = False) -> None:
        """`private`: what was pressed stands in a private message, which the answer may replace. `shown`: progress was
        shown, which it replaces."""
        url = str(body.get("response_url") or "")
        if not self._may(url):
            return
        await self._send(url, reply.message, "ephemeral", replace=shown or (private and reply.in_place))
        for message in reply.more[: _MORE + (reply.share is None)]:
            await self._send(url, message, "ephemeral", replace=False)
        if reply.share is not None:
            await self._send(url, reply.share, "in_channel", replace=False)

    async def share(self, url: str, message: Message) -> None:
        """For everybody in the channel."""
        if self._may(url):
            await self._send(url, message, "in_channel", replace=False)

    def _may(self, url: str) -> bool:
        allowed = may_reply_to(url, self._client.base_url)
        if not allowed:
            log.warning("slack.reply_refused host=%s", urlsplit(url).hostname)
        return allowed

    async def _send(self, url: str, message: Message, seen_by: str, *, replace: bool) -> None:
        payload = {**payload_of(message), "response_type": seen_by, "replace_original": replace}
        with slack_border("slack reply"):
            timeout = aiohttp.ClientTimeout(total=_REPLY_SECONDS)
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.post(url, json=payload, proxy=self._client.proxy, allow_redirects=False) as response,
            ):
                said = (await response.content.read(300)).decode("utf-8", "replace")
                if response.status != 200 or '"ok":false' in said.replace(" ", ""):
                    log.warning("slack.reply_failed status=%d answer=%s", response.status, " ".join(said.split()))


class Showing:
    """How far an answer is: the first message is new, each later one takes its place. Two steps leave three of the five
    uses of an address to the answer."""

    def __init__(self, replies: SlackReplies, url: str) -> None:
        self._replies, self._url, self.begun = replies, url, False

    async def __call__(self, message: Message) -> None:
        await self._replies.show(self._url, message, replace=self.begun)
        self.begun = True


def web_client(base_url: str, token: str | None = None) -> AsyncWebClient:
    """slack_sdk's client without its own retries: after a lost connection it would post a message again."""
    return AsyncWebClient(
        token=token,
        base_url=base_url,
        timeout=_CALL_SECONDS,
        retry_handlers=[],
        logger=quiet_logger("web", logging.ERROR),
    )


def quiet_logger(name: str, level: int) -> logging.Logger:
    """A logger for a library that would write whole payloads, and with them tickets and reply addresses, at DEBUG."""
    logger = logging.getLogger(f"{__name__}.{name}")
    logger.setLevel(level)
    return logger


def payload_of(message: Message) -> dict[str, Any]:
    """The body of a message: blocks, the same as text, and nothing in either that unfurls, pings or formats itself."""
    return {
        "text": text_of(message),
        "blocks": blocks_of(message),
        "mrkdwn": False,
        "parse": "none",
        "link_names": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def may_reply_to(url: str, base_url: str) -> bool:
    """True for Slack's own reply host over TLS, and for the host the API was moved to (same scheme and port)."""
    try:
        target, home = urlsplit(url), urlsplit(base_url)
        places = [(part.scheme, part.hostname, part.port) for part in (target, home)]
    except ValueError:
        return False
    if target.username is not None or target.password is not None:
        return False
    if target.scheme == "https" and target.hostname in REPLY_HOSTS and target.port in (None, 443):
        return True
    return places[0] == places[1]
