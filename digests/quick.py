"""Roles and salience from words alone, an article at a time: a linear model over hashed words, pairs of words, and
place. It is what `--fast` knows, and what tells which sentences of a very long article are worth embedding.

Everything is done for all sentences at once; the weights come from tools/train_quick.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from digests.vocabulary import Codes, Words, words
from digests.weights import Matrix, softmax, weights

VECTOR = 256
"""Cells of a hashed vector."""
LONGEST = 600
"""Characters of one sentence that are read."""
TITLE_SHARE = 0.6
"""What naming the title's words adds to a score of spread 1; not learnt, for the references have no title."""
_UNSPACED = frozenset({"ja", "zh", "th", "lo", "km", "my"})
_TYPICAL_LENGTH = {"ja": 45, "zh": 40, "ko": 60}
"""Characters of a news sentence; 120 where words are spaced."""
_MIX = np.int64(0x9E3779B1)
_MASK = np.int64(0xFFFFFFFF)
_LAST_BITS = 0xFFFF
_PLACE_BITS = 24
_PLACES = (1 << _PLACE_BITS) - 1
_BREAK = ord("\n")
_SPEAKS = {
    "en": (("i", "we", "my", "our", "us", "me"), ("said", "says", "told", "asked", "added", "wrote")),
    "ja": (("自分", "我々", "うち"), ("述べ", "話し", "語っ", "説明", "発言", "会見", "とし", "よれ")),
}
"""Words of one who speaks of himself, and of one who is quoted."""
_TELLING_SEATS = [0, 6, 11]
_MOST = 3 * LONGEST
"""Words of one sentence: small letters may be more than the capitals were."""
_LOGS = np.log1p(np.concatenate([np.arange(_MOST + 1), np.arange(_MOST, 0, -1)]))
_LOGS[_MOST + 1 :] *= -1
"""log1p of how often a cell is met, then, counted from the end, of what is below 0."""
_QUOTES = ("「", "“", '"', "‘", "『", "'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """Hashed terms of an article's sentences, in order: `codes[k]` stands in sentence `rows[k]`. `words` are the terms
    of one word (or two characters), `grams` those and the longer ones."""

    count: int
    words: Codes
    word_rows: Codes
    grams: Codes
    gram_rows: Codes


def grams(texts: Sequence[str], language: str) -> Grams:
    """The terms of each text; runs of two to four characters where words are not spaced."""
    return _grams(len(texts), _found(texts, language)[0])


def grams_below(title: str, texts: Sequence[str], language: str) -> tuple[Grams, Grams, Words | None]:
    """The terms of each text and behind them those of the title; the same without the title's; and all words."""
    found, read = _found([*texts, title], language)
    ends = [int(rows.searchsorted(len(texts))) for _, rows in found]
    below = [(codes[:end], rows[:end]) for (codes, rows), end in zip(found, ends, strict=True)]
    return _grams(len(texts) + 1, found), _grams(len(texts), below), read


def title_of(headed: Grams) -> Codes:
    """The words of the title in what `grams_below` found first, each once and in order."""
    return _once(headed.words[headed.word_rows.searchsorted(headed.count - 1) :].copy())


def _grams(count: int, found: list[tuple[Codes, Codes]]) -> Grams:
    (words, rows), *_ = found
    return Grams(
        count=count,
        words=words,
        word_rows=rows,
        grams=np.concatenate([codes for codes, _ in found]),
        gram_rows=np.concatenate([at for _, at in found]),
    )


def _found(texts: Sequence[str], language: str) -> tuple[list[tuple[Codes, Codes]], Words | None]:
    """(codes, rows) of the terms by their length, the shortest first; rows ascend. And the words, where there are."""
    cut = [text[:LONGEST].replace("\n", " ") for text in texts]
    if language in _UNSPACED:
        return _unspaced("\n".join(cut).lower()), None
    found = words(cut) if texts else None
    return (_spaced(found) if found else [(_NONE, _NONE), (_NONE, _NONE)]), found


def _spaced(found: Words) -> list[tuple[Codes, Codes]]:
    codes, there = found.codes, found.there
    rows = (~there).cumsum()
    inner = there[:-1] & there[1:]
    pairs = (codes[:-1] * _MIX + codes[1:])[inner] & _MASK
    return [(codes[there], rows[there]), (pairs, rows[:-1][inner])]


_NONE = np.zeros(0, dtype=np.int64)


def _unspaced(joined: str) -> list[tuple[Codes, Codes]]:
    points = np.frombuffer(joined.encode("utf-32-le", "replace"), dtype="<u4").astype(np.int64)
    breaks = points == _BREAK
    rows = np.cumsum(breaks)
    found, codes, whole = [], points, ~breaks
    for size in (2, 3, 4):
        codes = (codes[:-1] * _MIX + points[size - 1 :]) & _MASK
        whole = whole[:-1] & ~breaks[size - 1 :]
        found.append((codes[whole], rows[: len(codes)][whole]))
    return found


def roles_by_words(found: Grams, place: Matrix, language: str) -> Matrix:
    """(n, 4) float32, rows sum to 1, columns in the order of `model.ROLES`."""
    model, family = weights("quick"), "ja" if language == "ja" else "en"
    known, idf = model[f"{family}.hashes"], model[f"{family}.idf"]
    at, rows = known_terms(found, known, _likely(family))
    weight = idf[at]
    norms = np.sqrt(np.bincount(rows, weight * weight, found.count))
    scores = place @ model[f"{family}.place"] + model[f"{family}.b"]
    if len(rows):
        told = model[f"{family}.w"][at] * (weight / norms[rows])[:, None]
        starts = np.flatnonzero(_first(rows))
        scores[rows[starts]] += np.add.reduceat(told, starts)
    four = softmax(scores) @ model["to_roles"] * model[f"{family}.bias"]
    return np.asarray(four / four.sum(axis=1, keepdims=True), dtype=np.float32)


def known_terms(found: Grams, known: Codes | Matrix, likely: NDArray[np.bool_] | None = None) -> tuple[Codes, Codes]:
    """(m,) places in `known` (sorted) of the terms that are there, and (m,) their sentences; each once a sentence.
    `likely`: by their last 16 bits, which codes may be known at all."""
    codes, of = found.grams, found.gram_rows
    if likely is not None:
        may = likely[codes & _LAST_BITS].nonzero()[0]
        codes, of = codes[may], of[may]
    at = known[:-1].searchsorted(codes)
    there = known[at] == codes
    once = _once(of[there] << _PLACE_BITS | at[there])
    return once & _PLACES, once >> _PLACE_BITS


@lru_cache(maxsize=2)
def _likely(family: str) -> NDArray[np.bool_]:
    """(65536,) by their last 16 bits, which codes the model may know: most are no more looked for."""
    out = np.zeros(_LAST_BITS + 1, dtype=np.bool_)
    out[weights("quick")[f"{family}.hashes"].astype(np.int64) & _LAST_BITS] = True
    return out


def _once(codes: Codes) -> Codes:
    """The codes in order, each once; the array given is put in order as well."""
    codes.sort()
    return codes[_first(codes)]


def _first(codes: Codes) -> NDArray[np.bool_]:
    """(m,) where equal codes that stand together begin."""
    first = np.ones(len(codes), dtype=np.bool_)
    np.not_equal(codes[1:], codes[:-1], out=first[1:])
    return first


def place(texts: Sequence[str], paragraphs: Sequence[int], language: str) -> Matrix:
    """(n, 13): position from both ends, length, whether it goes on with a paragraph."""
    length = np.array(list(map(len, texts))) / _TYPICAL_LENGTH.get(language, 120)
    own = np.array(paragraphs)
    out = _seats(len(texts)).copy()
    out[:, 10] = np.minimum(length, 4)
    out[:, 11] = np.log(length + 0.05)
    out[1:, 12] = own[1:] == own[:-1]
    return out


@lru_cache(maxsize=64)
def _seats(n: int) -> Matrix:
    """(n, 13): what `place` says of any article of n sentences."""
    at = np.arange(n)
    out = np.zeros((n, 13), dtype=np.float32)
    for column, row in enumerate((0, 1, 2, n - 1, n - 2)):
        if 0 <= row < n:
            out[row, column] = 1
    out[:, 5] = at / max(1, n - 1)
    out[:, 6] = np.log1p(at)
    out[:, 7] = 1 / (1 + at)
    out[:, 8] = np.log(n)
    out[:, 9] = n < 6
    return out


def salience_by_words(found: Grams, texts: Sequence[str], seats: Matrix, title: Codes, language: str) -> Matrix:
    """(n,) float32 in 0..1; only the order within an article means something. `title`: `title_of` it."""
    model, family = weights("quick"), "ja" if language == "ja" else "en"
    scores = telling(found, texts, seats, language) @ model[f"{family}.salience"]
    shared = shares(found, title)
    centred = shared - shared.sum() / max(1, len(shared))
    spread = float(np.sqrt(centred @ centred / len(centred)))
    if spread > 1e-6:
        scores = scores + TITLE_SHARE * centred / spread
    return np.asarray(1 / (1 + np.exp(-0.6 * scores)), dtype=np.float32)


def telling(found: Grams, texts: Sequence[str], seats: Matrix, language: str) -> Matrix:
    """(n, 6) float32: whether it opens the article, its place and length, who speaks, whether it opens a quotation."""
    out = np.empty((found.count, 6), dtype=np.float32)
    out[:, :3] = seats[:, _TELLING_SEATS]
    codes, who = _speaking("ja" if language in _UNSPACED else "en")
    at = codes[:-1].searchsorted(found.words)
    there = (codes[at] == found.words).nonzero()[0]
    said = np.bincount(found.word_rows[there] * 2 + who[at[there]], minlength=2 * found.count)
    out[:, 3:5] = np.log1p(said.reshape(found.count, 2))
    out[:, 5] = [text.startswith(_QUOTES) for text in texts]
    return out


@lru_cache(maxsize=2)
def _speaking(family: str) -> tuple[Codes, Codes]:
    """(m,) codes of words of speaking, sorted, and which of the two lists of `_SPEAKS` each is in; in Japanese, where
    they are pairs of characters, the first."""
    found = {code: k for k in (1, 0) for code in grams(_SPEAKS[family][k], family).words.tolist()}
    return np.array(sorted(found)), np.array([found[code] for code in sorted(found)])


def among(codes: Codes, known: Codes) -> NDArray[np.bool_]:
    """(m,) which codes are in `known`: sorted, not empty."""
    return np.asarray(known[known[:-1].searchsorted(codes)] == codes)


def shares(found: Grams, wanted: Codes) -> Matrix:
    """(n,) how much of the `wanted` words (sorted, each once) each sentence holds."""
    if not len(wanted):
        return np.zeros(found.count, dtype=np.float32)
    there = among(found.words, wanted)
    once = _once(found.word_rows[there] << 32 | found.words[there]) >> 32
    return np.asarray(np.bincount(once, minlength=found.count) / len(wanted), dtype=np.float32)


def hashed_vectors(found: Grams) -> Matrix:
    """(n, `VECTOR`) float32, rows L2-normalised or zero: words counted in cells, log-weighted."""
    cells = found.word_rows * VECTOR + (found.words >> 4 & VECTOR - 1)
    counts = np.bincount(cells, (found.words & 1) * 2.0 - 1, found.count * VECTOR)
    full = counts.nonzero()[0]
    weights = _LOGS[counts[full].astype(np.int64)]
    rows = full // VECTOR
    norms = np.sqrt(np.bincount(rows, weights * weights, found.count))
    counts[full] = weights / np.maximum(norms, 1e-6)[rows]
    return counts.astype(np.float32).reshape(found.count, VECTOR)
