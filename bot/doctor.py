"""`chokan check`: configuration, database, feeds, tokens. Each line says what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

from bot.doctor_machine import clock_finding, disk_findings, zone_findings
from bot.world import World
from digests.catalog import Catalog
from digests.errors import StoreError
from digests.model import Subscription
from digests.outbox import Delivery
from digests.ports import Finding
from digests.reasons import reason_in
from digests.store import FeedHealth

REMEMBERED = timedelta(days=7)
"""How long an edition that did not arrive is spoken of."""
PLATFORMS = {"discord": "DISCORD_TOKEN", "slack": "SLACK_BOT_TOKEN"}


async def findings(
    world: World, words: Catalog, *, folder: Path | None = None, zone: str = "UTC"
) -> AsyncIterator[Finding]:
    """Everything there is to say of a world whose settings could be read, as it is found. `folder`: where the
    database's file is, None for one on a server; `zone`: that of the terminal."""
    subject = words("check.database")
    try:
        await world.store.try_writing()
        used = await world.store.bytes_used()
        feeds = await world.store.feeds()
        subscriptions = await world.store.subscriptions()
        stuck = await world.store.stuck_deliveries(world.clock() - REMEMBERED)
    except StoreError as error:
        yield Finding(subject=subject, ok=False, text=str(error))
        return
    yield Finding(subject=subject, ok=True, text=words("check.database.ok"))
    for found in (
        disk_findings(folder, used, words),
        zone_findings(subscriptions, zone, world.clock(), words),
        _feeds(feeds, words),
        _subscriptions(subscriptions, feeds, world, words),
        _deliveries(stuck, subscriptions, words),
        await _complaints(world, words),
        await world.writer.findings(words) if world.writer else (),
    ):
        for finding in found:
            yield finding
    for chat in world.chats.values():
        places = [s.destination for s in subscriptions if s.destination.platform == chat.platform]
        for finding in await chat.check(places, words.language):
            yield finding
    yield clock_finding(world.clocks.ahead, feeds, world.clock(), words)


async def _complaints(world: World, words: Catalog) -> list[Finding]:
    """What readers found wrong in the last days."""
    recent = [one for one in await world.store.feedback() if one.at > world.clock() - REMEMBERED]
    if not recent:
        return []
    text = words("check.feedback.some", number=len(recent), days=REMEMBERED.days)
    return [Finding(subject=words("check.feedback"), ok=True, warning=True, text=text, fix="chokan feedback")]


def _feeds(feeds: Sequence[FeedHealth], words: Catalog) -> list[Finding]:
    if not feeds:
        text, fix = words("check.none"), words("check.feeds.none.fix")
        return [Finding(subject=words("check.feeds"), ok=True, warning=True, text=text, fix=fix)]
    return [_feed(health, words) for health in feeds]


def _feed(health: FeedHealth, words: Catalog) -> Finding:
    url, state = health.feed.url, health.state
    if state.stopped:
        text, fix = (
            words("check.feed.stopped", reason=reason_in(words, state.last_error, url)),
            words("check.feed.stopped.fix", url=url),
        )
        return Finding(subject=url, ok=False, text=text, fix=fix)
    if state.failures:
        text = words("check.feed.failing", times=state.failures, reason=reason_in(words, state.last_error, url))
        shut = (state.last_error or "").endswith(words.reference["reason.address"])
        fix = words("check.feed.shut.fix" if shut else "check.feed.failing.fix")
        return Finding(subject=url, ok=False, text=text, fix=fix)
    if state.polled is None:
        return Finding(subject=url, ok=True, warning=True, text=words("check.feed.unpolled"), fix="chokan poll")
    text = words("check.feed.ok", articles=health.articles, polled=f"{state.polled:%Y-%m-%d %H:%M} UTC")
    return Finding(subject=url, ok=True, text=text)


def _subscriptions(
    subscriptions: Sequence[Subscription], feeds: Sequence[FeedHealth], world: World, words: Catalog
) -> Iterator[Finding]:
    if not subscriptions:
        text, fix = words("check.none"), words("check.subscriptions.none.fix")
        yield Finding(subject=words("check.subscriptions"), ok=True, warning=True, text=text, fix=fix)
    known = {health.feed.url for health in feeds}
    for subscription in subscriptions:
        yield from _subscription(subscription, known, world, words)


def _subscription(subscription: Subscription, known: set[str], world: World, words: Catalog) -> Iterator[Finding]:
    platform = subscription.destination.platform
    subject = words("check.subscription", name=subscription.id)
    if platform not in world.chats:
        text = words("check.subscription.tokenless", platform=platform)
        fix = words("check.subscription.tokenless.fix", name=PLATFORMS.get(platform, platform))
        yield Finding(subject=subject, ok=False, text=text, fix=fix)
        return
    if subscription.paused:
        text = words("check.subscription.paused", reason=reason_in(words, subscription.paused_reason))
        yield Finding(subject=subject, ok=False, text=text, fix=_resuming(subscription.id, words))
        return
    missing = [url for url in subscription.feeds if url not in known]
    for url in missing:
        text, fix = words("check.subscription.feedless", url=url), words("check.subscription.feedless.fix")
        yield Finding(subject=subject, ok=False, text=text, fix=fix)
    if not missing:
        place, at = str(subscription.destination).rstrip(":"), f"{subscription.at:%H:%M}"
        text = words("check.subscription.ok", place=place, at=at, zone=subscription.zone)
        yield Finding(subject=subject, ok=True, text=text)


def _deliveries(stuck: Sequence[Delivery], subscriptions: Sequence[Subscription], words: Catalog) -> Iterator[Finding]:
    names = {subscription.destination: subscription.id for subscription in subscriptions}
    for delivery in stuck:
        yield Finding(
            subject=words("check.edition", place=delivery.destination),
            ok=False,
            text=words(
                f"check.edition.{delivery.state}",
                since=f"{delivery.made:%Y-%m-%d %H:%M} UTC",
                reason=reason_in(words, delivery.error),
            ),
            fix=_resuming(names.get(delivery.destination, "NAME"), words),
        )


def _resuming(name: str, words: Catalog) -> str:
    return words("check.resume", name=name)
