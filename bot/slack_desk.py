"""The desk where Slack's commands and buttons are answered: acknowledged at once, worked on afterwards, in private.

Builds the bolt app that Socket Mode and HTTP mode share; opens no connection by itself.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.commands import Answers, Command, Press, Reply, Request
from bot.slack_blocks import verb_of
from bot.slack_errors import slack_border
from bot.slack_forms import PICK, Sent, filled_in, options_of, ticket_of
from bot.slack_people import Profile, SlackPeople
from bot.slack_reply import SlackReplies, payload_of, quiet_logger, web_client
from bot.slack_windows import SEARCH, SlackWindows
from bot.slack_words import Asked, asked, unescaped
from bot.telemetry import unit
from digests.catalog import Catalogs
from digests.errors import ChatError
from digests.message import Message, Paragraph, Part, Span
from digests.model import Destination

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Ack = Callable[..., Awaitable[object]]

_REMEMBERED = 2000
_ANYTHING = re.compile(r".*", re.DOTALL)
_MENTION = re.compile(r"<@[A-Z0-9]+>")
_CHANGING = ("admin-", "notice-resume", "forget")
"""Verbs after which the Home tab may look different."""


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
        self._replies = SlackReplies(client)
        self._windows = SlackWindows(client, people, answers, catalogs)
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
        chosen: Payload = action.get("selected_option") or {}
        if verb and self._first(body.get("trigger_id")):
            self._start(self._pressed(body, verb, str(action.get("value") or chosen.get("value") or "")), body)

    async def submitted(self, ack: Ack, body: Payload) -> None:
        """A form that was sent: it closes, or its window waits for the answer."""
        sent = filled_in(body.get("view") or {})
        if sent is not None and sent.stays:
            locale = self._people.known((body.get("user") or {}).get("id")).locale or "en"
            await ack(response_action="update", view=self._windows.waiting(body, locale))
        else:
            await ack()
        if sent is not None and self._first(body.get("trigger_id")):
            self._start(self._filled_in(body, sent), body)

    async def offered(self, ack: Ack, body: Payload) -> None:
        """What fits the words typed so far into a menu that is searched."""
        person = self._people.known((body.get("user") or {}).get("id"))
        origin, typed = _place_of(body), str(body.get("value") or "")
        name, locale = str(body.get("action_id") or ""), person.locale or "en"
        try:
            if verb_of(name) == PICK:
                found = await self._answers.titles(typed, locale, origin)
            else:
                found = await self._answers.suggest("edit", name, typed, locale, origin)
        except Exception as error:
            log.warning("slack.suggestions_failed error=%s", type(error).__name__, exc_info=True)
            found = ()
        await ack(options=options_of(found))

    async def shortcut(self, ack: Ack, body: Payload) -> None:
        """«Digest this link» on a message; the search window from anywhere."""
        await ack()
        if self._first(body.get("trigger_id")):
            self._start(self._linked(body) if body.get("type") == "message_action" else self._searching(body), body)

    async def event(self, ack: Ack, body: Payload) -> None:
        """A mention of us is answered, an opened Home tab filled; anything else is only acknowledged, so that Slack
        does not send it again."""
        await ack()
        event: Payload = body.get("event") or {}
        kind, team = event.get("type"), str(body.get("team_id") or "")
        if kind == "app_mention" and not event.get("bot_id") and self._first(body.get("event_id")):
            self._start(self._mentioned(event, team), body)
        if kind == "app_home_opened" and event.get("tab") == "home" and self._first(body.get("event_id")):
            self._start(self._windows.home(str(event.get("user") or ""), team), body)

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
        with unit():
            try:
                await work
            except Exception as error:
                trace = not isinstance(error, ChatError)
                log.warning("slack.answer_failed error=%s", type(error).__name__, exc_info=trace)

    async def _answer(self, body: Payload) -> None:
        began = perf_counter()
        ask = asked(str(body.get("text") or ""), self._commands(body), self._catalogs)
        profile = await self._people.profile(body.get("user_id"))
        if ask.opens and await self._opened(body, ask, profile):
            return
        request = Request(
            command=ask.command,
            options=ask.options,
            locale=profile.locale or ask.language or "en",
            origin=_origin(body.get("channel_id"), body.get("team_id")),
            admin=profile.admin,
            zone=profile.zone,
            reader=str(body.get("user_id") or ""),
        )
        progress = self._replies.progress(body)
        reply = await self._said(self._answers.answer(request, progress), request.locale)
        await self._replies.reply(body, reply, private=False, shown=progress.begun)
        log.info("slack.answered command=%s took=%.2f", ask.command, perf_counter() - began)

    async def _opened(self, body: Payload, ask: Asked, profile: Profile) -> bool:
        """A window for a command that was typed without what it needs; False where there is none for this person."""
        if ask.opens == SEARCH:
            await self._searching(body)
            return True
        locale = profile.locale or ask.language or "en"
        here = {**body, "user": {"id": body.get("user_id")}}
        form = self._answers.form(replace(await self._press_of(here, ask.opens, ""), locale=locale))
        if form is not None:
            await self._windows.form(body, form)
        return form is not None

    def _commands(self, body: Payload) -> Sequence[Command]:
        """The commands behind a slash command's name, which an operator may have changed: `digest` stands for any."""
        name = str(body.get("command") or "").lstrip("/")
        return self._groups.get(name) or next(iter(self._groups.values()))

    async def _searching(self, body: Payload) -> None:
        user = str((body.get("user") or {}).get("id") or body.get("user_id") or "")
        await self._windows.search(body, await self._people.profile(user), user)

    async def _pressed(self, body: Payload, verb: str, value: str) -> None:
        if verb == SEARCH:
            await self._searching(body)
        elif verb == PICK:
            await self._picked(body, value)
        else:
            began, press = perf_counter(), await self._press_of(body, verb, value)
            await self._asked(body, press)
            log.info("slack.pressed verb=%s took=%.2f", verb, perf_counter() - began)

    async def _asked(self, body: Payload, press: Press) -> None:
        """A form where the button opens one; else the answer, where the button stands."""
        form = self._answers.form(press)
        if form is not None:
            await self._windows.form(body, form)
            return
        answering = self._said(self._answers.press(press), press.locale)
        if body.get("view"):
            await self._shown(body, press, await self._windows.pressed(body, press.locale, answering))
            return
        private = bool((body.get("container") or {}).get("is_ephemeral"))
        await self._replies.reply(body, await answering, private=private)
        await self._changed(press)

    async def _picked(self, body: Payload, value: str) -> None:
        """A title from the search menu, or the words themselves."""
        press = await self._press_of(body, PICK, value)
        kind, colon, words = value.partition(":")
        searched = bool(colon) and kind == "search"
        request = Request(
            command=kind if searched else "article",
            options={"words": words} if searched else {"url": value},
            locale=press.locale,
            origin=press.origin,
            reader=press.reader,
        )
        answering = self._said(self._answers.answer(request), press.locale)
        await self._shown(body, press, await self._windows.picked(body, press.locale, answering))

    async def _filled_in(self, body: Payload, sent: Sent) -> None:
        press = await self._press_of(body, sent.verb, sent.value, sent.fields)
        answering = self._said(self._answers.press(press), press.locale)
        if sent.stays:
            await self._shown(body, press, await self._windows.submitted(body, press.locale, answering))
        else:
            await self._replies.reply(sent.ticket, await answering, private=False)

    async def _shown(self, body: Payload, press: Press, reply: Reply) -> None:
        """What an answer in a window leads to outside of it."""
        url = str(ticket_of(body).get("response_url") or "")
        if reply.share is not None:
            await self._replies.share(url, reply.share)
        await self._changed(press)

    async def _changed(self, press: Press) -> None:
        if press.verb.startswith(_CHANGING) and press.origin:
            await self._windows.homes_changed(press.origin.tenant)

    async def _press_of(self, body: Payload, verb: str, value: str, fields: Mapping[str, str] | None = None) -> Press:
        profile = await self._people.profile((body.get("user") or {}).get("id"))
        return Press(
            verb=verb,
            value=value,
            locale=profile.locale or "en",
            origin=_place_of(body),
            admin=profile.admin,
            name=profile.name,
            zone=profile.zone,
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
        progress = self._replies.progress(body)
        reply = await self._said(self._answers.answer(request, progress), request.locale)
        await self._replies.reply(body, reply, private=False, shown=progress.begun)

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
    app.options(_ANYTHING)(desk.offered)
    return app


def _place_of(body: Payload) -> Destination:
    """Where somebody pressed; from the Home tab and its windows it is no channel."""
    ticket = ticket_of(body)
    team = (body.get("team") or {}).get("id") or (ticket.get("team") or {}).get("id")
    channel = (ticket.get("channel") or {}).get("id")
    return Destination(platform="slack", channel=str(channel or ""), tenant=str(team or ""))


def _origin(channel: object, team: object) -> Destination | None:
    return Destination(platform="slack", channel=channel, tenant=str(team or "")) if isinstance(channel, str) else None


def _line(text: str, locale: str) -> Message:
    return Message(title=text, parts=(Part(blocks=(Paragraph(spans=(Span(text=text),)),)),), language=locale)
