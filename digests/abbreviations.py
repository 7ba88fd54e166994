"""Does a full stop end a sentence here? Abbreviations, initials and ordinals of the languages written with spaces."""

from __future__ import annotations

import re

_TITLES = frozenset(
    [
        "Mr",
        "Mrs",
        "Ms",
        "Mx",
        "Dr",
        "Prof",
        "Sen",
        "Rep",
        "Gov",
        "Gen",
        "Col",
        "Lt",
        "Sgt",
        "Cpl",
        "Capt",
        "Cmdr",
        "Maj",
        "Adm",
        "Brig",
        "Rev",
        "Hon",
        "Pres",
        "Supt",
        "Det",
        "Messrs",
        "Mme",
        "Mlle",
        "Sra",
        "Srta",
        "Hr",
        "Fr",
        "St",
        "Mt",
        "Ft",
        "Art",
        "Vol",
        "Abs",
        "TP",
        "GS",
        "TS",
        "PGS",
        "ThS",
        "BS",
        "Th.S",
        "PGS.TS",
    ]
)
"""Followed by a name: never the end of a sentence."""
_NEVER = frozenset(
    [
        "vs",
        "v",
        "e.g",
        "i.e",
        "eg",
        "ie",
        "cf",
        "approx",
        "ca",
        "al",
        "fig",
        "vol",
        "pp",
        "p",
        "ch",
        "z.b",
        "d.h",
        "u.a",
        "bzw",
        "vgl",
        "p.ex",
        "dr.h.c",
    ]
)
"""Always followed by more of the same sentence."""
_MAYBE = frozenset(
    [
        "Jr",
        "Sr",
        "Inc",
        "Corp",
        "Ltd",
        "Co",
        "Bros",
        "LLC",
        "Plc",
        "Dept",
        "Est",
        "Ave",
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
        "Mon",
        "Tue",
        "Tues",
        "Wed",
        "Thu",
        "Thur",
        "Thurs",
        "Fri",
        "Sat",
        "Sun",
        "Calif",
        "Fla",
        "Tex",
        "Mass",
        "Conn",
        "Ill",
        "Mich",
        "Minn",
        "Wash",
        "Ore",
        "Ariz",
        "Colo",
        "Ga",
        "La",
        "Md",
        "Mo",
        "Pa",
        "Va",
        "Wis",
        "Ala",
        "Ark",
        "Ky",
        "Miss",
        "Mont",
        "Neb",
        "Nev",
        "Okla",
        "Tenn",
        "etc",
        "a.m",
        "p.m",
        "am",
        "pm",
        "usw",
    ]
)
"""Followed by a new sentence only if a word that likes to begin one comes next."""
_OPENING = frozenset(
    [
        "the",
        "a",
        "an",
        "in",
        "on",
        "at",
        "it",
        "its",
        "it's",
        "he",
        "she",
        "they",
        "we",
        "i",
        "you",
        "his",
        "her",
        "their",
        "our",
        "this",
        "that",
        "these",
        "those",
        "there",
        "but",
        "and",
        "or",
        "so",
        "as",
        "if",
        "when",
        "while",
        "after",
        "before",
        "since",
        "because",
        "although",
        "though",
        "however",
        "meanwhile",
        "also",
        "for",
        "from",
        "by",
        "with",
        "to",
        "of",
        "one",
        "two",
        "some",
        "many",
        "most",
        "all",
        "both",
        "last",
        "now",
        "yet",
        "still",
        "then",
        "what",
        "who",
        "how",
        "why",
        "where",
        "no",
        "not",
        "asked",
        "according",
        "nearly",
        "about",
        "more",
        "even",
        "only",
        "under",
        "during",
        "despite",
        "among",
        "police",
        "officials",
        "analysts",
        "since",
        "until",
        "mr",
        "mrs",
        "ms",
        "dr",
    ]
)
_GERMANIC_ORDINALS = frozenset(
    {"de", "da", "no", "nb", "nn", "fi", "cs", "sk", "hu", "pl", "hr", "sl", "et", "lv", "is"}
)
_LAST_WORD = re.compile(r"[^\s(\[“\"'‘«/—–]+$")
_FIRST_WORD = re.compile(r"[\"'“‘«(\[\s]*([^\W\d_][\w’']*)")
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]$")


def is_ordinary(word: str) -> bool:
    """Whether a word before a full stop is sure to be no abbreviation."""
    return word.isalpha() and 1 < len(word) <= 24 and word not in _CAPITALISED and word.lower() not in _SMALL


_CAPITALISED = frozenset([*_TITLES, *_MAYBE])
_SMALL = frozenset([*_NEVER, "no", "nos", "nr"])


def ends_sentence(before: str, after: str, language: str) -> bool:
    """Is the full stop between `before` and `after` (space removed) the end of a sentence?"""
    found = _LAST_WORD.search(before)
    word = found.group() if found else ""
    if word in _TITLES or word.lower() in _NEVER:
        return False
    if word.isdigit():
        return not _is_ordinal(before, word, language)
    if word.lower() in ("no", "nos", "nr"):
        return not after[:1].isdigit()
    if word in _MAYBE:
        return _opens_sentence(after)
    if _DOTTED.match(word) or (len(word) == 1 and word.isupper() and word.isalpha()):
        return _opens_sentence(after)
    return True


def _is_ordinal(before: str, word: str, language: str) -> bool:
    """`1.` that opens a list item, or `3.` of a date in a language that writes ordinals with a full stop."""
    if before.strip() == word and len(word) <= 2:
        return True
    return language in _GERMANIC_ORDINALS and len(word) <= 2


def _opens_sentence(after: str) -> bool:
    first = _FIRST_WORD.match(after)
    if not first:
        return not after[:1].isdigit()
    return first.group(1).lower() in _OPENING or not first.group(1).isascii() or after[:1] in tuple('“"')
