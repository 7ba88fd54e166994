"""The index of profiles: every article is compared with a query, exactly, in milliseconds for 100,000 articles.

Rows stand in blocks of 2,048. A block holds its vectors as int8 with a scale a row (a quarter of float32, and as fast,
since memory is what a product waits for) and its terms as postings sorted by hash. Only the newest block changes.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from digests.retrieval import (
    CROWD,
    CROWDED,
    RARITY,
    WORDS_CROWD,
    Floats,
    Near,
    Profile,
    closeness,
    probability,
    query_weights,
    term_weights,
    timely,
)
from digests.retrieval_terms import MOST

BLOCK = 2048
DIMENSION = 384
COMMON = 1000
"""Articles a term may stand in, or a twentieth of all, and still be looked up."""
NEAR, OUTSTANDING = 0.28, 2.0
"""A question's least cosine to what answers it, and its least distance from what any article has, in standard
deviations: words that mean nothing are about as close to every article."""
TRUST = 50.0
"""Articles of a language whose own mean weighs as much as the mean that came with the program."""


class Index:
    """Profiles by article, site and role. The last profile of an article counts; it is searchable at once."""

    def __init__(
        self, centres: Mapping[str, Floats] | None = None, common: Floats | None = None, *, rarity: float = RARITY
    ) -> None:
        """`centres` and `common`: as `digests.retrieval` has them; what cosines leave out. None: nothing."""
        self._rarity = rarity
        self._common = np.zeros((0, DIMENSION), dtype=np.float32) if common is None else common
        self._blocks: list[_Block] = []
        self._place: dict[str, tuple[int, int]] = {}
        self._codes: dict[str, int] = {}
        self._means = _Means(centres or {})
        self._terms = 0.0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._place)

    def add(self, article: str, made: Profile, *, site: str = "", role: str = "") -> None:
        """Make an article findable, or replace what it was found by."""
        with self._lock:
            self._add(article, made, site, role)

    def _add(self, article: str, made: Profile, site: str, role: str) -> None:
        if article in self._place:
            self._forget(article)
        if not self._blocks or self._blocks[-1].size == BLOCK:
            self._blocks.append(_Block())
        block = self._blocks[-1]
        vector = _fitting(made.vector)
        self._place[article] = (len(self._blocks) - 1, block.size)
        codes = tuple(self._codes.setdefault(word, len(self._codes)) for word in (site, role, made.language))
        taken = self._common @ vector
        self._terms += block.append(article, made.terms, vector, codes, made.day, float(taken @ taken))
        self._means.add(made.language, vector)

    def _forget(self, article: str) -> None:
        block, row = self._place.pop(article)
        self._blocks[block].alive[row] = False

    def nearest(
        self, query: Profile, *, count: int, site: str | None = None, role: str | None = None, leave_out: str = ""
    ) -> tuple[Near, ...]:
        """The closest articles, best first; `site` and `role` narrow the search."""
        with self._lock:
            return self._nearest(query, count, site, role, leave_out)

    def _nearest(
        self, query: Profile, count: int, site: str | None, role: str | None, leave_out: str
    ) -> tuple[Near, ...]:
        if not self._blocks:
            return ()
        words, cosines = self._words(query), self._cosines(query, self._common)
        close = closeness(words, cosines)
        self._measure(leave_out, close)
        embedded = bool(_fitting(query.vector).any())
        days = np.concatenate([block.days[: block.size] for block in self._blocks])
        scores = close - (CROWD if embedded else WORDS_CROWD) * self._crowds() + timely(query.day, days)
        scores[~self._allowed(site, role, leave_out)] = -np.inf
        return tuple(
            Near(
                article=self._blocks[row // BLOCK].articles[row % BLOCK],
                score=probability(float(scores[row]), embedded=embedded),
                words=float(words[row]),
                cosine=float(cosines[row]),
            )
            for row in _best(scores, count)
        )

    def alike(self, vector: Floats, language: str, *, count: int, role: str | None = None) -> tuple[str, ...]:
        """Articles whose vectors stand out as close to a question's, best first: by meaning alone, in any language."""
        with self._lock:
            if not self._blocks or not _fitting(vector).any():
                return ()
            asked = Profile(terms=np.zeros(0, dtype=np.uint32), vector=vector, language=language)
            cosines = self._cosines(asked, self._common[:0])
            allowed = self._allowed(None, role, "")
            least = max(NEAR, float(cosines.mean() + OUTSTANDING * cosines.std()))
            cosines[~allowed | (cosines < least)] = -np.inf
            return tuple(self._blocks[row // BLOCK].articles[row % BLOCK] for row in _best(cosines, count))

    def _measure(self, article: str, close: Floats) -> None:
        """Remember how close an article's closest ones are: what it costs as a candidate for others."""
        if article not in self._place or len(close) <= CROWDED:
            return
        block, row = self._place[article]
        others = np.delete(close, block * BLOCK + row)
        self._blocks[block].crowds[row] = np.partition(others, -CROWDED)[-CROWDED:].mean()

    def _crowds(self) -> Floats:
        """(n,) how much more crowded than usual each article's place is; 0 where that was never measured."""
        crowds = np.concatenate([block.crowds[: block.size] for block in self._blocks])
        known = crowds[~np.isnan(crowds)]
        return np.asarray(np.nan_to_num(crowds - (known.mean() if len(known) else 0.0)), dtype=np.float32)

    def measured(self, query: Profile) -> tuple[Floats, Floats]:
        """(n,) share of words and (n,) cosine of every row, in the order they were added."""
        with self._lock:
            return self._words(query), self._cosines(query, self._common)

    def vector(self, article: str) -> Floats | None:
        """(d,) an article's vector, as exact as int8 keeps it; None for one that is not here."""
        with self._lock:
            block, row = self._place.get(article, (0, -1))
            return None if row < 0 else self._blocks[block].vector(row)

    def _allowed(self, site: str | None, role: str | None, leave_out: str) -> NDArray[np.bool_]:
        allowed = np.concatenate([block.allowed(self._codes.get, site, role) for block in self._blocks])
        if leave_out in self._place:
            block, row = self._place[leave_out]
            allowed[block * BLOCK + row] = False
        return allowed

    def _words(self, query: Profile) -> Floats:
        """(n,) BM25 as a share of the query's own."""
        hashes = (query.terms >> 8).astype(np.uint32)
        counts = (query.terms & 255).astype(np.float32)
        found = np.stack([block.postings().found(hashes) for block in self._blocks]).sum(axis=0).astype(np.float32)
        size = sum(block.size for block in self._blocks)
        weights = query_weights(counts, found, size, self._rarity)
        mean = self._terms / size
        own = float(weights @ term_weights(counts, float(counts.sum()), mean))
        rare = found <= max(COMMON, size / 20)
        hashes, weights = hashes[rare], weights[rare]  # what is everywhere costs the most and tells the least
        parts = [block.postings().scores(hashes, weights, block.lengths[: block.size], mean) for block in self._blocks]
        return np.asarray(np.concatenate(parts) / max(own, 1e-6), dtype=np.float32)

    def _cosines(self, query: Profile, common: Floats) -> Floats:
        """(n,) cosines, each side without the mean of its language and without what lies along `common`; 0 where one of
        the two has no vector."""
        vector = _fitting(query.vector)
        if not vector.any():
            return np.zeros(sum(block.size for block in self._blocks), dtype=np.float32)
        moved = vector - self._means.of(query.language)
        less = _without(moved, common)
        less /= np.sqrt(max(float(less @ moved), 1e-12))
        languages = list(self._means.sums)
        centres = np.stack([self._means.of(language) for language in languages])
        codes = [self._codes[language] for language in languages]
        return np.concatenate([block.cosines(less, centres, codes, common) for block in self._blocks])


class _Means:
    """The mean vector of each language so far, leaning on a given one while there are few."""

    def __init__(self, centres: Mapping[str, Floats]) -> None:
        self._given = {language: np.asarray(centre, dtype=np.float32) for language, centre in centres.items()}
        self.sums: dict[str, Floats] = {}
        self._counts: Counter[str] = Counter()

    def add(self, language: str, vector: Floats) -> None:
        total = self.sums.setdefault(language, np.zeros(DIMENSION, dtype=np.float32))
        if vector.any():
            total += vector
            self._counts[language] += 1

    def of(self, language: str) -> Floats:
        total = self.sums.get(language, np.zeros(DIMENSION, dtype=np.float32))
        given = self._given.get(language, self._given.get(""))
        if given is None:
            return np.asarray(total / max(1, self._counts[language]), dtype=np.float32)
        return np.asarray((total + TRUST * given) / (self._counts[language] + TRUST), dtype=np.float32)


class _Block:
    """Up to `BLOCK` rows."""

    def __init__(self) -> None:
        self.articles: list[str] = []
        self.alive = np.ones(BLOCK, dtype=np.bool_)
        self.lengths = np.zeros(BLOCK, dtype=np.float32)
        self.crowds = np.full(BLOCK, np.nan, dtype=np.float32)
        self.days = np.zeros(BLOCK, dtype=np.int32)
        self._vectors = np.zeros((BLOCK, DIMENSION), dtype=np.int8)
        self._scales = np.zeros(BLOCK, dtype=np.float32)
        self._taken = np.zeros(BLOCK, dtype=np.float32)
        self._codes = np.zeros((BLOCK, 3), dtype=np.int32)
        self._signs: NDArray[np.uint32] = np.zeros((BLOCK, MOST), dtype=np.uint32)
        self._postings: _Postings | None = None

    @property
    def size(self) -> int:
        return len(self.articles)

    def append(
        self, article: str, terms: NDArray[np.uint32], vector: Floats, codes: tuple[int, ...], day: int, taken: float
    ) -> float:
        """How many terms, repeats counted, the new row has. `taken`: how much of its vector (squared) lies along what
        is common."""
        row = self.size
        kept = terms[:MOST]
        self._signs[row, : len(kept)] = kept
        self.lengths[row] = float((kept & 255).sum())
        self._scales[row] = float(np.abs(vector).max()) / 127
        if self._scales[row]:
            self._vectors[row] = np.round(vector / self._scales[row])
        self._codes[row] = codes
        self._taken[row] = taken
        self.days[row] = day
        self.articles.append(article)
        self._postings = None
        return float(self.lengths[row])

    def vector(self, row: int) -> Floats:
        return np.asarray(self._vectors[row] * self._scales[row], dtype=np.float32)

    def postings(self) -> _Postings:
        """Built when first asked for after a change; a full block lets go of what it was built from."""
        if self._postings is None:
            self._postings = _Postings(self._signs[: self.size])
            if self.size == BLOCK:
                self._signs = self._signs[:0]
        return self._postings

    def allowed(self, code: Callable[[str, int], int], site: str | None, role: str | None) -> NDArray[np.bool_]:
        allowed = self.alive[: self.size].copy()
        for column, word in enumerate((site, role)):
            if word is not None:
                allowed &= self._codes[: self.size, column] == code(word, -1)
        return allowed

    def cosines(self, moved: Floats, centres: Floats, codes: Sequence[int], common: Floats) -> Floats:
        """(rows,) with the query's vector, moved and without what is common; `codes` are those of the centres."""
        rows, less = self._vectors[: self.size].astype(np.float32), _without(centres, common)
        products = (rows @ np.vstack([moved, less]).T) * self._scales[: self.size, None]
        own = np.argmax(self._codes[: self.size, 2, None] == np.asarray(codes), axis=1)
        towards = products[np.arange(self.size), 1 + own]
        left = 1 - self._taken[: self.size] if len(common) else 1.0
        norms = np.sqrt(np.maximum(left - 2 * towards + (centres * less).sum(axis=1)[own], 1e-6))
        found = (products[:, 0] - (centres @ moved)[own]) / norms
        return np.asarray(np.where(self._scales[: self.size] > 0, np.clip(found, -1, 1), 0), dtype=np.float32)


class _Postings:
    """Which rows hold a term and how often, sorted by the term's hash."""

    def __init__(self, signs: NDArray[np.uint32]) -> None:
        rows = np.repeat(np.arange(len(signs), dtype=np.uint16), MOST)
        flat = signs.ravel()
        rows, flat = rows[flat > 0], flat[flat > 0]
        order = np.argsort(flat >> 8, kind="stable")
        self._rows, self._counts = rows[order], (flat[order] & 255).astype(np.uint8)
        self._hashes, starts = np.unique(flat[order] >> 8, return_index=True)
        self._starts = np.append(starts, len(flat)).astype(np.int32)

    def _spans(self, hashes: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(start, length) of each hash's postings."""
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.int64), np.zeros(len(hashes), dtype=np.int64)
        at = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        there = self._hashes[at] == hashes
        return self._starts[at].astype(np.int64), np.where(there, self._starts[at + 1] - self._starts[at], 0)

    def found(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        return self._spans(hashes)[1]

    def scores(self, hashes: NDArray[np.uint32], weights: Floats, lengths: Floats, mean: float) -> Floats:
        """(rows,) the sum of the weights of the terms each row shares with the query."""
        starts, counts = self._spans(hashes)
        begins = np.cumsum(counts) - counts
        at = np.arange(counts.sum()) + np.repeat(starts - begins, counts)
        rows = self._rows[at]
        shares = term_weights(self._counts[at].astype(np.float32), lengths[rows], mean) * np.repeat(weights, counts)
        return np.bincount(rows, weights=shares, minlength=len(lengths)).astype(np.float32)


def _fitting(vector: Floats) -> Floats:
    """A vector of another kind (made without embeddings) is no vector: words alone then speak for the article."""
    return vector if vector.shape == (DIMENSION,) else np.zeros(DIMENSION, dtype=np.float32)


def _without(vectors: Floats, common: Floats) -> Floats:
    """(…, d) vectors without what lies along the directions of `common` (r, d), as much of it as these are long."""
    return np.asarray(vectors - (vectors @ common.T) @ common, dtype=np.float32)


def _best(scores: Floats, count: int) -> list[int]:
    """Rows of the best finite scores, best first, ties in the order they came."""
    least = np.partition(scores, -count)[-count] if len(scores) > count else -np.inf
    rows = np.flatnonzero(np.isfinite(scores) & (scores >= least))
    return [int(row) for row in rows[np.argsort(-scores[rows], kind="stable")][:count]]
