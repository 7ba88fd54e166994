"""Does a text stand in its support, word by word? A second look apart from the guard, stricter and simpler: for trials
that say whether the guard let something through. It knows nothing of meaning, so what it finds is read by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from digests.ground import ground
from digests.readable import squeezed

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_COUNTS = frozenset(
    re.findall(
        r"\w+",
        "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand "
        "million billion trillion half double twice dozen first second third fourth fifth",
    )
)
_OPENERS = frozenset(
    re.findall(
        r"\w+",
        "the a an in on at it its he she they this that these those we there his her their but and as for from with "
        "after before by if when while however since although to of no not i you our what who",
    )
)
"""Words whose capital only says that a sentence begins."""
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}")
_KANJI = re.compile(r"[一-龠々]{2,}")


def unsupported(text: str, support: str, language: str) -> str:
    """Why `text` does not rest on its `support`, by words and by the guard alone; empty when it does."""
    if not support:
        return "no support"
    if squeezed(text) in squeezed(_ASIDE.sub("", support)):  # a reading or a date in brackets is left out
        return ""
    lost = strange(text, support, language)
    if lost:
        return f"not there: {', '.join(lost)}"
    verdict = ground(support, text, language)
    return f"guard: {verdict.unsupported[0].reason}" if verdict.unsupported else ""


def strange(text: str, support: str, language: str) -> tuple[str, ...]:
    """Numbers and names of `text` that do not stand in `support`; in Japanese every word in katakana and every two
    kanji side by side. Empty for what stands there whole."""
    if squeezed(text) in squeezed(support):
        return ()
    said, there = (unicodedata.normalize("NFKC", one) for one in (text, support))
    there += "\n" + _ASIDE.sub("", there)  # what stood around an aside may stand side by side
    found = [one for one in _DIGITS.findall(said) if _plain(one) not in {_plain(n) for n in _DIGITS.findall(there)}]
    return (*found, *(_japanese(said, there) if language == "ja" else _english(said, there)))


def _plain(number: str) -> str:
    return number.replace(",", "")


def _english(said: str, there: str) -> Iterator[str]:
    known = {word.lower() for word in _WORD.findall(there.replace("’", "'"))}
    for word in _WORD.findall(said.replace("’", "'")):
        named = word[0].isupper() and word.lower() not in _OPENERS
        if (named or word.lower() in _COUNTS) and word.lower() not in known:
            yield word


def _japanese(said: str, there: str) -> Iterator[str]:
    yield from (word for word in _KATAKANA.findall(said) if word not in there)
    for run in _KANJI.findall(said):
        pairs = [run[i : i + 2] for i in range(len(run) - 1)]
        yield from (pair for pair in pairs if pair not in there)
