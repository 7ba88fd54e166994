"""Is a name written in Japanese the same as one in Latin letters? By its consonants, as katakana hears them, and by a
list of countries and places whose names are not alike. Lenient where spelling is, strict about consonants."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from digests.exonyms import EXONYMS

_ROWS = {
    "k": "カキクケコガギグゲゴ",
    "s": "サシスセソザジズゼゾ",
    "t": "タテトダデドヂヅ",
    "c": "チツ",
    "n": "ナニヌネノマミムメモン",
    "p": "パピプペポ",
    "b": "バビブベボヴ",
    "f": "フ",
    "h": "ハヒヘホ",
    "r": "ラリルレロ",
}
_CLASS = {char: row for row, chars in _ROWS.items() for char in chars}
_HIRAGANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_LATIN = (
    ("tch", "[cs]"), ("sch", "s"), ("ch", "[kscf]"), ("sh", "s"), ("ph", "[fp]"), ("th", "[stc]"), ("gh", "k?"),
    ("ts", "(?:c|ts)"), ("tz", "(?:c|ts)"), ("ck", "k"), ("dt", "t"), ("qu", "k"),
    ("x", "(?:ks|s|k)"), ("ng", "nk?"), ("wh", "h?"),
    ("k", "k"), ("q", "k"), ("c", "[ks]"), ("g", "[ksh]"), ("s", "s"), ("z", "[sc]"), ("j", "[sh]?"), ("t", "[tc]"),
    ("d", "[ts]"), ("m", "n"), ("n", "n"), ("p", "p"), ("f", "f"), ("b", "b"), ("v", "[bf]"), ("h", "[hf]?"),
    ("l", "r"), ("r", "r"), ("w", "[bf]?"),
)  # fmt: skip
"""How katakana may hear Latin letters; the first that fits counts."""
_VOWELS = frozenset("aeiouy")
_LEAST = 2
"""Consonants two spellings must share: fewer say nothing."""


@lru_cache(maxsize=4096)
def consonants(kana: str) -> str:
    """The consonants of a name in kana: 「マルケス」 is `nrks`."""
    text = unicodedata.normalize("NFKC", kana).translate(_HIRAGANA)
    return "".join(_CLASS.get(char, "") for char in text)


@lru_cache(maxsize=4096)
def heard(latin: str) -> re.Pattern[str]:
    """What the consonants of a Latin name may be in katakana: `Marquez` fits `nrks`."""
    decomposed = unicodedata.normalize("NFKD", latin.lower())
    text = "".join(char for char in decomposed if "a" <= char <= "z")
    pattern, at = "", 0
    while at < len(text):
        letters, form = next(((a, b) for a, b in _LATIN if text.startswith(a, at)), (text[at], ""))
        at += len(letters)
        doubled = text[at : at + 1] == letters and form
        at += bool(doubled)
        weak = letters in {"l", "r"} and (at >= len(text) or text[at] not in _VOWELS)
        pattern += f"(?:{form}){{{int(not weak)},{2 if doubled else 1}}}" if form else ""
    return re.compile(pattern)


def alike(kana: str, latin: str) -> bool:
    """Do a name in kana and one in Latin letters sound the same?"""
    wanted = consonants(kana)
    if len(wanted) < _LEAST:
        return bool(wanted) and len(re.sub(r"[aeiouy\W]", "", latin.lower())) <= _LEAST + 2 and _fits(wanted, latin)
    return _fits(wanted, latin)


def _fits(wanted: str, latin: str) -> bool:
    return heard(latin).fullmatch(wanted) is not None


def exonyms(name: str) -> tuple[str, ...]:
    """What the other language calls `name` (lower case, NFKC); empty when it is not listed."""
    return EXONYMS.get(name, ())
