"""Headings that join a section's topic with its role. The topic is what a reader would call the section's subject
matter, in words of the article; where none suits, the role's plain name stands alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from digests.catalog import Catalog
from digests.frames import framed, news, sort
from digests.model import Role
from digests.phrases import Phrase, cached
from digests.readable import base, squeezed
from digests.wordlists import words_of

PLAIN_NEWS = {"sport", "obituary"}
"""Kinds of news that say more of a section than its own words, which speak of injuries, money and rivals anyway."""
COVERED = 0.4
"""How much of a phrase of the title the section must speak of."""
OFTEN, NEVER = 2, 10**9
"""How often an article names a topic that its title does not; section 1 is headed by words of the title alone."""
LEAST_TOPIC, LEAST_TOPIC_EN = 0.8, 0.62
"""A phrase below this is no topic."""
MEDIA = re.compile(
    r"^(?:読売|朝日|毎日|産経|日経|日本経済|時事|共同|ロイター|CNN|BBC|AFP|NHK|ITmedia|スポーツ|デイリー"
    r"|スポニチ|サンスポ|日刊|Yahoo|Reuters|Associated Press|ウィキ|AP通信|UPI|新華社|タス|オリコン)|(?:新聞|"
    r"通信|テレビ"
    r"|放送|スポーツ|タイムズ|ポスト|通信社|News|Times|Post)$"
)
_STEM = 6
_KATAKANA = re.compile(r"[ァ-ヺー]{5,}")
_SITE = re.compile(
    r"(?:高速|道路|自動車道|駅|駅前|空港|港|店|工場|病院|会場|管内|球場|競馬場|公園|ホテル|ビル|マンション|チーム|クラブ|プリンス|地域|海域|沿岸"
    r"|生徒|学生|児童|職員|調査官|事務局長|会長|社長|幹事長|選手|容疑者|中心気圧|最大風速|プール|マグニチュード|震源)$"
    r"|[\d０-９](?:人|歳|円|件|頭|匹|棟)"
    r"|^(?:今|同|本|当)(?:大会|事件|計画|件|回|年度?)"
)
"""Where a thing happens, who takes part, or a word that points back: no subject matter."""
_OWNED = re.compile(r"['’]s?(?:\s|$)|\b(?:its|his|her|their|my|our|your)\b")
_VAGUE_JA = words_of(
    "記事 ニュース 本ニュース 会社 影響 トンネル 事案 関係者 専門家 担当者 利用者 消費者 参加者 現場 現地 地元 "
    "地域 世界 日本 "
    "国内 海外 世界各国 政府 国民 市民 住民 会見 記者会見 コメント インタビュー 発表 取材 調べ 計画 活動 作業 "
    "調査 報告 説明 "
    "意見 見解 見方 理由 原因 メンバー スタッフ ファン シングル アルバム タイトル 作品 データ 情報 システム サービス "
    "就任後 終了後 事故後 年連続 動き 午前中 男性 女性 男女 家族 両親 代表 会長 自分 本人 本社 同紙 同誌 可能性 方針"
)
EDGES_EN = words_of(
    "subject start end beginning identity opening rest number lack kind type name way use famous future new "
    "major actual estimated active close terms level side part parts series lot range set round estimate estimates"
)
PERSONS_EN = words_of(
    "president leader leaders manager director correspondent adviser economist analyst analysts doctor writer "
    "author expert experts head secretary minister ministers chief judge judges officer officers police lawyer "
    "lawyers prosecutor prosecutors senator senators lawmaker lawmakers coach player players actor actress singer "
    "suspect suspects killer victim victims boy girl man woman teenager student students teacher teachers farmers "
    "employees shareholders investors commentators "
    "ambassador spokesperson drivers ally"
)
"""Last words of phrases that tell who, not what."""
_VAGUE_EN = PERSONS_EN | words_of(
    "companies firm firms behavior behaviour "
    "people company government statement spokesman spokeswoman officials official report reports reporters interview "
    "country world place members member news story public year work workers men women man woman families residents "
    "experts analysts sources source question questions reason reasons conference meeting others public result "
    "results "
    "problem problems situation issue issues role chief boss minister president leader manager director "
    "correspondent adviser "
)


def heading(
    role: Role, topic: Phrase | None, texts: Sequence[str], kind: str | None, language: str, catalog: Catalog
) -> str:
    """The section's heading. `kind`: what kind of news the article is."""
    event = "event" if role == "development" and topic and topic.event else None
    topic = None if kind == "obituary" and role == "development" else topic
    words = capitalised(topic.text) if topic and catalog.language != "ja" else (topic.text if topic else None)
    told = sort(role, texts, language)
    if role == "stakes" and kind == "harm":
        kind = told  # only a section that tells of the toll is headed by it
    return framed(role, words, (kind, told, event) if kind in PLAIN_NEWS else (told, kind, event), catalog)


def kind_of(title: str, texts: Sequence[str], language: str) -> str | None:
    """The kind of news that title and opening tell."""
    return news(title, texts, language)


def topics(
    sections: Sequence[Sequence[str]], lead: Sequence[str], title: str, article: str, language: str
) -> list[Phrase | None]:
    """A topic for each section out of its own sentences, no two alike; None where nothing suits. Section 1 may be
    headed by what the title names and the `lead` right above it tells."""
    found: list[Phrase | None] = []
    used: list[str] = []
    for order, texts in enumerate(sections):
        own = [p for text in texts for p in cached(text, language)]
        named = [
            p for p in cached(title, language) if order == 0 and _covered(p.text, (*lead, *texts), article, language)
        ]
        topic = _best([*named, *own], used, title, article, language, OFTEN if order else NEVER)
        found.append(topic)
        used += [topic.text] if topic else []
    return found


def _covered(phrase: str, texts: Sequence[str], article: str, language: str) -> bool:
    """Whether the section speaks of a phrase of the title: Japanese ones nearly in these words, others, where headlines
    drop what makes a phrase, in exactly these words somewhere in the article."""
    if base(language) == "ja":
        return _in_title(phrase.casefold(), " ".join(texts).casefold(), language) >= COVERED
    return phrase.casefold() in article.casefold()


def _best(
    phrases: Iterable[Phrase], used: Sequence[str], title: str, article: str, language: str, least_told: int
) -> Phrase | None:
    head, body = title.casefold(), article.casefold()
    best, top = None, LEAST_TOPIC_EN if base(language) == "en" else LEAST_TOPIC
    for phrase in phrases:
        if phrase.name or (phrase.simple and base(language) == "en"):
            continue  # no topic, whatever it scores
        score = _topic_score(phrase, head, body, language, least_told)
        if score > top and fit_topic(phrase, language) and not any(overlapping(phrase.text, u) for u in used):
            best, top = phrase, score
    return best


def fit_topic(phrase: Phrase, language: str) -> bool:
    """Whether a phrase names subject matter: no bare name, nothing vague, of a heading's length."""
    text = phrase.text
    if phrase.name or MEDIA.search(text):
        return False
    if base(language) == "ja":
        return (
            3 <= len(text) <= 14
            and text not in _VAGUE_JA
            and not _SITE.search(text)
            and not re.fullmatch(r"[A-Za-zＡ-Ｚ0-9.]+", text)
        )
    words = text.casefold().split()
    if words[0] in EDGES_EN or re.search(r"\d", text):
        return False
    if base(language) != "en":
        return len(words) <= 4 and len(text) <= 42
    return 2 <= len(words) <= 4 and len(text) <= 42 and words[-1] not in _VAGUE_EN and not _OWNED.search(text)


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
        pairs = {phrase[i : i + 2] for i in range(len(phrase) - 1)}
        return 0.7 * sum(p in title for p in pairs) / max(1, len(pairs))
    words = [w for w in re.findall(r"\w+", phrase) if len(w) > 3]
    if base(language) == "en" and not (words and words[-1][:_STEM] in title):
        return 0.0  # a title that shares but an adjective names something else
    return 0.7 * sum(w in title for w in words) / max(1, len(words))


def overlapping(a: str, b: str) -> bool:
    """Two phrases too alike to head two things: one within the other, or mostly the same words."""
    x, y = squeezed(a).casefold(), squeezed(b).casefold()
    if not x or not y or x in y or y in x:
        return True
    left, right = set(a.casefold().split()), set(b.casefold().split())
    if len(left) > 1 and len(right) > 1:
        return 2 * len(left & right) >= min(len(left), len(right))
    return False


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
