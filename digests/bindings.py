"""Numbers and the days they belong to: “400m, compared with 984m in 2003” says nothing of 400m in 2003."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from digests.dates import Mention, said_by
from digests.evidence import Line, Source
from digests.quantities import Quantity, known

_CONTRAST = re.compile(
    r"\b(?:compared (?:with|to)|against|versus|vs|than|from|while|whereas|but|after|instead of|rather than)\b|"
    "比べ|比較|に対し|一方|だったが|(?<!だ)が、|から"
)
"""What parts the two numbers that a sentence sets against each other."""
_OF_DAY = re.compile(r"\s*(?:\(|in|of|for|on|during)?\s*(?:the\s+)?")
_DAY_OF = re.compile(r"度?(?:の|は|に)|'s\s+|:\s*")
_ASIDE = re.compile(r"\([^()]*\)")
_YEAR = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class _Pair:
    """A date and the number next to it."""

    day: Mention
    number: Quantity


def misdated(sentence: Line, source: Source) -> tuple[str, ...]:
    """Dates of `sentence` that stand by a number which, wherever the source has both, it sets against that day's own
    number of the same kind. As written in `sentence.folded`."""
    wrong = [pair.day for pair in _pairs(sentence) if _elsewhere(pair, sentence, source)]
    return tuple(sentence.folded[day.start : day.end] for day in wrong)


def _days(one: Line) -> list[Mention]:
    """The dates of `one`, and what else can only be a year: “in 2003”."""
    years = [q for q in one.quantities if q.unit in ("", "year") and _YEAR.fullmatch(one.folded, q.start, q.end)]
    bare = [Mention(year=int(q.value), start=q.start, end=q.end) for q in years if not _dated(q, one.dates)]
    return [*one.dates, *bare]


def _dated(number: Quantity, days: Iterable[Mention]) -> bool:
    return any(day.start <= number.start < day.end for day in days)


def _pairs(one: Line) -> Iterable[_Pair]:
    counted = _counted(one)
    for day in _days(one):
        near = min(counted, key=lambda number: _gap(day, number), default=None)
        if near is not None:
            yield _Pair(day, near)


def _counted(one: Line) -> list[Quantity]:
    """Amounts of something. What stands in brackets says the amount before it once more, in other units."""
    days, asides = _days(one), [found.span() for found in _ASIDE.finditer(one.folded)]
    counted = [q for q in one.quantities if q.unit not in ("", "year") and not _dated(q, days)]
    return [q for q in counted if not any(start < q.start < end for start, end in asides)] or counted


def _gap(day: Mention, number: Quantity) -> int:
    return max(number.start - day.end, day.start - number.end)


def _elsewhere(pair: _Pair, sentence: Line, source: Source) -> bool:
    both = [
        (one, day)
        for one in source.lines
        if known(pair.number, one.quantities)
        for day in _days(one)
        if said_by(pair.day, [day], source.reference)
    ]
    return bool(both) and all(_set_against(pair.number, day, one, sentence) for one, day in both)


def _set_against(number: Quantity, day: Mention, one: Line, sentence: Line) -> bool:
    """Does `one` say of `day` another number than `number`, of the same kind?"""
    counted = _counted(one)
    same = [q for q in counted if known(number, [q])]
    others = [q for q in counted if q.unit == number.unit and not known(q, sentence.quantities)]
    if any(_owns(day, q, one.folded) for q in same):
        return False
    owned = any(_owns(day, q, one.folded) for q in others)
    return owned or (bool(same) and all(_parted(q, day, others, one.folded) for q in same))


def _owns(day: Mention, number: Quantity, text: str) -> bool:
    """Do they stand together: «984m euros in 2003», 「2023年の3億円」?"""
    return bool(
        _OF_DAY.fullmatch(text, number.end, day.start)
        if number.end <= day.start
        else _DAY_OF.fullmatch(text, day.end, number.start)
    )


def _parted(number: Quantity, day: Mention, others: Sequence[Quantity], text: str) -> bool:
    """Is another number nearer to the day, with a word of contrast between the two?"""
    if number.end <= day.start:
        between = [q for q in others if number.end <= q.start and q.end <= day.start]
        return any(_CONTRAST.search(text, number.end, q.start) for q in between)
    between = [q for q in others if day.end <= q.start and q.end <= number.start]
    return any(_CONTRAST.search(text, q.end, number.start) for q in between)
