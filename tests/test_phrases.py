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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The harbour felt the pressure on fish prices for years.", "pressure on fish prices"),
        ("A rise in bus fares would follow.", "rise in bus fares"),
        ("Northfield's debts grew.", "Northfield's debts"),
        ("The council's debts grew with its current account deficit.", "current account deficit"),
        ("Stem cell research goes on.", "Stem cell research"),
    ],
)
def test_prepositions_and_owners_tie_what_belongs_together(text: str, wanted: str) -> None:
    assert wanted in found(text, "en")


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("Union resistance to the plan grew.", "Union resistance to the plan"),
        ("The choir sang pop music and movie songs.", "pop music"),
        ("Ferries from the Northfield and Shiomi Harbour piers are full.", "Shiomi Harbour piers"),
        ("Critics claim that the fares are too high.", "Critics claim"),
        ("The fares must rise, the firm claims.", "firm claims"),
        ("When people talk of it, they laugh.", "people talk"),
        ("This country plans to build a dam.", "country plans"),
        ("Heavy rain triggers floods, disrupts traffic.", "disrupts traffic"),
        ("A huge protest march followed.", "huge protest march"),
        ("It was before the Six Rivers clash.", "Rivers clash"),
        ("It was a breach of human rights ruling.", "breach of human rights"),
        ("They saw the fall of former mayor Ann Arbour.", "fall of former mayor Ann Arbour"),
        ("The port wants to hasten and increase investment.", "increase investment"),
        ("The port has successfully cut costs.", "cut costs"),
        ("The port made a separate announcement.", "separate announcement"),
    ],
)
def test_no_phrase_is_half_of_another_or_holds_a_verb_or_an_empty_adjective(text: str, half: str) -> None:
    assert half not in found(text, "en")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("市への批判が強まった。", "市への批判"),
        ("漁協との交渉が続く。", "漁協との交渉"),
        ("港の使用をめぐる対立だ。", "使用をめぐる対立"),
    ],
)
def test_japanese_phrases_say_against_whom_and_about_what(text: str, wanted: str) -> None:
    assert wanted in found(text, "ja")


@pytest.mark.parametrize(
    ("text", "half"),
    [
        ("2年連続総合優勝を遂げた。", "連続総合優勝"),
        ("約14 kgの荷物が届いた。", "kgの荷物"),
        ("前社長の所有する株式を買った。", "前社長の所有"),
        ("『青い海の旅』の作者が来た。", "海の旅"),
        ("同園の園長が話した。", "同園の園長"),
        ("ローズ・クリシナが走った。", "クリシナ"),
    ],
)
def test_no_japanese_phrase_is_half_of_another_or_points_back(text: str, half: str) -> None:
    assert half not in found(text, "ja")


@pytest.mark.parametrize(
    ("text", "language", "forces"),
    [
        ("A driver shortage worried the football supporters.", "en", {"driver shortage"}),
        ("資金不足が漁協の組合長を悩ませた。", "ja", {"資金不足"}),
    ],
)
def test_who_takes_part_is_no_force(text: str, language: str, forces: set[str]) -> None:
    assert {p.text for p in phrases(text, language) if p.force and not p.simple} == forces
