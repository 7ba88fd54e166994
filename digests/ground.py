"""Is this sentence supported by that text? Numbers, dates, names, negation, modality and wording, engine-independent.

Sentences with something plainly wrong are unsupported for that reason; for the rest a small learned combination of
`signals` decides. Others grade: one a sentence, one the whole of several (weights in `data/ground.json`, made by
`tools/train_ground.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from digests.evidence import Line, Source, line, source, stated
from digests.signals import Findings, Signals, signals

Reason = Literal[
    "number", "date", "name", "negation", "modality", "joined", "wording", "contrary", "exchanged", "role", "degree"
]
SUPPORTED = 0.5
"""Scores from here on mean: supported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsupported:
    """A sentence the source does not support. `what`: the numbers, dates or names it does not know."""

    text: str
    reason: Reason
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`score` 0–1, higher is better supported. For one sentence it is below `SUPPORTED` exactly when that is
    unsupported; for several it grades the whole, and `unsupported` says which are not."""

    score: float
    unsupported: tuple[Unsupported, ...] = ()

    @property
    def supported(self) -> bool:
        return not self.unsupported


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """A logistic regression over signals."""

    bias: float
    weights: Mapping[str, float]

    def probability(self, values: Mapping[str, float]) -> float:
        total = self.bias + sum(weight * values.get(name, 0.0) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Models:
    """`verdict` says whether a sentence is supported, `one` grades a sentence, `many` several. `least`: the probability
    by `verdict` that a sentence with words of its own needs, `least_shortened` one that only leaves words of one place
    out."""

    verdict: _Model
    one: _Model
    many: _Model
    least: float
    least_shortened: float


@cache
def _models() -> _Models:
    form = json.loads((files("digests") / "data" / "ground.json").read_text("utf-8"))
    verdict, one, many = (_Model(**form[name]) for name in ("verdict", "one", "many"))
    return _Models(verdict=verdict, one=one, many=many, least=form["least"], least_shortened=form["least_shortened"])


def ground(text: str, summary: str, language: str, *, reference: date | None = None) -> Verdict:
    """Is every sentence of `summary` supported by `text`, both in `language`? `reference`: the day of the text."""
    origin = source(text, language, reference)
    written = stated(summary, language) or (summary,)
    return judged([line(one, language, reference) for one in written], origin)


def judged(lines: Sequence[Line], origin: Source) -> Verdict:
    """The verdict on the sentences `lines` of one text about `origin`."""
    measured = [signals(one, origin) for one in lines]
    wrong = tuple(
        problem for one, found in zip(lines, measured, strict=True) if (problem := _problem(one, found)) is not None
    )
    probability = _together([found.values for found in measured])
    score = probability if len(lines) > 1 else _score(probability, bool(wrong))
    return Verdict(score=round(score, 6), unsupported=wrong)


def _together(values: Sequence[Mapping[str, float]]) -> float:
    """One sentence is judged as such, several by the mean of their signals."""
    if len(values) == 1:
        return _models().one.probability(values[0])
    names = {name for row in values for name in row}
    mean = {name: sum(row.get(name, 0.0) for row in values) / len(values) for name in names}
    return _models().many.probability(mean)


def _score(probability: float, wrong: bool) -> float:
    return SUPPORTED * probability if wrong else SUPPORTED + (1 - SUPPORTED) * probability


def _problem(one: Line, found: Signals) -> Unsupported | None:
    findings = found.findings
    for reason, what in _named(findings):
        if what:
            return Unsupported(text=one.text, reason=reason, what=what)
    if findings.denied:
        return Unsupported(text=one.text, reason="negation")
    if findings.certain:
        return Unsupported(text=one.text, reason="modality")
    if findings.contrary:
        return Unsupported(text=one.text, reason="contrary")
    if findings.exchanged:
        return Unsupported(text=one.text, reason="exchanged")
    if found.joined:
        return Unsupported(text=one.text, reason="joined")
    models = _models()
    if models.verdict.probability(found.values) < (models.least if found.edited else models.least_shortened):
        return Unsupported(text=one.text, reason="wording")
    return None


def _named(findings: Findings) -> tuple[tuple[Reason, tuple[str, ...]], ...]:
    return (
        ("number", findings.numbers),
        ("date", findings.dates),
        ("name", findings.names),
        ("number", findings.misplaced),
        ("role", findings.mistitled or findings.miscredited),
        ("degree", findings.overdone),
    )
