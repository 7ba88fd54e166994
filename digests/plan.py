"""What each printable sentence is worth in each part of the digest, and the plan that follows: who is printed where."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digests.analysis import Analysis
from digests.choose import NOWHERE, TWICE, Floats, Problem, chosen, redundancy
from digests.lines import Line
from digests.model import ROLES
from digests.readable import base
from digests.terms import terms

LEAD, CONCLUSION = len(ROLES), len(ROLES) + 1
SHARE = 0.6
"""Most of an article's characters that a digest prints."""
MOST_CHARACTERS = {"ja": 1800, "zh": 1500, "ko": 2000}
MOST_CHARACTERS_ELSEWHERE = 4200
CAPS = (4, 3, 6, 5, 1, 1)
FLOORS = (0.40, 0.52, 0.55, 0.65)
FIRST_FLOORS = (0.30, 0.28, 0.28, 0.60)
"""Least probability of a role for a sentence to be printed under it, and for the article's best in that role."""
NEARLY = 0.08
"""How far a role may be behind the sentence's likeliest one."""
BONUSES = (
    (1.2, 0.10, 0.0),
    (0.55, 0.10, 0.0),
    (0.55, 0.10, 0.05, 0.05, 0.0),
    (0.55, 0.10, 0.05, 0.0),
    (1.50,),
    (0.25,),
)
WELCOME = 0.12
"""Worth of printing one more fitting sentence at all."""

COMMON = 0.4
"""Share of the lines from which a term tells nothing of any one of them."""
SHORT = 60
"""Letters below which a line is thought to say little."""
MISSED = 0.08
"""Section 1 takes one more sentence while the chance that the main event is none of them is above this."""
MOST_MAIN = 4
SURE_MAIN = 3
"""Sentences section 1 chooses before the lead does."""
SHORT_ARTICLE = 9
"""Lines up to which a sentence must look the part to be taken for the main event as well."""
LEAST_MAIN, LEAST_MAIN_SHORT = 0.04, 0.3
TELLING_FIRST, TELLING_SALIENT = 0.3, 0.4
MAIN_SHARE = 0.6
"""Share of the budget that the main event may take."""

_KANA = re.compile(r"[ぁ-ゖー]+")


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
    pins = main_events(analysis, lines, alike, worth[:, LEAD])
    worth[list(pins), 0] = np.maximum(worth[list(pins), 0], 0.5)
    problem = Problem(
        values=np.where(np.array([line.opens for line in lines])[:, None], worth, -np.inf),
        redundancy=alike,
        sizes=np.array([line.size for line in lines], dtype=float),
        caps=CAPS,
        bonuses=BONUSES,
        budget=budget(analysis),
        pins=pins,
    )
    groups = _followed(chosen(problem), problem, worth, lines)
    return Plan(lines, tuple(tuple(i for i, g in enumerate(groups) if g == k) for k in range(len(CAPS))), worth)


def _bags(lines: Sequence[Line]) -> list[frozenset[str]]:
    """The terms that tell one line from another: neither grammar (pairs of kana) nor what most lines share."""
    bags = [frozenset(t for t in terms(line.print.text) if not _KANA.fullmatch(t)) for line in lines]
    count = Counter(term for bag in bags for term in bag)
    common = {term for term, n in count.items() if n > max(2, COMMON * len(bags))}
    return [bag - common or bag for bag in bags]


def budget(analysis: Analysis) -> float:
    most = MOST_CHARACTERS.get(base(analysis.language), MOST_CHARACTERS_ELSEWHERE)
    return min(SHARE * len(analysis.text.strip()), most)


def values(analysis: Analysis, lines: Sequence[Line]) -> Floats:
    """(lines, parts) worth of each line in each part; -inf where it may not stand."""
    roles = np.array([[line.sentence.roles.get(role, 0.0) for role in ROLES] for line in lines])
    salience = np.array([line.sentence.salience for line in lines])
    about = _closeness(analysis, lines)
    place = np.array([line.index for line in lines]) / max(1, len(analysis.sentences) - 1)
    odd = _long(lines)
    worth = np.full((len(lines), len(CAPS)), -np.inf)
    for g, (first, more) in enumerate(zip(FIRST_FLOORS, FLOORS, strict=True)):
        fit = roles[:, g]
        best = fit == max((f for f, line in zip(fit, lines, strict=True) if line.opens), default=0.0)
        allowed = (fit >= np.where(best, first, more)) & (fit >= roles.max(axis=1) - np.where(best, 1.5, 1.0) * NEARLY)
        worth[:, g] = np.where(allowed, WELCOME + fit * (0.35 + 0.65 * salience) - 0.5 * odd, -np.inf)
    telling = 0.3 + 0.7 * np.minimum(1.0, roles[:, 0] + roles[:, 1] + 0.6 * roles[:, 3])
    asking = np.array([line.print.text.rstrip().endswith(("?", "？")) for line in lines])
    worth[:, LEAD] = (0.5 * salience + 0.5 * about) * telling - 0.35 * place - 2 * odd - 0.3 * asking
    looking = 0.4 + 0.6 * np.minimum(1.0, roles[:, 1] + roles[:, 3])
    worth[:, CONCLUSION] = (0.4 * salience + 0.4 * about) * looking + 0.35 * place - 0.25 - odd
    return worth


def _long(lines: Sequence[Line]) -> Floats:
    """A penalty for lines of more than about two rows, and for those too short to say much."""
    sizes = np.array([line.size * (2.2 if _wide(line.print.text) else 1.0) for line in lines])
    return np.asarray(np.clip((sizes - 220) / 600, 0, 0.4) + np.clip((SHORT - sizes) / 200, 0, 0.2))


def _wide(text: str) -> bool:
    return sum("\u3000" <= c <= "\u9fff" for c in text[:40]) > 10


def _closeness(analysis: Analysis, lines: Sequence[Line]) -> Floats:
    """How near each line is to title and article, 0..1 within this article."""
    vectors = analysis.vectors[[line.index for line in lines]]
    near = 0.6 * vectors @ analysis.title_vector + 0.4 * vectors @ analysis.article_vector
    low, high = float(near.min()), float(near.max())
    return np.asarray((near - low) / (high - low) if high - low > 1e-6 else np.zeros(len(lines)), dtype=np.float64)


def main_events(analysis: Analysis, lines: Sequence[Line], alike: Floats, leading: Floats) -> dict[int, int]:
    """The lines that open section 1 whatever else is printed: enough of them that the main event is hardly missed."""
    opening = [k for k, line in enumerate(lines) if line.opens] or list(range(len(lines)))
    for_lead, least = NOWHERE, LEAST_MAIN if _wanders(analysis, lines) else LEAST_MAIN_SHORT
    told = [lines[k].sentence.roles.get("development", 0.0) for k in range(len(lines))]
    ranked = sorted(opening, key=lambda k: (-_tells(lines[k]), k))
    pins: list[int] = []
    missed, room = 1.0, budget(analysis) * MAIN_SHARE
    for k in ranked:
        fresh = all(alike[k, other] < TWICE for other in pins)
        if pins and (missed < MISSED or len(pins) == MOST_MAIN or told[k] < least):
            break
        if len(pins) == SURE_MAIN and for_lead == NOWHERE:
            for_lead = max((j for j in opening if j not in pins), key=lambda j: float(leading[j]))
        if not pins or (fresh and lines[k].size <= room and k != for_lead):
            pins.append(k)
            missed *= 1 - told[k]
            room -= lines[k].size
    return dict.fromkeys(pins, 0)


def _wanders(analysis: Analysis, lines: Sequence[Line]) -> bool:
    """Long English features come to their point late; short reports and Japanese ones open with it."""
    return len(lines) > SHORT_ARTICLE and base(analysis.language) != "ja"


def _tells(line: Line) -> float:
    """How likely a line tells what happened; the opening of an article mostly does."""
    roles = line.sentence.roles
    return roles.get("development", 0.0) + TELLING_FIRST / (1 + line.index) + TELLING_SALIENT * line.sentence.salience


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
