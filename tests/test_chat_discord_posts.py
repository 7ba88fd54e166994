"""Posting over REST: once for one key, where it belongs, and every refusal in words an operator can act on."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord_samples import CATALOGS, DIGEST, Desk, discords_rules, said
from discord_stand import FORUM, GUILD, NEWS, TEXT, TOKEN, Stand, stand

from bot.chat_discord import DiscordChat
from bot.discord_view import mark_of
from digests.errors import ChatRefused, ChatUnavailable, ChatUnknown, DestinationClosed
from digests.model import Destination
from digests.outbox import Posted

MESSAGES = f"/channels/{TEXT}/messages"
JUMP = f"https://discord.com/channels/{GUILD}"


@pytest.fixture
async def discord_stand() -> AsyncIterator[Stand]:
    async with stand() as server:
        yield server


@pytest.fixture
async def chat(discord_stand: Stand) -> AsyncIterator[DiscordChat]:
    async with signed_up(discord_stand) as made:
        yield made


class signed_up:  # noqa: N801 - reads as a verb
    """A chat as a fresh process has it."""

    def __init__(self, server: Stand, token: str = TOKEN) -> None:
        self.chat = DiscordChat(token=token, answers=Desk(), catalogs=CATALOGS, api_url=server.url)

    async def __aenter__(self) -> DiscordChat:
        return self.chat

    async def __aexit__(self, *_: object) -> None:
        await self.chat.close()


async def post(chat: DiscordChat, key: str = "k1", channel: object = TEXT, **options: Any) -> Posted:
    to = Destination(platform="discord", channel=str(channel))
    given: dict[str, Any] = {"parent": None, "unknown": False, "silent": False, **options}
    return await chat.post(to, given.pop("message", DIGEST), key=key, **given)


# --- what is sent -----------------------------------------------------------------------------------------------------


async def test_a_message_is_sent_with_its_key_and_nothing_that_pings(chat: DiscordChat, discord_stand: Stand) -> None:
    posted = await post(chat, silent=True)
    body = discord_stand.posted[0]
    assert Posted(ref=f"{TEXT}/1001", thread=f"{TEXT}/1001", permalink=f"{JUMP}/{TEXT}/1001") == posted
    assert (body["nonce"], body["enforce_nonce"]) == ("k1", True)
    assert body["allowed_mentions"] == {"parse": []}
    flags = discord.MessageFlags._from_value(body["flags"])
    assert (flags.components_v2, flags.suppress_notifications, flags.suppress_embeds) == (True, True, True)
    assert mark_of("k1") == body["components"][0]["id"]


async def test_bodies_are_what_discord_describes(chat: DiscordChat, discord_stand: Stand) -> None:
    rules = discords_rules()
    if rules is None:
        pytest.skip("Discord's OpenAPI document is not here (set DISCORD_OPENAPI to its path)")
    posted = await post(chat)
    await post(chat, "k2", parent=posted.thread)
    await post(chat, "k3", FORUM)
    sent = {"MessageCreateRequest": MESSAGES, "CreateTextThreadWithMessageRequest": f"{MESSAGES}/1001/threads"}
    sent["CreateForumThreadRequest"] = f"/channels/{FORUM}/threads"
    for name, path in sent.items():
        bodies = discord_stand.asked("POST", path)
        assert bodies
        assert [v for body in bodies for v in rules(name, body)] == []


async def test_base_url_is_moved_for_this_chat_alone(chat: DiscordChat, discord_stand: Stand) -> None:
    await post(chat)
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    assert discord_stand.requests[0][:2] == ("GET", "/users/@me")


# --- threads and forums -----------------------------------------------------------------------------------------------


async def test_the_thread_is_made_with_the_first_reply_and_bears_the_overviews_title(
    chat: DiscordChat, discord_stand: Stand
) -> None:
    first = await post(chat, "k1", message=said("a", title="朝刊 2025年2月14日（金）"))
    second = await post(chat, "k2", parent=first.thread, message=said("b", title="見出し"))
    third = await post(chat, "k3", parent=first.thread)
    made = discord_stand.asked("POST", f"{MESSAGES}/1001/threads")
    assert [thread["name"] for thread in made] == ["朝刊 2025年2月14日（金）"]
    assert [body["channel"] for body in discord_stand.posted] == [TEXT, 1001, 1001]
    assert [f"{JUMP}/1001/1002", f"{JUMP}/1001/1003"] == [second.permalink, third.permalink]


async def test_after_a_restart_the_thread_is_found_and_its_name_read_from_the_overview(discord_stand: Stand) -> None:
    async with signed_up(discord_stand) as before:
        first = await post(before, message=DIGEST)
    async with signed_up(discord_stand) as after:
        await post(after, "k2", parent=first.thread, message=said("b", title="other"))
        assert DIGEST.title == discord_stand.channels[1001]["name"]
    async with signed_up(discord_stand) as later:
        posted = await post(later, "k3", parent=first.thread)
    assert posted.ref == "1001/1003"
    assert sum(1 for channel in discord_stand.channels.values() if channel["type"] == 11) == 1


async def test_where_threads_are_impossible_replies_stay_in_the_channel(
    chat: DiscordChat, discord_stand: Stand
) -> None:
    first = await post(chat)
    discord_stand.fail("POST", f"{MESSAGES}/1001/threads", status=400, code=50024)
    await post(chat, "k2", parent=first.thread)
    assert [body["channel"] for body in discord_stand.posted] == [TEXT, TEXT]


@pytest.mark.parametrize("kind", [1, 2, 11])
async def test_direct_messages_voice_and_threads_are_posted_inline(
    chat: DiscordChat, discord_stand: Stand, kind: int
) -> None:
    discord_stand.channels[TEXT]["type"] = kind
    first = await post(chat)
    await post(chat, "k2", parent=first.thread)
    assert str(TEXT) == first.thread
    assert [body["channel"] for body in discord_stand.posted] == [TEXT, TEXT]


async def test_an_announcement_channel_takes_threads_too(chat: DiscordChat, discord_stand: Stand) -> None:
    first = await post(chat, channel=NEWS)
    await post(chat, "k2", NEWS, parent=first.thread)
    assert [body["channel"] for body in discord_stand.posted] == [NEWS, 1001]


async def test_a_forum_gets_one_post_with_the_tags_it_has(chat: DiscordChat, discord_stand: Stand) -> None:
    message = said("a", title="朝刊 " + "長" * 200)
    tagged = type(message)(title=message.title, parts=message.parts, tags=("economy", "朝刊", "official", "none"))
    first = await post(chat, channel=FORUM, message=tagged)
    await post(chat, "k2", FORUM, parent=first.thread)
    thread = discord_stand.channels[1001]
    assert thread["applied_tags"] == ["72", "71"]
    assert len(thread["name"]) == 100
    assert Posted(ref="1001/1001", thread="1001", permalink=f"{JUMP}/1001/1001") == first
    assert [body["channel"] for body in discord_stand.posted] == [1001, 1001]


async def test_a_forum_that_insists_on_a_tag_gets_one(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.channels[FORUM]["flags"] = 1 << 4
    await post(chat, channel=FORUM)
    assert discord_stand.channels[1001]["applied_tags"] == ["71"]


# --- once for one key -------------------------------------------------------------------------------------------------


async def test_an_answer_lost_after_posting_is_unknown_and_the_retry_posts_nothing(discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, after=True)
    async with signed_up(discord_stand) as chat:
        with pytest.raises(ChatUnknown):
            await post(chat)
    discord_stand.nonces_hold = False  # an hour later
    async with signed_up(discord_stand) as chat:
        posted = await post(chat, unknown=True)
    assert f"{TEXT}/1001" == posted.ref
    assert len(discord_stand.posted) == 1


async def test_a_request_lost_before_posting_is_posted_by_the_retry(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES)
    with pytest.raises(ChatUnknown):
        await post(chat)
    await post(chat, unknown=True)
    assert len(discord_stand.posted) == 1


async def test_the_same_words_under_another_key_are_another_message(chat: DiscordChat, discord_stand: Stand) -> None:
    await post(chat, "yesterday")
    await post(chat, "today", unknown=True)
    assert len(discord_stand.posted) == 2


async def test_a_strangers_message_is_never_taken_for_ours(chat: DiscordChat, discord_stand: Stand) -> None:
    stranger = {"id": "7", "author": {"id": "8"}, "components": [{"id": mark_of("k1")}], "nonce": "k9"}
    discord_stand.messages[TEXT].append(stranger)
    await post(chat, unknown=True)
    assert len(discord_stand.posted) == 1


async def test_a_reply_lost_in_its_thread_is_found_there(discord_stand: Stand) -> None:
    async with signed_up(discord_stand) as chat:
        first = await post(chat)
        discord_stand.fail("POST", "/channels/1001/messages", after=True)
        with pytest.raises(ChatUnknown):
            await post(chat, "k2", parent=first.thread)
    discord_stand.nonces_hold = False
    async with signed_up(discord_stand) as chat:
        posted = await post(chat, "k2", parent=first.thread, unknown=True)
    assert posted.ref == "1001/1002"
    assert len(discord_stand.posted) == 2


async def test_a_lost_forum_post_is_found_again(discord_stand: Stand) -> None:
    discord_stand.fail("POST", f"/channels/{FORUM}/threads", after=True)
    async with signed_up(discord_stand) as chat:
        with pytest.raises(ChatUnknown):
            await post(chat, channel=FORUM)
    async with signed_up(discord_stand) as chat:
        posted = await post(chat, channel=FORUM, unknown=True)
    assert posted.ref == "1001/1001"
    assert len(discord_stand.posted) == 1


async def test_hidden_history_holds_the_message_rather_than_post_it_twice(discord_stand: Stand) -> None:
    discord_stand.history_hidden = True
    discord_stand.channels[TEXT]["last_message_id"] = "1"
    async with signed_up(discord_stand) as chat:
        with pytest.raises(ChatRefused, match="Read Message History"):
            await post(chat, unknown=True)
        with pytest.raises(ChatRefused, match="Read Message History"):
            await post(chat, unknown=True)
    assert discord_stand.posted == []


async def test_within_the_nonces_time_hidden_history_does_no_harm(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.history_hidden = True
    discord_stand.fail("POST", MESSAGES, after=True)
    with pytest.raises(ChatUnknown):
        await post(chat)
    posted = await post(chat, unknown=True)
    assert f"{TEXT}/1001" == posted.ref
    assert len(discord_stand.posted) == 1


async def test_while_it_is_unknown_it_stays_unknown(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("GET", MESSAGES, status=429)
    with pytest.raises(ChatUnknown):
        await post(chat, unknown=True)
    assert discord_stand.posted == []


# --- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (403, 50001, "View Channel"),
        (403, 50013, "Send Messages"),
        (403, 0, "View Channel"),
        (404, 10003, "no channel 100"),
        (404, 0, "no channel 100"),
        (400, 40005, "as asked by the test"),
        (401, 0, "DISCORD_TOKEN is wrong"),
    ],
)
async def test_a_refusal_says_what_to_do(
    chat: DiscordChat, discord_stand: Stand, status: int, code: int, words: str
) -> None:
    discord_stand.fail("POST", MESSAGES, status=status, code=code)
    with pytest.raises(ChatRefused, match=words):
        await post(chat)


@pytest.mark.parametrize(("status", "code", "closed"), [(403, 50001, True), (404, 10003, True), (403, 0, False)])
async def test_a_channel_that_is_shut_is_told_apart(
    chat: DiscordChat, discord_stand: Stand, status: int, code: int, closed: bool
) -> None:
    discord_stand.fail("POST", MESSAGES, status=status, code=code)
    with pytest.raises(ChatRefused) as caught:
        await post(chat)
    assert isinstance(caught.value, DestinationClosed) is closed


async def test_a_thread_that_is_shut_says_nothing_of_its_channel(chat: DiscordChat, discord_stand: Stand) -> None:
    first = await post(chat)
    discord_stand.fail("POST", "/channels/1001/messages", status=404, code=10003)
    with pytest.raises(ChatRefused) as caught:
        await post(chat, "k2", parent=first.thread)
    assert not isinstance(caught.value, DestinationClosed)


async def test_a_form_discord_refuses_is_said_again_in_plain_words(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, status=400, code=50035)
    await post(chat, message=DIGEST)
    (body,) = discord_stand.posted
    assert {piece["type"] for piece in body["components"]} == {10}
    assert (body["nonce"], body["components"][0]["id"]) == ("k1", mark_of("k1"))


async def test_a_missing_thread_permission_is_named(chat: DiscordChat, discord_stand: Stand) -> None:
    first = await post(chat)
    discord_stand.fail("POST", f"{MESSAGES}/1001/threads", status=403, code=50013)
    with pytest.raises(ChatRefused, match="Create Public Threads"):
        await post(chat, "k2", parent=first.thread)


async def test_an_unknown_channel_is_refused_and_an_unseen_one_is_left_to_the_post(
    chat: DiscordChat, discord_stand: Stand
) -> None:
    with pytest.raises(ChatRefused, match="no channel 404"):
        await post(chat, channel=404)
    discord_stand.fail("GET", f"/channels/{TEXT}", status=403, code=50001)
    assert f"{TEXT}/1001" == (await post(chat)).ref


@pytest.mark.parametrize("channel", ["general", "", "12a", "１２"])
async def test_a_channel_that_is_no_number_is_refused(chat: DiscordChat, channel: str) -> None:
    with pytest.raises(ChatRefused, match="Copy Channel ID"):
        await post(chat, channel=channel)


async def test_a_wrong_token_is_refused(discord_stand: Stand) -> None:
    async with signed_up(discord_stand, "wrong.token") as chat:
        with pytest.raises(ChatRefused, match="DISCORD_TOKEN is wrong"):
            await post(chat)
        with pytest.raises(ChatRefused, match="DISCORD_TOKEN is wrong"):
            await chat.run()


async def test_a_long_rate_limit_is_passed_on_with_its_time(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 proxy"}, body={"retry_after": 90.5})
    with pytest.raises(ChatUnavailable) as caught:
        await post(chat)
    assert caught.value.retry_after == 90.5
    discord_stand.fail("POST", MESSAGES, status=429, headers={"Retry-After": "45"})
    with pytest.raises(ChatUnavailable) as banned:
        await post(chat)
    assert banned.value.retry_after == 45.0


async def test_a_short_rate_limit_is_waited_out(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, status=429, headers={"Via": "1.1 proxy"}, body={"retry_after": 0.05})
    await post(chat)
    assert len(discord_stand.posted) == 1


async def test_an_error_of_discords_leaves_the_outcome_unknown(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, status=503)
    with pytest.raises(ChatUnknown, match="503"):
        await post(chat)


async def test_one_500_is_tried_again_with_the_same_nonce(chat: DiscordChat, discord_stand: Stand) -> None:
    discord_stand.fail("POST", MESSAGES, status=500, after=True)
    await post(chat)
    assert len(discord_stand.posted) == 1
    assert [body["nonce"] for body in discord_stand.asked("POST", MESSAGES)] == ["k1", "k1"]


async def test_nobody_there_is_unavailable() -> None:
    nobody = Stand()
    nobody.url = "http://127.0.0.1:9/api/v10"
    async with signed_up(nobody) as chat:
        with pytest.raises(ChatUnavailable, match="cannot be reached"):
            await post(chat)


async def test_logs_tell_of_each_post_once_and_never_the_token(
    chat: DiscordChat, discord_stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await post(chat)
    discord_stand.fail("POST", MESSAGES, status=403, code=50013)
    with pytest.raises(ChatRefused):
        await post(chat, "k2")
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("bot.")]
    assert [" ".join(line.split()[:3]) for line in ours] == [
        "discord.posted key=k1 channel=100",
        "discord.post_failed key=k2 channel=100",
    ]
    assert TOKEN not in caplog.text
