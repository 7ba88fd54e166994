"""What speaks for and against a sentence resting on a text, as numbers. Draws no conclusion.

Every signal is turned so that more is better: counts of what is wrong are negative.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from digests.alignment import edits, fragments, lcs, shared
from digests.arcs import LOOSE, Arcs, arcs
from digests.bindings import misdated
from digests.clauses import clauses
from digests.contraries import contrary
from digests.dates import said_by
from digests.degrees import overdone
from digests.evidence import Line, Source, supports
from digests.exchanges import exchanged, misplaced
from digests.modality import firmer, hedges
from digests.names import knows, names
from digests.number_words import COUNTING
from digests.persons import miscredited, mistitled
from digests.quantities import known, squeezed
from digests.references import names_what_is_meant
from digests.tokens import Token

T = TypeVar("T")
_LEAST_COPY = 8
"""Word characters of a sentence that can be called a copy."""
_LEAST_PIECE = 4
_MOSTLY = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What is wrong with a sentence in words a person or a model can act on; all empty when nothing is."""

    numbers: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    denied: bool = False
    """It denies what the source says, or says what the source denies."""
    certain: bool = False
    """It states as a fact what the source only holds possible."""
    contrary: bool = False
    """It says rose where the source says fell."""
    exchanged: bool = False
    """Two have changed places: who did it and to whom it was done."""
    misplaced: tuple[str, ...] = ()
    """Numbers that the source has of something else."""
    mistitled: tuple[str, ...] = ()
    """Titles of somebody else."""
    miscredited: tuple[str, ...] = ()
    """Whose report it is not."""
    overdone: tuple[str, ...] = ()
    """All for some, the first of its kind, a day for a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    values: dict[str, float]
    findings: Findings
    support: tuple[Line, ...]
    joined: bool
    """It was put together from pieces of different sentences."""
    edited: bool
    """It has words of its own, or puts together what the source says in different places."""


def signals(sentence: Line, source: Source) -> Signals:
    """Everything measured about one sentence."""
    support = supports(sentence, source)
    ordered = sorted(support, key=source.lines.index)
    values = _words(sentence, source, support, ordered)
    values |= _pieces(sentence, source, support)
    values |= _arcs(sentence, source)
    values |= _cuts(sentence, support[0]) if support else {}
    facts, findings = _facts(sentence, source, support)
    rest = around_copy(sentence, source)
    if rest is not None:
        findings = Findings(certain=hedges(*rest, source.language))
        facts |= {"denied": 0.0, "undenied": 0.0}
    else:
        findings = _twists(sentence, source, support, findings)
    values["copied"] = float(rest is not None)
    return Signals(
        values=values | facts,
        findings=findings,
        support=tuple(ordered),
        joined=rest is None and _joined(sentence, source),
        edited=_edited(sentence, support, values, source),
    )


def _twists(sentence: Line, source: Source, support: Sequence[Line], findings: Findings) -> Findings:
    """What a good liar does: the source's own words, turned."""
    said = clauses(sentence.text, source.language)
    written = [clause for one in source.lines for clause in clauses(one.text, source.language)]
    return replace(
        findings,
        contrary=contrary(said, written, source.language),
        exchanged=exchanged(sentence, support, source.language),
        misplaced=misplaced(said, written),
        miscredited=miscredited(sentence, source),
        mistitled=mistitled(sentence.text, " ".join(one.text for one in source.lines), source.language),
        overdone=overdone(sentence, source, support),
    )


def _edited(sentence: Line, support: Sequence[Line], values: Mapping[str, float], source: Source) -> bool:
    if values["fused"] < -1 or not support:
        return True
    first = support[0]
    if not all(known(q, first.quantities) for q in sentence.quantities):
        return True
    if not all(said_by(m, first.dates, source.reference) for m in sentence.dates):
        return True
    own = {word.stem for word in sentence.words if word.content and not _stands_in(word, first, source.language)}
    if any(not (stem[:1].isdigit() or stem in COUNTING) for stem in own):
        return not names_what_is_meant(sentence, first, source)
    return False


def _stands_in(word: Token, one: Line, language: str) -> bool:
    """Japanese words may be cut otherwise there: 「榎本亮市長」, 「榎本市長」."""
    return word.stem in one.stems or (language == "ja" and word.surface in one.folded)


def around_copy(sentence: Line, source: Source) -> tuple[str, str] | None:
    """What stands before and behind a sentence, folded, in the line that has it word for word; None if none has."""
    wanted = squeezed(sentence.folded)
    if len(wanted) < _LEAST_COPY:
        return None
    for one in source.lines:
        at = one.squeezed.find(wanted)
        if at >= 0:
            return _cut(one.folded, at, at + len(wanted))
    return ("", "") if wanted in source.squeezed else None


def _cut(text: str, start: int, end: int) -> tuple[str, str]:
    """`text` before its `start`th letter or digit and from its `end`th on."""
    letters = [at for at, char in enumerate(text) if squeezed(char)]
    return text[: letters[start]], text[letters[end - 1] + 1 :]


def _joined(sentence: Line, source: Source) -> bool:
    """Is it two or more long copied pieces of different lines, and little else?"""
    owner = [i for i, one in enumerate(source.lines) for _ in one.stems]
    found = fragments(sentence.stems, [stem for one in source.lines for stem in one.stems])
    long = [(owner[at], length) for _, at, length in found if length >= _LEAST_PIECE]
    if sum(length for _, length in long) < _MOSTLY * len(sentence.stems) or len({line for line, _ in long}) < 2:
        return False
    return all(lcs(one.stems, sentence.stems) < _MOSTLY for one in source.lines)


def covered(words: Collection[T], have: Collection[T]) -> float:
    """Share of `words` that are in `have`; 1 when there are none."""
    return sum(word in have for word in words) / len(words) if words else 1.0


def _words(sentence: Line, source: Source, support: Sequence[Line], ordered: Sequence[Line]) -> dict[str, float]:
    surfaces = [word.surface for word in sentence.words]
    content = [word.stem for word in sentence.words if word.content]
    joined = [stem for one in ordered for stem in one.stems]
    pairs = list(itertools.pairwise(content))
    return {
        "content": covered(content, source.stems),
        "stems": covered(sentence.stems, source.stems),
        "novel": -float(sum(stem not in source.stems for stem in content)),
        "bigrams": shared(surfaces, set(source.bigrams), 2),
        "trigrams": shared(surfaces, set(source.trigrams), 3),
        "best": covered(content, support[0].content) if support else 0.0,
        "two": covered(content, joined),
        "order": lcs(support[0].stems, sentence.stems) if support else 0.0,
        "order_two": lcs(joined, sentence.stems),
        "near": covered(pairs, source.near),
        "repeats": -float(_repeats(content, source)),
    }


def _repeats(content: Sequence[str], source: Source) -> int:
    """How often it says a word more often than any line of the source: models that lose the thread do."""
    most = {stem: max(Counter(at for at, *_ in source.places.get(stem, ())).values(), default=1) for stem in content}
    return sum(max(0, count - most[stem]) for stem, count in Counter(content).items())


def _pieces(sentence: Line, source: Source, support: Sequence[Line]) -> dict[str, float]:
    size = max(1, len(sentence.stems))
    owner = [i for i, one in enumerate(source.lines) for _ in one.stems]
    found = fragments(sentence.stems, [stem for one in source.lines for stem in one.stems])
    within = fragments(sentence.stems, support[0].stems) if support else []
    return {
        "pieces": -len(found) / size,
        "piece_count": -math.log1p(len(found)),
        "longest": max((length for *_, length in found), default=0) / size,
        "density": math.log1p(sum(length * length for *_, length in found) / size),
        "within": -len(within) / size,
        "turned": -float(sum(a[1] > b[1] for a, b in itertools.pairwise(within))),
        "fused": -float(len({owner[at] for _, at, length in found if length >= 3})),
    }


def _arcs(sentence: Line, source: Source) -> dict[str, float]:
    found: Arcs = arcs(sentence.words, [one.words for one in source.lines], source.places)
    ends = found.opening + found.closing
    return {
        "arcs": (sum(found.pairs) + ends) / (len(found.pairs) + 2),
        "tied": (sum(found.tied) + ends) / (len(found.tied) + 2),
        "weakest_arc": min(found.pairs, default=1.0),
        "weakest_tie": min(found.tied, default=1.0),
        "weak_arcs": -float(found.weak),
        "opening": found.opening,
        "closing": found.closing,
    }


def _cuts(sentence: Line, support: Line) -> dict[str, float]:
    """How the support line was turned into the sentence: what was put in, replaced and cut, and where."""
    operations = edits(support.stems, sentence.stems)
    kept = [operation for operation in operations if operation[0] == "equal"]
    inner = [o for o in operations if o[0] == "delete" and kept and kept[0][1] < o[1] < kept[-1][2]]
    words = support.words
    return {
        "put_in": -float(sum(_content(sentence, o[3], o[4]) for o in operations if o[0] == "insert")),
        "replaced": -float(
            sum(
                bool(_content(sentence, o[3], o[4]) and _content(support, o[1], o[2]))
                for o in operations
                if o[0] == "replace"
            )
        ),
        "cuts": -float(len(inner)),
        "rough_cuts": -float(sum(not (words[o[1]].joint or words[o[1]].surface in LOOSE) for o in inner)),
        "loose_cuts": -float(sum(words[o[2] - 1].surface in LOOSE for o in inner)),
        **(_ends(support, kept[0][1], kept[-1][2]) if kept else {"tail": -1.0, "tail_loose": 0.0, "head": 0.0}),
        "ends_loose": -float(bool(sentence.words) and sentence.words[-1].surface in LOOSE),
    }


def _content(one: Line, start: int, end: int) -> int:
    return sum(word.content for word in one.words[start:end])


def _ends(support: Line, start: int, end: int) -> dict[str, float]:
    words = support.words
    cut = end < len(words) and not words[end].joint and words[end].surface not in LOOSE
    return {
        "tail": -float(cut),
        "tail_loose": -float(words[end - 1].surface in LOOSE),
        "head": -float(start > 0 and words[start - 1].surface in LOOSE),
    }


def _facts(sentence: Line, source: Source, support: Sequence[Line]) -> tuple[dict[str, float], Findings]:
    near_numbers = [q for one in support for q in one.quantities]
    near_dates = [m for one in support for m in one.dates]
    undated = [m for m in sentence.dates if not said_by(m, source.dates, source.reference)]
    dated = [m for m in sentence.dates if m not in undated]
    counted = [q for q in sentence.quantities if not any(m.start <= q.start < m.end for m in dated)]
    lost = [q for q in counted if not known(q, source.quantities)]
    named = names(sentence.text, sentence.words, source.language)
    unknown = [name for name in named if not knows(name, source.folded, source.stems, source.language)]
    added, dropped = _denial(sentence, source, support)
    certain = bool(support) and firmer(sentence.stance, sentence.content, support[0].stance)
    values = {
        "numbers": -float(len(lost)),
        "numbers_near": -float(sum(not known(q, near_numbers) for q in counted)),
        "dates": -float(len(undated)),
        "dates_near": -float(sum(not said_by(m, near_dates, source.reference) for m in sentence.dates)),
        "names": -float(len(unknown)),
        "denied": -float(added),
        "undenied": -float(dropped),
        "certain": -float(certain),
    }
    folded = sentence.folded
    return values, Findings(
        numbers=tuple(folded[q.start : q.end] for q in lost),
        dates=tuple(folded[m.start : m.end] for m in undated) or misdated(sentence, source),
        names=tuple(unknown),
        denied=added or dropped,
        certain=certain,
    )


def _denial(sentence: Line, source: Source, support: Sequence[Line]) -> tuple[bool, bool]:
    """(it denies what the source does not, it says what the source denies)"""
    denied = frozenset[str]().union(*(one.stance.denied for one in source.lines))
    added = sentence.stance.negations > sum(one.stance.negations for one in support) or (
        sentence.stance.negations > 0 and not sentence.stance.denied & denied
    )
    dropped = bool(support) and any(
        stem in sentence.content and not sentence.stance.negations and support[0].stems.count(stem) == 1
        for stem in support[0].stance.denied
    )
    return added, dropped
