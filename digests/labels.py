"""Labels of points: a phrase of the point's own sentence that names the force or the challenge, or none at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.headings import EDGES_EN, MEDIA, PERSONS_EN, capitalised, overlapping
from digests.phrases import Phrase, cached
from digests.readable import base, squeezed
from digests.wordlists import words_of

MOST_LABEL_WORDS = 6
SHORT = {"ja": 20, "zh": 16}
SHORT_ELSEWHERE = 45
"""Characters below which a sentence says no more than a label would."""
LEAST_LABEL = 0.28
_FORCE = re.compile(
    r"(?:反発|反対|批判|対立|不足|不満|負担|財源|費用|課題|懸念|圧力|競争|影響|被害|支援|対策|需要|供給|期待|"
    r"要求|抗議|交渉|改革|規制|"
    r"制裁|格差|減少|増加|悪化|問題|危機|責任|評価|安全|環境|技術|資源|採算|世論|協議|協定|予算|修正|記録)$"
    r"|(?:opposition|criticism|pressure|shortages?|costs?|funding|demand|concerns?|fears?|dispute|competition|"
    r"rules?|crisis|"
    r"support|resistance|risks?|debts?|deficits?|prices?|talks|reforms?|sanctions|supply|debate|challenges?|"
    r"impact|rights|"
    r"plans?|proposals?|growth|security|safety|investment|inquiry|investigations?|strikes?|protests?|jobs|changes?)$",
    re.IGNORECASE,
)
_OWNED = re.compile(r"['’]s?(?:\s|$)|\b(?:its|his|her|their|my|our|your|this|these|that)\b")
_VAGUE = words_of(
    "記事 今回 会社 同社 関係者 担当者 専門家 記者会見 インタビュー コメント 男性 女性 各国 statement "
    "spokesman spokeswoman "
    "people officials reporters interview meeting news company government country members man woman"
)


def labels(texts: Sequence[str], avoid: Sequence[str], title: str, article: str, language: str) -> list[str | None]:
    """One label for each point, none like another nor like a heading's topic; None where the sentence is too short to
    need one or names nothing: it is better printed without."""
    made: list[str | None] = []
    for k, text in enumerate(texts):
        others = " ".join(t for j, t in enumerate(texts) if j != k).casefold()
        taken = [*avoid, *(label for label in made if label)]
        made.append(_label(text, taken, others, title.casefold(), article.casefold(), language))
    return made


def _label(text: str, taken: Sequence[str], others: str, title: str, article: str, language: str) -> str | None:
    if len(text) < SHORT.get(base(language), SHORT_ELSEWHERE):
        return None
    scored = [
        (_score(p, others, title, article), -p.start, p.text)
        for p in cached(text, language)
        if _fit(p, language) and not text.startswith(" of ", p.end)
    ]
    for score, _, phrase in sorted(scored, reverse=True):
        if score < LEAST_LABEL:
            return None
        if not any(overlapping(phrase, other) for other in taken):
            return capitalised(phrase)
    return None


def _fit(phrase: Phrase, language: str) -> bool:
    text = phrase.text
    if phrase.simple and not (phrase.event or _FORCE.search(text)):
        return False
    if phrase.name or MEDIA.search(text) or text.casefold() in _VAGUE or not squeezed(text):
        return False
    if re.search(r"[\d０-９]", text):
        return False
    if base(language) in {"ja", "zh"}:
        return 3 <= len(text) <= 16 or (len(text) == 2 and bool(_FORCE.search(text)))
    words = text.casefold().split()
    if words[0] in EDGES_EN or words[-1] in EDGES_EN or words[-1] in PERSONS_EN:
        return False
    return len(words) <= MOST_LABEL_WORDS and 3 < len(text) <= 48 and not _OWNED.search(text)


def _score(phrase: Phrase, others: str, title: str, article: str) -> float:
    """A force or a challenge by its head noun, distinctive of its sentence, not the article's general topic."""
    low = phrase.text.casefold()
    score = phrase.weight / (1 + 0.8 * (low in others))
    made = (1.6 if _FORCE.search(low) else 1.0) * (1.15 if phrase.event else 1.0) * (0.6 if phrase.simple else 1.0)
    made *= 0.75 if phrase.start == 0 else 1.0  # the reader is about to read it anyway
    return score * made * (0.75 if low in title else 1.0) * (1 + 0.15 * min(3, max(0, article.count(low) - 1)))
