"""Cuts a sentence at its ends and in at most two places inside, never rewording: what is left stands in the article.

Leading connectives, datelines and bracketed sources go; a quotation left open is closed with its own mark.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from digests.boilerplate import LONGEST_CREDIT, credit, plainly_begun
from digests.held import ANYTHING, PAIRS, Held, holds
from digests.quotations import half_quoted
from digests.readable import CONNECTIVE, base, dangles, may_connect, squeezed
from digests.wording import ANY, TURNS, WIDE

MOST_PIECES = 3
LEAST_LEFT = 10
"""Characters a sentence keeps whatever is cut before it."""
Span = tuple[int, int]
DATELINE = re.compile(
    r"\s*(?:[A-Z][A-Za-z.,/'’ -]{1,60}?(?:,\s*\w+\.?\s+\d{1,2})?\s*\((?:Reuters|AP|AFP|CNN|UPI|Bloomberg|Xinhua"
    r"|IANS|PTI|BBC)[^)]{0,30}\)\s*[-–—:]+\s*"
    r"|[A-Z]{3,}(?:[ ,./'’-]+[A-Z]{2,}){0,4}(?:,\s*\w+\.?\s+\d{1,2})?\s*(?:[-–—]{1,2})\s+(?=[A-Z])"
    r"|(?:[A-Z0-9][A-Z0-9'’&,:?!-]*\s+){3,12}(?=(?:[A-Z][a-z]|A\s+[a-z]))"
    r"|【[^】]{1,30}】\s*|[（(][^（）()]{1,16}(?:発表|現在|時点|調べ)[）)]\s*|[（(][^）)]{1,12}(?:共同|時事|ロイター|AFP)[^）)]{0,8}[）)]\s*|[◆■●▼▲◇□○・※•*–—-]+\s*)"
)
ASIDE = re.compile(
    r"\s?[（(](?:[^（）()]{0,24}(?:による|調べ|撮影|提供|参照|既報|写真|画像|関連記事|外部リンク|敬称略|UTC[^（）()]{0,12}|以下同じ?|以下、?同様|肩書き?は当時)"
    r"|[ぁ-ゖー・\s]{3,24}|[A-Z0-9]{1,8}\.[A-Z]{1,3}|[A-Z]{2,8}:\s?[A-Z]{1,6}|pictured[^()]{0,30}|see "
    r"[^()]{0,40}|file photo|file picture|left|right|above|below|Reuters|AP|AFP)[）)]"
)
TURN = re.compile(
    r",\s(?:however|meanwhile|moreover|nevertheless|nonetheless|for example|for instance),(?=\s)"
    r"|,\s(?:however|meanwhile|nevertheless|though)(?=[.”\"]+\s*$)"
)
"""A connective in the middle of an English sentence, which joins it to one that is not there."""
_TURNS = ("however", "meanwhile", "though", "moreover", "netheless", "evertheless", "for example", "for instance")
_PARTICLE = re.compile(r"[もはがをにのへと](?=[^ぁ-ん])")
MOST_ASIDES = 2
_BROKEN = re.compile(r"(?<=[\u3000-\u30ff\u4e00-\u9fff])\s*\n\s*(?=[\u3000-\u30ff\u4e00-\u9fff])")
_SPACED_MARK = re.compile(r" ([,.;:!?、。])(?=\s|$)")
LOOSE = " \t\n\r\u3000:：;；,、。."
"""White space, and marks that no sentence begins with."""


class Trimmed(NamedTuple):
    """`text` is printed; it rests on the article's characters from `start` to `end`."""

    text: str
    start: int
    end: int


def trimmed(text: str, start: int, language: str, seen: Held = ANYTHING, says: int = ANY) -> Trimmed:
    """The sentence that begins at `start` of its article as it may be printed. `seen`: what its article holds; `says`:
    what its words say (`wording.said`)."""
    head = _head(text, base(language))
    tail = len(text.rstrip())
    if head and not squeezed(text[head:tail]):
        head = 0
    own = text[head:tail]
    whole = Trimmed(_tidy(own, seen), start + head, start + max(tail, head))
    asides = _asides(own, says)
    cut = _tidy(_without(own, asides), ANYTHING) if asides else whole.text
    if holds(cut, seen.quoting) and half_quoted(cut, seen.pairs):
        cut = _closed(cut)
    if cut == whole.text:
        return whole
    if squeezed(cut) and in_pieces(cut, own) <= MOST_PIECES:
        return Trimmed(cut, whole.start, whole.end)
    return whole


def in_pieces(text: str, source: str) -> int:
    """In how many contiguous pieces, in order, `text` stands in `source` (word characters only); 99: it does not."""
    wanted, given = squeezed(text), squeezed(source)
    count = at = i = 0
    while i < len(wanted):
        size = _longest(wanted, i, given, at)
        if size < 3:
            return 99
        at = given.find(wanted[i : i + size], at) + size
        i, count = i + size, count + 1
    return count


def _longest(wanted: str, i: int, given: str, at: int) -> int:
    """The length of the longest prefix of wanted[i:] found in given[at:]; prefixes are monotone, so bisect."""
    low, high = 0, len(wanted) - i
    while low < high:
        middle = (low + high + 1) // 2
        if given.find(wanted[i : i + middle], at) >= 0:
            low = middle
        else:
            high = middle - 1
    return low


def _head(text: str, language: str) -> int:
    """Where the sentence proper begins."""
    at = len(text) - len(text.lstrip(LOOSE))
    dateline = None if plainly_begun(text, at, len(text)) else DATELINE.match(text, at)
    if dateline and len(text) - dateline.end() >= LEAST_LEFT:
        at = dateline.end()
    elif not at and not may_connect(text, language):
        return 0
    connective = CONNECTIVE[language].match(text, at) if language in CONNECTIVE else None
    if connective and _stands_alone(text[connective.end() :], language):
        at = connective.end()
    if language == "ja" and len(text) - at - (named := credit(text[at : at + LONGEST_CREDIT])) >= LEAST_LEFT:
        at += named  # behind a connective; the sentence itself begins after it
    return at


def _stands_alone(rest: str, language: str) -> bool:
    """Whether what follows a connective still looks like a sentence: no lower-case opening, no word pointing back."""
    if len(rest) < LEAST_LEFT or dangles(rest, language):
        return False
    if language == "ja":
        return not _PARTICLE.match(rest)
    return rest[0].isupper() or rest[0].isdigit()


def _asides(text: str, says: int) -> list[Span]:
    found = [each.span() for each in ASIDE.finditer(text)] if "(" in text or "（" in text else []
    if says & TURNS or (says & WIDE and holds(text, _TURNS)):
        found = sorted([*found, *(each.span() for each in TURN.finditer(text))])
    return found[:MOST_ASIDES]


def _without(text: str, cuts: list[Span]) -> str:
    for start, end in reversed(cuts):
        text = text[:start] + text[end:]
    return text


def _tidy(text: str, seen: Held) -> str:
    """White space as a reader expects it; a line break between two Japanese characters is nothing."""
    if not seen.oddly_spaced:
        return text
    if "\n" in text:
        text = _BROKEN.sub("", text)
    return _SPACED_MARK.sub(r"\1", " ".join(text.split()))


def _closed(text: str) -> str:
    """A half quotation that the next sentence goes on with is closed where the printed text ends."""
    if text.count('"') % 2 and text.rfind('"') < len(text) - 3 and re.search(r'(?:^|[\s:(,])"(?=\w)[^"]*$', text):
        return text + '"'
    for opening, closing in PAIRS:
        if (
            opening in "“「『"
            and text.count(opening) == text.count(closing) + 1
            and text.rfind(opening) > text.rfind(closing)
        ):
            return _shut(text, closing)
    return text


def _shut(text: str, closing: str) -> str:
    return text + closing
