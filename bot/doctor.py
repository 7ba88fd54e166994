"""`chokan check`: configuration, database, feeds, tokens. Each line says what is wrong and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

from bot.world import World
from digests.catalog import Catalog
from digests.errors import StoreError
from digests.model import Delivery, Subscription
from digests.ports import Finding
from digests.store import FeedHealth

REMEMBERED = timedelta(days=7)
"""How long an edition that did not arrive is spoken of."""
LOW_DISK = 200 * 1024 * 1024
PLATFORMS = {"discord": "DISCORD_TOKEN", "slack": "SLACK_BOT_TOKEN"}


async def findings(world: World, catalog: Catalog) -> AsyncIterator[Finding]:
    """Everything there is to say of a world whose settings could be read, as it is found."""
    yield _disk()
    try:
        feeds = await world.store.feeds()
        subscriptions = await world.store.subscriptions()
        stuck = await world.store.stuck_deliveries(world.clock() - REMEMBERED)
    except StoreError as error:
        yield Finding(subject="database", ok=False, text=str(error))
        return
    yield Finding(subject="database", ok=True, text="can be read and written")
    for finding in (*_feeds(feeds), *_subscriptions(subscriptions, feeds, world), *_deliveries(stuck, subscriptions)):
        yield finding
    for finding in await _complaints(world):
        yield finding
    for finding in await world.writer.findings(catalog) if world.writer else ():
        yield finding
    for chat in world.chats.values():
        places = [s.destination for s in subscriptions if s.destination.platform == chat.platform]
        for finding in await chat.check(places):
            yield finding


async def _complaints(world: World) -> list[Finding]:
    """What readers found wrong in the last days."""
    recent = [one for one in await world.store.feedback() if one.at > world.clock() - REMEMBERED]
    if not recent:
        return []
    text = f"{len(recent)} digest(s) called wrong or unclear by readers in the last {REMEMBERED.days} days"
    return [Finding(subject="feedback", ok=True, warning=True, text=text, fix="chokan feedback")]


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free
    text = f"{free // (1024 * 1024)} MiB free"
    return Finding(subject="disk", ok=free > LOW_DISK, text=text, fix="free some space; a full disk stops the archive")


def _feeds(feeds: Sequence[FeedHealth]) -> list[Finding]:
    if not feeds:
        fix = "chokan feeds add https://… or [[feeds]] in chokan.toml"
        return [Finding(subject="feeds", ok=True, warning=True, text="none yet", fix=fix)]
    return [_feed(health) for health in feeds]


def _feed(health: FeedHealth) -> Finding:
    url, state = health.feed.url, health.state
    if state.stopped:
        return Finding(subject=url, ok=False, text=state.last_error or "stopped", fix=f"chokan feeds remove {url}")
    if state.failures:
        text = f"failed {state.failures} time(s) in a row: {state.last_error}"
        return Finding(subject=url, ok=False, text=text, fix="open the address in a browser; correct or remove it")
    if state.polled is None:
        return Finding(subject=url, ok=True, warning=True, text="not polled yet", fix="chokan poll")
    return Finding(subject=url, ok=True, text=f"{health.articles} articles, polled {state.polled:%Y-%m-%d %H:%M} UTC")


def _subscriptions(subscriptions: Sequence[Subscription], feeds: Sequence[FeedHealth], world: World) -> list[Finding]:
    if not subscriptions:
        fix = "add [[subscriptions]] to chokan.toml; without one the edition is printed in the terminal"
        return [Finding(subject="subscriptions", ok=True, warning=True, text="none yet", fix=fix)]
    known = {health.feed.url for health in feeds}
    return [finding for s in subscriptions for finding in _subscription(s, known, world)]


def _subscription(subscription: Subscription, known: set[str], world: World) -> list[Finding]:
    platform = subscription.destination.platform
    subject = f"subscription {subscription.id}"
    if platform not in world.chats:
        fix = f"set {PLATFORMS.get(platform, platform)} in the environment"
        return [Finding(subject=subject, ok=False, text=f"goes to {platform}, which has no token", fix=fix)]
    if subscription.paused:
        return [
            Finding(
                subject=subject, ok=False, text=f"paused: {subscription.paused_reason}", fix=resuming(subscription.id)
            )
        ]
    missing = [url for url in subscription.feeds if url not in known]
    if missing:
        fix = "add it to [[feeds]], or take it out of the subscription"
        return [
            Finding(subject=subject, ok=False, text=f"wants a feed nobody added: {url}", fix=fix) for url in missing
        ]
    text = f"{subscription.destination} at {subscription.at:%H:%M} {subscription.zone}"
    return [Finding(subject=subject, ok=True, text=text)]


def _deliveries(stuck: Sequence[Delivery], subscriptions: Sequence[Subscription]) -> list[Finding]:
    names = {subscription.destination: subscription.id for subscription in subscriptions}
    return [
        Finding(
            subject=f"edition for {delivery.destination}",
            ok=False,
            text=f"{delivery.state} since {delivery.made:%Y-%m-%d %H:%M} UTC: {delivery.error}",
            fix=resuming(names.get(delivery.destination, "NAME")),
        )
        for delivery in stuck
    ]


def resuming(name: str) -> str:
    return f"put that right, then: chokan resume {name}"
