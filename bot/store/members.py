"""What members and admins leave behind: feedback on digests, what they looked up lately, and which tenants brought
which feeds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from bot.store.database import Database
from bot.store.rows import insert_into
from bot.store.sight import hide_articles, publish_articles
from bot.store.tables import feed_owners, feedback, lookups
from bot.store.unbroken import unbroken
from digests.model import Feedback
from digests.store import Lookup

LOOKUPS = 30
"""Look-ups remembered of one reader."""
LOOKUP_AGE = timedelta(days=90)
"""How long a look-up is remembered."""


class MemberRoom:
    """The part of the store that people in chats write to."""

    database: Database

    @unbroken
    async def save_feedback(self, said: Feedback) -> None:
        row = {"digest": said.digest, "text": said.text, "origin": said.origin, "locale": said.locale, "at": said.at}
        async with self.database.write() as connection:
            await connection.execute(feedback.insert().values(row))

    @unbroken
    async def feedback(self, limit: int = 50) -> tuple[Feedback, ...]:
        query = select(feedback).order_by(feedback.c.at.desc(), feedback.c.number.desc()).limit(limit)
        async with self.database.read() as connection:
            return tuple(
                Feedback(digest=row.digest, text=row.text, origin=row.origin, locale=row.locale, at=row.at)
                for row in await connection.execute(query)
            )

    @unbroken
    async def save_lookup(self, tenant: str, reader: str, lookup: Lookup) -> None:
        row = {"tenant": tenant, "reader": reader, "verb": lookup.verb, "value": lookup.value}
        again = delete(lookups).where(*(lookups.c[name] == value for name, value in row.items()))
        mine = select(lookups.c.number).where(lookups.c.tenant == tenant, lookups.c.reader == reader)
        beyond = mine.order_by(lookups.c.number.desc()).offset(LOOKUPS).limit(LOOKUPS)
        old = lookups.c.at < lookup.at - LOOKUP_AGE
        async with self.database.write() as connection:
            await connection.execute(again)
            fresh = insert_into(connection, lookups).values({**row, "label": lookup.label, "at": lookup.at})
            await connection.execute(fresh.on_conflict_do_nothing())
            await connection.execute(delete(lookups).where(or_(lookups.c.number.in_(beyond), old)))

    @unbroken
    async def recent(self, tenant: str, reader: str, limit: int = 10) -> tuple[Lookup, ...]:
        query = select(lookups).where(lookups.c.tenant == tenant, lookups.c.reader == reader)
        async with self.database.read() as connection:
            rows = await connection.execute(query.order_by(lookups.c.number.desc()).limit(limit))
            return tuple(Lookup(verb=row.verb, value=row.value, label=row.label, at=row.at) for row in rows)

    @unbroken
    async def forget_lookups(self, tenant: str, reader: str) -> int:
        mine = delete(lookups).where(lookups.c.tenant == tenant, lookups.c.reader == reader)
        async with self.database.write() as connection:
            return len((await connection.execute(mine.returning(lookups.c.number))).all())

    @unbroken
    async def own_feed(self, url: str, tenant: str, now: datetime) -> None:
        row = {"url": url, "tenant": tenant, "at": now}
        async with self.database.write() as connection:
            await connection.execute(insert_into(connection, feed_owners).values(row).on_conflict_do_nothing())
            await hide_articles(connection, url)

    @unbroken
    async def disown_feed(self, url: str, tenant: str) -> int:
        mine = (feed_owners.c.url == url, feed_owners.c.tenant == tenant)
        async with self.database.write() as connection:
            await connection.execute(delete(feed_owners).where(*mine))
            left = (await connection.execute(select(feed_owners.c.tenant).where(feed_owners.c.url == url))).all()
            if not left:
                await publish_articles(connection, url)
            return len(left)

    @unbroken
    async def feed_owners(self) -> Mapping[str, frozenset[str]]:
        owners: dict[str, set[str]] = {}
        async with self.database.read() as connection:
            for row in await connection.execute(select(feed_owners.c.url, feed_owners.c.tenant)):
                owners.setdefault(row.url, set()).add(row.tenant)
        return {url: frozenset(tenants) for url, tenants in owners.items()}
