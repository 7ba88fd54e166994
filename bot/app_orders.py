"""What the settings order, in the program's own nouns; and the file's orders taken into the store. With `bot.app`, the
composition root."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.forget import Keep
from bot.lookups import Quotas
from bot.world import World
from config.settings import Settings
from config.tables import WEEKDAYS, FeedSettings, SubscriptionSettings
from digests.model import Destination, Feed, Subscription, Voice


async def take_in(world: World, settings: Settings, more: tuple[Subscription, ...]) -> None:
    """The file's feeds and subscriptions are what it says now; those added from elsewhere stay as they are."""
    now = world.clock()
    for feed in settings.feeds:
        await world.store.add_feed(feed_of(feed, now))
    known = {subscription.id: subscription for subscription in await world.store.subscriptions()}
    wanted = [*(subscription_of(s, now) for s in settings.subscriptions), *more]
    for subscription in wanted:
        await world.store.save_subscription(_kept(subscription, known.get(subscription.id)))
    gone = {s.id for s in known.values() if s.origin == "file"} - {s.id for s in wanted}
    for identifier in sorted(gone):
        await world.store.remove_subscription(identifier)


def _kept(new: Subscription, old: Subscription | None) -> Subscription:
    """A changed order keeps its age, and stays paused where it is paused for a reason."""
    if old is None:
        return new
    same_place = old.destination == new.destination
    return replace(
        new,
        created=old.created,
        paused=old.paused and same_place,
        paused_reason=old.paused_reason if same_place else None,
    )


def feed_of(feed: FeedSettings, now: datetime) -> Feed:
    return Feed(url=feed.url, role=feed.role, backfill=feed.backfill, added=now)


def subscription_of(settings: SubscriptionSettings, now: datetime) -> Subscription:
    platform, _, channel = settings.destination.partition(":")
    return Subscription(
        id=settings.id,
        destination=Destination(platform=platform, channel=channel),
        feeds=settings.feeds,
        at=settings.at,
        zone=settings.zone,
        weekdays=frozenset(WEEKDAYS.index(day) for day in settings.weekdays),
        language=settings.language,
        length=settings.length,
        layout=settings.layout,
        include=settings.include,
        exclude=settings.exclude,
        limit=settings.limit,
        empty=settings.empty,
        voice=Voice(tone=settings.tone, audience=settings.audience, topics=settings.topics),
        public=settings.public,
        created=now,
        origin="file",
    )


def quotas_of(settings: Settings) -> Quotas:
    wishes = settings.quotas
    return Quotas(feeds=wishes.feeds, subscriptions=wishes.subscriptions, lookups=wishes.lookups)


def keep_of(settings: Settings) -> Keep:
    days = settings.retention
    articles, editions, records = (
        timedelta(days=count) if count else None for count in (days.articles, days.editions, days.records)
    )
    return Keep(articles=articles, editions=editions, records=records)
