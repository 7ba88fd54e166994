"""Translations are checked across languages: numbers, dates, names in their other spelling, negation, mood, meaning."""

from __future__ import annotations

import json
import tomllib
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path

import pytest

from bot.cli_ground import ground_line
from bot.digesting import embedder
from digests.across import Shelf, ground_across, shelf, translated
from digests.degrees import overdone_across
from digests.embed import E5Embedder
from digests.evidence import line, source
from digests.ground import Unsupported
from digests.sentences import sentences
from digests.transliteration import alike, consonants

CORPUS = Path(__file__).parent / "corpus" / "ground_across.jsonl"
"""Sentences of our sample articles, translated by us, and the same with one thing wrong."""
OTHER = {"ja": "en", "en": "ja"}


@pytest.fixture
def meaning() -> None:
    if not isinstance(embedder(True), E5Embedder):
        pytest.skip("the model of meaning cannot be loaded here")


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


def rows() -> list[dict[str, str]]:
    return [json.loads(row) for row in CORPUS.read_text("utf-8").splitlines()]


def hold(count: Counter[tuple[bool, bool]], missed: list[str]) -> None:
    """Of (true, passed), as many as we promise."""
    assert count[False, False] >= 0.95 * (count[False, False] + count[False, True]), missed
    assert count[True, True] >= 0.85 * (count[True, True] + count[True, False]), missed


@pytest.mark.usefixtures("meaning")
def test_our_own_translations_pass_and_their_alterations_do_not() -> None:
    count: Counter[tuple[bool, bool]] = Counter()
    missed = []
    for row in rows():
        found, true = judged(row), row["kind"] == "true"
        count[true, found is None] += 1
        if (found is None) != true:
            missed.append(f"{row['kind']} {row['text'][:40]} {found}")
    hold(count, missed)


@pytest.mark.usefixtures("meaning")
def test_the_line_that_a_translation_rests_on_is_found() -> None:
    count: Counter[tuple[bool, bool]] = Counter()
    articles: defaultdict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows():
        articles[row["language"], row["article"]].append(row)
    missed = []
    for (language, slug), told in articles.items():
        texts, day = lines(OTHER[language], slug)
        written = "\n".join(row["text"] for row in told)
        spoken = (OTHER[language], language)
        verdict = ground_across("\n".join(texts), written, spoken, embedder(True), reference=day)
        wrong = {problem.text for problem in verdict.unsupported}
        assert wrong <= {row["text"] for row in told}
        for row in told:
            true, passed = row["kind"] == "true", row["text"] not in wrong
            count[true, passed] += 1
            if true != passed:
                missed.append(f"{row['kind']} {row['text'][:40]}")
    hold(count, missed)


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


@pytest.mark.parametrize(
    ("text", "language", "summary", "what"),
    [
        ("嵐で少なくとも30隻が沈んだ。", "en", "At most 30 boats sank in the storm.", ("30",)),
        ("嵐で少なくとも30隻が沈んだ。", "en", "At least 30 boats sank in the storm.", ()),
        ("At least 30 boats sank in the storm.", "ja", "嵐で最大30隻が沈んだ。", ("30",)),
        ("市は博物館を開いた。", "en", "The city opened the largest museum.", ("largest",)),
        ("市は国内最大の博物館を開いた。", "en", "The city opened the country's largest museum.", ()),
        ("The city opened a museum.", "ja", "市は国内初の博物館を開いた。", ("初",)),
    ],
)
def test_nothing_is_made_more_of_in_translation(text: str, language: str, summary: str, what: tuple[str, ...]) -> None:
    assert overdone_across(line(summary, language), language, source(text, OTHER[language])) == what


@pytest.mark.usefixtures("meaning")
def test_the_verb_finds_out_that_text_and_summary_are_of_two_languages() -> None:
    text = "政府は9日、カルメリア共和国と交渉を始めることで合意した。港の工事は来年終わる見通しだ。"
    said = "The government agreed with the Republic of {} on the 9th to open talks."
    for country, wrong in (("Carmelia", []), ("Nauru", ["nauru"])):
        claim = {"id": 1, "text": text, "summary": said.format(country)}
        answer = json.loads(ground_line(json.dumps(claim), 1))
        assert [what for one in answer["unsupported"] for what in one["what"]] == wrong
