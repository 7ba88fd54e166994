"""What is known of each printable line before it is asked what it is worth in which part of a digest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digests.bearing import Bearing, bears, named
from digests.choose import Floats
from digests.columns import Columns
from digests.lines import Line
from digests.quick import VECTOR
from digests.readable import base
from digests.wording import BEARINGS, POINTS, bears_said

Bools = NDArray[np.bool_]
QUOTES = "\"“‘'`「『｢"
ALONE = (30, 330)
"""Characters of a lead or a conclusion; a Japanese one counts 2.2 times."""
WIDE = 2.2
LEAST_TELLING, MOST_TELLING = 0.2, 0.95
"""Salience of an article's least and most telling line, by vectors."""
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
    length, how much it tells beside the others (`telling`), how many terms of the title it names (`titled`), whether it
    is `sound` on its own, speaks of something as `given` that the title does not name; and of those that may lead or
    conclude whether they look `ahead`, tell of a `turning` point."""

    roles: Floats
    salience: Floats
    telling: Floats
    about: Floats
    place: Floats
    odd: Floats
    titled: Floats
    sound: Bools
    given: Bools
    ahead: Bools
    turning: Bools


def marked(seen: Columns) -> Marks:
    """The marks of an article's lines. An article without a title is named by its opening."""
    analysis, language = seen.analysis, seen.language
    title = analysis.title or seen.texts[0]
    titled = seen.titled if analysis.title else (seen.terms @ seen.terms[0]).astype(int).tolist()
    alone = [sound(line, language) for line in seen.lines]
    assumed = [given(text, title) for text in seen.texts]
    # Neither lead nor conclusion asks for the bearing of others, and to find it takes long.
    fit = [a and t > 0 and not g for a, t, g in zip(alone, titled, assumed, strict=True)]
    last = max(1, len(analysis.sentences) - 1)
    return Marks(
        roles=seen.chances,
        salience=seen.salience,
        telling=_telling(seen),
        about=_closeness(seen),
        place=np.array([line.index / last for line in seen.lines]),
        odd=_odd(seen),
        titled=np.array(titled),
        sound=np.array(alone),
        given=np.array(assumed),
        ahead=_bearing(seen, "ahead", fit),
        turning=_bearing(seen, "turning", fit),
    )


def _telling(seen: Columns) -> Floats:
    """Salience as it is where sentences have vectors; what words alone say of English is far lower, and but its order
    within the article means something."""
    n = len(seen.lines)
    if n < 2 or base(seen.language) != "en" or seen.vectors.shape[1] != VECTOR:
        return seen.salience
    return np.asarray(LEAST_TELLING + (MOST_TELLING - LEAST_TELLING) * seen.salience.argsort().argsort() / (n - 1))


def _bearing(seen: Columns, name: Bearing, fit: Sequence[bool]) -> Bools:
    """Which of the lines that are `fit` have a bearing."""
    if seen.says is None:
        return np.array([f and bears(text, seen.language, name) for f, text in zip(fit, seen.texts, strict=True)])
    k = BEARINGS.index(name)
    return np.array([f and bears_said(s, t, k) for f, s, t in zip(fit, seen.says, seen.texts, strict=True)])


def sound(line: Line, language: str) -> bool:
    """Whether a line can stand alone, as a lead or a conclusion: of some length, a statement, with its subject."""
    text = line.print.text
    low, high = ALONE
    size = len(text) * (WIDE if _wide(text) else 1.0)
    if not low <= size <= high or text[0] in QUOTES or text.rstrip().endswith(("?", "？")):
        return False
    if base(language) == "en":
        points = line.told is None or line.told.says & POINTS
        return not ((points and _NAMELESS.match(text)) or _follows(text))
    return named(text, language) and not _follows(text)


def _follows(text: str) -> bool:
    """Whether a text opens with what comes after something told before."""
    return (text.startswith(("After ", "Following ")) or "は" in text or "後" in text) and bool(_FOLLOWS.match(text))


def given(text: str, title: str) -> bool:
    """Whether an English sentence opens with a thing that is taken as known and that the title does not name."""
    found = _GIVEN.match(text) if text.startswith("Th") else None
    return bool(found and found["noun"].rstrip("s") not in title.lower())


def _odd(seen: Columns) -> Floats:
    """A penalty for lines of more than about two rows, and for those too short to say much."""
    widths = [size * (WIDE if _wide(text) else 1.0) for size, text in zip(seen.sizes, seen.texts, strict=True)]
    return np.array([min(max((w - 220) / 600, 0.0), 0.4) + min(max((SHORT - w) / 200, 0.0), 0.2) for w in widths])


def _wide(text: str) -> bool:
    return not text.isascii() and len(_HAN_OR_KANA.findall(text, 0, 40)) > 10


def _closeness(seen: Columns) -> Floats:
    """How near each line is to title and article, 0..1 within this article."""
    near = seen.vectors @ (0.6 * seen.analysis.title_vector + 0.4 * seen.analysis.article_vector)
    low, high = float(near.min()), float(near.max())
    return np.asarray((near - low) / (high - low) if high - low > 1e-6 else np.zeros(len(near)), dtype=np.float64)
