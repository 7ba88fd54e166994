"""digest · publish: straight lines over the ports (poll: `bot.poll`, deliver: `bot.delivery`). Each job is an
idempotent function of what is stored and `now`; what it decides is decided in `digests`, what it remembers is
remembered before the next step."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32
from zoneinfo import ZoneInfoNotFoundError

from bot.digesting import analysed, composed
from bot.failpoints import failpoint
from bot.links import profile_of
from bot.poll import article_of_url
from bot.renditions import worded, written
from bot.telemetry import event
from bot.world import BATCH, DIGEST_SECONDS, LEASE, World, each, stopping
from digests.edition import delivery_key, due_slot, edition_of, ranked, skipped_days, wanted, window_start
from digests.errors import (
    ChatRefused,
    ChokanError,
    SlotTaken,
    WorkerLost,
)
from digests.layout import edition_sheets
from digests.model import Article, Digest, Edition, Slot, Subscription
from digests.outbox import Delivery
from digests.retrieval import packed
from digests.store import Hit
from digests.urls import article_id

if TYPE_CHECKING:
    from digests.analysis import Analysis

log = logging.getLogger("chokan.jobs")

AT_ONCE = 32
"""Editions made side by side; the first of them are delivered while the last are made."""
LOOK_BACK = 7
"""Editions in which an earlier article of a story is looked for."""
TOMORROW = timedelta(days=1)
"""Editions of later slots were made by a clock that was wrong: no day waits for them."""
MENDED_WITHIN = timedelta(hours=1)
"""How long an article whose worker was lost is tried again, each time its lease has run out."""
DIGEST_PATIENCE = timedelta(minutes=10)
"""How long an edition waits for articles that were here before its time and are still being digested."""


# --- digest ---------------------------------------------------------------------------------------------------------


async def digest(world: World) -> int:
    """Digest every article that has none yet, once for all channels. Returns how many were taken up."""
    taken = 0
    while not world.stop.is_set():
        claimed = await world.store.claim_undigested(world.clock(), lease=LEASE, limit=BATCH)
        if not claimed:
            break
        try:
            # All are analysed and indexed before the first is composed: what arrives together may link to each other.
            studied = await each(claimed, lambda article: study(world, article), world, "digest")
            if not world.stop.is_set():
                await each(studied, lambda pair: digest_article(world, *pair), world, "compose")
        finally:
            if stopping(world):
                await world.store.release_articles([article.id for article in claimed])
        taken += len(claimed)
    return taken


Studied = tuple[Article, "Analysis"]


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
        await world.store.save_digest(article.id, None, vector=vector, now=world.clock(), of=article)
        return None
    try:
        made = await compose(world, article, analysis)
    except ChokanError as error:
        await _save_failure(world, article, error, vector)
        return None
    failpoint("before-save-digest")
    await world.store.save_digest(article.id, made, vector=vector, now=world.clock(), of=article)
    event(log, "article.digested", article=article.id, url=article.url, language=article.language)
    return made


async def compose(world: World, article: Article, analysis: Analysis) -> Digest:
    """The digest of an analysed article, with the links the archive offers it. Raises WorkerFailed."""
    related, citations = await world.links.find(article, analysis.article_vector)
    work = (article, analysis, related, citations, article.language, world.catalogs)
    made = await world.thinking.run(composed, *work, seconds=DIGEST_SECONDS)
    return await written(world, article, made, citations)


async def _save_failure(world: World, article: Article, error: ChokanError, vector: bytes) -> None:
    """It has no digest and will have none; unless it is the machine's fault, which an hour may mend."""
    if isinstance(error, WorkerLost) and world.clock() - article.first_seen < MENDED_WITHIN:
        event(log, "article.waits", level=logging.WARNING, article=article.id, url=article.url, error=str(error))
        return
    await world.store.save_digest(article.id, None, vector=vector, now=world.clock(), error=str(error), of=article)
    event(log, "article.digested", level=logging.WARNING, article=article.id, url=article.url, error=str(error))


def _packed(article: Article, analysis: Analysis) -> bytes:
    return packed(profile_of(article, analysis.article_vector))


Told = Callable[[str], Awaitable[None]]


async def untold(step: str) -> None:
    """Nobody waits to hear of it."""


async def look_up(world: World, url: str, viewer: str, told: Told = untold) -> Digest:
    """The digest of any address for a tenant: the stored one, else made on the spot and kept; `told` hears of each step
    before it begins (`reading`, `digesting`). Raises ChokanError."""
    name = await world.store.asked_for(article_id(url), viewer)
    known = await world.store.digest(name)
    if known:
        return known
    await told("reading")
    article = await article_of_url(world, url)
    article = replace(article, id=await world.store.asked_for(article.id, viewer))
    if known := await world.store.digest(article.id):  # the address led to another one
        return known
    await told("digesting")
    await world.store.save_article(article, asker=viewer)
    analysis = await _analysis(world, article)
    made = await compose(world, article, analysis)
    vector = _packed(article, analysis)
    await world.store.save_digest(article.id, made, vector=vector, now=world.clock(), of=article)
    return made


# --- publish --------------------------------------------------------------------------------------------------------


def _due(subscription: Subscription, now: datetime, last: Slot | None, world: World) -> Slot | None:
    """Its slot, if one is due. An order whose zone this machine's rules do not know waits, and no other with it;
    `check` names it."""
    try:
        return due_slot(subscription, now, last, world.catch_up)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        event(
            log,
            "edition.unscheduled",
            level=logging.ERROR,
            subscription=subscription.id,
            zone=subscription.zone,
            error=error,
        )
        return None


async def publish(world: World) -> tuple[Edition, ...]:
    """Make the edition of every subscription whose slot is due, with its deliveries, in one transaction each."""
    now = world.clock()
    last = await world.store.last_slots(now + TOMORROW)
    subscriptions = await world.store.subscriptions()
    slots = [(s, _due(s, now, last.get(s.id), world)) for s in subscriptions]
    # Whoever's time came first is served first; among equals each has the same place every day, and none by its name.
    due = sorted((Due(subscription, slot) for subscription, slot in slots if slot), key=_place)
    for subscription, slot in due:
        for day in skipped_days(subscription, slot, last.get(subscription.id)):
            event(log, "edition.skipped", level=logging.WARNING, subscription=subscription.id, day=day)
    ready = await _digested(world, due) if due else []
    made: list[Edition] = []
    for start in range(0, len(ready), AT_ONCE):
        if world.stop.is_set():
            break
        few = ready[start : start + AT_ONCE]
        made += await each(
            few, lambda one: publish_slot(world, one.subscription, one.slot, daily=True), world, "publish"
        )
    return tuple(made)


def _place(one: Due) -> tuple[datetime, int]:
    return one.slot.at, crc32(one.id.encode())


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


async def publish_slot(world: World, subscription: Subscription, slot: Slot, *, daily: bool = False) -> Edition | None:
    """The edition of one slot, saved with its outbox; None when another process was first, with this slot, with its
    articles, or (`daily`) with another slot of its day."""
    return await kept(world, *await prepared(world, subscription, slot), daily=daily)


async def kept(
    world: World, edition: Edition, deliveries: Sequence[Delivery], *, daily: bool = False
) -> Edition | None:
    """A prepared edition, saved with its outbox; None as in `publish_slot`."""
    failpoint("before-edition")
    try:
        await world.store.save_edition(edition, deliveries, daily=daily)
    except SlotTaken:
        return None
    failpoint("after-edition")
    event(
        log,
        "edition.made",
        edition=edition.id,
        subscription=edition.subscription,
        state=edition.state,
        articles=len(edition.articles),
        deliveries=len(deliveries),
    )
    return edition


async def prepared(world: World, subscription: Subscription, slot: Slot) -> tuple[Edition, tuple[Delivery, ...]]:
    """What would be posted: the edition and its messages, nothing saved."""
    now = world.clock()
    found = await world.store.unpublished(subscription, since=window_start(subscription, now))
    carried = await _carried(world, subscription)
    chosen = ranked([hit for hit in _each_page_once(found, carried) if wanted(subscription, hit.article)])
    hits = ranked(await world.links.stories(chosen, carried))
    hits = await worded(world, subscription, hits)
    edition = edition_of(subscription, slot, hits, now)
    if not hits and subscription.empty == "silent":
        return edition, ()
    chat = world.chats.get(subscription.destination.platform)
    if chat is None:
        raise ChatRefused(f"{subscription.destination}: no token for {subscription.destination.platform} is set")
    # Off the loop: at seven o'clock many editions are laid out at once, and commands want their answer meanwhile.
    layout = (edition, hits, subscription, world.catalogs, chat.limits, chat.cost, world.permalinks)
    sheets = await asyncio.to_thread(edition_sheets, *layout)
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


def _each_page_once(found: Sequence[Hit], carried: Sequence[Article]) -> list[Hit]:
    """A page that two private feeds tell in different words is two articles, and one piece of news."""
    known, kept = {article.url for article in carried}, []
    for hit in found:
        if hit.article.url not in known:
            known.add(hit.article.url)
            kept.append(hit)
    return kept


async def _carried(world: World, subscription: Subscription) -> tuple[Article, ...]:
    """What the subscription's last editions carried, newest edition first."""
    editions = await world.store.editions(subscription=subscription.id, limit=LOOK_BACK)
    return await world.store.articles([article for edition in editions for article in edition.articles])
