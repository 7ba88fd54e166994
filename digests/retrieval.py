"""How close two articles are: a profile of words, vector and day an article, and one calibrated score from them.

Words: BM25 as a share of what the article scores against itself. Vectors: cosine after what a language's articles have
in common is taken away. Both mean the same for every article, so that one floor holds for all. Days: what ran in the
same weeks stands a little closer.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from digests.retrieval_dates import day_of, days_apart
from digests.retrieval_terms import Signature, signature
from digests.weights import weights

Floats = NDArray[np.float32]

K1, B, K3 = 1.2, 0.75, 8.0
"""Okapi BM25's saturation and length constants, and the query's own saturation (Robertson et al., TREC-3, 1994)."""
RARITY = 1.0
"""Power of a term's rarity (1 in BM25): above it, names tell more and common words less (tools/fit_retrieval.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What an article is found by. `vector` (d,) is L2-normalised, or zero where there are no embeddings; `day` as in
    `digests.retrieval_dates`."""

    terms: Signature
    vector: Floats
    language: str = ""
    day: int = 0


def profile(title: str, text: str, vector: Floats, language: str = "", published: date | None = None) -> Profile:
    return Profile(
        terms=signature(title, text),
        vector=np.asarray(vector, dtype=np.float32),
        language=language,
        day=day_of(title, text, language, published),
    )


_DATED = 1 << 15
"""Set in the number of terms of a profile that has a day; those stored before there were days have none."""


def packed(made: Profile) -> bytes:
    """A profile as the store keeps it: the number of terms (uint16), the day where it is known (int32), the terms
    (uint32), the vector (float16), all little-endian; about 1.3 kB."""
    day = np.array([made.day], dtype="<i4").tobytes() if made.day else b""
    head = np.array([len(made.terms) | (_DATED if day else 0)], dtype="<u2").tobytes()
    return head + day + made.terms.astype("<u4").tobytes() + made.vector.astype("<f2").tobytes()


def unpacked(data: bytes, language: str = "") -> Profile | None:
    """The profile that `packed` wrote; None for other bytes."""
    if len(data) < 2:
        return None
    head = int(np.frombuffer(data, dtype="<u2", count=1)[0])
    start = 6 if head & _DATED else 2
    end = start + 4 * (head & ~_DATED)
    if len(data) < end or (len(data) - end) % 2:
        return None
    day = int(np.frombuffer(data[2:start], dtype="<i4")[0]) if start > 2 else 0
    terms = np.frombuffer(data[start:end], dtype="<u4").astype(np.uint32)
    vector = np.frombuffer(data[end:], dtype="<f2").astype(np.float32)
    if day < 0 or not np.isfinite(vector).all():
        return None
    return Profile(terms=terms, vector=vector, language=language, day=day)


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


COSINE = 1.25
"""What the cosine weighs beside the square root of words' share."""
CROWD, WORDS_CROWD, CROWDED = 0.4, 0.3, 10
"""What is taken off for an article that many are close to, with vectors and by words alone, so that a hub is not
everybody's neighbour (CSLS: Conneau et al., ICLR 2018); how many neighbours tell."""
TIMELY, MONTH, UNDATED = 0.08, 30.0, 0.3
"""What nearness in time weighs, the days in which it falls to a third, and what of it a pair without days is given."""
STEEP, FROM = 7.0, 1.13
WORDS_STEEP, WORDS_FROM = 11.0, 0.6
"""Logistic of closeness → probability that an editor linked the two, fitted on editors' links (Japanese, English) by
words alone; with vectors as many links of those collections pass each floor as before vectors weighed this much."""


def closeness(words: Floats, cosines: Floats) -> Floats:
    """(n,) one measure of both, monotonous in each."""
    return np.asarray(np.sqrt(np.maximum(words, 0)) + COSINE * cosines, dtype=np.float32)


def timely(day: int, others: NDArray[np.int32]) -> Floats:
    """(n,) what is added to closeness: most for the same day, less than nothing from about a month on, 0 where a day is
    not known."""
    near = np.exp(-days_apart(day, others) / MONTH) - UNDATED
    return np.asarray(TIMELY * np.nan_to_num(near), dtype=np.float32)


def probability(close: float, *, embedded: bool) -> float:
    """That an editor would link two articles as close as this."""
    steep, start = (STEEP, FROM) if embedded else (WORDS_STEEP, WORDS_FROM)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, steep * (close - start)))))


def term_weights(counts: Floats, lengths: Floats | float, mean: float) -> Floats:
    """BM25's share of how often a term occurs in articles of `lengths` terms."""
    norm = K1 * (1 - B + B * np.asarray(lengths, dtype=np.float32) / max(mean, 1.0))
    return np.asarray(counts * (1 + K1) / (counts + norm), dtype=np.float32)


def query_weights(counts: Floats, found: Floats, size: int, rarity: float = RARITY) -> Floats:
    """What each of a query's terms weighs: its own saturated count times the inverse of how many articles have it."""
    rare = np.log1p((size - found + 0.5) / (found + 0.5)) ** rarity
    return np.asarray(counts * (1 + K3) / (counts + K3) * rare, dtype=np.float32)


def common() -> Floats:
    """(r, d) the directions in which vectors of news vary most, whatever it is about: its field, its style. Their
    squared lengths are the shares that are taken off (after «all but the top»: Mu and Viswanath, ICLR 2018). Fitted by
    `tools/fit_retrieval.py`."""
    return weights("common")["directions"].astype(np.float32)


def centres() -> dict[str, Floats]:
    """Mean e5 vectors of news in a language, to lean on while an archive is small; "" for any other language."""
    held = weights("centres")
    return {("" if name == "other" else name): held[name].astype(np.float32) for name in held}
