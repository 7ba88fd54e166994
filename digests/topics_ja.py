"""Which phrases of a Japanese article are subject matter: nobody in particular, no place, nothing vague, no half of
what the title names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from digests.phrase import Phrase
from digests.wordlists import words_of

SIZES = range(3, 15)
"""Characters of a topic."""
HEADLINE = 1.6
"""What a phrase of a headline weighs more than its place there tells."""
OFTEN_A_THING = 3
"""How often an article names a thing that heads a section and is not in the title."""
SITE = re.compile(
    r"(?:高速|道路|自動車道|駅|駅前|空港|港|店|工場|病院|会場|管内|球場|競馬場|公園|ホテル|ビル|マンション|チーム|クラブ|プリンス|地域|海域|沿岸"
    r"|郊外|近海|海中央|中央|[東西南北]部|中部|地区|線|市内|国内|施設|アパート|住宅|区間|キャンパス|現場|傘下|大手|時代|世代|元日|同士|本部"
    r"|生徒|学生|児童|職員|調査官|事務局長|会長|社長|幹事長|選手|容疑者|中心気圧|最大風速|プール|マグニチュード|震源"
    r"|者|部員|社員|隊員|議員|委員|店員|教員|警官|警察官|高官|次官|長官|教官|特捜部|捜査部|取締役|男|女|人|氏|さん|教徒|信徒|生|師|士|補|商|勢"
    r"|外相|首相|財務相|[一-鿿ー]相|園長|校長|院長|所長|署長|部長|課長|局長|市長|知事|特派員|紙|トイレ|トラブル|ナレーター|キャスター|タレント|アイドル|モデル|ライター|オーナー"
    r"|リーダー|ドライバー|未成年|団体|監督|司会|党首|総裁|委員長|最古|死刑囚|助手|通訳|レポーター|候補|力士|被告|プロデューサー|スケジュール"
    r"|気象台|海岸|列島|半島|諸島|群島|[湾川岳湖島]|(?<!鉱)山|(?<!案)内|(?<![議首])席|リゾート地|センター|政府|教委|研究所|室|大使|代理|補佐|乗り場|屋"
    r"|[東西南北]{1,3}|(?<![集空途])中|(?<![態体])系|相当|男性|女性|夫婦|夫妻|妻|夫|母親|父親|少年|少女|相手|赤ちゃん|陛下|会員|(?<![水])銀|ミュージシャン|アーティスト|アナウンサー|キャラクター|ボランティア"
    r"|統計|資料|文書|報告書|データ|先発|名称|名前|やり直し|揺れ|[一-鿿ァ-ヶー]産)$"
    r"|[\d０-９](?:人|歳|円|件|頭|匹|棟|年|日|月|位|回|級)"
    r"|^(?:今|同|本|当)(?:大会|事件|計画|件|回|年度?)|^(?:現場|最大|最後|他|別)の?"
)
"""Where a thing happens, who takes part, or a word that points back: no subject matter."""
VAGUE = words_of(
    "記事 ニュース 本ニュース 会社 影響 トンネル 事案 関係者 専門家 担当者 利用者 消費者 参加者 現場 現地 地元 "
    "地域 世界 日本 "
    "国内 海外 世界各国 政府 国民 市民 住民 会見 記者会見 コメント インタビュー 発表 取材 調べ 計画 活動 作業 "
    "調査 報告 説明 "
    "意見 見解 見方 理由 原因 メンバー スタッフ ファン シングル アルバム タイトル 作品 データ 情報 システム サービス "
    "センター イベント ホームページ ラウンド パネル 開催地 理事会 発売日 コンテスト "
    "デモンストレーション アトラクション "
    "就任後 終了後 事故後 年連続 動き 午前中 男性 女性 男女 家族 両親 代表 会長 自分 本人 本社 同紙 同誌 可能性 方針"
)
_NO_TOPIC = re.compile(
    r"(?:恐れ|おそれ|関心|意欲|歓迎|在住|関連|標示|証言|インタビュー|やり取り|震源地|[東西南北]岸|[一-鿿]官|(?<![長短])所)$|めぐる|巡る|^[^の]+とも|[()（）]|・.*[・の]"
)
"""What a label may name but no heading, because its frame says something else of it."""
STAKES = 1
"""The section of what a thing is worth: who or what a title names has no such thing in Japanese."""
_LETTERS = re.compile(r"[A-Za-zＡ-Ｚ0-9.]+")
_KATAKANA = re.compile(r"[ァ-ヺー]+")
_NUMBERED = re.compile(r"[ァ-ヺー][\d０-９]+[ァ-ヺー一-鿿]")
"""Letters that run into a figure and on: the ends of two things."""
_BEFORE = re.compile(r"[ァ-ヺー一-鿿\d]")
_HAN, _KANA = re.compile(r"[一-鿿]"), re.compile(r"[ァ-ヺー]")
_ACTED = ("する", "した", "され")
_THERE = re.compile(r"で(?!はな|き|す|あ)|にて|から|に(?!よ|つい|関|対|伴|向)|付近|周辺|沖|近く")
"""What stands behind where a thing happens."""


def fit_ja(text: str) -> bool:
    """Whether a phrase may name subject matter, whatever its article tells."""
    return (
        len(text) in SIZES
        and text not in VAGUE
        and not SITE.search(text)
        and not _NO_TOPIC.search(text)
        and not _NUMBERED.search(text)
        and not _LETTERS.fullmatch(text)
    )


def suits_ja(phrase: Phrase, order: int, title: str, named: Sequence[Phrase], article: str) -> bool:
    """Whether a phrase may head section `order` (from 0): what happens or pushes may head any, a thing only where it is
    no place and the article is about it; what a thing is worth (the second) is told of what happens.
    `named`: the phrases of the title."""
    text = phrase.text
    if _half(text, title) or any(_within(text, other) for other in named):
        return False
    if phrase.simple and _KATAKANA.fullmatch(text) and (f"{text}の" in title or not _spoken_of(text, title, article)):
        return False
    if phrase.event or phrase.force:
        return True
    if f"{text}の" in title:
        return False  # it is about what follows
    return order != STAKES and _spoken_of(text, title, article) and not _placed(text, title, article)


def _spoken_of(text: str, title: str, article: str) -> bool:
    return text in title or article.count(text) >= OFTEN_A_THING


def headline(phrase: Phrase) -> Phrase:
    """A phrase of the title as it would weigh in a sentence: what happened often ends a headline, without particle."""
    return replace(phrase, weight=min(1.0, HEADLINE * phrase.weight)) if phrase.event or phrase.force else phrase


def _half(text: str, title: str) -> bool:
    """Whether the title has it only within longer compounds, or as what a compound does."""
    at = title.find(text)
    while at >= 0:
        end = at + len(text)
        if not (_goes_on(title, end) or _BEFORE.match(title[at - 1 : at]) or title.startswith(_ACTED, end)):
            return False
        at = title.find(text, end)
    return text in title


def _within(text: str, other: Phrase) -> bool:
    """Whether a phrase is but a part of what the title says in one compound."""
    return text in other.text and text != other.text and not other.name and "の" not in other.text


def _goes_on(text: str, end: int) -> bool:
    """Whether a word goes on where a phrase ends: a change of letters begins another, titles do without marks."""
    return any(form.match(text, end - 1) and form.match(text, end) for form in (_HAN, _KANA))


def _placed(text: str, title: str, article: str) -> bool:
    """Whether the title, or most places of the article, tell that something happened there."""
    at = title.find(text)
    if at >= 0 and _THERE.match(title, at + len(text)):
        return True
    ends = [match.end() for match in re.finditer(re.escape(text), article)]
    return 2 * sum(1 for end in ends if _THERE.match(article, end)) > len(ends)
