"""Noun phrases as they stand in a sentence: what a heading or a label can be made of. Invents no word.

Japanese by runs of parts of speech (SudachiPy), English by a light chunker over function words and verb forms, other
languages by runs of longer or capitalised words.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from digests.letters import Remembered
from digests.phrases_ja import japanese_phrases
from digests.readable import base
from digests.wordlists import (
    ADVERBS,
    BARE_ADJECTIVES,
    DETERMINERS,
    FUNCTION_WORDS,
    INSTITUTIONS,
    NOUNS_IN_ING,
    NOUNS_IN_LY,
    ORDINALS,
    QUANTITIES,
    TIMES,
    VERBS,
    words_of,
)

MOST_WORDS = 6
ADJECTIVE_ENDS = (
    "al",
    "ive",
    "ous",
    "able",
    "ible",
    "ful",
    "less",
    "ish",
    "iest",
    "ult",
    "ent",
    "ant",
    "ic",
    "ern",
    "est",
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of `text[start:end]`. `weight` (0..1) is how well its place in the sentence suits a label; `event`: it
    names something that happens; `name`: it is but the name of a person or a place; `simple`: a single word."""

    text: str
    start: int
    end: int
    weight: float
    event: bool = False
    name: bool = False
    simple: bool = False


def phrases(text: str, language: str) -> tuple[Phrase, ...]:
    """The noun phrases of a sentence, in order."""
    finder = _FINDERS.get(base(language), _other)
    return tuple(finder(text))


def _japanese(text: str) -> list[Phrase]:
    return [Phrase(p.text, p.start, p.end, p.weight, p.event, p.name, p.simple) for p in japanese_phrases(text)]


# --- English --------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"[^\W_]+(?:[-'’.&](?=[^\W_])[^\W_]+)*|[^\w\s]")
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-'.&](?=[A-Za-z0-9])[A-Za-z0-9]+)*|[^\w\s]")
_POSSESSIVES = ("'s", "’s", "s'", "s’")
_NEVER = frozenset(FUNCTION_WORDS) | frozenset(ADVERBS)
_CLIPPED = frozenset({"s", "t", "re", "ve", "ll", "d", "m"})
_BEFORE_VERB = words_of(
    "to can could will would may might must should shall cannot not n't can't won't don't doesn't didn't"
)
_LOOSELY = words_of("similar various certain further additional previous likely such alleged so-called")
"""Adjectives that liken or place a thing without saying what it is."""
_APOSTROPHES = ("'s", "’s", "'", "’")
_ARTICLED = re.compile(r"(?:al|el|ad|as|ash|ibn|bin)-[A-Z]")
"""Arabic names keep their article small."""
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
_LEADING = frozenset({"of", "for", "with", "from", "on", "in"})
"""Words behind which a participle describes a thing."""
NEVER, CAPITAL, VERBAL, PARTICIPLE, GERUND = 1, 2, 4, 8, 16
"""What a word may be by its form: none of a noun phrase, capitalised, a verb or adverb, one in -ed, one in -ing."""
OPENS, OWNS, LEADS = 32, 64, 128
"""What it may be to the word behind it: a sentence or quotation begins there, it belongs to this one, or see above."""
HEADLESS, ENDLESS = 256, 512
"""No phrase begins with it: figures, times, quantities and adverbs name nothing ("of" and "the" remain behind them). No
phrase ends with it: a time, a figure, a function word or a participle does not end what it stands behind."""
CLIPPED, CLIPS = 1024, 2048
"""What an apostrophe parts from its word in tokenised text (Virgin 's), and the apostrophe."""
THAT, PAST = 4096, 8192
"""A quake that ravaged the coast: the second is no noun behind the first."""
_BY_ITSELF = NEVER | CAPITAL | VERBAL | PARTICIPLE | GERUND | CLIPPED | PAST


class _Tokens(NamedTuple):
    """The words and marks of a sentence, as written and in small letters, where they begin, and what they are."""

    words: list[str]
    lows: list[str]
    starts: list[int]
    kinds: list[int]


Span = tuple[int, int]


def _english(text: str) -> list[Phrase]:
    tokens = _tokens(text)
    found = (_phrase(tokens, first, last, text) for first, last in _joined(_runs(tokens.kinds), tokens.lows))
    return [phrase for phrase in found if phrase]


def _tokens(text: str) -> _Tokens:
    words = (_ASCII_TOKEN if text.isascii() else _TOKEN).findall(text)
    starts, at = [], 0
    for word in words:
        at = text.find(word, at)  # nothing but white space stands between
        starts.append(at)
        at += len(word)
    return _Tokens(words, list(map(str.lower, words)), starts, list(map(_KINDS.__getitem__, words)))


def _kind(word: str) -> int:
    """What a word is, as a sum of the constants above."""
    low = word.lower()
    kind = (LEADS if low in _LEADING else 0) | (CAPITAL if word[0].isupper() else 0)
    kind |= (HEADLESS if _skipped(word, low) else 0) | (ENDLESS if _ended(word, low) else 0)
    if low in DETERMINERS or low.endswith(_POSSESSIVES):
        kind |= OWNS
    kind |= CLIPPED if low in _CLIPPED else PAST if low.endswith("ed") else THAT if low == "that" else 0
    if low in _NEVER or not word[0].isalnum():
        return kind | NEVER | (OPENS if word in {".", "“", '"', "‘"} else CLIPS if word in {"'", "’"} else 0)
    if low in VERBS or (low.endswith("ly") and len(low) > 4):
        return kind | VERBAL
    if low.endswith("ed") and len(low) > 4:
        return kind | PARTICIPLE
    return kind | GERUND if low.endswith("ing") and len(low) > 5 else kind


_KINDS = Remembered(_kind)


def _runs(kinds: list[int]) -> list[Span]:
    """(first, last) token indices of the content-word runs."""
    runs: list[Span] = []
    begin: int | None = None
    for i, kind in enumerate(kinds):
        if not kind & _BY_ITSELF or _content(kinds, i, begin):
            if begin is None:
                begin = i
        elif begin is not None:
            runs.append((begin, i - 1))
            begin = None
    if begin is not None:
        runs.append((begin, len(kinds) - 1))
    return runs


def _content(kinds: list[int], i: int, begin: int | None) -> bool:
    """Whether token `i` may belong to a noun phrase that began at `begin`."""
    kind, before = kinds[i], kinds[i - 1] if i else 0
    if kind & NEVER or (kind & CLIPPED and before & CLIPS):
        return False
    if kind & CAPITAL and i and not before & OPENS:
        return True
    if before & OWNS:
        return not (before & THAT and kind & PAST)
    if kind & VERBAL:
        return False
    if kind & PARTICIPLE:
        return bool(before & LEADS) and i + 1 < len(kinds)
    return begin is not None if kind & GERUND else True


def _joined(runs: list[Span], lows: list[str]) -> list[Span]:
    """The runs, and those that "of (the)" ties together as one more each."""
    joined = list(runs)
    for (a, b), (c, d) in pairwise(runs):
        tied = lows[b + 1] == "of" and (c - b == 2 or (c - b == 3 and lows[b + 2] in DETERMINERS))
        if tied and d - a < MOST_WORDS:
            joined.append((a, d))
    return joined


def _phrase(tokens: _Tokens, first: int, last: int, text: str) -> Phrase | None:
    words, lows, starts, kinds = tokens
    acts = first > 0 and lows[first - 1] in _BEFORE_VERB
    if acts and last > first and words[first][0].islower():
        first += 1  # a verb more often than not: "to report fraud"; behind an adjective a noun is left as well
    while first <= last and kinds[first] & HEADLESS:
        first += 1
    while last >= first and kinds[last] & ENDLESS:
        last -= 1
    if last > first and _is_verb(words, lows, first, last):
        last -= 1
    count = last + 1 - first
    if not 0 < count <= MOST_WORDS or not _nounlike(words[last], lows[last], count):
        return None
    start, end = starts[first], starts[last] + len(words[last])
    body = text[start:end]
    tail = _POSSESSIVE.search(body) if body.endswith(_APOSTROPHES) else None
    body = body[: tail.start()] if tail else body
    if count == 1 and acts and not lows[first].endswith("s"):
        return None
    is_title = count > 1 and all(kind & CAPITAL for kind in kinds[first : last + 1])
    weight = _place(lows, first) * (_SIZES.get(count, 0.6) * (0.85 if is_title else 1.0))
    capital = kinds[last] & CAPITAL or _ARTICLED.match(words[last])
    name = bool(capital) and (count < 2 or lows[last] not in INSTITUTIONS)
    return Phrase(body, start, start + len(body), weight, name=name, simple=count == 1)


def _ended(word: str, low: str) -> bool:
    if low in TIMES or word.isdigit() or low in FUNCTION_WORDS:
        return True
    return low.endswith("ing") and word.islower() and low.split("-")[-1] not in NOUNS_IN_ING


def _is_verb(words: list[str], lows: list[str], first: int, last: int) -> bool:
    """Whether a run's last word tells what the words before it do: a figure follows ("profits fall 9%"), a name opens
    the sentence and the word could be a verb's third person ("Exel employs 109,000"), or what is thought follows
    ("Analysts doubt that")."""
    if not words[last].islower():
        return False
    after = words[last + 1] if last + 1 < len(words) else ""
    if first == 0 and after == "that":
        return True
    if not (after[:1].isdigit() or after in {"$", "£", "€", "¥"}):
        return False
    return lows[last - 1].endswith("s") or (first == 0 and lows[last].endswith("s"))


def _skipped(word: str, low: str) -> bool:
    if low in _LOOSELY:
        return True
    if low in ORDINALS or (low.endswith("ly") and len(low) > 4 and low not in NOUNS_IN_LY):
        return word[0].islower()
    return word[0].isdigit() or _stem(low) in TIMES or low in QUANTITIES or low in FUNCTION_WORDS


def _stem(low: str) -> str:
    return _POSSESSIVE.sub("", low) if low.endswith(_APOSTROPHES) else low


def _nounlike(final: str, low: str, count: int) -> bool:
    """Whether a phrase of `count` words that ends with `final` names something."""
    if count == 1 and (not final[0].isupper() or len(final) < 3):
        return len(final) > 6 and not low.endswith(ADJECTIVE_ENDS)
    if final[0].isupper():
        return True
    return (
        not low.endswith(("ous", "able", "ible", "ful", "less", "ish", "iest"))
        and low not in BARE_ADJECTIVES
        and not final[0].isdigit()
    )


def _place(lows: list[str], first: int) -> float:
    """Early in the sentence, after a determiner: likely what the sentence is about."""
    early = 1.0 - 0.45 * first / max(1, len(lows))
    before = lows[first - 1] if first else ""
    return early * (1.0 if first == 0 or before in DETERMINERS or not before.isalpha() else 0.85)


_SIZES = {1: 0.4, 2: 0.9, 3: 1.0, 4: 0.95, 5: 0.8}


# --- other languages ------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]{2,12}")
_HAN_BREAK = re.compile(
    r"[的了在是和与與及或并並也都而但从從到对對被把将將为為有就这這那其之等]|表示|认为|認為|指出|宣布|已经|已經|可能|没有|沒有|进行|進行"
)


def _chinese(text: str) -> list[Phrase]:
    found, at = [], 0
    for piece in _HAN_BREAK.split(text):
        at = text.index(piece, at)
        for match in _HAN.finditer(piece):
            size = min(1.0, len(match.group()) / 6)
            found.append(
                Phrase(match.group(), at + match.start(), at + match.end(), size * (1 - 0.4 * at / max(1, len(text))))
            )
        at += len(piece)
    return found


def _other(text: str) -> list[Phrase]:
    """Runs of up to four words that are long or capitalised inside the sentence."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    for match in [*_WORD.finditer(text), None]:
        if match and (not run or text[run[-1].end() : match.start()].isspace()) and _weighty(match) and len(run) < 4:
            run.append(match)
            continue
        if run:
            body = text[run[0].start() : run[-1].end()]
            weight = (0.6 if len(run) == 1 else 1.0) * (1 - 0.4 * run[0].start() / len(text))
            found.append(Phrase(body, run[0].start(), run[-1].end(), weight))
        run = [match] if match and _weighty(match) else []
    return found


def _weighty(match: re.Match[str]) -> bool:
    word = match.group()
    return (
        len(word) > 4
        or (match.start() > 0 and word[0].isupper() and len(word) > 1)
        or (len(word) > 1 and not word.isascii())
    )


_FINDERS: dict[str, Callable[[str], list[Phrase]]] = {"ja": _japanese, "en": _english, "zh": _chinese}


@lru_cache(maxsize=256)
def cached(text: str, language: str) -> tuple[Phrase, ...]:
    """`phrases`, remembered: headings and labels ask for the same sentences."""
    return phrases(text, language)
