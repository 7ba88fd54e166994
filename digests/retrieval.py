"""Which texts of a collection belong beside a text: words and vectors, fused into one score between 0 and 1.

Words: BM25 over folded words and character bigrams, as a share of what the query scores against itself, so that one
floor means the same for every query. Vectors: cosines after the mean of the collection is taken away.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digests.ports import Vectors
from digests.terms import terms

Floats = NDArray[np.float32]

K1, B, K3 = 1.2, 0.75, 8.0
"""Okapi BM25's saturation and length constants, and the query's own saturation (Robertson et al., TREC-3, 1994)."""
VECTOR_SHARE = 0.5
"""What a vector's closeness weighs beside words' closeness."""


class WordIndex:
    """An inverted index in memory: a row a text, searchable as soon as it is added."""

    def __init__(self) -> None:
        self._rows: dict[str, array[int]] = {}
        self._counts: dict[str, array[int]] = {}
        self._lengths = array("f")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, text: str) -> int:
        """The row of a new text."""
        row = len(self._lengths)
        counted = Counter(terms(text))
        for term, count in counted.items():
            self._rows.setdefault(term, array("i")).append(row)
            self._counts.setdefault(term, array("i")).append(count)
        self._lengths.append(sum(counted.values()))
        return row

    def closeness(self, text: str) -> Floats:
        """(n,) how close each text is to `text` in words: 0 nothing shared, about 1 the same text."""
        counted = Counter(terms(text))
        scores = np.zeros(len(self), dtype=np.float32)
        if not scores.size or not counted:
            return scores
        lengths = np.frombuffer(self._lengths, dtype=np.float32)
        mean = float(lengths.mean()) or 1.0
        own = 0.0
        norm = K1 * (1 - B + B * lengths / mean)
        own_norm = K1 * (1 - B + B * sum(counted.values()) / mean)
        for term, count in counted.items():
            weight = self._weight(term) * count * (1 + K3) / (count + K3)
            own += weight * count * (1 + K1) / (count + own_norm)
            if term in self._rows:
                rows = np.frombuffer(self._rows[term], dtype=np.int32)
                counts = np.frombuffer(self._counts[term], dtype=np.int32).astype(np.float32)
                scores[rows] += weight * counts * (1 + K1) / (counts + norm[rows])
        return scores / np.float32(own)

    def _weight(self, term: str) -> float:
        found = len(self._rows.get(term, ()))
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))


def centred(vectors: Vectors, mean: Floats) -> Vectors:
    """`vectors` without what all of them share, L2-normalised: what is left of e5's cosines then tells topics apart."""
    moved = vectors - mean
    norms = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.where(norms > 1e-6, norms, 1), dtype=np.float32)


def fused(words: Floats, cosines: Floats) -> Floats:
    """(n,) one score from both closenesses."""
    return np.asarray(np.sqrt(words) + VECTOR_SHARE * np.maximum(cosines, 0), dtype=np.float32)


def order(scores: Floats, count: int, leave_out: Sequence[int] = ()) -> list[int]:
    """Rows of the `count` best scores, best first, ties in the order they were added."""
    found = scores.copy()
    found[list(leave_out)] = -np.inf
    kept = np.argsort(-found, kind="stable")[:count]
    return [int(row) for row in kept if np.isfinite(found[row])]
