"""Noun phrases of a Japanese sentence by runs of parts of speech: compound nouns, tied together by の."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from digests.language import _dictionary as dictionary
from digests.phrase import Phrase
from digests.wordlists import words_of

MOST_CHARACTERS = 16
_local = threading.local()
_LOOSE_NOUNS = words_of(
    "こと もの ため よう とき 時 際 中 間 前 後 上 下 他 ほか 方 点 面 形 場合 以上 以下 以内 以外 以降 以前 "
    "うち ところ はず わけ つもり まま 程度 など 等 分 者 的 "
    "同 自分 自身 今回 今後 結果 影響 予定 見通し 見込み 可能性 必要 状況 模様 方針 考え 問題 対応 全て すべて "
    "それぞれ 一部 一つ 多く 周辺 付近 当時 現在 同様 "
    "何 誰 初 約 計 第 内容 理由 原因 目的 発表 話 声 姿勢 一方 一環 様子 状態 結局 全体 各 氏 名 人 つ 発生 "
    "対象 一定 大幅 本格 "
    "数 期 まく 一連 事実上 通り 通常通り 早期 初期 複数 最多 最大 最小 最高 最低 最後 最初 初 日程 "
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
_TIES = frozenset(
    {("へ", "の"), ("と", "の"), ("から", "の"), ("に", "よる"), ("に", "対する"), ("を", "めぐる"), ("を", "巡る")}
)
_HAPPENING = re.compile(
    r"(?:反発|反対|批判|対立|不満|負担|懸念|圧力|競争|影響|被害|支援|対策|需要|供給|期待|要求|抗議|交渉|改革|規制|制裁|格差|協議|協定|"
    r"関与|参加|参入|対応|攻撃|侵攻|介入|投資|依存|移行|移転|転換|復帰|進出|撤退|輸出|輸入|協力|連携|提携|合意|訴訟|調査|捜査|処分|疑い|"
    r"疑惑|評価|関心|意欲|信頼|不信|不安|警戒|感染|汚染|戦い|統合|合併|買収|出場|出資|融資|援助|配慮|融和|和解|停戦|会談|対話|争い|論争)$"
)
"""What goes on with, against or because of what stands before it."""
_FORCE = re.compile(
    r"(?:不足|問題|課題|危機|責任|安全|環境|技術|資源|採算|世論|予算|財源|費用|不祥事|事件|事故|災害|地震|戦争|紛争|内戦|訴訟|裁判|判決|"
    r"政策|戦略|計画|制度|法案|法律|条約|協定|憲法|市場|業界|産業|経済|景気|株価|価格|物価|金利|金額|税|税率|関税|保険|年金|賃金|報酬|"
    r"目標|基準|条件|原則|権利|権限|権益|主権|自由|人権|利益|損失|赤字|黒字|債務|負債|売上高|需要|在庫|人気|記録|優勝|連覇|連勝|連敗|"
    r"恐れ|おそれ|値動き|実績|候補地|賞金|欠陥|[一-鿿]差|症状|容疑|減少|増加|方式|体制|路線|構想|法人化|民営化|[一-鿿ァ-ヶー]化|[一-鿿]性|[一-鿿]力|[一-鿿]権|[一-鿿]率|[一-鿿]額|[一-鿿]費|[一-鿿]策|[一-鿿]案|[一-鿿]網|"
    r"[一-鿿]説|[一-鿿]論|[一-鿿]難|[一-鿿]罪|[一-鿿]不振|ワクチン|ウイルス|インフルエンザ|ストライキ|デモ|テロ|リスク|コスト|ブーム|"
    r"トラブル|ルール|ハードル|シェア|インフラ|エネルギー)$"
)
"""Last nouns of what names a force, a course of things or an open question."""
_NO_FORCE = re.compile(
    r"(?:監督|代表|司会|主演|教授|主将|選手|大臣|理事|経営|通信|能力|協力者|戦力|男性|女性|大会|新聞|放送|番組|出身|生活|勉強|料理|"
    r"運転手|留学|開会|閉会|出演|連載|撮影|収録|発行|発売|入場|来場|得点|先発|登板|本塁打|直後|予選|決勝|世代|時代|使用者|結婚|同士|"
    r"勤務|経験|在籍|所属|卒業|入学|放映|上映|中継|公演|展示|注文|電話|助手|通訳|レポーター|連合|経由|デビュー|入団|当選|試合|掲載|記載|記述|主催|共催|協賛|所有|ヒット|関係|部分|分類|案内|設置|配布|表示|表記|募集|応募|会見|会議|装置|組織|競技|サービス|代行|誕生|作業|予想|講演|記念|管轄|体験|聴取|講習|整備士|(?:新幹線|鉄道|バス|航空)の?路線|リーグ戦|選手権|トーナメント|配達|担当|プログラム|科学|医学|文学|放流|司法解剖|実況見分|宣誓|関連|方式|賛意表明|公開|契約|番組|ドラマ化)$"
)
"""Verbal nouns that tell of somebody's doings rather than of a force."""
_TITLED = re.compile(r"[「『]([^「」『』]{1,20})[」』]")
"""What is quoted but too short to be said: a title or a name."""
_JOINS = tuple("・･＝=-－")
_SHARED = ("と", "や")
_ACTED = ("する", "し", "さ", "でき")
_BACK = re.compile(
    r"(?:同(?!盟|時|級|意|性|僚|志|感|窓|居|期|等|調|額|点)|両(?!替|立)|当(?!局|選|事|直|初)|本(?!部|格|土|拠|社|塁|人)|今(?!後)|各|前(?!線|提|進|例|科)|次|翌|某|昨|他)"
)
"""Openings that point back or at nobody."""
_LOOSE_AFTER_COUNT = words_of(
    "期 度 目 間 連続 ぶり 余り 以上 以下 前後 弱 強 単位 ごと kg km cm mm 回目 年度 周年 世紀"
)
_DATE = re.compile(
    r"^[\d０-９〇一二三四五六七八九十百千万億兆年月日時分秒人件円ドル歳個回位名台便キロメートル％%.．,、前後約間頃ごろ目曜火水木金土同翌昨今来先者強弱余上下旬末以]+$"
)


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


def japanese_phrases(text: str) -> list[Phrase]:
    """The compound nouns of `text` and those tied by の, 2 to 16 characters, in order."""
    morphemes = _morphemes(text)
    units = _units(morphemes)
    spans = [*units, *_tied(units, morphemes)]
    names = [match.span(1) for match in _TITLED.finditer(text)] if "「" in text or "『" in text else []
    made = (_phrase(morphemes, first, last, len(text)) for first, last in spans)
    return sorted((p for p in made if p and _whole(p, text, names)), key=lambda p: (p.start, p.end))


def _whole(phrase: Phrase, text: str, names: list[tuple[int, int]]) -> bool:
    """Whether a phrase is no half of a foreign name, of a compound whose figure follows, or of a quoted title."""
    if text[phrase.start - 1 : phrase.start] in _JOINS or text[phrase.end : phrase.end + 1] in _JOINS:
        return False
    return all((phrase.start, phrase.end) == span or phrase.end <= span[0] or phrase.start >= span[1] for span in names)


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
    """Two units with の, への, との, からの, による, に対する or をめぐる between them."""
    tied = []
    for (a, b), (c, d) in pairwise(units):
        between = tuple([m.surface for m in morphemes[b + 1 : c]])
        if between == ("の",) or (between in _TIES and _HAPPENING.search(morphemes[d].surface)):
            tied.append((a, d))
    return tied


def _phrase(morphemes: list[_Morpheme], first: int, last: int, length: int) -> Phrase | None:
    begun = first
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
    if after == "な" or (last + 1 < len(morphemes) and morphemes[last + 1].pos[1] == "数詞"):
        return None  # an adjective, or a name with a number: the rest is still to come
    tied = any(m.surface == "の" for m in words)
    if tied and (after in _ACTED or first > begun or _goes_on(morphemes, first)):
        return None  # の marks who does it, or what stands before it is but the rest of something longer
    if _BACK.match(surface):
        return None
    event = words[-1].pos[2] == "サ変可能" and words[-1].surface not in _PEOPLE
    force = bool((event or _FORCE.search(surface) or _HAPPENING.search(surface)) and not _NO_FORCE.search(surface))
    weight = _weight(surface, after, words[0].start / max(1, length))
    return Phrase(surface, words[0].start, words[-1].end, weight, event, _is_name(words), len(words) == 1, force)


def _goes_on(morphemes: list[_Morpheme], first: int) -> bool:
    """Whether a noun with と or や stands before: "the talks of A and B"."""
    return first > 1 and morphemes[first - 1].surface in _SHARED and morphemes[first - 2].pos[0] in {"名詞", "接尾辞"}


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
    """A counter right after its number, and what follows it: 16人, 3年ぶり, 2年連続, 14 kg."""
    at = i - 1
    while at > 0 and (morphemes[at].surface.isspace() or morphemes[at].surface in _LOOSE_AFTER_COUNT):
        at -= 1
    if at < 0:
        return False
    if morphemes[i].surface in _LOOSE_AFTER_COUNT:
        return morphemes[at].pos[1] == "数詞" or (at > 0 and morphemes[at - 1].pos[1] == "数詞")
    return morphemes[at].pos[1] == "数詞" and (
        morphemes[i].pos[2] in {"助数詞可能", "助数詞"} or len(morphemes[i].surface) <= 3
    )


def _weight(surface: str, after: str, place: float) -> float:
    size = min(1.0, 0.35 + 0.11 * (len(surface) - 1)) if len(surface) <= 12 else 0.9
    return size * _TOPIC_AFTER.get(after, 0.5) * (1 - 0.3 * place)
