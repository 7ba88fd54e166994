"""Subscriptions, and the editions they got. An edition and its deliveries are born in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failpoints import failpoint
from bot.store.database import Database
from bot.store.instants import SOON
from bot.store.moves import addresses_now
from bot.store.reading import chunks, hits
from bot.store.rows import (
    delivery_row,
    edition_from,
    edition_row,
    hit_from,
    insert_into,
    paused,
    slot_from,
    subscription_from,
    subscription_json,
)
from bot.store.sight import hits_for, visible_among
from bot.store.tables import (
    article_feeds,
    articles,
    deliveries,
    edition_articles,
    editions,
    feed_owners,
    feeds,
    subscriptions,
)
from bot.store.unbroken import unbroken
from digests.errors import NotFound, SlotTaken
from digests.model import Destination, Edition, Slot, Subscription
from digests.outbox import Delivery
from digests.store import PUBLIC, Hit


class EditionRoom:
    """The part of the store that publishing lives in."""

    database: Database

    @unbroken
    async def save_subscription(self, subscription: Subscription) -> None:
        async with self.database.write() as connection:
            now = await addresses_now(connection, subscription.feeds)
            subscription = replace(subscription, feeds=tuple(dict.fromkeys(now[url] for url in subscription.feeds)))
            row = {"id": subscription.id, "subscription": subscription_json(subscription)}
            save = insert_into(connection, subscriptions).values(row)
            values = {"subscription": save.excluded.subscription}
            await connection.execute(save.on_conflict_do_update(index_elements=["id"], set_=values))

    @unbroken
    async def remove_subscription(self, subscription: str) -> bool:
        """Its editions stay in the archive, and a subscription of the same id still knows its past slots; what it has
        not sent yet is held."""
        async with self.database.write() as connection:
            gone = delete(subscriptions).where(subscriptions.c.id == subscription).returning(subscriptions.c.id)
            if (await connection.execute(gone)).first() is None:
                return False
            its = select(editions.c.id).where(editions.c.subscription == subscription)
            waiting = update(deliveries).where(deliveries.c.edition.in_(its), deliveries.c.state == "ready")
            await connection.execute(waiting.values(state="held", error="the subscription was removed"))
            return True

    @unbroken
    async def subscriptions(self) -> tuple[Subscription, ...]:
        async with self.database.read() as connection:
            texts = await connection.scalars(select(subscriptions.c.subscription).order_by(subscriptions.c.id))
            return tuple(subscription_from(text) for text in texts)

    @unbroken
    async def pause_subscription(self, subscription: str, reason: str | None) -> None:
        """Raises `NotFound` when there is no such subscription."""
        here = subscriptions.c.id == subscription
        async with self.database.write() as connection:
            text = await connection.scalar(select(subscriptions.c.subscription).where(here).with_for_update())
            if text is None:
                raise NotFound(f"no subscription {subscription}")
            row = {"subscription": subscription_json(paused(subscription_from(text), reason))}
            await connection.execute(update(subscriptions).where(here).values(row))

    @unbroken
    async def last_slots(self, before: datetime | None = None) -> Mapping[str, Slot]:
        newest = func.row_number().over(
            partition_by=editions.c.subscription, order_by=(editions.c.at.desc(), editions.c.made.desc(), editions.c.id)
        )
        known = select(editions, newest.label("place"))
        ranked = (known if before is None else known.where(editions.c.at <= before)).subquery()
        async with self.database.read() as connection:
            rows = await connection.execute(select(ranked).where(ranked.c.place == 1))
            return {row["subscription"]: slot_from(row) for row in rows.mappings()}

    @unbroken
    async def unpublished(self, subscription: Subscription, *, since: datetime) -> tuple[Hit, ...]:
        arrived, earlier = _arrivals(subscription, since).subquery(), _shown(subscription)
        known = exists(earlier.where(article_feeds.c.article == articles.c.id, article_feeds.c.first_seen < since))
        carried = exists().where(
            edition_articles.c.subscription == subscription.id, edition_articles.c.article == articles.c.id
        )
        query = (
            hits()
            .join(arrived, arrived.c.article == articles.c.id)
            .where(articles.c.role == "source", articles.c.indexed.is_not(None), ~known, ~carried)
            .order_by(arrived.c.first, articles.c.id)
        )
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            found = await hits_for(connection, map(hit_from, rows), _reader(subscription.destination))
            public = await visible_among(connection, [hit.article.id for hit in found], PUBLIC)
            return tuple(replace(hit, public=hit.article.id in public) for hit in found)

    @unbroken
    async def save_edition(self, edition: Edition, deliveries: Sequence[Delivery], *, daily: bool = False) -> None:
        async with self.database.write() as connection:
            # Whoever makes another edition of the subscription (its hour was changed, a button pressed) waits here.
            turn = select(subscriptions.c.id).where(subscriptions.c.id == edition.subscription).with_for_update()
            await connection.execute(turn)
            if await _overtaken(connection, edition, daily=daily):
                raise SlotTaken(edition.subscription, edition.slot.at)
            save = insert_into(connection, editions).values(edition_row(edition))
            saved = await connection.execute(save.on_conflict_do_nothing().returning(editions.c.id))
            if saved.first() is None:
                raise SlotTaken(edition.subscription, edition.slot.at)
            await _save_contents(connection, edition)
            failpoint("in-save-edition")
            await _save_deliveries(connection, edition, deliveries)

    @unbroken
    async def editions(self, *, subscription: str | None = None, limit: int = 20) -> tuple[Edition, ...]:
        """Newest slot first."""
        query = select(editions).order_by(editions.c.at.desc(), editions.c.id).limit(limit)
        query = query if subscription is None else query.where(editions.c.subscription == subscription)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            contents = await contents_of(connection, [row["id"] for row in rows])
            return tuple(edition_from(row, tuple(contents.get(row["id"], ()))) for row in rows)


async def _overtaken(connection: AsyncConnection, edition: Edition, *, daily: bool) -> bool:
    """Has another edition carried one of its articles, or (`daily`) served its day, since it was begun?"""
    if daily:
        served = select(editions.c.id).where(editions.c.subscription == edition.subscription)
        served = served.where(editions.c.day >= edition.slot.day, editions.c.at <= edition.made + SOON)
        if await connection.scalar(served.limit(1)) is not None:
            return True
    carried = select(edition_articles.c.article).where(edition_articles.c.subscription == edition.subscription)
    for chunk in chunks(edition.articles):
        if await connection.scalar(carried.where(edition_articles.c.article.in_(chunk)).limit(1)) is not None:
            return True
    return False


def _reader(to: Destination) -> str:
    """Whose eyes an edition is for; what the operator's file orders rests on public feeds."""
    return f"{to.platform}:{to.tenant}" if to.tenant else PUBLIC


def _arrivals(subscription: Subscription, since: datetime) -> Select[tuple[str, datetime]]:
    """When the feeds of the subscription first showed an article, of what they have shown since then."""
    first = func.min(article_feeds.c.first_seen).label("first")
    shown = _shown(subscription).with_only_columns(article_feeds.c.article, first)
    return shown.where(article_feeds.c.first_seen >= since).group_by(article_feeds.c.article)


def _shown(subscription: Subscription) -> Select[tuple[int]]:
    links = select(article_feeds.c.feed).join(feeds, feeds.c.number == article_feeds.c.feed)
    return links.where(_wanted(subscription), ~feeds.c.removed)


def _wanted(subscription: Subscription) -> ColumnElement[bool]:
    if subscription.feeds:
        return feeds.c.url.in_(subscription.feeds)
    # "Every feed" is every feed of the operator's: what a tenant brought is the tenant's.
    return (feeds.c.role == "source") & ~feeds.c.url.in_(select(feed_owners.c.url))


async def _save_contents(connection: AsyncConnection, edition: Edition) -> None:
    rows = [
        {"edition": edition.id, "position": position, "article": article, "subscription": edition.subscription}
        for position, article in enumerate(edition.articles)
    ]
    if rows:
        await connection.execute(edition_articles.insert(), rows)


async def _save_deliveries(connection: AsyncConnection, edition: Edition, parts: Sequence[Delivery]) -> None:
    if parts:
        await connection.execute(deliveries.insert(), [delivery_row(delivery, edition) for delivery in parts])


async def contents_of(connection: AsyncConnection, ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    query = select(edition_articles).where(edition_articles.c.edition.in_(ids)).order_by(edition_articles.c.position)
    contents: dict[str, list[str]] = {}
    for row in await connection.execute(query):
        contents.setdefault(row.edition, []).append(row.article)
    return contents
