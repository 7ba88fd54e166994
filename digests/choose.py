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
        self.worth: list[list[float]] = problem.values.tolist()  # single figures are read faster from lists
        self.group = np.full(n, NOWHERE)
        self.count = [0] * len(problem.caps)
        self.pinned: set[int] = set()
        self.taken: list[tuple[int, int]] = []
        """Chosen sentences that may move, in order, with their groups."""
        self.cost = problem.price * np.maximum(0.0, problem.redundancy - HARMLESS)
        self.cost[problem.redundancy >= TWICE] = 1e6
        np.fill_diagonal(self.cost, 0.0)
        self.load = np.zeros(n)
        self.used = 0.0
        for i, g in problem.pins.items():
            self.pinned.add(i)
            self._put(i, g)

    def improve(self) -> bool:
        """Make the best single change, an addition as long as one helps; False when no change helps."""
        gain, change = self._best_add()
        if gain <= _EPS:
            moves = (self._best_swap(), self._best_shift(), self._best_exchange(), self._best_relay())
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
        self.taken = [(j, h) for j, h in enumerate(self.group.tolist()) if h != NOWHERE and j not in self.pinned]

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
        gains = self.p.values[:, open_groups] + [self._bonus(g, self.count[g]) for g in open_groups]
        gains = np.where(fits[:, None], gains - self.load[:, None], -np.inf)
        i, k = divmod(int(np.argmax(gains)), len(open_groups))
        return float(gains[i, k]), ((i, open_groups[k]),)

    def _best_swap(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Put a free sentence in the place of a chosen one."""
        if not self.taken or not self._free().any():
            return -np.inf, ()
        taken, groups = np.array(self.taken).T
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
        welcome = [(g, self._bonus(g, self.count[g])) for g, cap in enumerate(self.p.caps) if self.count[g] < cap]
        for i, old in self.taken:
            worth = self.worth[i]
            lost = worth[old] + self._bonus(old, self.count[old] - 1)
            for g, bonus in welcome:
                if g != old and worth[g] + bonus - lost > best[0]:
                    best = (worth[g] + bonus - lost, ((i, g),))
        return best

    def _best_relay(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Move a chosen sentence to another group and put a free one in its place."""
        welcome = [(g, self._bonus(g, self.count[g])) for g, cap in enumerate(self.p.caps) if self.count[g] < cap]
        free = np.flatnonzero(self._free() & (self.used + self.p.sizes <= self.p.budget))
        best: tuple[float, Sequence[tuple[int, int]]] = (-np.inf, ())
        if not welcome or not len(free):
            return best
        entering = self.p.values[free] - self.load[free][:, None]
        first, most = free[entering.argmax(axis=0)].tolist(), entering.max(axis=0).tolist()
        for j, old in self.taken:
            worth = self.worth[j]
            moved, there = max(((worth[g] + bonus, g) for g, bonus in welcome), key=lambda move: move[0])
            gain = moved - worth[old] + most[old]
            if there != old and gain > best[0]:
                best = (gain, ((j, there), (first[old], old)))
        return best

    def _best_exchange(self) -> tuple[float, Sequence[tuple[int, int]]]:
        """Let two chosen sentences change places."""
        best: tuple[float, Sequence[tuple[int, int]]] = (-np.inf, ())
        for k, (i, g) in enumerate(self.taken):
            mine, here = self.worth[i], self.worth[i][g]
            for j, h in self.taken[k + 1 :]:
                theirs = self.worth[j]
                gain = mine[h] + theirs[g] - here - theirs[h]
                if g != h and gain > best[0]:
                    best = (gain, ((i, h), (j, g)))
        return best


def redundancy(bags: Sequence[frozenset[str]], vectors: NDArray[np.float32] | None) -> Floats:
    """(n, n) how much one sentence repeats another, 0..1: shared words over the shorter one, and centred vectors."""
    n = len(bags)
    index: dict[str, int] = {}
    cells = [index.setdefault(word, len(index)) for bag in bags for word in bag]
    table = np.zeros((n, max(1, len(index))), dtype=np.float32)
    table[np.repeat(np.arange(n), [len(bag) for bag in bags]), cells] = 1.0
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
