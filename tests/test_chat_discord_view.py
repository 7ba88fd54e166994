"""Every neutral message becomes a view that Discord accepts, and costs what it is said to cost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from discord_samples import DIGEST, discords_rules, said, text
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.discord_view import LIMITS, cost, mark_of, pages, text_of, view_of
from digests.message import Action, Block, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span

WORDS = st.one_of(st.text(max_size=30), st.sampled_from(["# 見出し", "**太字", "[x](y)", "- a\n1. b", "@everyone", ""]))
LONG = st.builds(lambda word, times: word * times, WORDS, st.integers(1, 300))
URLS = st.one_of(st.none(), st.just("https://example.jp/a_(b)"), st.text(max_size=20))
SPANS = st.builds(lambda t, u, b, i: Span(text=t, url=u, bold=b, italic=i), LONG, URLS, st.booleans(), st.booleans())
LINES = st.lists(SPANS, max_size=4).map(tuple)
BLOCKS: st.SearchStrategy[Block] = st.one_of(
    st.builds(lambda t, n: Heading(text=t, level=n), LONG, st.sampled_from([1, 2, 3])),
    st.builds(lambda s: Paragraph(spans=s), LINES),
    st.builds(lambda s: Small(spans=s), LINES),
    st.builds(lambda i, o: Bullets(items=tuple(i), ordered=o), st.lists(LINES, max_size=5), st.booleans()),
    st.just(Divider()),
)
ACTIONS = st.builds(lambda a, b, c, u: Action(label=a, verb=b, value=c, url=u), LONG, WORDS, LONG, URLS)
MESSAGES = st.builds(
    lambda title, parts, actions: Message(
        title=title, parts=tuple(Part(blocks=tuple(p)) for p in parts), actions=tuple(actions)
    ),
    WORDS,
    st.lists(st.lists(BLOCKS, max_size=5), max_size=8),
    st.lists(ACTIONS, max_size=7),
)


def walked(components: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [c for top in components for c in (top, *walked(top.get("components", [])))]


def drawn(view: Any) -> list[dict[str, Any]]:
    components: list[dict[str, Any]] = view.to_components()
    return components


@settings(max_examples=150, deadline=None)
@given(MESSAGES)
def test_any_message_makes_a_view_within_discords_limits(message: Message) -> None:
    components = drawn(view_of(message, key="k"))
    flat = walked(components)
    texts = [c["content"] for c in flat if c["type"] == 10]
    assert 1 <= len(flat) <= 40
    assert all(texts)
    assert sum(map(len, texts)) <= 4000
    ids = [c["custom_id"] for c in flat if "custom_id" in c]
    assert len(set(ids)) == len(ids)
    rules = discords_rules()
    body = {"components": components, "flags": 1 << 15, "nonce": "k", "enforce_nonce": True}
    assert (rules("MessageCreateRequest", body) if rules else []) == []


@settings(max_examples=100, deadline=None)
@given(MESSAGES)
def test_the_cost_of_a_message_is_the_sum_of_its_parts(message: Message) -> None:
    costs = [cost(part) for part in message.parts]
    characters, blocks = sum(c for c, _ in costs), sum(b for _, b in costs)
    if characters > LIMITS.characters or blocks > LIMITS.blocks or not blocks:
        return
    flat = [c for c in walked(drawn(view_of(message))) if c["type"] in (10, 14)]
    assert blocks == len(flat)
    total = sum(len(c.get("content", "").encode("utf-16-le")) // 2 for c in flat)
    assert characters == total


@settings(max_examples=60, deadline=None)
@given(MESSAGES)
def test_pages_keep_every_part_in_order_and_the_buttons_for_the_last(message: Message) -> None:
    cut = pages(message)
    assert message.parts == tuple(part for page in cut for part in page.parts)
    assert message.actions == cut[-1].actions
    assert all(not page.actions for page in cut[:-1])
    for page in cut:
        whole = sum(cost(part)[0] for part in page.parts) <= LIMITS.characters
        assert whole or len(page.parts) == 1


def test_a_digest_in_japanese_reads_as_it_should() -> None:
    expected = """# レアアースをめぐる交渉が始まる
両国は停戦に向けた交渉を始めた。
## 1. 交渉開始とその意義
首脳は電話で会談した。[(1)](https://example.jp/a_%28b%29)
-# (1) [会談の記録](https://example.jp/c) – 通信
## 3. 内外の駆け引き
- **資源:** 価格が上がる。
- **同盟:** 支持が減る。"""
    # A number at the start of a heading is held back from being a list.
    assert expected == text_of(view_of(DIGEST)).replace("\\", "")
    types = [c["type"] for c in walked(drawn(view_of(DIGEST)))]
    assert types == [10, 10, 14, 10, 1, 2, 2]


def test_buttons_carry_their_verb_and_value_and_links_their_address() -> None:
    row = drawn(view_of(DIGEST))[-1]["components"]
    assert [(b["label"], b.get("custom_id"), b.get("url")) for b in row] == [
        ("続きを読む", "more:d41d8cd9", None),
        ("原文", None, "https://example.jp/news?id=1"),
    ]


def test_a_button_that_discord_would_refuse_is_left_out() -> None:
    actions = (
        Action(label="too long", verb="more", value="x" * 100),
        Action(label="\u200b", verb="more", value="1"),
        Action(label="bad address", url="javascript:1"),
        Action(label="long address", url="https://example.jp/" + "a" * 600),
        Action(label="twice", verb="more", value="1"),
        Action(label="twice", verb="more", value="1"),
    )
    message = Message(title="t", parts=(Part(blocks=(text("x"),)),), actions=actions)
    row = drawn(view_of(message))[-1]["components"]
    assert [(b["label"], b["custom_id"]) for b in row] == [("twice", "more:1")]


def test_a_part_too_long_for_any_message_is_cut_at_a_sentence_end() -> None:
    drawn = text_of(view_of(said("これは長い文です。" * 1000)))
    assert drawn.endswith("です。…")
    assert 3500 < len(drawn) <= LIMITS.characters


def test_a_part_without_a_sentence_end_is_cut_where_it_must_be() -> None:
    drawn = text_of(view_of(said("字" * 10_000)))
    assert LIMITS.characters - 1 == len(drawn)
    assert drawn.endswith("…")


def test_too_long_a_list_is_cut_between_its_items() -> None:
    items = tuple((Span(text=f"項目{n} " + "あ" * 50),) for n in range(200))
    drawn = text_of(view_of(Message(title="", parts=(Part(blocks=(Bullets(items=items),)),))))
    assert drawn.endswith("\n- …")
    assert re.fullmatch(r"- 項目\d+ あ{50}", drawn.split("\n")[-2])


@pytest.mark.parametrize("message", [said(""), said("\u200b"), Message(title="", parts=())])
def test_a_message_without_text_is_still_one_discord_takes(message: Message) -> None:
    assert text_of(view_of(message)) in ("朝刊", "…")


def test_neighbouring_emphasis_does_not_run_together() -> None:
    spans = (Span(text="a", bold=True), Span(text="b", italic=True), Span(text="c", italic=True))
    view = view_of(Message(title="", parts=(Part(blocks=(Paragraph(spans=spans),)),)))
    assert text_of(view) == "**a**\u200b*bc*"


def test_the_key_marks_the_first_component_and_no_two_keys_mark_alike() -> None:
    assert mark_of("k1") == drawn(view_of(DIGEST, key="k1"))[0]["id"]
    assert len({mark_of(f"key{n}") for n in range(500)}) == 500
    assert all(1 << 30 <= mark_of(f"key{n}") < 1 << 31 for n in range(500))
