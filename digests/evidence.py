"""A text that sentences claim to rest on, prepared for comparison, and the lines of it a sentence rests on."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from digests.alignment import grams, lcs
from digests.arcs import places
from digests.dates import Mention, mentions
from digests.modality import Stance, stance
from digests.quantities import Quantity, folded, quantities, squeezed
from digests.sentences import sentences
from digests.tokens import Token, tokens

_CREDIT = re.compile(r"[^\n。]+[、，,]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence with everything that is compared."""

    text: str
    folded: str
    """NFKC, lower case: what the offsets of quantities and dates count in."""
    squeezed: str
    """Letters and digits of `folded` only."""
    words: tuple[Token, ...]
    stems: tuple[str, ...]
    content: frozenset[str]
    quantities: tuple[Quantity, ...]
    dates: tuple[Mention, ...]
    stance: Stance


def line(text: str, language: str, reference: date | None = None) -> Line:
    """The sentence `text` prepared. `reference`: the day it was written, where that is known."""
    words = tokens(text, language)
    return Line(
        text=text,
        folded=folded(text),
        squeezed=squeezed(folded(text)),
        words=words,
        stems=tuple(word.stem for word in words),
        content=frozenset(word.stem for word in words if word.content),
        quantities=quantities(text),
        dates=mentions(text, reference),
        stance=stance(text, words, language),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text that sentences claim to rest on, prepared once."""

    language: str
    reference: date | None
    lines: tuple[Line, ...]
    folded: str
    squeezed: str
    stems: frozenset[str]
    surfaces: tuple[str, ...]
    bigrams: frozenset[tuple[str, ...]]
    trigrams: frozenset[tuple[str, ...]]
    quantities: tuple[Quantity, ...]
    dates: tuple[Mention, ...]
    weights: dict[str, float] = field(default_factory=dict)
    """How telling a stem is: log(1 + lines / lines with it)."""
    places: dict[str, list[tuple[int, int, int]]] = field(default_factory=dict)
    near: frozenset[tuple[str, str]] = frozenset()
    """Content stems that stand next to each other, or with one between."""


def stated(text: str, language: str) -> tuple[str, ...]:
    """The sentences of `text`, each with the media it credits ahead of itself (「共同通信によると、」): whose report it
    is belongs to what it says."""
    found, end = [], 0
    for piece in sentences(text, language):
        ahead = _CREDIT.search(text[end : piece.start]) if language == "ja" else None
        found.append(f"{ahead.group().strip()}{piece.text}" if ahead else piece.text)
        end = piece.end
    return tuple(found)


def source(text: str, language: str, reference: date | None = None) -> Source:
    """`text` prepared. `reference`: the day it was written, where that is known."""
    lines = tuple(line(piece, language, reference) for piece in stated(text, language))
    surfaces = tuple(word.surface for one in lines for word in one.words)
    count = Counter(stem for one in lines for stem in one.content)
    return Source(
        language=language,
        reference=reference,
        lines=lines,
        folded=folded(text),
        squeezed=squeezed(folded(text)),
        stems=frozenset(stem for one in lines for stem in one.stems) | frozenset(surfaces),
        surfaces=surfaces,
        bigrams=frozenset(grams(surfaces, 2)),
        trigrams=frozenset(grams(surfaces, 3)),
        quantities=tuple(q for one in lines for q in one.quantities),
        dates=tuple(m for one in lines for m in one.dates),
        weights={stem: math.log(1 + len(lines) / n) for stem, n in count.items()},
        places=places([one.words for one in lines]),
        near=frozenset(pair for one in lines for pair in _near(one)),
    )


def _near(one: Line) -> list[tuple[str, str]]:
    content = [word.stem for word in one.words if word.content]
    return [*itertools.pairwise(content), *zip(content, content[2:], strict=False)]


def supports(sentence: Line, origin: Source) -> tuple[Line, ...]:
    """The one or two lines of the source the sentence most likely rests on, best first."""
    wanted = dict.fromkeys(sentence.content, 0.0) | {s: origin.weights.get(s, 0.0) for s in sentence.content}
    if not origin.lines:
        return ()
    first = max(origin.lines, key=lambda one: (_gain(one, wanted), lcs(one.stems, sentence.stems)))
    rest = {stem: weight for stem, weight in wanted.items() if stem not in first.content}
    second = max(origin.lines, key=lambda one: _gain(one, rest))
    return (first, second) if _gain(second, rest) > 0 else (first,)


def _gain(one: Line, wanted: dict[str, float]) -> float:
    return sum(weight for stem, weight in wanted.items() if stem in one.content)
