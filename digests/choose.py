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
Move = tuple[float, Sequence[tuple[int, int]]]
"""What a change gains, and which sentence it puts into which group."""
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
    sizes: Sequence[float]
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
    return tuple(search.group)


class _Search:
    """Plain lists throughout: the sentences of a digest are too few for arrays to be worth their calls."""

    def __init__(self, problem: Problem) -> None:
        self.p = problem
        n = len(problem.sizes)
        self.worth: list[list[float]] = problem.values.tolist()
        self.group = [NOWHERE] * n
        self.count = [0] * len(problem.caps)
        self.pinned = frozenset(problem.pins)
        self.taken: list[tuple[int, int]] = []
        """Chosen sentences that may move, in order, with their groups."""
        cost = problem.price * np.maximum(0.0, problem.redundancy - HARMLESS)
        cost[problem.redundancy >= TWICE] = 1e6
        cost.flat[:: n + 1] = 0.0
        self.cost: list[list[float]] = cost.tolist()
        self.load = [0.0] * n
        self.used = 0.0
        self.fitting = [[i for i, row in enumerate(self.worth) if row[g] > -np.inf] for g in range(len(problem.caps))]
        """Of each group the sentences that may go there."""
        for i, g in problem.pins.items():
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
        old = self.group[i]
        if old != NOWHERE:
            self.count[old] -= 1
        if g != NOWHERE:
            self.count[g] += 1
        if (old == NOWHERE) != (g == NOWHERE):
            sign = 1.0 if old == NOWHERE else -1.0
            self.load = [load + sign * cost for load, cost in zip(self.load, self.cost[i], strict=True)]
            self.used += sign * self.p.sizes[i]
        self.group[i] = g
        self.taken = [(j, h) for j, h in enumerate(self.group) if h != NOWHERE and j not in self.pinned]

    def _bonus(self, g: int, k: int) -> float:
        table = self.p.bonuses[g]
        return table[k] if 0 <= k < len(table) else 0.0

    def _welcome(self) -> list[tuple[int, float]]:
        """The groups with room for one more, and what it earns them."""
        return [(g, self._bonus(g, self.count[g])) for g, cap in enumerate(self.p.caps) if self.count[g] < cap]

    def _best_add(self) -> Move:
        best, where = -np.inf, (0, 0)
        room = self.p.budget - self.used
        for g, bonus in self._welcome():
            for i in self.fitting[g]:
                gain = self.worth[i][g] + bonus - self.load[i]
                if gain < best or self.group[i] != NOWHERE or self.p.sizes[i] > room:
                    continue
                if gain > best or (i, g) < where:
                    best, where = gain, (i, g)
        return best, (where,)

    def _best_swap(self) -> Move:
        """Put a free sentence in the place of a chosen one."""
        best, where = -np.inf, (0, 0, 0)
        for k, (j, g) in enumerate(self.taken):
            lost, cost = self.worth[j][g] - self.load[j], self.cost[j]
            room = self.p.budget - self.used + self.p.sizes[j]
            for i in self.fitting[g]:
                gain = self.worth[i][g] - self.load[i] + cost[i] - lost
                if gain < best or self.group[i] != NOWHERE or self.p.sizes[i] > room:
                    continue
                if gain > best or (i, k) < where[:2]:
                    best, where = gain, (i, k, g)
        i, k, g = where
        return (best, ((self.taken[k][0], NOWHERE), (i, g))) if best > -np.inf else (best, ())

    def _best_shift(self) -> Move:
        """Move a chosen sentence to another group."""
        best: Move = (-np.inf, ())
        welcome = self._welcome()
        for i, old in self.taken:
            worth = self.worth[i]
            lost = worth[old] + self._bonus(old, self.count[old] - 1)
            for g, bonus in welcome:
                if g != old and worth[g] + bonus - lost > best[0]:
                    best = (worth[g] + bonus - lost, ((i, g),))
        return best

    def _best_relay(self) -> Move:
        """Move a chosen sentence to another group and put a free one in its place."""
        welcome = self._welcome()
        best: Move = (-np.inf, ())
        if not welcome:
            return best
        entering = {g: self._entering(g) for _, g in self.taken}
        for j, old in self.taken:
            worth = self.worth[j]
            moved, there = max([(worth[g] + bonus, g) for g, bonus in welcome], key=lambda move: move[0])
            most, first = entering[old]
            gain = moved - worth[old] + most
            if there != old and gain > best[0]:
                best = (gain, ((j, there), (first, old)))
        return best

    def _entering(self, g: int) -> tuple[float, int]:
        """What the best free sentence brings to a group, and which one it is."""
        room, best = self.p.budget - self.used, (-np.inf, 0)
        for i in self.fitting[g]:
            gain = self.worth[i][g] - self.load[i]
            if gain > best[0] and self.group[i] == NOWHERE and self.p.sizes[i] <= room:
                best = (gain, i)
        return best

    def _best_exchange(self) -> Move:
        """Let two chosen sentences change places."""
        best: Move = (-np.inf, ())
        for k, (i, g) in enumerate(self.taken):
            mine, here = self.worth[i], self.worth[i][g]
            for j, h in self.taken[k + 1 :]:
                theirs = self.worth[j]
                gain = mine[h] + theirs[g] - here - theirs[h]
                if g != h and gain > best[0]:
                    best = (gain, ((i, h), (j, g)))
        return best


def redundancy(table: NDArray[np.float32], vectors: NDArray[np.float32] | None) -> Floats:
    """(n, n) how much one sentence repeats another, 0..1: shared terms over the shorter one, and centred vectors.
    `table` (n, terms): 1 for each term a sentence holds."""
    sizes = table.sum(axis=1)
    shared = (table @ table.T).astype(np.float64)
    shorter = np.maximum(1.0, np.minimum(sizes[:, None], sizes[None, :]))
    longer = np.maximum(1.0, np.maximum(sizes[:, None], sizes[None, :]))
    said = shared / (0.7 * shorter + 0.3 * longer)
    alike = said if vectors is None else np.maximum(said, 0.6 * said + 0.4 * _cosines(vectors))
    alike.flat[:: len(alike) + 1] = 0.0
    return np.asarray(np.minimum(alike, 1.0))


def _cosines(vectors: NDArray[np.float32]) -> Floats:
    centred = vectors - vectors.sum(axis=0) / np.float32(len(vectors))
    products = (centred @ centred.T).astype(np.float64)
    norms = np.maximum(1e-6, np.sqrt(products.diagonal()))
    return np.asarray(np.maximum(products / np.outer(norms, norms), 0.0))
