"""What a section is about, in words of the article: a phrase of its sentences, or what the title names. Nothing vague,
nobody in particular, no half of anything: where nothing suits, there is no topic.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from digests.nouns import PERSON, TIED, VAGUE
from digests.phrase import Phrase
from digests.phrases import cached
from digests.readable import base, squeezed
from digests.subjects import foremost, named, subjects
from digests.topics_ja import STAKES, fit_ja, headline, suits_ja
from digests.wordlists import words_of

BESIDE = 0.25
"""What a title shares at most with a phrase of whose last noun it says nothing: too little."""
COVERED = 0.4
"""How much of a phrase of the title the section must speak of."""
OFTEN, NEVER = 2, 10**9
"""How often an article names a topic that its title does not; section 1 is headed by words of the title alone."""
LEAST_TOPIC, LEAST_TOPIC_EN = 0.8, 0.62
"""A phrase below this is no topic."""
LEAST_ONCE, LEAST_ONCE_EN = 0.5, 0.58
"""A force that the article names but once, and below this, is none either."""
POINTED = 2
"""Sections from here on have labelled points, which want a force as well."""
MEDIA = re.compile(
    r"^(?:読売|朝日|毎日|産経|日経|日本経済|時事(?!問題)|共同(?:通信|$)|ロイター|CNN|BBC|AFP|NHK|ITmedia|スポーツ|デイリー"
    r"|スポニチ|サンスポ|日刊|Yahoo|Reuters|Associated Press|ウィキ|AP通信|UPI|新華社|タス|オリコン)|(?:新聞|"
    r"通信|テレビ"
    r"|放送|スポーツ|タイムズ|ポスト|通信社|News|Times|Post)$"
)
_STEM_TOLD = 5
_KATAKANA = re.compile(r"[ァ-ヺー]{5,}")
_OWNED = re.compile(r"['’]s?(?:\s|$)|\b(?:its|his|her|their|my|our|your)\b")
_ASIDE = re.compile(
    r"[\"“]|''|``|[‘'](?=\w)(?<!\w.)| [-–—(]+ ?\w|, (?:who|which|whose|where)\b| (?:who|whose|that he|that she)\b"
)
"""Behind which a phrase stands in somebody's words, or in what a sentence tells aside."""
_TIE = frozenset(TIED)
EDGES_EN = words_of(
    "result results reason reasons cause causes "
    "subject start end beginning identity opening rest number lack kind type name way use famous future new "
    "major actual estimated active close terms level side part parts series lot range set round estimate estimates"
)
_VAGUE_EN = words_of(
    "companies firm firms behavior behaviour "
    "people company government statement spokesman spokeswoman officials official report reports reporters interview "
    "country world place members member news story public year work workers men women man woman families residents "
    "experts analysts sources source question questions reason reasons conference meeting others public result "
    "results "
    "problem problems situation issue issues role chief boss minister president leader manager director "
    "correspondent adviser "
)


def topics(
    sections: Sequence[Sequence[str]], lead: Sequence[str], title: str, article: str, language: str
) -> list[Phrase | None]:
    """A topic for each section out of its own sentences, no two alike; where nothing suits, what the title names and
    the section speaks of, else None. Section 1 may be headed by what the title names and the `lead` right above it
    tells."""
    found: list[Phrase | None] = []
    used: list[str] = []
    named_in = () if title.isupper() else cached(title, language)
    for order, texts in enumerate(sections):
        own = [p for text in texts for p in cached(text, language) if not text.startswith("(", p.start - 1)]
        told = [p for p in named_in if not order and _covered(p, (*lead, *texts), article, language)]
        if base(language) == "ja":
            own = [p for p in own if suits_ja(p, order, title, named_in, article)]
            told = [headline(p) for p in told if suits_ja(p, order, title, named_in, article)]
        topic = _best([*told, *own], used, title, article, language, OFTEN if order else NEVER)
        found.append(topic)
        used += [topic.text] if topic else []
    if all(found):
        return found
    names = subjects(title, article, language)
    for order, texts in reversed(list(enumerate(sections))):  # what comes next is most readily said of a name
        if found[order] is None and texts and not (order == STAKES and base(language) == "ja"):
            mine = names if order or base(language) == "ja" else foremost(names, " ".join(texts))
            name = next((n for n in mine if _heads(n, texts, language, used)), None)
            found[order] = Phrase(name, 0, len(name), 1.0, name=True) if name else None
            used += [name] if name else []
    for order, texts in enumerate(sections[1:], 1):
        if found[order] is None:
            found[order] = topic = _once(texts, used, language, 1 if order >= POINTED else 0)
            used += [topic.text] if topic else []
    return found


folded = lru_cache(maxsize=8)(str.casefold)
"""Small letters of a whole article, for which several sections and labels ask."""


def _heads(name: str, texts: Sequence[str], language: str, used: Sequence[str]) -> bool:
    """Whether a section may be headed by a name: it speaks of it, no other has it, and it is no broadcaster."""
    own = base(language) == "ja" or not MEDIA.search(name)
    return own and named(name, texts, language) and not _taken(name, used)


def _taken(name: str, used: Sequence[str]) -> bool:
    return any(overlapping(name, other) for other in used)


def _covered(phrase: Phrase, texts: Sequence[str], article: str, language: str) -> bool:
    """Whether the section speaks of a phrase of the title: Japanese ones nearly in these words; English ones, where
    headlines drop what makes a phrase, in all of them by their beginnings, or in exactly these words somewhere in the
    article, as in other languages."""
    low, told = phrase.text.casefold(), " ".join(texts).casefold()
    if base(language) == "ja":
        return _in_title(low, told, language) >= COVERED
    if low in folded(article):
        return True
    return base(language) == "en" and not _headline_verb(phrase) and all(w[:_STEM_TOLD] in told for w in low.split())


def _headline_verb(phrase: Phrase) -> bool:
    """Whether the last word of what opens a title may be its verb: "Dollar hovers around record lows"."""
    return phrase.start == 0 and phrase.text[-1] == "s" and not phrase.force


def _best(
    phrases: Iterable[Phrase], used: Sequence[str], title: str, article: str, language: str, least_told: int
) -> Phrase | None:
    """The phrase that suits best: named by the title, or told of at least `least_told` times."""
    head, body = folded(title), folded(article)
    best, top = None, LEAST_TOPIC_EN if base(language) == "en" else LEAST_TOPIC
    for phrase in phrases:
        if phrase.name:
            continue  # no topic, whatever it scores
        score = _topic_score(phrase, head, body, language, least_told)
        if (
            score > top
            and fit_topic(phrase, language)
            and not _taken(phrase.text, used)
            and _full(phrase.text, article)
        ):
            best, top = phrase, score
    return best


def _full(text: str, article: str) -> bool:
    """Whether a word of katakana is no half of a foreign name that the article gives in full."""
    return f"・{text}" not in article and f"{text}・" not in article


def _once(texts: Sequence[str], used: Sequence[str], language: str, spare: int) -> Phrase | None:
    """The best force that a section names, where it names `spare` others; in English one that its first sentence is
    about."""
    if base(language) not in {"ja", "en"}:
        return None
    fit = [
        (phrase.weight * (1.25 if phrase.event else 1.0) if _about(phrase, k, text, language) else 0.0, phrase)
        for k, text in enumerate(texts)
        for phrase in cached(text, language)
        if phrase.force
        and not phrase.name
        and _sized(phrase, language)
        and fit_topic(phrase, language)
        and not _taken(phrase.text, used)
    ]
    fit.sort(key=lambda row: (-row[0], row[1].start))
    apart: list[str] = []
    for _, phrase in fit:
        apart += [] if _taken(phrase.text, apart) else [phrase.text]
    least = LEAST_ONCE_EN if base(language) == "en" else LEAST_ONCE
    return fit[0][1] if len(apart) > spare and fit[0][0] >= least else None


def _about(phrase: Phrase, place: int, text: str, language: str) -> bool:
    """Whether sentence number `place` of a section makes `phrase` what the section is about: an English one does where
    it comes first and names it neither in somebody's words nor aside."""
    return base(language) != "en" or (place == 0 and not _ASIDE.search(text, 0, phrase.start))


def _sized(phrase: Phrase, language: str) -> bool:
    return base(language) != "ja" or len(phrase.text) >= 4


def fit_topic(phrase: Phrase, language: str) -> bool:
    """Whether a phrase names subject matter: no bare name, nobody, nothing vague, of a heading's length."""
    text = phrase.text
    if phrase.name or MEDIA.search(text):
        return False
    if base(language) == "ja":
        return fit_ja(text)
    words = text.casefold().split()
    if words[0] in EDGES_EN or re.search(r"\d", text):
        return False
    if base(language) != "en":
        return len(words) <= 4 and len(text) <= 42
    fit = 2 <= len(words) <= 4 and len(text) <= 42 and words[-1] not in _VAGUE_EN and words[-1] not in VAGUE
    return fit and not PERSON[words[-1]] and not _OWNED.search(text) and (phrase.force or _TIE.isdisjoint(words))


def _topic_score(phrase: Phrase, title: str, body: str, language: str, least_told: int) -> float:
    """Well placed, told of often, and named by the title; a compound and something that happens rather than a "
    "thing."""
    low = phrase.text.casefold()
    often, shared = body.count(low), _in_title(low, title, language)
    if shared < 0.3 and often < least_told:
        return 0.0
    made = (1.25 if phrase.event else 1.0) * (0.7 if phrase.simple and not _KATAKANA.fullmatch(low) else 1.0)
    return phrase.weight * made * (1 + 0.6 * math.log(max(1, often))) * (1 + 1.5 * shared)


def _in_title(phrase: str, title: str, language: str) -> float:
    if not title:
        return 0.0
    if phrase in title:
        return 0.9
    if base(language) in {"ja", "zh"}:
        shared = _pairs_shared(phrase, title)
        ends = phrase.rsplit("の", 1)[-1]
        return shared if ends == phrase or _pairs_shared(ends, title) else min(shared, BESIDE)
    words = [w for w in re.findall(r"\w+", phrase) if len(w) > 3]
    if base(language) != "en":
        return 0.7 * sum(w in title for w in words) / max(1, len(words))
    told = _stems(title)
    if not words or words[-1].rstrip("s") not in told:
        return 0.0  # a title that shares but an adjective names something else
    return 0.7 * sum(w.rstrip("s") in told for w in words) / len(words)


@lru_cache(maxsize=8)
def _stems(title: str) -> frozenset[str]:
    """The words of an English title, all in the singular."""
    return frozenset(w.rstrip("s") for w in re.findall(r"\w+", title))


def _pairs_shared(phrase: str, title: str) -> float:
    pairs = {phrase[i : i + 2] for i in range(len(phrase) - 1)}
    return 0.7 * sum(pair in title for pair in pairs) / max(1, len(pairs))


def overlapping(a: str, b: str) -> bool:
    """Two phrases too alike to head two things: one within the other, or mostly the same words."""
    x, y = squeezed(a).casefold(), squeezed(b).casefold()
    if not x or not y or x in y or y in x:
        return True
    left, right = set(a.casefold().split()), set(b.casefold().split())
    if len(left) > 1 and len(right) > 1:
        return 2 * len(left & right) >= min(len(left), len(right))
    return False
