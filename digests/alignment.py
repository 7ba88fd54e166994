"""How a sentence lies in a text: which words it shares in order, in which pieces it was taken, where it was cut."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

Words = Sequence[str]
Op = tuple[str, int, int, int, int]


def grams(words: Words, size: int) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}


def shared(words: Words, others: set[tuple[str, ...]], size: int) -> float:
    """Share of the n-grams of `words` that are among `others`; 1 when there are none."""
    count = len(words) - size + 1
    if count <= 0:
        return 1.0
    return sum(tuple(words[i : i + size]) in others for i in range(count)) / count


def edits(source: Words, words: Words) -> list[Op]:
    """What turns `source` into `words`: difflib's operations (tag, i1, i2 of source, j1, j2 of words)."""
    return list(SequenceMatcher(None, source, words, autojunk=False).get_opcodes())


def lcs(source: Words, words: Words) -> float:
    """Length of the longest common subsequence, as a share of `words`. O(len² / 64) by bit-parallel rows."""
    if not words:
        return 1.0
    masks: dict[str, int] = {}
    for i, word in enumerate(words):
        masks[word] = masks.get(word, 0) | (1 << i)
    full = (1 << len(words)) - 1
    row = full
    for word in source:
        matched = row & masks.get(word, 0)
        row = ((row + matched) | (row - matched)) & full
    return (len(words) - row.bit_count()) / len(words)


def fragments(words: Words, source: Words) -> list[tuple[int, int, int]]:
    """Greedy longest pieces of `words` that stand in `source`: (start in words, start in source, length), in order.
    After Grusky et al. 2018, section 3.2."""
    places: dict[str, list[int]] = {}
    for i, word in enumerate(source):
        places.setdefault(word, []).append(i)
    found: list[tuple[int, int, int]] = []
    at = 0
    while at < len(words):
        best = max(((_run(words, at, source, i), -i) for i in places.get(words[at], ())), default=(0, 0))
        if best[0]:
            found.append((at, -best[1], best[0]))
        at += max(1, best[0])
    return found


def _run(words: Words, at: int, source: Words, i: int) -> int:
    size = 0
    while at + size < len(words) and i + size < len(source) and words[at + size] == source[i + size]:
        size += 1
    return size
