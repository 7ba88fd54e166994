"""Numbers written in words: English (“twenty-five thousand”, “half a million”) and kanji (「二十五」, 「二〇二六」)."""

from __future__ import annotations

import re
from collections.abc import Iterator

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = {word: float(i) for i, word in enumerate(_ONES)} | {word: 10.0 * i for i, word in enumerate(_TENS, 2)}
_ORDINALS = {
    word: float(i)
    for i, word in enumerate(
        ["third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"], 3
    )
}
_MULTIPLES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
COUNTING = frozenset(
    (*_VALUES, *_ORDINALS, *_MULTIPLES, "dozen", "percent", "per", "cent", "pct", "dollars", "pounds", "euros", "yen")
)
"""Words a quantity is written with."""
SMALL = frozenset({"one", "zero"})
_WORD = re.compile(r"[a-z]+")
_PHRASE = re.compile(
    rf"\b(?:{'|'.join((*_VALUES, *_ORDINALS, 'dozen'))})\b"
    rf"(?:(?:[\s-]+|\s+and\s+)(?:{'|'.join((*_VALUES, *_MULTIPLES))})\b)*"
    rf"|\bhalf a (?:million|billion|trillion|dozen)\b"
)
_DIGITS = {digit: i for i, digit in enumerate("〇一二三四五六七八九")}
_POWERS = {"十": 10, "百": 100, "千": 1000}


def english_numbers(text: str) -> Iterator[tuple[int, int, float]]:
    """(start, end, value) of each number written in words in a lower-case text; “one” alone is left out."""
    for match in _PHRASE.finditer(text):
        if match.group() not in SMALL:
            yield match.start(), match.end(), _value(match.group())


def _value(phrase: str) -> float:
    if phrase.startswith("half"):
        return 6.0 if phrase.endswith("dozen") else 0.5 * _MULTIPLES[phrase.rsplit(" ", 1)[1]]
    if phrase == "dozen":
        return 12.0
    total = group = 0.0
    for word in _WORD.findall(phrase):
        if word in _MULTIPLES and _MULTIPLES[word] > 100:
            total, group = total + max(group, 1.0) * _MULTIPLES[word], 0.0
        elif word == "hundred":
            group = max(group, 1.0) * 100
        else:
            group += _VALUES.get(word, _ORDINALS.get(word, 0.0))
    return total + group


def kanji_value(text: str) -> float:
    """The value of kanji digits up to 千; positional when no power is written (二〇二六)."""
    if not any(char in _POWERS for char in text):
        return float("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = digit * 10 + _DIGITS[char]
        else:
            total, digit = total + max(digit, 1) * _POWERS[char], 0
    return float(total + digit)
