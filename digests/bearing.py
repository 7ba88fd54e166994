"""What the wording of a sentence says of its bearing: a first or a record, a toll, a price, a look ahead or back, a
force. Told by expressions of news Japanese and the words of news English (`digests.wording`); other languages have
none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

from digests.readable import base
from digests.wording import BEARINGS, bearings_said, said, words_in

Bearing = Literal["turning", "toll", "price", "ahead", "back", "force"]

_TURNING_JA = (
    r"史上初|初めて|初の|以来の|ぶり(?:に|の|だ|と|で|、|。)|最多|最大|最高|最長|最年少|最古|世界一|日本一|"
    r"過去最|記録(?:を|と)|"
    r"新記録|転換|節目|画期|歴史的|異例|快挙|第一歩|局面|時代を|意義|重要|欠かせ|不可欠|深刻|打撃|鍵を|左右|"
    r"危機|恩恵|権益|利益|資源|"
    r"つながる|決め手|意味する|示唆|戦略|可能に(?:な|す)"
)
_TOLL_JA = (
    r"\d人.{0,12}(?:死亡|負傷|重傷|軽傷|けが|怪我|不明|犠牲)|死亡|重傷|被害|"
    r"(?:死者|負傷者|避難|停電|運休|損害|全焼|倒壊).{0,12}\d"
)
_PRICE_JA = r"[億万兆]円|ドル|ユーロ|ポンド|[\d.]+(?:％|パーセント|ポイント)|負債|損失|賠償|売上|利益|費用|予算"
_AHEAD_JA = (
    r"予定|見通し|見込|方針|可能性|予想|予測|目指|めざ|検討|かもしれ|だろう|計画|期待|懸念|焦点|課題|注目|注視|"
    r"今後|次(?:走|回|期|は)|"
    r"恐れ|おそれ|警戒|来(?:月|年|春|週)|未知数|考えだ|たい(?:と|考え|。)|のか[?？]|呼びかけ|めど|再発防止|控え(?:る|て)|試金石|宿題"
)
_BACK_JA = (
    r"これまで|以前|かつて|当時|前回|過去|(?:19|20)\d\d年|昨年|昨秋|去年|背景|原因|理由|きっかけ|ため(?:。|と|"
    r"、)|受けて|"
    r"相次|続いて(?:い|お)|一方|経緯"
)
_FORCE_JA = (
    r"対立|批判|反発|反対|圧力|交渉|抗議|非難|要求|対抗|競争|競合|野党|与党|支持|主張|声が|直面|容疑|認めて|否定"
)
_FORMS: dict[Bearing, re.Pattern[str]] = {
    "turning": re.compile(_TURNING_JA),
    "toll": re.compile(_TOLL_JA),
    "price": re.compile(_PRICE_JA),
    "ahead": re.compile(_AHEAD_JA),
    "back": re.compile(_BACK_JA),
    "force": re.compile(_FORCE_JA),
}
NAMED: tuple[frozenset[Bearing], ...] = tuple(
    frozenset(name for k, name in enumerate(get_args(Bearing)) if bits >> k & 1) for bits in range(1 << len(BEARINGS))
)
"""The bearings of a sum of bits of `wording`."""
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』")
_SUBJECT = re.compile(
    r"[^\s、。でにとてりへらのかくし](?:は|が|も)(?![らるうっちんがずめじ])|(?:から|まで|[でにと])は|によると|によれば"
    r"|(?:たの|るの|[一-鿿]ら)は|全てが"
)
_WHEN = re.compile(
    r"(?:[\d０-９]+[年月日時分](?:頃|ごろ)?(?:[（(][^（）()]*[）)])?|元々|もともと|当初|以前|現在|今後|今回|近年|最近|当時|その後|これまで|一時)"
    r"(?:まで|から)?[にで]?[はも]、?"
)
"""When it is, with a mark that otherwise stands behind of what is spoken."""
_SPOKEN = re.compile(
    r"(?:」|と|旨を?|(?:考え|見解|認識|意向)を)"
    r"(?:述べ|話し|話す|語っ|語る|説明し|訴え|コメントし|強調し|主張し|している|明らかにし|示し)[^。、]{0,10}。?$"
)
_SPEAKER = re.compile(
    r"[^\s、。でにとてりへらかくし]は(?![らるうっちんがずめじ])|[一-鿿]らは|(?:[都道府県市町村省庁局署党国社会]|側)では"
    r"|[氏者長相官員人家督手会社党省庁局紙側表ん領帥][がも]|[ァ-ヺー][がも]|によると|によれば"
)
"""Who says so, in a sentence that ends by saying that somebody does."""


@lru_cache(maxsize=256)  # a digest asks for the same sentences several times
def bearings(text: str, language: str) -> frozenset[Bearing]:
    """Which bearings the words of `text` speak of."""
    code = base(language)
    if code == "en":
        return NAMED[bearings_said(said(words_in(text.lower())), text)]
    return frozenset(name for name, form in _FORMS.items() if form.search(text)) if code == "ja" else frozenset()


def bears(text: str, language: str, name: Bearing) -> bool:
    """Whether `text` speaks of that one: in Japanese much sooner known than all."""
    if base(language) == "ja":
        return _FORMS[name].search(text) is not None
    return name in bearings(text, language)


def named(text: str, language: str) -> bool:
    """Whether the sentence says of whom or what it speaks. Japanese may leave the subject out, which reads well only
    behind the sentence that named it."""
    if base(language) != "ja":
        return True
    bare = _WHEN.sub("", _QUOTED.sub("「」", text))
    return bool((_SPEAKER if _SPOKEN.search(bare) else _SUBJECT).search(bare))
