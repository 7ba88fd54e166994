"""The plan of a digest: which printable sentence is printed where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from digests.analysis import Analysis
from digests.choose import NOWHERE, TWICE, Floats, Problem, chosen, redundancy
from digests.columns import Columns, columns
from digests.ends import as_conclusion, as_lead
from digests.lines import Line
from digests.marks import Marks, marked
from digests.ports import Vectors
from digests.readable import base
from digests.telling import learnt, rank, telling
from digests.worth import CONCLUSION, LEAD, RELAXED_UP_TO, hints, in_sections, relax

SHARE = 0.6
"""Most of an article's characters that a digest prints."""
MOST_CHARACTERS = {"ja": 1800, "zh": 1500, "ko": 2000}
MOST_CHARACTERS_ELSEWHERE = 4200
CAPS = (5, 3, 6, 5, 1, 1)
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
COMMON = 0.4
"""Share of the lines from which a term tells nothing of any one of them."""
GAINED, GAINED_ELSEWHERE = 0.01, 0.024
"""Section 1 takes one more sentence while the chance that it tells the main event, and none before it, is more; the
second where that was not learnt, and there a sentence must look the part itself."""
LEAST_MAIN = 0.3
TELLS = 0.55
"""Chance of telling the main event from which a sentence does, however many do already."""
MOST_MAIN = 5
SURE_REST, SURE_REST_JA = 0.97, 0.3
"""Chance that section 1 still tells the main event from which its best sentence may lead the digest instead. Japanese
articles are short and open with all of the event: below it they would have no lead at all."""
SPARED, SPARED_PLACE = 0.012, 0.3
SPARED_WEIGHTY, SURELY_TOLD, WEIGHTY_PLACE = 0.04, 0.9, 0.5
"""Chance of telling the main event that section 1 may lose to a lead, and how far into the article, 0 to 1, that lead
may stand; the same of one that looks ahead or tells of a turning point, where another line surely tells the event."""
ENDLESS = 900
"""Characters from which a line is a list that nobody ended, and tells the main event only where no other does."""
MAIN_SHARE = 0.6
"""Share of the budget that the main event may take."""


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
    seen = columns(analysis, lines)
    marks = marked(seen)
    alike = redundancy(_telling_apart(seen.terms), seen.vectors)
    leading = as_lead(marks, seen.lines, seen.language)
    pins = main_events(seen, alike, marks, leading)
    worth = _worth(seen, marks, pins, leading)
    opens = np.array([line.opens for line in lines])
    problem = Problem(
        values=worth if opens.all() else np.where(opens[:, None], worth, -np.inf),
        redundancy=alike,
        sizes=seen.sizes,
        caps=CAPS,
        bonuses=BONUSES if len(lines) >= CONCLUDED else (*BONUSES[:LEAD], *SHORT_BONUSES),
        budget=budget(analysis),
        pins=pins,
    )
    groups = _followed(chosen(problem), problem, worth, lines)
    return Plan(lines, tuple([tuple([i for i, g in enumerate(groups) if g == k]) for k in range(len(CAPS))]), worth)


def _worth(seen: Columns, marks: Marks, pins: Mapping[int, int], leading: Floats) -> Floats:
    """(lines, parts) worth of each line in each part; -inf where it may not stand."""
    worth = np.full((len(seen.lines), len(CAPS)), -np.inf)
    short = len(seen.lines) <= RELAXED_UP_TO
    hinted = hints(seen) if short else None
    worth[:, :LEAD] = in_sections(seen, marks, hinted)
    if LEAD not in pins.values():
        worth[:, LEAD] = leading
    worth[:, CONCLUSION] = as_conclusion(marks, seen.lines, seen.language)
    told = [i for i, g in pins.items() if g == 0]
    worth[told, 0] = np.maximum(worth[told, 0], 0.5)
    if hinted is not None:
        relax(worth, seen, pins, hinted)
    return worth


def _telling_apart(table: Vectors) -> Vectors:
    """The terms that tell one line from another: without what most lines share, where a line holds anything else."""
    common = table.sum(axis=0) > max(2, COMMON * len(table))
    if not common.any():
        return table
    apart: Vectors = table * ~common
    alone = ~apart.any(axis=1)
    apart[alone] = table[alone]
    return apart


def budget(analysis: Analysis) -> float:
    most = MOST_CHARACTERS.get(base(analysis.language), MOST_CHARACTERS_ELSEWHERE)
    return min(SHARE * len(analysis.text.strip()), most)


def main_events(seen: Columns, alike: Floats, marks: Marks, leading: Floats) -> dict[int, int]:
    """The lines that open the digest whatever else is printed: enough of them in section 1 that the main event is
    hardly missed there, and the best of them as the lead where the others tell it as well."""
    opening = [k for k, line in enumerate(seen.lines) if line.opens] or list(range(len(seen.lines)))
    opening = [k for k in opening if seen.sizes[k] <= ENDLESS] or opening
    chances = telling(seen)
    told, order = chances.tolist(), rank(seen, chances).tolist()
    ranked = sorted(opening, key=lambda k: (-order[k], k))
    room = budget(seen.analysis) * MAIN_SHARE
    best = ranked[0]
    rest, missed = _enough(ranked[1:], seen, told, alike, room - seen.sizes[best], (best,))
    sure = SURE_REST_JA if seen.language == "ja" else SURE_REST
    if rest and 1 - missed >= sure and best < min(rest) and marks.sound[best]:
        return {best: LEAD, **dict.fromkeys(rest, 0)}
    pins, missed = _enough(ranked, seen, told, alike, room, ())
    spared = _spared(pins[1:], best, seen, marks, told, missed, leading)
    return dict.fromkeys(pins, 0) if spared is None else {**dict.fromkeys(pins, 0), spared: LEAD}


def _spared(
    pins: Sequence[int], best: int, seen: Columns, marks: Marks, told: Sequence[float], missed: float, leading: Floats
) -> int | None:
    """The one of the `pins` behind the `best` that makes the best lead (`leading`, by line) of those without which the
    others tell the event nearly as surely."""
    if not learnt(seen.language):
        return None
    size = len(seen.analysis.sentences)
    fit = []
    for k in pins:
        weighty = told[best] >= SURELY_TOLD and (marks.ahead[k] or marks.turning[k])
        most, last = (SPARED_WEIGHTY, WEIGHTY_PLACE) if weighty else (SPARED, SPARED_PLACE)
        lost = missed / max(1 - told[k], 1e-6) - missed
        if leading[k] > 0 and lost <= most and seen.lines[k].index <= max(3, int(last * size)):
            fit.append(k)
    return max(fit, key=lambda k: (leading[k], -k), default=None)


def _enough(
    ranked: Sequence[int], seen: Columns, told: Sequence[float], alike: Floats, room: float, taken: Sequence[int]
) -> tuple[list[int], float]:
    """As many of the `ranked` lines as it takes to tell the main event, and the chance that none of them does."""
    pins: list[int] = []
    missed = 1.0
    gained, least = (GAINED, 0.0) if learnt(seen.language) else (GAINED_ELSEWHERE, LEAST_MAIN)
    for k in ranked:
        if (pins or taken) and (
            len(pins) == MOST_MAIN or told[k] < least or (missed * told[k] < gained and told[k] < TELLS)
        ):
            break
        fresh = all(alike[k, other] < TWICE for other in (*taken, *pins))
        if not (pins or taken) or (fresh and seen.sizes[k] <= room):
            pins.append(k)
            missed *= 1 - told[k]
            room -= seen.sizes[k]
    return pins, missed


def _followed(groups: tuple[int, ...], problem: Problem, worth: Floats, lines: Sequence[Line]) -> list[int]:
    """Let sentences that point back be printed right behind the sentence they point to, where there is room."""
    if all(line.opens for line in lines):
        return list(groups)
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
