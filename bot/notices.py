"""What the admins of a subscription are told once, in private: kept before it is sent, sent until somebody has it.

Access that comes back is noticed here too, and resuming is offered.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b

from bot.telemetry import event
from bot.world import BATCH, LEASE, Resumes, World, each
from digests.answers import described, naming_channel
from digests.catalog import Catalog
from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, HistoryHidden
from digests.message import Action
from digests.model import Destination, Subscription
from digests.outbox import Notice
from digests.ports import Chat

log = logging.getLogger("chokan.notices")

CLOSED, OPEN = "closed", "open"
"""Kinds of notices: a destination is shut to us; it is open again."""
TRIES = 12
"""Over about three hours: after that nobody can be told, and only the operator's log and `chokan check` say it."""
WAIT = timedelta(minutes=15)


async def tell_admins(
    world: World, order: Subscription, kind: str, key: str, *, actions: Sequence[Action] = (), **values: object
) -> bool:
    """Have one admin of the subscription told, once for each `kind`, what `notice.<key>.title` and `notice.<key>.text`
    say in its language; `tell` sends it. False where there is such a notice already. See `withdraw`."""
    words = words_of(world, order)
    text = naming_channel(words, f"notice.{key}.text", order.destination.channel, **values)
    said = described(words(f"notice.{key}.title"), [text], words, actions)
    fresh = await world.store.save_notice(
        Notice(subscription=order.id, kind=kind, message=said, made=world.clock()),
    )
    if fresh:
        event(log, "notice.made", subscription=order.id, kind=kind)
    return fresh


async def withdraw(world: Resumes, order: Subscription, *kinds: str) -> None:
    """What these notices were about is over: the next time it happens is told again."""
    for kind in kinds:
        await world.store.withdraw_notices(order.id, kind)


def words_of(world: World, order: Subscription) -> Catalog:
    """The language a subscription's admins are written to: its own; where it follows its articles, its zone's."""
    guessed = "ja" if order.zone == "Asia/Tokyo" else "en"
    return world.catalogs.of(guessed if order.language == "auto" else order.language)


def resume_action(order: Subscription, words: Catalog) -> Action:
    return Action(label=words("admin.action.resume"), verb="notice-resume", value=order.id, primary=True)


# --- sending ----------------------------------------------------------------------------------------------------------


async def tell(world: World) -> int:
    """Send what waits to be told. Returns how many notices somebody got."""
    claimed = await world.store.claim_notices(world.clock(), lease=LEASE, limit=BATCH)
    if not claimed:
        return 0
    orders = {order.id: order for order in await world.store.subscriptions()}
    told = await each(claimed, lambda notice: _told(world, notice, orders.get(notice.subscription)), world, "tell")
    return sum(told)


async def _told(world: World, notice: Notice, order: Subscription | None) -> bool:
    chat = world.chats.get(order.destination.platform) if order else None
    if order is None or (chat is None and notice.attempts >= TRIES):
        await world.store.settle_notice(notice, "")
        return False
    try:
        where = await _whispered(chat, order, notice, silent=world.silent) if chat else None
    except (ChatUnavailable, ChatUnknown) as error:
        await _later(world, notice, error)
        return False
    if chat is None:
        await world.store.retry_notice(notice, at=world.clock() + WAIT, unknown=notice.unknown)
        return False
    await world.store.settle_notice(notice, str(where or ""))
    level = logging.INFO if where else logging.ERROR
    event(log, "notice.told" if where else "notice.untold", level=level, subscription=order.id, kind=notice.kind)
    return where is not None


async def _whispered(chat: Chat, order: Subscription, notice: Notice, *, silent: bool) -> Destination | None:
    """Where it was told; None where nobody takes it. Raises `ChatUnavailable`, `ChatUnknown`."""
    try:
        places = await chat.keepers(order.destination, order.keeper)
    except ChatRefused as error:
        event(log, "notice.nobody", subscription=order.id, error=str(error))
        return None
    for place in places:
        try:
            posted = await chat.post(
                place, notice.message, key=_key(notice), parent=None, unknown=notice.unknown, silent=silent
            )
        except HistoryHidden:
            return place
        except ChatRefused as error:
            event(log, "notice.refused", subscription=order.id, error=str(error))
            continue
        return Destination(platform=place.platform, channel=posted.ref.partition("/")[0])
    return None


def _key(notice: Notice) -> str:
    """At most 25 characters: a notice is posted at most once."""
    name = f"{notice.subscription}\0{notice.kind}\0{notice.made.isoformat()}"
    return blake2b(name.encode(), digest_size=12).hexdigest()


async def _later(world: World, notice: Notice, error: ChatError) -> None:
    if notice.attempts >= TRIES:
        event(log, "notice.untold", level=logging.ERROR, subscription=notice.subscription, error=str(error))
        await world.store.settle_notice(notice, "")
        return
    unknown = notice.unknown or isinstance(error, ChatUnknown)
    await world.store.retry_notice(notice, at=world.clock() + WAIT, unknown=unknown)


# --- access lost and back ---------------------------------------------------------------------------------------------


async def tell_closed(world: World, order: Subscription, reason: str) -> None:
    """The place is shut to us and the subscription was paused."""
    await withdraw(world, order, OPEN)
    await tell_admins(world, order, CLOSED, "closed", name=order.id, reason=reason)


async def tell_reopened(world: World) -> int:
    """Look at the places that were shut; where one is open again, offer to resume. Returns how many are."""
    shut = await _shut(world)
    opened = 0
    for platform, orders in shut.items():
        found = await world.chats[platform].check(tuple(order.destination for order in orders))
        well = {finding.subject for finding in found if finding.ok}
        for order in orders:
            if str(order.destination) not in well:
                await withdraw(world, order, OPEN)
                continue
            actions = (resume_action(order, words_of(world, order)),)
            opened += await tell_admins(world, order, OPEN, "open", actions=actions, name=order.id)
    return opened


async def _shut(world: World) -> dict[str, list[Subscription]]:
    """Subscriptions that lost access, by platform; those that go on again are no longer thought of."""
    kinds = {notice.subscription for notice in await world.store.notices() if notice.kind == CLOSED}
    found: dict[str, list[Subscription]] = {}
    for order in await world.store.subscriptions() if kinds else ():
        if order.id not in kinds:
            continue
        if not order.paused:
            await withdraw(world, order, CLOSED, OPEN)
        elif order.destination.platform in world.chats:
            found.setdefault(order.destination.platform, []).append(order)
    return found


async def was_told(world: World, subscription: str, where: Destination | None) -> bool:
    """Was somebody told of this subscription in that very conversation? Who was, may act on it there."""
    return any(n.subscription == subscription and n.told == str(where) for n in await world.store.notices())
