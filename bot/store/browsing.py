"""What the web archive asks beyond the chats' questions: one edition, the addresses of all digests, and counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bot.store.database import Database
from bot.store.editions import contents_of
from bot.store.rows import edition_from
from bot.store.tables import articles, deliveries, digests, editions, feeds
from bot.store.unbroken import unbroken
from digests.model import Edition
from digests.ports import Totals


class BrowsingRoom:
    """The part of the store that only the web asks."""

    database: Database

    @unbroken
    async def edition(self, edition: str) -> Edition | None:
        async with self.database.read() as connection:
            query = select(editions).where(editions.c.id == edition)
            row = (await connection.execute(query)).mappings().first()
            if row is None:
                return None
            contents = await contents_of(connection, [edition])
            return edition_from(row, tuple(contents.get(edition, ())))

    @unbroken
    async def digested(self, *, limit: int, offset: int = 0) -> tuple[tuple[str, datetime], ...]:
        brought = (articles.c.role == "source", articles.c.feed.is_not(None), digests.c.digest.is_not(None))
        query = select(articles.c.id, articles.c.first_seen).join(digests, digests.c.article == articles.c.id)
        query = query.where(*brought).order_by(articles.c.first_seen.desc(), articles.c.id.desc())
        async with self.database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset(offset))
            return tuple((row.id, row.first_seen) for row in rows)

    @unbroken
    async def totals(self, now: datetime) -> Totals:
        waiting = deliveries.c.state == "ready", deliveries.c.due <= now
        questions = {
            "articles": select(func.count()).select_from(articles),
            "digests": select(func.count()).select_from(digests).where(digests.c.digest.is_not(None)),
            "undigested": select(func.count()).select_from(articles).where(articles.c.indexed.is_(None)),
            "oldest_undigested": select(func.min(articles.c.first_seen)).where(articles.c.indexed.is_(None)),
            "oldest_delivery": select(func.min(deliveries.c.due)).where(*waiting),
            "oldest_poll": select(func.min(feeds.c.next_poll)).where(~feeds.c.removed, ~feeds.c.stopped),
        }
        async with self.database.read() as connection:
            answers = {name: await connection.scalar(question) for name, question in questions.items()}
        return Totals(**answers)
