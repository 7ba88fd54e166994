"""The sentences of an article that may be printed, trimmed and judged one by one; at most sixty, the rest never stood a
chance.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from digests.analysis import Analysis
from digests.bearing import named
from digests.held import held
from digests.model import ROLES, Sentence
from digests.quotations import within_quotations
from digests.readable import Lint, base, squeezed, squeezed_each
from digests.trim import Trimmed, trimmed
from digests.vocabulary import Told, each, words
from digests.wording import ANY

MOST = 60
_MOST_TRIMMED = 200
LEAST_CHARACTERS = 3
"""Word characters a printed text needs to be found again in its article."""
LEAST_TELLING, LEAST_TELLING_ELSEWHERE = {"ja": 13, "zh": 10, "ko": 12, "th": 15}, 28
"""Characters below which a sentence says something only behind the one before it."""
_OPENING_ONLY = frozenset({"dangling", "connective", "quotation without speaker", "fragment", "no subject"})
_THREE = re.compile(r"\W*\w\W*\w\W*\w", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """Sentence `index` of the article as it may be printed. `opens`: it reads on its own; else only right behind the
    sentence before it."""

    index: int
    sentence: Sentence
    print: Trimmed
    opens: bool
    told: Told | None = None
    """What is known of its words, in languages that put spaces between them."""

    @property
    def size(self) -> int:
        return len(self.print.text)

    @property
    def says(self) -> int:
        """What its words say (`digests.wording`); where that was not looked up, anything."""
        return self.told.says if self.told else ANY


class _Row(NamedTuple):
    """A sentence, what is wrong with it, and whether that is more than that it opens badly."""

    line: Line
    wrong: tuple[str, ...]
    lost: bool


def lines(analysis: Analysis) -> tuple[Line, ...]:
    """The printable sentences in article order. Empty only for an article without three letters or digits in a row."""
    indices = [i for i, piece in enumerate(analysis.pieces) if not piece.boilerplate and _solid(piece.text)]
    indices = indices or [i for i, piece in enumerate(analysis.pieces) if _solid(piece.text)]
    indices = _best(_once(indices, analysis), analysis.sentences, _MOST_TRIMMED)
    judged = _judged(analysis, indices)
    kept = [row for row in judged if not row.lost] or judged
    if all(row.wrong for row in kept):
        return tuple([replace(row.line, opens=True) for row in kept[:MOST]])
    best = set(_best([row.line.index for row in kept], analysis.sentences, MOST))
    return tuple([row.line for row in kept if row.line.index in best])


def _once(indices: Sequence[int], analysis: Analysis) -> list[int]:
    """Of a sentence that stands in the article twice the copy behind a dateline (the other one is a caption or teaser),
    else the first."""
    kept: dict[str, int] = {}
    for i, bare in zip(indices, squeezed_each([analysis.pieces[i].text for i in indices]), strict=True):
        if bare not in kept or _unowned(analysis, i) > _unowned(analysis, kept[bare]):
            kept[bare] = i
    return sorted(kept.values())


def _unowned(analysis: Analysis, i: int) -> int:
    """Word characters between the sentence before and this one: a dateline belongs to no sentence."""
    before = analysis.pieces[i - 1].end if i else 0
    return len(squeezed(analysis.text[before : analysis.pieces[i].start]))


def _solid(text: str) -> bool:
    return _THREE.match(text) is not None or len(squeezed(text)) >= LEAST_CHARACTERS


def _judged(analysis: Analysis, indices: Sequence[int]) -> list[_Row]:
    """The sentences as they would be printed and what is wrong with each."""
    pieces, language = analysis.pieces, base(analysis.language)
    own = [pieces[i] for i in indices]
    seen = held("\n".join([piece.text for piece in own]))
    says = [known.says if (known := analysis.told.get(i)) else ANY for i in indices]
    lint = Lint(language, seen)
    fine = [lint.is_fine(piece.text, said) for piece, said in zip(own, says, strict=True)]
    printed = [
        Trimmed(p.text, p.start, p.end) if ready else trimmed(p.text, p.start, language, seen, said)
        for p, said, ready in zip(own, says, fine, strict=True)
    ]
    told = _told(analysis, indices, [text.text for text in printed])
    quoted = within_quotations(analysis.text, [piece.start for piece in pieces])
    least = LEAST_TELLING.get(language, LEAST_TELLING_ELSEWHERE)
    rows = []
    for i, piece, text, known, ready in zip(indices, own, printed, told, fine, strict=True):
        wrong = () if ready else lint.problems(text.text, opening=True, says=known.says if known else None)
        if piece.start in quoted:
            wrong = (*wrong, "half quotation")
        if len(text.text) < least:
            wrong = (*wrong, "fragment")
        if not ready and not named(text.text, language):
            wrong = (*wrong, "no subject")
        line = Line(i, analysis.sentences[i], text, not wrong, known)
        rows.append(_Row(line, wrong, bool(wrong) and not _OPENING_ONLY.issuperset(wrong)))
    return rows


def _told(analysis: Analysis, indices: Sequence[int], texts: Sequence[str]) -> list[Told | None]:
    """What is known of the words of each printed text: found out for those that were cut."""
    if not analysis.told:
        return [None] * len(indices)
    told = [
        analysis.told.get(i) if text == analysis.pieces[i].text else None
        for i, text in zip(indices, texts, strict=True)
    ]
    missing = [k for k, known in enumerate(told) if known is None]
    if missing:
        for k, known in zip(missing, each(words([texts[k] for k in missing])), strict=True):
            told[k] = known
    return told


def _best(indices: Sequence[int], sentences: Sequence[Sentence], most: int) -> list[int]:
    """The `most` sentences with the best role or salience, in article order; the opening always."""
    if len(indices) <= most:
        return list(indices)

    def promise(i: int) -> float:
        sentence = sentences[i]
        return sentence.salience + max((sentence.roles.get(role, 0.0) for role in ROLES), default=0.0)

    ranked = sorted(indices[3:], key=lambda i: (-promise(i), i))
    return sorted([*indices[:3], *ranked[: most - 3]])
