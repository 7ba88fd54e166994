"""Labels of points: a phrase of the point's own sentence that names the force or the challenge, or none at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from digests.headings import capitalised
from digests.nouns import PERSON, TIED
from digests.phrase import Phrase
from digests.phrases import cached
from digests.readable import base, squeezed
from digests.topics import EDGES_EN, MEDIA, folded, overlapping
from digests.topics_ja import SITE
from digests.wordlists import words_of

LEAST_LABEL_WORDS, MOST_LABEL_WORDS = 2, 6
LEAST_LABEL_JA, MOST_LABEL_JA = 4, 16
"""Words and characters of a label."""
SHORT = {"ja": 20, "zh": 16}
SHORT_ELSEWHERE = 45
"""Characters below which a sentence says no more than a label would."""
LEAST_LABEL = 0.28
OPENING = 4
"""Characters, an article, before a phrase that opens its sentence."""
_KATAKANA = re.compile(r"[ァ-ヺー]+")
_FIGURE = re.compile(r"[\d０-９]")
_POINTS = re.compile(r"\b(?:its|his|her|their|my|our|your|this|these|that)\b")
_UNTIED = re.compile(r" of (?!\d)")
"""What a phrase is the first half of; a figure tells but how much."""
_ACTORS = frozenset({"firm", "company", "club", "team", "side", "government", "party"})
"""Of whom a word behind says as often what they do ("saw the firm collapse")."""
_TIES = frozenset(TIED)
_SLIGHT = words_of(
    "action announcement bond bonds career coffee consumption crude currency data economy education effort efforts "
    "employment farm farming income incomes involvement level levels network power pretence pretences record records "
    "result results security share shares success technology tour tours vote votes water weather"
)
"""Forces that a heading may tell of, and as the head of a label name hardly any."""
_OWNER = re.compile(r"['’]s?(?=\s)|['’]$")


def labels(texts: Sequence[str], avoid: Sequence[str], title: str, article: str, language: str) -> list[str | None]:
    """One label for each point, none like another nor like a heading's topic; None where the sentence is too short to
    need one or names nothing: it is better printed without."""
    low_title, low_article = folded(title), folded(article)
    made: list[str | None] = []
    for k, text in enumerate(texts):
        others = " ".join(t for j, t in enumerate(texts) if j != k).casefold()
        taken = [*avoid, *(label for label in made if label)]
        made.append(_label(text, taken, others, low_title, low_article, language))
    return made


def _label(text: str, taken: Sequence[str], others: str, title: str, article: str, language: str) -> str | None:
    if len(text) < SHORT.get(base(language), SHORT_ELSEWHERE):
        return None
    scored = [
        (_score(p, others, title, article), -p.start, p.text)
        for p in cached(text, language)
        if p.force and _fit(p, text, language)
    ]
    for score, _, phrase in sorted(scored, reverse=True):
        if score < LEAST_LABEL:
            return None
        if not any(overlapping(phrase, other) for other in taken):
            return capitalised(phrase)
    return None


def _fit(phrase: Phrase, sentence: str, language: str) -> bool:
    text = phrase.text
    if phrase.name or MEDIA.search(text) or not squeezed(text) or _FIGURE.search(text):
        return False
    if base(language) == "ja":
        return LEAST_LABEL_JA <= len(text) <= MOST_LABEL_JA and _names_force_ja(phrase, sentence)
    if base(language) == "zh":
        return 3 <= len(text) <= MOST_LABEL_JA
    if base(language) != "en":
        return not phrase.simple and len(text) <= 48
    words = text.casefold().split()
    if any(word.endswith("s") and PERSON[word] for word in words[:-1]):
        return False  # "gave insurers guidance"
    if _head(words) in _SLIGHT:
        return False
    if not LEAST_LABEL_WORDS <= len(words) <= MOST_LABEL_WORDS or len(text) > 48 or _UNTIED.match(sentence, phrase.end):
        return False
    return (
        words[0] not in EDGES_EN
        and not (len(words) == LEAST_LABEL_WORDS and words[0] in _ACTORS)
        and not _POINTS.search(text)
        and _owned_by_a_name(text)
    )


def _names_force_ja(phrase: Phrase, sentence: str) -> bool:
    """Whether a Japanese phrase is no bare loan word, nobody, no title of a work, nothing that the sentence denies, and
    not what the sentence opens with, for that is read twice."""
    text = phrase.text
    if (phrase.simple and _KATAKANA.fullmatch(text)) or SITE.search(text):
        return False
    if sentence.startswith(text) or sentence.startswith("ではな", phrase.end):
        return False
    return sentence[phrase.start - 1] != "『"


def _head(words: Sequence[str]) -> str:
    """The noun of an English phrase that says what kind of thing it is: the last, or that before a preposition."""
    return next((before for before, word in pairwise(words) if word in _TIES), words[-1])


def _owned_by_a_name(text: str) -> bool:
    """Whether every owner in an English phrase is named: "Northfield's debts", not "company's debts"."""
    owner = _OWNER.search(text)
    return not owner or (text.split()[-1].islower() and all(w[0].isupper() for w in text[: owner.start()].split()))


def _score(phrase: Phrase, others: str, title: str, article: str) -> float:
    """Distinctive of its sentence, not the article's general topic; what goes on before what is."""
    low = phrase.text.casefold()
    score = phrase.weight / (1 + 0.8 * (low in others))
    made = (1.15 if phrase.event else 1.0) * (0.6 if phrase.simple else 1.0) * (1.0 if phrase.force else 0.7)
    made *= 0.75 if phrase.start <= OPENING else 1.0  # the reader is about to read it anyway
    return score * made * (0.75 if low in title else 1.0) * (1 + 0.15 * min(3, max(0, article.count(low) - 1)))
