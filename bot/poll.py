"""Polling: feeds that are due → new articles, saved with what certifies them. Also one page and one address that a
person asks for. One broken feed never costs the others, one broken entry never costs its feed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.failpoints import failpoint
from bot.lanes import in_lanes
from bot.telemetry import event
from bot.world import LEASE, Looks, Reads, World
from digests.autodiscovery import feed_links
from digests.corrections import fingerprint, is_corrected
from digests.errors import (
    ChokanError,
    ConnectFailed,
    FetchError,
    FetchTimeout,
    HostResting,
    NoArticle,
    NotAFeed,
    NotAnArticle,
    RobotsUnknown,
    WorkerLost,
)
from digests.extract import Page, article_from, extract, own_address
from digests.feeds import fresh, names_of, parse_feed
from digests.language import identify
from digests.model import Article, Entry, Feed, FeedState, ParsedFeed
from digests.polling import is_passing, moves_to, next_state, resting
from digests.ports import Response
from digests.store import FeedHealth
from digests.urls import article_id

log = logging.getLogger("chokan.poll")

CLAIMED = 256
"""Feeds claimed at a time."""
AGAIN = 10
"""Pages of a feed that are read again at one poll because their entries changed."""
LOOKED_BACK = timedelta(days=3)
"""Articles that came, or that editions carried, within this time are watched for corrections."""
_FEED = re.compile(rb"[\xef\xbb\xbf\s]*(?>(?:<\?[^>]*>\s*|<!--.*?-->\s*)*)<(?:rss|feed|rdf:RDF)[\s>]", re.DOTALL)
PARSE_SECONDS = 5.0
EXTRACT_SECONDS = 5.0
"""Processor time; honest feeds and pages take a tenth of it."""
PAGE_PATIENCE = timedelta(hours=6)
"""How long a page that cannot be reached is waited for before the feed's own text is taken instead."""


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
    limit = CLAIMED if urls is None else len(urls)
    while not world.stop.is_set():
        claimed = await world.store.claim_due_feeds(world.clock(), lease=LEASE, limit=limit, urls=urls)
        results += await in_lanes(claimed, lambda health: poll_feed(world, health), world, "poll")
        if not claimed or urls is not None:
            break
    return tuple(results)


async def poll_feed(world: World, health: FeedHealth) -> Polled:
    """One GET, its new articles, and what it taught us, saved in one transaction."""
    feed, state = health.feed, health.state
    try:
        failpoint("before-fetch")
        response = await _asked(world, health)
        failpoint("after-fetch")
        read = await _parsed(world, response)
    except HostResting as error:
        await world.store.save_poll(feed.url, resting(state, error.until, feed.url), now=world.clock())
        return _polled(feed, error.kind)
    except FetchError as error:
        return await _poll_failed(world, feed, _next(world, state, error), error)
    except _FeedElsewhere as found:
        # Counted as a failure, so that two pages that name each other are not followed for ever.
        failed = _next(world, state, response)
        following = failed if state.failures else replace(failed, next_poll=world.clock())
        await world.store.save_poll(feed.url, following, now=world.clock(), moved_to=found.feed)
        return _polled(feed, "moved")
    except ChokanError as error:
        failed = _next(world, state, response)
        return await _poll_failed(world, feed, replace(failed, last_error=str(error)), error)
    following = _next(world, state, response, read[0] if read else None)
    if read is None:
        await world.store.save_poll(feed.url, following, now=world.clock(), moved_to=moves_to(following))
        return _polled(feed, str(response.status), error=following.last_error if following.failures else None)
    return await _poll_parsed(world, health, following, read, response)


async def _asked(world: World, health: FeedHealth) -> Response:
    """One GET; for a feed that somebody looked at before it was ever polled, what that look brought."""
    if health.state.polled is None:
        return await world.recent.get(health.feed.url, world.fetch, world.clock)
    return await world.fetch(health.feed.url, validators=health.state.validators, kind="feed")


def _next(world: World, state: FeedState, answer: Response | FetchError, parsed: ParsedFeed | None = None) -> FeedState:
    return next_state(state, answer, parsed, world.clock(), shortest=world.shortest.total_seconds())


Read = tuple[ParsedFeed, Mapping[str, bytes]]
"""A feed, and what each of its entries says now, as a fingerprint."""


async def _parsed(world: World, response: Response) -> Read | None:
    if response.status != 200:
        return None
    try:
        return await world.reading.run(
            _read, response.body, response.url, dict(response.headers), seconds=PARSE_SECONDS
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
    world: World, health: FeedHealth, state: FeedState, read_now: Read, response: Response
) -> Polled:
    feed, (parsed, prints) = health.feed, read_now
    names = [name for entry in parsed.entries for name in (*names_of(entry), _waiting(entry))]
    shown = await world.store.shown(feed.url, names)
    never_shown = fresh(parsed.entries, shown)
    new_here = never_shown if health.state.succeeded is not None else _newest(never_shown, feed.backfill)
    now = world.clock()
    read = await asyncio.gather(*(_read_entry(world, feed, e, shown.get(_waiting(e), now)) for e in new_here))
    read = await _addressed(world, new_here, read)
    waiting = {entry.id for entry, outcome in zip(new_here, read, strict=True) if outcome is WAIT}
    if waiting:
        # The validators certify only what was saved: without them the next poll sees the waiting entries again.
        state = replace(state, validators=health.state.validators)
    # Before the validators are saved: a 304 would hide a change that nobody has written down.
    await _look_again(world, feed, parsed.entries, prints)
    failpoint("before-save-poll")
    new = await world.store.save_poll(
        feed.url,
        state,
        now=world.clock(),
        seen=_to_remember(never_shown, waiting, prints),
        articles=_seen_now([outcome for outcome in read if isinstance(outcome, Article)], world.clock()),
        title=parsed.title or None,
        site=parsed.link,
        moved_to=moves_to(state),
    )
    failpoint("after-save-poll")
    return _polled(feed, str(response.status), new=new, note=state.note)


async def _addressed(
    world: World, entries: Sequence[Entry], read: Sequence[Article | _Wait | None]
) -> list[Article | _Wait | None]:
    """No two articles under one address that their pages give by mistake."""
    moved = [
        a.id for e, a in zip(entries, read, strict=True) if isinstance(a, Article) and a.id != article_id(e.url or "")
    ]
    held = {article.id: article for article in await world.store.articles(moved)} if moved else {}
    found: list[Article | _Wait | None] = []
    for entry, outcome in zip(entries, read, strict=True):
        if isinstance(outcome, Article):
            outcome = own_address(outcome, entry, held[outcome.id]) if outcome.id in held else outcome
            held.setdefault(outcome.id, outcome)
        found.append(outcome)
    return found


def _waiting(entry: Entry) -> str:
    """The name under which it is remembered since when an entry's page has been waited for."""
    return f"waiting {entry.id}"


def _to_remember(
    entries: Sequence[Entry], waiting: Collection[str], prints: Mapping[str, bytes]
) -> dict[str, bytes | None]:
    return {
        name: prints.get(name)
        for entry in entries
        for name in ((_waiting(entry),) if entry.id in waiting else names_of(entry))
    }


async def _look_again(world: World, feed: Feed, entries: Sequence[Entry], prints: Mapping[str, bytes]) -> None:
    """Where an entry says something else than before, and the article came or
    was carried lately, its page is read again; what was materially changed is saved to be digested anew, and
    `bot.corrections` edits the messages there are."""
    changed = await world.store.changed_entries(feed.url, prints)
    suspects = {article_id(e.url): e for e in entries if e.id in changed and e.url}
    watched = await world.store.watched_articles(suspects, world.clock() - LOOKED_BACK) if suspects else ()
    seen_to: set[str] = set()
    for old in [article for article in watched if article.feed == feed.url][:AGAIN]:
        new = await _read_entry(world, feed, suspects[old.id], world.clock())
        if new is WAIT:
            continue
        seen_to.add(suspects[old.id].id)
        if isinstance(new, Article) and is_corrected(old, new):
            await world.store.correct_article(
                replace(old, title=new.title, text=new.text, links=new.links), world.clock()
            )
            event(log, "article.changed", article=old.id, url=old.url)
    left = {suspects[article.id].id for article in watched} - seen_to  # their turn comes at the next poll
    await world.store.keep_prints(feed.url, {id_: p for id_, p in prints.items() if id_ not in left}, seen_to)


FLOOR = datetime.min.replace(tzinfo=UTC)


def _newest(entries: Sequence[Entry], count: int) -> tuple[Entry, ...]:
    """The `count` newest; feeds without dates list newest first."""
    return tuple(sorted(entries, key=lambda entry: entry.published or entry.updated or FLOOR, reverse=True)[:count])


def _seen_now(articles: Sequence[Article], now: datetime) -> tuple[Article, ...]:
    """All of one poll are seen at once, a microsecond apart, so that what was published last counts as the newest."""
    newest_first = sorted(articles, key=lambda article: article.published or FLOOR, reverse=True)  # as feeds are
    return tuple(replace(a, first_seen=now - timedelta(microseconds=n)) for n, a in enumerate(newest_first))


@dataclass(frozen=True, slots=True)
class _Wait:
    """The page cannot be had now but may be later."""


WAIT = _Wait()


async def _read_entry(world: World, feed: Feed, entry: Entry, since: datetime) -> Article | _Wait | None:
    """The article of an entry: its page's text, else the feed's own; WAIT while the page, asked for since then, may
    still come."""
    page: Page | None = None
    if entry.url:
        try:
            page = await read_page(world, entry.url)
        except (PageUnavailable, HostResting, FetchTimeout, ConnectFailed, RobotsUnknown, WorkerLost):
            if world.clock() - since < PAGE_PATIENCE:
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
    if is_passing(response.status):
        raise PageUnavailable(f"{url}: the site answered with error {response.status}")
    if response.status != 200:
        raise NoArticle(url, f"the site answered with error {response.status}", status=response.status)
    return await world.reading.run(_page, response.body, response.url, dict(response.headers), seconds=EXTRACT_SECONDS)


def _polled(feed: Feed, status: str, *, new: int = 0, error: str | None = None, note: str | None = None) -> Polled:
    level = logging.WARNING if error else logging.INFO
    event(log, "feed.polled", level=level, feed=feed.url, status=status, new=new, error=error, note=note)
    return Polled(feed=feed.url, status=status, new=new, error=error)


def _read(body: bytes, url: str, headers: Mapping[str, str]) -> Read:
    parsed = parse_feed(body, url=url, headers=headers)
    return parsed, {entry.id: fingerprint(entry) for entry in parsed.entries}


def _parse(body: bytes, url: str, headers: Mapping[str, str]) -> ParsedFeed:
    return parse_feed(body, url=url, headers=headers)


def _links(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(link.url for link in feed_links(body, url=url, headers=headers))


def _page(body: bytes, url: str, headers: Mapping[str, str]) -> Page:
    if _FEED.match(body[:2000]):
        raise NotAnArticle(url)
    return extract(body, url=url, headers=headers)


def _article(entry: Entry, page: Page | None, feed: Feed, now: datetime) -> Article | None:
    return article_from(entry, page, feed=feed, now=now, identify=identify)


async def discover(world: Looks, url: str) -> str:
    """The feed a person means by `url`: itself, or the first feed its page names. Raises FetchError, NotAFeed."""
    response = await world.recent.get(url, world.fetch, world.clock)
    if response.status != 200:
        raise NotAFeed(url, f"the site answered with error {response.status}", status=response.status)
    headers = dict(response.headers)
    try:
        await world.reading.run(_parse, response.body, response.url, headers, seconds=PARSE_SECONDS)
    except NotAFeed:
        for found in await world.reading.run(_links, response.body, response.url, headers, seconds=PARSE_SECONDS):
            return found
        raise NotAFeed(
            url, "neither a feed nor a page that names one; give the address of its RSS or Atom feed"
        ) from None
    return response.moved_to or url  # a person is looking on: nothing has to be confirmed


async def article_of_url(world: Reads, url: str) -> Article:
    """The article at an address a person gave. Raises FetchError, PageUnavailable, NoArticle, WorkerFailed."""
    page = await read_page(world, url)
    entry = Entry(id=url, url=url, title="")
    article = await world.reading.run(_article, entry, page, Feed(url=url), world.clock(), seconds=EXTRACT_SECONDS)
    if article is None:
        raise NoArticle(url)
    return replace(article, feed=None)
