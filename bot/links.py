"""Finds related links and citations for an article: keeps the vector index in step with the store, asks it, and reads
the articles it names. What is close to what is decided in `digests.related`."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import urlsplit

import numpy as np

from digests.edition import following, merged
from digests.model import Article, Link
from digests.ports import Candidate, Vectors
from digests.related import CITATION_FLOOR, RELATED_FLOOR, distinct, outbound, worthy
from digests.retrieval import Near, Profile, centres, common, profile, unpacked
from digests.retrieval_index import Index
from digests.store import PUBLIC, Hit, Store, VectorRow
from digests.stories import FOLLOWS, grouped, same_story
from digests.urls import article_id

MOST_HITS, MOST_EARLIER = 100, 200
"""Articles of one edition, and of those before it, that are compared with each other for stories."""
LOOKED_AT = 64
"""Closest articles among which those are looked for that may be shown beside another."""
MOST = 8
"""Candidates of each kind handed to the engine, which prints the best."""


class Links:
    """One index for the process; other processes' articles are taken in from the store before each search."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._index = Index(centres(), common())
        self._cursor = 0
        self._lock = asyncio.Lock()

    def add(self, article: Article, vector: Vectors) -> None:
        """Make an article findable before it is saved."""
        self._index.add(article.id, profile_of(article, vector), site=article.site, role=article.role)

    async def find(self, article: Article, vector: Vectors) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...]]:
        """(related links of the same site, citations), best first; none that is not close enough."""
        await self._catch_up()
        query = profile_of(article, vector)
        near = await asyncio.to_thread(
            self._index.nearest, query, count=LOOKED_AT, site=article.site, role="source", leave_out=article.id
        )
        cited = await asyncio.to_thread(self._index.nearest, query, count=MOST, role="reference", leave_out=article.id)
        related = await self._candidates(article, await self._shared(article, worthy(near, RELATED_FLOOR)))
        references = await self._candidates(article, worthy(cited, CITATION_FLOOR))
        links = await self._linked(article)
        named = {candidate.article.id for candidate in links}
        return related, (*links, *(c for c in references if c.article.id not in named))

    async def alike(self, vector: Vectors, language: str, count: int) -> tuple[str, ...]:
        """Source articles that mean what a question asks, best first."""
        await self._catch_up()
        return await asyncio.to_thread(self._index.alike, vector, language, count=count, role="source")

    async def stories(self, hits: Sequence[Hit], earlier: Sequence[Article]) -> tuple[Hit, ...]:
        """The hits of an edition with reports of one event merged, and follow-ups to `earlier` articles marked."""
        if not hits:
            return ()
        await self._catch_up()
        return await asyncio.to_thread(self._stories, hits[:MOST_HITS], earlier[:MOST_EARLIER], hits[MOST_HITS:])

    def _stories(self, hits: Sequence[Hit], earlier: Sequence[Article], rest: Sequence[Hit]) -> tuple[Hit, ...]:
        articles = [*(hit.article for hit in hits), *earlier]
        chances = same_story([self._profile(article) for article in articles], [a.title for a in articles])
        marked = [
            following(hit, [articles[other] for other in np.flatnonzero(chances[row] >= FOLLOWS) if other != row])
            for row, hit in enumerate(hits)
        ]
        times = [hit.article.published or hit.article.first_seen for hit in hits]
        groups = grouped(chances[: len(hits), : len(hits)], times)
        return (*merged(marked, groups), *rest)

    def _profile(self, article: Article) -> Profile:
        vector = self._index.vector(article.id)
        return profile_of(article, np.zeros(1, dtype=np.float32) if vector is None else vector)

    async def _catch_up(self) -> None:
        async with self._lock:
            while True:
                cursor, rows = await self._store.vectors(self._cursor)
                await asyncio.to_thread(self._take, rows)
                if cursor == self._cursor or not rows:
                    return
                self._cursor = cursor

    def _take(self, rows: Sequence[VectorRow]) -> None:
        for row in rows:
            made = unpacked(row.vector, row.language)
            if made is not None:
                self._index.add(row.article, made, site=row.site, role=row.role)

    async def _shared(self, article: Article, near: Sequence[Near]) -> tuple[Near, ...]:
        """Those that whoever reads the article may read as well."""
        allowed = await self._store.linkable(article.id, [one.article for one in near])
        return tuple(one for one in near if one.article in allowed)[:MOST]

    async def _candidates(self, own: Article, found: Sequence[Near]) -> tuple[Candidate, ...]:
        scores = {near.article: near.score for near in found}
        articles = await self._store.articles(list(scores))
        kept = distinct([(article, scores[article.id]) for article in articles], own)
        return tuple(Candidate(article=article, score=score) for article, score in kept)

    async def _linked(self, own: Article) -> tuple[Candidate, ...]:
        """What the article itself links to: with its text where we hold it, else by the link's own words."""
        links = outbound(own)[:MOST]
        ids = [article_id(link.url) for link in links]
        held = {article.id: article for article in await self._store.articles(ids, viewer=PUBLIC)}
        return tuple(
            Candidate(article=held.get(article_id(link.url)) or _by_its_words(link, own), score=1.0) for link in links
        )


def profile_of(article: Article, vector: Vectors) -> Profile:
    """What an article is found by; `digests.retrieval.packed` makes it bytes for the store."""
    published = article.published.date() if article.published else None
    return profile(article.title, article.text, vector, article.language, published)


def _by_its_words(link: Link, own: Article) -> Article:
    host = (urlsplit(link.url).hostname or "").removeprefix("www.")
    return Article(
        id=article_id(link.url),
        url=link.url,
        site=host,
        publisher=host,
        language=own.language,
        title=link.text,
        text="",
        first_seen=own.first_seen,
        role="reference",
    )
