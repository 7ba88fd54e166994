"""The setup wizard as pages: the same steps as in the terminal. Served only to whoever has the key that was printed at
the start, and only until the configuration is written."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

from aiohttp import web

from bot.invitations import application_of, discord_invite, slack_manifest
from bot.telemetry import event
from bot.web_render import Ask, Pages
from bot.web_session import Sessions
from bot.wizard import LANGUAGES, PLATFORMS, WANTED, Wizard, explained
from digests.errors import ChokanError

log = logging.getLogger("chokan.web")


class SetupPages:
    """The handlers, over one wizard. `done` is set once the configuration is written."""

    def __init__(self, wizard: Wizard, pages: Pages, sessions: Sessions) -> None:
        self.wizard, self.pages, self.sessions = wizard, pages, sessions
        self.done = asyncio.Event()
        self.written: Path | None = None
        self._one_at_a_time = asyncio.Lock()

    def routes(self) -> Iterator[tuple[str, str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        """(method, path, name, handler)."""
        yield "GET", "/", "home", self.show
        yield "GET", "/setup", "setup", self.show
        yield "POST", "/setup", "setup-answer", self.answer

    async def show(self, request: web.Request) -> web.Response:
        key = request.query.get("key", "")
        if key:
            return self._enter(request, key)
        session = self.sessions.session(request)
        if session is None:
            raise web.HTTPForbidden
        return self._page(request, session)

    def _enter(self, request: web.Request, key: str) -> web.Response:
        """The key leaves the address at once, so that no history and no referrer holds it."""
        address = request.remote or ""
        if not self.sessions.may_try(address) or not self.sessions.right(key, address):
            raise web.HTTPForbidden
        answer = web.Response(status=303, headers={"Location": "/setup", "Cache-Control": "no-store"})
        self.sessions.open(answer)
        return answer

    async def answer(self, request: web.Request) -> web.Response:
        """One step's answers. What cannot be taken is said on the same page, with what was typed (but for tokens)."""
        session = self.sessions.session(request)
        given = {name: str(value) for name, value in (await request.post()).items()}
        if session is None or not self.sessions.sent_from_here(request, session, given.get("form", "")):
            raise web.HTTPForbidden
        try:
            async with self._one_at_a_time:
                await self._take(given)
        except ChokanError as error:
            problem = explained(error, self._ask(request).catalog)
            return self._page(request, session, problem=problem, given=given, status=422)
        return web.Response(status=303, headers={"Location": "/setup", "Cache-Control": "no-store"})

    async def _take(self, given: Mapping[str, str]) -> None:
        match given.get("step"):
            case "site":
                wishes = {name: given.get(name, "") for name in ("language", "zone", "at")}
                self.wizard.settle(**wishes)
                await self.wizard.find(given.get("site", ""))
            case "place":
                self.wizard.hold(given)
                self.wizard.place(given.get("platform", ""), given.get("channel", ""))
            case "again":
                self.wizard.again()
            case "write":
                self.written = self.wizard.finish()
                event(log, "setup.written", file=self.written)
                self.done.set()

    def _ask(self, request: web.Request) -> Ask:
        ask = self.pages.ask(request)
        return Ask(path="/setup", catalog=ask.catalog, chosen=ask.chosen, private=True)

    def _page(
        self,
        request: web.Request,
        session: str,
        *,
        problem: str = "",
        given: Mapping[str, str] | None = None,
        status: int = 200,
    ) -> web.Response:
        ask, wizard = self._ask(request), self.wizard
        draft = wizard.draft
        step = "done" if self.written else draft.step
        typed = {"site": draft.feed, "platform": draft.platform or "discord", "channel": draft.channel}
        typed |= {"language": draft.language, "zone": draft.zone, "at": draft.at}
        typed |= {name: value for name, value in (given or {}).items() if name in typed}
        return self.pages.page(
            ask,
            "setup.html",
            status=status,
            step=step,
            draft=draft,
            typed=typed,
            problem=problem,
            previews=wizard.preview,
            platforms=PLATFORMS,
            choices=LANGUAGES,
            tokens=WANTED,
            missing=wizard.missing(),
            invite=invite_for(wizard),
            manifest=slack_manifest(self.pages.catalogs, draft.language) if step == "place" else "",
            written=str(self.written or ""),
            form=self.sessions.form_token(session),
        )


def invite_for(wizard: Wizard) -> str:
    """Discord's invite link, once its token tells which application it is."""
    token = wizard.known("DISCORD_TOKEN")
    application = application_of(token) if wizard.draft.platform == "discord" and token else None
    return discord_invite(application) if application else ""
