"""How close two articles are: a profile of words and vector an article, and one calibrated score from both.

Words: BM25 as a share of what the article scores against itself. Vectors: cosine after what a language's articles have
in common is taken away. Both mean the same for every article, so that one floor holds for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digests.retrieval_terms import Signature, signature

Floats = NDArray[np.float32]

K1, B, K3 = 1.2, 0.75, 8.0
"""Okapi BM25's saturation and length constants, and the query's own saturation (Robertson et al., TREC-3, 1994)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an article is found by. `vector` (d,) is L2-normalised, or zero where there are no embeddings."""

    terms: Signature
    vector: Floats
    language: str = ""


def profile(title: str, text: str, vector: Floats, language: str = "") -> Profile:
    return Profile(terms=signature(title, text), vector=np.asarray(vector, dtype=np.float32), language=language)


def packed(made: Profile) -> bytes:
    """A profile as the store keeps it: the number of terms (uint16), the terms (uint32), the vector (float16), all
    little-endian; about 1.3 kB."""
    head = np.array([len(made.terms)], dtype="<u2").tobytes()
    return head + made.terms.astype("<u4").tobytes() + made.vector.astype("<f2").tobytes()


def unpacked(data: bytes, language: str = "") -> Profile | None:
    """The profile that `packed` wrote; None for other bytes."""
    if len(data) < 2:
        return None
    end = 2 + 4 * int(np.frombuffer(data, dtype="<u2", count=1)[0])
    if len(data) < end or (len(data) - end) % 2:
        return None
    terms = np.frombuffer(data[2:end], dtype="<u4").astype(np.uint32)
    vector = np.frombuffer(data[end:], dtype="<f2").astype(np.float32)
    if not np.isfinite(vector).all():
        return None
    return Profile(terms=terms, vector=vector, language=language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """An indexed article that is close to a query. `score`: probability that an editor would link the two."""

    article: str
    score: float
    words: float
    cosine: float

    @property
    def copy(self) -> bool:
        """The same text once more (a reprint, an agency's copy), not another article about it."""
        return self.words >= COPY


COPY = 0.75
"""Share of the query's own score from which the other is its copy; related articles stay well below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A logistic scale of closeness, fitted by `tools/fit_related.py` on editors' links."""

    words: float
    cosine: float
    floor: float

    def scores(self, words: Floats, cosines: Floats) -> Floats:
        """(n,) probabilities; monotonous in both."""
        logit = self.words * np.sqrt(np.maximum(words, 0)) + self.cosine * cosines + self.floor
        return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))), dtype=np.float32)


BOTH = Scale(words=8.0, cosine=8.0, floor=-7.5)
WORDS_ALONE = Scale(words=14.0, cosine=0.0, floor=-7.0)


def term_weights(counts: Floats, lengths: Floats | float, mean: float) -> Floats:
    """BM25's share of how often a term occurs in articles of `lengths` terms."""
    norm = K1 * (1 - B + B * np.asarray(lengths, dtype=np.float32) / max(mean, 1.0))
    return np.asarray(counts * (1 + K1) / (counts + norm), dtype=np.float32)


def query_weights(counts: Floats, found: Floats, size: int) -> Floats:
    """What each of a query's terms weighs: its own saturated count times the inverse of how many articles have it."""
    rarity = np.log1p((size - found + 0.5) / (found + 0.5))
    return np.asarray(counts * (1 + K3) / (counts + K3) * rarity, dtype=np.float32)


def centres() -> dict[str, list[float]]:
    """Mean vectors to lean on while an archive is small, by language; "" for any other."""
    return {}
