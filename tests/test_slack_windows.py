"""Any message makes a window Slack takes, and what a screen reader says is what the blocks show."""

from __future__ import annotations

import html
import json
from typing import Any

from builders import CATALOGS
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_view_rules import refused_options, refused_view
from test_slack_blocks import messages, texts

from bot.admin_forms import order_form
from bot.commands import Suggestion
from bot.slack_blocks import blocks_of, fits, text_of
from bot.slack_forms import home_of, options_of, search_window, view_of, window_of
from digests.message import Heading, Message, Paragraph, Part
from digests.model import Destination, Subscription

ORDER = Subscription(id="morning", destination=Destination(platform="slack", channel="C1"))
JA = CATALOGS.of("ja")


def round_trip(view: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(view))
    return found


@given(st.lists(messages, min_size=1, max_size=3), texts)
@settings(max_examples=15, deadline=None)
def test_any_messages_make_windows_slack_takes(shown: list[Message], title: str) -> None:
    for view in (home_of(shown), window_of(shown, title, {}), search_window(shown, JA, {"response_url": "https://x"})):
        refused_view(round_trip(view))
    form = order_form("admin-subscribe", "https://news.example.jp/", ORDER, JA, tuple(shown))
    refused_view(round_trip(view_of(form, {})))


@given(st.lists(st.builds(Suggestion, label=texts, value=texts), max_size=120))
@settings(max_examples=15, deadline=None)
def test_any_suggestions_make_options_slack_takes(found: list[Suggestion]) -> None:
    refused_options(round_trip({"options": options_of(found)}))


def spoken(blocks: list[dict[str, Any]]) -> list[str]:
    """What the blocks say, run by run, without buttons and addresses."""
    runs: list[str] = []
    for block in blocks:
        if block["type"] == "header":
            runs.append(block["text"]["text"])
        elif block["type"] == "context":
            runs += [_label(element) for element in block["elements"]]
        elif block["type"] == "rich_text":
            runs += [run["text"] for run in _runs(block)]
    return runs


def _label(element: dict[str, Any]) -> str:
    text = str(element["text"])
    return html.unescape(text.partition("|")[2].rstrip(">")) if element["type"] == "mrkdwn" else text


def _runs(block: dict[str, Any]) -> list[dict[str, Any]]:
    inner = [run for element in block.get("elements", ()) for run in _runs(element)]
    return inner or ([block] if "text" in block else [])


def bare(text: str) -> str:
    return "".join(char for char in text if not char.isspace() and char not in "\u2060\u2068\u2069")


@given(messages)
@settings(max_examples=25, deadline=None)
def test_the_fallback_text_says_all_that_the_blocks_say_in_their_order(anything: Message) -> None:
    text = html.unescape(text_of(anything))
    if not fits(anything) or text.endswith("…"):
        return
    said, at = bare(text), 0
    for run in map(bare, spoken(blocks_of(anything))):
        at = said.find(run, at)
        assert at >= 0, run
        at += len(run)


def test_blocks_that_say_nothing_leave_the_title_to_be_read() -> None:
    nothing = Part(blocks=(Paragraph(spans=()), Heading(text="")))
    assert text_of(Message(title="News", parts=(nothing,))) == "News"
    assert text_of(Message(title="", parts=(nothing,))) == "…"


def test_headings_are_headings_and_right_to_left_titles_stand_apart() -> None:
    title = "خبر عاجل"
    heading = Message(title=title, parts=(Part(blocks=(Heading(text=title, level=1),)),))
    (block,) = blocks_of(heading)
    assert (block["type"], block["text"]["text"]) == ("header", f"\u2068{title}\u2069")
    (option,) = options_of([Suggestion(label=title, value="a1")])
    assert option["text"]["text"] == f"\u2068{title}\u2069"
    assert text_of(heading) == f"\u2068{title}\u2069"
