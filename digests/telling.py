"""How likely each line tells the main event: what the roles say, against its place and all that stands before it.

Weights: tools/train_telling.py."""

from __future__ import annotations

import numpy as np

from digests.choose import Floats
from digests.columns import Columns
from digests.readable import base
from digests.weights import Matrix, standardised, weights

TELLING_FIRST, TELLING_SALIENT = 0.3, 0.4
"""Where nothing is learnt: how much place and salience add to the chance of the role."""


def learnt(language: str) -> bool:
    """Whether the main event of articles in a language was learnt; elsewhere it is what the roles say."""
    return base(language) == "en"


def telling(columns: Columns) -> Floats:
    """(n,) the chance that each line tells the main event."""
    if not learnt(columns.language):
        return columns.chances[:, 0]
    model = weights("telling")
    scores = standardised(marked(columns), model["mean"], model["spread"]) @ model["w"] + model["b"]
    return np.asarray(1 / (1 + np.exp(-scores.astype(np.float64))))


def rank(columns: Columns, told: Floats) -> Floats:
    """(n,) by which lines are asked whether they tell the main event, the highest first."""
    if learnt(columns.language):
        return told
    first = np.array([TELLING_FIRST / (1 + line.index) for line in columns.lines])
    return np.asarray(told + first + TELLING_SALIENT * columns.salience)


def marked(columns: Columns) -> Matrix:
    """(n, 14) float32: what is known of each line, not yet standardised."""
    n, news = len(columns.lines), columns.chances[:, 0]
    at, near = np.arange(n), columns.vectors @ columns.analysis.title_vector
    out = np.zeros((n, 14), dtype=np.float32)
    out[:, :4] = np.log(columns.chances + 0.003)
    out[:, 4] = columns.salience
    near = near - near.sum() / n
    out[:, 5] = near / (np.sqrt(near @ near / n) + 1e-6)
    out[:, 6] = 1 / (1 + at)
    out[:, 7] = np.log1p(at)
    out[1:, 8] = np.maximum.accumulate(news)[:-1]
    out[:, 9] = columns.titled
    out[:-1, 10] = news[1:]
    out[1:, 11] = news[:-1]
    out[:, 12] = news.max()
    out[:, 13] = np.log(n)
    return out
