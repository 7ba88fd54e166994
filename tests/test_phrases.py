"""Noun phrases for headings and labels: words of the sentence, and words that name something."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.phrases import phrases


def found(text: str, language: str) -> set[str]:
    return {phrase.text for phrase in phrases(text, language)}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("島国の後継者は国民の不満を抑えられるか注目される。", {"国民の不満"}),
        ("第三次補正予算案が青空市議会で可決された。", {"青空市議会"}),
        ("新型インフルエンザの症状を16人が訴えた。", {"新型インフルエンザの症状"}),
    ],
)
def test_japanese_compounds_and_those_tied_by_no(text: str, wanted: set[str]) -> None:
    assert wanted <= found(text, "ja")


@pytest.mark.parametrize("text", ["2024年5月12日に3年ぶりの16人が、これとそれをした。", "それはことのためである。"])
def test_japanese_dates_counts_and_empty_nouns_are_no_phrases(text: str) -> None:
    assert set() == found(text, "ja")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Rising oil prices hit shares after a finance ministers' meeting.", {"oil prices"}),
        ("A wave of strikes led to the ouster of the chairman.", {"wave of strikes"}),
        ("The group's new chief executive faces union resistance.", {"union resistance"}),
    ],
)
def test_english_noun_runs(text: str, wanted: set[str]) -> None:
    assert wanted <= found(text, "en")


def test_english_verbs_adverbs_and_times_are_no_phrases() -> None:
    assert set() == found("They quickly announced it on Monday and said so again last year.", "en")


@given(st.text(max_size=300), st.sampled_from(["ja", "en", "zh", "fr", "ar", "th"]))
def test_a_phrase_stands_where_it_says(text: str, language: str) -> None:
    for phrase in phrases(text, language):
        assert phrase.text == text[phrase.start : phrase.end]
        assert 0 <= phrase.weight <= 1


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Members failed to report fraud and errors.", "report fraud"),
        ("Northwind employs 109,000 people.", "Northwind employs"),
        ("Analysts doubt that mining can begin soon.", "Analysts doubt"),
        ("The yard saw its profits fall 9% last year.", "profits fall"),
        ("Talks with international utilities operating in the north failed.", "international utilities operating"),
        ("The organs of the criminally insane were sold.", "criminally insane"),
        ("The bill would legalise euthanasia.", "legalise euthanasia"),
        ("It is part of Richard Roe 's North Group.", "s North Group"),
        ("A similar memorandum came to nothing.", "similar memorandum"),
        ("Stocks moved as Hurricane Flora approaches 3 states.", "Hurricane Flora approaches"),
        ("A quake that ravaged communities struck.", "ravaged communities"),
        ("She signed for her third and fourth novels.", "fourth novels"),
    ],
)
def test_verbs_adverbs_and_ordinals_are_no_part_of_an_english_phrase(text: str, phrase: str) -> None:
    assert phrase not in found(text, "en")


def test_what_a_headline_joins_by_a_hyphen_is_no_compound() -> None:
    assert not any("-" in phrase for phrase in found("元社員を逮捕-青波地検特捜部", "ja"))
