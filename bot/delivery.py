"""deliver: what the outbox holds goes out, part by part, each message once. What a failure means is decided here; what
each step came to is stored before the next begins."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta
from zlib import crc32

from bot.failpoints import failpoint
from bot.notices import CLOSED, OPEN, tell_closed, withdraw, words_of
from bot.telemetry import event, unit
from bot.trouble import tell_failed
from bot.world import LEASE, Resumes, World
from digests.errors import (
    ChatError,
    ChatRefused,
    ChatUnavailable,
    ChatUnknown,
    DestinationClosed,
    HistoryHidden,
    StoreError,
)
from digests.model import Destination, Subscription
from digests.outbox import Delivery, Posted

log = logging.getLogger("chokan.delivery")

LANES = 32
"""Messages on their way at once: enough to fill Discord's 50 requests a second at half a second an answer."""
YOUNG = timedelta(seconds=60)
"""Age up to which a lease needs no renewal; what is left of it is longer than any post takes."""
REFILL = 8
"""Lanes that must be free before the outbox is asked for more: a claim is a transaction of its own."""
SETTLE_WAITS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""Seconds between tries to write down that a message is out; together well under the lease."""

Flying = set[asyncio.Task[bool]]


async def deliver(world: World) -> int:
    """Send what is in the outbox until nothing is left to send now, or until `world.stop` is set: then only what is on
    its way is finished. Returns how many messages were sent."""
    # Side by side, so that a slow platform takes no lanes from a quick one.
    return sum(await asyncio.gather(*(_deliver_to(world, platform) for platform in world.chats)))


async def _deliver_to(world: World, platform: str) -> int:
    sent = taken = done = 0
    flying: Flying = set()
    try:
        while True:
            more = await _taken_up(world, platform, LANES - len(flying))
            flying |= more
            taken += len(more)
            if not flying:
                return sent
            landed, flying = await asyncio.wait(flying, return_when=asyncio.FIRST_COMPLETED)
            sent += sum(task.result() for task in landed)
            done += len(landed)
            world.progress("deliver", done, taken)
    finally:
        await _recalled(flying)


async def _taken_up(world: World, platform: str, free: int) -> Flying:
    """Claim as much as there are lanes free, and start it."""
    if world.stop.is_set() or free < REFILL:
        return set()
    now = world.clock()
    claimed = await world.store.claim_deliveries(
        now, lease=LEASE, limit=free, worker=world.worker, platforms=(platform,)
    )
    return {asyncio.create_task(_guarded(world, delivery, now), name=delivery.id) for delivery in claimed}


async def _recalled(flying: Flying) -> None:
    """Cancel what is still on its way (the time to stop is over); each gives its lease back."""
    for task in flying:
        task.cancel()
    await asyncio.gather(*flying, return_exceptions=True)


async def _guarded(world: World, delivery: Delivery, claimed: datetime) -> bool:
    """One delivery's unforeseen failure never costs the others; its lease runs out and it is looked into again."""
    with unit():
        try:
            return await deliver_one(world, delivery, claimed)
        except Exception:
            log.exception("delivery.crashed delivery=%s", delivery.id)
            return False


async def deliver_one(world: World, delivery: Delivery, claimed: datetime) -> bool:
    """Post one message and settle it; what went wrong decides whether and when it is tried again."""
    failpoint("before-post")
    if not await _still_ours(world, delivery, claimed):
        event(log, "delivery.overtaken", delivery=delivery.id, destination=str(delivery.destination))
        return False
    try:
        posted = await _post(world, delivery)
    except ChatError as error:
        await _not_delivered(world, delivery, error)
        return False
    except asyncio.CancelledError:
        await world.store.retry_delivery(
            delivery.id, error="stopped while posting", at=world.clock(), unknown=True, attempt=delivery.attempts
        )
        raise
    failpoint("after-post")
    await _settle(world, delivery, posted)
    event(log, "delivery.sent", delivery=delivery.id, destination=str(delivery.destination), part=delivery.part)
    failpoint("after-settle")
    return True


async def _still_ours(world: World, delivery: Delivery, claimed: datetime) -> bool:
    """A process that slept (a suspended machine, a stopped container) must not post what another has taken over. While
    the lease is young nobody can have, and asking would be one more transaction for each message."""
    now = world.clock()
    if timedelta() <= now - claimed < YOUNG:
        return True
    return await world.store.renew_delivery(delivery.id, attempt=delivery.attempts, now=now, lease=LEASE)


async def _post(world: World, delivery: Delivery) -> Posted:
    try:
        return await _posted(world, delivery, unknown=delivery.unknown)
    except HistoryHidden:
        if delivery.attempts > 1:
            raise
        # Unknown at the first try says only that the edition is late (see `publish`): there is no sign of an earlier
        # try, so where nobody may look, the news is worth more than the doubt.
        return await _posted(world, delivery, unknown=False)


async def _posted(world: World, delivery: Delivery, *, unknown: bool) -> Posted:
    return await world.chats[delivery.destination.platform].post(
        delivery.destination,
        delivery.message,
        key=delivery.id,
        parent=delivery.parent,
        unknown=unknown,
        silent=world.silent,
    )


async def _settle(world: World, delivery: Delivery, posted: Posted) -> None:
    """The message is out: a database that cannot take that down now is asked again, the platform is not."""
    for wait in SETTLE_WAITS:
        try:
            return await world.store.settle_delivery(delivery.id, posted, world.clock())
        except StoreError as error:
            event(log, "delivery.unsettled", level=logging.ERROR, delivery=delivery.id, error=str(error))
            await asyncio.sleep(wait)
    return await world.store.settle_delivery(delivery.id, posted, world.clock())


# --- when it did not work -----------------------------------------------------------------------------------------


async def _not_delivered(world: World, delivery: Delivery, error: ChatError) -> None:
    event(
        log,
        "delivery.failed",
        level=logging.WARNING,
        delivery=delivery.id,
        destination=str(delivery.destination),
        kind=error.kind,
        attempt=delivery.attempts,
        error=str(error),
    )
    if isinstance(error, ChatRefused):
        await world.store.hold_delivery(delivery.id, error=str(error), attempt=delivery.attempts)
        if isinstance(error, DestinationClosed):
            await pause_destination(world, delivery.destination, error)
    elif gives_up(delivery, world.clock(), world.give_up):
        event(log, "delivery.given_up", level=logging.ERROR, delivery=delivery.id, edition=delivery.edition)
        await world.store.hold_delivery(
            delivery.id, error=f"given up: {error}", state="failed", attempt=delivery.attempts
        )
        await tell_failed(world, delivery.edition, str(error))
    else:
        await _try_again(world, delivery, error)


async def _try_again(world: World, delivery: Delivery, error: ChatError) -> None:
    wait = error.retry_after if isinstance(error, ChatUnavailable) and error.retry_after else 0.0
    at = world.clock() + timedelta(seconds=max(wait, backoff(delivery)))
    unknown = delivery.unknown or isinstance(error, ChatUnknown)
    await world.store.retry_delivery(delivery.id, error=str(error), at=at, unknown=unknown, attempt=delivery.attempts)


def gives_up(delivery: Delivery, now: datetime, patience: timedelta) -> bool:
    """Has the edition waited for so long that it is no longer tried?"""
    return delivery.made is not None and now - delivery.made > patience


def backoff(delivery: Delivery) -> float:
    """Seconds before the next try: doubling from 5 s to 15 min, spread by the key so that channels do not march."""
    base = min(5.0 * float(2 ** min(8, max(0, delivery.attempts - 1))), 900.0)
    return base * (0.75 + crc32(delivery.id.encode()) / 0xFFFFFFFF / 2)


async def pause_destination(world: World, destination: Destination, error: ChatError) -> None:
    """Pause every subscription that goes to a place which is shut to us, so that it is not knocked at every morning."""
    for subscription in await world.store.subscriptions():
        if subscription.destination == destination and not subscription.paused:
            reason = error.worded(words_of(world, subscription))
            await world.store.pause_subscription(subscription.id, reason)
            await tell_closed(world, subscription, reason)
            event(log, "subscription.paused", level=logging.ERROR, subscription=subscription.id, reason=reason)


async def resume(world: Resumes, subscription: Subscription) -> int:
    """Once what stopped a subscription is put right: unpause it, and send what was held of its recent editions.
    Returns how many messages wait to be sent again."""
    await world.store.pause_subscription(subscription.id, None)
    await withdraw(world, subscription, CLOSED, OPEN)
    now, ready = world.clock(), 0
    for edition in await world.store.editions(subscription=subscription.id, limit=5):
        if now - edition.made <= world.catch_up:
            ready += await world.store.resume_deliveries(edition.id, now=now)
    return ready
