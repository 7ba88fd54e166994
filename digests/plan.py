"""What each printable sentence is worth in each part of the digest, and the plan that follows: who is printed "
"where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digests.analysis import Analysis
from digests.bearing import Bearing, bearings, named
from digests.choose import NOWHERE, TWICE, Floats, Problem, chosen, redundancy
from digests.ends import as_conclusion, as_lead
from digests.lines import Line
from digests.marks import QUOTES, Marks, marked, sound
from digests.model import ROLES
from digests.readable import base
from digests.telling import distinctive, learnt, rank, telling, titled

Bools = NDArray[np.bool_]
LEAD, CONCLUSION = len(ROLES), len(ROLES) + 1
SHARE = 0.6
"""Most of an article's characters that a digest prints."""
MOST_CHARACTERS = {"ja": 1800, "zh": 1500, "ko": 2000}
MOST_CHARACTERS_ELSEWHERE = 4200
CAPS = (5, 3, 6, 5, 1, 1)
FLOORS, FIRST_FLOORS = (0.60, 0.70, 0.65, 0.75), (0.50, 0.36, 0.28, 0.65)
"""Least probability of a role for a sentence to be printed under it, and for the article's best in that role; learnt on
long English articles."""
SHORT_FLOORS, SHORT_FIRST = (0.40, 0.40, 0.45, 0.55), (0.30, 0.28, 0.28, 0.60)
"""The same in a short article, which has no sentence to lose."""
OTHER_FLOORS = (0.40, 0.55, 0.60, 0.70)
"""The same in a longer one of another language, whose chances are less sharp."""
NEARLY = 0.08
"""How far a role may be behind the sentence's likeliest one."""
BONUSES = (
    (1.2, 0.10, 0.0),
    (0.55, 0.10, 0.0),
    (0.55, 0.10, 0.05, 0.05, 0.0),
    (0.55, 0.10, 0.05, 0.0),
    (0.80,),
    (0.35,),
)
CONCLUDED = 8
"""Lines from which an article has something to conclude from."""
SHORT_BONUSES = ((0.30,), (0.10,))
"""What lead and conclusion are worth to a shorter one: its sentences are needed in the sections."""
WELCOME = 0.12
"""Worth of printing one more fitting sentence at all."""

COMMON = 0.4
"""Share of the lines from which a term tells nothing of any one of them."""
HINTS: tuple[dict[Bearing, float], ...] = (
    {},
    {"turning": 0.30, "toll": 0.25, "price": 0.15},
    {"back": 0.20, "force": 0.30},
    {"ahead": 0.30},
)
"""What the wording adds to the chance of a role, where it says so clearly."""
HINTED = 0.3
"""Share of the hints that counts in a short article, where the models know little, beside what they say."""
RELAXED_UP_TO = 14
"""Lines up to which an article has too little to be choosy about."""
RELAXED_JA, RELAXED = (1.0, 0.36, 0.34, 0.42), (1.0, 0.42, 0.40, 0.55)
"""Chance of a role, hints and all, for a section that would otherwise hold nothing; Japanese says more by its "
"endings."""
GAINED, GAINED_ELSEWHERE = 0.01, 0.024
"""Section 1 takes one more sentence while the chance that it tells the main event, and none before it, is more; the
second where that was not learnt, and there a sentence must look the part itself."""
LEAST_MAIN = 0.3
TELLS = 0.55
"""Chance of telling the main event from which a sentence does, however many do already."""
MOST_MAIN = 5
SURE_REST, SURE_REST_JA = 0.97, 0.45
"""Chance that section 1 still tells the main event from which its best sentence may lead the digest instead. Japanese
articles are short and open with all of the event: below it they would have no lead at all."""
SPARED, SPARED_PLACE = 0.012, 0.3
"""Chance of telling the main event that section 1 may lose to a lead, and how far into the article, 0 to 1, that lead
may stand."""
UNNAMED = 0.3
"""What a Japanese sentence without a subject loses."""
GIVEN = 0.15
"""What an English sentence that opens with a thing not yet named loses."""
QUOTED = 0.12
"""What a sentence that opens with a quotation loses."""
MAIN_SHARE = 0.6
"""Share of the budget that the main event may take."""
_ADDS = re.compile(r"\b(?:also|too|another|meanwhile|other|others|as well)\b")


@dataclass(frozen=True, slots=True)
class Plan:
    """`groups[g]` lists positions in `lines`, in article order; `worth[i, g]` is the value it was chosen for."""

    lines: tuple[Line, ...]
    groups: tuple[tuple[int, ...], ...]
    worth: Floats


def plan(analysis: Analysis, lines: tuple[Line, ...]) -> Plan:
    """The best set of lines for the whole digest."""
    if not lines:
        return Plan(lines, tuple(() for _ in CAPS), np.zeros((0, len(CAPS))))
    worth = values(analysis, lines)
    alike = redundancy(_bags(lines), analysis.vectors[[x.index for x in lines]])
    pins = main_events(analysis, lines, alike)
    told = [i for i, g in pins.items() if g == 0]
    worth[told, 0] = np.maximum(worth[told, 0], 0.5)
    if LEAD in pins.values():
        worth[:, LEAD] = -np.inf
    _relax(worth, lines, pins, analysis.language)
    problem = Problem(
        values=np.where(np.array([line.opens for line in lines])[:, None], worth, -np.inf),
        redundancy=alike,
        sizes=np.array([line.size for line in lines], dtype=float),
        caps=CAPS,
        bonuses=BONUSES if len(lines) >= CONCLUDED else (*BONUSES[:LEAD], *SHORT_BONUSES),
        budget=budget(analysis),
        pins=pins,
    )
    groups = _followed(chosen(problem), problem, worth, lines)
    return Plan(lines, tuple(tuple(i for i, g in enumerate(groups) if g == k) for k in range(len(CAPS))), worth)


def _bags(lines: Sequence[Line]) -> list[frozenset[str]]:
    """The terms that tell one line from another: neither grammar (pairs of kana) nor what most lines share."""
    bags = [distinctive(line.print.text) for line in lines]
    count = Counter(term for bag in bags for term in bag)
    common = {term for term, n in count.items() if n > max(2, COMMON * len(bags))}
    return [bag - common or bag for bag in bags]


def budget(analysis: Analysis) -> float:
    most = MOST_CHARACTERS.get(base(analysis.language), MOST_CHARACTERS_ELSEWHERE)
    return min(SHARE * len(analysis.text.strip()), most)


def values(analysis: Analysis, lines: Sequence[Line]) -> Floats:
    """(lines, parts) worth of each line in each part; -inf where it may not stand."""
    marks = marked(analysis, lines)
    worth = np.full((len(lines), len(CAPS)), -np.inf)
    worth[:, :LEAD] = _in_sections(marks, lines, analysis.language)
    worth[:, LEAD] = as_lead(marks, lines)
    worth[:, CONCLUSION] = as_conclusion(marks, lines)
    return worth


def _in_sections(marks: Marks, lines: Sequence[Line], language: str) -> Floats:
    """(n, 4) for lines likely enough of a role; in a short article the wording counts as well."""
    short = len(lines) <= RELAXED_UP_TO
    fits = marks.roles + HINTED * hints(lines, language) if short else marks.roles
    worth = np.full(fits.shape, -np.inf)
    sharp = learnt(language) and not short
    floors = FLOORS if sharp else SHORT_FLOORS if short else OTHER_FLOORS
    for g, (first, more) in enumerate(zip(FIRST_FLOORS if sharp else SHORT_FIRST, floors, strict=True)):
        fit = fits[:, g]
        best = fit == max((f for f, line in zip(fit, lines, strict=True) if line.opens), default=0.0)
        allowed = (fit >= np.where(best, first, more)) & (fit >= fits.max(axis=1) - np.where(best, 1.5, 1.0) * NEARLY)
        worth[:, g] = np.where(allowed, WELCOME + fit * (0.35 + 0.65 * marks.salience) - 0.5 * marks.odd, -np.inf)
    worth[[not named(line.print.text, language) for line in lines], 1:] -= UNNAMED
    worth[[line.print.text[0] in QUOTES for line in lines], 1:] -= QUOTED
    worth[marks.given, 1:] -= GIVEN
    return worth


def hints(lines: Sequence[Line], language: str) -> Floats:
    """(lines, roles) how much the wording of each line speaks for each role, 0 and up."""
    rows = [bearings(line.print.text, language) for line in lines]
    return np.array([[max((w for b, w in hint.items() if b in row), default=0.0) for hint in HINTS] for row in rows])


def _relax(worth: Floats, lines: Sequence[Line], pins: Mapping[int, int], language: str) -> None:
    """Let a section that nothing fits take what fits it best by its wording and relative to the other sections."""
    free = [i for i, line in enumerate(lines) if line.opens and i not in pins]
    if not free or len(lines) > RELAXED_UP_TO:
        return
    chances = np.array([[line.sentence.roles.get(role, 0.0) for role in ROLES] for line in lines])
    hinted = chances + hints(lines, language)
    least = RELAXED_JA if base(language) == "ja" else RELAXED
    for g in range(1, LEAD):
        if np.isfinite(worth[free, g]).any():
            continue
        for i in free:
            if hinted[i, g] >= least[g] and named(lines[i].print.text, language):
                worth[i, g] = hinted[i, g] * (0.35 + 0.65 * lines[i].sentence.salience) - 0.1


def main_events(analysis: Analysis, lines: Sequence[Line], alike: Floats) -> dict[int, int]:
    """The lines that open the digest whatever else is printed: enough of them in section 1 that the main event is
    hardly missed there, and the best of them as the lead where the others tell it as well."""
    opening = [k for k, line in enumerate(lines) if line.opens] or list(range(len(lines)))
    told = telling(analysis, lines)
    order = rank(analysis, lines, told)
    ranked = sorted(opening, key=lambda k: (-order[k], k))
    room = budget(analysis) * MAIN_SHARE
    best = ranked[0]
    rest, missed = _enough(ranked[1:], lines, told, alike, room - lines[best].size, (best,), analysis.language)
    sure = SURE_REST_JA if base(analysis.language) == "ja" else SURE_REST
    if rest and 1 - missed >= sure and best < min(rest) and sound(lines[best], analysis.language):
        return {best: LEAD, **dict.fromkeys(rest, 0)}
    pins, missed = _enough(ranked, lines, told, alike, room, (), analysis.language)
    spared = _spared(pins, lines, told, missed, analysis)
    return dict.fromkeys(pins, 0) if spared is None else {**dict.fromkeys(pins, 0), spared: LEAD}


def _spared(pins: Sequence[int], lines: Sequence[Line], told: Floats, missed: float, analysis: Analysis) -> int | None:
    """The one of the `pins` behind the best that may lead the digest: the others tell the event nearly as surely."""
    if not learnt(analysis.language):
        return None
    close = titled(lines, analysis.title)
    last = max(3, int(SPARED_PLACE * len(analysis.sentences)))
    fit = [
        k
        for k in pins[1:]
        if close[k] > 0
        and lines[k].index <= last
        and not _ADDS.search(lines[k].print.text)
        and sound(lines[k], analysis.language)
        and not any(mark in lines[k].print.text for mark in QUOTES[:3])
        and missed / max(1 - float(told[k]), 1e-6) - missed <= SPARED
    ]
    return min(fit, key=lambda k: (float(told[k]), k), default=None)


def _enough(
    ranked: Sequence[int],
    lines: Sequence[Line],
    told: Floats,
    alike: Floats,
    room: float,
    taken: Sequence[int],
    language: str,
) -> tuple[list[int], float]:
    """As many of the `ranked` lines as it takes to tell the main event, and the chance that none of them does."""
    pins: list[int] = []
    missed = 1.0
    gained, least = (GAINED, 0.0) if learnt(language) else (GAINED_ELSEWHERE, LEAST_MAIN)
    for k in ranked:
        if (pins or taken) and (
            len(pins) == MOST_MAIN or told[k] < least or (missed * told[k] < gained and told[k] < TELLS)
        ):
            break
        fresh = all(alike[k, other] < TWICE for other in (*taken, *pins))
        if not (pins or taken) or (fresh and lines[k].size <= room):
            pins.append(k)
            missed *= 1 - told[k]
            room -= lines[k].size
    return pins, missed


def _followed(groups: tuple[int, ...], problem: Problem, worth: Floats, lines: Sequence[Line]) -> list[int]:
    """Let sentences that point back be printed right behind the sentence they point to, where there is room."""
    out = list(groups)
    used = sum(problem.sizes[i] for i, g in enumerate(out) if g != NOWHERE)
    for i in range(1, len(lines)):
        before = out[i - 1]
        if lines[i].opens or out[i] != NOWHERE or not 0 <= before < LEAD or lines[i].index != lines[i - 1].index + 1:
            continue
        gain = worth[i, before] - sum(problem.redundancy[i, j] for j, g in enumerate(out) if g != NOWHERE)
        if gain > 0 and out.count(before) < CAPS[before] and used + problem.sizes[i] <= problem.budget:
            out[i] = before
            used += problem.sizes[i]
    return out
