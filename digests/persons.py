"""Who is what, and who says what: a title that the source gives to another person, a report it has from another."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from digests.evidence import Line, Source
from digests.quantities import folded
from digests.tokens import tokens

_TITLES_EN = (
    "prime minister|vice president|president|minister|deputy mayor|mayor|governor|secretary|chairman|chairwoman|chair|"
    "chief executive|finance chief|police chief|director|coach|manager|captain|treasurer|spokesman|spokeswoman|leader|"
    "professor|judge|prosecutor|lawyer|pupil|teacher|student|detective|inspector|senator|councillor|ambassador|"
    "chancellor|commissioner|founder|owner|editor|king|queen|prince|princess|bishop|pope|father|mother|son|daughter|"
    "brother|sister|wife|husband"
)
_NAME = r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*"
_BEFORE_EN = re.compile(rf"(?i:\b({_TITLES_EN})),? ({_NAME})")
_BEHIND_EN = re.compile(rf"({_NAME}), (?:[\w'’-]+ ){{0,4}}?(?i:({_TITLES_EN}))\b")
_TITLES_JA = (
    "副大統領|大統領|首相|外相|財務相|官房長官|長官|大臣|副知事|知事|副市長|市長|町長|村長|議長|議員|副社長|社長|会長|頭取|理事長|"
    "委員長|監督|選手|学長|准教授|教授|弁護士|被告|容疑者|裁判長|館長|所長|署長|教育長|書記長|報道官|大使"
)
_BEHIND_JA = re.compile(rf"([一-龥々ァ-ヶー・]{{2,}}?)({_TITLES_JA})")


_CREDIT = {
    "ja": re.compile(
        "(?:^|。)([^、。「」]{2,30}?)(?:など)?(?:によ(?:ると|れば)|の(?:報道|発表|調査)によ(?:ると|れば))"
    ),
    "en": re.compile(rf"\b[Aa]ccording to (?:the |an? )?({_NAME})"),
}


def miscredited(sentence: Line, source: Source) -> tuple[str, ...]:
    """Who `sentence` says it has something from, if the line of the source that says so does not name that one."""
    found = _CREDIT[source.language].search(sentence.text) if source.language in _CREDIT else None
    if not found or not source.lines:
        return ()
    named = frozenset(word.stem for word in tokens(found[1], source.language))
    best = max(len((sentence.content - named) & one.content) for one in source.lines)
    lines = [one for one in source.lines if len((sentence.content - named) & one.content) == best]
    return () if any(folded(found[1]) in one.folded for one in lines) else (found[1],)


def mistitled(said: str, written: str, language: str) -> tuple[str, ...]:
    """Titles in the sentence `said` of persons to whom the text `written` gives others."""
    if language not in {"ja", "en"}:
        return ()
    known = _titled(written, language)
    wrong = []
    for name, title in _titled(said, language):
        own = {other for who, other in known if _same(name, who, language)}
        if own and not any(title in other or other in title for other in own):
            wrong.append(title)
    return tuple(wrong)


@lru_cache(maxsize=64)
def _titled(text: str, language: str) -> tuple[tuple[str, str], ...]:
    """(name, title) of everybody who has one."""
    clean = unicodedata.normalize("NFKC", text)
    if language == "ja":
        return tuple((match[1], match[2]) for match in _BEHIND_JA.finditer(clean))
    before = [(match[2], match[1].lower()) for match in _BEFORE_EN.finditer(clean)]
    return (*before, *((match[1], match[2].lower()) for match in _BEHIND_EN.finditer(clean)))


def _same(one: str, other: str, language: str) -> bool:
    """One name may be the longer: 「榎本亮」 is 「榎本」, Luis Ferrant is Ferrant."""
    if language == "ja":
        return one.startswith(other) or other.startswith(one)
    return one.split()[-1] == other.split()[-1]
