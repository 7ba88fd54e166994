"""Terms: words of spaced scripts, bigrams of unspaced ones, and a query that always finds its own text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.terms import index_terms, is_prefix, query_terms, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("地震速報", ("地震", "震速", "速報")),
        ("死者", ("死者",)),
        ("雨", ("雨",)),
        ("2月の雨", ("2", "月の", "の雨")),
        ("カタカナ・テスト", ("カタ", "タカ", "カナ", "テス", "スト")),
        ("ﾊﾟﾘ ＡＢＣ", ("パリ", "abc")),
        ("佐々木", ("佐々", "々木")),
        ("Hello, WORLD!", ("hello", "world")),
        ("Straße", ("strasse",)),
        ("China's companies’ stakes", ("china", "company", "stake")),
        ("news this crisis class bus", ("news", "this", "crisis", "class", "bus")),
        ("1,000 jobs, 2,3", ("1000", "job", "2", "3")),
        ("snake_case e-mail", ("snake", "case", "e", "mail")),
        ("한국은", ("한국", "국은")),
        ("ไทย", ("ไท", "ทย")),
        ("भूकंप आया", ("भूकंप", "आया")),
        ("Việt Nam", ("việt", "nam")),
        ("مُحَمَّد", ("مُحَمَّد",)),
        ("Москва́", ("москва́",)),
        ("😀 — 。「」", ()),
        ("iPhone16発売", ("iphone16", "発売")),
    ],
)
def test_terms_of(text: str, expected: tuple[str, ...]) -> None:
    assert terms(text) == expected


def test_every_character_of_an_unspaced_run_begins_some_term_of_the_index() -> None:
    assert index_terms("大雨 雨 a") == ("大雨", "雨", "雨", "a")


def test_a_query_is_phrases_without_repeats_and_a_lone_character_is_a_prefix() -> None:
    assert query_terms("地震速報 Rain rain 雨") == (("地震", "震速", "速報"), ("rain",), ("雨",))
    assert [is_prefix(phrase) for phrase in query_terms("地震 rain 雨 a 7")] == [False, False, True, False, False]


@given(st.text())
def test_terms_have_no_spaces_no_quotes_and_fold_to_themselves(text: str) -> None:
    for term in terms(text):
        assert term
        assert not set(term) & set(" \"'\\*():^-\x00")


@given(st.text())
def test_what_a_text_is_asked_for_is_in_its_index(text: str) -> None:
    index = index_terms(text)
    for phrase in query_terms(text):
        places = range(len(index) - len(phrase) + 1)
        assert any(index[place : place + len(phrase)] == phrase for place in places)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 1_000_000, 1),
        ("漢" * 1_000_000, 999_999),
        ("' s" * 300_000, 300_000),
        ("1,000" * 200_000, 200_000),
        ("\u0301" * 1_000_000, 0),
    ],
    ids=["word", "pairs", "letters", "numbers", "marks"],
)
def test_a_megabyte_has_its_terms(text: str, count: int) -> None:
    assert len(terms(text)) == count
