"""The clauses of a sentence, to see what a number, a name or a verb belongs to. Cut at commas and conjunctions,
roughly: what is compared are shares of words, not trees."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from digests.quantities import Quantity, folded, quantities
from digests.tokens import Token, tokens

_CUT_EN = re.compile(
    r"[,;:](?!\d)|\s[-–—]\s|(?=\b(?:while|whereas|but|and|although|though|because|if|unless|before|after|until|since|who)\b)"
)
_CUT_JA = re.compile(r"(?<!\d)[、,]|[、,](?!\d)|[;:。]|(?<=れば)|(?<=前に)|(?<=後に)")
_LINE = 0.25
"""What a word in common is worth that stands in another clause of the sentence."""


@dataclass(frozen=True, slots=True)
class Clause:
    """`text`: NFKC; `folded`: what the offsets of `quantities` count in; `read`: what words are looked up in, the text
    or its stems. `content`: stems of its content words and numbers; `around`: those of the whole sentence."""

    text: str
    folded: str
    read: str
    words: tuple[Token, ...]
    content: frozenset[str]
    around: frozenset[str]
    quantities: tuple[Quantity, ...]


@lru_cache(maxsize=4096)
def clauses(text: str, language: str) -> tuple[Clause, ...]:
    """The clauses of the sentence `text` in order; at least one where it has words."""
    clean = unicodedata.normalize("NFKC", text)
    cut = _CUT_JA if language == "ja" else _CUT_EN
    ends = [0, *(match.end() for match in cut.finditer(clean)), len(clean)]
    parts = [clean[start:end].strip() for start, end in itertools.pairwise(ends)]
    around = _content(tokens(text, language))
    return tuple(_clause(part, language, around) for part in parts if tokens(part, language))


def _clause(text: str, language: str, around: frozenset[str]) -> Clause:
    words = tokens(text, language)
    read = text if language == "ja" else " ".join(word.stem for word in words)
    return Clause(text, folded(text), read, words, _content(words), around, quantities(text))


def _content(words: Sequence[Token]) -> frozenset[str]:
    return frozenset(word.stem for word in words if word.content)


def likeness(one: Clause, other: Clause, but: frozenset[str] = frozenset()) -> float:
    """How many content words two clauses have in common, those of the sentences around them counted less. `but`: stems
    that do not count."""
    own = one.content & other.content - but
    far = (one.around & other.around) - own - but
    return len(own) + _LINE * len(far)
