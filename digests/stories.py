"""Which articles report the same event: a probability a pair, and groups in which all agree.

A pair is judged by shared words, vectors, titles, and by how much closer the two are than what else stands near them:
two reports of one event are each other's nearest, two articles on one subject are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from digests.retrieval import Floats, Profile, centres, profile
from digests.retrieval_index import Index

SAME = 0.3
"""Mean probability between two groups from which they are one story: best pairwise F1 in cross-validation."""
FOLLOWS = 0.6
"""Probability from which an article is said to follow up an earlier one. Readers are told so in print: a doubt that may
join two lines of an overview is too much here, and in a small archive neighbours on one subject stand out more."""
APART = timedelta(days=4)
"""Reports of one event come within days; later ones follow up."""
WEIGHTS = (-2.6, 2.2, 3.5, -1.7, 8.4, -0.7)
"""Words, cosine, titles, rank, lead over the surroundings, constant: logistic regression on Vietnamese event clusters
(5 folds by cluster: pairwise F1 0.91 with grouping, 0.89 without; 0.82 without rank and surroundings)."""
ORDINARY = 0.55
"""Closeness of ordinary neighbours in a large collection: eight such stand in for the archive in a small one."""
_NEIGHBOURS = slice(2, 7)
_PADDING = 8


def same_story(profiles: Sequence[Profile], titles: Sequence[str]) -> Floats:
    """(n, n) symmetric probabilities that two articles report the same event, 1 on the diagonal."""
    size = len(profiles)
    if size < 2:
        return np.ones((size, size), dtype=np.float32)
    words, cosines = _compared(profiles)
    shared, _ = _compared([profile(title, "", np.zeros(1, dtype=np.float32)) for title in titles])
    close = words + cosines
    np.fill_diagonal(close, -np.inf)
    ranks, around = _surroundings(close)
    logit = np.full((size, size), WEIGHTS[5])
    logit += WEIGHTS[0] * np.sqrt(np.maximum(words, 0))
    logit += WEIGHTS[1] * cosines
    logit += WEIGHTS[2] * np.sqrt(np.maximum(shared, 0))
    logit += WEIGHTS[3] * np.log1p(np.maximum(ranks, ranks.T))
    logit += WEIGHTS[4] * np.nan_to_num(close - (around[:, None] + around[None, :]) / 2, neginf=0.0)
    found = 1 / (1 + np.exp(-np.clip(logit, -30, 30)))
    np.fill_diagonal(found, 1)
    return np.asarray(found, dtype=np.float32)


def _compared(profiles: Sequence[Profile]) -> tuple[Floats, Floats]:
    """(n, n) words and cosines, made symmetric."""
    index = Index(centres())
    for number, one in enumerate(profiles):
        index.add(str(number), one)
    rows = [index.measured(one) for one in profiles]
    words, cosines = np.stack([row[0] for row in rows]), np.stack([row[1] for row in rows])
    half = np.float32(0.5)
    return (words + words.T) * half, (cosines + cosines.T) * half


def _surroundings(close: Floats) -> tuple[Floats, Floats]:
    """(n, n) the rank of each article among another's neighbours; (n,) how close the third to seventh are."""
    padded = np.hstack([close, np.full((len(close), _PADDING), ORDINARY, dtype=np.float32)])
    order = np.argsort(-padded, axis=1, kind="stable")
    ranks = np.empty_like(padded)
    np.put_along_axis(ranks, order, np.arange(padded.shape[1], dtype=np.float32)[None, :], axis=1)
    around = -np.sort(-padded, axis=1)[:, _NEIGHBOURS].mean(axis=1)
    return ranks[:, : len(close)], around


def grouped(chances: Floats, times: Sequence[datetime] | None = None) -> tuple[tuple[int, ...], ...]:
    """Groups of rows, by average linkage: the most probable pairs first, two groups become one while their members
    agree on average. `times` keeps reports further apart than `APART` in separate groups."""
    groups: dict[int, tuple[int, ...]] = {row: (row,) for row in range(len(chances))}
    allowed = _together(len(chances), times)
    for one, other in _pairs(chances):
        mine, theirs = groups[one], groups[other]
        block = np.ix_(mine, theirs)
        if mine is not theirs and allowed[block].all() and chances[block].mean() >= SAME:
            joined = tuple(sorted(mine + theirs))
            groups.update(dict.fromkeys(joined, joined))
    return tuple(dict.fromkeys(groups.values()))


def _pairs(chances: Floats) -> list[tuple[int, int]]:
    rows, columns = np.nonzero(np.triu(chances, 1) >= SAME / 2)
    order = np.argsort(-chances[rows, columns], kind="stable")
    return [(int(rows[at]), int(columns[at])) for at in order]


def _together(size: int, times: Sequence[datetime] | None) -> NDArray[np.bool_]:
    if times is None:
        return np.ones((size, size), dtype=np.bool_)
    stamps = np.array([time.timestamp() for time in times])
    return np.asarray(np.abs(stamps[:, None] - stamps[None, :]) <= APART.total_seconds(), dtype=np.bool_)
