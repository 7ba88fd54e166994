"""Slack's windows at work: the Home tab, modals that ask and answer, the search that follows one's typing.

What was pressed must open its window within three seconds (a trigger lives no longer): an answer that takes more gets a
window that says so, and is put into it when it is there.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.commands import Answers, Form, Reply, Request
from bot.slack_errors import code_of, slack_border
from bot.slack_forms import home_of, search_window, searches, ticket_of, view_of, window_of
from bot.slack_people import Profile, SlackPeople
from digests.answers import described
from digests.catalog import Catalog, Catalogs
from digests.errors import ChatError, ChatRefused
from digests.layout import note
from digests.message import Action, Message
from digests.model import Destination

log = logging.getLogger(__name__)

Payload = Mapping[str, Any]
Json = dict[str, Any]

SEARCH = "window-search"
"""The verb of a button that opens the search window."""
_PATIENCE = 1.5
"""Seconds an answer may take before its window is opened without it."""
_HOMES = 100
"""People whose Home tab is kept up to date."""
_RECENT = 5


class SlackWindows:
    """Opens and fills windows. Raises `ChatError`; an answer never fails."""

    def __init__(self, client: AsyncWebClient, people: SlackPeople, answers: Answers, catalogs: Catalogs) -> None:
        self._client, self._people, self._answers, self._catalogs = client, people, answers, catalogs
        self._homes: OrderedDict[str, str] = OrderedDict()

    # --- the Home tab -------------------------------------------------------------------------------------------------

    async def home(self, user: str, team: str) -> None:
        """Show a reader's Home tab as it is now."""
        self._homes[user] = team
        self._homes.move_to_end(user)
        if len(self._homes) > _HOMES:
            self._homes.popitem(last=False)
        profile = await self._people.profile(user)
        request = Request(
            command="home",
            locale=profile.locale or "en",
            origin=Destination(platform="slack", channel="", tenant=team),
            admin=profile.admin,
            reader=user,
            zone=profile.zone,
        )
        messages = await self._answers.home(request)
        with slack_border("slack home"):
            await self._client.views_publish(user_id=user, view=home_of(messages))

    async def homes_changed(self, team: str) -> None:
        """Something of this workspace has changed: whoever has looked at the Home tab sees it there."""
        for user in [user for user, home in self._homes.items() if home == team]:
            try:
                await self.home(user, team)
            except ChatError as error:
                log.info("slack.home_not_updated error=%s", error)

    # --- opening ------------------------------------------------------------------------------------------------------

    async def search(self, body: Payload, profile: Profile, user: str) -> None:
        """Open the search window, with what this reader looked up lately."""
        catalog = self._catalogs.of(profile.locale)
        messages = [await self._hint(body, catalog, user)]
        await self._shown(body, search_window(messages, catalog, ticket_of(body)))

    async def _hint(self, body: Payload, catalog: Catalog, user: str) -> Message:
        team = str(((ticket_of(body).get("team")) or {}).get("id") or "")
        lately = await self._answers.recent(Destination(platform="slack", channel="", tenant=team), user)
        actions = [Action(label=one.label, verb=one.verb, value=one.value) for one in lately[:_RECENT]]
        lines = [catalog("slack.search.hint"), *([catalog("command.recent.title")] if actions else [])]
        return described(catalog("slack.search.title"), lines, catalog, actions)

    async def form(self, body: Payload, form: Form) -> None:
        """Open a form."""
        await self._shown(body, view_of(form, ticket_of(body)))

    async def _shown(self, body: Payload, view: Json) -> str:
        """Open a window: over the one that was pressed in, where there is room; its id."""
        trigger = str(body.get("trigger_id") or "")
        below: Payload = body.get("view") or {}
        with slack_border("slack window"):
            if below.get("type") != "modal":
                opened = await self._client.views_open(trigger_id=trigger, view=view)
            else:
                opened = await self._pushed(trigger, str(below.get("id")), view)
        return str((opened.get("view") or {}).get("id") or "")

    async def _pushed(self, trigger: str, below: str, view: Json) -> AsyncSlackResponse:
        """Over the window below it; in its place where three lie on each other already, the most there can be."""
        try:
            return await self._client.views_push(trigger_id=trigger, view=view)
        except SlackApiError as error:
            if code_of(error) != "push_limit_reached":
                raise
            return await self._client.views_update(view_id=below, view=view)

    # --- answering ----------------------------------------------------------------------------------------------------

    async def pressed(self, body: Payload, locale: str, answering: Coroutine[Any, Any, Reply]) -> Reply:
        """Show the answer to a window's button in a window; what turns pages does so in place."""
        view, catalog = body.get("view") or {}, self._catalogs.of(locale)
        answer = await self._started(answering)
        if not answer.done():
            opened = await self._shown(body, self._waiting(body, catalog))
            await self._filled(opened, self._window(body, await answer, catalog))
        elif view.get("type") == "modal" and answer.result().in_place:
            content = self._window(body, answer.result(), catalog, search=searches(view))
            await self._filled(str(view.get("id")), content)
        else:
            await self._shown(body, self._window(body, answer.result(), catalog))
        return answer.result()

    async def picked(self, body: Payload, locale: str, answering: Coroutine[Any, Any, Reply]) -> Reply:
        """Show what was picked from the search menu below it."""
        view, catalog = str((body.get("view") or {}).get("id")), self._catalogs.of(locale)
        answer = await self._started(answering)
        if not answer.done():
            waiting = note(catalog("slack.search.title"), catalog("slack.working"), catalog)
            await self._filled(view, search_window([waiting], catalog, ticket_of(body)))
        await self._filled(view, self._window(body, await answer, catalog, search=True))
        return answer.result()

    async def submitted(self, body: Payload, locale: str, answering: Coroutine[Any, Any, Reply]) -> Reply:
        """Put the answer to a form, or the next form, in its place."""
        reply, view = await answering, str((body.get("view") or {}).get("id"))
        shown = view_of(reply.form, ticket_of(body)) if reply.form else None
        await self._filled(view, shown or self._window(body, reply, self._catalogs.of(locale)))
        return reply

    async def _started(self, answering: Coroutine[Any, Any, Reply]) -> asyncio.Task[Reply]:
        """Under way, and waited for as long as a trigger surely lives."""
        answer = asyncio.create_task(answering)
        await asyncio.wait({answer}, timeout=_PATIENCE)
        return answer

    def waiting(self, body: Payload, locale: str) -> Json:
        """What stands in a form's place while it is answered."""
        return self._waiting(body, self._catalogs.of(locale))

    def _waiting(self, body: Payload, catalog: Catalog) -> Json:
        words = note(catalog("edition.name"), catalog("slack.working"), catalog)
        return window_of([words], catalog("edition.name"), ticket_of(body))

    def _window(self, body: Payload, reply: Reply, catalog: Catalog, *, search: bool = False) -> Json:
        messages, ticket = (reply.message, *reply.more), ticket_of(body)
        if search:
            return search_window(messages, catalog, ticket)
        return window_of(messages, catalog("edition.name"), ticket)

    async def _filled(self, view: str, content: Json) -> None:
        """A window that was closed meanwhile is let be."""
        try:
            with slack_border("slack window"):
                await self._client.views_update(view_id=view, view=content)
        except ChatRefused as error:
            if code_of(error.__cause__) != "not_found":
                raise
