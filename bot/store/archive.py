"""Articles and their digests: looked up, claimed, digested once, read for ever."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import search
from bot.store.database import Database
from bot.store.instants import come
from bot.store.reading import articles_by_id, chunks, hits
from bot.store.rows import article_row, digest_from, digest_json, hit_from, insert_into
from bot.store.sight import hits_for, is_public, mark, seen_by, visible_among, without_hidden_links
from bot.store.tables import article_feeds, articles, askers, digests, feeds, vectors
from bot.store.unbroken import unbroken
from digests.errors import NotFound
from digests.model import Article, Digest
from digests.store import PUBLIC, Hit, VectorRow, Viewer

LOOKUP_LEASE = 300.0
"""Seconds a looked-up article is left to whoever looked it up before the digest job takes it."""
_VECTOR_LOCK = 0x43484F4B414F


class ArchiveRoom:
    """The part of the store that articles and digests live in."""

    database: Database

    @unbroken
    async def save_article(self, article: Article, *, asker: str = PUBLIC) -> None:
        async with self.database.write() as connection:
            feed = await connection.scalar(select(feeds.c.number).where(feeds.c.url == article.feed))
            mine = article.first_seen + timedelta(seconds=LOOKUP_LEASE)
            row = {**article_row(article), "feed": feed, "leased_until": mine}
            save = insert_into(connection, articles).values(row).on_conflict_do_nothing().returning(articles.c.number)
            number = await connection.scalar(save)
            if number is not None and not await is_public(connection, feed):
                await mark(connection, [article.id], private=True)
                if asker != PUBLIC:
                    await connection.execute(askers.insert().values(number=number, tenant=asker))
            if feed is not None:
                link = {"article": article.id, "feed": feed, "first_seen": article.first_seen}
                await connection.execute(insert_into(connection, article_feeds).values(link).on_conflict_do_nothing())

    @unbroken
    async def claim_undigested(self, now: datetime, *, lease: float, limit: int) -> tuple[Article, ...]:
        free = or_(articles.c.leased_until.is_(None), come(articles.c.leased_until, now))
        oldest = select(articles.c.id).where(articles.c.indexed.is_(None), free)
        oldest = oldest.order_by(articles.c.first_seen, articles.c.id).limit(limit)
        async with self.database.write() as connection:
            picked = oldest.with_for_update(skip_locked=True).cte("picked")
            claim = (
                update(articles)
                .where(articles.c.id.in_(select(picked.c.id)))
                .values(leased_until=now + timedelta(seconds=lease))
                .returning(articles.c.first_seen, articles.c.id)
            )
            claimed = sorted((row.first_seen, row.id) for row in await connection.execute(claim))
            return await articles_by_id(connection, [article for _, article in claimed])

    @unbroken
    async def release_articles(self, ids: Collection[str]) -> None:
        async with self.database.write() as connection:
            for chunk in chunks(sorted(ids)):
                undone = update(articles).where(articles.c.id.in_(chunk), articles.c.indexed.is_(None))
                await connection.execute(undone.values(leased_until=None))

    @unbroken
    async def save_digest(
        self,
        article: str,
        digest: Digest | None,
        *,
        vector: bytes,
        now: datetime,
        error: str | None = None,
        of: Article | None = None,
    ) -> None:
        """Raises `NotFound` for an article that was never saved. A digest once made is not lost to a later failure."""
        here = articles.c.id == article
        same = (articles.c.title == of.title, articles.c.text == of.text, articles.c.role == of.role) if of else ()
        async with self.database.write() as connection:
            done = update(articles).where(here, *same).values(indexed=now, leased_until=None)
            if (await connection.execute(done.returning(articles.c.id))).first() is None:
                if await connection.scalar(select(articles.c.id).where(here)) is None:
                    raise NotFound(f"no article {article}")
                return
            row = {"article": article, "digest": digest and digest_json(digest), "error": error, "made": now}
            save = insert_into(connection, digests).values(row)
            kept = func.coalesce(save.excluded.digest, digests.c.digest)
            values = {"digest": kept, "error": save.excluded.error, "made": save.excluded.made}
            await connection.execute(save.on_conflict_do_update(index_elements=["article"], set_=values))
            await _save_vector(connection, article, vector)
            await search.remember(connection, article)

    @unbroken
    async def article(self, article: str, *, viewer: Viewer = None) -> Article | None:
        found = await self.articles((article,), viewer=viewer)
        return found[0] if found else None

    @unbroken
    async def articles(self, ids: Sequence[str], *, viewer: Viewer = None) -> tuple[Article, ...]:
        async with self.database.read() as connection:
            found = await articles_by_id(connection, ids)
            seen = await visible_among(connection, ids, viewer)
            return tuple(article for article in found if article.id in seen)

    @unbroken
    async def digest(self, article: str, *, viewer: Viewer = None) -> Digest | None:
        return (await self.digests((article,), viewer=viewer)).get(article)

    @unbroken
    async def digests(self, ids: Sequence[str], *, viewer: Viewer = None) -> Mapping[str, Digest]:
        found: dict[str, Digest] = {}
        query = select(digests).join(articles, articles.c.id == digests.c.article).where(*seen_by(viewer))
        async with self.database.read() as connection:
            for chunk in chunks(ids):
                rows = await connection.execute(query.where(articles.c.id.in_(chunk), digests.c.digest.is_not(None)))
                found.update((row.article, digest_from(row.digest)) for row in rows)
            found = await without_hidden_links(connection, found, viewer)
        return {article: found[article] for article in ids if article in found}

    @unbroken
    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        found: dict[str, bytes] = {}
        async with self.database.read() as connection:
            for chunk in chunks(ids):
                query = select(vectors.c.article, vectors.c.vector).where(vectors.c.article.in_(chunk))
                found.update((row.article, bytes(row.vector)) for row in await connection.execute(query))
        return found

    @unbroken
    async def vectors(self, after: int = 0, limit: int = 10_000) -> tuple[int, tuple[VectorRow, ...]]:
        columns = (articles.c.site, articles.c.language, articles.c.role)
        query = select(vectors, *columns).join(articles, articles.c.id == vectors.c.article)
        query = query.where(vectors.c.number > after).order_by(vectors.c.number).limit(limit)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).all()
        found = tuple(
            VectorRow(
                article=row.article, site=row.site, language=row.language, role=row.role, vector=bytes(row.vector)
            )
            for row in rows
        )
        return (rows[-1].number if rows else after), found

    @unbroken
    async def latest(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        feed: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        viewer: Viewer = None,
    ) -> tuple[Hit, ...]:
        """What feeds brought; `since` is included, `until` is not."""
        newest = (articles.c.first_seen.desc(), articles.c.id.desc())
        page = select(articles.c.number).join(digests, digests.c.article == articles.c.id)
        page = page.where(*_brought(feed), digests.c.digest.is_not(None), *seen_by(viewer))
        page = page if since is None else page.where(articles.c.first_seen >= since)
        page = page if until is None else page.where(articles.c.first_seen < until)
        page = page.order_by(*newest).limit(limit).offset(offset)  # sorted without the texts, which come after
        query = hits().where(articles.c.number.in_(page)).order_by(*newest)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return await hits_for(connection, map(hit_from, rows), viewer)


def _brought(feed: str | None) -> tuple[ColumnElement[bool], ...]:
    published = (articles.c.role == "source", articles.c.feed.is_not(None))
    if feed is None:
        return published
    links = select(article_feeds.c.article).join(feeds, feeds.c.number == article_feeds.c.feed)
    return (*published, articles.c.id.in_(links.where(feeds.c.url == feed)))


async def _save_vector(connection: AsyncConnection, article: str, vector: bytes) -> None:
    if connection.dialect.name != "sqlite":
        # Numbers are given before commit: without a queue a reader's cursor could pass one that is not there yet.
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _VECTOR_LOCK})
    await connection.execute(delete(vectors).where(vectors.c.article == article))
    await connection.execute(vectors.insert().values(article=article, vector=vector))
