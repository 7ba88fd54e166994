"""Countries, places and bodies whose Japanese and English names do not sound alike."""

from __future__ import annotations

_PAIRS = """
日本 japan japanese|米国 米 アメリカ united states us u.s america american washington|中国 china chinese beijing
英国 イギリス britain british uk u.k united kingdom england english|韓国 south korea korean seoul
北朝鮮 north korea korean pyongyang|ロシア russia russian moscow kremlin|ウクライナ ukraine ukrainian
フランス france french paris|ドイツ germany german berlin|イタリア italy italian|スペイン spain spanish
オランダ netherlands dutch holland|スイス switzerland swiss|ギリシャ greece greek|トルコ turkey turkish türkiye
エジプト egypt egyptian|インド india indian|豪州 オーストラリア australia australian|カナダ canada canadian
ブラジル brazil brazilian|メキシコ mexico mexican|台湾 taiwan taiwanese|香港 hong kong|北京 beijing|上海 shanghai
欧州 eu european union europe european|国連 国際連合 united nations un u.n|ハンガリー hungary hungarian
ポーランド poland polish|スウェーデン sweden swedish|ノルウェー norway norwegian|フィンランド finland finnish
デンマーク denmark danish|ベルギー belgium belgian|オーストリア austria austrian|チェコ czech|イスラエル israel israeli
パレスチナ palestine palestinian|イラン iran iranian|イラク iraq iraqi|サウジアラビア サウジ saudi arabia
アフリカ africa african|アジア asia asian|太平洋 pacific|大西洋 atlantic|地中海 mediterranean|南極 antarctic antarctica
北極 arctic|東京 tokyo|大阪 osaka|京都 kyoto|北海道 hokkaido|沖縄 okinawa|日銀 日本銀行 japan boj
ローマ教皇 バチカン pope vatican|北大西洋条約機構 nato|世界保健機関 health|国際通貨基金 imf|タイ thailand thai
ベトナム vietnam vietnamese|フィリピン philippines philippine filipino|インドネシア indonesia indonesian
マレーシア malaysia malaysian|シンガポール singapore|ミャンマー myanmar burma|アルゼンチン argentina argentine
ポルトガル portugal portuguese|アイルランド ireland irish|スコットランド scotland scottish|ウェールズ wales welsh
"""


def _listed() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for row in _PAIRS.replace("\n", "|").split("|"):
        names = row.split()
        latin = {name for name in names if name.isascii() or name == "türkiye"}
        own = set(names) - latin
        for name in own:
            found.setdefault(name, set()).update(latin)
        for name in latin:
            found.setdefault(name, set()).update(own)
    return {name: tuple(sorted(others)) for name, others in found.items()}


EXONYMS = _listed()
"""A name, lower case, to what the other language calls it."""
