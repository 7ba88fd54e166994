"""Headings that join a section's topic with its role, and the labels of points. Words come from the article, the frame
around them from the reader's catalog.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from digests.catalog import Catalog
from digests.model import Role
from digests.phrases import Phrase, cached
from digests.readable import base, squeezed

MOST_LABEL_WORDS = 6
KINDS: dict[Role, dict[str, dict[str, re.Pattern[str]]]] = {
    "development": {
        "harm": {
            "ja": re.compile(
                r"発砲|射殺|銃撃|遭難|死亡|死者|死去|逝去|負傷|重傷|重体|遺体|行方不明|墜落|衝突|火災|火事|地震|津波|台風|豪雨|爆発|殺害|殺人|逮捕|容疑|被害|感染|事故|テロ|脱線|転落|虐待|犠牲"
            ),
            "en": re.compile(
                r"\b(?:kill|dead|death|died|dies|injur|wound|crash|earthquake|tsunami|hurricane|flood|bomb|murder|victim|shooting|arrest|attack|missing|disaster|guilty|jailed|rape|fraud)",
                re.I,
            ),
        }
    },
    "stakes": {
        "strategic": {
            "ja": re.compile(r"戦略|安全保障|防衛|資源|権益|抑止|核|軍事|外交|領土|同盟|制裁"),
            "en": re.compile(
                r"\b(?:strateg|national security|defen[cs]e|military|nuclear|deterren|territor|sanction"
                r"|alliance|sovereign|minerals|arms)",
                re.I,
            ),
        },
        "economic": {
            "ja": re.compile(
                r"億円|万円|兆円|ドル|ユーロ|株価|市場|経済(?!新聞)|売上|利益|業績|赤字|黒字|損失|景気|雇用|物価|投資|賠償"
            ),
            "en": re.compile(
                r"[$£€¥]\s?\d|\b(?:profit|revenue|market|econom|shares|investor|earnings|jobs|growth|deficit|debt|price|sales|billion)",
                re.I,
            ),
        },
        "harm": {
            "ja": re.compile(r"死亡|死者|負傷|重傷|被害|避難|停電|損壞|損壊|倒壊|影響が出|運休|欠航|感染|犠牲"),
            "en": re.compile(
                r"\b(?:kill|dead|death|died|injur|wound|damage|destroy|victim|homeless|casualt|evacuat|infect)", re.I
            ),
        },
    },
    "dynamics": {
        "rivalry": {
            "ja": re.compile(
                r"対立|批判|反発|反対|圧力|駆け引き|交渉|抗議|非難|野党|与党|議会|同盟|対抗|牽制|けん制|争い|支持者|要求|制裁|政権"
            ),
            "en": re.compile(
                r"\b(?:critic|rival|oppos|protest|pressure|accus|dispute|row|condemn|union|negotiat|lawsuit|coalition|faction|reject|demand|blam)",
                re.I,
            ),
        }
    },
    "outlook": {},
}
_MINOR = re.compile(
    r"^(?:読売|朝日|毎日|産経|日経|日本経済|時事|共同|ロイター|CNN|BBC|AFP|NHK|ITmedia|スポーツ|デイリー"
    r"|スポニチ|サンスポ|日刊|Yahoo|Reuters|Associated Press|ウィキ|AP通信|UPI|新華社|タス)|(?:新聞|通信|テレビ"
    r"|放送|スポーツ|タイムズ|ポスト)$"
)


def kind(role: Role, texts: Sequence[str], language: str) -> str | None:
    """What sort of news the section tells, where its own words say so clearly."""
    for name, cues in KINDS[role].items():
        pattern = cues.get(base(language))
        if pattern and sum(1 for text in texts if pattern.search(text)) * 2 >= max(1, len(texts)):
            return name
    return None


def heading(role: Role, topic: Phrase | None, texts: Sequence[str], language: str, catalog: Catalog) -> str:
    """The section's heading: topic and role, else the role's plain name."""
    if topic is None:
        return catalog(f"digest.role.{role}")
    words = capitalised(topic.text) if catalog.language != "ja" else topic.text
    sort = kind(role, texts, language)
    if role == "development" and topic.event and sort is None:
        sort = "event"
    key = f"digest.heading.{role}.{sort}" if sort else f"digest.heading.{role}.plain"
    return catalog(key if catalog.has(key) else f"digest.heading.{role}.plain", topic=words)


LEAST_TOPIC = 0.75
"""A phrase below this is no topic: the article's general one, or the role's plain name, reads better."""


def topics(sections: Sequence[Sequence[str]], title: str, article: str, language: str) -> list[Phrase | None]:
    """A topic for each section out of its own sentences, each a different one where it can; None where nothing "
    "suits."""
    general = _best(title_phrases(title, language), (), title, article, language, 0.0)
    found: list[Phrase | None] = []
    used: list[str] = []
    for order, texts in enumerate(sections):
        own = [p for text in texts for p in cached(text, language)]
        named = [p for p in title_phrases(title, language) if order == 0 and _covered(p.text, texts, language)]
        topic = _best([*named, *own], used, title, article, language, LEAST_TOPIC) if texts else None
        topic = topic or (general if texts and general and _covered(general.text, [article], language) else None)
        found.append(topic)
        if topic:
            used.append(topic.text)
    return found


def title_phrases(title: str, language: str) -> list[Phrase]:
    return [p for p in cached(title, language) if base(language) == "ja" or _headline_noun(p.text)]


def _headline_noun(text: str) -> bool:
    """English headlines drop articles and capitalise verbs: only short runs are safe."""
    return len(text.split()) <= 3


def _covered(phrase: str, texts: Sequence[str], language: str) -> bool:
    """Whether the texts speak of the phrase, in these words or nearly."""
    body = " ".join(texts).casefold()
    return phrase.casefold() in body or _in_title(phrase.casefold(), body, language) >= 0.5


def _best(
    phrases: Iterable[Phrase], used: Sequence[str], title: str, article: str, language: str, least: float
) -> Phrase | None:
    head, body = title.casefold(), article.casefold()
    best, top = None, least
    for phrase in phrases:
        score = _topic_score(phrase, head, body, language)
        if score > top and _fit_topic(phrase.text, language) and not any(overlapping(phrase.text, u) for u in used):
            best, top = phrase, score
    return best


def _fit_topic(text: str, language: str) -> bool:
    if base(language) == "ja":
        return 3 <= len(text) <= 14 and not _MINOR.search(text) and not re.fullmatch(r"[A-Za-zＡ-Ｚ0-9]{1,3}", text)
    words = text.split()
    return len(words) <= 4 and len(text) <= 42 and (len(words) > 1 or text[0].isupper() or len(text) > 6)


def _topic_score(phrase: Phrase, title: str, body: str, language: str) -> float:
    """Well placed, told of often, and named by the title."""
    low = phrase.text.casefold()
    often = body.count(low)
    return phrase.weight * (1 + 0.6 * math.log(max(1, often))) * (1 + 1.2 * _in_title(low, title, language))


def _in_title(phrase: str, title: str, language: str) -> float:
    if not title:
        return 0.0
    if phrase in title:
        return 0.9
    if base(language) in {"ja", "zh"}:
        pairs = {phrase[i : i + 2] for i in range(len(phrase) - 1)}
        return 0.7 * sum(p in title for p in pairs) / max(1, len(pairs))
    words = [w for w in re.findall(r"\w+", phrase) if len(w) > 3]
    return 0.7 * sum(w in title for w in words) / max(1, len(words))


def labels(
    texts: Sequence[str], avoid: Sequence[str], title: str, article: str, role: Role, language: str, catalog: Catalog
) -> list[str]:
    """One label for each point: a phrase of its own sentence that names what it is about, none like another and, where
    there is a choice, none like a heading's topic."""
    made: list[str] = []
    for k, text in enumerate(texts):
        others = " ".join(t for j, t in enumerate(texts) if j != k).casefold()
        ranked = sorted(
            (p for p in cached(text, language) if _fit_label(p.text, language)),
            key=lambda p: (-_label_score(p, others, title.casefold(), article.casefold()), p.start),
        )
        fresh = [p.text for p in ranked if not any(overlapping(p.text, u) for u in made)]
        best = next((p for p in fresh if not any(overlapping(p, u) for u in avoid)), fresh[0] if fresh else None)
        made.append(capitalised(best) if best else _plain(role, made, catalog))
    return made


def _plain(role: Role, made: Sequence[str], catalog: Catalog) -> str:
    """A label without words of its own, numbered from the second on."""
    name = catalog(f"digest.label.{role}")
    if name not in made:
        return name
    return next(f"{name} {n}" for n in range(2, len(made) + 3) if f"{name} {n}" not in made)


def _fit_label(text: str, language: str) -> bool:
    if base(language) in {"ja", "zh"}:
        return 3 <= len(text) <= 16 and not _MINOR.search(text)
    return len(text.split()) <= MOST_LABEL_WORDS and 3 < len(text) <= 48


def _label_score(phrase: Phrase, others: str, title: str, article: str) -> float:
    """Distinctive of its sentence, not the article's general topic, well placed in the sentence."""
    low = phrase.text.casefold()
    score = phrase.weight / (1 + 0.8 * (low in others))
    return score * (0.75 if low in title else 1.0) * (1 + 0.15 * min(3, article.count(low) - 1))


def overlapping(a: str, b: str) -> bool:
    """Two phrases too alike to head two things: one within the other, or mostly the same words."""
    x, y = squeezed(a).casefold(), squeezed(b).casefold()
    if not x or not y or x in y or y in x:
        return True
    left, right = set(a.casefold().split()), set(b.casefold().split())
    if len(left) > 1 and len(right) > 1:
        return 2 * len(left & right) > min(len(left), len(right))
    return False


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
