"""Writes `tests/corpus/ground_ja.jsonl`: sentences of our sample articles, true and altered, for the guard.

    python tools/ground_pairs.py

Altered in a date, in its modality (what is only planned or possible becomes a fact), or by a claim nobody made. Where
an article states a fact, its own sentence is the fact and `replaced` makes the article hold it possible. The true
side is the sentence itself or, for every second pair, the same in polite style.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from digests.language import identify
from digests.sentences import sentences

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "tests" / "corpus" / "ground_ja.jsonl"
_WEEK = "月火水木金土日"
_RELATIVE = {
    "昨年": "一昨年", "今年": "昨年", "来年": "再来年", "先月": "今月", "今月": "来月", "来月": "先月",
    "今春": "昨秋", "来春": "今秋", "昨秋": "来春", "前日": "翌週", "翌日": "前日",
}  # fmt: skip
_CERTAIN = (
    (r"(?:する|させる)可能性(?:がある|もある|が高い)", "した"),
    (r"れる可能性(?:がある|もある|が高い)", "れた"),
    (r"する(?:見通し|見込み|予定|方針|計画|考え)(?:だ|である|という|を示した|を示している)", "した"),
    (r"(?:し|り|き|ち|い|え|べ|め|れ|げ|け)たい(?:考えだ|と話す|という|としている|考えである)", "した"),
    (r"めたい考えだ", "めた"),
    (r"(?:と|に)?(?:みられる|見込まれる|みられている)。", "ことが確認された。"),
    (r"することを?(?:目指す|検討する|検討している|目指している)", "した"),
    (r"を目指す(?:。|方針だ。|考えだ。)", "を達成した。"),
    (r"を検討(?:する|している|中だ)。", "を決定した。"),
    (r"(?:し|ね|え|れ|け)(?:る|う)?かねない", "った"),
    (r"(?:恐れ|おそれ)がある", "ことが判明した"),
    (r"する(?:だろう|かもしれない)", "した"),
    (r"いるだろう|いるかもしれない", "いる"),
    (r"る(?:だろう|かもしれない|とみている)", "た"),
    (r"(?:期待されている|期待される|期待がかかる)", "実現した"),
    (r"する(?:予定の|計画の)", "した"),
)
_POSSIBLE = (
    (
        r"した。$",
        (
            "する可能性がある。",
            "する見通しだ。",
            "したとみられる。",
            "する方針だ。",
            "した疑いがある。",
            "するかもしれない。",
        ),
    ),
    (r"している。$", ("している可能性がある。", "しているとみられる。", "しているもようだ。")),
    (r"(?<=[^し])ている。$", ("ている可能性がある。", "ているとみられる。")),
    (r"れた。$", ("れる見通しだ。", "れる予定だ。", "れた可能性がある。")),
    (r"になった。$", ("になる見込みだ。", "になる恐れがある。")),
    (r"(?<=[ぁ-ん])る。$", ("る見通しだ。", "る可能性がある。", "る予定だ。")),
)
_CLAIMS = (
    "野党の強い反対を押し切って", "総額480億円を投じて", "国際連合の勧告を受け", "先週の爆発事故の影響で",
    "担当者の逮捕を受けて", "市民団体の訴訟に敗れ", "外資系企業の買収により", "知事の辞任表明のあと",
    "米国政府の要請に応じ", "機密文書の流出が発覚し", "過去最悪の赤字のなか", "労働組合のストライキで",
)  # fmt: skip
_POLITE = (
    (r"である。$", "です。"), (r"だ。$", "です。"), (r"した。$", "しました。"), (r"している。$", "しています。"),
    (r"する。$", "します。"), (r"れた。$", "れました。"), (r"がある。$", "があります。"),
    (r"という。$", "といいます。"), (r"ている。$", "ています。"),
)  # fmt: skip


def dates(sentence: str) -> Iterator[str]:
    """The sentence with one of its dates moved."""
    for match in re.finditer(r"(?<![\d.])(\d{1,4})(年|月|日)(?!間|間隔|本|産|分)", sentence):
        number, unit = int(match[1]), match[2]
        if number > (2100 if unit == "年" else 31) or (unit == "年" and number < 1900):
            continue
        moved = number - 3 if unit == "年" else number % (12 if unit == "月" else 28) + 2
        yield sentence[: match.start(1)] + str(moved) + sentence[match.end(1) :]
    for word, other in _RELATIVE.items():
        if word in sentence:
            yield sentence.replace(word, other, 1)
    for match in re.finditer(rf"([{_WEEK}])曜", sentence):
        yield sentence[: match.start()] + _WEEK[(_WEEK.index(match[1]) + 2) % 7] + sentence[match.end(1) :]


def certain(sentence: str) -> Iterator[str]:
    """The sentence as if what it holds possible had happened."""
    for pattern, fact in _CERTAIN:
        made = re.sub(pattern, fact, sentence, count=1)
        if made != sentence:
            yield made
            return


def possible(sentence: str, number: int) -> str | None:
    """The sentence as if what it states were only possible."""
    if any(mark in sentence[-14:] for mark in ("可能性", "見通し", "とみられ", "恐れ", "なければ", "という", "考え")):
        return None
    for pattern, hedges in _POSSIBLE:
        if re.search(pattern, sentence):
            return re.sub(pattern, hedges[number % len(hedges)], sentence)
    return None


def claimed(sentence: str, number: int) -> Iterator[str]:
    """The sentence with a claim put behind its first comma."""
    comma = sentence.find("、")
    if 0 < comma < len(sentence) - 12:
        yield f"{sentence[: comma + 1]}{_CLAIMS[number % len(_CLAIMS)]}、{sentence[comma + 1 :]}"


def polite(sentence: str) -> str:
    for plain, form in _POLITE:
        made = re.sub(plain, form, sentence)
        if made != sentence:
            return made
    return sentence


def pairs() -> Iterator[dict[str, object]]:
    number = 0
    for path in sorted((ROOT / "config" / "sample" / "ja").glob("*.toml")):
        data = tomllib.loads(path.read_text("utf-8"))
        text = data["text"].strip()
        for piece in sentences(text, identify(text, "ja")):
            kinds = {"date": dates(piece.text), "modality": certain(piece.text), "claim": claimed(piece.text, number)}
            hedged = possible(piece.text, number)
            if hedged:
                number += 1
                pair = {"pair": number, "kind": "modality", "article": path.stem, "true": hedged, "altered": piece.text}
                yield {**pair, "replaced": [piece.text, hedged]}
            for kind, altered in kinds.items():
                for wrong in altered:
                    number += 1
                    right = polite(piece.text) if number % 2 else piece.text
                    yield {"pair": number, "kind": kind, "article": path.stem, "true": right, "altered": wrong}


def main() -> None:
    made = list(pairs())
    OUT.write_text("".join(json.dumps(pair, ensure_ascii=False) + "\n" for pair in made), "utf-8")
    print({kind: sum(pair["kind"] == kind for pair in made) for kind in ("date", "modality", "claim")})


if __name__ == "__main__":
    main()
