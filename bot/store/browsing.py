"""Lists without texts: one edition, the addresses of all digests, titles to pick from, and counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from bot.store.database import Database
from bot.store.editions import contents_of
from bot.store.reading import chunks
from bot.store.rows import edition_from
from bot.store.sight import seen_by
from bot.store.tables import (
    article_feeds,
    articles,
    deliveries,
    digests,
    editions,
    feed_owners,
    feeds,
    private_articles,
)
from bot.store.unbroken import unbroken
from digests.model import Edition
from digests.store import PUBLIC, Titled, Totals, Viewer

_BROUGHT = (articles.c.role == "source", articles.c.feed.is_not(None), digests.c.digest.is_not(None))


class BrowsingRoom:
    """The part of the store that lists."""

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
    async def digested(self, *, limit: int, offset: int = 0, viewer: Viewer = None) -> tuple[tuple[str, datetime], ...]:
        query = select(articles.c.id, articles.c.first_seen).join(digests, digests.c.article == articles.c.id)
        query = query.where(*_BROUGHT, *seen_by(viewer)).order_by(articles.c.first_seen.desc(), articles.c.id.desc())
        async with self.database.read() as connection:
            rows = await connection.execute(query.limit(limit).offset(offset))
            return tuple((row.id, row.first_seen) for row in rows)

    @unbroken
    async def titles(self, *, public: int, private: int) -> tuple[Titled, ...]:
        everybodys = await self._titles(public, *seen_by(PUBLIC))
        hidden = exists().where(private_articles.c.number == articles.c.number)
        own = await self._titles(private, hidden)
        query = select(article_feeds.c.article, feed_owners.c.tenant).join(
            feeds, feeds.c.number == article_feeds.c.feed
        )
        query = query.join(feed_owners, feed_owners.c.url == feeds.c.url)
        tenants: dict[str, set[str]] = {}
        async with self.database.read() as connection:
            for chunk in chunks([one.id for one in own]):
                for row in await connection.execute(query.where(article_feeds.c.article.in_(chunk))):
                    tenants.setdefault(row.article, set()).add(row.tenant)
        return (*everybodys, *(replace(one, tenants=frozenset(tenants.get(one.id, ()))) for one in own))

    async def _titles(self, limit: int, *whose: ColumnElement[bool]) -> tuple[Titled, ...]:
        query = select(articles.c.id, articles.c.title, articles.c.url).join(
            digests, digests.c.article == articles.c.id
        )
        query = query.where(*_BROUGHT, *whose).order_by(articles.c.first_seen.desc(), articles.c.id.desc())
        async with self.database.read() as connection:
            rows = await connection.execute(query.limit(limit))
            return tuple(Titled(id=row.id, title=row.title, url=row.url) for row in rows)

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
