"""A sentence that names what its line only points back to: “It shows 3,000 objects” told as “The museum shows 3,000
objects”. Who makes a sentence stand alone has to do so."""

from __future__ import annotations

import re

from digests.alignment import lcs
from digests.evidence import Line, Source
from digests.wordlists import words_of

_BACK_EN = words_of("it they he she hers theirs this these")
_BACK_JA = re.compile("同[社氏市町村県省庁署国局党紙法大会院所]|同(?=じ)|この|その|これ|それ|彼|両")
_TOPIC_JA = re.compile("[^、。]は")
_LINES = 5
"""How many lines back a name may stand."""
_KEPT = 0.7
"""Share of the other words that must stand in the line, in its order."""


def names_what_is_meant(sentence: Line, support: Line, source: Source) -> bool:
    """Does `sentence` only put a word of the lines before into a line that leaves it out or points back to it?"""
    if not _points_back(support, source.language):
        return False
    own = sentence.content - frozenset(support.stems)
    at = source.lines.index(support)
    before = source.lines[max(0, at - _LINES) : at]
    rest = [stem for stem in sentence.stems if stem not in own]
    return any(own <= one.content for one in before) and lcs(support.stems, rest) >= _KEPT


def _points_back(one: Line, language: str) -> bool:
    if language == "ja":
        return bool(_BACK_JA.search(one.text)) or not _TOPIC_JA.search(one.text)
    return any(word.surface in _BACK_EN for word in one.words[:2])
