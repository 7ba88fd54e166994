"""Whom or what a title names, in full: a section that no phrase of its own heads may be headed by it. Half a name is
worse than none, so a name that the article gives in two ways is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.nouns import FORCE, PERSON, WEAK
from digests.phrases import cached
from digests.phrases_en import ADJECTIVE_ENDS
from digests.readable import base
from digests.wordlists import ADVERBS, FUNCTION_WORDS, TIMES, VERBS, words_of

MOST = 4
"""Names of a title that are looked for, and places in the article where one is."""
MOST_WORDS = 4
ACRONYM = 6
"""Letters below which a word in capitals is a whole name."""
_REACH = 48
"""Characters to either side of a word in which the rest of its name may stand."""
_TITLE_RUN = re.compile(r"(?<![\w'’-])(?<!\bthe )[A-Z][\w&-]+(?:[.'’][A-Z]\w*)*(?: [A-Z][\w&-]+)*")
_PART = r"[A-Z][\w&-]*(?:['’][A-Z]\w+)?"
_BEHIND = re.compile(rf"(?: (?:of |de |van |von |the |al-)?{_PART})*")
_AHEAD = re.compile(rf"(?:{_PART} (?:of |de |van |von |the )?)+$")
_INSIDE = re.compile(r"[\w,’')] $|[(“\"‘]$")
"""What stands before a name inside a sentence."""
_WHERE = ("in ", "at ")
_GOES_ON = (
    "and|or|but|for|on|to|by|at|as|in|of|is|was|were|are|have|has|had|will|after|before|since|from|with|during|while"
    "|where|who|which|when|that|next|last|this|until|over|because|if"
)
"""Words that go on behind a name which is all of its own."""
_IN_A_BODY = re.compile(
    r"\b(?:shares?|stakes?|holdings?|invest\w*|interests?|confidence|trust|faith|belie\w+|stocks?|jobs|role|part)$"
)
"""What is in a firm or in somebody."""
_NICKNAME = re.compile(r" ?['‘\"“][A-Z]")
_OWNED = re.compile(r"(?:['‘\"“][A-Z][^'’\"”]*['’\"”]|s['’]) $")
_OWNS = ("'s", "’s")
_NO_SUBJECT_JA = re.compile(
    r"[\d０-９「」]|[県市町村府都区]$|^(?:新|前|元)|(?:紙|新聞|通信|テレビ|放送|日本|代表|首相|選手権|容疑者|被告)$"
)
_BEHIND_JA = re.compile(r"[はがをともへ、，・「『 \u3000\-‐―—–(（]|$")
"""What stands in a Japanese title behind who acts or is spoken of; a place has で, に or から behind it."""
_TITLES = words_of(
    "Mr Mrs Ms Dr Sir Lord Lady Dame Prince Princess King Queen Pope President Vice Prime Minister First "
    "Foreign Home "
    "Finance Secretary Chancellor Chief Executive Chairman Judge Justice Professor Senator Governor Mayor General "
    "Captain Colonel Commissioner Inspector Director Manager Coach The A An Former Last Even While When And "
    "But For In On At "
    "After As If With From By Both Now Then Also Senior Junior Rival Veteran Striker Singer Actor Actress"
)
_DEMONYMS = words_of(
    "american british english scottish scots scot welsh irish french german italian spanish portuguese greek dutch "
    "belgian danish swedish norwegian finnish swiss austrian polish czech slovak hungarian romanian "
    "bulgarian turkish "
    "russian ukrainian chinese japanese korean indian pakistani iraqi iranian israeli palestinian saudi egyptian "
    "african asian european australian canadian mexican brazilian argentine cuban venezuelan nigerian kenyan "
    "indonesian malaysian thai vietnamese filipino western eastern northern southern muslim muslims christian jewish "
    "tory tories labour lib dem dems lib-dem conservative conservatives republicans democrats britons americans "
    "us uk u.s. u.k. britain america"
)
"""Where or whose: it stands before a name."""
_NO_SUBJECT = _DEMONYMS | words_of("eu un pm mp mps mep ceo tv ex new gdp budget worlds cup xinhua reuters afp")
"""What alone is no subject matter."""


def subjects(title: str, article: str, language: str) -> tuple[str, ...]:
    """The full names in `title` that the article uses, in order."""
    if base(language) == "ja":
        acting = [p.text for p in cached(title, language) if p.name and _BEHIND_JA.match(title, p.end)]
        return tuple([name for name in acting if _fit_ja(name, article)])[:MOST]
    if base(language) != "en":
        return ()
    found: list[str | None] = []
    for run in list(_TITLE_RUN.finditer(title))[: 2 * MOST]:
        if title[max(0, run.start() - 3) : run.start()] in _WHERE or _beside_marks(title, *run.span()):
            continue
        words, opens = run.group().split(), run.start() == 0
        whole = len(words) > 1 and run.group() in article
        names = [_full(word, opens and k == 0, article) for k, word in enumerate([run.group()] if whole else words)]
        found += [name for name in names if whole or len(words) == 1 or name not in words]  # else half of what it says
    return tuple(dict.fromkeys(name for name in found if name and _fit(name, article)))[:MOST]


def _fit(name: str, article: str) -> bool:
    """No place, nothing that is called by a place's name, no team of an age."""
    return not (any(map(str.isdigit, name)) or _is_place(name, article) or _is_place(name.split()[-1], article))


def _is_place(name: str, article: str) -> bool:
    """Whether the article says that something is in it, or across it, which it says of no firm and nobody."""
    if f" in {name}" not in article and f" across {name}" not in article:
        return False
    places = re.finditer(rf" (?:in|across) {re.escape(name)}(?=[,.;:)]|$|\n| (?:{_GOES_ON})\b)", article)
    return any(not _IN_A_BODY.search(article[max(0, at.start() - _REACH) : at.start()]) for at in places)


def _beside_marks(title: str, start: int, end: int) -> bool:
    """Whether a nickname in quotation marks, or an owner, parts the run from the rest of its name."""
    return bool(_NICKNAME.match(title, end) or _OWNED.search(title[:start]))


def named(name: str, texts: Sequence[str], language: str) -> bool:
    """Whether at least half of the `texts` speak of `name`: of a person by his last name."""
    if base(language) == "ja":
        return 2 * sum(name in text for text in texts) >= max(1, len(texts))
    key = name if " of " in name else name.split()[-1]
    return 2 * sum(key in text and _whole(key, text) for text in texts) >= max(1, len(texts))


def foremost(names: Sequence[str], text: str) -> tuple[str, ...]:
    """The one of several English names that a text speaks of first; none where it speaks of none."""
    last = [name.split()[-1] for name in names]
    told = [(place.start(), k) for k, key in enumerate(last) if (place := re.search(rf"\b{re.escape(key)}\b", text))]
    return (names[min(told)[1]],) if told else ()


def _whole(key: str, text: str) -> bool:
    """Whether some `key` of the text is no first part of another name: "BBC One", "Everton Park"."""
    return re.search(rf"\b{re.escape(key)}\b(?! [A-Z])", text) is not None


def _full(word: str, first: bool, article: str) -> str | None:
    """The name that `word` is part of as the article first gives it, unless another place gives it otherwise."""
    low = word.lower()
    if (
        low in _NO_SUBJECT
        or low in FUNCTION_WORDS
        or low in TIMES
        or low in ADVERBS
        or len(word) < 3
        or word in _TITLES
    ):
        return None
    places = _places(word, article)
    if first and (_common(low) or len(places) < 2 or re.search(rf"\b{re.escape(low)}\b", article)):
        return None  # capitalised because it opens the title
    if places and all(article.startswith(_OWNS, at + len(word)) for at in places):
        return None  # "Macy's" is all of that name
    forms = [form for at in places if (form := _form(word, at, article))]
    name = next((form for form in forms if form != word), word) if forms else None
    if not name or len(name.split()) > MOST_WORDS:
        return None
    if all(part.lower() in _NO_SUBJECT for part in name.split()):
        return None
    return name if all(form in name or name.endswith(form) or form.endswith(name) for form in forms) else None


def _common(low: str) -> bool:
    return low in VERBS or FORCE[low] or (len(low) > 4 and low.endswith(ADJECTIVE_ENDS))


def _places(word: str, article: str) -> list[int]:
    places: list[int] = []
    at = article.find(word)
    while at >= 0 and len(places) < 2 * MOST:
        end = at + len(word)
        if not article[at - 1 : at].isalnum() and not article[end : end + 1].isalnum():
            places.append(at)
        at = article.find(word, end)
    return places


def _form(word: str, at: int, article: str) -> str | None:
    """The name around `word`; None where that cannot be told for a word that opens a sentence."""
    ahead = _AHEAD.search(article[max(0, at - _REACH) : at])
    start = at - (len(ahead.group()) if ahead else 0)
    behind = _BEHIND.match(article, at + len(word))
    words = article[start : behind.end() if behind else at + len(word)].split()
    opens = not start or not _INSIDE.search(article[max(0, start - 2) : start])
    key = word.split()[0]
    if word.isupper() and len(word) < ACRONYM:
        return word
    if "of" in words and words.index("of") < words.index(key) and (opens or words.index("of") != 1):
        words = words[words.index("of") + 1 :]
    while words and words[0] != key and _leads(words, opens):
        words = words[1:]
    return " ".join(words) if set(word.split()) <= set(words) else None


def _leads(words: Sequence[str], opens: bool) -> bool:
    """Whether the first word stands before a name but is none of it."""
    low = words[0].lower()
    if words[0] in _TITLES or low in _DEMONYMS or low in FUNCTION_WORDS or words[0][0].islower() or "-" in words[0]:
        return True
    return opens and (low in WEAK or (len(words) > 2 and (PERSON[low] or low.endswith(ADJECTIVE_ENDS))))


def _fit_ja(text: str, article: str) -> bool:
    """A name of some length that the article has more than once, no town, no media, no half of a name."""
    if not 3 <= len(text) <= 14 or article.count(text) < 2 or _NO_SUBJECT_JA.search(text):
        return False
    return f"・{text}" not in article and f"{text}・" not in article
