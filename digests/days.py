"""Days as people write them, in Japanese and English: 2025-02-13, 2月13日, 令和7年2月13日, Feb 13, yesterday, 昨日."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_BACK = {
    0: ("today", "今日", "本日", "きょう", "今朝"),
    1: ("yesterday", "昨日", "きのう", "前日"),
    2: ("一昨日", "おととい", "おとつい", "the day before yesterday"),
}
_WORDS = {word: back for back, words in _BACK.items() for word in words}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<word>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"(?P<y>\d{4})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?:令和|r)\s*(?P<reiwa>\d{1,2}|元)\s*[年.]\s*(?P<m>\d{1,2})\s*[月.]\s*(?P<d>\d{1,2})\s*日?",
        r"(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日?",
        rf"{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>\d{{4}}))?",
        rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+{_MONTH},?(?:\s+(?P<y>\d{{4}}))?",
    )
)
_WEEKDAY = re.compile(r"\s*[(（].[)）]$")
_REIWA = 2018


def day_asked(text: str, today: date) -> date | None:
    """The day meant by `text`, None when it names none. Without a year it is the last such day, never one to come."""
    words = _WEEKDAY.sub("", " ".join(unicodedata.normalize("NFKC", text).casefold().split()))
    if words in _WORDS:
        return today - timedelta(days=_WORDS[words])
    for form in _FORMS:
        found = form.fullmatch(words)
        if found:
            return _day(found.groupdict(), today)
    return None


def _day(found: dict[str, str | None], today: date) -> date | None:
    word, month = found.get("word"), found.get("m")
    number = _MONTHS.index(word) + 1 if word else int(month or 0)
    day, year = int(found["d"] or 0), _year(found)
    if year is not None:
        return _dated(year, number, day)
    years = (_dated(year, number, day) for year in range(today.year, today.year - 9, -1))  # 29 February: up to 8 back
    return next((candidate for candidate in years if candidate and candidate <= today), None)


def _year(found: dict[str, str | None]) -> int | None:
    reiwa = found.get("reiwa")
    if reiwa:
        return _REIWA + (1 if reiwa == "元" else int(reiwa))
    return int(found["y"]) if found.get("y") else None  # type: ignore[arg-type]


def _dated(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
