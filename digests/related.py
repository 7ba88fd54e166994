"""Related links and citations: which stored articles belong beside an article. Ranks; never fetches, never invents.

The index holds one float16 vector an article in a growing matrix; a query is one matrix product and a partial sort,
so 100,000 articles take milliseconds and a new one is searchable the moment it is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import numpy as np

from digests.model import Article, Link
from digests.ports import VectorRow, Vectors
from digests.urls import article_id

SAME_STORY = 0.985
"""Centred cosine from which a candidate is the same text again, not a related one."""


class VectorIndex:
    """Article vectors by site, language and role; append-only, last write of an id wins."""

    def __init__(self, dimension: int = 384) -> None:
        self._matrix = np.zeros((1024, dimension), dtype=np.float32)
        self._rows: list[VectorRow] = []
        self._place: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: Iterable[VectorRow]) -> None:
        """Make rows searchable. Rows of another dimension (made without embeddings) are left out."""
        for row in rows:
            vector = np.frombuffer(row.vector, dtype="<f2")
            if vector.shape[0] != self._matrix.shape[1]:
                continue
            place = self._place.setdefault(row.article, len(self._rows))
            if place == len(self._rows):
                self._rows.append(row)
            else:
                self._rows[place] = row
            self._grow(place)
            self._matrix[place] = vector

    def _grow(self, place: int) -> None:
        if place >= len(self._matrix):
            self._matrix = np.concatenate([self._matrix, np.zeros_like(self._matrix)])

    def nearest(
        self, vector: Vectors, *, count: int, site: str | None = None, role: str | None = None, leave_out: str = ""
    ) -> tuple[tuple[str, float], ...]:
        """(article id, cosine) of the closest rows, best first; `site` and `role` narrow the search."""
        size = len(self._rows)
        if not size or vector.shape[0] != self._matrix.shape[1]:
            return ()
        scores = self._matrix[:size] @ np.asarray(vector, dtype=np.float32)
        order = np.argsort(-scores, kind="stable")
        found = []
        for place in order:
            row = self._rows[place]
            if row.article == leave_out or (site and row.site != site) or (role and row.role != role):
                continue
            found.append((row.article, float(scores[place])))
            if len(found) == count:
                break
        return tuple(found)


def outbound(article: Article) -> tuple[Link, ...]:
    """The article's own links that lead off its site and say where: what a citation can rest on."""
    seen: set[str] = set()
    links = []
    for link in article.links:
        host = (urlsplit(link.url).hostname or "").removeprefix("www.")
        same = host == article.site.partition(":")[0] or host.endswith("." + article.site)
        key = article_id(link.url)
        if same or len(link.text.strip()) < 4 or key in seen or key == article.id:
            continue
        seen.add(key)
        links.append(link)
    return tuple(links)


def distinct(articles: Sequence[tuple[Article, float]], own: Article) -> tuple[tuple[Article, float], ...]:
    """Without the article itself and without a second copy of one title."""
    titles = {own.title.casefold()}
    kept = []
    for article, score in articles:
        title = article.title.casefold()
        if article.id != own.id and title not in titles:
            titles.add(title)
            kept.append((article, score))
    return tuple(kept)
