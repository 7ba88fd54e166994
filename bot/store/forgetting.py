"""Old things leave: articles, editions, records, a few at a time, so that nobody waits for the lock; never what a
channel still waits for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, delete, exists, false, func, select, text, update

from bot.store import search
from bot.store.database import Database
from bot.store.reading import articles_by_id
from bot.store.tables import (
    articles,
    deliveries,
    edition_articles,
    editions,
    feedback,
    feeds,
    lookups,
    model_answers,
    model_usage,
    notices,
)
from bot.store.unbroken import unbroken

_WAITING = ("ready", "sending")
_UNSETTLED = (*_WAITING, "held")


class ForgettingRoom:
    """The part of the store that makes room. Every method is one short transaction; call it until it returns 0."""

    database: Database

    @unbroken
    async def forget_articles(self, before: datetime, *, limit: int) -> int:
        """Articles first seen before then, with digests, vectors and words, but for those of a younger edition or of
        one that is still on its way. That an entry was seen is kept: it does not come back. How many went."""
        waiting = exists().where(deliveries.c.edition == editions.c.id, deliveries.c.state.in_(_WAITING))
        needed = (
            select(edition_articles.c.article)
            .join(editions, editions.c.id == edition_articles.c.edition)
            .where(edition_articles.c.article == articles.c.id, (editions.c.made >= before) | waiting)
        )
        old = select(articles.c.id).where(articles.c.first_seen < before, ~needed.exists())
        async with self.database.write() as connection:
            picked = (await connection.execute(old.order_by(articles.c.first_seen).limit(limit))).scalars().all()
            indexed = select(articles.c.id, articles.c.number).where(articles.c.id.in_(picked), articles.c.searchable)
            numbers = {row.id: row.number for row in await connection.execute(indexed)}
            for article in await articles_by_id(connection, list(numbers)):
                await search.forget(connection, numbers[article.id], article)
            await connection.execute(delete(articles).where(articles.c.id.in_(picked)))
            return len(picked)

    @unbroken
    async def forget_editions(self, before: datetime, *, limit: int) -> int:
        """Editions made before then with their messages, but for the newest of each subscription (it says which
        mornings are done) and those with a message that is not settled. How many went."""
        newer = editions.alias()
        followed = exists().where(newer.c.subscription == editions.c.subscription, newer.c.at > editions.c.at)
        unsettled = exists().where(deliveries.c.edition == editions.c.id, deliveries.c.state.in_(_UNSETTLED))
        old = select(editions.c.id).where(editions.c.made < before, followed, ~unsettled)
        async with self.database.write() as connection:
            picked = (await connection.execute(old.order_by(editions.c.made).limit(limit))).scalars().all()
            await connection.execute(delete(editions).where(editions.c.id.in_(picked)))
            return len(picked)

    @unbroken
    async def forget_records(self, before: datetime) -> int:
        """Feedback, look-ups, answers and use of models, notices that were told. How many went."""
        gone = 0
        async with self.database.write() as connection:
            for table, old in (
                (feedback, feedback.c.at < before),
                (lookups, lookups.c.at < before),
                (model_answers, model_answers.c.at < before),
                (model_usage, model_usage.c.day < before.date()),
                (notices, and_(notices.c.made < before, notices.c.due.is_(None))),
            ):
                gone += (await connection.execute(delete(table).where(old))).rowcount
        return gone

    @unbroken
    async def compact(self, pages: int) -> int:
        """Give up to so many empty pages of SQLite's file back to the disk, without stopping anybody; how many it
        were. 0 where the file was not made for it, and on PostgreSQL, which does that by itself."""
        if not self.database.sqlite:
            return 0
        async with self.database.write() as connection:
            before = int(await connection.scalar(text("PRAGMA freelist_count")) or 0)
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            # A page is freed at each step of the statement, and only a script is stepped to its end by Python; a script
            # ends the transaction first, so this is one of its own.
            await raw.executescript(f"PRAGMA incremental_vacuum({int(pages)})")
            return before - int(await connection.scalar(text("PRAGMA freelist_count")) or 0)

    @unbroken
    async def try_writing(self) -> None:
        async with self.database.write() as connection:
            await connection.execute(update(feeds).where(false()).values(removed=False))

    @unbroken
    async def bytes_used(self) -> int:
        """The size of the database in bytes, what lies beside SQLite's file left out."""
        async with self.database.read() as connection:
            if self.database.sqlite:
                count = await connection.scalar(text("PRAGMA page_count"))
                size = await connection.scalar(text("PRAGMA page_size"))
                return int(count or 0) * int(size or 0)
            return int(await connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
