"""Noun phrases of a Japanese sentence by runs of parts of speech: compound nouns, tied together by の."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from digests.language import _dictionary as dictionary
from digests.wordlists import words_of

MOST_CHARACTERS = 16
_local = threading.local()
_LOOSE_NOUNS = words_of(
    "こと もの ため よう とき 時 際 中 間 前 後 上 下 他 ほか 方 点 面 形 場合 以上 以下 以内 以外 以降 以前 "
    "うち ところ はず わけ つもり まま 程度 など 等 分 者 的 "
    "同 自分 自身 今回 今後 結果 影響 予定 見通し 見込み 可能性 必要 状況 模様 方針 考え 問題 対応 全て すべて "
    "それぞれ 一部 一つ 多く 周辺 付近 当時 現在 同様 "
    "何 誰 初 約 計 第 内容 理由 原因 目的 発表 話 声 姿勢 一方 一環 様子 状態 結局 全体 各 氏 名 人 つ 発生 "
    "実施 開始 指摘 説明 確認 報道 日本時間 現地時間 午前 午後"
)
_PEOPLE = words_of("監督 代表 司会 主演 指揮 警備 教授 主将 補佐 助手 選手 大臣 幹事 理事 経営 通信")
_TITLES = words_of(
    "氏 さん 君 様 ちゃん 選手 監督 首相 大統領 総統 主席 知事 市長 町長 村長 社長 会長 議員 議長 教授 准教授 "
    "博士 容疑者 被告 課長 部長 局長 "
    "長官 大臣 外相 財務相 次官 騎手 調教師 力士 横綱 大関 投手 捕手 記者 弁護士 医師 委員長 組合長 署長 所長 "
    "院長 学長 理事長 報道官 審議官 "
    "官房長官 書記長 幹事長 総裁 総監督 コーチ 夫人 夫妻 国王 女王 皇太子 天皇 法王 司令官 職員 社員 従業員 "
    "警察官 隊員 幹部 代表 担当者 "
    "研究員 広報担当者 政調会長 副大統領 副社長 CEO"
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_HAPPENS = re.compile(
    r"(?:オリンピック|カップ|リーグ|シリーズ|サミット|マラソン|グランプリ|ハリケーン|テロ|ストライキ|デモ|システム|サービス|"
    r"プロジェクト|ワクチン|ウイルス|インフルエンザ|バスジャック|ハイジャック)$"
)
"""Katakana that names a thing or what happens, whatever stands before it."""
_KATAKANA = re.compile(r"[ァ-ヺー・＝]+")
_BODY_ENDS = re.compile(
    r"(?:本部|図書館|博物館|社|庁|省|局|署|党|協会|連盟|機構|大学|大|病院|銀行|委員会|裁判所|高裁|地裁|最高裁|"
    r"警察|チーム|組合|グループ|ホールディングス|"
    r"新幹線|競馬場|球場|空港|劇場|共和国|王国|合衆国|連邦|警|府警|県警|俳優|歌手|声優|作家|氏|さん)$"
)
_PLACE_ENDS = words_of(
    "の 県 市 町 村 区 郡 島 州 国 都 府 道 省 沖 東部 西部 南部 北部 中部 駅 市内 県内 都内 国内 市街 ・ 首都 地方"
)
_TOPIC_AFTER = {"は": 1.0, "が": 0.95, "を": 0.9, "も": 0.85, "へ": 0.75, "に": 0.7, "で": 0.6, "と": 0.6}
_DATE = re.compile(
    r"^[\d０-９〇一二三四五六七八九十百千万億兆年月日時分秒人件円ドル歳個回位名台便キロメートル％%.．,、前後約間頃ごろ目曜火水木金土同翌昨今来先者強弱余上下旬末以]+$"
)


@dataclass(frozen=True, slots=True)
class JapanesePhrase:
    text: str
    start: int
    end: int
    weight: float
    event: bool
    name: bool
    simple: bool


@dataclass(frozen=True, slots=True)
class _Morpheme:
    surface: str
    start: int
    end: int
    pos: tuple[str, ...]
    unknown: bool


def _tokenizer() -> Any:
    """One tokenizer a thread: a Sudachi tokenizer is not safe between threads."""
    if not hasattr(_local, "tokenizer"):
        _local.tokenizer = dictionary().create()
    return _local.tokenizer


def _morphemes(text: str) -> list[_Morpheme]:
    return [
        _Morpheme(m.surface(), m.begin(), m.end(), m.part_of_speech(), m.is_oov())
        for m in _tokenizer().tokenize(text[:4000])
    ]


def japanese_phrases(text: str) -> list[JapanesePhrase]:
    """The compound nouns of `text` and those tied by の, 2 to 16 characters, in order."""
    morphemes = _morphemes(text)
    units = _units(morphemes)
    spans = [*units, *_tied(units, morphemes)]
    made = (_phrase(morphemes, first, last, len(text)) for first, last in spans)
    return sorted((p for p in made if p), key=lambda p: (p.start, p.end))


def _nominal(morphemes: list[_Morpheme], i: int) -> bool:
    """Whether morpheme `i` can stand in a compound noun."""
    m = morphemes[i]
    major, minor, detail = m.pos[0], m.pos[1], m.pos[2]
    if major == "名詞":
        return minor != "助動詞語幹"
    if major in {"接尾辞", "接頭辞"}:
        return minor not in {"形状詞的", "動詞的", "形容詞的"} or m.surface == "的"
    if major == "形状詞":
        return minor == "一般" and i + 1 < len(morphemes) and morphemes[i + 1].pos[0] == "名詞"
    return (
        m.surface in {"・", "＝", "-", "－"}
        and 0 < i < len(morphemes) - 1
        and morphemes[i + 1].pos[0] == "名詞"
        and (m.surface == "・" or not _HAN.search(morphemes[i - 1].surface + morphemes[i + 1].surface))
        and detail != ""
    )


def _units(morphemes: list[_Morpheme]) -> list[tuple[int, int]]:
    units: list[tuple[int, int]] = []
    begin: int | None = None
    for i in range(len(morphemes) + 1):
        inside = i < len(morphemes) and _nominal(morphemes, i)
        if inside and begin is None:
            begin = i
        elif not inside and begin is not None:
            units.append((begin, i - 1))
            begin = None
    return units


def _tied(units: list[tuple[int, int]], morphemes: list[_Morpheme]) -> list[tuple[int, int]]:
    return [(a, d) for (a, b), (c, d) in pairwise(units) if c - b == 2 and morphemes[b + 1].surface == "の"]


def _phrase(morphemes: list[_Morpheme], first: int, last: int, length: int) -> JapanesePhrase | None:
    while first <= last and (_weak_start(morphemes[first]) or _counted(morphemes, first)):
        first += 1
    while last >= first and (_weak_end(morphemes[last]) or _counted(morphemes, last)):
        last -= 1
    if first > last:
        return None
    words = morphemes[first : last + 1]
    surface = "".join(m.surface for m in words)
    if (
        not 2 <= len(surface) <= MOST_CHARACTERS
        or _DATE.match(surface)
        or surface in _LOOSE_NOUNS
        or surface[0] in "のーっ々"
    ):
        return None
    if any(m.surface in _LOOSE_NOUNS for m in (words[0], words[-1])) or not any(
        m.pos[0] == "名詞" and m.pos[1] != "数詞" for m in words
    ):
        return None
    after = morphemes[last + 1].surface if last + 1 < len(morphemes) else ""
    if after == "な":
        return None  # an adjective, the noun is still to come
    event = words[-1].pos[2] == "サ変可能" and words[-1].surface not in _PEOPLE
    weight = _weight(surface, after, words[0].start / max(1, length))
    return JapanesePhrase(surface, words[0].start, words[-1].end, weight, event, _is_name(words), len(words) == 1)


def _is_name(words: list[_Morpheme]) -> bool:
    """A person, with or without title, or nothing but places and what places end with."""
    final = words[-1]
    if any(m.pos[2] == "人名" for m in words) or final.surface in _TITLES:
        return True
    if (
        _BODY_ENDS.search("".join(m.surface for m in words))
        or final.pos[1] == "固有名詞"
        or (len(words) == 1 and final.unknown)
    ):
        return True
    if _HAPPENS.search(final.surface):
        return False
    if len(words) > 1 and all(_KATAKANA.fullmatch(m.surface) for m in words):
        return True
    return all(m.pos[2] == "地名" or m.surface in _PLACE_ENDS for m in words)


def _weak_start(m: _Morpheme) -> bool:
    return (
        m.pos[1] == "数詞"
        or m.pos[0] == "接尾辞"
        or m.surface in {"約", "同", "各", "両", "全", "当", "計", "の", "・", "-"}
        or m.pos[2] == "副詞可能"
    )


def _weak_end(m: _Morpheme) -> bool:
    return (
        m.pos[1] == "数詞"
        or m.pos[0] == "接頭辞"
        or m.pos[2] in {"副詞可能", "助数詞"}
        or m.surface in {"・", "-", "の", "ら", "たち", "など", "的", "側"}
    )


def _counted(morphemes: list[_Morpheme], i: int) -> bool:
    """A counter right after its number: 16人, 3年ぶり."""
    return (
        i > 0
        and morphemes[i - 1].pos[1] == "数詞"
        and (morphemes[i].pos[2] in {"助数詞可能", "助数詞"} or len(morphemes[i].surface) <= 3)
    )


def _weight(surface: str, after: str, place: float) -> float:
    size = min(1.0, 0.35 + 0.11 * (len(surface) - 1)) if len(surface) <= 12 else 0.9
    return size * _TOPIC_AFTER.get(after, 0.5) * (1 - 0.3 * place)
