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


class _Token(NamedTuple):
    text: str
    start: int
    end: int
    low: str


def _english(text: str) -> list[Phrase]:
    tokens = [_Token(word := m.group(), *m.span(), word.lower()) for m in _TOKEN.finditer(text)]
    runs = _joined(_runs(tokens), tokens)
    found = []
    for first, last in runs:
        phrase = _phrase(tokens, first, last, text)
        if phrase:
            found.append(phrase)
    return found


def _runs(tokens: list[_Token]) -> list[Span]:
    """(first, last) token indices of the content-word runs."""
    runs: list[Span] = []
    begin: int | None = None
    for i in range(len(tokens) + 1):
        inside = i < len(tokens) and _content(tokens, i, begin)
        if inside and begin is None:
            begin = i
        elif not inside and begin is not None:
            runs.append((begin, i - 1))
            begin = None
    return runs


Span = tuple[int, int]


def _content(tokens: list[_Token], i: int, begin: int | None) -> bool:
    """Whether token `i` may belong to a noun phrase that began at `begin`."""
    token, low = tokens[i], tokens[i].low
    if low in _NEVER or not token.text[0].isalnum():
        return False
    if low in _CLIPPED and i and tokens[i - 1].text in {"'", "’"}:
        return False  # tokenised text: Virgin 's
    if token.text[0].isupper() and i > 0 and tokens[i - 1].text not in {".", "“", '"', "‘"}:
        return True
    before = tokens[i - 1].low if i else ""
    if before == "that" and low.endswith("ed"):
        return False  # a quake that ravaged the coast
    if before in DETERMINERS or before.endswith(_POSSESSIVES):
        return True
    if low in VERBS or (low.endswith("ly") and len(low) > 4):
        return False
    if low.endswith("ed") and len(low) > 4:
        return before in {"of", "for", "with", "from", "on", "in"} and i + 1 < len(tokens)
    if low.endswith("ing") and len(low) > 5:
        return begin is not None
    return True


def _joined(runs: list[Span], tokens: list[_Token]) -> list[Span]:
    """The runs, and those that "of (the)" ties together as one more each."""
    joined = list(runs)
    for (a, b), (c, d) in pairwise(runs):
        between = [t.low for t in tokens[b + 1 : c]]
        tied = between[:1] == ["of"] and (len(between) == 1 or (len(between) == 2 and between[1] in DETERMINERS))
        if tied and d - a < MOST_WORDS:
            joined.append((a, d))
    return joined


def _phrase(tokens: list[_Token], first: int, last: int, text: str) -> Phrase | None:
    acts = first > 0 and tokens[first - 1].low in _BEFORE_VERB
    if acts and last > first and tokens[first].text[0].islower():
        first += 1  # a verb more often than not: "to report fraud"; behind an adjective a noun is left as well
    while first <= last and _skipped(tokens[first]):
        first += 1
    while last >= first and _ended(tokens[last]):
        last -= 1
    if last > first and _is_verb(tokens, first, last):
        last -= 1
    words = tokens[first : last + 1]
    if not words or len(words) > MOST_WORDS or not _nounlike(words):
        return None
    end = words[-1].end
    body = text[words[0].start : end]
    tail = _POSSESSIVE.search(body) if body.endswith(_APOSTROPHES) else None
    body = body[: tail.start()] if tail else body
    if len(words) == 1 and acts and not words[0].low.endswith("s"):
        return None
    weight = _place(tokens, first) * _size(len(words), words)
    name = _is_name(words)
    return Phrase(body, words[0].start, words[0].start + len(body), weight, name=name, simple=len(words) == 1)


def _ended(token: _Token) -> bool:
    """A time, a figure, a function word or a participle does not end what it stands behind."""
    if token.low in TIMES or token.text.isdigit() or token.low in FUNCTION_WORDS:
        return True
    return token.low.endswith("ing") and token.text.islower() and token.low.split("-")[-1] not in NOUNS_IN_ING


def _is_verb(tokens: list[_Token], first: int, last: int) -> bool:
    """Whether a run's last word tells what the words before it do: a figure follows ("profits fall 9%"), a name opens
    the sentence and the word could be a verb's third person ("Exel employs 109,000"), or what is thought follows
    ("Analysts doubt that")."""
    word, after = tokens[last], tokens[last + 1].text if last + 1 < len(tokens) else ""
    if word.text.islower() and first == 0 and after == "that":
        return True
    if not word.text.islower() or not (after[:1].isdigit() or after in {"$", "£", "€", "¥"}):
        return False
    return tokens[last - 1].low.endswith("s") or (first == 0 and word.low.endswith("s"))


def _is_name(words: list[_Token]) -> bool:
    """Capitalised to its last word, which is none that institutions and events end with; or a title before a name."""
    final = words[-1]
    if not (final.text[0].isupper() or _ARTICLED.match(final.text)):
        return False
    return len(words) < 2 or final.low not in INSTITUTIONS


def _skipped(token: _Token) -> bool:
    """Figures, times, quantities and adverbs name nothing at the head of a phrase; "of" and "the" remain behind
    them."""
    if token.low in _LOOSELY:
        return True
    if token.low in ORDINALS or (token.low.endswith("ly") and len(token.low) > 4 and token.low not in NOUNS_IN_LY):
        return token.text[0].islower()
    return token.text[0].isdigit() or _stem(token) in TIMES or token.low in QUANTITIES or token.low in FUNCTION_WORDS


def _stem(token: _Token) -> str:
    return _POSSESSIVE.sub("", token.low) if token.low.endswith(_APOSTROPHES) else token.low


def _nounlike(words: list[_Token]) -> bool:
    final = words[-1]
    if len(words) == 1 and (not final.text[0].isupper() or len(final.text) < 3):
        return len(final.text) > 6 and not final.low.endswith(ADJECTIVE_ENDS)
    if final.text[0].isupper():
        return True
    return (
        not final.low.endswith(("ous", "able", "ible", "ful", "less", "ish", "iest"))
        and final.low not in BARE_ADJECTIVES
        and not final.text[0].isdigit()
    )


def _place(tokens: list[_Token], first: int) -> float:
    """Early in the sentence, after a determiner: likely what the sentence is about."""
    early = 1.0 - 0.45 * first / max(1, len(tokens))
    before = tokens[first - 1].low if first else ""
    return early * (1.0 if first == 0 or before in DETERMINERS or not before.isalpha() else 0.85)


def _size(count: int, words: list[_Token]) -> float:
    capitals = sum(w.text[0].isupper() for w in words)
    size = {1: 0.4, 2: 0.9, 3: 1.0, 4: 0.95, 5: 0.8}.get(count, 0.6)
    return size * (0.85 if capitals == count and count > 1 else 1.0)


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
