"""Shortcuts, mentions, forms, sharing and the admin's words on Slack, with real slack-bolt over a real socket."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from slack_clerk import CATALOGS, Clerk, button, said
from slack_stand import SlackStand

from bot.commands import ADMIN_COMMANDS, Field, Form, Suggestion
from bot.slack_words import asked

KINDS = (Suggestion(label="誤り", value="w"), Suggestion(label="不明", value="u"))
COMPLAINT = Form(
    title="誤り・不明点",
    verb="wrong",
    value="a1",
    send="送信",
    fields=(Field(name="text", label="どこが", long=True), Field(name="kind", label="種類", choices=KINDS, value="u")),
)


async def test_the_links_of_a_message_are_digested_from_its_shortcut(slack: SlackStand, clerk: Clerk) -> None:
    await slack.use_shortcut("look <https://a.example/?x=1&amp;y=2|a.example> & <https://b.example/>")
    (answer,) = await slack.answered(1)
    (request,) = clerk.requests
    assert (request.command, request.locale) == ("link", "ja-JP")
    assert "https://a.example/?x=1&y=2" in request.options["text"]
    assert answer.body["response_type"] == "ephemeral"


@pytest.mark.parametrize(
    ("text", "command", "options"),
    [
        ("<@UBOT> <https://a.example/x>", "article", {"url": "https://a.example/x"}),
        ("<@UBOT> レアアース 停戦", "search", {"words": "レアアース 停戦"}),
        ("<@UBOT>", "help", {}),
        ("<@UBOT> date 昨日", "date", {"day": "昨日"}),
    ],
)
async def test_a_mention_in_a_thread_is_answered_there_to_who_asked(
    slack: SlackStand, clerk: Clerk, text: str, command: str, options: dict[str, str]
) -> None:
    event = {"type": "app_mention", "user": "U1", "text": text, "channel": "C1", "ts": "2.0", "thread_ts": "1.0"}
    for _ in range(3):
        await slack.send_event(event, event_id="Ev1")
    await slack.until(lambda: bool(slack.whispers))
    (whisper,) = slack.whispers
    assert (whisper["channel"], whisper["user"], whisper["thread_ts"]) == ("C1", "U1", "1.0")
    assert [(r.command, dict(r.options)) for r in clerk.requests] == [(command, options)]


async def test_a_mention_is_acknowledged_while_the_answer_is_made(slack: SlackStand, clerk: Clerk) -> None:
    clerk.free = asyncio.Event()
    event = {"type": "app_mention", "user": "U1", "text": "<@UBOT> x", "channel": "C1", "ts": "2.0"}
    for _ in range(10):
        await slack.ack_of(await slack.send_event(event))
    assert slack.whispers == []
    clerk.free.set()
    await slack.until(lambda: len(slack.whispers) == 10)


async def test_a_form_is_opened_sent_and_answered_privately(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    (first,) = await slack.answered(1)
    clerk.opens = COMPLAINT
    await slack.press(button(first.body, 0))
    await slack.until(lambda: bool(slack.views))
    fields: dict[str, Any] = {
        "text": {"type": "plain_text_input", "value": "数字が違う"},
        "kind": {"type": "static_select", "selected_option": {"value": "w"}},
    }
    await slack.send_form(slack.views[0], fields)
    answers = await slack.answered(2)
    (press,) = clerk.presses
    assert (press.verb, press.value, dict(press.fields)) == ("wrong", "a1", {"text": "数字が違う", "kind": "w"})
    assert press.origin is not None
    assert (press.origin.channel, press.origin.tenant) == ("C1", "T1")
    assert (answers[1].body["response_type"], answers[1].body["replace_original"]) == ("ephemeral", False)


async def test_a_form_of_another_app_is_let_be(slack: SlackStand, clerk: Clerk) -> None:
    await slack.ack_of(await slack.send_form({"type": "modal", "callback_id": "other", "blocks": []}, {}))
    await slack.send_command("help")
    await slack.answered(1)  # by then the form would have been told
    assert clerk.presses == []


async def test_what_is_shared_is_for_the_channel_and_the_rest_is_not(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    (first,) = await slack.answered(1)
    clerk.share, clerk.in_place = said("for all"), False
    await slack.press(button(first.body, 0), user="U2")
    answers = await slack.answered(3)
    told = [(a.body["response_type"], a.body["replace_original"], a.body["text"]) for a in answers[1:]]
    assert told == [("ephemeral", False, "more v1"), ("in_channel", False, "for all")]
    assert clerk.presses[0].name == "Person U2"


async def test_an_answer_keeps_to_the_uses_of_its_address(slack: SlackStand, clerk: Clerk) -> None:
    clerk.more = tuple(said(str(number)) for number in range(9))
    await slack.send_command("latest")
    answers = await slack.answered(5)
    await asyncio.sleep(0.2)
    assert len(answers) == 5


@pytest.mark.parametrize(("user", "admin"), [("U1", False), ("U2", True)])
async def test_only_admins_of_the_workspace_are_admins(slack: SlackStand, clerk: Clerk, user: str, admin: bool) -> None:
    await slack.send_command("subscribe example.jp 07:30 平日", user=user, command="/digest-admin")
    await slack.answered(1)
    (request,) = clerk.requests
    assert (request.command, request.admin) == ("subscribe", admin)
    assert dict(request.options) == {"url": "example.jp", "at": "07:30", "days": "weekdays"}


@pytest.mark.parametrize(
    ("text", "command", "options"),
    [
        ("", "list", {}),
        ("nonsense", "list", {"unclear": "nonsense"}),
        ("help", "list", {"unclear": "help"}),
        ("https://a.example/", "preview", {"url": "https://a.example/"}),
        ("subscribe a.example 7:30 pm JST", "subscribe", {"url": "a.example", "at": "7:30pm", "zone": "JST"}),
        (
            "購読 a.example 午後7時半 asia/tokyo",
            "subscribe",
            {"url": "a.example", "at": "午後7時半", "zone": "asia/tokyo"},
        ),
        ("一覧", "list", {}),
        ("subscribe", "list", {}),
        (
            "subscribe <https://a.example/> Asia/Tokyo 6:30 compact thread ja",
            "subscribe",
            {
                "url": "https://a.example/",
                "zone": "Asia/Tokyo",
                "at": "6:30",
                "length": "compact",
                "layout": "thread",
                "language": "ja",
            },
        ),
        (
            "edit news-1 include=「地震」 exclude=war",
            "edit",
            {"subscription": "news-1", "include": "「地震」", "exclude": "war"},
        ),
        ("why https://a.example/x?y=1", "why", {"article": "https://a.example/x?y=1"}),
        ("一時停止 news-1", "pause", {"subscription": "news-1"}),
        ("send-now", "send-now", {}),
    ],
)
def test_an_admins_words_are_read_in_any_order(text: str, command: str, options: dict[str, str]) -> None:
    found = asked(text, ADMIN_COMMANDS, CATALOGS)
    assert (found.command, dict(found.options)) == (command, options)
