"""Who said it stays said: words out of somebody's mouth are printed between marks, or as what was said.

The guard asks whether a text's words stand in its support; they do when a model takes a sentence out of a quotation and
leaves the marks away. That turns an opinion into news, and «we» into the newspaper.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.quotations import speaks_of_us

_MARKS = {"\u201c": "\u201d", "「": "」", "『": "』", "«": "»"}
_QUOTED = re.compile(r'"[^"]*"|\u201c[^\u201d]*\u201d|「[^」]*」|『[^』]*』|«[^»]*»')
_OPEN = re.compile(r'"[^"]*$|\u201c[^\u201d]*$|「[^」]*$|『[^』]*$')
_SAID = re.compile(
    r"\b(?:sa(?:id|ys|ying)|t(?:old|ells)|add(?:ed|s)|according|stress(?:ed|es)|insist(?:ed|s)|claim(?:ed|s)|warn(?:ed|s)|"
    r"explain(?:ed|s)|argue[ds]|believe[ds]?|wr(?:ote|ites)|admit(?:ted|s)|describe[ds]|call(?:ed|s)|thinks?|thought|"
    r"hope[ds]?|expect(?:ed|s)?)\b|(?:と|って)(?:述べ|話|語|いう|言|した|して|する|説明|指摘|コメント|強調|主張|答え|訴え)|"
    r"によ(?:ると|れば)",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:sa(?:id|ys)|add(?:ed|s)|claim(?:ed|s)|insist(?:ed|s)|argue[ds]|stress(?:ed|es)|warn(?:ed|s)|believe[ds]|"
    r"thinks|thought|hope[ds]|admit(?:ted|s)) that (.+)",
    re.IGNORECASE | re.DOTALL,
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
RUN = {"ja": 12}
"""Letters (Japanese) or words (else: 6) in a row that are somebody's own."""


def bare(text: str, support: Sequence[str], language: str) -> bool:
    """Does `text` print somebody's words without their marks? `support`: the sentences it rests on."""
    if text.count('"') % 2 or any(text.count(one) != text.count(other) for one, other in _MARKS.items()):
        return True
    spoken = [_units(words, language) for one in support for words in _spoken(one)]
    if not spoken:
        return False
    outside = _QUOTED.sub(" | ", text)
    if language != "ja" and speaks_of_us(outside):
        return not any(speaks_of_us(_OPEN.sub("", _QUOTED.sub("", one))) for one in support)
    return not _SAID.search(outside) and any(_taken(piece, spoken, language) for piece in outside.split("|"))


def _spoken(sentence: str) -> list[str]:
    """What stands between marks, the last of which may be missing: the speech goes on in the next sentence; and what
    somebody is said to have said."""
    marked = [*_QUOTED.findall(sentence), *_OPEN.findall(_QUOTED.sub(" ", sentence))]
    return [*marked, *_REPORTED.findall(sentence)]


def _taken(piece: str, spoken: Sequence[Sequence[str]], language: str) -> bool:
    said = _units(piece, language)
    length = min(RUN.get(language, 6), max(len(said), 3))
    runs = {tuple(said[i : i + length]) for i in range(len(said) - length + 1)}
    return any(tuple(one[i : i + length]) in runs for one in spoken for i in range(len(one) - length + 1))


def _units(text: str, language: str) -> list[str]:
    words = [word.lower() for word in _WORD.findall(text)]
    return list("".join(words)) if language == "ja" else words
