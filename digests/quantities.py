"""Quantities in a text: 「3兆2000億円」, “$1.2 billion”, “twenty-five per cent”, 「七割」, each as a value with a unit.

Written-out numbers, ranges and full-width digits count; a bare “one” does not, it is mostly a pronoun.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from digests.number_words import english_numbers, kanji_value

_BETWEEN = re.compile(r"[\W_]+")
_SCALES_JA = {"千": 1e3, "万": 1e4, "億": 1e8, "兆": 1e12}
_SCALES_EN = {
    "thousand": 1e3,
    "k": 1e3,
    "million": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "billion": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
_CURRENCY = {"$": "usd", "£": "gbp", "€": "eur", "¥": "jpy", "₩": "krw"}
_UNITS = {
    "%": "%",
    "percent": "%",
    "per cent": "%",
    "pct": "%",
    "パーセント": "%",
    "ポイント": "point",
    "円": "jpy",
    "yen": "jpy",
    "ドル": "usd",
    "dollar": "usd",
    "dollars": "usd",
    "ユーロ": "eur",
    "euro": "eur",
    "euros": "eur",
    "ポンド": "gbp",
    "pound": "gbp",
    "pounds": "gbp",
    "ウォン": "krw",
    "元": "cny",
    "yuan": "cny",
    "年": "year",
    "月": "month",
    "日": "day",
    "時": "hour",
    "分": "minute",
}
"""Units that must agree when both texts write one. Counters (人, 件, km) are left to the words around them."""
_ONLY_UNIT = {"割": ("%", 10.0)}
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?:\.\d+)?|(?<![\d.,])\d+(?:\.\d+)?|(?<=[.,])\d+(?:\.\d+)?")
_JA_TAIL = re.compile(r"\s?(?:(千)?([万億兆])|千)")
_MORE = re.compile(r"\d[\d,]*")
_EN_SCALE = re.compile(r"[\s-]?(thousand|million|billion|trillion|bn|mn|tn|[kmb])(?![a-z])")
_UNIT = re.compile(
    r"[\s-]?(per cent|percent|pct|パーセント|ポイント|ユーロ|ドル|ポンド|ウォン"
    r"|dollars?|euros?|pounds?|yen|yuan|%|割|円|元|年|月|日"
    r"|時|分)"
)
_KANJI = re.compile(
    r"(?<![一-龥々])[〇一二三四五六七八九十百千]+(?=[人年月日件社回割倍位円万億兆歳度番か国都県"
    r"市町村校名時分秒票台機隻基本万つ個ドユポ%])"
)
_RANGE = re.compile(r"\s?(?:[-–—~〜～]|から|to)\s?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """`text[start:end]` of the folded text is `value`, counted in `unit` (`%`, `usd`, `year`, …; empty: none known)."""

    value: float
    unit: str
    start: int
    end: int


def folded(text: str) -> str:
    """The text as quantities are looked for in it: NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def squeezed(text: str) -> str:
    """Letters and digits only."""
    return _BETWEEN.sub("", text)


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every quantity of `text` in order; offsets count in `folded(text)`."""
    clean = folded(text)
    digits = tuple(_digits(clean))
    written = (w for w in _written(clean) if not any(d.start <= w.start < d.end for d in digits))
    found = sorted((*digits, *written), key=lambda q: q.start)
    return tuple(_ranged(found, clean))


def _digits(text: str) -> Iterator[Quantity]:
    end = 0
    for match in _NUMBER.finditer(text):
        if match.start() < end:
            continue
        value = float(match.group().replace(",", ""))
        value, end = _scaled(value, text, match.end())
        yield _measured(value, text, match.start(), end)


def _scaled(value: float, text: str, end: int) -> tuple[float, int]:
    """Value and end with what multiplies it: 3兆2000億, 1.2 billion."""
    total, rest = 0.0, value
    while tail := _JA_TAIL.match(text, end):
        thousand = 1e3 if tail.group(1) or not tail.group(2) else 1.0
        total += rest * thousand * _SCALES_JA.get(tail.group(2) or "", 1.0)
        rest, end = 0.0, tail.end()
        more = _MORE.match(text, end)
        if not more:
            return total, end
        rest, end = float(more.group().replace(",", "")), more.end()
    total += rest
    scale = _EN_SCALE.match(text, end)
    return (total * _SCALES_EN[scale.group(1)], scale.end()) if scale else (total, end)


def _measured(value: float, text: str, start: int, end: int) -> Quantity:
    before = text[max(0, start - 2) : start].strip()[-1:]
    after = _UNIT.match(text, end)
    unit = _CURRENCY.get(before, "")
    if after and after.group(1) in _ONLY_UNIT:
        unit, factor = _ONLY_UNIT[after.group(1)]
        return Quantity(value=round(value * factor, 6), unit=unit, start=start, end=after.end())
    if after:
        return Quantity(value=value, unit=unit or _UNITS[after.group(1)], start=start, end=after.end())
    return Quantity(value=value, unit=unit, start=start, end=end)


def _written(text: str) -> Iterator[Quantity]:
    for match in _KANJI.finditer(text):
        value, end = _scaled(kanji_value(match.group()), text, match.end())
        yield _measured(value, text, match.start(), end)
    for start, end, value in english_numbers(text):
        yield _measured(value, text, start, end)


def _ranged(found: list[Quantity], text: str) -> Iterator[Quantity]:
    """In “5 to 7 %” the first number has the second one's unit."""
    for i, quantity in enumerate(found):
        following = found[i + 1] if i + 1 < len(found) else None
        joined = following and not quantity.unit and _RANGE.fullmatch(text, quantity.end, following.start)
        if following and joined:
            yield Quantity(value=quantity.value, unit=following.unit, start=quantity.start, end=quantity.end)
        else:
            yield quantity


def known(quantity: Quantity, others: Iterable[Quantity], tolerance: float = 0.0) -> bool:
    """Does one of `others` say the same? Units must agree where both have one; `tolerance` is relative."""
    return any(
        abs(other.value - quantity.value) <= max(1e-9, tolerance * abs(other.value))
        and (not quantity.unit or not other.unit or quantity.unit == other.unit)
        for other in others
    )
