"""What the role and salience models see of each sentence: its vector, its wording, its place, and its neighbours."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from digests.cues import cues

Matrix = NDArray[np.float32]
PLACE, OVERLAP = 19, 8
_DAY = re.compile(r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?<!\d)\d{1,2}日")
_TERM = re.compile(r"[^\W_]{3,}")
_TOKEN = re.compile(r"[^\W\d_]+|\d+|[$%?“\"]")
_UNSPACED = frozenset({"ja", "zh", "th", "lo", "km", "my"})
_TYPICAL_LENGTH = {"ja": 45, "zh": 40, "ko": 60}
"""Characters of a news sentence; 120 where words are spaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The sentences of one article as the models see them. Vectors are centred for the language, rows normalised; with
    no vectors they are (n, 0) and the title's (0,)."""

    texts: Sequence[str]
    paragraphs: Sequence[int]
    language: str
    title: str
    vectors: Matrix
    title_vector: Matrix


def dense(scene: Scene, projection: Matrix) -> Matrix:
    """(n, columns) float32. `projection` (d, k) shrinks the vectors of neighbours, article and title."""
    n = len(scene.texts)
    vectors, marks = scene.vectors, wording(scene)
    small = vectors @ projection
    whole = _unit(vectors.sum(axis=0)) @ projection
    shared = overlap(scene)
    rows = np.ones((n, 1), dtype=np.float32)
    return np.hstack(
        [
            3 * vectors,
            2 * shifted(small, 1),
            2 * shifted(small, -1),
            2 * rows * whole,
            2 * rows * (scene.title_vector @ projection),
            place(scene),
            shared,
            shifted(shared, 1),
            shifted(shared, -1),
            marks,
            shifted(marks, 1),
            shifted(marks, -1),
            rows * marks.mean(axis=0),
        ]
    ).astype(np.float32)


def wording(scene: Scene) -> Matrix:
    """(n, `cues.COUNT`): cue expressions and shapes."""
    return np.array([cues(text, scene.language) for text in scene.texts], dtype=np.float32)


def place(scene: Scene) -> Matrix:
    """(n, `PLACE`): position from both ends, length, closeness to title, article, lead and neighbours."""
    n, at = len(scene.texts), np.arange(len(scene.texts))
    typical = _TYPICAL_LENGTH.get(scene.language, 120)
    length = np.array([len(text) for text in scene.texts]) / typical
    close = scene.vectors @ scene.vectors.T
    before = np.array([close[i, i - 1] if i else 0.0 for i in range(n)])
    earlier = np.array([close[i, :i].max() if i else 0.0 for i in range(n)])
    paragraphs = np.array(scene.paragraphs)
    columns = [
        at == 0,
        at == 1,
        at == 2,
        at == n - 1,
        at == n - 2,
        at / max(1, n - 1),
        np.log1p(at),
        1 / (1 + at),
        np.full(n, np.log(n)),
        np.full(n, n < 6),
        np.minimum(length, 4),
        np.log(length + 0.05),
        scene.vectors @ scene.title_vector,
        (close.sum(axis=1) - 1) / max(1, n - 1),
        close[:, 0],
        before,
        np.append(before[1:], 0),
        earlier,
        np.append(False, paragraphs[1:] == paragraphs[:-1]),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def overlap(scene: Scene) -> Matrix:
    """(n, `OVERLAP`): shared terms, weighted by rarity in the article, with title, lead, neighbours and what was said
    before; and whether the day that is named is the day of the news."""
    bags = [terms(text, scene.language) for text in scene.texts]
    n = len(bags)
    count: dict[str, int] = {}
    for bag in bags:
        for term in bag:
            count[term] = count.get(term, 0) + 1
    rarity = {term: float(np.log(1 + n / c)) for term, c in count.items()}
    title = terms(scene.title, scene.language)
    whole_title = sum(rarity.get(term, float(np.log(1 + n))) for term in title) or 1.0
    days = {match.group() for text in scene.texts[:3] for match in _DAY.finditer(text)}
    seen: set[str] = set()
    rows = []
    for i, bag in enumerate(bags):
        weight = sum(rarity[term] for term in bag) or 1.0
        shared = [sum(rarity[term] for term in bag & other) for other in (title, bags[0], *bags[i + 1 : i + 2])]
        named = {match.group() for match in _DAY.finditer(scene.texts[i])}
        rows.append(
            (
                shared[0] / whole_title,
                shared[0] / weight,
                shared[1] / weight,
                sum(rarity[term] for term in bag - seen) / weight,
                sum(count[term] for term in bag) / max(1, len(bag)) / n,
                shared[2] / weight if len(shared) > 2 else 0.0,
                bool(named & days),
                bool(named - days),
            )
        )
        seen |= bag
    return np.array(rows, dtype=np.float32)


def terms(text: str, language: str) -> set[str]:
    """Words of three letters and more; pairs of characters, not both hiragana, where words are not spaced."""
    folded = text.lower()
    if language not in _UNSPACED:
        return set(_TERM.findall(folded))
    pairs = (folded[i : i + 2] for i in range(len(folded) - 1))
    return {pair for pair in pairs if not pair.isspace() and not all("ぁ" <= letter <= "ん" for letter in pair)}


def hashed(text: str, language: str) -> set[int]:
    """CRC-32 of words and pairs of words, or of runs of two to four characters where words are not spaced."""
    folded = text.lower()
    if language in _UNSPACED:
        grams = {folded[i : i + k] for k in (2, 3, 4) for i in range(len(folded) - k + 1)}
    else:
        tokens = ["0" if token.isdigit() else token for token in _TOKEN.findall(folded)]
        grams = {*tokens, *(f"{a} {b}" for a, b in pairwise(tokens))}
    return {zlib.crc32(gram.encode("utf-8", "ignore")) for gram in grams}


def shifted(matrix: Matrix, by: int) -> Matrix:
    """Each row takes the values of the row `by` places before it; zeros beyond the ends."""
    out = np.zeros_like(matrix)
    if by > 0:
        out[by:] = matrix[:-by]
    else:
        out[:by] = matrix[-by:]
    return out


def _unit(vector: Matrix) -> Matrix:
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm else vector, dtype=np.float32)
