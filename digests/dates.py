"""Dates a text names, relative ones resolved against a day where one is known: “last Tuesday”, 「昨年秋」, 「来月」."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SHORT = {name[:3]: i for i, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTH = rf"(?P<m>{'|'.join(_MONTHS)}|(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
_ENGLISH = (
    re.compile(rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?:,?\s+(?P<y>(?:19|20)\d\d))?\b"),
    re.compile(rf"\b{_MONTH}\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>(?:19|20)\d\d))?"),
    re.compile(rf"\b{_MONTH}(?:,?\s+(?P<y>(?:19|20)\d\d))\b"),
)
_BARE_MONTH = re.compile(rf"\b(?:in|since|until|by|from|of|last|next|this)\s+{_MONTH}\b")
_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)[-/.](?P<m>[01]?\d)[-/.](?P<d>[0-3]?\d)\b")
_JAPANESE = re.compile(
    r"(?:(?:(?P<y>(?:19|20)\d\d)|(?P<era>令和|平成|昭和)(?P<e>\d{1,2}|元))年度?)?(?:(?P<m>1[0-2]|0?[1-9])月)?(?:(?P<d>[12]\d|3[01]|0?[1-9])日(?!間|本|目))?"
)
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_DAYS = {
    "today": 0, "yesterday": -1, "tomorrow": 1, "tonight": 0,
    "今日": 0, "本日": 0, "昨日": -1, "明日": 1, "一昨日": -2, "おととい": -2, "きのう": -1, "あす": 1, "きょう": 0,
}  # fmt: skip
_MONTH_STEPS = {"last month": -1, "this month": 0, "next month": 1, "先月": -1, "今月": 0, "来月": 1}
_YEAR_STEPS = {
    "last year": -1, "this year": 0, "next year": 1,
    "昨年": -1, "去年": -1, "前年": -1, "今年": 0, "本年": 0, "来年": 1, "再来年": 2, "一昨年": -2, "おととし": -2,
}  # fmt: skip
_RELATIVE = re.compile(
    "|".join(rf"\b{w}\b" if w.isascii() else w for w in sorted((*_DAYS, *_MONTH_STEPS, *_YEAR_STEPS), key=len)[::-1])
)
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})\b|([月火水木金土日])曜")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A date as far as it is said, at `start:end` of the lower-case NFKC text. `word`: how a relative one was written
    (None when it was absolute); it is the whole of it when no reference day is known."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    word: str | None = None
    start: int = 0
    end: int = 0


def mentions(text: str, reference: date | None = None) -> tuple[Mention, ...]:
    """Every date in `text`. `reference` is the day it was written."""
    clean = unicodedata.normalize("NFKC", text).lower()
    found = [*_absolute(clean), *_relative(clean, reference)]
    return tuple(sorted(found, key=lambda m: m.start))


def _absolute(text: str) -> Iterator[Mention]:
    taken: list[tuple[int, int]] = []
    for pattern in (_ISO, *_ENGLISH, _BARE_MONTH, _JAPANESE):
        for match in pattern.finditer(text):
            free = all(match.end() <= start or match.start() >= end for start, end in taken)
            if match.group() and free:
                taken.append(match.span())
                yield _mention(match)


def _mention(match: re.Match[str]) -> Mention:
    said = match.groupdict()
    year = int(said["y"]) if said.get("y") else None
    if said.get("era"):
        year = _ERAS[said["era"]] + (1 if said["e"] == "元" else int(said["e"]))
    return Mention(
        year=year,
        month=_month(said.get("m")),
        day=int(said["d"]) if said.get("d") else None,
        start=match.start(),
        end=match.end(),
    )


def _month(said: str | None) -> int | None:
    if not said:
        return None
    return int(said) if said.isdigit() else _SHORT.get(said.rstrip("."), None) or _SHORT[said[:3]]


def _relative(text: str, reference: date | None) -> Iterator[Mention]:
    for match in _RELATIVE.finditer(text):
        yield _resolved(match.group(), match.span(), reference)
    for match in _WEEKDAY.finditer(text):
        number = _WEEKDAYS.index(match.group(1)) if match.group(1) else "月火水木金土日".index(match.group(2))
        yield Mention(weekday=number, word=f"weekday {number}", start=match.start(), end=match.end())


def _resolved(word: str, span: tuple[int, int], reference: date | None) -> Mention:
    start, end = span
    if reference is None:
        return Mention(word=word, start=start, end=end)
    if word in _DAYS:
        day = reference + timedelta(days=_DAYS[word])
        return Mention(year=day.year, month=day.month, day=day.day, word=word, start=start, end=end)
    if word in _MONTH_STEPS:
        months = reference.year * 12 + reference.month - 1 + _MONTH_STEPS[word]
        return Mention(year=months // 12, month=months % 12 + 1, word=word, start=start, end=end)
    return Mention(year=reference.year + _YEAR_STEPS[word], word=word, start=start, end=end)


def said_by(mention: Mention, others: Iterable[Mention], reference: date | None = None) -> bool:
    """Does one of `others` say the day, month or year that `mention` says, or more exactly?"""
    return any(_same(mention, other, reference) for other in others)


def _same(mention: Mention, other: Mention, reference: date | None) -> bool:
    if mention.word and mention.word == other.word:
        return True
    if mention.weekday is not None:
        day = _day(other, reference)
        return day is not None and day.weekday() == mention.weekday
    said = [(a, b) for a, b in zip(_fields(mention), _fields(_filled(other, reference)), strict=True) if a is not None]
    return bool(said) and all(a == b for a, b in said)


def _fields(mention: Mention) -> tuple[int | None, int | None, int | None]:
    return mention.year, mention.month, mention.day


def _filled(mention: Mention, reference: date | None) -> Mention:
    """A newspaper's 「9日」 is of the month it was written in, “on 4 May” of the year."""
    if reference is None or mention.weekday is not None:
        return mention
    year, month, day = _fields(mention)
    if month is None and year is None and day is not None:
        year, month = reference.year, reference.month
    elif year is None and month is not None:
        year = reference.year
    return Mention(year=year, month=month, day=day, word=mention.word, start=mention.start, end=mention.end)


def _day(mention: Mention, reference: date | None) -> date | None:
    year, month, day = _fields(_filled(mention, reference))
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:
        return None
