"""What each printable line is worth in each of the four sections."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from digests.bearing import NAMED, Bearing, bearings, named
from digests.choose import Floats
from digests.columns import Columns
from digests.marks import QUOTES, Marks
from digests.model import ROLES
from digests.telling import learnt
from digests.wording import bearings_said

LEAD, CONCLUSION = len(ROLES), len(ROLES) + 1
"""The columns of a plan behind the four sections."""
FLOORS, FIRST_FLOORS = (0.60, 0.70, 0.65, 0.75), (0.50, 0.36, 0.28, 0.65)
"""Least probability of a role for a sentence to be printed under it, and for the article's best in that role; learnt on
long English articles."""
SHORT_FLOORS, SHORT_FIRST = (0.40, 0.40, 0.45, 0.55), (0.30, 0.28, 0.28, 0.60)
"""The same in a short article, which has no sentence to lose."""
OTHER_FLOORS = (0.40, 0.55, 0.60, 0.70)
"""The same in a longer one of another language, whose chances are less sharp."""
NEARLY = 0.08
"""How far a role may be behind the sentence's likeliest one."""
WELCOME = 0.12
"""Worth of printing one more fitting sentence at all."""
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
UNNAMED = 0.3
"""What a Japanese sentence without a subject loses."""
GIVEN = 0.15
"""What an English sentence that opens with a thing not yet named loses."""
QUOTED = 0.12
"""What a sentence that opens with a quotation loses."""


def in_sections(seen: Columns, marks: Marks, hinted: Floats | None) -> Floats:
    """(n, 4) for lines likely enough of a role; in a short article the wording counts as well (`hinted`: its `hints`).
    -inf where a line may not stand. In plain lists: few lines are likely enough of anything."""
    short = hinted is not None
    rows = (marks.roles if hinted is None else marks.roles + HINTED * hinted).tolist()
    sharp = learnt(seen.language) and not short
    first, more = FIRST_FLOORS if sharp else SHORT_FIRST, FLOORS if sharp else SHORT_FLOORS if short else OTHER_FLOORS
    opening = [row for row, line in zip(rows, seen.lines, strict=True) if line.opens]
    best = list(map(max, zip(*opening, strict=True))) if opening else [0.0] * LEAD
    salience, odd = marks.salience.tolist(), marks.odd.tolist()
    worth = np.full((len(rows), LEAD), -np.inf)
    for i, row in enumerate(rows):
        most = max(row)
        for g, fit in enumerate(row):
            top = fit == best[g]
            if fit >= (first[g] if top else more[g]) and fit >= most - (1.5 if top else 1.0) * NEARLY:
                value = WELCOME + fit * (0.35 + 0.65 * salience[i]) - 0.5 * odd[i]
                worth[i, g] = value - _lost(seen, marks, i) if g else value
    return worth


def _lost(seen: Columns, marks: Marks, i: int) -> float:
    """What line `i` loses by its opening in the sections behind the first."""
    text = seen.texts[i]
    lost = 0.0 if named(text, seen.language) else UNNAMED
    return lost + (QUOTED if text[0] in QUOTES else 0.0) + (GIVEN if marks.given[i] else 0.0)


def hints(seen: Columns) -> Floats:
    """(n, 4) how much the wording of each line speaks for each role, 0 and up."""
    if seen.says is not None:
        return _HINTED[[bearings_said(says, text) for says, text in zip(seen.says, seen.texts, strict=True)]]
    return np.array([_hinted(bearings(text, seen.language)) for text in seen.texts])


def _hinted(row: frozenset[Bearing]) -> list[float]:
    return [max([w for b, w in hint.items() if b in row], default=0.0) for hint in HINTS]


_HINTED = np.array([_hinted(row) for row in NAMED])
"""(64, 4) by the bits of `wording`."""


def relax(worth: Floats, seen: Columns, pins: Mapping[int, int], hinted: Floats) -> None:
    """Let a section of a short article that nothing fits take what fits it best by its wording (`hints`) and relative
    to the other sections."""
    free = [i for i, line in enumerate(seen.lines) if line.opens and i not in pins]
    if not free:
        return
    bare = [g for g in range(1, LEAD) if not np.isfinite(worth[free, g]).any()]
    if not bare:
        return
    fits = seen.chances + hinted
    least = RELAXED_JA if seen.language == "ja" else RELAXED
    for g in bare:
        for i in free:
            if fits[i, g] >= least[g] and named(seen.texts[i], seen.language):
                worth[i, g] = fits[i, g] * (0.35 + 0.65 * seen.lines[i].sentence.salience) - 0.1
