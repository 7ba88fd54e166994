"""Quotation marks: which halves lack the other, which sentences stand inside a quotation, who speaks outside one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.held import PAIRS, holds

_OPENING_OF = {closing: opening for opening, closing in PAIRS}
_EACH_MARK = "".join(re.escape(mark) for pair in PAIRS for mark in pair)
_MARKS = re.compile(f"[{_EACH_MARK}]")
PRONOUN_SPEAKER = re.compile(
    r"^[\"“‘'].*[\"”’'],?\s(?:he|she|they|it)\s(?:said|says|added|told|explained|insisted|warned|claimed|continued|wrote|"
    r"argued|joked|noted|commented|admitted|replied|concluded|went on)\b|^[\"“].*[\"”],?\s(?:said|says|added) "
    r"(?:he|she)\b"
)
"""A quotation whose speaker is a pronoun: who says so stands elsewhere."""
FULL_QUOTE = re.compile(r"^[\"“„«「『][^\"“”„»」』]*[\"”“»」』]?[.!?。！？,，]?[\"”»」』]?$")
_MAY_OPEN = ('"', "“", "''", "``")
_OPENS = re.compile(r"[\"“]|''|``")
_OPENING = r"(?:(?<![^\s(\[—–-]%s)(?=[^\s\"”])())"
_OPEN_OR_SHUT = re.compile(f"\"{_OPENING % chr(34)}?|''{_OPENING % (2 * chr(39))}?|``{_OPENING % '``'}|“()|”|\\n")
"""A mark that opens a quotation (then one of the groups is met) or ends it. Every form begins with a character of its
own, so that the others are passed over quickly."""
_OPENS_QUOTATION = ("“", '"', "‘", "'", "„", "«", "「", "『")
_MAY_OPEN_QUOTATION = (*_OPENS_QUOTATION, "``")
_MINE = re.compile(r"\b(?<!War )(?:I|my|My|myself)\b(?!\.)")
_OURS = re.compile(r"\b(?:me|we|We|us|our|Our|ours|ourselves)\b")
_QUOTATION = re.compile(r"[\"“][^\"”]*[\"”]|(?<!\w)[‘'][^‘]*[’'](?!\w)")


def speakerless(text: str) -> bool:
    """Nothing but a quotation, or one that only a pronoun speaks: who says so stands elsewhere."""
    bare = text.strip()
    if not bare.startswith(_MAY_OPEN_QUOTATION):
        return False
    bare = _plain_quotes(bare)
    return bare.startswith(_OPENS_QUOTATION) and bool(FULL_QUOTE.match(bare) or PRONOUN_SPEAKER.match(bare))


def _plain_quotes(text: str) -> str:
    """Typewriter quotation marks, '' and ``, as the mark they stand for."""
    return text.replace("''", '"').replace("``", '"') if "''" in text or "``" in text else text


def half_quoted(text: str, pairs: Sequence[tuple[str, str]] = PAIRS) -> bool:
    """Some quotation or parenthesis opens or closes without its other half. `pairs`: those that may stand there."""
    text = _plain_quotes(text)
    if text.count('"') % 2:
        return True
    many = False
    for opening, closing in pairs:
        opened = text.count(opening)
        if opened != text.count(closing):
            return True
        if opened == 1 and text.find(opening) > text.find(closing):
            return True
        many = many or opened > 1
    return many and _out_of_order(text)


def _out_of_order(text: str) -> bool:
    """Whether some mark closes what was not opened."""
    depths: dict[str, int] = {}
    for mark in _MARKS.findall(text):
        opening = _OPENING_OF.get(mark, mark)
        depths[opening] = depths.get(opening, 0) + (1 if opening == mark else -1)
        if depths[opening] < 0:
            return True
    return False


def within_quotations(text: str, starts: Sequence[int]) -> frozenset[int]:
    """Which of the places `starts` (ascending) in an article stand inside a quotation that an earlier sentence opened
    and none has closed. A new line ends it: whoever goes on quoting opens anew there."""
    if not starts or not holds(text, _MAY_OPEN) or not _OPENS.search(text):
        return frozenset()
    inside: set[int] = set()
    marks = _OPEN_OR_SHUT.finditer(text, 0, starts[-1])
    is_open, mark = False, next(marks, None)
    for start in starts:
        while mark and mark.start() < start:
            is_open, mark = mark.lastindex is not None, next(marks, None)
        if is_open and not _OPENS.match(text, start):
            inside.add(start)
    return frozenset(inside)


def first_person(text: str) -> bool:
    """Whether somebody speaks of himself without quotation marks: the rest of a quotation, or a reader's letter."""
    if not _MINE.search(text):
        return False
    return _MINE.search(_QUOTATION.sub("", _plain_quotes(text))) is not None


def speaks_of_us(text: str) -> bool:
    """Whether somebody speaks of himself or for several without quotation marks: no newspaper's own words."""
    if first_person(text):
        return True
    return _OURS.search(text) is not None and _OURS.search(_QUOTATION.sub("", _plain_quotes(text))) is not None
