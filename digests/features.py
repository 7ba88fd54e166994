"""What the role and salience models see of each sentence: its vector, its wording, its place, and its neighbours."""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
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
    """The sentences of one article as the models see them. Vectors are centred for the language, rows normalised."""

    texts: Sequence[str]
    paragraphs: Sequence[int]
    language: str
    title: str
    vectors: Matrix
    title_vector: Matrix
    seen: dict[str, Matrix] = field(default_factory=dict, compare=False, repr=False)
    """What was measured of it already: two models ask for the same."""


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
    if "wording" not in scene.seen:
        scene.seen["wording"] = cues(scene.texts, scene.language)
    return scene.seen["wording"]


def place(scene: Scene) -> Matrix:
    """(n, `PLACE`): position from both ends, length, closeness to title, article, lead and neighbours."""
    if "place" not in scene.seen:
        scene.seen["place"] = _place(scene)
    return scene.seen["place"]


def _place(scene: Scene) -> Matrix:
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
    if "overlap" not in scene.seen:
        scene.seen["overlap"] = _overlap(scene)
    return scene.seen["overlap"]


def _overlap(scene: Scene) -> Matrix:
    held, rarity = _incidence(
        [*(terms(text, scene.language) for text in scene.texts), terms(scene.title, scene.language)]
    )
    body, title = held[:-1], held[-1]
    weighed = body * rarity
    weight = weighed.sum(axis=1)
    weight[weight == 0] = 1.0
    with_title = weighed @ title
    fresh = body - np.vstack([np.zeros_like(title), np.maximum.accumulate(body, axis=0)[:-1]])
    following = np.append((weighed[:-1] * body[1:]).sum(axis=1), 0.0)
    often = body @ body.sum(axis=0) / np.maximum(1, body.sum(axis=1)) / len(body)
    columns = [
        with_title / (float(rarity @ title) or 1.0),
        with_title / weight,
        weighed @ body[0] / weight,
        (np.maximum(fresh, 0) * rarity).sum(axis=1) / weight,
        often,
        following / weight,
        *_days(scene.texts),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def _incidence(bags: Sequence[set[str]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Which text holds which term (texts, terms), the last being the title; and each term's rarity in the others."""
    column: dict[str, int] = {}
    cells = [column.setdefault(term, len(column)) for bag in bags for term in bag]
    held = np.zeros((len(bags), max(1, len(column))))
    held[np.repeat(np.arange(len(bags)), [len(bag) for bag in bags]), cells] = 1.0
    count = held[:-1].sum(axis=0)
    return held, np.log(1 + (len(bags) - 1) / np.maximum(1, count))


def _days(texts: Sequence[str]) -> tuple[list[bool], list[bool]]:
    """Of each text: does it name a day that the opening names, and does it name another?"""
    named = [set(_DAY.findall(text)) if "day" in text or "日" in text else set() for text in texts]
    opening = set().union(*named[:3])
    return [bool(days & opening) for days in named], [bool(days - opening) for days in named]


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
        return {zlib.crc32(gram.encode("utf-8", "ignore")) for gram in grams}
    coded = [_coded("0" if token.isdigit() else token) for token in _TOKEN.findall(folded)]
    # CRC-32 goes on where it stopped, so that a pair costs only its second word.
    return {code for code, _ in coded} | {zlib.crc32(tail, code) for (code, _), (_, tail) in pairwise(coded)}


@lru_cache(maxsize=8192)
def _coded(token: str) -> tuple[int, bytes]:
    """CRC-32 of a word, and the bytes it adds as the second of a pair."""
    word = token.encode("utf-8", "ignore")
    return zlib.crc32(word), b" " + word


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
