"""Answers to what people ask in chats: `Answers` over the store and the jobs. Errors become plain words in the
reader's language; nothing raises into a chat."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from bot.admin import Admin
from bot.admin_forms import form_of
from bot.admin_wishes import Unclear
from bot.commands import (
    ADMIN_COMMANDS,
    COMMANDS,
    VERBS,
    Field,
    Form,
    Option,
    Press,
    Progress,
    Reply,
    Request,
    Suggestion,
)
from bot.delivery import resume
from bot.finding import Asker, Finder, help_message
from bot.front import Front
from bot.jobs import Told
from bot.notices import was_told
from bot.plain_words import error_text
from bot.remembered import lookup_of, place_of
from bot.shelf import suggestions
from bot.telemetry import event
from bot.trouble import resume_told_feed
from bot.world import World
from digests.answers import shared
from digests.catalog import Catalog
from digests.errors import ChokanError, NotFound, StoreError
from digests.layout import note
from digests.message import Message
from digests.model import Destination, Feedback
from digests.store import Lookup

log = logging.getLogger("chokan.lookups")

COMMENT = 1000
"""Most characters of what a reader says about a digest."""
Handler = Callable[[], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """What one server or workspace may have and ask for; set by the operator."""

    feeds: int = 50
    subscriptions: int = 20
    lookups: int = 60
    """A minute."""


class Lookups:
    """The `Answers` port of every chat."""

    def __init__(self, world: World, *, quotas: Quotas | None = None) -> None:
        self.world = world
        self._quotas = quotas or Quotas()
        self._finder = Finder(world)
        self._admin = Admin(world, most_feeds=self._quotas.feeds, most_subscriptions=self._quotas.subscriptions)
        self._front = Front(world, self._finder, self._admin.orders, most_feeds=self._quotas.feeds)
        self._asked: defaultdict[str, deque[float]] = defaultdict(deque)

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        """The answer to a command; an unknown command gets help."""
        asker = self._asker(request)
        asker = replace(asker, told=_telling(progress, asker.catalog)) if progress else asker
        if request.command in {command.name for command in ADMIN_COMMANDS}:
            return await self._guarded(asker, lambda: self._admin.answer(request, asker))
        handler = self._commands(asker, request.options).get(request.command)
        if handler is None:
            return Reply(message=help_message(asker.catalog))
        return await self._guarded(asker, lambda: self._remembered(request, handler))

    def _asker(self, asked: Request | Press) -> Asker:
        catalogs, house = self.world.catalogs, asked.house or asked.locale
        return Asker(
            catalog=catalogs.of(asked.locale),
            origin=asked.origin,
            reader=asked.reader,
            zone=asked.zone,
            home=catalogs.of(house),
            house=house.replace("_", "-").split("-")[0].lower(),
        )

    async def _remembered(self, request: Request, handler: Handler) -> Reply:
        """The answer; what was asked is kept for the reader, where that fails without costing the answer."""
        reply = await handler()
        lookup = lookup_of(request, reply, self.world.clock())
        if lookup and request.origin and request.reader:
            try:
                await self.world.store.save_lookup(place_of(request.origin), request.reader, lookup)
            except StoreError as error:
                event(log, "lookup.not-remembered", level=logging.WARNING, error=str(error))
        return reply

    async def home(self, request: Request) -> tuple[Message, ...]:
        """The reader's own page; what went wrong, where it cannot be made."""
        asker = self._asker(request)
        try:
            return await self._front.page(asker, admin=request.admin)
        except ChokanError as error:
            event(log, "lookup.failed", kind=error.kind, error=str(error))
            return (note(asker.catalog("command.error.title"), error_text(error, asker.catalog), asker.catalog),)

    async def titles(self, typed: str, locale: str, origin: Destination | None) -> tuple[Suggestion, ...]:
        return await self._front.titles(typed, Asker(catalog=self.world.catalogs.of(locale), origin=origin))

    async def recent(self, origin: Destination, reader: str) -> tuple[Lookup, ...]:
        """Empty where the store cannot be read: a page without them is better than no page."""
        try:
            return await self.world.store.recent(place_of(origin), reader)
        except StoreError as error:
            event(log, "lookup.not-recalled", level=logging.WARNING, error=str(error))
            return ()

    def _commands(self, asker: Asker, given: Mapping[str, str]) -> Mapping[str, Handler]:
        find = self._finder
        return {
            "latest": lambda: _said(find.latest(asker, given.get("feed", ""), 0)),
            "today": lambda: _said(find.today(asker)),
            "date": lambda: _said(find.day(asker, given.get("day", ""), 0)),
            "search": lambda: _said(find.search(asker, given.get("words", ""), 0)),
            "article": lambda: _said(find.article(asker, given.get("url", ""))),
            "related": lambda: _said(find.related(asker, given.get("to", ""), 0)),
            "link": lambda: _said(find.link(asker, given.get("text", ""))),
        }

    async def press(self, press: Press) -> Reply:
        """The answer to a button, however old: a value names what is stored, never a place in memory."""
        asker = self._asker(press)
        who = VERBS.get(press.verb)
        if who == "admin":
            return await self._guarded(asker, lambda: self._admin.press(press, asker))
        special: dict[str, Handler] = {
            "share": lambda: self._share(asker, press),
            "wrong": lambda: self._wrong(asker, press),
            "forget": lambda: self._forget(asker, press),
            "notice-resume": lambda: self._resume(asker, press.value),
            "notice-feed": lambda: self._resume_feed(asker, press.value),
        }
        handler = special.get(press.verb) or self._pages(asker, press.verb, press.value)
        if who is None or handler is None:
            return Reply(message=note("", asker.catalog("command.gone"), asker.catalog))
        return await self._guarded(asker, handler)

    def _pages(self, asker: Asker, verb: str, value: str) -> Handler | None:
        """What can be opened, turned and shared."""
        find, (rest, offset) = self._finder, _paged(value)
        pages: dict[str, Handler] = {
            "open": lambda: _said(find.open(asker, value)),
            "more": lambda: _said(find.more(asker, value), in_place=True),
            "less": lambda: _said(find.open(asker, value), in_place=True),
            "article": lambda: _said(find.article(asker, value)),
            "sources": lambda: _said(find.sources(asker, value)),
            "latest": lambda: _said(find.latest(asker, rest, offset), in_place=True),
            "date": lambda: _said(find.day(asker, rest, offset), in_place=True),
            "search": lambda: _said(find.search(asker, rest, offset), in_place=True),
            # From a digest the first page is a message of its own; from there pages turn in place.
            "related": lambda: _said(find.related(asker, rest, offset), in_place=bool(offset)),
        }
        return pages.get(verb)

    async def _share(self, asker: Asker, press: Press) -> Reply:
        verb, _, value = press.value.partition("|")
        handler = self._pages(asker, verb, value)
        if handler is None:
            raise NotFound(press.value)
        public = shared((await handler()).message, press.name, asker.catalog)
        done = note(asker.catalog("command.share.title"), asker.catalog("command.share.done"), asker.catalog)
        return Reply(message=done, share=public)

    async def _wrong(self, asker: Asker, press: Press) -> Reply:
        said = Feedback(
            digest=press.value,
            text=press.fields.get("text", "").strip()[:COMMENT],
            origin=str(press.origin or ""),
            locale=press.locale,
            at=self.world.clock(),
        )
        await self.world.store.save_feedback(said)
        event(log, "feedback.saved", digest=said.digest, origin=said.origin)
        done = note(asker.catalog("command.wrong.title"), asker.catalog("command.wrong.done"), asker.catalog)
        return Reply(message=done)

    async def _forget(self, asker: Asker, press: Press) -> Reply:
        if press.origin and press.reader:
            await self.world.store.forget_lookups(place_of(press.origin), press.reader)
        done = note(asker.catalog("command.recent.title"), asker.catalog("command.recent.forgotten"), asker.catalog)
        return Reply(message=done)

    async def _resume(self, asker: Asker, subscription: str) -> Reply:
        """From the private message that said its channel is open again: whoever was told may resume it there."""
        orders = {order.id: order for order in await self.world.store.subscriptions()}
        if subscription not in orders or not await was_told(self.world, subscription, asker.origin):
            raise Unclear("command.gone")
        await resume(self.world, orders[subscription])
        return Reply(message=note(asker.catalog("admin.title"), asker.catalog("notice.done"), asker.catalog))

    async def _resume_feed(self, asker: Asker, value: str) -> Reply:
        """From the private message that said a feed fails."""
        feed = await resume_told_feed(self.world, value, asker.origin)
        if feed is None:
            raise Unclear("command.gone")
        said = asker.catalog("notice.feed.done", title=feed)
        return Reply(message=note(asker.catalog("admin.title"), said, asker.catalog))

    def form(self, press: Press) -> Form | None:
        """The form that a button opens before it can be answered."""
        catalog = self.world.catalogs.of(press.locale)
        if press.verb != "wrong":
            return form_of(press, self.world.shelf.subscriptions, catalog)
        field = Field(name="text", label=catalog("command.wrong.text"), long=True)
        title, send = catalog("command.wrong.title"), catalog("command.wrong.send")
        return Form(title=title, verb=press.verb, value=press.value, send=send, fields=(field,))

    async def suggest(
        self, command: str, option: str, typed: str, locale: str, origin: Destination | None
    ) -> tuple[Suggestion, ...]:
        """From memory: what was there at the last refresh, which is started here when it is long ago."""
        self.world.shelf.refresh_soon(self.world.store)
        kind = _kind(command, option)
        today = self.world.clock().date()
        return suggestions(self.world.shelf, kind, typed, self.world.catalogs.of(locale), origin, today)

    async def _guarded(self, asker: Asker, handler: Handler) -> Reply:
        catalog = asker.catalog
        if not self._may_ask(asker.origin):
            return Reply(message=note(catalog("command.error.title"), catalog("command.error.quota"), catalog))
        try:
            return await handler()
        except ChokanError as error:
            event(log, "lookup.failed", kind=error.kind, error=str(error))
            return Reply(message=note(catalog("command.error.title"), error_text(error, catalog), catalog))
        except Exception:
            log.exception("lookup.crashed")
            return Reply(message=note(catalog("command.error.title"), catalog("command.error.other"), catalog))

    def _may_ask(self, origin: Destination | None) -> bool:
        """At most so many look-ups a minute from one server or workspace (in direct messages: from one person)."""
        now = self.world.clock().timestamp()
        asked = self._asked[f"{origin.platform}:{origin.tenant or origin.channel}" if origin else ""]
        while asked and asked[0] <= now - 60:
            asked.popleft()
        if len(asked) >= self._quotas.lookups:
            return False
        asked.append(now)
        return True


def _telling(progress: Progress, catalog: Catalog) -> Told:
    """What is told of each step; that it cannot be shown does not cost the answer."""

    async def told(step: str) -> None:
        try:
            await progress(note(catalog("edition.name"), catalog(f"command.progress.{step}"), catalog))
        except ChokanError as error:
            event(log, "lookup.untold", error=str(error))

    return told


async def _said(message: Awaitable[Message], *, in_place: bool = False) -> Reply:
    return Reply(message=await message, in_place=in_place)


def _kind(command: str, option: str) -> str:
    """The kind of an option of the table."""
    options: tuple[Option, ...] = next((c.options for c in (*COMMANDS, *ADMIN_COMMANDS) if c.name == command), ())
    return next((o.kind for o in options if o.name == option), "")


def _paged(value: str) -> tuple[str, int]:
    """`12|words` → ("words", 12)."""
    offset, bar, rest = value.partition("|")
    return (rest, int(offset[:6])) if bar and offset.isascii() and offset.isdigit() else (value, 0)
