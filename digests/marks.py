"""What is known of each printable line before it is asked what it is worth in which part of a digest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digests.analysis import Analysis
from digests.bearing import bears, named
from digests.choose import Floats
from digests.lines import Line
from digests.model import ROLES
from digests.readable import base
from digests.telling import titled

Bools = NDArray[np.bool_]
QUOTES = "\"“‘'「『｢"
ALONE = (30, 330)
"""Characters of a lead or a conclusion; a Japanese one counts 2.2 times."""
WIDE = 2.2
SHORT = 60
"""Letters below which a line is thought to say little."""
_HAN_OR_KANA = re.compile("[\u3000-\u9fff]")
_FOLLOWS = re.compile(
    r"[^、。]{1,10}後(?:に|は|、)|[^、。]{0,6}(?:当時|その際|対象)は|(?:After|Following) (?:that|this|the)\b"
)
"""Openings of what comes after something told before."""
_NAMELESS = re.compile(
    r"[\"“]?(?:[A-Z]?[a-z,’']+ )(?:[a-z,’']+ ){0,4}(?:he|she|they|him|them|it)\b"
    r"|(?:[A-Z]?[a-z,’']+ ){0,2}(?:his|her|this|these)\b"
)
"""A pronoun before any name."""
_KNOWN = (
    "accusations? allegations? announcement arrests? attacks? bans? bill blasts? changes? charges? claims? "
    "collapse comments? company companies couple crash cuts? deals? decisions? defeats? dispute documents? "
    "episode findings? firm figures? gang group incidents? killings? law letters? man match measures? meetings? "
    "men move news offers? operations? pair plans? problems? programme project proposals? protests? raids? "
    "reports? results? rise rows? ruling scheme service sites? statements? strikes? study survey suspects? system "
    "talks teams? trend trial trio verdict victims? victory violence visit vote woman women"
)
_EXPLAINED = "of|by|to|that|in|from|on|for|which|between|at|with|who|against|over|about|behind|where|when|into"
_GIVEN = re.compile(
    rf"(?:The|These|Those) (?:\w+ )?(?P<noun>{_KNOWN.replace(' ', '|')})\b(?! (?:{_EXPLAINED})\b|,| ?[A-Z‘“])"
)
"""A thing spoken of as known: it is, where the title names it."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What is known of each line (n,): `roles` (n, 4), closeness `about`, `place` from 0 to 1, what is `odd` about its
    length, how many terms of the title it names (`titled`), whether it is `sound` on its own, speaks of something as
    `given` that the title does not name, looks `ahead`, tells of a `turning` point."""

    roles: Floats
    salience: Floats
    about: Floats
    place: Floats
    odd: Floats
    titled: Floats
    sound: Bools
    given: Bools
    ahead: Bools
    turning: Bools


def marked(analysis: Analysis, lines: Sequence[Line]) -> Marks:
    """The marks of an article's lines, of which there must be some. An article without a title is named by its
    opening."""
    said = [line.print.text for line in lines]
    title = analysis.title or said[0]
    return Marks(
        roles=np.array([[line.sentence.roles.get(role, 0.0) for role in ROLES] for line in lines]),
        salience=np.array([line.sentence.salience for line in lines]),
        about=_closeness(analysis, lines),
        place=np.array([line.index for line in lines]) / max(1, len(analysis.sentences) - 1),
        odd=_odd(lines),
        titled=titled(lines, title),
        sound=np.array([sound(line, analysis.language) for line in lines]),
        given=np.array([given(text, title) for text in said]),
        ahead=np.array([bears(text, analysis.language, "ahead") for text in said]),
        turning=np.array([bears(text, analysis.language, "turning") for text in said]),
    )


def sound(line: Line, language: str) -> bool:
    """Whether a line can stand alone, as a lead or a conclusion: of some length, a statement, with its subject."""
    text = line.print.text
    low, high = ALONE
    size = line.size * (WIDE if _wide(text) else 1.0)
    statement = text[0] not in QUOTES and not text.rstrip().endswith(("?", "？"))
    if not (low <= size <= high and statement and named(text, language)) or _FOLLOWS.match(text):
        return False
    return base(language) != "en" or not _NAMELESS.match(text)


def given(text: str, title: str) -> bool:
    """Whether an English sentence opens with a thing that is taken as known and that the title does not name."""
    found = _GIVEN.match(text)
    return bool(found and found["noun"].rstrip("s") not in title.lower())


def _odd(lines: Sequence[Line]) -> Floats:
    """A penalty for lines of more than about two rows, and for those too short to say much."""
    sizes = np.array([line.size * (WIDE if _wide(line.print.text) else 1.0) for line in lines])
    return np.asarray(np.clip((sizes - 220) / 600, 0, 0.4) + np.clip((SHORT - sizes) / 200, 0, 0.2))


def _wide(text: str) -> bool:
    return len(_HAN_OR_KANA.findall(text, 0, 40)) > 10


def _closeness(analysis: Analysis, lines: Sequence[Line]) -> Floats:
    """How near each line is to title and article, 0..1 within this article."""
    vectors = analysis.vectors[[line.index for line in lines]]
    near = 0.6 * vectors @ analysis.title_vector + 0.4 * vectors @ analysis.article_vector
    low, high = float(near.min()), float(near.max())
    return np.asarray((near - low) / (high - low) if high - low > 1e-6 else np.zeros(len(lines)), dtype=np.float64)
