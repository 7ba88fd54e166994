"""Translations are checked across languages: numbers, dates, names in their other spelling, negation, mood, meaning."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from bot.cli_ground import ground_line
from bot.desk import embedder
from digests.across import Shelf, ground_across, shelf, translated
from digests.embed import E5Embedder
from digests.evidence import line, source
from digests.ground import SUPPORTED, Unsupported
from digests.sentences import sentences
from digests.transliteration import alike, consonants

CORPUS = Path(__file__).parent / "corpus" / "ground_across.jsonl"
"""Sentences of our sample articles, translated by us, and the same with one thing wrong."""
OTHER = {"ja": "en", "en": "ja"}


@cache
def lines(language: str, slug: str) -> tuple[tuple[str, ...], date]:
    data = tomllib.loads(resources.files("config").joinpath("sample", language, f"{slug}.toml").read_text("utf-8"))
    return tuple(piece.text for piece in sentences(data["text"].strip(), language)), data["published"].date()


@cache
def shelved(language: str, slug: str) -> Shelf:
    return shelf(lines(language, slug)[0], embedder(True))


def judged(row: dict[str, str]) -> Unsupported | None:
    origin, language = OTHER[row["language"]], row["language"]
    texts, day = lines(origin, row["article"])
    here = [n for n, text in enumerate(texts) if row["rests_on"] in text]
    support = source("\n".join(texts[n] for n in here), origin, day)
    return translated(
        line(row["text"], language, day), language, support, here, shelved(origin, row["article"]), embedder(True)
    )


def found_and_judged(row: dict[str, str]) -> Unsupported | None:
    origin, language = OTHER[row["language"]], row["language"]
    texts, day = lines(origin, row["article"])
    verdict = ground_across("\n".join(texts), row["text"], (origin, language), embedder(True), reference=day)
    assert verdict.supported == (verdict.score >= SUPPORTED)
    return verdict.unsupported[0] if verdict.unsupported else None


def test_our_own_translations_pass_and_their_alterations_do_not() -> None:
    """As the engine asks, which is told what a sentence rests on, and as `chokan ground` does, which finds it."""
    if not isinstance(embedder(True), E5Embedder):
        pytest.skip("the model of meaning cannot be loaded here")
    for judge in (judged, found_and_judged):
        count: Counter[tuple[bool, bool]] = Counter()
        missed = []
        for row in map(json.loads, CORPUS.read_text("utf-8").splitlines()):
            found, true = judge(row), row["kind"] == "true"
            count[true, found is None] += 1
            if (found is None) != true:
                missed.append((row["kind"], row["text"][:40], found and (found.reason, found.what)))
        assert count[False, False] >= 0.95 * (count[False, False] + count[False, True]), missed
        assert count[True, True] >= 0.85 * (count[True, True] + count[True, False]), missed


@pytest.mark.parametrize(
    ("kana", "latin"),
    [
        ("マルケス", "Marques"),
        ("マルケス", "Márquez"),
        ("オルティス", "Ortiz"),
        ("マキノ", "Makino"),
        ("トウキョウ", "Tokyo"),
        ("カルメリア", "Carmelia"),
        ("ノルトマレ", "Nortmare"),
        ("シュンスケ", "Shunsuke"),
        ("ゼレンスキー", "Zelensky"),
        ("シュミット", "Schmidt"),
        ("ウォーカー", "Walker"),
        ("ジョンソン", "Johnson"),
    ],
)
def test_a_name_is_heard_in_its_other_spelling(kana: str, latin: str) -> None:
    assert alike(kana, latin), consonants(kana)


@pytest.mark.parametrize(
    ("kana", "latin"), [("オルティス", "Ruiz"), ("マルケス", "Gomez"), ("タナカ", "Makino"), ("フィジー", "Carmelia")]
)
def test_another_name_is_not_heard(kana: str, latin: str) -> None:
    assert not alike(kana, latin)


def test_the_verb_finds_out_that_text_and_summary_are_of_two_languages() -> None:
    if not isinstance(embedder(True), E5Embedder):
        pytest.skip("the model of meaning cannot be loaded here")
    text = "政府は9日、カルメリア共和国と交渉を始めることで合意した。港の工事は来年終わる見通しだ。"
    said = "The government agreed with the Republic of {} on the 9th to open talks."
    for country, wrong in (("Carmelia", []), ("Nauru", ["nauru"])):
        claim = {"id": 1, "text": text, "summary": said.format(country)}
        answer = json.loads(ground_line(json.dumps(claim), 1))
        assert [what for one in answer["unsupported"] for what in one["what"]] == wrong
