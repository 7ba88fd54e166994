"""Full text: our own terms in FTS5 on SQLite, in a tsvector on PostgreSQL. No query syntax of either is ever live."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.reading import chunks, hits, hits_by_number
from bot.store.rows import hit_from
from bot.store.sight import SEEN, hits_for, seen_by
from bot.store.tables import articles
from bot.store.unbroken import unbroken
from digests.model import Article
from digests.store import Hit, Viewer
from digests.terms import index_terms, is_prefix, query_terms

Phrase = tuple[str, ...]

_LAST_POSITION = 16_383
_MOST_POSITIONS = 255
_MOST_BYTES = 500_000
"""Limits of a tsvector (PostgreSQL manual, 12.11): positions, positions of one lexeme, 1 MB with padding in all."""

# A term in the title counts as much as four in the text; PostgreSQL's labels A and D are used for the same.
_IN_FEED = (
    "AND {number} IN (SELECT a.number FROM articles a JOIN article_feeds l ON l.article = a.id "
    "JOIN feeds f ON f.number = l.feed WHERE f.url = :feed) "
)
MOST_SINGLE = 96
"""Terms of the second, wider try: below the 256 that FTS5 takes in one expression."""
CANDIDATES = 5_000
"""So many matches are ranked, the last stored: a word that more articles have says little, and scoring them all would
take as long as the archive is large."""
_SQLITE = (
    "SELECT number, score FROM (SELECT rowid AS number, -bm25(article_terms, 4.0, 1.0) AS score FROM article_terms "
    "WHERE article_terms MATCH :query {feed}ORDER BY rowid DESC LIMIT :candidates) "
    "ORDER BY score DESC, number DESC LIMIT :limit OFFSET :offset"
)
_POSTGRES = (
    "SELECT number, ts_rank('{{0.25, 0.25, 0.25, 1.0}}', terms, query, 1) AS score FROM (SELECT number, terms, query "
    "FROM article_terms, CAST(:query AS tsquery) AS query "
    "WHERE terms @@ query {feed}ORDER BY number DESC LIMIT :candidates) AS newest "
    "ORDER BY score DESC, number DESC LIMIT :limit OFFSET :offset"
)


NEWEST = 5_000
"""Articles whose words PostgreSQL is asked for, as it keeps no list of them."""
_ONE_SQLITE = "SELECT rowid FROM article_terms WHERE article_terms MATCH :query LIMIT 1"
_ONE_POSTGRES = "SELECT number FROM article_terms WHERE terms @@ CAST(:query AS tsquery) LIMIT 1"
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, article_terms, row)"
_SPELLINGS = (
    "SELECT term, doc FROM temp.vocabulary "
    "WHERE term >= :start AND term < :end AND length(term) BETWEEN :least AND :most"
)
_SPELLINGS_POSTGRES = (
    "SELECT lexeme AS term, count(*) AS doc FROM (SELECT terms FROM article_terms ORDER BY number DESC LIMIT :newest) "
    'AS newest, unnest(terms) WHERE lexeme >= :start COLLATE "C" AND lexeme < :end COLLATE "C" '
    "AND length(lexeme) BETWEEN :least AND :most GROUP BY lexeme"
)


class SearchRoom:
    """The part of the store that questions go to."""

    database: Database

    @unbroken
    async def search(
        self, words: str, *, limit: int = 10, offset: int = 0, feed: str | None = None, viewer: Viewer = None
    ) -> tuple[Hit, ...]:
        page = {"limit": max(0, limit), "offset": max(0, offset), "feed": feed, "viewer": viewer}
        async with self.database.read() as connection:
            found = await _matches(connection, words, page)
            return await hits_for(connection, await hits_by_number(connection, found), viewer)

    @unbroken
    async def alike(self, words: str, *, limit: int, viewer: Viewer = None) -> tuple[Hit, ...]:
        phrases = _single(query_terms(words))
        page = {"limit": limit, "offset": 0, "feed": None, "viewer": viewer}
        async with self.database.read() as connection:
            found = await _found(connection, phrases, "any", page) if phrases else ()
            return await hits_for(connection, await hits_by_number(connection, found), viewer)

    @unbroken
    async def found(
        self, words: str, *, limit: int = 10, offset: int = 0, feed: str | None = None, viewer: Viewer = None
    ) -> tuple[str, ...]:
        page = {"limit": max(0, limit), "offset": max(0, offset), "feed": feed, "viewer": viewer}
        async with self.database.read() as connection:
            numbers = [number for number, _ in await _matches(connection, words, page)]
            names: dict[int, str] = {}
            for chunk in chunks(numbers):
                query = select(articles.c.number, articles.c.id).where(articles.c.number.in_(chunk))
                names.update((row.number, row.id) for row in await connection.execute(query))
            return tuple(names[number] for number in numbers if number in names)

    @unbroken
    async def hits(self, ids: Sequence[str], *, viewer: Viewer = None) -> tuple[Hit, ...]:
        found: dict[str, Hit] = {}
        async with self.database.read() as connection:
            for chunk in chunks(ids):
                query = hits().where(articles.c.id.in_(chunk), *seen_by(viewer))
                rows = (await connection.execute(query)).mappings()
                found.update((hit.article.id, hit) for hit in await hits_for(connection, map(hit_from, rows), viewer))
        return tuple(found[article] for article in ids if article in found)

    @unbroken
    async def spellings(self, words: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        async with self.database.read() as connection:
            return {word: await _like(connection, word) for word in words if not await _has(connection, word)}


async def remember(connection: AsyncConnection, article: str) -> None:
    """Make an article searchable, once: its words never change."""
    query = select(articles.c.number, articles.c.title, articles.c.text).where(
        articles.c.id == article, articles.c.role == "source", ~articles.c.searchable
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return
    await connection.execute(text(_adding(connection)), _terms_of(connection, row.number, row.title, row.text))
    await connection.execute(articles.update().where(articles.c.number == row.number).values(searchable=True))


async def forget(connection: AsyncConnection, number: int, article: Article) -> None:
    """Take an article out of the index. A contentless FTS5 table wants to hear again what it was told."""
    if connection.dialect.name == "sqlite":
        statement = (
            "INSERT INTO article_terms(article_terms, rowid, title, body) VALUES('delete', :number, :title, :body)"
        )
        await connection.execute(text(statement), _terms_of(connection, number, article.title, article.text))
    else:
        await connection.execute(text("DELETE FROM article_terms WHERE number = :number"), {"number": number})


def _adding(connection: AsyncConnection) -> str:
    if connection.dialect.name == "sqlite":
        return "INSERT INTO article_terms(rowid, title, body) VALUES(:number, :title, :body)"
    return "INSERT INTO article_terms(number, terms) VALUES(:number, CAST(:terms AS tsvector))"


def _terms_of(connection: AsyncConnection, number: int, title: str, body: str) -> dict[str, Any]:
    if connection.dialect.name == "sqlite":
        return {"number": number, "title": " ".join(index_terms(title)), "body": " ".join(index_terms(body))}
    return {"number": number, "terms": tsvector(index_terms(title), index_terms(body))}


async def _has(connection: AsyncConnection, word: str) -> bool:
    sqlite = connection.dialect.name == "sqlite"
    query = (fts5_query if sqlite else tsquery)(query_terms(word), "all")
    any_article = text(_ONE_SQLITE if sqlite else _ONE_POSTGRES)
    return (await connection.execute(any_article, {"query": query})).first() is not None


async def _like(connection: AsyncConnection, word: str) -> Mapping[str, int]:
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        await connection.execute(text(_VOCABULARY))
    known: dict[str, int] = {}
    for start in sorted(set(word[:2])):
        given = {"start": start, "end": start + "\U0010ffff", "least": len(word) - 2, "most": len(word) + 2}
        given |= {} if sqlite else {"newest": NEWEST}
        rows = await connection.execute(text(_SPELLINGS if sqlite else _SPELLINGS_POSTGRES), given)
        known.update((row.term, row.doc) for row in rows)
    return known


async def _matches(connection: AsyncConnection, words: str, page: dict[str, Any]) -> tuple[tuple[int, float], ...]:
    """(number, score): articles with all phrases, else with any of their terms."""
    phrases = query_terms(words)
    if not phrases:
        return ()
    found = await _found(connection, phrases, "all", page)
    if not found and (single := _single(phrases)) != phrases and not await _any(connection, phrases, page):
        found = await _found(connection, single, "any", page)
    return found


async def _found(
    connection: AsyncConnection, phrases: Sequence[Phrase], need: str, page: dict[str, Any]
) -> tuple[tuple[int, float], ...]:
    sqlite = connection.dialect.name == "sqlite"
    query = fts5_query(phrases, need) if sqlite else tsquery(phrases, need)
    template, number = (_SQLITE, "article_terms.rowid") if sqlite else (_POSTGRES, "article_terms.number")
    in_feed = "" if page["feed"] is None else _IN_FEED.format(number=number)
    seen = "" if page["viewer"] is None else SEEN.format(number=number)
    rows = await connection.execute(
        text(template.format(feed=in_feed + seen)), {**page, "query": query, "candidates": CANDIDATES}
    )
    return tuple((row.number, float(row.score)) for row in rows)


def _single(phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Each term for itself: what is asked for when no article has the phrases (停戦交渉: 停戦, 戦交, 交渉)."""
    return tuple(dict.fromkeys((term,) for phrase in phrases for term in phrase))[:MOST_SINGLE]


async def _any(connection: AsyncConnection, phrases: Sequence[Phrase], page: dict[str, Any]) -> bool:
    """Whether any article has them all: an empty page may just lie past the last one."""
    return page["offset"] > 0 and bool(await _found(connection, phrases, "all", {**page, "limit": 1, "offset": 0}))


def fts5_query(phrases: Sequence[Phrase], need: str) -> str:
    """Every phrase a quoted string: inside it FTS5 knows no operator (SQLite FTS5, 3.1)."""
    quoted = (
        '"' + " ".join(phrase).replace('"', '""') + '"' + (" *" if is_prefix(phrase) else "") for phrase in phrases
    )
    return (" AND " if need == "all" else " OR ").join(quoted)


def tsquery(phrases: Sequence[Phrase], need: str) -> str:
    return (" & " if need == "all" else " | ").join(
        "(" + " <-> ".join(_lexeme(term) for term in phrase) + (":*" if is_prefix(phrase) else "") + ")"
        for phrase in phrases
    )


def tsvector(title: Sequence[str], body: Sequence[str]) -> str:
    """The literal of a tsvector with positions: title labelled A, a gap, then the text; cut at PostgreSQL's limits."""
    places: dict[str, list[str]] = {}
    room = _MOST_BYTES
    labelled = [(term, "A") for term in title] + [("", "")] + [(term, "") for term in body]
    for position, (term, label) in enumerate(labelled, start=1):
        room -= 4 if term in places else 12 + len(term.encode())
        if room < 0:
            break
        if term and len(known := places.setdefault(term, [])) < _MOST_POSITIONS:
            known.append(f"{min(position, _LAST_POSITION)}{label}")
    return " ".join(f"{_lexeme(term)}:{','.join(where)}" for term, where in places.items())


def _lexeme(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"
