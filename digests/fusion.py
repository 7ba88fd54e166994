"""One list out of two: what words find and what means the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

K = 60
"""Reciprocal rank fusion's constant (Cormack, Clarke and Büttcher, SIGIR 2009): how little the very first places count
more than the next."""


def fused(*lists: Sequence[str]) -> tuple[str, ...]:
    """All ids, those first that stand high in either list and higher still in both; ties as in the first list."""
    scores: defaultdict[str, float] = defaultdict(float)
    for ids in lists:
        for place, one in enumerate(ids, 1):
            scores[one] += 1 / (K + place)
    return tuple(sorted(scores, key=lambda one: -scores[one]))
