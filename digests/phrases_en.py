"""Noun phrases of an English sentence by a light chunker over function words, verb forms and nouns of which it is known
what they name. No tagger: where a word may be a verb as well, what stands beside it decides.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from digests.letters import Remembered
from digests.nouns import FIXED, FORCE, TIED, WEAK
from digests.phrase import Phrase
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
    VERBS_AND_NOUNS,
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
_TOKEN = re.compile(r"[^\W_]+(?:[-'’.&](?=[^\W_])[^\W_]+)*|[^\w\s]")
_ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:[-'.&](?=[A-Za-z0-9])[A-Za-z0-9]+)*|[^\w\s]")
_POSSESSIVES = ("'s", "’s", "s'", "s’")
_NEVER = frozenset(FUNCTION_WORDS) | frozenset(ADVERBS)
_CLIPPED = frozenset({"s", "t", "re", "ve", "ll", "d", "m"})
_BEFORE_VERB = words_of(
    "to can could will would may might must should shall cannot not n't can't won't don't doesn't didn't"
)
_PLURAL_BEFORE_NOUNS = words_of(
    "arms drugs sports savings rights jobs earnings games weapons women's men's news goods means"
)
"""Words in -s that stand before a noun more often than before what they do."""
_HAS = words_of("has have had will would to could can")
_SAYS = words_of("claims hopes fears reports forecasts estimates plans believes predicts")
_MANY = words_of("people police men women children")
_FOLLOWS_VERB = DETERMINERS | words_of("that it he she they we i you him them us me")
_NO_PLURAL = ("ss", "us", "is", "'s", "’s")
_APOSTROPHES = ("'s", "’s", "'", "’")
_ARTICLED = re.compile(r"(?:al|el|ad|as|ash|ibn|bin)-[A-Z]")
"""Arabic names keep their article small."""
_POSSESSIVE = re.compile(r"['’]s$|(?<=s)['’]$")
_DECREED = words_of(
    "act agreement bill deal inquiry initiative law pact plan programme program project reform scheme strategy "
    "treaty war"
)
"""Last words of capitalised runs that name what is decided or fought; the others name who or where."""
_CURRENCIES = words_of("euro euros yen rupee rupees dollar dollars pound pounds rouble roubles yuan won franc francs")
_EMPTY = words_of("country countries people things others children women men firms companies star")
_NUMBERS = words_of("one two three four five six seven eight nine ten eleven twelve")
_AND = frozenset({"and", "or", "&"})
_ARTICLES = frozenset({"the", "a", "an"})
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
EITHER, PLURAL, WHO = 16384, 32768, 65536
"""What may be a verb or a noun; behind the second it is the verb ("shares fall", "critics claim"), and behind the third
the second is ("which holds shares")."""
_BY_ITSELF = NEVER | CAPITAL | VERBAL | PARTICIPLE | GERUND | CLIPPED | PAST | EITHER | PLURAL


class _Tokens(NamedTuple):
    """The words and marks of a sentence, as written and in small letters, where they begin, and what they are."""

    words: list[str]
    lows: list[str]
    starts: list[int]
    kinds: list[int]


LONGEST_NAME = 2
Span = tuple[int, int]
Headed = tuple[int, int, int]
"""(first, last, head): the token that says what kind of thing the phrase is."""


def english_phrases(text: str) -> list[Phrase]:
    """The noun phrases of `text`, of two to `MOST_WORDS` words; names are left to `digests.subjects`."""
    tokens = _tokens(text)
    found = (_phrase(tokens, span, text) for span in _joined(_runs(tokens.kinds), tokens))
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
    if low not in _LISTED and low[-1] not in _TELLING_ENDS and word[0].isalpha():
        return CAPITAL if word[0].isupper() else 0
    kind = (LEADS if low in _LEADING else 0) | (CAPITAL if word[0].isupper() else 0)
    kind |= (HEADLESS if _skipped(word, low) else 0) | (ENDLESS if _ended(word, low) else 0)
    if low in DETERMINERS or low.endswith(_POSSESSIVES):
        kind |= OWNS
    kind |= CLIPPED if low in _CLIPPED else PAST if low.endswith("ed") else THAT if low == "that" else 0
    if low in _NEVER or not word[0].isalnum():
        kind |= WHO if low in {"who", "which"} else 0
        return kind | NEVER | (OPENS if word in {".", "“", '"', "‘"} else CLIPS if word in {"'", "’"} else 0)
    if low in VERBS or (low.endswith("ly") and len(low) > 4):
        return kind | VERBAL
    if low in VERBS_AND_NOUNS and not low.endswith("s") and word[0].islower():
        kind |= EITHER
    if low in _MANY or (
        low.endswith("s") and len(low) > 3 and not low.endswith(_NO_PLURAL) and low not in _PLURAL_BEFORE_NOUNS
    ):
        kind |= PLURAL
    if low.endswith("ed") and len(low) > 4:
        return kind | PARTICIPLE
    return kind | GERUND if low.endswith("ing") and len(low) > 5 else kind


_LISTED = frozenset().union(
    *(
        _LEADING,
        DETERMINERS,
        _CLIPPED,
        _MANY,
        _NEVER,
        VERBS,
        VERBS_AND_NOUNS,
        ORDINALS,
        TIMES,
        QUANTITIES,
        FUNCTION_WORDS,
    )
)
_TELLING_ENDS = "dgsy'’"
"""Last letters of verbs, adverbs, plurals and owners: a word that has none of them and is in no list may be but a noun
or an adjective."""
_KINDS = Remembered(_kind)


def _runs(kinds: list[int]) -> list[Span]:
    """(first, last) token indices of the content-word runs."""
    runs: list[Span] = []
    begin: int | None = None
    for i, kind in enumerate(kinds):
        if not kind & _BY_ITSELF or (not kind & NEVER and _content(kinds, i, begin)):
            if begin is None:
                begin = i
        elif begin is not None:
            runs.append((begin, i - 1))
            begin = None
    if begin is not None:
        runs.append((begin, len(kinds) - 1))
    return runs


def _content(kinds: list[int], i: int, begin: int | None) -> bool:
    """Whether token `i`, which may stand in a noun phrase, belongs to one that began at `begin`."""
    kind, before = kinds[i], kinds[i - 1] if i else 0
    if kind & CLIPPED and before & CLIPS:
        return False
    if kind & CAPITAL and i and not before & OPENS:
        return True
    if before & OWNS:
        return not (before & THAT and kind & PAST)
    if kind & VERBAL or (kind & PLURAL and before & WHO) or (kind & EITHER and before & PLURAL and begin is not None):
        return False
    if kind & PARTICIPLE:
        return bool(before & LEADS) and i + 1 < len(kinds)
    return begin is not None if kind & GERUND else True


def _joined(runs: list[Span], tokens: _Tokens) -> list[Headed]:
    """The runs; what follows a possessive inside them; and those that a preposition ties together, as one more each:
    "of" any two, another one where it belongs to the noun before it ("pressure on prices")."""
    lows, kinds = tokens.lows, tokens.kinds
    joined: list[Headed] = []
    for a, b in runs:
        if a == b:
            continue
        joined.append((a, b, b))
        owner = next((i for i in range(b - 1, a - 1, -1) if lows[i].endswith(_POSSESSIVES)), None)
        if owner is not None and owner + 1 < b and _stem(lows[owner]) not in TIMES:
            joined.append((owner + 1, b, b))
    for (a, b), (c, d) in pairwise(runs):
        if d - a >= MOST_WORDS or not (c - b == 2 or (c - b == 3 and d > c and lows[b + 2] in _ARTICLES)):
            continue  # "the plan" behind an article is one that was told of before
        between = lows[b + 1]
        if (between == "of" and not kinds[b] & ENDLESS) or lows[b] in TIED.get(between, ()):
            joined.append((a, d, b))
    return joined


def _phrase(tokens: _Tokens, span: Headed, text: str) -> Phrase | None:
    head = span[2] if span[2] < span[1] else -1
    trimmed = _trimmed(tokens, *span[:2])
    if trimmed is None:
        return None
    words, lows, starts, kinds = tokens
    first, last = trimmed
    if (head >= 0 and not _tied(tokens, first, head, last)) or _shared(tokens, first, last):
        return None
    capital = kinds[last] & CAPITAL or _ARTICLED.match(words[last])
    if capital and head < 0 and lows[last] not in INSTITUTIONS:
        return None
    start, end = starts[first], starts[last] + len(words[last])
    body = text[start : end + (text.startswith(".", end) and "." in words[last])]  # U.S.
    tail = _POSSESSIVE.search(body) if body.endswith(_APOSTROPHES) else None
    if tail and head >= 0:
        return None
    body = body[: tail.start()] if tail else body
    is_title = kinds[last] & CAPITAL and all(kind & CAPITAL for kind in kinds[first:last])
    weight = _place(lows, first) * _SIZES.get(last + 1 - first, 0.6) * (0.85 if is_title else 1.0)
    noun = head if head >= 0 else last
    force = not tail and FORCE[lows[noun]] and not (kinds[noun] & CAPITAL and noun and lows[noun] not in _DECREED)
    return Phrase(body, start, start + len(body), weight, force=force)


def _trimmed(tokens: _Tokens, first: int, last: int) -> Span | None:
    """A run without what names nothing at its ends; None where fewer than two words, or none that names, are left."""
    words, lows, _, kinds = tokens
    if first and lows[first - 1] in _BEFORE_VERB and words[first][0].islower():
        first += 1  # a verb more often than not: "to report fraud"; behind an adjective a noun is left as well
    elif first and lows[first] in VERBS_AND_NOUNS and _verb_goes_on(lows, first):
        first += 1
    while first < last and (kinds[first] & HEADLESS or _weak(tokens, first) or _money(tokens, first)):
        first += 1
    while last > first and kinds[last] & ENDLESS:
        last -= 1
    if last > first and _is_verb(words, lows, first, last):
        last -= 1
    if not first < last < first + MOST_WORDS or not _nounlike(words[last], lows[last]):
        return None
    return first, last


def _verb_goes_on(lows: list[str], first: int) -> bool:
    """Whether word `first` is a verb behind another one or an adverb: "to hasten and increase investment", "has
    successfully cut costs"."""
    before = lows[first - 1]
    if before in _AND:
        return first > 2 and lows[first - 3] in _BEFORE_VERB
    return before.endswith("ly") and first > 1 and lows[first - 2] in _HAS


def _tied(tokens: _Tokens, first: int, head: int, last: int) -> bool:
    """Whether what a preposition ties to the noun `head` is whole, and no more than it seems."""
    lows = tokens.lows
    if not first <= head < last - 1 or not _one_kind(tokens.kinds, head, last) or lows[last] in _EMPTY:
        return False
    return not (last == head + 3 and lows[head + 2] in _ARTICLES)


def _money(tokens: _Tokens, i: int) -> bool:
    """Whether token `i` says of what currency the figure before it is: "a 1.5bn euro charge"."""
    return tokens.lows[i] in _CURRENCIES and i > 0 and tokens.words[i - 1][0].isdigit()


def _one_kind(kinds: list[int], head: int, last: int) -> bool:
    """Whether what a preposition ties is a name of up to two words or none: no "fall of former mayor Ann Arbour"."""
    tail = [kind & CAPITAL for kind in kinds[head + 2 : last + 1] if not kind & NEVER]
    return not tail or not tail[-1] or (all(tail) and len(tail) <= LONGEST_NAME)


def _weak(tokens: _Tokens, i: int) -> bool:
    """Whether token `i` is an adjective that tells nothing; with a capital, unless it opens the sentence, it is a
    name's."""
    lows, kinds = tokens.lows, tokens.kinds
    if lows[i] not in WEAK or (kinds[i] & CAPITAL and i and not kinds[i - 1] & OPENS):
        return False
    return lows[i] not in FIXED or lows[i + 1 : i + 2] == [] or lows[i + 1] not in FIXED[lows[i]]


def _shared(tokens: _Tokens, first: int, last: int) -> bool:
    """Whether a phrase of several words may lack a word that it shares with another one: "pop music and movie stars",
    "the Paris and Lisbon exchanges"; or a word that is part of it: "a Six Nations clash", "a human rights
    ruling"."""
    words, lows, _, kinds = tokens
    if first > 1 and kinds[first] & kinds[first - 2] & CAPITAL and lows[first - 1] in _AND:
        return True
    if first > 1 and kinds[first] & kinds[first - 1] & CAPITAL and lows[first - 1] in _NUMBERS:
        return True
    if last + 1 < len(lows) and lows[last + 1] in NOUNS_IN_ING:
        return True
    if last + 3 >= len(words) or lows[last + 1] not in _AND or lows[last].endswith("s"):
        return False
    return not (kinds[last + 2] | kinds[last + 3]) & (NEVER | VERBAL | PARTICIPLE)


def _ended(word: str, low: str) -> bool:
    if low in TIMES or word.isdigit() or low in FUNCTION_WORDS:
        return True
    return low.endswith("ing") and word.islower() and low.split("-")[-1] not in NOUNS_IN_ING


def _is_verb(words: list[str], lows: list[str], first: int, last: int) -> bool:
    """Whether a run's last word tells what the words before it do: a figure follows ("profits fall 9%"), a name opens
    the sentence and the word could be a verb's third person ("Exel employs 109,000"), what is thought or who is hit
    follows ("Analysts doubt that"), what is meant ("the country plans to"), or it tells who says all this (", the firm
    claims")."""
    if not words[last].islower():
        return False
    after = words[last + 1] if last + 1 < len(words) else ""
    if after == "to" and last == first + 1 and lows[last] in VERBS_AND_NOUNS and lows[last].endswith("s"):
        return True
    if lows[last] in _SAYS and first > 1 and words[first - 2] == ",":
        return True
    if after in _FOLLOWS_VERB and (lows[last] in VERBS_AND_NOUNS or (first == 0 and after == "that")):
        return True
    if not (after[:1].isdigit() or after in {"$", "£", "€", "¥"}):
        return False
    return lows[last - 1].endswith("s") or (first == 0 and lows[last].endswith("s"))


def _skipped(word: str, low: str) -> bool:
    if low in ORDINALS or (low.endswith("ly") and len(low) > 4 and low not in NOUNS_IN_LY):
        return word[0].islower()
    return word[0].isdigit() or _stem(low) in TIMES or low in QUANTITIES or low in FUNCTION_WORDS


def _stem(low: str) -> str:
    return _POSSESSIVE.sub("", low) if low.endswith(_APOSTROPHES) else low


def _nounlike(final: str, low: str) -> bool:
    """Whether a phrase of several words that ends with `final` names something."""
    if final[0].isupper():
        return True
    return (
        not (low in WEAK and low.endswith("er"))
        and not low.endswith(("ous", "able", "ible", "ful", "less", "ish", "iest"))
        and low not in BARE_ADJECTIVES
        and not final[0].isdigit()
    )


def _place(lows: list[str], first: int) -> float:
    """Early in the sentence, after a determiner: likely what the sentence is about."""
    early = 1.0 - 0.45 * first / max(1, len(lows))
    before = lows[first - 1] if first else ""
    return early * (1.0 if first == 0 or before in DETERMINERS or not before.isalpha() else 0.85)


_SIZES = {2: 0.9, 3: 1.0, 4: 0.95, 5: 0.8}
