"""Any message becomes blocks Slack takes, in which nothing a feed says is markup, and a text that says the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_rules import Refusal, check_blocks, refused_message, units

from bot.slack_blocks import LIMITS, blocks_of, button_id, cost, fits, text_of, verb_of
from bot.slack_reply import payload_of
from bot.slack_text import clean, cut, pieces, slack_url, unlinked, weight
from digests.message import Action, Block, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span


def message(*blocks: Block, **more: Any) -> Message:
    return Message(title="朝刊", parts=(Part(blocks=blocks),), **more)


def paragraph(text: str, **more: Any) -> Paragraph:
    return Paragraph(spans=(Span(text=text, **more),))


def leaves(value: object) -> list[str]:
    if isinstance(value, list):
        return [text for item in value for text in leaves(item)]
    if isinstance(value, dict):
        return [text for key, item in value.items() if key != "type" for text in leaves(item)]
    return [value] if isinstance(value, str) else []


def printed(blocks: list[dict[str, Any]]) -> str:
    return "".join(leaves(blocks))


# --- the look --------------------------------------------------------------------------------------------------------


def test_a_section_is_one_rich_text_block() -> None:
    found = blocks_of(
        message(
            Heading(text="レアアース資源の戦略的重要性", level=2),
            Paragraph(spans=(Span(text="これは"), Span(text="太字", bold=True), Span(text="です。"))),
            Bullets(items=((Span(text="媒体", url="https://example.com/a"),),)),
            paragraph("結び。"),
        )
    )
    assert found == [
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": "レアアース資源の戦略的重要性", "style": {"bold": True}},
                        {"type": "text", "text": "\n"},
                        {"type": "text", "text": "これは"},
                        {"type": "text", "text": "太字", "style": {"bold": True}},
                        {"type": "text", "text": "です。"},
                    ],
                },
                {
                    "type": "rich_text_list",
                    "style": "bullet",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [{"type": "link", "url": "https://example.com/a", "text": "媒体"}],
                        }
                    ],
                },
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "結び。"}]},
            ],
        }
    ]


def test_a_top_heading_is_a_header_and_a_long_one_is_printed_whole() -> None:
    long = "見出し" * 60
    assert [
        {"type": "header", "text": {"type": "plain_text", "text": "朝刊", "emoji": False}},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": long, "style": {"bold": True}}],
                }
            ],
        },
    ] == blocks_of(message(Heading(text=" 朝刊\n", level=1), Heading(text=long, level=1)))


def test_small_print_is_a_context_block_with_escaped_links() -> None:
    spans = (Span(text="(1) "), Span(text="A & <B>", url="https://example.com/?a=1&b=|"), Span(text=" – 媒体"))
    assert blocks_of(message(Divider(), Small(spans=spans))) == [
        {"type": "divider"},
        {
            "type": "context",
            "elements": [
                {"type": "plain_text", "text": "(1)", "emoji": False},
                {
                    "type": "mrkdwn",
                    "text": "<https://example.com/?a=1&amp;b=%7C|A &amp; &lt;B&gt;>",
                    "verbatim": True,
                },
                {"type": "plain_text", "text": "– 媒体", "emoji": False},
            ],
        },
    ]


@pytest.mark.parametrize("label", ["*bold*", "snake_case_name", "a|b", "`code`", "~gone~", ":smile:"])
def test_small_print_whose_link_would_be_formatted_is_set_as_rich_text(label: str) -> None:
    (block,) = blocks_of(message(Small(spans=(Span(text=label, url="https://example.com/"),))))
    assert block["elements"][0]["elements"] == [{"type": "link", "url": "https://example.com/", "text": label}]


def test_buttons_carry_verb_and_value_or_open_a_page() -> None:
    actions = (
        Action(label="続きを読む", verb="more", value="abc", primary=True),
        Action(label="原文", url="https://example.com/記事"),
        Action(label="", verb="more"),
        Action(label="行き先なし", url="javascript:alert(1)"),
    )
    plain = {"type": "plain_text", "emoji": False}
    assert blocks_of(message(paragraph("x"), actions=actions))[-1] == {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "chokan:more:0",
                "text": {**plain, "text": "続きを読む"},
                "value": "abc",
                "style": "primary",
            },
            {
                "type": "button",
                "action_id": "chokan::1",
                "text": {**plain, "text": "原文"},
                "url": "https://example.com/%E8%A8%98%E4%BA%8B",
            },
        ],
    }


def test_a_verb_comes_back_from_its_button() -> None:
    assert [verb_of(button_id(verb, 3)) for verb in ("more", "", "a:b")] == ["more", None, "a:b"]
    assert verb_of("other:more:1") is None


def test_a_message_without_content_still_says_its_title() -> None:
    empty = Message(title="朝刊", parts=())
    assert (printed(blocks_of(empty)), text_of(empty)) == ("朝刊", "朝刊")


# --- harmlessness ----------------------------------------------------------------------------------------------------


def test_the_fallback_text_says_the_same_with_nothing_live() -> None:
    said = text_of(
        message(
            Heading(text="見出し", level=1),
            paragraph("<!everyone> & <@U1> see https://evil.example/x or evil.example, mail a@b.example"),
            Bullets(items=((Span(text="一"),), (Span(text="二"),)), ordered=True),
            Divider(),
            Small(spans=(Span(text="(1) "), Span(text="題名", url="https://example.com/"))),
        )
    )
    join = "\u2060"
    assert said == (
        "見出し\n&lt;!everyone&gt; &amp; &lt;@\u2060U1&gt; see "
        f"https:{join}//evil.{join}example/x or evil.{join}example, mail a@{join}b.{join}example\n"
        "1. 一\n2. 二\n(1) 題名"
    )


def test_numbers_and_sentences_are_not_taken_for_addresses() -> None:
    assert [unlinked(text) for text in ("3.5 %", "End. Next", "…", "12:30")] == ["3.5 %", "End. Next", "…", "12:30"]


def test_hidden_and_reordering_characters_are_gone_and_right_to_left_text_is_set_apart() -> None:
    (block,) = blocks_of(message(paragraph("a\u202eb\u200bc\x00d שלום\u2067")))
    assert printed([block]) == "\u2068abcd שלום\u2069"


def test_joiners_stay_where_they_make_a_character() -> None:
    assert [clean(text) for text in ("👨\u200d👩", "می\u200cشود", "a\u200db", "葛\U000e0100")] == [
        "👨\u200d👩",
        "می\u200cشود",
        "ab",
        "葛\U000e0100",
    ]


def test_only_web_addresses_are_addresses() -> None:
    asked = (
        "https://例え.jp/道?q=a b",
        "ftp://a/",
        "javascript:x",
        "https://",
        "http://[::1",
        "https://a/\u202e",
        None,
    )
    assert [slack_url(url) for url in asked] == ["https://xn--r8jz45g.jp/%E9%81%93?q=a%20b", *[None] * 6]


def test_a_message_is_sent_with_nothing_that_unfurls_or_pings() -> None:
    body = payload_of(message(paragraph("x")))
    switches = ("mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media")
    assert [body[name] for name in switches] == [False, "none", False, False, False]


# --- size ------------------------------------------------------------------------------------------------------------


def test_a_part_over_the_limit_is_cut_after_a_sentence() -> None:
    long = message(paragraph("この文は一つの文です。" * 2000))
    (block,) = blocks_of(long)
    whole = printed([block])
    assert (whole.endswith("です。…"), len(whole) > LIMITS.characters * 0.9, fits(long)) == (True, True, False)
    refused_message(payload_of(long))


def test_too_many_blocks_end_with_an_ellipsis() -> None:
    found = blocks_of(message(*[Divider()] * 100))
    assert (len(found), printed(found[-1:])) == (LIMITS.blocks, "…")


def test_a_message_at_its_limits_is_left_alone() -> None:
    parts = tuple(Part(blocks=(Heading(text=f"{n}", level=1), paragraph("あ" * 398))) for n in range(22))
    full = Message(title="x", parts=parts)
    assert (fits(full), len(blocks_of(full))) == (True, 44)


def test_cost_counts_texts_addresses_and_blocks() -> None:
    part = Part(blocks=(Heading(text="題", level=1), paragraph("a&b", url="https://example.com/")))
    assert cost(part) == (1 + 7 + 20, 2)


def test_a_cut_never_parts_a_character_from_its_marks() -> None:
    assert [cut("がか\u3099き", 3), cut("abc👨\u200d👩", 7)] == ["が…", "abc…"]


# --- whatever comes --------------------------------------------------------------------------------------------------

nasty = st.sampled_from(
    [
        "<!everyone>",
        "&amp;",
        "@channel",
        "*a*",
        "\u202e",
        "\u200d",
        "\ud800",
        "\x00",
        "。",
        "שלום",
        "👨\u200d👩",
        "http://a.b",
    ]
)
texts = st.one_of(
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),
    st.lists(st.one_of(nasty, st.text(max_size=5)), max_size=12).map("".join),
    st.builds(
        lambda unit, times: unit * times,
        st.sampled_from(["あ", "&", "<a>", "a. ", "😀", "か\u3099", "\n", "אב "]),
        st.sampled_from([3, 160, 5000]),
    ),
)
urls = st.one_of(st.none(), st.sampled_from(["https://example.com/a?b=1&c=<>|", "https://a.b/" + "あ" * 400]), texts)
spans = st.builds(Span, text=texts, url=urls, bold=st.booleans(), italic=st.booleans())
runs = st.lists(spans, max_size=13).map(tuple)
blocks = st.one_of(
    st.builds(Heading, text=texts, level=st.sampled_from([1, 2, 3])),
    st.builds(Paragraph, spans=runs),
    st.builds(Small, spans=runs),
    st.builds(Bullets, items=st.lists(runs, max_size=5).map(tuple), ordered=st.booleans()),
    st.just(Divider()),
)
actions = st.builds(Action, label=texts, verb=texts, value=texts, url=urls, primary=st.booleans())
messages = st.builds(
    Message,
    title=texts,
    parts=st.lists(st.builds(Part, blocks=st.lists(blocks, max_size=8).map(tuple)), max_size=8).map(tuple),
    actions=st.lists(actions, max_size=30).map(tuple),
)


@given(messages)
@settings(max_examples=60, deadline=None)
def test_any_message_is_taken_by_slack(anything: Message) -> None:
    body = payload_of(anything)
    refused_message(json.loads(json.dumps(body)))
    assert 1 <= units(body["text"]) <= 4000
    assert "<" not in body["text"]
    assert not set("\u202e\u200b\x00") & set(printed(body["blocks"]))


@given(messages)
@settings(max_examples=25, deadline=None)
def test_costs_add_up_to_what_is_sent(anything: Message) -> None:
    costs = [cost(part) for part in anything.parts]
    whole = sum(characters for characters, _ in costs) <= LIMITS.characters
    few = sum(count for _, count in costs) <= LIMITS.blocks
    assert fits(anything) == (whole and few)


@given(texts, st.integers(5, 300))
def test_pieces_lose_nothing_and_a_cut_keeps_its_room(text: str, room: int) -> None:
    parts = pieces(text, room)
    assert "".join(parts) == text
    assert all(weight(part) <= room for part in parts)
    assert weight(cut(text, room)) <= room


# --- the checker itself can say no -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "block",
    [
        {"type": "video"},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<!everyone>"}},
        {"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11},
        {"type": "actions", "elements": []},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "x" * 76}}]},
        {"type": "rich_text", "elements": [{"type": "text", "text": "x"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": ""}]}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "star", "elements": []}]},
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "broadcast", "range": "channel"}]}],
        },
    ],
)
def test_the_stand_refuses_what_slack_refuses(block: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="invalid_blocks"):
        check_blocks([block])


def test_the_stand_refuses_too_much() -> None:
    with pytest.raises(Refusal, match="invalid_blocks"):
        check_blocks([{"type": "divider"}] * 51)
    long = {"type": "section", "text": {"type": "plain_text", "text": "x" * 2900}}
    with pytest.raises(Refusal, match="msg_blocks_too_long"):
        check_blocks([long] * 4)
    with pytest.raises(Refusal, match="msg_too_long"):
        refused_message({"text": "x" * 40_001})
