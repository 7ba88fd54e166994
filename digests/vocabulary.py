"""The words of an article in a language that puts spaces between them: found once for all its sentences, and each
looked up once for all that is asked of it. Its code tells it from others, its term is what it is found by
(`digests.terms`), and what it says of its sentence is a sum of bits (`digests.wording`).
"""

from __future__ import annotations

import re
import threading
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from digests.letters import Letters
from digests.terms import LONGEST_WORD, is_plain, singular
from digests.wording import says_of

Codes = NDArray[np.int64]
NOTHING = 0
"""The code of a break between two texts, and the term of what has none."""
MIXED = -1
MOST = 16384
"""Words that are remembered; with more of them a process forgets them all before the next article."""
MARKS = '$%?"“'
"""Marks that count as words."""
_OPENING, _OWNED, _GROUPED = "\x01", "\x02", "\x03"
"""What stands for “, for the s of a possessive, and for the comma in 1,000 while words are found."""
_TYPED = {"“": _OPENING, "”": " ", "‘": " ", "’": "'", "–": " ", "—": " "}
_APART = '$%?"\x01'
_BARE = Letters(" ", _APART + _OWNED + _GROUPED + "\n")
_POSSESSIVE = re.compile(r"'s(?<=[a-z]'s)(?![a-z])")
_GROUP = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_NUMBER = zlib.crc32(b"0")
_BREAK = "|"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of n texts in order: their `codes` with NOTHING behind each text, and their `terms` with NOTHING there
    and for words that are none (one of letters and figures is one term and several codes); `says[k]` is what the words
    of text k say. `plain`: the terms are those of `digests.terms`."""

    codes: Codes
    there: NDArray[np.bool_]
    """Where `codes` is not NOTHING."""
    terms: Codes
    ends: Codes
    """Where in `terms` the texts end."""
    says: Codes
    plain: bool


class Told(NamedTuple):
    """Of one text the terms of its words (m,), NOTHING for those that have none, or None where it is not plain; and
    what they say (`digests.wording`)."""

    terms: Codes | None
    says: int


class _Vocabulary(dict[str, int]):
    """The number of each word met so far, which is its place in the arrays."""

    def __init__(self) -> None:
        super().__init__()
        self.codes, self.terms, self.says = (np.zeros(MOST + MOST // 2, dtype=np.int64) for _ in range(3))
        self.parts: dict[int, Codes] = {}
        self._lock = threading.Lock()
        self[_BREAK] = 0

    def __missing__(self, word: str) -> int:
        with self._lock:
            if word in self:
                return self[word]
            number = len(self)
            if number == len(self.codes):
                self.codes, self.terms, self.says = (
                    np.concatenate([each, np.zeros_like(each)]) for each in (self.codes, self.terms, self.says)
                )
            self._learn(word, number)
            self[word] = number
            return number

    def _learn(self, word: str, number: int) -> None:
        if word.isalpha():
            code = self.codes[number] = _crc(word)
            self.terms[number] = _crc(singular(word)) if word[-1] == "s" or len(word) > LONGEST_WORD else code
            self.says[number] = says_of(word)
            return
        self.codes[number] = self._code(word, number)
        if word[0] not in _APART and word != _OWNED:
            whole = word.replace(_GROUPED, "")
            self.terms[number] = _crc(singular(whole))
            self.says[number] = says_of(whole)

    def _code(self, word: str, number: int) -> int:
        if word.isdigit():
            return _NUMBER
        if word in _SPELT:
            return _SPELT[word]
        parts = _PARTS.findall(word)
        if len(parts) == 1:
            return _crc(word)
        self.parts[number] = np.array([_NUMBER if p.isdigit() else _crc(p) for p in parts], dtype=np.int64)
        return MIXED


def _crc(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "ignore"))


_SPELT = {_OPENING: _crc("“"), _OWNED: _crc("s")} | {mark: _crc(mark) for mark in '$%?"'}
_vocabulary = _Vocabulary()


def words(texts: Sequence[str]) -> Words:
    """The words of one or more texts without line breaks."""
    tokens, plain = _tokens("\n".join(texts).lower())
    known = _current()
    numbers = np.fromiter(map(known.__getitem__, tokens), np.int64, len(tokens))
    there = numbers != 0
    codes, ends = known.codes[numbers], (~there).nonzero()[0]
    if MIXED in codes:
        codes = _parted(codes, numbers, known)
        there = codes != NOTHING
    begins = ends.copy()
    begins[0], begins[1:] = 0, ends[:-1]
    return Words(
        codes=codes,
        there=there,
        terms=known.terms[numbers],
        ends=ends,
        says=np.bitwise_or.reduceat(known.says[numbers], begins),
        plain=plain,
    )


def each(found: Words) -> list[Told]:
    """Of each text what its words are and say."""
    terms, at = found.terms, 0
    told = []
    for end, says in zip(found.ends.tolist(), found.says.tolist(), strict=True):
        told.append(Told(terms[at:end] if found.plain else None, says))
        at = end + 1
    return told


def _current() -> _Vocabulary:
    global _vocabulary
    if len(_vocabulary) > MOST:
        _vocabulary = _Vocabulary()
    return _vocabulary


def _tokens(joined: str) -> tuple[list[str], bool]:
    """Words, `MARKS` and breaks, the last one included; and whether the text is plain."""
    plain = True
    if not joined.isascii():
        for mark, typed in _TYPED.items():
            if mark in joined:
                joined = joined.replace(mark, typed)
        plain = is_plain(joined)
    if "'s" in joined:
        joined = _POSSESSIVE.sub(f" {_OWNED}", joined)
    if "," in joined:
        joined = _GROUP.sub(_GROUPED, joined)
    bare = _BARE.bare(joined)
    for mark in _APART:
        if mark in bare:
            bare = bare.replace(mark, f" {mark} ")
    return f"{bare}\n".replace("\n", f" {_BREAK} ").split(), plain


def _parted(codes: Codes, numbers: Codes, known: _Vocabulary) -> Codes:
    """Codes in which those of letters and figures (1990s, 3rd) take the place of the words made of both."""
    pieces: list[Codes] = []
    at = 0
    for place in (codes == MIXED).nonzero()[0].tolist():
        pieces += [codes[at:place], known.parts[int(numbers[place])]]
        at = place + 1
    return np.concatenate([*pieces, codes[at:]])
