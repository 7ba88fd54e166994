"""Editions and digests as neutral messages: the parts in order, split at joints, nothing lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from builders import CATALOGS, NOW, article, digest, hit, subscription
from hypothesis import given
from hypothesis import strategies as st

from digests.edition import edition_of, slot_now
from digests.layout import digest_message, edition_sheets, gist, hits_message, overview, pack
from digests.message import Heading, Message, Paragraph, Part, Span
from digests.model import Subscription
from digests.ports import Limits
from digests.printed import plain
from digests.store import Hit

WIDE = Limits(characters=100_000, blocks=1000)
JA, EN = CATALOGS.of("ja"), CATALOGS.of("en")


def cost(part: Part) -> tuple[int, int]:
    return (sum(len(str(block)) for block in part.blocks), len(part.blocks))


def sheets(hits: list[Hit], order: Subscription) -> list[tuple[str, bool]]:
    edition = edition_of(order, slot_now(order, NOW), hits, NOW)
    return [(s.message.title, s.in_thread) for s in edition_sheets(edition, hits, order, CATALOGS, WIDE, cost)]


def test_the_thread_layout_puts_digests_under_the_overview() -> None:
    assert sheets([hit(1), hit(2)], subscription(layout="thread")) == [
        ("朝刊  2026年2月14日（土）", False),
        ("見出し1", True),
        ("見出し2", True),
    ]


def test_the_inline_layout_puts_everything_in_the_channel() -> None:
    assert [in_thread for _, in_thread in sheets([hit(1)], subscription(layout="inline"))] == [False, False]


def test_the_overview_layout_is_the_overview_alone() -> None:
    assert len(sheets([hit(1), hit(2)], subscription(layout="overview"))) == 1


def test_digests_beyond_the_limit_are_headlines_only() -> None:
    order = subscription(limit=1)
    edition = edition_of(order, slot_now(order, NOW), [hit(1), hit(2)], NOW)
    made = edition_sheets(edition, [hit(1), hit(2)], order, CATALOGS, WIDE, cost)
    assert [s.message.title for s in made] == ["朝刊  2026年2月14日（土）", "見出し1"]
    assert "見出し2" in plain(made[0].message)


def test_the_overview_has_a_line_an_article_and_says_when_it_ends() -> None:
    order = subscription()
    said = plain(overview(edition_of(order, slot_now(order, NOW), [hit(1), hit(2)], NOW), [hit(1), hit(2)], JA))
    assert said.splitlines() == [
        "朝刊  2026年2月14日（土）",
        "記事 2本",
        "1  見出し1 <https://news.example.jp/1>",
        "developmentの一文1。",
        "2  見出し2 <https://news.example.jp/2>",
        "developmentの一文2。",
        "本日の更新はここまで。",
    ]


def test_an_empty_morning_says_so_in_one_line() -> None:
    order = subscription()
    said = plain(overview(edition_of(order, slot_now(order, NOW), [], NOW), [], JA))
    assert said.splitlines() == ["朝刊  2026年2月14日（土）", "今朝の新しい記事はありません。"]


def test_a_digest_has_four_sections_in_order_then_the_conclusion() -> None:
    message = digest_message(digest(), JA)
    headings = [b.text for part in message.parts for b in part.blocks if isinstance(b, Heading)]
    assert headings == [
        "見出し1",
        "1. 話題のdevelopment",
        "2. 話題のstakes",
        "3. 話題のdynamics",
        "4. 話題のoutlook",
        "結論",
    ]


def test_an_answer_has_a_button_for_each_article() -> None:
    message = hits_message("検索", [hit(1), hit(2)], JA)
    assert [(a.verb, a.value) for a in message.actions] == [("open", "a1"), ("open", "a2")]


def test_a_long_gist_is_cut_at_its_own_comma() -> None:
    sentence = "あ" * 90 + "、" + "い" * 60 + "。"
    assert gist(sentence) == "あ" * 90 + "…"


def test_a_gist_without_a_late_comma_ends_behind_a_word_that_says_something() -> None:
    sentence = "The council voted, " + "long " * 34 + "into the night of a day that nobody there will forget."
    assert gist(sentence) == "The council voted, " + ("long " * 34).rstrip() + "…"


def test_a_sentence_of_two_lines_is_told_whole() -> None:
    assert gist("word " * 37 + "end.") == "word " * 37 + "end."


@given(st.lists(st.integers(1, 60), max_size=40), st.integers(10, 80), st.integers(1, 6))
def test_packing_keeps_every_part_in_order_and_within_limits(sizes: list[int], characters: int, blocks: int) -> None:
    parts = tuple(Part(blocks=(Paragraph(spans=(Span(text="x" * size),)),)) for size in sizes)

    def length(part: Part) -> tuple[int, int]:
        return (sum(len(s.text) for b in part.blocks if isinstance(b, Paragraph) for s in b.spans), 1)

    pages = pack(Message(title="t", parts=parts), Limits(characters=characters, blocks=blocks), length)
    assert tuple(part for page in pages for part in page.parts) == parts
    for page in pages:
        total = sum(length(part)[0] for part in page.parts)
        assert len(page.parts) == 1 or (total <= characters and len(page.parts) <= blocks) or not page.parts


def test_a_story_lists_its_sites_and_what_it_follows() -> None:
    other = article(5, publisher="別報", url="https://other.example/5")
    earlier = article(4, title="前日の記事", published=NOW - timedelta(days=1))
    order, story = subscription(), replace(hit(1), others=(other,), follows=earlier)
    said = plain(overview(edition_of(order, slot_now(order, NOW), [story], NOW), [story], JA))
    assert "2媒体が報道: · 別報 <https://other.example/5>" in said
    assert "続報 2月12日: 前日の記事 <https://news.example.jp/4>" in said
