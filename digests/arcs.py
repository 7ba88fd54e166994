"""Do neighbouring content words of a sentence stand as near to each other in the text it rests on?

A cheap stand-in for comparing dependency arcs (after Goyal & Durrett 2020): words may all be in the source and still be
tied together wrongly.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digests.tokens import Token

PREPOSITIONS = frozenset(
    [
        "of",
        "in",
        "on",
        "at",
        "by",
        "for",
        "with",
        "from",
        "to",
        "into",
        "over",
        "under",
        "between",
        "against",
        "than",
        "that",
        "about",
        "as",
    ]
)
DETERMINERS = frozenset(["the", "a", "an", "and", "his", "her", "their", "its", "this", "that"])
LOOSE = PREPOSITIONS | DETERMINERS
_REACH = 2.0
"""Content words of distance after which an arc is worth 1/e."""
_BACKWARDS, _OVER_JOINT = 0.8, 0.15
_WEAK = 0.3
Places = Mapping[str, Sequence[tuple[int, int, int]]]
"""Stem → (line, number among the line's content words, place in the line)."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """`pairs`: 0–1 for each two neighbouring content words; `tied`: the same with the preposition between them;
    `opening`, `closing`: does the first word open, the last word close a clause in the source, too?"""

    pairs: tuple[float, ...]
    tied: tuple[float, ...]
    opening: float
    closing: float

    @property
    def weak(self) -> int:
        return sum(pair < _WEAK for pair in self.pairs)


def places(lines: Sequence[Sequence[Token]]) -> dict[str, list[tuple[int, int, int]]]:
    """Where each content stem of a text stands."""
    found: dict[str, list[tuple[int, int, int]]] = {}
    for number, words in enumerate(lines):
        count = 0
        for at, word in enumerate(words):
            if word.content:
                found.setdefault(word.stem, []).append((number, count, at))
                count += 1
    return found


def arcs(words: Sequence[Token], lines: Sequence[Sequence[Token]], index: Places) -> Arcs:
    """The arcs of the sentence `words` in the text `lines`, whose `places` are `index`."""
    content = [(i, word) for i, word in enumerate(words) if word.content]
    both = [_pair(words, i, j, lines, index) for (i, _), (j, _) in itertools.pairwise(content)]
    first, last = (content[0][1], content[-1][1]) if content else (None, None)
    return Arcs(
        tuple(pair for pair, _ in both),
        tuple(tied for _, tied in both),
        max((_opens(lines[n], at) for n, _, at in index.get(first.stem, ())), default=0.0) if first else 0.0,
        max((_closes(lines[n], at) for n, _, at in index.get(last.stem, ())), default=0.0) if last else 0.0,
    )


def _pair(
    words: Sequence[Token], i: int, j: int, lines: Sequence[Sequence[Token]], index: Places
) -> tuple[float, float]:
    said = [word.surface for word in words[i + 1 : j] if word.surface in PREPOSITIONS]
    joints = sum(word.joint for word in words[i + 1 : j + 1])
    best = tied = 0.0
    for line, count, at in index.get(words[i].stem, ()):
        for other, other_count, other_at in index.get(words[j].stem, ()):
            if line == other:
                value, prepositions = _arc(lines[line], (count, at), (other_count, other_at), joints)
                best = max(best, value)
                tied = max(tied, value * _tie(said, prepositions))
    return best, tied


def _arc(line: Sequence[Token], one: tuple[int, int], other: tuple[int, int], joints: int) -> tuple[float, list[str]]:
    low, high = sorted((one[1], other[1]))
    between = line[low + 1 : high]
    more = sum(word.joint for word in line[low + 1 : high + 1]) - joints
    value = math.exp(-(abs(other[0] - one[0]) - 1) / _REACH - _OVER_JOINT * max(0, more))
    value *= _BACKWARDS if other[0] < one[0] else 1.0
    return min(1.0, value), [word.surface for word in between if word.surface in PREPOSITIONS]


def _tie(said: list[str], written: list[str]) -> float:
    if said == written:
        return 1.0
    return 0.6 if set(said) <= set(written) else 0.4


def _opens(line: Sequence[Token], at: int) -> float:
    if at == 0 or line[at].joint or not any(word.content for word in line[:at]):
        return 1.0
    before = line[at - 1].surface
    behind = line[at - 2].surface if at > 1 else ""
    return 0.3 if before in PREPOSITIONS or (before in DETERMINERS and behind in PREPOSITIONS) else 0.7


def _closes(line: Sequence[Token], at: int) -> float:
    if at + 1 >= len(line) or line[at + 1].joint:
        return 1.0
    return 0.3 if line[at + 1].content else 0.8
