"""correct: an article that was changed after it was posted is digested anew, and the messages that carry it are edited
in their places. Nothing is posted again; what cannot be edited is left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from bot.failpoints import failpoint
from bot.poll import LOOKED_BACK
from bot.renditions import worded
from bot.telemetry import event
from bot.world import LEASE, World, each
from digests.corrections import revised_digest, revised_overview
from digests.errors import ChatError, ChatRefused, ChatUnavailable
from digests.layout import digest_message
from digests.lengths import shortened
from digests.message import Message
from digests.model import LENGTHS, Article, Digest, Edition, Length, Subscription
from digests.outbox import Delivery, Revision
from digests.store import Hit

log = logging.getLogger("chokan.corrections")

AT_ONCE = 16
TRIES = 12
WAIT = timedelta(minutes=1)


async def revise(world: World) -> int:
    """Write down what corrected articles change in messages that were posted. How many articles were seen to."""
    corrected = await world.store.corrected_articles(limit=AT_ONCE)
    done = 0
    for article in corrected:  # one by one: two of them may stand in the same overview
        wanted = await _revisions_of(world, article)
        if await world.store.save_revisions(article.id, wanted, world.clock()):
            event(log, "article.corrected", article=article.id, url=article.url, messages=len(wanted))
            done += 1
    return done


async def _revisions_of(world: World, article: Article) -> list[Revision]:
    digest = await world.store.digest(article.id)
    if digest is None:
        return []
    orders = {order.id: order for order in await world.store.subscriptions()}
    found: list[Revision] = []
    for edition in await world.store.carried_in(article.id, world.clock() - LOOKED_BACK):
        if edition.subscription in orders:
            found += await _in_edition(world, edition, orders[edition.subscription], article, digest)
    return found


async def _in_edition(
    world: World, edition: Edition, order: Subscription, article: Article, digest: Digest
) -> list[Revision]:
    """What the edition's messages are to say, of those that say something else."""
    (hit,) = await worded(world, order, (Hit(article=article, digest=digest, score=1.0),))
    digest = hit.digest or digest  # in the words it was posted in
    sent = await world.store.deliveries(edition.id)
    known = await world.store.revisions(edition.id)
    shown = [replace(d, message=known[d.id].message) if d.id in known else d for d in sent]
    new = await asyncio.to_thread(_revised, world, order, shown, article, digest)
    now = world.clock()
    return [
        Revision(
            delivery=delivery.id,
            destination=delivery.destination,
            message=message,
            number=known[delivery.id].number + 1 if delivery.id in known else 1,
            made=now,
        )
        for delivery, message in zip(shown, new, strict=True)
        if message != delivery.message
    ]


def _revised(
    world: World, order: Subscription, shown: Sequence[Delivery], article: Article, digest: Digest
) -> list[Message]:
    own = [delivery.message for delivery in shown if delivery.message.url == article.url]
    pages = iter(_pages(world, order, own, digest) if own else ())
    return [
        next(pages)
        if delivery.message.url == article.url
        else revised_overview(delivery.message, article, digest, world.catalogs.of(delivery.message.language))
        if delivery.message.url is None
        else delivery.message
        for delivery in shown
    ]


def _pages(world: World, order: Subscription, own: Sequence[Message], digest: Digest) -> Sequence[Message]:
    """At the subscription's length, or at the longest below it that fits the messages there are."""
    chat, words = world.chats.get(order.destination.platform), world.catalogs.of(own[0].language)
    if chat is None:
        return own
    when, page = moment(world.clock(), order.zone, own[0].language), world.permalinks.digest(digest.id)
    for length in _lengths(order.length):
        message = digest_message(shortened(digest, length), words, page)
        found = revised_digest(own, message, when, chat.limits, chat.cost, words)
        if found is not None:
            return found
    return own


def _lengths(longest: Length) -> Sequence[Length]:
    return LENGTHS[LENGTHS.index(longest) :: -1]


def moment(now: datetime, zone: str, language: str) -> str:
    """Date and time as the reader's language writes them, in the subscription's zone."""
    return format_datetime(now, format="short", tzinfo=ZoneInfo(zone), locale=language)


# --- editing ----------------------------------------------------------------------------------------------------------


async def send_revisions(world: World) -> int:
    """Edit what is to be edited. Returns how many messages were."""
    edited = 0
    while not world.stop.is_set():
        claimed = await world.store.claim_revisions(
            world.clock(), lease=LEASE, limit=AT_ONCE, platforms=tuple(world.chats)
        )
        edited += sum(await each(claimed, lambda revision: _edited(world, revision), world, "edit"))
        if not claimed:
            break
    return edited


async def _edited(world: World, revision: Revision) -> bool:
    """An edit made twice looks as if made once, so one whose outcome is unknown is simply made again."""
    chat = world.chats[revision.destination.platform]
    try:
        failpoint("before-edit")
        await chat.edit(revision.destination, revision.message, ref=revision.ref, key=revision.delivery)
    except ChatRefused as error:
        event(log, "message.left", delivery=revision.delivery, error=str(error))
        await world.store.settle_revision(revision, error=str(error))
        return False
    except ChatError as error:
        await _later(world, revision, error)
        return False
    failpoint("after-edit")
    await world.store.settle_revision(revision)
    event(log, "message.edited", delivery=revision.delivery, destination=str(revision.destination))
    return True


async def _later(world: World, revision: Revision, error: ChatError) -> None:
    if revision.attempts >= TRIES:
        event(log, "message.left", level=logging.WARNING, delivery=revision.delivery, error=str(error))
        await world.store.settle_revision(revision, error=str(error))
        return
    asked = error.retry_after if isinstance(error, ChatUnavailable) and error.retry_after else 0.0
    wait = max(timedelta(seconds=asked), WAIT * revision.attempts)
    await world.store.retry_revision(revision, error=str(error), at=world.clock() + wait)
