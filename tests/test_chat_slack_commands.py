"""Answering on Slack with real slack-bolt over a real socket: acknowledged at once, answered in private, once."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from urllib.parse import urlencode

import pytest
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_clerk import CATALOGS, Clerk, button, chat_for
from slack_sdk.signature import SignatureVerifier
from slack_stand import SlackStand

from bot.commands import COMMANDS, Request
from bot.slack_reply import may_reply_to
from bot.slack_words import asked, split
from digests.catalog import Catalogs
from digests.errors import ChatRefused
from digests.model import Destination


async def test_a_command_is_answered_in_private_in_the_readers_locale(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("search レアアース 停戦")
    (answer,) = await slack.answered(1)
    assert clerk.requests == [
        Request(
            command="search",
            options={"words": "レアアース 停戦"},
            locale="ja-JP",
            origin=Destination(platform="slack", channel="C1", tenant="T1"),
            reader="U1",
            zone="Asia/Tokyo",
        )
    ]
    assert (answer.body["response_type"], answer.body["replace_original"]) == ("ephemeral", False)


async def test_an_acknowledgement_does_not_wait_for_the_answer(slack: SlackStand, clerk: Clerk) -> None:
    clerk.free = asyncio.Event()
    envelopes = [await slack.send_command("latest") for _ in range(20)]
    for envelope in envelopes:
        await slack.ack_of(envelope)
    assert slack.answers == []
    clerk.free.set()
    await slack.answered(20)


async def test_a_repeated_command_is_answered_once(slack: SlackStand, clerk: Clerk) -> None:
    for _ in range(3):
        await slack.ack_of(await slack.send_command("latest", trigger="same"))
    await slack.send_command("help")
    await slack.answered(2)
    assert sorted(request.command for request in clerk.requests) == ["help", "latest"]


async def test_a_press_replaces_the_private_answer_it_stands_in(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    (first,) = await slack.answered(1)
    await slack.press(button(first.body, 0))
    await slack.press(button(first.body, 0), ephemeral=False, user="U2")
    answers = await slack.answered(3)
    assert sorted((press.verb, press.value, press.locale) for press in clerk.presses) == [
        ("more", "v1", "en-US"),
        ("more", "v1", "ja-JP"),
    ]
    assert sorted(answer.body["replace_original"] for answer in answers[1:]) == [False, True]
    assert {answer.body["response_type"] for answer in answers} == {"ephemeral"}


async def test_a_button_that_opened_a_page_is_only_acknowledged(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    (first,) = await slack.answered(1)
    await slack.ack_of(await slack.press(button(first.body, 1)))
    assert (clerk.presses, len(slack.answers)) == ([], 1)


async def test_events_and_unknown_buttons_are_acknowledged_and_forgotten(slack: SlackStand, clerk: Clerk) -> None:
    await slack.ack_of(await slack.send_event({"type": "app_mention", "user": "U1", "text": "hi", "bot_id": "B9"}))
    await slack.ack_of(await slack.press({"type": "button", "action_id": "other", "value": "x"}))
    assert (clerk.presses, slack.answers) == ([], [])


async def test_a_failure_is_a_plain_line_in_the_readers_language(slack: SlackStand, clerk: Clerk) -> None:
    clerk.broken = True
    await slack.send_command("latest", user="U1")
    (answer,) = await slack.answered(1)
    assert answer.body["text"] == CATALOGS.of("ja")("slack.failed")


async def test_an_unknown_locale_falls_back_on_the_words_and_is_asked_for_once(slack: SlackStand, clerk: Clerk) -> None:
    slack.refuse("users.info", "missing_scope", times=9)
    for text in ("search にほんご", "search words"):
        await slack.send_command(text)
        await slack.answered(len(clerk.requests) + 1)
    assert [request.locale for request in clerk.requests] == ["ja", "en"]
    assert len(slack.called("users.info")) == 1


async def test_an_answer_goes_nowhere_but_to_slack(slack: SlackStand, clerk: Clerk) -> None:
    async with SlackStand() as elsewhere:
        payload = {"command": "/digest", "text": "latest", "user_id": "U1", "channel_id": "C1", "team_id": "T1"}
        url = elsewhere.reply_url()
        await slack.ack_of(await slack.send("slash_commands", {**payload, "trigger_id": "t", "response_url": url}))
        await slack.send_command("help")
        await slack.answered(1)
        assert elsewhere.answers == []


async def test_answers_go_on_after_slack_asked_to_reconnect(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    await slack.answered(1)
    await slack.disconnect()
    await slack.until(lambda: slack.connections == 2)
    await slack.send_command("help")
    await slack.answered(2)


async def test_answers_go_on_after_a_connection_was_dropped(slack: SlackStand, clerk: Clerk) -> None:
    await slack.send_command("latest")
    await slack.answered(1)
    await slack.drop()
    await slack.until(lambda: slack.connections == 2)
    await slack.send_command("help")
    await slack.answered(2)


async def test_nothing_secret_is_logged(slack: SlackStand, clerk: Clerk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await slack.send_command("latest")
    await slack.answered(1)
    await slack.disconnect()
    await slack.until(lambda: slack.connections == 2)
    ours = [record for record in caplog.records if record.name.startswith(("bot", "slack"))]
    assert "slack.answered command=latest" in caplog.text
    assert not [r for r in ours for secret in ("xoxb-", "xapp-", "ticket-", "/reply/") if secret in r.getMessage()]


@pytest.mark.parametrize(("secret", "status"), [("right", 200), ("wrong", 401)])
async def test_the_same_app_takes_signed_requests_over_http(slack: SlackStand, secret: str, status: int) -> None:
    clerk = Clerk()
    chat = chat_for(slack, clerk, signing_secret="right")
    body = urlencode({"command": "/digest", "text": "latest", "user_id": "U1", "response_url": slack.reply_url()})
    stamp = str(int(time.time()))
    signature = SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body)
    headers: dict[str, str | Sequence[str]] = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": str(signature),
    }
    answer = await chat.app().async_dispatch(AsyncBoltRequest(body=body, headers=headers))
    assert answer.status == status
    if status == 200:
        await slack.answered(1)
    assert len(clerk.requests) == (1 if status == 200 else 0)


@pytest.mark.parametrize("wrong", ["bot_token", "app_token"])
async def test_a_wrong_token_ends_the_run_by_its_name(slack: SlackStand, wrong: str) -> None:
    with pytest.raises(ChatRefused, match=f"SLACK_{wrong.upper()}"):
        await asyncio.wait_for(chat_for(slack, Clerk(), **{wrong: "xoxb-wrong"}).run(), 60)


async def test_a_run_begins_anew_when_its_client_cannot(slack: SlackStand) -> None:
    running = asyncio.create_task(chat_for(slack, Clerk(), lost_after=0.6).run())
    await slack.until(lambda: slack.connections == 1)
    slack.refuse("apps.connections.open", "internal_error")  # the client itself waits ten seconds after this
    await slack.drop()
    await slack.until(lambda: slack.connections == 2)
    slack.app_token = "xapp-other"
    await slack.drop()
    with pytest.raises(ChatRefused, match="SLACK_APP_TOKEN"):
        await asyncio.wait_for(running, 60)


async def test_a_run_needs_an_app_token(slack: SlackStand) -> None:
    with pytest.raises(ChatRefused, match="SLACK_APP_TOKEN"):
        await chat_for(slack, Clerk(), app_token=None).run()


async def test_a_run_connects_once_slack_is_back(slack: SlackStand) -> None:
    slack.refuse("auth.test", retry_after=0.2)
    slack.refuse("apps.connections.open", retry_after=0.2)
    chat = chat_for(slack, Clerk())
    running = asyncio.create_task(chat.run())
    assert not chat.connected()
    await slack.until(lambda: slack.connections == 1)
    async with asyncio.timeout(60):
        while not chat.connected():
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not chat.connected()


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://hooks.slack.com/commands/T1/2/x", True),
        ("http://127.0.0.1:1234/reply/1", True),
        ("http://hooks.slack.com/commands/T1/2/x", False),
        ("https://hooks.slack.com:8443/x", False),
        ("https://hooks.slack.com.evil.example/x", False),
        ("https://user@hooks.slack.com/x", False),
        ("http://127.0.0.1:1235/reply/1", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_only_slack_is_replied_to(url: str, allowed: bool) -> None:
    assert may_reply_to(url, "http://127.0.0.1:1234/api/") == allowed


# --- words ----------------------------------------------------------------------------------------------------------

LOCALISED = Catalogs({"en": {"command.search.name": "search"}, "ja": {"command.search.name": "検索"}})


@pytest.mark.parametrize(
    ("text", "command", "options", "language"),
    [
        ("", "help", {}, None),
        ("\u3000", "help", {}, None),
        ("latest", "latest", {}, None),
        ("LATEST  BBC", "latest", {"feed": "BBC"}, None),
        ("検索\u3000「レアアース 停戦」\u3000資源", "search", {"words": "レアアース 停戦 資源"}, "ja"),
        ("search", "help", {}, None),
        ("Putin's call", "search", {"words": "Putin's call"}, None),
        ("ウクライナ", "search", {"words": "ウクライナ"}, "ja"),
        ("article <https://a.b/?x=1&amp;y=2|a.b>", "article", {"url": "https://a.b/?x=1&y=2"}, None),
        ("https://a.b/c", "article", {"url": "https://a.b/c"}, None),
        ("search <@U1|bob> <#C1|news>", "search", {"words": "bob news"}, None),
        ("search a &lt; b", "search", {"words": "a < b"}, None),
    ],
)
def test_words_are_read_as_a_command(text: str, command: str, options: dict[str, str], language: str | None) -> None:
    found = asked(text, COMMANDS, LOCALISED)
    assert (found.command, dict(found.options), found.language) == (command, options, language)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a "b c" d', ["a", "b c", "d"]),
        ("『b c』 “d e”", ["b c", "d e"]),
        ('"open a', ['"open', "a"]),
        ("「a」b", ["「a」b"]),
        ('""', []),
    ],
)
def test_a_quoted_run_is_one_word(text: str, words: list[str]) -> None:
    assert list(split(text)) == words
