"""What a page shows of a source: whole words, the right span, nothing where there is nothing."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from store_samples import article, digest

from bot.web_views import CONTEXT, DigestView, digest_view
from digests.model import Support, Text

WORDS = "The harbour council met on Monday. Ferries will sail from April to the island. Fishermen asked for a hearing."


def shown(text: str, *support: Support) -> DigestView:
    made = replace(digest("a"), lead=(Text(text="x", support=support),), sections=(), conclusion=())
    return digest_view(made, article("a", text=text), {}, frozenset())


def test_a_source_stands_between_whole_words() -> None:
    start = WORDS.index("Ferries")
    ((source,),) = [said.sources for said in shown(WORDS, Support(start=start, end=start + 43)).lead]
    assert (source.before, source.span) == (
        "The harbour council met on Monday. ",
        "Ferries will sail from April to the island.",
    )
    assert source.after == " Fishermen asked for a hearing."


def test_a_cut_word_is_left_out() -> None:
    text = "x" * 30 + " word. " + "Sentence. " + "next" + "y" * 90
    start = text.index("Sentence")
    (said,) = shown(text, Support(start=start, end=start + 9)).lead
    assert (said.sources[0].before, said.sources[0].after) == ("x" * 30 + " word. ", "…")


def test_a_support_that_lies_outside_the_text_shows_nothing() -> None:
    for span in (
        Support(start=0, end=9_999),
        Support(start=5, end=5),
        Support(start=-3, end=2),
        Support(start=9, end=2),
    ):
        assert [said.sources for said in shown(WORDS, span).lead] == [()]


def test_a_digest_without_its_article_is_shown_without_sources() -> None:
    view = digest_view(digest("a"), None, {}, frozenset())
    assert [said.number for said in view.lead] == [0]
    assert view.supported == 6


@given(st.text(max_size=300), st.integers(0, 300), st.integers(0, 300))
def test_a_source_is_always_part_of_the_text(text: str, start: int, length: int) -> None:
    for said in shown(text, Support(start=start, end=start + length)).lead:
        for source in said.sources:
            assert source.span == text[start : start + length]
            assert source.before.removeprefix("…") in text
            assert source.after.removesuffix("…") in text
            assert max(len(source.before), len(source.after)) <= CONTEXT + 1
