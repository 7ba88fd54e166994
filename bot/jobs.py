"""poll · digest · publish: straight lines over the ports (deliver: `bot.delivery`). Each job is an idempotent function
of what is stored and `now`; what it decides is decided in `digests`, what it remembers before the next step."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from bot.desk import analysed, composed
from bot.failpoints import failpoint
from bot.links import Links, profile_of
from bot.shelf import Shelf
from bot.telemetry import event
from digests.analysis import Analysis
from digests.catalog import Catalogs
from digests.edition import delivery_key, due_slot, edition_of, ranked, wanted, window_start
from digests.errors import (
    ChatRefused,
    ChokanError,
    FetchError,
    NoArticle,
    NotAFeed,
    SlotTaken,
)
from digests.extract import Page, article_from, extract
from digests.feeds import article_id, feed_links, parse_feed
from digests.language import identify
from digests.layout import edition_sheets
from digests.model import Article, Delivery, Digest, Edition, Entry, Feed, FeedState, ParsedFeed, Slot, Subscription
from digests.polling import next_state
from digests.ports import Candidate, Chat, FeedHealth, Fetch, Response, Store
from digests.retrieval import packed

log = logging.getLogger("chokan.jobs")

LEASE = 300.0
"""Seconds a claim on a feed, an article or a delivery lasts before another process may take it."""
BATCH = 32
LOOK_BACK = 7
"""Editions in which an earlier article of a story is looked for."""
PARSE_SECONDS = 20.0
EXTRACT_SECONDS = 15.0
DIGEST_SECONDS = 120.0
DIGEST_PATIENCE = timedelta(minutes=10)
"""How long an edition waits for articles that were here before its time and are still being digested."""
PAGE_PATIENCE = timedelta(hours=6)
"""How long a page that cannot be reached is waited for before the feed's own text is taken instead."""

R = TypeVar("R")


class Runs(Protocol):
    """CPU work in other processes (`bot.workers`)."""

    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R: ...


class Writes(Protocol):
    """A language model that never fails: what it cannot do better is given back as it was (`bot.llm`)."""

    async def write(self, article: Article, base: Digest, citations: Sequence[Candidate]) -> Digest: ...


class Reads(Protocol):
    """Enough of a world to read a page."""

    @property
    def fetch(self) -> Fetch: ...
    @property
    def reading(self) -> Runs: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the jobs reach the outside through. Built by `bot.app`, in tests by the same function."""

    store: Store
    fetch: Fetch
    reading: Runs
    """Parses and extracts what strangers wrote: small, killable."""
    thinking: Runs
    """Analyses and composes: holds the models."""
    chats: Mapping[str, Chat]
    catalogs: Catalogs
    links: Links
    writer: Writes | None = None
    """Rewrites extractive digests; None: they stay as they are."""
    shelf: Shelf = field(default_factory=Shelf)
    """What is offered while people type, refreshed after each round of polling."""
    embeddings: bool = True
    silent: bool = False
    catch_up: timedelta = timedelta(hours=12)
    give_up: timedelta = timedelta(hours=6)
    """How long a message the platform cannot take is tried again."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Once set, no new message is taken up; those on their way are finished."""
    worker: str = "chokan"
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    progress: Callable[[str, int, int], None] = field(default=lambda stage, done, total: None)
    """Told after each unit: stage, how many are done, of how many."""


# --- poll -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """What one poll of one feed came to."""

    feed: str
    status: str
    new: int = 0
    error: str | None = None


async def poll(world: World, *, urls: Collection[str] | None = None) -> tuple[Polled, ...]:
    """Poll every feed that is due (or exactly `urls`): one broken feed never costs the others."""
    results: list[Polled] = []
    while True:
        claimed = await world.store.claim_due_feeds(world.clock(), lease=LEASE, limit=BATCH, urls=urls)
        results += await _each(claimed, lambda health: poll_feed(world, health), world, "poll")
        if not claimed or urls is not None:
            return tuple(results)


async def poll_feed(world: World, health: FeedHealth) -> Polled:
    """One GET, its new articles, and what it taught us, saved in one transaction."""
    feed, state = health.feed, health.state
    try:
        failpoint("before-fetch")
        response = await world.fetch(feed.url, validators=state.validators, kind="feed")
        failpoint("after-fetch")
        parsed = await _parsed(world, response)
    except FetchError as error:
        return await _poll_failed(world, feed, next_state(state, error, None, world.clock()), error)
    except _FeedElsewhere as found:
        # Counted as a failure, so that two pages that name each other are not followed for ever.
        failed = next_state(state, response, None, world.clock())
        following = failed if state.failures else replace(failed, next_poll=world.clock())
        await world.store.save_poll(feed.url, following, now=world.clock(), moved_to=found.feed)
        return _polled(feed, "moved")
    except ChokanError as error:
        failed = next_state(state, response, None, world.clock())
        return await _poll_failed(world, feed, replace(failed, last_error=str(error)), error)
    following = next_state(state, response, parsed, world.clock())
    if parsed is None:
        await world.store.save_poll(feed.url, following, now=world.clock(), moved_to=response.moved_to)
        return _polled(feed, str(response.status), error=following.last_error if following.failures else None)
    return await _poll_parsed(world, health, following, parsed, response)


async def _parsed(world: World, response: Response) -> ParsedFeed | None:
    if response.status != 200:
        return None
    try:
        return await world.reading.run(
            _parse, response.body, response.url, dict(response.headers), seconds=PARSE_SECONDS
        )
    except NotAFeed as error:
        found = await world.reading.run(
            _links, response.body, response.url, dict(response.headers), seconds=PARSE_SECONDS
        )
        others = [url for url in found if url != response.url]
        if others:
            raise _FeedElsewhere(response.url, others[0]) from error
        raise


class _FeedElsewhere(ChokanError):
    """The address is a site's page, and the page names its feed."""

    kind = "feed-elsewhere"

    def __init__(self, page: str, feed: str) -> None:
        super().__init__(f"{page}: this is a page, not a feed; its feed is {feed}")
        self.feed = feed


async def _poll_failed(world: World, feed: Feed, state: FeedState, error: ChokanError) -> Polled:
    await world.store.save_poll(feed.url, state, now=world.clock())
    return _polled(feed, error.kind, error=str(error))


async def _poll_parsed(
    world: World, health: FeedHealth, state: FeedState, parsed: ParsedFeed, response: Response
) -> Polled:
    feed = health.feed
    unseen = await world.store.unseen(feed.url, [entry.id for entry in parsed.entries])
    fresh = [entry for entry in parsed.entries if entry.id in unseen]
    if health.state.succeeded is None:
        fresh = _newest(fresh, feed.backfill)
    read = await asyncio.gather(*(_read_entry(world, feed, entry) for entry in fresh))
    waiting = {entry.id for entry, outcome in zip(fresh, read, strict=True) if outcome is WAIT}
    if waiting:
        # The validators certify only what was saved: without them the next poll sees the waiting entries again.
        state = replace(state, validators=health.state.validators)
    failpoint("before-save-poll")
    new = await world.store.save_poll(
        feed.url,
        state,
        now=world.clock(),
        seen=[entry.id for entry in parsed.entries if entry.id not in waiting],
        articles=[outcome for outcome in read if isinstance(outcome, Article)],
        title=parsed.title or None,
        site=parsed.link,
        moved_to=response.moved_to,
    )
    failpoint("after-save-poll")
    return _polled(feed, str(response.status), new=new)


def _newest(entries: Sequence[Entry], count: int) -> list[Entry]:
    """The `count` newest; feeds without dates list newest first."""
    floor = datetime.min.replace(tzinfo=UTC)
    return sorted(entries, key=lambda entry: entry.published or entry.updated or floor, reverse=True)[:count]


@dataclass(frozen=True, slots=True)
class _Wait:
    """The page cannot be had now but may be later."""


WAIT = _Wait()


async def _read_entry(world: World, feed: Feed, entry: Entry) -> Article | _Wait | None:
    """The article of an entry: its page's text, else the feed's own; WAIT while the page may still come."""
    page: Page | None = None
    if entry.url:
        try:
            page = await read_page(world, entry.url)
        except PageUnavailable:
            if entry.published and world.clock() - entry.published < PAGE_PATIENCE:
                return WAIT
        except ChokanError as error:
            event(log, "page.unread", level=logging.INFO, url=entry.url, kind=error.kind, error=str(error))
    return await world.reading.run(_article, entry, page, feed, world.clock(), seconds=EXTRACT_SECONDS)


class PageUnavailable(ChokanError):
    """The page could not be had this time: timeout, 429, 5xx."""

    kind = "page-unavailable"


async def read_page(world: Reads, url: str) -> Page:
    """Fetch and extract one article page. Raises FetchError, PageUnavailable, NoArticle, WorkerFailed."""
    response = await world.fetch(url, kind="page")
    if response.status in (408, 425, 429) or response.status >= 500:
        raise PageUnavailable(f"{url}: the site answered with error {response.status}")
    if response.status != 200:
        raise NoArticle(url, f"the site answered with error {response.status}")
    return await world.reading.run(_page, response.body, response.url, dict(response.headers), seconds=EXTRACT_SECONDS)


def _polled(feed: Feed, status: str, *, new: int = 0, error: str | None = None) -> Polled:
    level = logging.WARNING if error else logging.INFO
    event(log, "feed.polled", level=level, feed=feed.url, status=status, new=new, error=error)
    return Polled(feed=feed.url, status=status, new=new, error=error)


def _parse(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    return parse_feed(body, url=url, headers=headers)


def _links(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(link.url for link in feed_links(body, url=url, headers=headers))


def _page(body: bytes, url: str, headers: Mapping[str, str]) -> Page:
    return extract(body, url=url, headers=headers)


def _article(entry: Entry, page: Page | None, feed: Feed, now: datetime) -> Article | None:
    return article_from(entry, page, feed=feed, now=now, identify=identify)


async def discover(world: World, url: str) -> str:
    """The feed a person means by `url`: itself, or the first feed its page names. Raises FetchError, NotAFeed."""
    response = await world.fetch(url, kind="feed")
    if response.status != 200:
        raise NotAFeed(url, f"the site answered with error {response.status}")
    headers = dict(response.headers)
    try:
        await world.reading.run(_parse, response.body, response.url, headers, seconds=PARSE_SECONDS)
    except NotAFeed:
        for found in await world.reading.run(_links, response.body, response.url, headers, seconds=PARSE_SECONDS):
            return found
        raise NotAFeed(
            url, "neither a feed nor a page that names one; give the address of its RSS or Atom feed"
        ) from None
    return response.moved_to or url


# --- digest ---------------------------------------------------------------------------------------------------------


async def digest(world: World) -> int:
    """Digest every article that has none yet, once for all channels. Returns how many were taken up."""
    taken = 0
    while claimed := await world.store.claim_undigested(world.clock(), lease=LEASE, limit=BATCH):
        # All are analysed and indexed before the first is composed: what arrives together may link to each other.
        studied = await _each(claimed, lambda article: study(world, article), world, "digest")
        await _each(studied, lambda pair: digest_article(world, *pair), world, "compose")
        taken += len(claimed)
    return taken


Studied = tuple[Article, Analysis]


async def study(world: World, article: Article) -> Studied | None:
    """Analyse an article and make it findable; None when it cannot be analysed (said in the store)."""
    try:
        analysis = await _analysis(world, article)
    except ChokanError as error:
        await _save_failure(world, article, error, b"")
        return None
    world.links.add(article, analysis.article_vector)
    return article, analysis


async def _analysis(world: World, article: Article) -> Analysis:
    """With embeddings where they are wanted; when that fails, by words alone. Raises WorkerFailed."""
    try:
        return await world.thinking.run(analysed, article, world.embeddings, seconds=DIGEST_SECONDS)
    except ChokanError as error:
        if not world.embeddings:
            raise
        event(log, "analysis.plain", level=logging.WARNING, article=article.id, error=str(error))
        return await world.thinking.run(analysed, article, False, seconds=DIGEST_SECONDS)


async def digest_article(world: World, article: Article, analysis: Analysis) -> Digest | None:
    """Find related links and citations, compose, save. A reference article is only indexed."""
    vector = _packed(article, analysis)
    if article.role == "reference":
        await world.store.save_digest(article.id, None, vector=vector, now=world.clock())
        return None
    try:
        made = await compose(world, article, analysis)
    except ChokanError as error:
        await _save_failure(world, article, error, vector)
        return None
    failpoint("before-save-digest")
    await world.store.save_digest(article.id, made, vector=vector, now=world.clock())
    event(log, "article.digested", article=article.id, url=article.url, language=article.language)
    return made


async def compose(world: World, article: Article, analysis: Analysis) -> Digest:
    """The digest of an analysed article, with the links the archive offers it. Raises WorkerFailed."""
    related, citations = await world.links.find(article, analysis.article_vector)
    work = (article, analysis, related, citations, article.language, world.catalogs)
    made = await world.thinking.run(composed, *work, seconds=DIGEST_SECONDS)
    return made if world.writer is None else await world.writer.write(article, made, citations)


async def _save_failure(world: World, article: Article, error: ChokanError, vector: bytes) -> None:
    await world.store.save_digest(article.id, None, vector=vector, now=world.clock(), error=str(error))
    event(log, "article.digested", level=logging.WARNING, article=article.id, url=article.url, error=str(error))


def _packed(article: Article, analysis: Analysis) -> bytes:
    return packed(profile_of(article, analysis.article_vector))


async def article_of_url(world: Reads, url: str) -> Article:
    """The article at an address a person gave. Raises FetchError, PageUnavailable, NoArticle, WorkerFailed."""
    page = await read_page(world, url)
    entry = Entry(id=url, url=url, title="")
    article = await world.reading.run(_article, entry, page, Feed(url=url), world.clock(), seconds=EXTRACT_SECONDS)
    if article is None:
        raise NoArticle(url)
    return replace(article, feed=None)


async def look_up(world: World, url: str) -> Digest:
    """The digest of any address: the stored one, else made on the spot and kept. Raises ChokanError."""
    known = await world.store.digest(article_id(url))
    if known:
        return known
    article = await article_of_url(world, url)
    await world.store.save_article(article)
    analysis = await _analysis(world, article)
    made = await compose(world, article, analysis)
    await world.store.save_digest(article.id, made, vector=_packed(article, analysis), now=world.clock())
    return made


# --- publish --------------------------------------------------------------------------------------------------------


async def publish(world: World) -> tuple[Edition, ...]:
    """Make the edition of every subscription whose slot is due, with its deliveries, in one transaction each."""
    now, last = world.clock(), await world.store.last_slots()
    subscriptions = await world.store.subscriptions()
    slots = [(s, due_slot(s, now, last.get(s.id), world.catch_up)) for s in subscriptions]
    due = [Due(subscription, slot) for subscription, slot in slots if slot]
    ready = await _digested(world, due) if due else []
    return tuple(await _each(ready, lambda one: publish_slot(world, one.subscription, one.slot), world, "publish"))


class Due(NamedTuple):
    """A subscription and the slot it is to be served."""

    subscription: Subscription
    slot: Slot

    @property
    def id(self) -> str:
        return self.subscription.id


async def _digested(world: World, due: Sequence[Due]) -> list[Due]:
    """Those that need not wait for an article which came before their time and has no digest yet: one that is under
    way, or that another process left when it died."""
    now = world.clock()
    oldest = (await world.store.totals(now)).oldest_undigested
    if oldest is None:
        return list(due)
    return [one for one in due if oldest > one.slot.at or now - one.slot.at > DIGEST_PATIENCE]


async def publish_slot(world: World, subscription: Subscription, slot: Slot) -> Edition | None:
    """The edition of one slot, saved with its outbox; None when another process was first."""
    edition, deliveries = await prepared(world, subscription, slot)
    failpoint("before-edition")
    try:
        await world.store.save_edition(edition, deliveries)
    except SlotTaken:
        return None
    failpoint("after-edition")
    event(
        log,
        "edition.made",
        edition=edition.id,
        subscription=subscription.id,
        state=edition.state,
        articles=len(edition.articles),
        deliveries=len(deliveries),
    )
    return edition


async def prepared(world: World, subscription: Subscription, slot: Slot) -> tuple[Edition, tuple[Delivery, ...]]:
    """What would be posted: the edition and its messages, nothing saved."""
    now = world.clock()
    found = await world.store.unpublished(subscription, since=window_start(subscription, now))
    chosen = ranked([hit for hit in found if wanted(subscription, hit.article)])
    hits = ranked(await world.links.stories(chosen, await _carried(world, subscription)))
    edition = edition_of(subscription, slot, hits, now)
    if not hits and subscription.empty == "silent":
        return edition, ()
    chat = world.chats.get(subscription.destination.platform)
    if chat is None:
        raise ChatRefused(f"{subscription.destination}: no token for {subscription.destination.platform} is set")
    sheets = edition_sheets(edition, hits, subscription, world.catalogs, chat.limits, chat.cost)
    gathered = await chat.gathers(subscription.destination)
    return edition, tuple(
        Delivery(
            id=delivery_key(edition.id, subscription.destination, part),
            edition=edition.id,
            destination=subscription.destination,
            part=part,
            message=sheet.message,
            in_thread=sheet.in_thread or (gathered and part > 0),
            # This morning may have been served already, by a database that has since been restored from a backup.
            unknown=slot.late,
        )
        for part, sheet in enumerate(sheets)
    )


async def _carried(world: World, subscription: Subscription) -> tuple[Article, ...]:
    """What the subscription's last editions carried, newest edition first."""
    editions = await world.store.editions(subscription=subscription.id, limit=LOOK_BACK)
    return await world.store.articles([article for edition in editions for article in edition.articles])


# --- all of it, once -------------------------------------------------------------------------------------------------


async def _each(units: Sequence[Any], work: Callable[[Any], Awaitable[R | None]], world: World, stage: str) -> list[R]:
    """Do `work` on each unit, side by side; a unit's unforeseen failure is logged and never costs the others."""
    done = 0

    async def one(unit: Any) -> R | None:
        nonlocal done
        try:
            return await work(unit)
        except Exception:
            log.exception("%s.crashed unit=%s", stage, getattr(unit, "id", ""))
            return None
        finally:
            done += 1
            world.progress(stage, done, len(units))

    results = await asyncio.gather(*(one(unit) for unit in units))
    return [result for result in results if result is not None]
