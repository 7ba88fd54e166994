"""The words of a tenant's own feed stay that tenant's, also where another feed brings the same address: a feed may say
of any page what it likes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import search
from bot.store.rows import Row, article_from, article_row
from bot.store.sight import own_copy
from bot.store.tables import article_feeds, articles, digests, feed_owners, feeds, private_articles, renditions, vectors
from digests.model import Article

_SAID = ("publisher", "language", "title", "text", "links", "published")


async def apart(
    connection: AsyncConnection, feed: int, found: Sequence[Article], *, public: bool
) -> tuple[Article, ...]:
    """The articles a feed brings, each under the id it is to be kept by. Where only other tenants' feeds have brought
    one, in other words: a public feed's words take their place, a tenant's are an article of its own."""
    brought = {article.id: article for article in found}
    others = await _of_others(connection, feed, brought)
    kept = []
    for article in found:
        row = others.get(article.id)
        if row is None or (row["title"], row["text"]) == (article.title, article.text):
            kept.append(article)
        elif public:
            await _said_anew(connection, row, article, feed)
            kept.append(article)
        else:
            kept.append(replace(article, id=own_copy(article.id, str(feed))))
    return tuple(kept)


async def _of_others(connection: AsyncConnection, feed: int, found: dict[str, Article]) -> dict[str, Row]:
    """Rows of those articles that only private feeds have brought, none of the same owners."""
    query = select(articles).join(private_articles, private_articles.c.number == articles.c.number)
    query = query.where(articles.c.id.in_(tuple(found)), articles.c.feed.is_not(None)).order_by(articles.c.id)
    rows = (await connection.execute(query.with_for_update(of=articles))).mappings().all()
    if not rows:
        return {}
    owners = select(feed_owners.c.tenant).join(feeds, feeds.c.url == feed_owners.c.url)
    ours = set(await connection.scalars(owners.where(feeds.c.number == feed)))
    theirs: dict[str, set[str]] = {}
    readers = select(article_feeds.c.article, feed_owners.c.tenant)
    readers = readers.join(feeds, feeds.c.number == article_feeds.c.feed).join(
        feed_owners, feed_owners.c.url == feeds.c.url
    )
    for reader in await connection.execute(readers.where(article_feeds.c.article.in_([row["id"] for row in rows]))):
        theirs.setdefault(reader.article, set()).add(reader.tenant)
    return {row["id"]: dict(row) for row in rows if not ours or theirs.get(row["id"]) != ours}


async def _said_anew(connection: AsyncConnection, row: Row, article: Article, feed: int) -> None:
    """What was made of the private words goes before anybody else may see the article."""
    if row["searchable"]:
        await search.forget(connection, row["number"], article_from({**row, "feed_url": None}))
    for table in (digests, renditions, vectors):
        await connection.execute(delete(table).where(table.c.article == article.id))
    new: dict[str, Any] = {name: value for name, value in article_row(article).items() if name in _SAID}
    new |= {"feed": feed, "first_seen": article.first_seen, "searchable": False, "indexed": None, "leased_until": None}
    await connection.execute(update(articles).where(articles.c.id == article.id).values(new))
