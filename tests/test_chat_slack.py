"""Posting to Slack with the real client: once for a key, whatever happens, and errors that say what to do."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from slack_stand import Channel, SlackStand

from bot.chat_slack import SlackChat
from bot.clocks import Clocks
from bot.commands import Form, Press, Progress, Reply, Request, Suggestion
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, DestinationClosed
from digests.message import Message, Paragraph, Part, Span
from digests.model import Destination
from digests.outbox import Posted
from digests.ports import Chat
from digests.store import Lookup

_JAPANESE = re.compile("[\u3040-\u30ff]")
NEWS = Destination(platform="slack", channel="C1")


def said(text: str) -> Message:
    return Message(title=text, parts=(Part(blocks=(Paragraph(spans=(Span(text=text),)),)),))


class Silent:
    """Answers nothing worth reading: posting is what is looked at here."""

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        return Reply(message=said("…"))

    async def press(self, press: Press) -> Reply:
        return Reply(message=said("…"))

    def form(self, press: Press) -> Form | None:
        return None

    async def suggest(
        self, command: str, option: str, typed: str, locale: str, origin: Destination | None = None
    ) -> tuple[Suggestion, ...]:
        return ()

    async def titles(self, typed: str, locale: str, origin: Destination | None) -> tuple[Suggestion, ...]:
        return ()

    async def home(self, request: Request) -> tuple[Message, ...]:
        return ()

    async def recent(self, origin: Destination, reader: str) -> tuple[Lookup, ...]:
        return ()


def chat_at(api_url: str, bot_token: str, app_token: str | None = None, clocks: Clocks | None = None) -> SlackChat:
    return SlackChat(
        bot_token=bot_token,
        app_token=app_token,
        signing_secret=None,
        answers=Silent(),
        catalogs=Catalogs(locales()),
        api_url=api_url,
        clocks=clocks,
    )


@dataclass
class Scene:
    slack: SlackStand
    chat: SlackChat

    async def post(
        self, text: str = "本文", *, key: str = "k1", parent: str | None = None, unknown: bool = False
    ) -> Posted:
        return await self.chat.post(NEWS, said(text), key=key, parent=parent, unknown=unknown, silent=False)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with SlackStand() as slack:
        chat = chat_at(slack.api_url, slack.bot_token, slack.app_token)
        yield Scene(slack, chat)
        await chat.close()


async def test_slack_is_a_chat(scene: Scene) -> None:
    chat: Chat = scene.chat
    assert (chat.platform, chat.limits.blocks) == ("slack", 45)


async def test_a_post_carries_its_key_and_comes_back_with_a_permalink(scene: Scene) -> None:
    posted = await scene.post()
    (kept,) = scene.slack.messages
    assert posted == Posted(
        ref=f"C1/{kept.ts}",
        thread=kept.ts,
        permalink=f"https://stand.slack.com/archives/C1/p{kept.ts.replace('.', '')}",
    )
    assert kept.body["metadata"] == {"event_type": "chokan_delivery", "event_payload": {"id": "k1"}}
    assert (kept.body["text"], kept.body["unfurl_links"], "thread_ts" in kept.body) == ("本文", False, False)


async def test_a_digest_goes_into_the_thread_of_its_overview(scene: Scene) -> None:
    first = await scene.post()
    second = await scene.post(key="k2", parent=first.thread)
    assert (second.thread, scene.slack.messages[1].body["thread_ts"]) == (first.thread, first.thread)


async def test_a_post_stands_without_its_permalink(scene: Scene) -> None:
    scene.slack.refuse("chat.getPermalink", "fatal_error", status=500)
    assert (await scene.post()).permalink is None


async def test_posts_to_a_channel_are_a_second_apart_and_to_two_channels_are_not(scene: Scene) -> None:
    scene.slack.pace = 0.95
    scene.slack.channels["C2"] = Channel(id="C2")
    other = Destination(platform="slack", channel="C2")
    await asyncio.gather(
        scene.post(),
        scene.post(key="k2"),
        scene.chat.post(other, said("b"), key="k3", parent=None, unknown=False, silent=False),
    )
    assert [kept.key for kept in scene.slack.messages] == ["k1", "k3", "k2"]


# --- errors ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_auth", "SLACK_BOT_TOKEN"),
        ("token_revoked", "SLACK_BOT_TOKEN"),
        ("account_inactive", "SLACK_BOT_TOKEN"),
        ("channel_not_found", "/invite @Chokan"),
        ("not_in_channel", "/invite @Chokan"),
        ("is_archived", "archived"),
        ("missing_scope", "OAuth & Permissions"),
        ("message_limit_exceeded", "message_limit_exceeded"),
    ],
)
async def test_a_refusal_says_what_to_do(scene: Scene, code: str, advice: str) -> None:
    scene.slack.refuse("chat.postMessage", code)
    with pytest.raises(ChatRefused, match=advice) as caught:
        await scene.post()
    assert "xoxb" not in str(caught.value)
    assert len(scene.slack.called("chat.postMessage")) == 1


@pytest.mark.parametrize("code", ["channel_not_found", "not_in_channel", "is_archived", "account_inactive"])
async def test_a_channel_that_is_shut_is_told_apart(scene: Scene, code: str) -> None:
    scene.slack.refuse("chat.postMessage", code)
    with pytest.raises(DestinationClosed):
        await scene.post()


async def test_a_form_slack_refuses_is_said_again_in_plain_words(scene: Scene) -> None:
    scene.slack.refuse("chat.postMessage", "invalid_blocks")
    await scene.post()
    (kept,) = scene.slack.messages
    assert (kept.key, kept.body.get("blocks")) == ("k1", None)
    assert kept.body["text"]


async def test_a_wrong_token_is_refused_by_name(scene: Scene) -> None:
    with pytest.raises(ChatRefused, match="SLACK_BOT_TOKEN"):
        await chat_at(scene.slack.api_url, "xoxb-wrong").post(
            NEWS, said("x"), key="k", parent=None, unknown=False, silent=False
        )


async def test_slowing_down_names_the_seconds(scene: Scene) -> None:
    scene.slack.refuse("chat.postMessage", retry_after=17)
    with pytest.raises(ChatUnavailable) as caught:
        await scene.post()
    assert caught.value.retry_after == 17.0
    assert scene.slack.messages == []


async def test_nothing_listening_is_certainly_not_sent() -> None:
    chat = chat_at("http://127.0.0.1:9/api/", "xoxb-x")
    with pytest.raises(ChatUnavailable):
        await chat.post(NEWS, said("x"), key="k", parent=None, unknown=False, silent=False)


@pytest.mark.parametrize(
    "trouble",
    [
        {"reset": True, "keep": True},
        {"status": 500, "raw": "<html>", "keep": True},
        {"status": 200, "raw": "<html>", "keep": True},
        {"status": 503, "error": "service_unavailable"},
        {"error": "internal_error", "keep": True},
    ],
)
async def test_a_lost_answer_is_an_unknown_outcome_and_is_not_sent_again(
    scene: Scene, trouble: dict[str, object]
) -> None:
    scene.slack.refuse("chat.postMessage", **trouble)  # type: ignore[arg-type]
    with pytest.raises(ChatUnknown):
        await scene.post()
    assert len(scene.slack.called("chat.postMessage")) == 1


async def test_a_page_instead_of_an_answer_points_at_the_address(scene: Scene) -> None:
    scene.slack.refuse("chat.postMessage", status=404, raw="<html>")
    with pytest.raises(ChatRefused, match="SLACK_API_URL"):
        await scene.post()


# --- looking before posting again -----------------------------------------------------------------------------------


async def lose(scene: Scene, *, keep: bool, parent: str | None = None) -> None:
    scene.slack.refuse("chat.postMessage", reset=True, keep=keep)
    with pytest.raises(ChatUnknown):
        await scene.post(key="lost", parent=parent)


@pytest.mark.parametrize("keep", [True, False])
async def test_an_unknown_post_is_looked_for_and_sent_only_if_missing(scene: Scene, keep: bool) -> None:
    await lose(scene, keep=keep)
    for _ in range(250):  # the look-up goes on to older pages
        scene.slack.keep({"text": "talk"})
    posted = await scene.post(key="lost", unknown=True)
    (kept,) = [kept for kept in scene.slack.messages if kept.key == "lost"]
    assert posted.ref == f"C1/{kept.ts}"
    assert len(scene.slack.called("chat.postMessage")) == (1 if keep else 2)


@pytest.mark.parametrize("keep", [True, False])
async def test_an_unknown_reply_is_looked_for_in_its_thread(scene: Scene, keep: bool) -> None:
    first = await scene.post()
    await lose(scene, keep=keep, parent=first.thread)
    posted = await scene.post(key="lost", parent=first.thread, unknown=True)
    assert ([kept.key for kept in scene.slack.messages], posted.thread) == (["k1", "lost"], first.thread)


@pytest.mark.parametrize("trouble", [{"error": "missing_scope"}, {"error": "not_in_channel"}, {"retry_after": 600}])
async def test_what_cannot_be_looked_up_is_held(scene: Scene, trouble: dict[str, object]) -> None:
    await lose(scene, keep=True)
    scene.slack.refuse("conversations.history", **trouble)  # type: ignore[arg-type]
    with pytest.raises(ChatRefused, match="held: Slack may already have this message"):
        await scene.post(key="lost", unknown=True)
    assert len(scene.slack.messages) == 1


async def test_a_short_wait_for_the_history_is_waited_for(scene: Scene) -> None:
    await lose(scene, keep=True)
    scene.slack.refuse("conversations.history", retry_after=0.1)
    await scene.post(key="lost", unknown=True)
    assert len(scene.slack.messages) == 1


async def test_a_look_up_that_fails_leaves_the_outcome_unknown(scene: Scene) -> None:
    await lose(scene, keep=True)
    scene.slack.refuse("conversations.history", status=500, raw="<html>")
    with pytest.raises(ChatUnknown):
        await scene.post(key="lost", unknown=True)


# --- check ----------------------------------------------------------------------------------------------------------


async def test_check_finds_everything_right(scene: Scene) -> None:
    found = await scene.chat.check([NEWS])
    assert [(line.subject, line.ok, line.warning) for line in found] == [
        ("slack token", True, False),
        ("slack scopes", True, False),
        ("slack socket mode", True, False),
        ("slack:C1", True, False),
    ]


async def test_check_hears_slacks_clock(scene: Scene) -> None:
    clocks = Clocks(lambda: datetime.now(UTC) - timedelta(minutes=10))
    chat = chat_at(scene.slack.api_url, scene.slack.bot_token, scene.slack.app_token, clocks)
    await chat.check([NEWS])
    assert clocks.ahead == {"slack": pytest.approx(-600, abs=30)}


async def test_check_says_what_is_wrong_and_what_to_do(scene: Scene) -> None:
    scene.slack.scopes = "commands,channels:read"
    scene.slack.channels |= {
        "C2": Channel(id="C2", is_member=False),
        "C3": Channel(id="C3", is_archived=True),
    }
    scene.slack.app_token = "xapp-other"
    found = await scene.chat.check([Destination(platform="slack", channel=name) for name in ("C2", "C3", "C4")])
    wrong = {line.subject: line.fix for line in found if not line.ok}
    assert list(wrong) == ["slack scopes", "slack socket mode", "slack:C2", "slack:C3", "slack:C4"]
    assert all(wrong.values())
    assert {line.text for line in found if line.warning} >= {"no users:read (to answer readers in their own language)"}


async def test_check_speaks_the_language_of_whoever_asks(scene: Scene) -> None:
    scene.slack.scopes, scene.slack.app_token = "commands", "xapp-other"
    scene.slack.channels["C3"] = Channel(id="C3", is_archived=True)
    places = [Destination(platform="slack", channel=name) for name in ("C1", "C3", "C4")]
    found = await scene.chat.check(places, "ja")
    assert len(found) == 11
    assert [
        line for line in found if not _JAPANESE.search(line.text) or (line.fix and not _JAPANESE.search(line.fix))
    ] == []
    assert "/invite @Chokan" in found[-1].fix


async def test_check_never_raises() -> None:
    (found,) = await chat_at("http://127.0.0.1:9/api/", "xoxb-x").check([NEWS])
    assert (found.ok, "cannot be reached" in found.text) == (False, True)
    assert ("internet" in found.fix, "TOKEN" in found.fix) == (True, False)


async def test_tokens_are_in_no_log_and_no_error(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scene.slack.refuse("chat.postMessage", "invalid_auth")
    with pytest.raises(ChatError):
        await scene.post()
    await scene.post(key="k2")
    await scene.chat.check([NEWS])
    assert "slack.posted channel=C1 key=k2" in caplog.text
    assert not [token for token in ("xoxb-", "xapp-") if token in caplog.text]
