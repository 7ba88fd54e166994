"""What the words of an English sentence say of it, each looked up once a process: a table takes the place of
expressions over every sentence, and those are tried only where a word says that they may be met.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import reduce
from operator import or_

from digests.letters import Letters, Remembered
from digests.wordlists import TELLING_VERBS, words_of

BEARINGS = ("turning", "toll", "price", "ahead", "back", "force")
"""Bearing k is bit k of what is said for sure, and bit `MAYBE + k` of what an expression has yet to confirm."""
MAYBE = len(BEARINGS)
ALL_BEARINGS = (1 << MAYBE) - 1
_FLAGS = tuple(1 << k for k in range(2 * MAYBE, 2 * MAYBE + 10))
VERB, SELF, SAYS, ADDS, TURNS, POINTS, SIGNS, SHOWS, ASKS, WIDE = _FLAGS
"""A word that is a verb; words without which nobody speaks of himself, reports, tells one thing more, turns away from
what was told before, points back at it, signs, describes a picture, asks to click or read on; a word that is not ASCII,
and may be anything."""
ANY = (1 << 2 * MAYBE + len(_FLAGS)) - 1
_WORDS = (
    "unprecedented historic record milestone landmark breakthrough largest biggest highest lowest worst youngest "
    "oldest longest deadliest steepest crucial vital transform reshape threaten crisis",
    "killed dead died injured wounded damage damaged destroyed homeless evacuated missing",
    "profit profits cost revenue saving savings jobs",
    "will would may might could expect expected expects plan plans planned forecast likely hope hopes future aim aims "
    "whether prospect warn warned warns scheduled",
    "previous previously earlier since ago because after followed following background already amid despite",
    "",
)
_FORCES = re.compile(
    r"critic|rival|oppos|protest|pressure|accus|disput|condemn|union|negotiat|reject|demand|blam|compet|insist|argu"
    r"|support|back(?:ed|ing)|den(?:y|ied)|challeng|concern"
)
"""How words of a force begin, and their first three letters."""
_FORCES_BEGIN = words_of("cri riv opp pro pre acc dis con uni neg rej dem bla com ins arg sup bac den cha")
_KEYS = (
    "first turning since most critical key major pave paves stake depend depends stand stands mean means era never",
    "",
    "",
    "due next set remains vote certain",
    "last been used",
    "",
)
"""One word of each of the phrases below."""
_PHRASES = tuple(
    re.compile(form)
    for form in (
        r"\b(?:first (?:ever|time)|for the first|turning point|since \d{4}|most (?:serious|important|significant)"
        r"|critical (?:to|for)|key to|major (?:step|blow|boost|setback)|paves? the way|at stake|depends? on|stands? to"
        r"|would mean|means that|end of an era|never (?:before|been))\b",
        r"(?!)",
        r"[$£€¥]\s?\d|\d\s?(?:%|percent|per cent|bn\b|billion|million)",
        r"\b(?:due (?:to|in|on|later)|next (?:week|month|year|season|round)|set to|remains to be|comes? to a vote"
        r"|all but certain)\b",
        r"\b(?:last (?:year|month|week|season)|in (?:19|20)\d\d|had been|used to|has been|have been)\b",
        r"(?!)",
    )
)
_FIGURED = (1 << MAYBE + BEARINGS.index("price")) | (1 << MAYBE + BEARINGS.index("back"))
"""What only stands beside figures: sums, shares, years."""
_BARE = Letters(" ", "_")


def _told() -> dict[str, int]:
    table = dict.fromkeys(TELLING_VERBS, VERB)
    lists = [(1 << k, words_of(words)) for k, words in enumerate(_WORDS)]
    lists += [(1 << MAYBE + k, words_of(words)) for k, words in enumerate(_KEYS)]
    lists += [
        (SELF, words_of("i me my myself we us our ours ourselves")),
        (SAYS, words_of("said says told added insisted warned admitted believe believes")),
        (ADDS, words_of("also too meanwhile however well")),
        (TURNS, words_of("however meanwhile though moreover nevertheless nonetheless example instance")),
        (POINTS, words_of("he she they it its his her him them their this those these later earlier")),
        (SIGNS, words_of("author contributed reporting writing editing von par por")),
        (SHOWS, words_of("photo photos reuters getty afp image picture video caption credit source fichier")),
        (ASKS, words_of("click read sign subscribe follow share download scroll watch find see story http https")),
    ]
    for bit, words in lists:
        for word in words:
            table[word] = table.get(word, 0) | bit
    return table


_TOLD = _told()
_FORCE = 1 << BEARINGS.index("force")


def says_of(word: str) -> int:
    """The bits of one word in small letters."""
    says = _TOLD.get(word, 0)
    if word.endswith("ed"):
        says |= VERB
    if word[:3] in _FORCES_BEGIN and _FORCES.match(word):
        says |= _FORCE
    if not word.isascii():
        says |= WIDE
    return says if word.isalpha() else says | _FIGURED


_SAYS = Remembered(says_of)


def words_in(low: str) -> list[str]:
    """The words of a text in small letters, without the marks between and inside them."""
    return _BARE.bare(low).split()


def said(words: Iterable[str]) -> int:
    """What the words of a sentence say together, as a sum of bits."""
    return reduce(or_, map(_SAYS.__getitem__, words), 0)


def bearings_said(says: int, text: str) -> int:
    """The bits of the bearings of `text`, whose words say `says`: what they may say is looked up in it."""
    found = says & ALL_BEARINGS
    maybe = says >> MAYBE & ALL_BEARINGS & ~found
    if maybe:
        low = text.lower()
        for k, form in enumerate(_PHRASES):
            if maybe >> k & 1 and form.search(low):
                found |= 1 << k
    return found


def bears_said(says: int, text: str, k: int) -> bool:
    """Whether it has bearing number `k`."""
    return bool(says >> k & 1 or (says >> MAYBE + k & 1 and _PHRASES[k].search(text.lower())))
