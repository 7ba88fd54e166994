"""The desk where Slack's commands and buttons are answered: acknowledged at once, worked on afterwards, in private.

Builds the bolt app that Socket Mode and HTTP mode share; opens no connection by itself.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Answers, Command, Press, Reply, Request
from bot.slack_blocks import blocks_of, text_of, verb_of
from bot.slack_errors import slack_border
from bot.slack_forms import filled_in, ticket_of, view_of
from bot.slack_people import SlackPeople
from bot.slack_words import asked, unescaped
from digests.catalog import Catalogs
from digests.errors import ChatError
from digests.model import Destination, Message, Paragraph, Part, Span

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[[], Awaitable[object]]

REPLY_HOSTS = frozenset(("hooks.slack.com", "hooks.slack-gov.com"))
_REMEMBERED = 2000
_REPLY_SECONDS = 20.0
_CALL_SECONDS = 30
_ANYTHING = re.compile(r".*", re.DOTALL)
_MENTION = re.compile(r"<@[A-Z0-9]+>")
_MORE = 3
"""Messages below the first: a `response_url` takes five in all, one is kept for what is shared."""


class SlackDesk:
    """Answers what readers ask. Every answer is ephemeral; an error is a plain line in the reader's language."""

    def __init__(
        self,
        *,
        client: AsyncWebClient,
        people: SlackPeople,
        answers: Answers,
        catalogs: Catalogs,
        groups: Mapping[str, Sequence[Command]],
    ) -> None:
        self._client, self._answers, self._catalogs, self._groups = client, answers, catalogs, groups
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._people = people
        self._work: set[asyncio.Task[None]] = set()

    async def command(self, ack: Ack, body: Payload) -> None:
        """A slash command: acknowledged, then answered in the background."""
        await ack()
        if self._first(body.get("trigger_id")):
            self._start(self._answer(body), body)

    async def press(self, ack: Ack, body: Payload) -> None:
        """A pressed button: acknowledged, then answered; a button that opened a page needs no answer."""
        await ack()
        action: Payload = next(iter(body.get("actions") or ()), {})
        verb = verb_of(str(action.get("action_id", "")))
        if verb and self._first(body.get("trigger_id")):
            self._start(self._pressed(body, verb, str(action.get("value") or "")), body)

    async def submitted(self, ack: Ack, body: Payload) -> None:
        """A form that was sent."""
        await ack()
        if self._first(body.get("trigger_id")):
            self._start(self._filled_in(body), body)

    async def shortcut(self, ack: Ack, body: Payload) -> None:
        """«Digest this link» on a message."""
        await ack()
        if body.get("type") == "message_action" and self._first(body.get("trigger_id")):
            self._start(self._linked(body), body)

    async def event(self, ack: Ack, body: Payload) -> None:
        """A mention of us is answered; anything else is only acknowledged, so that Slack does not send it again."""
        await ack()
        event: Payload = body.get("event") or {}
        if event.get("type") == "app_mention" and not event.get("bot_id") and self._first(body.get("event_id")):
            self._start(self._mentioned(event, str(body.get("team_id") or "")), body)

    async def close(self) -> None:
        """Stop answering; what is under way is given up."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    def _first(self, key: object) -> bool:
        """False for a delivery Slack has repeated: a trigger id belongs to one command or one press."""
        if not isinstance(key, str) or not key:
            return True
        if key in self._seen:
            return False
        self._seen[key] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True

    def _start(self, work: Coroutine[Any, Any, None], body: Payload) -> None:
        task = asyncio.create_task(self._guarded(work, body))
        self._work.add(task)  # the loop itself keeps no reference to a task
        task.add_done_callback(self._work.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None], body: Payload) -> None:
        try:
            await work
        except Exception as error:
            log.warning("slack.answer_failed error=%s", type(error).__name__, exc_info=not isinstance(error, ChatError))

    async def _answer(self, body: Payload) -> None:
        began = perf_counter()
        ask = asked(str(body.get("text") or ""), self._commands(body), self._catalogs)
        profile = await self._people.profile(body.get("user_id"))
        request = Request(
            command=ask.command,
            options=ask.options,
            locale=profile.locale or ask.language or "en",
            origin=_origin(body.get("channel_id"), body.get("team_id")),
            admin=profile.admin,
            reader=str(body.get("user_id") or ""),
        )
        reply = await self._said(self._answers.answer(request), request.locale)
        await self._reply(body, reply, private=False)
        log.info("slack.answered command=%s took=%.2f", ask.command, perf_counter() - began)

    def _commands(self, body: Payload) -> Sequence[Command]:
        """The commands behind a slash command's name, which an operator may have changed: `digest` stands for any."""
        name = str(body.get("command") or "").lstrip("/")
        return self._groups.get(name) or next(iter(self._groups.values()))

    async def _pressed(self, body: Payload, verb: str, value: str) -> None:
        began = perf_counter()
        press = await self._press_of(body, verb, value)
        form = self._answers.form(press)
        if form is not None:
            ticket = ticket_of(body)
            with slack_border("slack form"):
                await self._client.views_open(trigger_id=str(body.get("trigger_id")), view=view_of(form, ticket))
            return
        reply = await self._said(self._answers.press(press), press.locale)
        await self._reply(body, reply, private=bool((body.get("container") or {}).get("is_ephemeral")))
        log.info("slack.pressed verb=%s took=%.2f", verb, perf_counter() - began)

    async def _filled_in(self, body: Payload) -> None:
        sent = filled_in(body.get("view") or {})
        if sent is None:
            return
        press = await self._press_of({**body, **sent.ticket}, sent.verb, sent.value, sent.fields)
        reply = await self._said(self._answers.press(press), press.locale)
        await self._reply(sent.ticket, reply, private=False)

    async def _press_of(self, body: Payload, verb: str, value: str, fields: Mapping[str, str] | None = None) -> Press:
        profile = await self._people.profile((body.get("user") or {}).get("id"))
        return Press(
            verb=verb,
            value=value,
            locale=profile.locale or "en",
            origin=_origin((body.get("channel") or {}).get("id"), (body.get("team") or {}).get("id")),
            admin=profile.admin,
            name=profile.name,
            reader=str((body.get("user") or {}).get("id") or ""),
            fields=fields or {},
        )

    async def _linked(self, body: Payload) -> None:
        profile = await self._people.profile((body.get("user") or {}).get("id"))
        text = unescaped(str((body.get("message") or {}).get("text") or ""))
        origin = _origin((body.get("channel") or {}).get("id"), (body.get("team") or {}).get("id"))
        who = str((body.get("user") or {}).get("id") or "")
        locale = profile.locale or "en"
        request = Request(command="link", options={"text": text}, locale=locale, origin=origin, reader=who)
        await self._reply(body, await self._said(self._answers.answer(request), request.locale), private=False)

    async def _mentioned(self, event: Payload, team: str) -> None:
        """Answered in the thread it stands in, to nobody but who asked."""
        commands = next(iter(self._groups.values()))
        ask = asked(_MENTION.sub(" ", str(event.get("text") or "")), commands, self._catalogs)
        profile = await self._people.profile(event.get("user"))
        locale, origin = profile.locale or ask.language or "en", _origin(event.get("channel"), team)
        who = str(event.get("user") or "")
        request = Request(command=ask.command, options=ask.options, locale=locale, origin=origin, reader=who)
        reply = await self._said(self._answers.answer(request), locale)
        place: dict[str, Any] = {name: str(event[name]) for name in ("channel", "user", "thread_ts") if event.get(name)}
        for message in (reply.message, *reply.more):
            with slack_border("slack mention"):
                await self._client.chat_postEphemeral(**place, **payload_of(message))

    async def _said(self, answer: Awaitable[Reply], locale: str) -> Reply:
        try:
            return await answer
        except Exception as error:
            log.warning("slack.answer_failed error=%s", type(error).__name__, exc_info=True)
            return Reply(message=_line(self._catalogs.of(locale)("slack.failed"), locale))

    async def _reply(self, body: Payload, reply: Reply, *, private: bool) -> None:
        """At most five uses of the `response_url` (Slack allows five within 30 minutes).

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
        """
        url = str(body.get("response_url") or "")
        if not may_reply_to(url, self._client.base_url):
            log.warning("slack.reply_refused host=%s", urlsplit(url).hostname)
            return
        await self._send(url, reply.message, "ephemeral", replace=private and reply.in_place)
        for message in reply.more[: _MORE + (reply.share is None)]:
            await self._send(url, message, "ephemeral", replace=False)
        if reply.share is not None:
            await self._send(url, reply.share, "in_channel", replace=False)

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


def slack_app(
    desk: SlackDesk, *, base_url: str, signing_secret: str | None, own: Callable[[], tuple[str, str]]
) -> AsyncApp:
    """The bolt app with every listener, for Socket Mode and HTTP mode alike.

    `own` gives our (user id, bot id) as far as known: bolt drops what the bot itself caused. No listener and no
    middleware calls Slack before the acknowledgement.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        user, bot = own()
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_user_id=user, bot_id=bot)

    app = AsyncApp(
        name="chokan",
        logger=quiet_logger("bolt", logging.ERROR),
        client=web_client(base_url),
        signing_secret=signing_secret or "",
        authorize=authorize,
    )
    app.command(_ANYTHING)(desk.command)
    app.action(_ANYTHING)(desk.press)
    app.event(_ANYTHING)(desk.event)
    app.shortcut(_ANYTHING)(desk.shortcut)
    app.view(_ANYTHING)(desk.submitted)
    return app


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


def _origin(channel: object, team: object) -> Destination | None:
    return Destination(platform="slack", channel=channel, tenant=str(team or "")) if isinstance(channel, str) else None


def _line(text: str, locale: str) -> Message:
    return Message(title=text, parts=(Part(blocks=(Paragraph(spans=(Span(text=text),)),)),), language=locale)
