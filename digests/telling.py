"""How likely each line tells the main event: what the roles say, against its place and all that stands before it.

Weights: tools/train_telling.py."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from digests.analysis import Analysis
from digests.choose import Floats
from digests.lines import Line
from digests.model import ROLES
from digests.readable import base
from digests.terms import terms
from digests.weights import Matrix, standardised, weights

TELLING_FIRST, TELLING_SALIENT = 0.3, 0.4
"""Where nothing is learnt: how much place and salience add to the chance of the role."""
_KANA = re.compile(r"[ぁ-ゖー]+")


def learnt(language: str) -> bool:
    """Whether the main event of articles in a language was learnt; elsewhere it is what the roles say."""
    return base(language) == "en"


def telling(analysis: Analysis, lines: Sequence[Line]) -> Floats:
    """(n,) the chance that each line tells the main event. `lines` must not be empty."""
    if not learnt(analysis.language):
        return np.array([line.sentence.roles.get("development", 0.0) for line in lines])
    model = weights("telling")
    scores = standardised(marked(analysis, lines), model["mean"], model["spread"]) @ model["w"] + model["b"]
    return np.asarray(1 / (1 + np.exp(-scores.astype(np.float64))))


def rank(analysis: Analysis, lines: Sequence[Line], told: Floats) -> Floats:
    """(n,) by which lines are asked whether they tell the main event, the highest first."""
    if learnt(analysis.language):
        return told
    first = np.array([TELLING_FIRST / (1 + line.index) for line in lines])
    salient = np.array([TELLING_SALIENT * line.sentence.salience for line in lines])
    return np.asarray(told + first + salient)


def marked(analysis: Analysis, lines: Sequence[Line]) -> Matrix:
    """(n, 14) float32: what is known of each line, not yet standardised."""
    chances = np.array([[line.sentence.roles.get(role, 0.0) for role in ROLES] for line in lines])
    news, at, n = chances[:, 0], np.arange(len(lines)), len(lines)
    near = analysis.vectors[[line.index for line in lines]] @ analysis.title_vector
    columns = [
        *np.log(chances + 0.003).T,
        [line.sentence.salience for line in lines],
        (near - near.mean()) / (near.std() + 1e-6),
        1 / (1 + at),
        np.log1p(at),
        np.append(0, np.maximum.accumulate(news)[:-1]),
        titled(lines, analysis.title),
        np.append(news[1:], 0),
        np.append(0, news[:-1]),
        np.full(n, news.max()),
        np.full(n, np.log(n)),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def titled(lines: Sequence[Line], title: str) -> Floats:
    """(n,) how many of the title's terms each line names: with none it cannot stand right below it."""
    there = distinctive(title)
    return np.array([float(len(there.intersection(terms(line.print.text)))) for line in lines])


def distinctive(text: str) -> frozenset[str]:
    """The terms of a text that are no grammar (pairs of kana)."""
    found = terms(text)
    return frozenset(found) if text.isascii() else frozenset(t for t in found if not _KANA.fullmatch(t))
