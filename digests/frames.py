"""Which frame a heading gets: what kind of news the article is, and what sort of thing a section tells, by "
"their words."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.catalog import Catalog
from digests.model import Role
from digests.readable import base

_Forms = dict[str, re.Pattern[str]]
_HARM_JA = (
    "震度|余震|発砲|射殺|銃撃|遭難|死亡|死者|負傷|重傷|重体|怪我|けが|遺体|行方不明|墜落|衝突|火災|火事|地震|"
    "津波|台風|"
    "豪雨|爆発|殺害|殺人|"
    "溺|水死|逮捕|容疑|被害|感染|事故|テロ|脱線|横転|転落|虐待|犠牲|不正|切断|違反"
)
_HARM_EN = (
    r"\b(?:kill|dead|deaths?\b|died|dies|injur|wound|crash|earthquake|tsunami|hurricane|flood|bomb|murder|"
    r"victim|shooting|"
    r"arrest|attack|missing|disaster|guilty|jailed|rape|fraud)"
)
NEWS: dict[str, _Forms] = {
    "obituary": {
        "ja": re.compile(r"訃報|死去|逝去|亡くな"),
        "en": re.compile(r"\b(?:dies|obituary|dead at|dies aged|passes away)\b"),
    },
    "sport": {
        "ja": re.compile(
            r"優勝|決勝|勝利|敗退|選手権|リーグ|五輪|オリンピック|メダル|制覇|ワールドカップ|Ｗ杯|W杯|本塁打|"
            r"連勝|連敗|得点|昇格|試合|監督"
            r"|選手(?!権)|騎手|力士|横綱"
        ),
        "en": re.compile(
            r"\b(?:match|cup|league|championships?|coach|goals?|finals?|seasons?|squad|tournament|grand slam|"
            r"olympics?|medals?|"
            r"striker|midfielder|defender|marathon|race|team|players?|captain|injury|manager|innings|wicket|"
            r"seed|sets)\b",
        ),
    },
    "election": {
        "ja": re.compile(r"選挙|当選|大統領選|知事選|市長選|総選挙|投票|開票|住民投票"),
        "en": re.compile(r"\b(?:elections?|elected|ballots?|polls?|voters?|referendum)\b"),
    },
    "harm": {"ja": re.compile(_HARM_JA), "en": re.compile(_HARM_EN)},
}
"""Kinds of news that deserve frames of their own, in order of preference."""
LEAST = {"obituary": 1, "sport": 3, "election": 2, "harm": 2}
"""Different cue words of a kind that title and section 1 must hold."""
SORTS: dict[Role, dict[str, _Forms]] = {
    "development": {},
    "stakes": {
        "strategic": {
            "ja": re.compile(r"戦略|安全保障|防衛|資源|権益|抑止|核兵器|核問題|軍事|外交|領土|同盟国|制裁"),
            "en": re.compile(
                r"\b(?:strategic(?! health)|national security|defen[cs]e|military|nuclear|deterren|territor|sanction|"
                r"alliance|sovereign|"
                r"minerals|arms\b)",
            ),
        },
        "economic": {
            "ja": re.compile(
                r"億円|万円|兆円|ドル|ユーロ|株価|市場|経済(?!新聞)|売上|利益|業績|赤字|黒字|損失|景気|雇用|"
                r"物価|投資|賠償"
            ),
            "en": re.compile(
                r"[$£€¥]\s?\d|\b(?:profit|revenue|market|econom|shares|investor|earnings|jobs|growth|deficit|"
                r"debt|price|sales"
                r"|billion)",
            ),
        },
        "harm": {
            "ja": re.compile(r"死亡|死者|負傷|重傷|被害|避難|停電|損壞|損壊|倒壊|影響が出|運休|欠航|感染|犠牲"),
            "en": re.compile(
                r"\b(?:kill|dead|death|died|injured|injuries|wounded|damage|destroy|victim|homeless|casualt|evacuat|infect)",
            ),
        },
    },
    "dynamics": {
        "rivalry": {
            "ja": re.compile(
                r"対立|批判|反発|反対|圧力|駆け引き|交渉|抗議|非難|野党|与党|議会|同盟国|対抗|牽制|けん制|争い|"
                r"支持者|要求|制裁|政権"
            ),
            "en": re.compile(
                r"\b(?:critic|rival|oppos|protest|pressure|accus|disput|row\b|condemn|union|negotiat|lawsuit|"
                r"coalition|faction"
                r"|reject|demand|blam)",
            ),
        }
    },
    "outlook": {},
}


def news(title: str, texts: Sequence[str], language: str) -> str | None:
    """The kind of news, where title and opening say so clearly: at least `LEAST` different words of the kind."""
    told = _low(" ".join((title, title, *texts)), language)
    for name, forms in NEWS.items():
        form = forms.get(base(language))
        if form and len(set(form.findall(told))) >= _least(name, form, title, language):
            return name
    return None


def _least(name: str, form: re.Pattern[str], title: str, language: str) -> int:
    """How many different words of a kind it takes: one of harm in a Japanese title is enough, for a heading must not
    speak of what a death is good for."""
    return 1 if name == "harm" and base(language) == "ja" and form.search(title) else LEAST[name]


def _low(text: str, language: str) -> str:
    """English in small letters, as its expressions are written: they are found three times as fast as either kind."""
    return text.lower() if base(language) == "en" else text


def sort(role: Role, texts: Sequence[str], language: str) -> str | None:
    """What sort of thing the section tells: more than half of its texts say so."""
    for name, forms in SORTS[role].items():
        form = forms.get(base(language))
        if form and sum(1 for text in texts if form.search(_low(text, language))) * 2 > len(texts):
            return name
    return None


_LOOSE: tuple[Role, ...] = ("dynamics", "outlook")
"""Japanese frames in which two の in a row are too many."""
_OF_EVENTS: tuple[Role, ...] = ("dynamics",)
"""Japanese frames in which の follows only what happens: 「移転の背景」, but 「電気バスをめぐる背景」."""


def framed(role: Role, topic: str | None, kinds: Sequence[str | None], catalog: Catalog) -> str:
    """Topic and role in the first of the frames `kinds` that the catalog has, else in the plain one."""
    stem = f"digest.heading.{role}" if topic else f"digest.role.{role}"
    plain = f"{stem}.plain" if topic else stem
    keys = [f"{stem}.{kind}" for kind in kinds if kind]
    key = next((key for key in keys if catalog.has(key)), plain)
    if not topic:
        return catalog(key)
    made = catalog(key, topic=topic)
    loose = ("の" in topic and role in _LOOSE) or ("event" not in kinds and role in _OF_EVENTS)
    return made.replace(f"{topic}の", f"{topic}をめぐる", 1) if loose else made
