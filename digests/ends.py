"""What a sentence is worth as a digest's two ends: the lead that says what this is about and why it matters, and the
conclusion that looks back on the whole or ahead of it. Better no end than one that could stand in any article."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from digests.choose import Floats
from digests.lines import Line
from digests.marks import Marks
from digests.quotations import speaks_of_us
from digests.wording import ADDS, SAYS, SELF, WIDE

CLOSE, MORE_CLOSE, SURELY_CLOSE = 0.2, 0.35, 0.45
"""Closeness to title and article, within the article, that a lead needs; the second where it only stands early, the
third where it is topical without a turning point."""
TITLED, TELLING = 2, 0.35
"""Terms of the title, and salience, that such a lead needs."""
NUT_TELLING = 0.6
"""Salience of a lead that tells the background of the news: it must be what says what all this is about."""
SOON = 0.7
"""How far into the article, 0 to 1, a lead may stand for looking ahead or telling of a turning point alone."""
EARLY = 0.2
"""How far into the article, 0 to 1, what follows the news tells more of it than a detail does."""
QUOTED, MOSTLY = 0.2, 0.6
"""Share of a lead's, and of a conclusion's, characters that may be somebody's words."""
TURNING = 0.15
"""Worth of a lead's telling of a turning point."""
LATE, LATER, LOOKING, SETTLED = 0.35, 0.5, 0.5, 0.85
"""How far into the article, 0 to 1, a conclusion may stand at the earliest: one that is likely enough to look ahead,
and one that sums up; how likely that must be; and up to what chance of being background it concludes anything. Japanese
articles are short: there all may stand as early."""
SUMMING_UP = 0.6
"""Chance of judging or looking ahead, below which a conclusion must say so in words."""
CONCLUDING = 0.3
"""Closeness to title and article that a conclusion needs."""

_BACKGROUND, _JUDGING, _AHEAD = 2, 1, 3
_SAID = re.compile(
    r"\b(?:said|says|told|added|insisted|warned|admitted|believes?)\b|」と|と(?:話|述|語|指摘|説明|コメント)"
)
SETTING, SET, AT_ONCE, LESS = 0.5, 0.8, 0.25, 0.4
"""Closeness and salience of a lead that sets the scene, how far into the article, 0 to 1, it may stand, and what it is
worth less than one of the others."""
AT_STAKE = 0.25
"""Closeness that a conclusion needs which says what it hangs on."""
_LOOSE = re.compile(
    r"(?:In|Since|By) (?:19|20)\d\d\b|By \d|(?:Among|Born|Even as|If you)\b|(?:\w+ )?\w+ of the\b"
    r"|(?:\w+ ){1,6}then \w+ed\b|The (?:families|parents|relatives|players|others)\b"
)
"""Openings of what was long ago, and with some of those that were told of before."""
LATEST_JA = 0.15
"""How far into a Japanese article, 0 to 1, a lead may stand: behind its opening it tells but details."""
DETAIL, NUT, NEWS, LATEST = 0.75, 0.5, 0.3, 0.75
"""Chance of being background from which a lead is a detail, closeness from which it is what the news is
about all the same, chance of being any news below which it is none, and how far into the article, 0 to 1, it may stand;
all but where it looks ahead or at a turning point. Of English ones: Japanese
articles are short."""
_NARRATED = re.compile(
    r"\b(?:crossbar|drop goals?|equaliser|missed (?:a|the) penalty|footed|free-kick|half-?time|header|headed"
    r"|keeper|mid-?range|opener|rebound"
    r"|serve|service game|struck|tie-?break|underdogs|visitors|volley(?:ed)?|(?:first|second|final) (?:half|set)"
    r"|\d+ minutes|goal down|scored (?:first|twice|after|through))\b"
)
"""Words of how a match went, one scene after another."""
_UNTOLD = re.compile(
    r"(?:[A-Z][\w’'-]*,? ){1,4}(?:[a-z]+ )?"
    r"(?!(?:said|says|say|thinks?|believes?|hopes?|admits?|admitted|argued?|claims?|claimed|warned|denied|confirmed"
    r"|added|that|if|when|while|after|as|and|but|because|where) )[a-z]+ "
    r"(?:it|them|him|th(?:is|at) \w+,|th(?:ese|ose) \w+)\b"
)
"""Somebody does something to it, or them, of which the sentence has not told."""
_HANGS = re.compile(
    r"\b(?:challenges?|question|rel(?:y|ies|ying) on|hinges?|at stake|remains?|must|needs? to|should|hopes?"
    r"|the (?:aim|key|test))\b"
    r"|課題|焦点|問われ|鍵|求められ|懸念|不安|期待|恐れ|おそれ|見通し|影響"
)
"""Words of what it hangs on."""
_JUDGES = re.compile(
    r"効果|意義|重要|必要|教訓|べき|求め|責任|評価|転換|節目|変わ|史上|初めて|つなが|示唆|意味する|歴史的|異例"
)
"""Words of a Japanese judgement."""
_ADDS = re.compile(r"\b(?:also|too|meanwhile|as well|however)\b|も[^ぁ-ん]")
"""Words of what is one thing more."""
_QUOTATION = re.compile(r"[\"“‘]([^\"”’]*)[\"”’]")


def as_lead(marks: Marks, lines: Sequence[Line], language: str) -> Floats:
    """(n,) close to the title, no detail of the background, nobody's words; -inf for what cannot lead."""
    fit = marks.sound & ~marks.given & (marks.titled > 0) & (marks.about >= CLOSE)
    english = language == "en"
    if language == "ja":
        fit &= marks.place <= LATEST_JA
    worth = np.full(len(lines), -np.inf)
    for i in fit.nonzero()[0].tolist():
        if not (english and _is_detail(marks, i)):
            worth[i] = _leading(marks, i, lines[i].print.text, lines[i].says, SOON if english else -1.0)
    return worth


def _leading(marks: Marks, i: int, text: str, says: int, soon: float) -> float:
    about, telling, place, roles = marks.about[i], marks.telling[i], marks.place[i], marks.roles[i]
    said = says & (SAYS | WIDE) and _SAID.search(text)
    named = marks.titled[i] >= TITLED and not said
    early = place <= EARLY and about >= MORE_CLOSE
    topical = early or (named and about >= SURELY_CLOSE and telling >= TELLING)
    turning = marks.turning[i] and marks.titled[i] >= TITLED
    may = (named and telling >= NUT_TELLING) or (roles[_BACKGROUND] < 0.5 and (turning or topical))
    looks = not said and place <= soon and about >= MORE_CLOSE and (marks.ahead[i] or marks.turning[i])
    looks = looks and roles[_BACKGROUND] < DETAIL
    if not (may or looks or (place <= AT_ONCE and about >= SETTING and telling >= SET and not said)):
        return -np.inf
    if (says & (ADDS | WIDE) and _ADDS.search(text)) or _LOOSE.match(text) or not _reported(text, says):
        return -np.inf
    if _NARRATED.search(text) or _UNTOLD.match(text):
        return -np.inf
    weight = 0.5 * telling + 0.5 * about + 0.3 * roles[_JUDGING] - 0.35 * place - marks.odd[i]
    return float(weight + TURNING * marks.turning[i] if may or looks else weight - LESS)


def _is_detail(marks: Marks, i: int) -> bool:
    """Whether a line that looks neither ahead nor at a turning point is what came before, no news at all, or late."""
    if marks.ahead[i] or marks.turning[i]:
        return False
    roles = marks.roles[i]
    nut = marks.titled[i] >= TITLED and marks.about[i] >= NUT and marks.telling[i] >= NUT_TELLING
    return bool((roles[_BACKGROUND] >= DETAIL and not nut) or roles.sum() < NEWS or marks.place[i] > LATEST)


def as_conclusion(marks: Marks, lines: Sequence[Line], language: str) -> Floats:
    """(n,) late in the article and still close to it, summing up or looking ahead; -inf for what concludes nothing. A
    Japanese one says so in words: what the roles think of a sentence alone is not sure enough there."""
    summing = np.minimum(1.0, marks.roles[:, _JUDGING] + marks.roles[:, _AHEAD])
    sums = summing >= SUMMING_UP
    says = marks.ahead | (marks.turning & sums if language == "ja" else marks.turning | sums)
    english = language == "en"
    place, background = (LATER, SETTLED) if english else (LATE, 1.0)
    late = (marks.place >= place) | ((marks.place >= LATE) & (marks.roles[:, _AHEAD] >= LOOKING))
    late &= marks.sound & ~marks.given & (marks.titled > 0) & (marks.roles[:, _BACKGROUND] <= background)
    fit = late & (marks.about >= AT_STAKE)
    for i in np.flatnonzero(fit).tolist():
        text = lines[i].print.text
        near = marks.about[i] >= CONCLUDING
        own = not (lines[i].says & SELF and speaks_of_us(text)) and _quoted(text) <= MOSTLY * len(text)
        more = english and (bool(_NARRATED.search(text)) or (not marks.ahead[i] and bool(_ADDS.search(text))))
        judges = near and bool(_JUDGES.search(text))
        fit[i] = ((says[i] and near) or bool(_HANGS.search(text)) or judges) and own and not more
    weight = 0.4 * (marks.telling + marks.about) * (0.4 + 0.6 * summing) + 0.35 * marks.place + 0.15 * marks.ahead
    return np.where(fit, weight - 0.25 - marks.odd, -np.inf)


def _reported(text: str, says: int) -> bool:
    """Whether the reporter speaks: little within English quotation marks, and no first person without them."""
    return _quoted(text) <= QUOTED * len(text) and not (says & SELF and speaks_of_us(text))


def _quoted(text: str) -> int:
    """Characters within English quotation marks."""
    return sum(map(len, _QUOTATION.findall(text)))
