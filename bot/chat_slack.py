"""Slack as a chat: posts editions over the Web API, answers commands over Socket Mode.

Never posts one key twice: slack_sdk's own retries are off, and a post whose outcome is unknown is looked for first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import slack_blocks
from bot.clocks import Clocks
from bot.commands import GROUPS, Answers, Command
from bot.pace import Pace
from bot.slack_check import checked
from bot.slack_desk import SlackDesk, slack_app
from bot.slack_errors import BAD_FORM, code_of, slack_border
from bot.slack_http import Listen, serve
from bot.slack_people import SlackPeople
from bot.slack_reply import payload_of, quiet_logger, web_client
from bot.telemetry import event
from digests.catalog import Catalogs
from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, HistoryHidden
from digests.message import Message, Part
from digests.model import Destination
from digests.outbox import Posted
from digests.ports import Finding, Limits

log = logging.getLogger(__name__)

API_URL = "https://slack.com/api/"
EVENT_TYPE = "chokan_delivery"

_PACE = 1.0
"""Seconds between two posts to a channel: https://docs.slack.dev/apis/web-api/rate-limits#chat_postMessage"""
_PER_SECOND = 20.0
"""Posts to begin with; a workspace's ceiling is not told but felt: "several hundred messages a minute"."""
_PAUSE_AT_MOST, _PAUSES = 5.0, 3
"""Seconds of Retry-After that are waited out on the spot, and how often; longer ones are the outbox's business."""
_PERMALINK_SECONDS = 5.0
_LOOK_BACK = 7 * 86_400
"""Seconds of history in which an earlier try may stand: longer than any delivery is retried."""
_PAGE, _PAGES = 500, 20
_HISTORY_WAIT = 60.0
"""Longest Retry-After that is waited for while looking a message up; apps limited to one look a minute fit in."""
_CONNECT_SECONDS = 30.0
_WATCHES = 12
_LOST_SECONDS = 60.0
_BACKOFF = (2.0, 5.0, 15.0, 30.0, 60.0)


class SlackChat:
    """The `Chat` port on one Slack workspace.

    `app_token` is needed by `run` only, `signing_secret` by HTTP mode; after `lost_after` seconds without a connection
    `run` begins anew with a fresh client and a look at the tokens.
    """

    platform = "slack"
    limits: Limits = slack_blocks.LIMITS

    def __init__(
        self,
        *,
        bot_token: str,
        app_token: str | None,
        signing_secret: str | None,
        answers: Answers,
        catalogs: Catalogs,
        api_url: str | None = None,
        groups: Mapping[str, Sequence[Command]] = GROUPS,
        lost_after: float = _LOST_SECONDS,
        listen: Listen | None = None,
        admins: Sequence[str] = (),
        clocks: Clocks | None = None,
    ) -> None:
        self._app_token, self._signing_secret = (app_token or "").strip(), signing_secret
        self._client = web_client(api_url or API_URL, bot_token)
        self._catalogs, self._clocks = catalogs, clocks or Clocks()
        self._people = SlackPeople(self._client, admins)
        self._desk = SlackDesk(
            client=self._client, people=self._people, answers=answers, catalogs=catalogs, groups=groups
        )
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[str, float] = {}
        self._pace = Pace(_PER_SECOND)
        self._is_reached = False
        self._own, self._lost_after, self._listen = ("", ""), lost_after, listen

    def cost(self, part: Part) -> tuple[int, int]:
        """Characters and blocks that `part` takes of `limits`."""
        return slack_blocks.cost(part)

    async def gathers(self, destination: Destination) -> bool:
        """Slack has no forums."""
        return False

    async def keepers(self, destination: Destination, first: str) -> tuple[Destination, ...]:
        """A message to a person's id arrives in the app's own conversation with them."""
        people = await self._people.keepers(first)
        return tuple(Destination(platform=self.platform, channel=one, tenant=destination.tenant) for one in people)

    # --- posting ------------------------------------------------------------------------------------------------------

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        """Post one message, at most once for one `key`. Slack has no silent messages: `silent` changes nothing.

        Raises `ChatRefused`, `ChatUnavailable`, `ChatUnknown`; `HistoryHidden` where an earlier try may have
        arrived and Slack does not let us look.
        """
        earlier = await self._find(destination, key, parent) if unknown else None
        if earlier is not None:
            log.info("slack.found channel=%s key=%s", destination.channel, key)
            return await self._posted(destination.channel, earlier, parent)
        if not slack_blocks.fits(message):
            log.warning("slack.cut channel=%s key=%s", destination.channel, key)
        began = time.perf_counter()
        answer = await self._send(destination, message, key, parent)
        posted = await self._posted(str(answer.get("channel") or destination.channel), str(answer["ts"]), parent)
        log.info("slack.posted channel=%s key=%s took=%.2f", destination.channel, key, time.perf_counter() - began)
        return posted

    async def _send(self, destination: Destination, message: Message, key: str, parent: str | None) -> dict[str, Any]:
        body = payload_of(message) | {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": key}}}
        try:
            answer = await self._call(destination, parent, body)
        except ChatRefused as error:
            if code_of(error.__cause__) not in BAD_FORM:
                raise
            # Certainly not taken: said again in plain words, so that one odd block does not stop the edition.
            log.warning("slack.plain channel=%s key=%s error=%s", destination.channel, key, error)
            answer = await self._call(destination, parent, {**body, "blocks": None})
        if not isinstance(answer.data, dict) or not answer.data.get("ts"):
            raise ChatUnknown(f"{destination}: Slack's answer has no message in it; it may have taken the message")
        return answer.data

    async def _call(self, destination: Destination, parent: str | None, body: dict[str, Any]) -> AsyncSlackResponse:
        """One post; short pauses that Slack asks for are waited out here, since it certainly took nothing."""
        for _ in range(_PAUSES):
            try:
                return await self._call_once(destination, parent, body)
            except ChatUnavailable as error:
                if error.retry_after is None or error.retry_after > _PAUSE_AT_MOST:
                    raise
                event(log, "rate.limited", platform=self.platform, seconds=error.retry_after)
                await asyncio.sleep(error.retry_after)
        return await self._call_once(destination, parent, body)

    async def _call_once(
        self, destination: Destination, parent: str | None, body: dict[str, Any]
    ) -> AsyncSlackResponse:
        async with self._turns[destination.channel]:
            await self._wait_turn(destination.channel)
            turn = await self._pace.turn()
            try:
                with slack_border(str(destination)):
                    answer = await self._client.chat_postMessage(channel=destination.channel, thread_ts=parent, **body)
            except ChatUnavailable as error:
                self._held_up(turn, error)
                raise
            self._pace.taken(turn)
            return answer

    def _held_up(self, turn: float, error: ChatUnavailable) -> None:
        """A short pause that Slack asks for may be meant for everybody."""
        if error.retry_after is not None and error.retry_after <= _PAUSE_AT_MOST:
            self._pace.refused(turn, error.retry_after)

    async def _wait_turn(self, channel: str) -> None:
        clock = asyncio.get_running_loop().time
        await asyncio.sleep(max(0.0, self._last.get(channel, -_PACE) + _PACE - clock()))
        self._last[channel] = clock()

    async def edit(self, destination: Destination, message: Message, *, ref: str, key: str) -> None:
        """Put `message` in the place of the one at `ref`. Raises `ChatRefused`, `ChatUnavailable`, `ChatUnknown`."""
        channel, _, ts = ref.partition("/")
        body = {name: value for name, value in payload_of(message).items() if not name.startswith("unfurl")}
        body |= {"metadata": {"event_type": EVENT_TYPE, "event_payload": {"id": key}}}
        try:
            await self._update(destination, channel, ts, body)
        except ChatRefused as error:
            if code_of(error.__cause__) not in BAD_FORM:
                raise
            await self._update(destination, channel, ts, {**body, "blocks": []})
        log.info("slack.edited channel=%s key=%s", channel, key)

    async def _update(self, destination: Destination, channel: str, ts: str, body: dict[str, Any]) -> None:
        await self._pace.turn()
        with slack_border(str(destination)):
            await self._client.chat_update(channel=channel, ts=ts, **body)

    async def _posted(self, channel: str, ts: str, parent: str | None) -> Posted:
        return Posted(ref=f"{channel}/{ts}", thread=parent or ts, permalink=await self._permalink(channel, ts))

    async def _permalink(self, channel: str, ts: str) -> str | None:
        """A nicety: its failure is not the post's."""
        try:
            with slack_border(f"slack:{channel}"):
                async with asyncio.timeout(_PERMALINK_SECONDS):
                    answer = await self._client.chat_getPermalink(channel=channel, message_ts=ts)
        except ChatError as error:
            log.info("slack.no_permalink channel=%s error=%s", channel, error.kind)
            return None
        return answer.get("permalink")

    # --- looking for an earlier try -----------------------------------------------------------------------------------

    async def _find(self, destination: Destination, key: str, parent: str | None) -> str | None:
        """The `ts` of the message that carries `key`; None where it surely is not there."""
        cursor = ""
        for _ in range(_PAGES):
            page = await self._page(destination, parent, cursor)
            for message in page.get("messages") or ():
                if _key_of(message) == key:
                    return str(message["ts"])
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None
        raise _held(destination, "the channel has too many messages to look through")

    async def _page(self, destination: Destination, parent: str | None, cursor: str) -> dict[str, Any]:
        for _ in range(2):
            try:
                return await self._look(destination, parent, cursor)
            except ChatRefused as error:
                if code_of(error.__cause__) == "thread_not_found":
                    raise
                raise _held(destination, str(error)) from error
            except ChatUnavailable as error:
                if error.retry_after is None:
                    # The look-up did not go out, but the message may have, the time before.
                    raise ChatUnknown(str(error)) from error
                if error.retry_after > _HISTORY_WAIT:
                    break
                await asyncio.sleep(error.retry_after)
        raise _held(destination, "Slack does not let the app read its history now")

    async def _look(self, destination: Destination, parent: str | None, cursor: str) -> dict[str, Any]:
        asked: dict[str, Any] = {"channel": destination.channel, "include_all_metadata": True, "limit": _PAGE}
        asked |= {"cursor": cursor} if cursor else {}
        with slack_border(str(destination)):
            if parent:
                answer = await self._client.conversations_replies(ts=parent, **asked)
            else:
                answer = await self._client.conversations_history(oldest=f"{time.time() - _LOOK_BACK:.6f}", **asked)
        return answer.data if isinstance(answer.data, dict) else {}

    # --- answering ----------------------------------------------------------------------------------------------------

    def app(self) -> AsyncApp:
        """The bolt app that answers commands and buttons, for whichever way its requests come in."""
        return slack_app(
            self._desk,
            base_url=self._client.base_url,
            signing_secret=self._signing_secret,
            own=lambda: self._own,
        )

    async def run(self) -> None:
        """Answer over Socket Mode until cancelled; connects again whenever the connection is lost. With `listen`, over
        HTTP instead.

        Raises `ChatRefused` when Slack does not accept one of the tokens, `NotListening` for an address in use.
        """
        if self._listen is not None:
            await self._listening(self._listen)
            return
        if not self._app_token:
            raise ChatRefused("slack: SLACK_APP_TOKEN is not set; commands need an app-level token (xapp-…)")
        failures = 0
        while True:
            try:
                await self._connected()
                failures = 0
            except (ChatUnavailable, ChatUnknown) as error:
                wait = getattr(error, "retry_after", None) or _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                failures += 1
                event(log, "slack.disconnected", level=logging.WARNING, error=str(error), retry_in=wait)
                await asyncio.sleep(wait)

    async def _listening(self, listen: Listen) -> None:
        secret = (self._signing_secret or "").strip()
        if not secret:
            raise ChatRefused("slack: SLACK_SIGNING_SECRET is not set; HTTP mode needs it to tell Slack from others")
        await self._introduced()
        with self._reached():
            await serve(self.app(), listen, secret)

    async def _introduced(self) -> str:
        """Learn who we are here: bolt drops what we caused ourselves, and only this workspace's admins are admins. The
        workspace's id."""
        with slack_border("slack"):
            me = await self._client.auth_test()
        self._own = (str(me.get("user_id") or ""), str(me.get("bot_id") or ""))
        self._people.lives_at({name: me.get(name) for name in ("team_id", "enterprise_id", "is_enterprise_install")})
        return str(me.get("team_id") or "")

    async def _connected(self) -> None:
        """One Socket Mode client from its first connection until that stays lost."""
        workspace = await self._introduced()
        # Asked for here because the client itself retries a wrong token for ever.
        with slack_border("slack", token="SLACK_APP_TOKEN"):  # noqa: S106 (a variable's name)
            opened = await self._client.apps_connections_open(app_token=self._app_token)
        handler = AsyncSocketModeHandler(
            self.app(),
            self._app_token,
            logger=quiet_logger("socket", logging.CRITICAL),
            web_client=web_client(self._client.base_url),
        )
        handler.client.wss_uri = opened["url"]
        try:
            with slack_border("slack"):
                async with asyncio.timeout(_CONNECT_SECONDS):
                    await handler.connect_async()  # type: ignore[no-untyped-call]
            log.info("slack.connected workspace=%s", workspace)
            with self._reached():
                await _watch(handler, self._lost_after)
        finally:
            await handler.close_async()  # type: ignore[no-untyped-call]

    def connected(self) -> bool:
        return self._is_reached

    @contextmanager
    def _reached(self) -> Iterator[None]:
        self._is_reached = True
        try:
            yield
        finally:
            self._is_reached = False

    async def check(self, destinations: Sequence[Destination], language: str = "en") -> tuple[Finding, ...]:
        """Token, scopes and membership in plain words; never raises."""
        words = self._catalogs.of(language)
        socket = self._is_reached and self._listen is None
        return await checked(self._client, self._app_token, destinations, words, self._clocks, socket)

    async def close(self) -> None:
        """Give up the answers under way."""
        await self._desk.close()


async def _watch(handler: AsyncSocketModeHandler, lost_after: float) -> None:
    """Return when the connection has been gone for `lost_after` seconds: the client's own attempts have failed."""
    clock = asyncio.get_running_loop().time
    alive = clock()
    while clock() - alive < lost_after:
        await asyncio.sleep(lost_after / _WATCHES)
        if await handler.client.is_connected():
            alive = clock()
    log.warning("slack.connection_lost")


def _key_of(message: dict[str, Any]) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    return (metadata.get("event_payload") or {}).get("id")


def _held(destination: Destination, reason: str) -> HistoryHidden:
    return HistoryHidden(
        f"held: Slack may already have this message; look in {destination} and send it again if it is missing "
        f"(it could not be looked up: {reason})"
    )
