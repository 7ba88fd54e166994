"""Names of people, places and organisations in a sentence, and whether a text knows them.

English names are runs of capitalised words; Japanese ones are what the dictionary calls proper nouns, katakana words
and Latin runs. Titles (氏, 大統領, Mr) are no part of a name; nationalities count as their country's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from digests.tokens import Token
from digests.wordlists import FUNCTION_WORDS, TIMES

_RUN = re.compile(r"\b[A-ZÀ-ÖØ-Þ][\w’'.-]*(?:\s+(?:(?:of|the|de|van|von|bin|al)\s+)?[A-ZÀ-ÖØ-Þ][\w’'-]*)*")
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
_TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "dr",
        "sir",
        "lord",
        "lady",
        "prof",
        "president",
        "minister",
        "king",
        "queen",
        "prince",
        "princess",
        "gen",
        "sen",
        "rep",
        "st",
    ]
)
_NUMBERED = re.compile(r"^\d")
_LEAST_PREFIX = 4


def names(text: str, words: Sequence[Token], language: str) -> tuple[str, ...]:
    """Names in the sentence `text`, lower case, NFKC, without titles; its first word only counts inside a run."""
    if language == "ja":
        return _japanese(unicodedata.normalize("NFKC", text), words)
    return _spaced(unicodedata.normalize("NFKC", text))


def _spaced(text: str) -> tuple[str, ...]:
    found = []
    for match in _RUN.finditer(text):
        run = [word.strip("'’.-") for word in match.group().replace("’s", "").replace("'s", "").split()]
        kept = [word.lower() for word in run if _counts(word)]
        opening = match.start() == 0 and len(run) == 1
        if kept and not opening:
            found += kept
    return tuple(dict.fromkeys(found))


def _counts(word: str) -> bool:
    lower = word.lower()
    return word[:1].isupper() and len(word) > 1 and lower not in FUNCTION_WORDS | TIMES | _TITLES


def _japanese(text: str, words: Sequence[Token]) -> tuple[str, ...]:
    proper = [word.surface for word in words if word.name and not _NUMBERED.match(word.surface)]
    return tuple(dict.fromkeys((*proper, *_KATAKANA.findall(text))))


def knows(name: str, text: str, stems: Collection[str], language: str) -> bool:
    """Does a source know `name`? `text` is its lower-case NFKC text, `stems` the stems in it."""
    if language == "ja":
        return name in text
    if name in stems or name.replace(".", "") in stems:
        return True
    prefix = name[: max(_LEAST_PREFIX, len(name) - 3)]
    return len(prefix) >= _LEAST_PREFIX and any(stem.startswith(prefix) for stem in stems)
