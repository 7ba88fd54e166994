"""Words that were probably meant: a word the archive does not have, by the closest one it has. Latin letters only, for
other scripts find their way by pairs of characters and by meaning."""

from __future__ import annotations

import re
from collections.abc import Mapping

SHORTEST = 4
"""Letters of a word that is worth mending; shorter ones are close to too many others."""
LONG = 8
"""Letters from which a word may have two mistakes."""
_LATIN = re.compile(r"[a-z\u00e0-\u00f6\u00f8-\u00ff]+")


def mendable(words: str) -> tuple[str, ...]:
    """The words of a question that may be mended, folded."""
    folded = (word.casefold() for word in words.split())
    return tuple(dict.fromkeys(word for word in folded if len(word) >= SHORTEST and _LATIN.fullmatch(word)))


def mended(word: str, known: Mapping[str, int]) -> str:
    """The closest known word, of equals the commonest; the word itself where none is close."""
    most = 1 if len(word) < LONG else 2
    near = [(mistakes(word, other, most), -number, other) for other, number in known.items() if _alike(word, other)]
    best = min(near, default=(most + 1, 0, word))
    return best[2] if best[0] <= most else word


def _alike(word: str, other: str) -> bool:
    """Worth measuring: about as long, and nearly all letters in common."""
    return abs(len(word) - len(other)) <= 2 and len(set(word) ^ set(other)) <= 4


def mistakes(one: str, other: str, most: int) -> int:
    """Letters added, left out, changed or swapped with their neighbour (optimal string alignment; Damerau 1964)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            step = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                step = min(step, older[j - 2] + 1)
            row.append(step)
        if min(row) > most:
            return most + 1
    return row[-1]
