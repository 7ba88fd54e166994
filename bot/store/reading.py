"""Reading articles and hits: the SELECTs that several rooms share, each one statement however many ids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.rows import CHUNK, article_from, hit_from
from bot.store.tables import articles, digests, feeds
from digests.model import Article
from digests.store import Hit


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """`items` in runs of at most `CHUNK`."""
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def whole_articles() -> Select[Any]:
    """Articles with their feed's address of today."""
    return select(articles, feeds.c.url.label("feed_url")).outerjoin(feeds, feeds.c.number == articles.c.feed)


def hits() -> Select[Any]:
    """Articles with their digests, if any."""
    return whole_articles().add_columns(digests.c.digest).outerjoin(digests, digests.c.article == articles.c.id)


async def articles_by_id(connection: AsyncConnection, ids: Sequence[str]) -> tuple[Article, ...]:
    """In the order asked; unknown ids are left out."""
    found: dict[str, Article] = {}
    for chunk in chunks(ids):
        rows = await connection.execute(whole_articles().where(articles.c.id.in_(chunk)))
        found.update((row["id"], article_from(row)) for row in rows.mappings())
    return tuple(found[article] for article in ids if article in found)


async def hits_by_number(connection: AsyncConnection, scored: Iterable[tuple[int, float]]) -> tuple[Hit, ...]:
    """In the order given, with these scores."""
    scores = dict(scored)
    found: dict[int, Hit] = {}
    for chunk in chunks(tuple(scores)):
        rows = await connection.execute(hits().where(articles.c.number.in_(chunk)))
        found.update((row["number"], hit_from(row, scores[row["number"]])) for row in rows.mappings())
    return tuple(found[number] for number in scores if number in found)
