"""When an article is of, in one number, and how many days lie between two of them.

0: not known. 1 to 366: a day of some year, the first that the text names. Above: the day it was published, counted as
`date.toordinal` does.
"""

from __future__ import annotations

import re
from datetime import date

import numpy as np
from numpy.typing import NDArray

from digests.dates import mentions

READ = 400
"""Characters of title and body that are searched for a day: news says at once when it happened."""
YEAR = 365.2425
"""Days of a mean year of the calendar."""
_LAST = 366
"""Up to this a number is a day of some year."""

_DAY_FIRST = re.compile(r"(?<![\d/.-])(?!\d[/-]\d\b)(\d{1,2})[/-](\d{1,2})(?![\d/-])")
"""14/7, as most languages write a day; in English it may be the month that comes first, and 1/3 is a share."""
_BEFORE = (0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335)
"""Days of a leap year before each month."""


def day_of(title: str, text: str, language: str = "", published: date | None = None) -> int:
    """The number of an article."""
    if published is not None:
        return published.toordinal()
    opening = f"{title}\n{text}"[:READ]
    for said in mentions(opening):
        if said.month and said.day:
            return _of_year(said.month, said.day)
    if language != "en":
        for found in _DAY_FIRST.finditer(opening):
            if day := _of_year(int(found[2]), int(found[1])):
                return day
    return 0


def days_apart(day: int, others: NDArray[np.int32]) -> NDArray[np.float32]:
    """(n,) days between; within the year, the shorter way round, where one of the two has no year; NaN where one is not
    known."""
    if day <= 0:
        return np.full(len(others), np.nan, dtype=np.float32)
    between = np.abs(others.astype(np.float32) - np.float32(day))
    yearless = (others > 0) & (np.minimum(others, day) <= _LAST)
    if yearless.any():
        within = np.abs(_within(others[yearless]) - _within(np.array([day])))
        between[yearless] = np.minimum(within, YEAR - within)
    between[others <= 0] = np.nan
    return np.asarray(between, dtype=np.float32)


def _within(days: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.asarray(np.where(days > _LAST, (days - 1) % YEAR + 1, days), dtype=np.float64)


def _of_year(month: int, day: int) -> int:
    """0 for what is no day."""
    return _BEFORE[month - 1] + day if 1 <= month <= 12 and 1 <= day <= 31 else 0
