"""The second look at what a model's guard let through knows numbers and names, and nothing of meaning."""

from __future__ import annotations

import pytest

from tools.second_look import strange, unsupported

ENGLISH = (
    "Keith Edelman said on 9 March the £350m stadium had not changed plans. Spurs (third) paid 1,200 in two parts."
)
JAPANESE = "大阪日日新聞によると、チリ北部の鉱山で8月5日(現地時間)発生した落盤事故で作業員33人が閉じ込められた。"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Keith Edelman said the £350m stadium had not changed plans.", ()),
        ("The stadium cost £350m, and Spurs paid 1200.", ()),
        ("Kei Edelman spoke.", ("Kei",)),
        ("The stadium cost £50m.", ("50",)),
        ("Spurs paid in three parts.", ("three",)),
        ("He said so, on 9 April.", ("April",)),
        ("Wenger agreed.", ("Wenger",)),
    ],
)
def test_an_english_number_or_name_must_stand_in_the_support(text: str, found: tuple[str, ...]) -> None:
    assert strange(text, ENGLISH, "en") == found


def test_an_apostrophe_is_one_however_it_is_drawn() -> None:
    assert strange("It left Wenger’s plans alone.", "It had no effect on Wenger's plans.", "en") == ()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("チリ北部の鉱山で8月5日発生した落盤事故。", ()),
        ("8月6日、チリ北部の鉱山で落盤事故が起きた。", ("6",)),
        ("ペルー北部の鉱山で落盤事故が起きた。", ("ペルー",)),
        ("大阪新聞によると、鉱山で事故が起きた。", ("阪新",)),
    ],
)
def test_a_japanese_word_must_stand_in_the_support(text: str, found: tuple[str, ...]) -> None:
    assert strange(text, JAPANESE, "ja") == found


def test_what_stands_there_is_supported_and_what_denies_it_is_not() -> None:
    assert unsupported("Keith Edelman said on 9 March the £350m stadium had not changed plans.", ENGLISH, "en") == ""
    assert unsupported("Keith Edelman spoke.", "", "en") == "no support"
    assert unsupported("チリ北部の鉱山で8月5日発生した落盤事故で作業員33人が閉じ込められた。", JAPANESE, "ja") == ""
    assert unsupported("Keith Edelman said the £350m stadium had changed plans.", ENGLISH, "en").startswith("guard: ")
