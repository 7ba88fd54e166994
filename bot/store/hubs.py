"""Hubs in the store: which feeds name one, what was asked of it, what it has confirmed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select, update

from bot.store.database import Database
from bot.store.rows import insert_into
from bot.store.tables import feeds, hubs
from bot.store.unbroken import unbroken
from digests.hubs import PING_SPACING, HubSubscription

_SAID = ("hub", "topic", "token", "secret", "state", "tries", "due", "until")


class HubRoom:
    """The part of the store that knows who tells us of changes."""

    database: Database

    @unbroken
    async def due_hubs(self, now: datetime, *, limit: int) -> tuple[HubSubscription, ...]:
        topic = func.coalesce(feeds.c.topic, feeds.c.url).label("named")
        moved = or_(hubs.c.hub != feeds.c.hub, hubs.c.topic != topic)
        wanted = and_(feeds.c.hub.is_not(None), ~feeds.c.removed, ~feeds.c.stopped)
        query = (
            select(feeds.c.url, feeds.c.hub.label("named_hub"), topic, moved.label("moved"), hubs)
            .outerjoin(hubs, hubs.c.feed == feeds.c.number)
            .where(wanted, or_(hubs.c.feed.is_(None), hubs.c.due <= now, moved))
            .order_by(feeds.c.number)
            .limit(limit)
        )
        async with self.database.read() as connection:
            return tuple(_wish(row, now) for row in (await connection.execute(query)).mappings())

    @unbroken
    async def save_hub(self, subscription: HubSubscription) -> None:
        values = {name: getattr(subscription, name) for name in _SAID}
        async with self.database.write() as connection:
            number = await connection.scalar(select(feeds.c.number).where(feeds.c.url == subscription.feed))
            if number is not None:
                save = insert_into(connection, hubs).values(feed=number, **values)
                await connection.execute(save.on_conflict_do_update(index_elements=["feed"], set_=values))

    @unbroken
    async def hub(self, token: str) -> HubSubscription | None:
        query = select(feeds.c.url, hubs).join(feeds, feeds.c.number == hubs.c.feed)
        async with self.database.read() as connection:
            found = await connection.execute(query.where(hubs.c.token == token, ~feeds.c.removed))
            row = found.mappings().first()
        return None if row is None else _subscription(row)

    @unbroken
    async def hasten_feed(self, url: str, now: datetime) -> None:
        mine = (feeds.c.url == url, ~feeds.c.stopped, feeds.c.failures == 0, feeds.c.polled.is_not(None))
        async with self.database.write() as connection:
            row = (await connection.execute(select(feeds).where(*mine).with_for_update())).mappings().first()
            if row is None:
                return
            soonest = max(now, row["polled"] + PING_SPACING)
            if row["next_poll"] is None or row["next_poll"] > soonest:
                await connection.execute(update(feeds).where(*mine).values(next_poll=soonest))
            await connection.execute(update(hubs).where(hubs.c.feed == row["number"]).values(pinged=now))


def _wish(row: Mapping[Any, Any], now: datetime) -> HubSubscription:
    """What is to be asked: what was asked before, or something new for a feed that names a hub (or another one)."""
    if row["token"] is not None and not row["moved"]:
        return _subscription(row)
    token, secret = secrets.token_urlsafe(24), secrets.token_hex(32)
    return HubSubscription(
        feed=row["url"], hub=row["named_hub"], topic=row["named"], token=token, secret=secret, due=now
    )


def _subscription(row: Mapping[Any, Any]) -> HubSubscription:
    return HubSubscription(feed=row["url"], **{name: row[name] for name in _SAID})
