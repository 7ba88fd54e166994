"""What a text is found by: words of spaced scripts, overlapping character bigrams of scripts written without spaces.

The same terms index an article and read a query: a two-character word such as 「死者」 is found without a dictionary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from digests.letters import Letters, Remembered, typed

LONGEST_WORD = 64
"""Characters of a word that count; what is longer is no word a person types."""
MOST_PHRASES = 24
SENTENCE = 600
"""Characters of a text whose terms may be asked for again soon."""
LONGEST_PHRASE = 48
"""Terms of one phrase of a query that count."""

_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e81-\u0ece\u0edc-\u0edf"  # Thai, Lao
    "\u0f40-\u0fbc\u1000-\u103f\u1050-\u108f\u1780-\u17d3"  # Tibetan, Myanmar, Khmer
    "\u1100-\u11ff\uac00-\ud7ff"  # Hangul: spaced, but its particles cling to the word
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u303b\u3041-\u3096\u3099\u309a\u309d-\u309f"  # 々〆〇, hiragana
    "\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"  # katakana without the middle dot, bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff"  # han, old kana
)
_GROUPED_DIGITS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_PLAIN = re.compile(r"[\x00-\x7f\xc0-\xde\xe0-\xff\u2010\u2013\u2014\u2018\u2019\u201c\u201d£€]*")
"""Text that no normal form changes and whose small letters are its folded ones: nearly all English."""
_BARE = Letters(" ", "\n")
_POSSESSIVE = re.compile(r"(?<=[a-z])['’]s(?![a-z])")
_TYPED_POSSESSIVE = re.compile(r"'s(?<=[a-z]'s)(?![a-z])")
"""Forms that begin with a character of their own are found several times as fast as those that look back first."""
_NOT_PLURAL = frozenset({"news", "series", "species", "means", "diabetes", "mars", "texas", "paris"})


def terms(text: str) -> tuple[str, ...]:
    """The terms of `text` in order: folded words, and bigrams of unspaced runs (a run of one character is kept)."""
    return _remembered(text) if len(text) <= SENTENCE else _terms(text)


@lru_cache(maxsize=256)
def _remembered(text: str) -> tuple[str, ...]:
    """A digest asks for the same sentences several times."""
    return _terms(text)


def _terms(text: str) -> tuple[str, ...]:
    if is_plain(text):
        return tuple(map(_WORDS.__getitem__, _bare(text).split()))
    return tuple(term for run in _runs(text) for term in (_grams(run) if _unspaced(run) else (_WORDS[run],)))


def bags(texts: Sequence[str]) -> list[frozenset[str]]:
    """The different terms of each text; of plain texts all are found together."""
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts) or not is_plain(joined):
        return [frozenset(terms(text)) for text in texts]
    return [frozenset(map(_WORDS.__getitem__, row.split())) for row in _bare(joined).split("\n")]


def index_terms(text: str) -> tuple[str, ...]:
    """`terms` plus the last character of each unspaced run: then every character begins some term, and a query of a
    single character finds all its places as a prefix."""
    return tuple(term for run in _runs(text) for term in (_indexed(run) if _unspaced(run) else (_WORDS[run],)))


def query_terms(text: str) -> tuple[tuple[str, ...], ...]:
    """What a query asks for: phrases, each a tuple of terms that stand next to each other; repeats left out.

    A phrase of one single unspaced character is to be matched as the beginning of a term (`is_prefix`).
    """
    phrases = (_grams(run)[:LONGEST_PHRASE] if _unspaced(run) else (_WORDS[run],) for run in _runs(text))
    return tuple(dict.fromkeys(phrases))[:MOST_PHRASES]


def is_prefix(phrase: tuple[str, ...]) -> bool:
    return len(phrase) == 1 and len(phrase[0]) == 1 and _unspaced(phrase[0])


def is_plain(text: str) -> bool:
    """Whether it holds nothing but what nearly all English is written with."""
    return text.isascii() or _PLAIN.fullmatch(text) is not None


def _bare(text: str) -> str:
    """The words of a plain text, folded, with nothing but white space between them."""
    folded = typed(text.lower())
    if "'s" in folded:
        folded = _TYPED_POSSESSIVE.sub("", folded)
    if "," in folded:
        folded = _GROUPED_DIGITS.sub("", folded)
    return _BARE.bare(folded)


def caseless(text: str) -> str:
    """`text` without difference of case and width (ＡＩ, ｶﾞｿﾘﾝ): NFKC_Casefold of the Unicode standard, 3.13.

    Folding may undo the normal form (İ → i + dot), so it is normalised again.
    """
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _runs(text: str) -> Iterator[str]:
    folded = _GROUPED_DIGITS.sub("", _POSSESSIVE.sub("", caseless(text)))
    return (match[0] for match in _pattern().finditer(folded))


@cache
def _pattern() -> re.Pattern[str]:
    # `\w` lacks the combining marks that the words of many scripts are spelt with (Hindi vowels, Arabic points).
    marks = "".join(chr(code) for code in range(0x300, 0xFE30) if unicodedata.category(chr(code)) in ("Mn", "Mc"))
    marks = re.escape(re.sub(f"[{_UNSPACED}]", "", marks))
    return re.compile(f"[{_UNSPACED}]+|(?:(?![{_UNSPACED}_])\\w)(?:(?![{_UNSPACED}_])[\\w{marks}])*")


@cache
def _unspaced_start() -> re.Pattern[str]:
    return re.compile(f"[{_UNSPACED}]")


def _unspaced(run: str) -> bool:
    return _unspaced_start().match(run) is not None


def _grams(run: str) -> tuple[str, ...]:
    return tuple(run[i : i + 2] for i in range(max(1, len(run) - 1)))


def _indexed(run: str) -> tuple[str, ...]:
    return (*_grams(run), run[-1]) if len(run) > 1 else (run,)


def singular(word: str) -> str:
    """The word without an English plural ending: Harman's s-stemmer (JASIS 42, 1991), the one that hardly ever errs."""
    word = word[:LONGEST_WORD]
    if len(word) < 4 or not word.endswith("s") or not word.isascii() or word in _NOT_PLURAL:
        return word
    if word.endswith("ies") and not word.endswith(("eies", "aies")):
        return word[:-3] + "y"
    return word if word.endswith(("us", "ss", "is")) else word[:-1]


_WORDS = Remembered(singular)
