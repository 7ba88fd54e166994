"""The best set of sentences for a whole digest at once: who goes where, under a budget, without saying a thing twice.

Maximises the sum of values, less what chosen sentences repeat of one another, plus a bonus for each part that gets its
first sentences; a greedy start is improved by adding, replacing, moving and exchanging until nothing helps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NOWHERE = -1
MOST_STEPS = 160
TWICE = 0.72
"""Redundancy from which two sentences say the same thing and are never both printed."""
HARMLESS = 0.15
"""Redundancy that any two sentences of one article have."""
_EPS = 1e-9


@dataclass(frozen=True, slots=True)
class Problem:
    """`values` (n, groups), -inf where a sentence may not go; `redundancy` (n, n) 0..1, zero diagonal; `sizes` (n,) in
    characters; `caps` and `bonuses` a group: bonuses[g][k] is earned by the sentence that is its k-th (from 0)."""

    values: Floats
    redundancy: Floats
    sizes: Floats
    caps: tuple[int, ...]
    bonuses: tuple[tuple[float, ...], ...]
    budget: float
    pins: Mapping[int, int]
    price: float = 0.5
    """Weight of redundancy."""


def chosen(problem: Problem) -> tuple[int, ...]:
    """The group of each sentence, NOWHERE for most. Deterministic; O(steps · n · (groups + chosen))."""
    search = _Search(problem)
    for _ in range(MOST_STEPS):
        if not search.improve():
            break
    return tuple(int(g) for g in search.group)


class _Search:
    def __init__(self, problem: Problem) -> None:
        self.p = problem
        n = len(problem.sizes)
        self.group = np.full(n, NOWHERE)
        self.count = np.zeros(len(problem.caps), dtype=int)
        self.pinned = np.zeros(n, dtype=bool)
        self.cost = problem.price * np.maximum(0.0, problem.redundancy - HARMLESS)
        self.cost[problem.redundancy >= TWICE] = 1e6
        np.fill_diagonal(self.cost, 0.0)
        self.load = np.zeros(n)
        self.used = 0.0
        for i, g in problem.pins.items():
            self._put(i, g)
            self.pinned[i] = True

    def improve(self) -> bool:
        """Make the best single change; False when no change helps."""
        moves = (self._best_add(), self._best_swap(), self._best_shift(), self._best_exchange(), self._best_relay())
        gain, change = max(moves, key=lambda move: move[0])
        if gain <= _EPS:
            return False
        for i, g in change:
            self._put(i, g)
        return True

    def _put(self, i: int, g: int) -> None:
        old = int(self.group[i])
        if old != NOWHERE:
            self.count[old] -= 1
        if g != NOWHERE:
            self.count[g] += 1
        if (old == NOWHERE) != (g == NOWHERE):
            sign = 1.0 if old == NOWHERE else -1.0
            self.load += sign * self.cost[i]
            self.used += sign * self.p.sizes[i]
        self.group[i] = g

    def _bonus(self, g: int, k: int) -> float:
        table = self.p.bonuses[g]
        return table[k] if 0 <= k < len(table) else 0.0

    def _free(self) -> NDArray[np.bool_]:
        return np.asarray(self.group == NOWHERE)

    def _best_add(self) -> tuple[float, Sequence[tuple[int, int]]]:
        open_groups = [g for g, cap in enumerate(self.p.caps) if self.count[g] < cap]
        fits = self._free() & (self.used + self.p.sizes <= self.p.budget)
        if not open_groups or not fits.any():
            return -np.inf, ()
        gains = self.p.values[:, open_groups] + [self._bonus(g, int(self.count[g])) for g in open_groups]
        gains = np.where(fits[:, None], gains - self.load[:, None], -np.inf)
        i, k = divmod(int(np.argmax(gains)), len(open_groups))
        return float(gains[i, k]), ((i, open_groups[k]),)

    def _taken(self) -> NDArray[np.int64]:
        return np.flatnonzero((self.group != NOWHERE) & ~self.pinned)

    def _best_swap(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Put a free sentence in the place of a chosen one."""
        taken = self._taken()
        if not len(taken) or not self._free().any():
            return -np.inf, ()
        groups = self.group[taken]
        gains = self.p.values[:, groups] - self.load[:, None] + self.cost[:, taken]
        gains = gains - (self.p.values[taken, groups] - self.load[taken])[None, :]
        fits = self._free()[:, None] & (
            self.used + self.p.sizes[:, None] - self.p.sizes[taken][None, :] <= self.p.budget
        )
        gains = np.where(fits, gains, -np.inf)
        i, k = divmod(int(np.argmax(gains)), len(taken))
        return float(gains[i, k]), ((int(taken[k]), NOWHERE), (i, int(groups[k])))

    def _best_shift(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Move a chosen sentence to another group."""
        best: tuple[float, Sequence[tuple[int, int]]] = (-np.inf, ())
        for i in self._taken():
            old = int(self.group[i])
            lost = self.p.values[i, old] + self._bonus(old, int(self.count[old]) - 1)
            for g, cap in enumerate(self.p.caps):
                if g == old or self.count[g] >= cap:
                    continue
                gain = float(self.p.values[i, g] + self._bonus(g, int(self.count[g])) - lost)
                if gain > best[0]:
                    best = (gain, ((int(i), g),))
        return best

    def _best_relay(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Move a chosen sentence to another group and put a free one in its place."""
        open_groups = [g for g, cap in enumerate(self.p.caps) if self.count[g] < cap]
        free = np.flatnonzero(self._free() & (self.used + self.p.sizes <= self.p.budget))
        best: tuple[float, Sequence[tuple[int, int]]] = (-np.inf, ())
        if not open_groups or not len(free):
            return best
        entering = self.p.values[free] - self.load[free][:, None]
        first = entering.argmax(axis=0)
        welcome = np.array([self._bonus(g, int(self.count[g])) for g in open_groups])
        for j in self._taken():
            old = int(self.group[j])
            moved = self.p.values[j, open_groups] + welcome
            h = int(np.argmax(moved))
            gain = float(moved[h] - self.p.values[j, old] + entering[first[old], old])
            if open_groups[h] != old and gain > best[0]:
                best = (gain, ((int(j), open_groups[h]), (int(free[first[old]]), old)))
        return best

    def _best_exchange(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Let two chosen sentences change places."""
        taken = self._taken()
        if len(taken) < 2:
            return -np.inf, ()
        groups = self.group[taken]
        there = self.p.values[np.ix_(taken, groups)]
        here = self.p.values[taken, groups]
        gains = there + there.T - here[:, None] - here[None, :]
        gains[groups[:, None] == groups[None, :]] = -np.inf
        a, b = divmod(int(np.argmax(gains)), len(taken))
        return float(gains[a, b]), ((int(taken[a]), int(groups[b])), (int(taken[b]), int(groups[a])))


def redundancy(bags: Sequence[frozenset[str]], vectors: NDArray[np.float32] | None) -> Floats:
    """(n, n) how much one sentence repeats another, 0..1: shared words over the shorter one, and centred vectors."""
    n = len(bags)
    index = {word: k for k, word in enumerate(sorted({w for bag in bags for w in bag}))}
    table = np.zeros((n, max(1, len(index))), dtype=np.float32)
    for i, bag in enumerate(bags):
        table[i, [index[w] for w in bag]] = 1.0
    sizes = table.sum(axis=1)
    shared = (table @ table.T).astype(np.float64)
    shorter = np.maximum(1.0, np.minimum(sizes[:, None], sizes[None, :]))
    longer = np.maximum(1.0, np.maximum(sizes[:, None], sizes[None, :]))
    words = shared / (0.7 * shorter + 0.3 * longer)
    alike = words if vectors is None else np.maximum(words, 0.6 * words + 0.4 * _cosines(vectors))
    np.fill_diagonal(alike, 0.0)
    return np.asarray(np.clip(alike, 0.0, 1.0))


def _cosines(vectors: NDArray[np.float32]) -> Floats:
    centred = vectors - vectors.mean(axis=0, keepdims=True)
    centred = centred / np.maximum(1e-6, np.linalg.norm(centred, axis=1, keepdims=True))
    return np.asarray(np.clip((centred @ centred.T).astype(np.float64), 0.0, 1.0))
