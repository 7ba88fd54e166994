"""The sentences of an article that may be printed, trimmed and judged one by one; at most sixty, the rest never stood a
chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digests.analysis import Analysis
from digests.model import ROLES, Sentence
from digests.readable import base, problems, squeezed, within_quotations
from digests.trim import Trimmed, trimmed

MOST = 60
_MOST_TRIMMED = 200
LEAST_CHARACTERS = 3
"""Word characters a printed text needs to be found again in its article."""
LEAST_TELLING, LEAST_TELLING_ELSEWHERE = {"ja": 13, "zh": 10, "ko": 12, "th": 15}, 28
"""Characters below which a sentence says something only behind the one before it."""
_OPENING_ONLY = frozenset({"dangling", "connective", "quotation without speaker", "fragment"})


@dataclass(frozen=True, slots=True)
class Line:
    """Sentence `index` of the article as it may be printed. `opens`: it reads on its own; else only right behind the
    sentence before it."""

    index: int
    sentence: Sentence
    print: Trimmed
    opens: bool

    @property
    def size(self) -> int:
        return len(self.print.text)


def lines(analysis: Analysis) -> tuple[Line, ...]:
    """The printable sentences in article order. Empty only for an article without three letters or digits in a row."""
    indices = [i for i, piece in enumerate(analysis.pieces) if not piece.boilerplate and _solid(piece.text)]
    indices = indices or [i for i, piece in enumerate(analysis.pieces) if _solid(piece.text)]
    indices = _best(_once(indices, analysis), analysis.sentences, _MOST_TRIMMED)
    quoted = within_quotations(analysis.text, [piece.start for piece in analysis.pieces])
    judged = [(i, *_judged(analysis, i, analysis.pieces[i].start in quoted)) for i in indices]
    kept = [row for row in judged if not set(row[2]) - _OPENING_ONLY] or judged
    if not any(not row[2] for row in kept):
        return tuple(Line(i, analysis.sentences[i], text, True) for i, text, _ in kept[:MOST])
    best = set(_best([row[0] for row in kept], analysis.sentences, MOST))
    return tuple(Line(i, analysis.sentences[i], text, not wrong) for i, text, wrong in kept if i in best)


def _once(indices: Sequence[int], analysis: Analysis) -> list[int]:
    """Of a sentence that stands in the article twice the copy behind a dateline (the other one is a caption or teaser),
    else the first."""
    kept: dict[str, int] = {}
    for i in indices:
        bare = squeezed(analysis.pieces[i].text)
        if bare not in kept or _unowned(analysis, i) > _unowned(analysis, kept[bare]):
            kept[bare] = i
    return sorted(kept.values())


def _unowned(analysis: Analysis, i: int) -> int:
    """Word characters between the sentence before and this one: a dateline belongs to no sentence."""
    before = analysis.pieces[i - 1].end if i else 0
    return len(squeezed(analysis.text[before : analysis.pieces[i].start]))


def _solid(text: str) -> bool:
    return len(squeezed(text)) >= LEAST_CHARACTERS


def _judged(analysis: Analysis, i: int, quoted: bool) -> tuple[Trimmed, tuple[str, ...]]:
    """Sentence `i` as it would be printed and what is wrong with it. `quoted`: somebody's words without marks."""
    piece = analysis.pieces[i]
    text = trimmed(piece.text, piece.start, analysis.language)
    wrong = problems(text.text, analysis.language, opening=True)
    if quoted:
        wrong = (*wrong, "half quotation")
    least = LEAST_TELLING.get(base(analysis.language), LEAST_TELLING_ELSEWHERE)
    return text, wrong if len(text.text) >= least else (*wrong, "fragment")


def _best(indices: Sequence[int], sentences: Sequence[Sentence], most: int) -> list[int]:
    """The `most` sentences with the best role or salience, in article order; the opening always."""
    if len(indices) <= most:
        return list(indices)

    def promise(i: int) -> float:
        sentence = sentences[i]
        return sentence.salience + max((sentence.roles.get(role, 0.0) for role in ROLES), default=0.0)

    ranked = sorted(indices[3:], key=lambda i: (-promise(i), i))
    return sorted([*indices[:3], *ranked[: most - 3]])
