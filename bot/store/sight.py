"""Whose eyes may see what. A feed is public, or private to the tenants that own it; an article is public once a public
feed has brought it, else it belongs to the owners of its feeds and to those who looked it up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.reading import chunks
from bot.store.rows import insert_into
from bot.store.tables import article_feeds, articles, askers, edition_articles, feed_owners, feeds, private_articles
from bot.store.unbroken import unbroken
from digests.model import Digest
from digests.store import PUBLIC, Hit, Viewer
from digests.urls import article_id

SEEN = (
    "AND (NOT EXISTS (SELECT 1 FROM private_articles p WHERE p.number = {number}) "
    "OR EXISTS (SELECT 1 FROM askers k WHERE k.number = {number} AND k.tenant = :viewer) "
    "OR EXISTS (SELECT 1 FROM articles a JOIN article_feeds l ON l.article = a.id JOIN feeds f ON f.number = l.feed "
    "JOIN feed_owners o ON o.url = f.url WHERE a.number = {number} AND o.tenant = :viewer)) "
)
"""`seen_by` for the full-text queries, which are written by hand."""


class SightRoom:
    """The part of the store that says who may see an article."""

    database: Database

    @unbroken
    async def visible(self, ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        async with self.database.read() as connection:
            return await visible_among(connection, ids, viewer)

    @unbroken
    async def linkable(self, article: str, candidates: Collection[str]) -> frozenset[str]:
        async with self.database.read() as connection:
            own = frozenset(await connection.scalars(_private_feeds(article)))
            allowed = set(await visible_among(connection, candidates, PUBLIC))
            if own:
                query = select(article_feeds.c.article, article_feeds.c.feed)
                for chunk in chunks([one for one in candidates if one not in allowed]):
                    brought: dict[str, set[int]] = {}
                    for row in await connection.execute(query.where(article_feeds.c.article.in_(chunk))):
                        brought.setdefault(row.article, set()).add(row.feed)
                    allowed.update(one for one, by in brought.items() if own <= by)
            return frozenset(allowed)

    @unbroken
    async def asked_for(self, article: str, viewer: str) -> str:
        async with self.database.write() as connection:
            held = await connection.scalar(select(articles.c.number).where(articles.c.id == article))
            if held is None or article in await visible_among(connection, [article], viewer):
                return article
            if viewer == PUBLIC:
                return own_copy(article, viewer)
            brought = select(article_feeds.c.feed).where(article_feeds.c.article == article).limit(1)
            if await connection.scalar(brought) is not None:
                return own_copy(article, viewer)
            asks = insert_into(connection, askers).values(number=held, tenant=viewer)
            await connection.execute(asks.on_conflict_do_nothing())
            return article

    @unbroken
    async def carriers(self, article: str) -> tuple[str, ...]:
        query = select(edition_articles.c.subscription).where(edition_articles.c.article == article).distinct()
        async with self.database.read() as connection:
            return tuple(sorted(await connection.scalars(query)))


def own_copy(article: str, viewer: str) -> str:
    """The id under which a viewer holds what others' private feed has brought already."""
    return blake2b(f"{article}\0{viewer}".encode(), digest_size=16).hexdigest()


def seen_by(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `articles`."""
    if viewer is None:
        return ()
    hidden = exists().where(private_articles.c.number == articles.c.number)
    if viewer == PUBLIC:
        return (~hidden,)
    asked = exists().where(askers.c.number == articles.c.number, askers.c.tenant == viewer)
    owned = exists().where(
        article_feeds.c.article == articles.c.id,
        feeds.c.number == article_feeds.c.feed,
        feed_owners.c.url == feeds.c.url,
        feed_owners.c.tenant == viewer,
    )
    return (or_(~hidden, asked, owned),)


def feeds_of(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `feeds`."""
    if viewer is None:
        return ()
    owned = exists().where(feed_owners.c.url == feeds.c.url)
    mine = exists().where(feed_owners.c.url == feeds.c.url, feed_owners.c.tenant == viewer)
    return (~owned,) if viewer == PUBLIC else (or_(~owned, mine),)


async def visible_among(connection: AsyncConnection, ids: Collection[str], viewer: Viewer) -> frozenset[str]:
    found: set[str] = set()
    for chunk in chunks(tuple(ids)):
        found.update(await connection.scalars(select(articles.c.id).where(articles.c.id.in_(chunk), *seen_by(viewer))))
    return frozenset(found)


async def without_hidden_links(
    connection: AsyncConnection, found: Mapping[str, Digest], viewer: Viewer
) -> dict[str, Digest]:
    """The digests without related links to what we hold but the viewer may not see."""
    if viewer is None:
        return dict(found)
    linked = {article_id(link.url) for digest in found.values() for link in digest.related}
    hidden = await visible_among(connection, linked, None) - await visible_among(connection, linked, viewer)
    return {
        id_: replace(digest, related=tuple(link for link in digest.related if article_id(link.url) not in hidden))
        for id_, digest in found.items()
    }


async def hits_for(connection: AsyncConnection, hits: Iterable[Hit], viewer: Viewer) -> tuple[Hit, ...]:
    """The hits with their digests as the viewer may see them."""
    found = tuple(hits)
    held = {hit.digest.id: hit.digest for hit in found if hit.digest}
    seen = await without_hidden_links(connection, held, viewer)
    return tuple(replace(hit, digest=seen[hit.digest.id]) if hit.digest else hit for hit in found)


async def is_public(connection: AsyncConnection, feed: int | None) -> bool:
    """Whether the feed of this number is everybody's; there being no feed is not."""
    query = select(feeds.c.number).where(feeds.c.number == feed, *feeds_of(PUBLIC))
    return feed is not None and await connection.scalar(query) is not None


async def mark(connection: AsyncConnection, ids: Collection[str], *, private: bool) -> None:
    """What a public feed has brought is public for good; `private` is for articles just come in."""
    for chunk in chunks(tuple(ids)):
        numbers = select(articles.c.number).where(articles.c.id.in_(chunk))
        if private:
            marked: Any = insert_into(connection, private_articles).from_select(["number"], numbers)
            await connection.execute(marked.on_conflict_do_nothing())
        else:
            await connection.execute(delete(private_articles).where(private_articles.c.number.in_(numbers)))


async def publish_feed(connection: AsyncConnection, url: str) -> None:
    """The feed is everybody's from now on, with all it has brought."""
    if await connection.scalar(select(feed_owners.c.tenant).where(feed_owners.c.url == url).limit(1)) is not None:
        await connection.execute(delete(feed_owners).where(feed_owners.c.url == url))
        await publish_articles(connection, url)


async def hide_articles(connection: AsyncConnection, url: str) -> None:
    """What the feed has brought is its owners' alone, but for what a public feed has brought as well. What a feed
    brought that was removed stays what it was."""
    links = select(articles.c.number).join(article_feeds, article_feeds.c.article == articles.c.id)
    brought = links.join(feeds, feeds.c.number == article_feeds.c.feed).where(feeds.c.url == url, ~feeds.c.removed)
    link, feed = article_feeds.alias(), feeds.alias()
    owned = exists().where(feed_owners.c.url == feed.c.url)
    public = exists().where(link.c.article == articles.c.id, feed.c.number == link.c.feed, ~owned)
    hidden = insert_into(connection, private_articles).from_select(["number"], brought.where(~public))
    await connection.execute(hidden.on_conflict_do_nothing())


async def publish_articles(connection: AsyncConnection, url: str) -> None:
    links = select(articles.c.number).join(article_feeds, article_feeds.c.article == articles.c.id)
    brought = links.join(feeds, feeds.c.number == article_feeds.c.feed).where(feeds.c.url == url)
    await connection.execute(delete(private_articles).where(private_articles.c.number.in_(brought)))


def _private_feeds(article: str) -> Select[tuple[int]]:
    """The feeds that brought an article which is not public."""
    hidden = and_(articles.c.id == article, private_articles.c.number == articles.c.number)
    links = select(article_feeds.c.feed).where(article_feeds.c.article == article)
    return links.where(exists().where(hidden))
