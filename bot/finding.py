"""What members find: the newest, a day, words, any article, what is related, what it rests on. Each answer is a
message whose buttons carry all they need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.commands import QUERY
from bot.jobs import Told, look_up, untold
from bot.renditions import reworded
from bot.seeking import Seeker
from bot.shelf import owned, viewer_of
from bot.world import World
from digests.answers import described, fits, full_answer, share_action, sources_message, standard_answer
from digests.catalog import Catalog
from digests.days import day_asked
from digests.errors import NotFound
from digests.layout import day_text, hits_message, note
from digests.message import Action, Message
from digests.model import Destination, Digest
from digests.store import PUBLIC, Hit
from digests.terms import caseless
from digests.urls import article_id

PAGE = 5
"""Articles on one page of an answer: as many as a row has buttons."""
_SHOWN = 40
_ADDRESS = re.compile(r"https?://[^\s<>|「」（）\[\]`\"]+", re.IGNORECASE)
_ZONES = {"ja": "Asia/Tokyo", "ko": "Asia/Seoul", "de": "Europe/Berlin", "fr": "Europe/Paris"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks, in what language and from where."""

    catalog: Catalog
    origin: Destination | None = None
    reader: str = ""
    """Who it is, by the platform's own id."""
    zone: str = ""
    """Where the reader lives, as the platform says."""
    home: Catalog | None = None
    """The language of the server; None: it is not known."""
    house: str = ""
    """Its code (`de`), also where there is no catalog for it."""

    told: Told = untold
    """Hears how far an answer is that takes a while."""

    @property
    def viewer(self) -> str:
        return viewer_of(self.origin)


class Finder:
    """Members' answers over the store and the jobs. Raises `ChokanError`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seeker = Seeker(world.store, world.links, world.thinking, embeddings=world.embeddings)

    async def latest(self, asker: Asker, feed: str, offset: int) -> Message:
        title = asker.catalog("command.latest.title")
        url = await self._feed(asker, feed) if feed else None
        if feed and url is None:
            return note(title, asker.catalog("command.latest.no-feed", feed=feed[:QUERY]), asker.catalog)

        hits = await self.world.store.latest(limit=PAGE + 1, offset=offset, feed=url, viewer=asker.viewer)
        if not hits:
            key = "none" if offset or await self._subscribed(asker) else "none-subscribed"
            return note(title, asker.catalog(f"command.latest.{key}"), asker.catalog)
        return _page(title, hits, asker.catalog, "latest", feed, offset)

    async def _subscribed(self, asker: Asker) -> bool:
        """Does anything come to this place? In direct messages nobody can subscribe."""
        if asker.origin is None or not asker.origin.tenant:
            return True
        return any(owned(order, asker.origin) for order in await self.world.store.subscriptions())

    async def _feed(self, asker: Asker, words: str) -> str | None:
        """A feed by its address, the beginning of its address, or words of its title; None: there is none."""
        feeds = [health.feed for health in await self.world.store.feeds(viewer=asker.viewer)]
        said = caseless(words)
        found = [f.url for f in feeds if f.url == words] or [f.url for f in feeds if f.url.startswith(words)]
        return next(iter(found or [f.url for f in feeds if said in caseless(f"{f.title} {f.url}")]), None)

    async def today(self, asker: Asker) -> Message:
        return await self._day(asker, await self.day_of(asker), 0)

    async def day(self, asker: Asker, words: str, offset: int) -> Message:
        day = day_asked(words, await self.day_of(asker))
        if day is None:
            return note(asker.catalog("command.help.title"), asker.catalog("command.date.unclear"), asker.catalog)
        return await self._day(asker, day, offset)

    async def _day(self, asker: Asker, day: date, offset: int) -> Message:
        title = asker.catalog("command.date.title", date=day_text(day, asker.catalog))
        zone = await self.zone(asker)
        since, until = (_midnight(d, zone) for d in (day, day + timedelta(days=1) if day < date.max else day))

        hits = await self.world.store.latest(
            limit=PAGE + 1, offset=offset, since=since, until=until, viewer=asker.viewer
        )
        if not hits:
            return note(title, asker.catalog("command.date.none", date=day_text(day, asker.catalog)), asker.catalog)
        return _page(title, hits, asker.catalog, "date", day.isoformat(), offset)

    async def day_of(self, asker: Asker) -> date:
        """Today, where the asker is."""
        return self.world.clock().astimezone(ZoneInfo(await self.zone(asker))).date()

    async def zone(self, asker: Asker) -> str:
        """The zone of the channel's subscription, else of its server's, else what the language suggests."""
        mine = [s for s in await self.world.store.subscriptions() if owned(s, asker.origin)]
        here = [s for s in mine if asker.origin and s.destination.channel == asker.origin.channel]
        return next((s.zone for s in (*here, *mine)), guessed_zone(asker.catalog.language))

    async def search(self, asker: Asker, words: str, offset: int) -> Message:
        words = cut_query(words)
        title = asker.catalog("command.search.title", words=words)
        if not words:
            return note(title, asker.catalog("command.search.empty"), asker.catalog)
        hits = await self.seeker.search(words, limit=PAGE + 1, offset=offset, viewer=asker.viewer)
        if not hits:
            return note(title, asker.catalog("command.search.none", words=words), asker.catalog)
        return _page(title, hits, asker.catalog, "search", words, offset)

    async def article(self, asker: Asker, asked: str) -> Message:
        asked = asked.strip()
        if not asked:
            return note(asker.catalog("command.help.title"), asker.catalog("command.article.empty"), asker.catalog)
        found = await reworded(self.world, await self._digest_of(asker, asked), asker.origin)
        return await self._standard(asker, found)

    async def _standard(self, asker: Asker, digest: Digest) -> Message:
        return standard_answer(digest, asker.catalog, await self._page_of(asker, digest))

    async def _page_of(self, asker: Asker, digest: Digest) -> str | None:
        """Where the archive shows it to everybody who has the address, if it does."""
        page = self.world.permalinks.digest(digest.id)
        if page is None or await self.world.store.visible([digest.id], PUBLIC):
            return page
        held = await self.world.store.article(digest.id, viewer=asker.viewer)
        return page if held and held.feed is None else None

    async def _digest_of(self, asker: Asker, asked: str) -> Digest:
        """By id (a suggestion's value where the address is too long), else by address."""
        known = None if "/" in asked else await self._held(asker, asked)
        return known or await self._looked_up(asker, asked)

    async def _held(self, asker: Asker, article: str) -> Digest | None:
        return await self.world.store.digest(article, viewer=asker.viewer)

    async def _looked_up(self, asker: Asker, url: str) -> Digest:
        """Raises ChokanError."""
        made = await look_up(self.world, url, asker.viewer, asker.told)
        return await self._held(asker, made.id) or made

    async def link(self, asker: Asker, text: str) -> Message:
        """The digest of the address in somebody's message; where there are several, a button for each."""
        title, found = asker.catalog("command.link.label"), addresses(text)
        if not found:
            return note(title, asker.catalog("command.link.none"), asker.catalog)
        actions = [Action(label=_shown(url), verb="article", value=url) for url in found]
        actions = [action for action in actions if fits(action)][:PAGE]
        if len(actions) < 2:
            return await self.article(asker, found[0])
        return described(title, [asker.catalog("command.link.which")], asker.catalog, actions)

    async def related(self, asker: Asker, to: str, offset: int) -> Message:
        """To an article (its id or address) or to words."""
        if not _is_address(to):
            known = None if " " in to else await self._held(asker, to)
            if known is None:
                return await self.search(asker, to, offset)
            return await self._related_to(asker, known, offset)
        return await self._related_to(asker, await self._looked_up(asker, to.strip()), offset)

    async def _related_to(self, asker: Asker, digest: Digest, offset: int) -> Message:
        title = asker.catalog("command.related.title", title=digest.title)
        hits = [hit for hit in await self._neighbours(asker, digest) if hit.article.id != digest.id]
        if not hits:
            return note(title, asker.catalog("command.related.none"), asker.catalog)
        return _page(title, hits[offset : offset + PAGE + 1], asker.catalog, "related", digest.id, offset)

    async def _neighbours(self, asker: Asker, digest: Digest) -> list[Hit]:
        """What the digest links to, then what shares its headline's words; each once."""
        ids = [article_id(link.url) for link in digest.related]
        digests = await self.world.store.digests(ids, viewer=asker.viewer)
        linked = [
            Hit(article=article, digest=digests.get(article.id), score=1.0)
            for article in await self.world.store.articles(ids, viewer=asker.viewer)
        ]
        alike = await self.world.store.search(cut_query(digest.title), limit=2 * PAGE + 1, viewer=asker.viewer)
        merged = {hit.article.id: hit for hit in reversed([*linked, *alike])}
        return list(reversed(merged.values()))

    async def open(self, asker: Asker, article: str) -> Message:
        return await self._standard(asker, await self._known(asker, article))

    async def more(self, asker: Asker, article: str) -> Message:
        known = await self._known(asker, article)
        return full_answer(known, asker.catalog, await self._page_of(asker, known))

    async def sources(self, asker: Asker, article: str) -> Message:
        return sources_message(await self._known(asker, article), asker.catalog)

    async def _known(self, asker: Asker, article: str) -> Digest:
        digest = await self._held(asker, article)
        if digest is None:
            raise NotFound(article)
        return await reworded(self.world, digest, asker.origin)


def help_message(catalog: Catalog) -> Message:
    return described(catalog("command.help.title"), catalog("command.help").splitlines(), catalog)


def guessed_zone(language: str) -> str:
    """Where most people who read a language live; UTC where a language lives everywhere."""
    return _ZONES.get(language, "UTC")


def cut_query(words: str) -> str:
    """Words on one line, as many as a button can carry: every page of an answer asks for the same."""
    words = " ".join(words.split())[:QUERY]
    while len(words) + sum(char > "\uffff" for char in words) > QUERY:
        words = words[:-1]
    return words.strip()


def addresses(text: str) -> list[str]:
    """Web addresses in a text, each once, without the marks around them."""
    found = (match.rstrip(".,;:!?'\"。、，」』）】") for match in _ADDRESS.findall(text))
    return list(dict.fromkeys(url.rstrip(")") if url.count(")") > url.count("(") else url for url in found))


def _shown(url: str) -> str:
    """An address on a button: without scheme, cut."""
    bare = url.split("//", 1)[-1].removeprefix("www.").rstrip("/")
    return bare if len(bare) <= _SHOWN else f"{bare[: _SHOWN - 1]}…"


def _is_address(text: str) -> bool:
    return text.strip().lower().startswith(("http://", "https://"))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _page(title: str, hits: Sequence[Hit], catalog: Catalog, verb: str, rest: str, offset: int) -> Message:
    """A page of hits (one more than fit: there is a next page) with its buttons."""
    turns = _turns(verb, rest, offset, len(hits) > PAGE, catalog)
    return hits_message(title, hits[:PAGE], catalog, (*turns, *share_action(verb, f"{offset}|{rest}", catalog)))


def _turns(verb: str, rest: str, offset: int, more: bool, catalog: Catalog) -> tuple[Action, ...]:
    """Buttons to the page before and after, left out where their value would not fit a button."""
    pages = []
    if offset:
        pages.append((catalog("edition.action.back"), max(0, offset - PAGE)))
    if more:
        pages.append((catalog("edition.action.next"), offset + PAGE))
    actions = (Action(label=label, verb=verb, value=f"{at}|{rest}") for label, at in pages)
    return tuple(action for action in actions if fits(action))
