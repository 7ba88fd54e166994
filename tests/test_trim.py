"""What is cut from a sentence, and that what is left stands in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.readable import squeezed
from digests.trim import MOST_PIECES, in_pieces, trimmed


@pytest.mark.parametrize(
    ("text", "language", "printed"),
    [
        ("しかし、政府は計画を撤回した。", "ja", "政府は計画を撤回した。"),
        ("また青空市の議会は条例案を可決した。", "ja", "青空市の議会は条例案を可決した。"),
        ("ただ工事の費用はまだ決まっていない。", "ja", "工事の費用はまだ決まっていない。"),
        ("ただ一人の反対者は市長だった。", "ja", "ただ一人の反対者は市長だった。"),
        ("さらに、これは長く続いてきた慣行でもある。", "ja", "さらに、これは長く続いてきた慣行でもある。"),
        ("青空市は橋（昨年の調べ）を直した。", "ja", "青空市は橋を直した。"),
        ("青空市は橋の工事を始めた（青空新聞による）。", "ja", "青空市は橋の工事を始めた。"),
        ("【東京共同】政府は新しい基準を決めた。", "ja", "政府は新しい基準を決めた。"),
        ("However, Mayor Gray signed the plan on Monday.", "en", "Mayor Gray signed the plan on Monday."),
        ("However, the bank raised its rates on Monday.", "en", "However, the bank raised its rates on Monday."),
        ("But He never came back to the office again.", "en", "But He never came back to the office again."),
        ("LONDON (Reuters) - The bank raised its rates.", "en", "The bank raised its rates."),
        ("Acme (ACME.N) raised its forecast on Monday.", "en", "Acme raised its forecast on Monday."),
        ("THE SHOW GOES ON Not even rain stopped the fair.", "en", "Not even rain stopped the fair."),
        ('He said: "The bridge will open in May.', "en", 'He said: "The bridge will open in May."'),
    ],
)
def test_cuts_what_no_reader_misses(text: str, language: str, printed: str) -> None:
    assert printed == trimmed(text, 0, language).text


def test_media_credited_behind_a_connective_go_with_it() -> None:
    assert trimmed("また、青波新聞によると、市長は3日に辞任した。", 0, "ja").text == "市長は3日に辞任した。"


def test_offsets_point_into_the_article() -> None:
    article = "前の文。 しかし、政府は計画を撤回した。"
    cut = trimmed(article[5:], 5, "ja")
    assert cut.text == article[cut.start : cut.end]


def test_counts_the_pieces_a_text_stands_in() -> None:
    source = "The bank, founded in 1900, raised its rates (again) on Monday."
    assert in_pieces("The bank raised its rates on Monday.", source) == 3
    assert in_pieces("The bank lowered its rates.", source) == 99
    assert in_pieces(source, source) == 1


@given(st.text(max_size=200), st.sampled_from(["ja", "en", "fr", "zh", "ar", "xx"]), st.integers(0, 50))
def test_whatever_is_printed_stands_in_its_support(text: str, language: str, start: int) -> None:
    article = "x" * start + text
    cut = trimmed(text, start, language)
    assert start <= cut.start <= cut.end <= len(article)
    assert (
        not squeezed(cut.text)
        or in_pieces(cut.text, article[cut.start : cut.end]) <= MOST_PIECES
        or (len(squeezed(cut.text)) < 3)
    )
