"""What went wrong for longer than it should is said to the admins it concerns: an edition that never arrived, a feed
that fails for days or was given up. Each is told once, with a button that puts it right."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.notices import tell_admins, was_told, withdraw, words_of
from bot.telemetry import event
from bot.world import World
from digests.message import Action
from digests.model import Destination, Feed, FeedState, Subscription
from digests.reasons import reason_in
from digests.store import FeedHealth

log = logging.getLogger("chokan.trouble")

PATIENCE = timedelta(days=3)
"""How long a feed may fail before anybody is told."""
FAILED = "failed"


async def tell_failed(world: World, edition: str, reason: str) -> None:
    """The edition was tried for as long as it is worth; it is marked, and its admins are told how to have it sent."""
    made = await world.store.edition(edition)
    orders = {order.id: order for order in await world.store.subscriptions()}
    if made is None or made.subscription not in orders:
        return
    order = orders[made.subscription]
    words = words_of(world, order)
    again = Action(label=words("notice.failed.action"), verb="notice-resume", value=order.id, primary=True)
    await withdraw(world, order, FAILED)
    told = {"name": order.id, "day": made.slot.day.isoformat(), "reason": reason}
    await tell_admins(world, order, FAILED, "failed", actions=(again,), **told)


async def tell_feeds(world: World) -> int:
    """Look at every feed: who reads one that fails for days, or was given up, is told once. How many notices."""
    orders, owners = await world.store.subscriptions(), await world.store.feed_owners()
    given = {(notice.subscription, notice.kind) for notice in await world.store.notices()}
    made, standing = 0, set()
    for health in await world.store.feeds():
        key = _key(health.state, world.clock())
        if key is None:
            continue
        for order in orders:
            if _reads(order, health.feed, private=health.feed.url in owners):
                standing.add((order.id, f"{key} {handle(health.feed.url)}"))
                made += await _tell_feed(world, order, health, key)
    for order in orders:
        over = [
            kind for name, kind in given - standing if name == order.id and kind.startswith(("failing ", "stopped "))
        ]
        await withdraw(world, order, *over)
    return made


def _key(state: FeedState, now: datetime) -> str | None:
    """Which of the two is to be told of a feed in this state, if any."""
    if state.stopped:
        return "stopped"
    failing = state.failing_since is not None and now - state.failing_since >= PATIENCE
    return "failing" if failing else None


def _reads(order: Subscription, feed: Feed, *, private: bool) -> bool:
    return feed.url in order.feeds if order.feeds else feed.role == "source" and not private


async def _tell_feed(world: World, order: Subscription, health: FeedHealth, key: str) -> bool:
    words, feed = words_of(world, order), health.feed
    value = f"{order.id}|{handle(feed.url)}"
    again = Action(label=words("notice.feed.action"), verb="notice-feed", value=value, primary=True)
    told = {
        "title": feed.title or feed.url,
        "url": feed.url,
        "reason": reason_in(words, health.state.last_error, feed.url),
    }
    return await tell_admins(world, order, f"{key} {handle(feed.url)}", key, actions=(again,), **told)


async def resume_told_feed(world: World, value: str, where: Destination | None) -> str | None:
    """From the private message that said a feed fails: whoever was told may have it polled again. Its title; None where
    there is nothing to resume, or nobody was told there."""
    subscription, _, wanted = value.rpartition("|")
    if not await was_told(world, subscription, where):
        return None
    for health in await world.store.feeds():
        if handle(health.feed.url) == wanted and await world.store.resume_feed(health.feed.url, world.clock()):
            event(log, "feed.resumed", feed=health.feed.url, subscription=subscription)
            return health.feed.title or health.feed.url
    return None


def handle(url: str) -> str:
    """A short name for a feed that fits under a button."""
    return blake2b(url.encode(), digest_size=8).hexdigest()
