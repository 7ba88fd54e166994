"""English words to stems by rule, rough and quick, with the irregular verbs news is full of."""

from __future__ import annotations

import re
from functools import lru_cache

from digests.wordlists import ADVERBS, DETERMINERS, words_of

FUNCTION = DETERMINERS | words_of(
    "i you he she it we they me him us them who whom whose which what where when why how there here and or but nor so "
    "yet if because although though while since before after as than then that of in on at by for with from to into "
    "onto upon over under about is are was were be been being am do does did done has have had having will would shall "
    "should can could may might must not n't also its it's up out off down s said say says will 's % $ £ € ¥ own such "
    "very just too more most much many some any no"
)
_FORMS = (
    "be am is are was were been being|have has had having|do does did done doing|go goes went gone|say says said"
    "|make made|take took taken|come came|see saw seen|know knew known|get got gotten|give gave given|find found"
    "|think thought|tell told|become became|show shown|leave left|feel felt|put|bring brought|begin began begun"
    "|keep kept|hold held|write wrote written|stand stood|hear heard|let|mean meant|set|meet met|run ran|pay paid"
    "|sit sat|speak spoke spoken|lie lay lain|lead led|read|grow grew grown|lose lost|fall fell fallen|send sent"
    "|build built|understand understood|draw drew drawn|break broke broken|spend spent|cut|rise rose risen"
    "|drive drove driven|buy bought|wear wore worn|choose chose chosen|win won|fight fought|shoot shot|sell sold"
    "|teach taught|catch caught|throw threw thrown|fly flew flown|strike struck|beat beaten|seek sought|steal stole"
    " stolen|hide hid hidden|flee fled|swear swore sworn|hurt|hit|quit|split|die died dies dying|man men"
    "|woman women|child children|person people|wife wives|life lives|foot feet|good better best|bad worse worst"
)
_IRREGULAR = {form: line.split()[0] for line in _FORMS.split("|") for form in line.split()}
_DOUBLED = re.compile(r"([bdgklmnprt])\1$")
_ENDINGS = (
    ("ational", "ate"),
    ("isation", "ize"),
    ("ization", "ize"),
    ("ations", "ate"),
    ("ation", "ate"),
    ("ising", "iz"),
    ("ised", "iz"),
    ("ises", "iz"),
    ("ments", "ment"),
    ("ingly", ""),
    ("edly", ""),
    ("ies", "y"),
    ("ied", "y"),
    ("ing", ""),
    ("ed", ""),
    ("ly", ""),
    ("es", ""),
    ("s", ""),
)


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a lower-case word; words of under four letters, numbers and other scripts stay as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.isascii() or not word.isalpha() or word in ADVERBS:
        return word
    for ending, replacement in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith(("ss", "us", "is")):
            word = _DOUBLED.sub(r"\1", word[: -len(ending)]) + replacement
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def stems_of(words: str) -> frozenset[str]:
    """The stems of words set out for reading."""
    return frozenset(map(stem, words.split()))
