"""Answers to what members ask: `Answers` over the store and the jobs. Errors become plain words in the reader's
language; nothing raises into a chat."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from bot.commands import Press, Request, Suggestion
from bot.jobs import World, look_up
from bot.telemetry import event
from digests.catalog import Catalog
from digests.compose import shortened
from digests.errors import ChokanError, NotFound
from digests.layout import digest_message, hits_message, note
from digests.model import Action, Message

log = logging.getLogger("chokan.lookups")

PAGE = 5
"""Articles on one page of an answer: as many as a row has buttons."""


class Lookups:
    """The `Answers` port of every chat."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def answer(self, request: Request) -> Message:
        """The answer to a command; an unknown command gets help."""
        catalog = self.world.catalogs.of(request.locale)
        handlers: dict[str, Callable[[], Awaitable[Message]]] = {
            "latest": lambda: self._latest(catalog, request.options.get("feed", ""), 0),
            "search": lambda: self._search(catalog, request.options.get("words", ""), 0),
            "article": lambda: self._article(catalog, request.options.get("url", "")),
        }
        handler = handlers.get(request.command)
        return await self._guarded(catalog, handler) if handler else help_message(catalog)

    async def press(self, press: Press) -> Message:
        """The answer to a button, however old: a value names what is stored, never a place in memory."""
        catalog = self.world.catalogs.of(press.locale)
        handlers: dict[str, Callable[[], Awaitable[Message]]] = {
            "open": lambda: self._open(catalog, press.value),
            "more": lambda: self._more(catalog, press.value),
            "latest": lambda: self._latest(catalog, *_paged(press.value)),
            "search": lambda: self._search(catalog, *_paged(press.value)),
        }
        handler = handlers.get(press.verb)
        return await self._guarded(catalog, handler) if handler else note("", catalog("command.gone"), catalog)

    async def suggest(self, command: str, option: str, typed: str, locale: str) -> tuple[Suggestion, ...]:
        """Feeds whose title or address has what was typed."""
        if option != "feed":
            return ()
        feeds = [health.feed for health in await self.world.store.feeds() if health.feed.role == "source"]
        named = [(feed.title or feed.url, feed.url) for feed in feeds if len(feed.url) <= 100]
        found = [(title, url) for title, url in named if typed.casefold() in f"{title} {url}".casefold()]
        return tuple(Suggestion(label=title[:100], value=url) for title, url in found[:25])

    async def _guarded(self, catalog: Catalog, handler: Callable[[], Awaitable[Message]]) -> Message:
        try:
            return await handler()
        except ChokanError as error:
            event(log, "lookup.failed", kind=error.kind, error=str(error))
            return note(catalog("command.error.title"), error_text(error, catalog), catalog)
        except Exception:
            log.exception("lookup.crashed")
            return note(catalog("command.error.title"), catalog("command.error.other"), catalog)

    async def _latest(self, catalog: Catalog, feed: str, offset: int) -> Message:
        hits = await self.world.store.latest(limit=PAGE + 1, offset=offset, feed=feed or None)
        if not hits:
            return note(catalog("command.latest.title"), catalog("command.latest.none"), catalog)
        turns = _turns("latest", feed, offset, len(hits) > PAGE, catalog)
        return hits_message(catalog("command.latest.title"), hits[:PAGE], catalog, turns)

    async def _search(self, catalog: Catalog, words: str, offset: int) -> Message:
        words = " ".join(words.split())
        title = catalog("command.search.title", words=words)
        if not words:
            return note(title, catalog("command.search.empty"), catalog)
        hits = await self.world.store.search(words, limit=PAGE + 1, offset=offset)
        if not hits:
            return note(title, catalog("command.search.none", words=words), catalog)
        return hits_message(title, hits[:PAGE], catalog, _turns("search", words, offset, len(hits) > PAGE, catalog))

    async def _article(self, catalog: Catalog, url: str) -> Message:
        if not url.strip():
            return note(catalog("command.help.title"), catalog("command.article.empty"), catalog)
        digest = await look_up(self.world, url.strip())
        return digest_message(shortened(digest, "standard"), catalog)

    async def _open(self, catalog: Catalog, article: str) -> Message:
        digest = await self.world.store.digest(article)
        if digest is None:
            raise NotFound(article)
        return digest_message(shortened(digest, "standard"), catalog)

    async def _more(self, catalog: Catalog, article: str) -> Message:
        digest = await self.world.store.digest(article)
        if digest is None:
            raise NotFound(article)
        message = digest_message(digest, catalog)
        actions = tuple(action for action in message.actions if action.verb != "more")
        return Message(
            title=message.title, parts=message.parts, actions=actions, url=message.url, language=message.language
        )


def help_message(catalog: Catalog) -> Message:
    return note(catalog("command.help.title"), catalog("command.help"), catalog)


def error_text(error: ChokanError, catalog: Catalog) -> str:
    """An error's human face: one sentence without addresses, ports or timings."""
    if isinstance(error, NotFound):
        return catalog("command.gone")
    key = f"command.error.{error.kind}"
    return catalog(key if catalog.has(key) else "command.error.other")


def _paged(value: str) -> tuple[str, int]:
    """`12|words` → ("words", 12)."""
    offset, _, rest = value.partition("|")
    return rest, int(offset) if offset.isdigit() else 0


def _turns(verb: str, rest: str, offset: int, more: bool, catalog: Catalog) -> tuple[Action, ...]:
    """Buttons to the page before and after. Their value fits Discord's 100 characters or they are left out."""
    pages = []
    if offset:
        pages.append((catalog("edition.action.back"), max(0, offset - PAGE)))
    if more:
        pages.append((catalog("edition.action.next"), offset + PAGE))
    actions = (Action(label=label, verb=verb, value=f"{at}|{rest}") for label, at in pages)
    return tuple(action for action in actions if len(action.verb) + len(action.value) < 95)
