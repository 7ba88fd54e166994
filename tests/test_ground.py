"""The guard tells what a text supports from what it does not: numbers, dates, names, negation, modality, wording."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.evidence import line, source
from digests.ground import SUPPORTED, ground
from digests.sentences import sentences
from digests.signals import signals

CORPUS = Path(__file__).parent / "corpus" / "ground_ja.jsonl"
JAPANESE = (
    "政府は9日、島国カルメリア共和国とレアアースの共同開発に向けた交渉を始めることで合意した。"
    "槙野俊介首相がエレナ・マルケス大統領と会談し、共同声明に署名した。国内の需要は年間およそ2万トンで、その7割を輸入に頼る。"
    "ノルトマレ社は昨年秋、総額12億ドルの港湾整備を持ちかけた。政府は2027年度に試験採掘を始めたい考えだ。"
    "野党は採算の見通しを示していないと批判する。"
)
ENGLISH = (
    "The city council voted 7-2 on Tuesday to spend $1.2 billion on housing. Mayor Ana Ortiz said the plan may start "
    "in May. About a quarter of tenants were not asked. Shares of Northbank fell 25 per cent to a five-year low."
)


def reasons(text: str, summary: str, language: str, **more: Any) -> list[str]:
    return [problem.reason for problem in ground(text, summary, language, **more).unsupported]


@pytest.mark.parametrize(
    "summary",
    [
        "政府は9日、カルメリア共和国とレアアースの共同開発に向けた交渉を始めることで合意した。",
        "槙野首相がマルケス大統領と会談し、共同声明に署名した。",
        "槙野氏がマルケス氏と会談し、共同声明に署名しました。",
        "国内の需要は年間約二万トンで、七割を輸入に頼る。",
        "政府は2027年度に試験採掘を始めたい考えです。",
    ],
)
def test_what_the_text_says_is_supported(summary: str) -> None:
    assert reasons(JAPANESE, summary, "ja") == []


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("国内の需要は年間およそ3万トンで、その7割を輸入に頼る。", "number"),
        ("国内の需要は年間およそ2万トンで、その8割を輸入に頼る。", "number"),
        ("ノルトマレ社は昨年秋、総額12億ユーロの港湾整備を持ちかけた。", "number"),
        ("ノルトマレ社は一昨年秋、総額12億ドルの港湾整備を持ちかけた。", "date"),
        ("政府は11日、カルメリア共和国とレアアースの共同開発に向けた交渉を始めることで合意した。", "number"),
        ("岸田首相がエレナ・マルケス大統領と会談し、共同声明に署名した。", "name"),
        ("槙野俊介首相がエレナ・マルケス大統領と会談し、共同声明に署名しなかった。", "negation"),
        ("野党は採算の見通しを示していると批判する。", "negation"),
        ("政府は2027年度に試験採掘を始めた。", "modality"),
        ("漁業者は港で抗議の集会を開き、船の出入りを止めた。", "wording"),
    ],
)
def test_what_the_text_does_not_say_is_told_with_its_reason(summary: str, reason: str) -> None:
    assert reasons(JAPANESE, summary, "ja")[:1] == [reason]


@pytest.mark.parametrize(
    "summary",
    [
        "The city council voted 7-2 on Tuesday to spend $1.2 billion on housing.",
        "Shares of Northbank fell 25% to a five-year low.",
        "Mayor Ana Ortiz said the plan may start in May.",
    ],
)
def test_english_support(summary: str) -> None:
    assert reasons(ENGLISH, summary, "en") == []


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("The city council voted 7-2 on Tuesday to spend $1.2 million on housing.", "number"),
        ("The city council voted 7-2 on Friday to spend $1.2 billion on housing.", "date"),
        ("Mayor Ana Ruiz said the plan may start in May.", "name"),
        ("The city council did not vote on Tuesday to spend $1.2 billion on housing.", "negation"),
        ("About a quarter of tenants were asked.", "negation"),
        ("The plan will abolish rents and jail landlords across the country.", "wording"),
    ],
)
def test_english_alterations(summary: str, reason: str) -> None:
    assert reasons(ENGLISH, summary, "en")[:1] == [reason]


def test_a_relative_date_is_resolved_where_the_day_is_known() -> None:
    text, summary = "政府は昨年、資源協力の覚書を交わした。", "政府は2025年、資源協力の覚書を交わした。"
    day = date(2026, 2, 9)
    assert not {"number", "date"} & set(reasons(text, summary, "ja", reference=day))
    assert reasons(text, summary, "ja") == ["number"]
    assert reasons(text, summary.replace("2025", "2024"), "ja", reference=day) == ["number"]


@pytest.mark.parametrize(
    ("language", "text", "right", "wrong"),
    [
        (
            "de",
            "Die Regierung hat am Montag 3 Milliarden Euro für den Ausbau der Bahn beschlossen.",
            "Die Regierung hat 3 Milliarden Euro für den Ausbau der Bahn beschlossen.",
            "Die Regierung hat 5 Milliarden Euro für den Ausbau der Bahn beschlossen.",
        ),
        (
            "fr",
            "Le gouvernement a annoncé mardi une aide de 200 millions d'euros pour les agriculteurs.",
            "Le gouvernement a annoncé mardi une aide de 200 millions d'euros.",
            "Le gouvernement a annoncé mardi une aide de 900 millions d'euros.",
        ),
        (
            "zh",
            "政府周二宣布，将投资30亿元修建铁路。部长说这是一个成功。",
            "政府宣布将投资30亿元修建铁路。",
            "政府宣布将投资80亿元修建铁路。",
        ),
        (
            "ru",
            "Правительство во вторник выделило 3 миллиарда евро на железные дороги.",
            "Правительство выделило 3 миллиарда евро на железные дороги.",
            "Правительство выделило 7 миллиардов евро на железные дороги.",
        ),
    ],
)
def test_other_languages_are_judged_too(language: str, text: str, right: str, wrong: str) -> None:
    assert ground(text, right, language).supported
    assert reasons(text, wrong, language) == ["number"]


def test_a_word_said_more_often_than_the_text_says_it_costs_score() -> None:
    text = "Google dubbed the first set of several thousand glass users explorers."
    right = ground(text, "Google dubbed the first set of several thousand glass users explorers.", "en")
    wrong = ground(text, "Google dubbed the first set of several thousand glass glass users explorers.", "en")
    values = signals(line("The users of users and users", "en"), source(text, "en")).values
    assert values["repeats"] == -2
    assert right.score > wrong.score


def test_pieces_of_different_sentences_are_no_sentence() -> None:
    joined = "槙野俊介首相がエレナ・マルケス大統領と会談し、総額12億ドルの港湾整備を持ちかけた。"
    assert not ground(JAPANESE, joined, "ja").supported


def test_a_copy_cut_before_it_is_taken_back_is_no_copy() -> None:
    text = "首相は月内に辞任する可能性があると側近は話した。"
    assert reasons(text, "首相は月内に辞任する", "ja") == ["modality"]


@cache
def _text(slug: str) -> tuple[str, date]:
    data = tomllib.loads(resources.files("config").joinpath("sample", "ja", f"{slug}.toml").read_text("utf-8"))
    return data["text"].strip(), data["published"].date()


def test_our_own_alterations_are_caught_at_few_false_alarms() -> None:
    count: Counter[tuple[str, str]] = Counter()
    for pair in map(json.loads, CORPUS.read_text("utf-8").splitlines()):
        text, day = _text(pair["article"])
        text = text.replace(*pair["replaced"]) if "replaced" in pair else text
        right, wrong = (ground(text, pair[side], "ja", reference=day) for side in ("true", "altered"))
        count[pair["kind"], "all"] += 1
        count[pair["kind"], "caught"] += not wrong.supported
        count[pair["kind"], "alarm"] += not right.supported
        count[pair["kind"], "ranked"] += right.score > wrong.score
    for kind in ("date", "modality", "claim"):
        assert count[kind, "all"] >= 80
        assert count[kind, "caught"] >= 0.95 * count[kind, "all"]
        assert count[kind, "alarm"] <= 0.03 * count[kind, "all"]
        assert count[kind, "ranked"] >= 0.99 * count[kind, "all"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=120), st.sampled_from(["ja", "en", "zh", "de", "th"]))
def test_any_text_gets_a_verdict_that_agrees_with_itself(text: str, summary: str, language: str) -> None:
    verdict = ground(text, summary, language)
    assert 0 <= verdict.score <= 1
    if len(sentences(summary, language)) < 2:
        assert verdict.supported == (verdict.score >= SUPPORTED)


def test_the_verb_answers_in_order_and_says_which_line_is_wrong() -> None:
    lines = [
        json.dumps({"id": n, "text": ENGLISH, "summary": f"The council spent ${n} billion.", "language": "en"})
        for n in range(5)
    ]
    command = [sys.executable, "-m", "bot", "ground", "--jsonl"]
    given_lines = "\n".join([*lines, "{", ""])
    done = subprocess.run(command, input=given_lines, capture_output=True, text=True, timeout=120, check=False)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(5))
    assert all(set(answer) == {"id", "score", "unsupported"} for answer in answers)
    assert (done.returncode, "line 6" in done.stderr) == (1, True)


def test_a_bad_line_costs_only_itself() -> None:
    good = json.dumps({"id": "good", "text": ENGLISH, "summary": "The city council voted on Tuesday."}).encode()
    bad = [
        b"\xff\xfe{}",
        b"null",
        b'{"id": 1}',
        b'{"id": 2, "text": null, "summary": ""}',
        b'{"id": 3, "text": "\\ud800"}',
    ]
    given_lines = b"\n".join(part for one in bad for part in (one, good)) + b"\n"
    command = [sys.executable, "-m", "bot", "ground", "--jsonl"]
    done = subprocess.run(command, input=given_lines, capture_output=True, timeout=120, check=False)
    assert [json.loads(answer)["id"] for answer in done.stdout.splitlines()] == ["good"] * len(bad)
    assert [f"line {n}:".encode() in done.stderr for n in range(1, 11)] == [True, False] * len(bad)
    assert done.returncode == 1
