"""Words that turn a sentence into its contrary: rose for fell, after for before, accepted for rejected. Pairs of lists,
looked up clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from digests.clauses import Clause, likeness
from digests.modality import DENIES_JA
from digests.stems import stem

_PAIRS_EN = """
rise climb increase grow gain jump surge soar expand higher more raise double triple | fall drop decrease decline\
 shrink slump plunge slip sink lower fewer less cut reduce halve tumble shed
win winner beat defeat | lose loser
approve accept pass adopt back support favour favor agree endorse | reject oppose refuse dismiss veto against
welcome praise hail | criticise criticize condemn attack slam
admit confess concede acknowledge | deny
begin start launch | end stop finish halt
open reopen | close shut
buy acquire purchase | sell
export | import
after since following | before until prior
faster quicker | slower
bigger larger greater | smaller
longer | shorter
older | younger
earlier | later
better | worse
stronger strengthen | weaker weaken
strong | weak
lend | borrow
hire recruit | fire dismiss sack
lift scrap abolish | impose introduce
postpone delay | hasten
allow permit | ban forbid prohibit bar
include | exclude
profit surplus | loss deficit
above | below
majority | minority
minimum | maximum
arrest detain jail | release free
guilty convict | innocent acquit
legal | illegal
safe | unsafe dangerous
cheap cheaper | expensive dearer
join enter | leave quit
success succeed | failure fail
teacher | pupil student
"""
_PAIRS_JA = """
増|上昇|上が|上げ|拡大|伸び|上回|高ま|高く|膨ら|急騰|プラス|浮上 : 減|低下|下が|下げ|下落|縮小|落ち込|下回|低く|\
急落|マイナス|後退
勝っ|勝ち|勝利|破っ|破り|下し|優勝 : 負け|敗れ|敗北|敗戦
可決|承認|賛成|支持|容認|採択|受け入れ|歓迎|評価 : 否決|却下|反対|不支持|拒否|批判|反発|見送
認め : 否認|否定|避け
始め|始ま|開始|開幕|開く|開い|開き|着手 : 終え|終わ|終了|閉幕|閉じ|閉鎖|打ち切
買収|購入|買い : 売却|販売|売り
輸出 : 輸入
前に|前の|より前|以前|まで : 後に|後の|より後|以後|以降|のあと
速 : 遅
大き : 小さ
多 : 少な
長 : 短
強 : 弱
高い : 低い|安い
導入|発動|強化 : 解除|撤廃|廃止|緩和
延期|先送り : 前倒し
許可|解禁 : 禁止
黒字|利益 : 赤字|損失
安全 : 危険
有罪 : 無罪
参加|加盟|加入 : 脱退|離脱
成功 : 失敗
就任 : 退任|辞任
開店|出店 : 閉店|撤退
弟子|教え子 : 恩師|師匠
貸 : 借
逮捕 : 釈放
合法 : 違法
"""
_NOT = {
    "en": re.compile(r"\b(?:not|no|never|none|nor|neither|without|hardly|barely)\b|n['’]t\b"),
    "ja": DENIES_JA,
}
_LEAST = 1.5
"""Words in common (`likeness`) of two clauses that speak of the same."""
_TOPIC, _ABOUT = 2, 0.6
"""Content words at the beginning of a clause that say what it is about, and what each counts more than others."""
Side = re.Pattern[str]


@cache
def _pairs(language: str) -> tuple[tuple[Side, Side], ...]:
    if language == "ja":
        rows = [row.split(" : ") for row in _PAIRS_JA.strip().splitlines()]
        return tuple((re.compile(one), re.compile(other)) for one, other in rows)
    rows = [row.split(" | ") for row in _PAIRS_EN.strip().splitlines()]
    return tuple((_stems(one), _stems(other)) for one, other in rows)


def _stems(words: str) -> Side:
    return re.compile(rf"\b(?:{'|'.join(stem(word) for word in words.split())})\b")


def contrary(said: Iterable[Clause], written: Iterable[Clause], language: str) -> bool:
    """Does one of the clauses `said` say rose where the most similar of those `written` says fell?"""
    pairs = _pairs(language) if language in {"ja", "en"} else ()
    return any(
        _turned(one, sides, written, language)
        for one in said
        for pair in pairs
        for sides in (pair, pair[::-1])
        if sides[0].search(one.read) and not sides[1].search(one.read)
    )


def _turned(one: Clause, sides: tuple[Side, Side], written: Iterable[Clause], language: str) -> bool:
    same = other = 0.0
    topic = [word.stem for word in one.words if word.content][:_TOPIC]
    for clause in written:
        near = likeness(one, clause)
        about = _ABOUT * len(clause.content & frozenset(topic))
        if sides[0].search(clause.read):
            same = max(same, near + about)
        elif near >= _LEAST and sides[1].search(clause.read) and _alike(one, clause, language):
            other = max(other, near + about)
    return other > same


def _alike(one: Clause, other: Clause, language: str) -> bool:
    """Do both deny something or neither, and begin with the same? “A beat B” is “B lost to A”."""
    both = one.content & other.content
    first = [next((word.stem for word in clause.words if word.stem in both), "") for clause in (one, other)]
    return _denies(one, language) == _denies(other, language) and first[0] == first[1]


def _denies(clause: Clause, language: str) -> bool:
    return bool(_NOT[language].search(clause.text))
