"""Commands, typing and buttons through the real client against a simulated Discord."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
import pytest
from discord_house import SCHEMAS, House, words
from discord_samples import CATALOGS, DIGEST, Desk, discords_rules, said

from bot.chat_discord import DiscordChat
from bot.commands import Press, Progress, Request, Suggestion
from bot.discord_view import text_of
from digests.model import Destination

pytestmark = pytest.mark.simcord(shard_count=1)


# --- commands ---------------------------------------------------------------------------------------------------------


async def test_commands_are_registered_once_and_only_on_change(house: House) -> None:
    assert len(house.writes()) == 1
    assert await house.chat.register() is False
    await house.restart()
    assert await house.chat.register() is False
    assert len(house.writes()) == 1
    short = DiscordChat(token="t", answers=house.desk, catalogs=CATALOGS, groups={"digest": ()})
    await house.env.restart_bot(short.client)
    assert await short.register() is True


async def test_names_and_descriptions_are_localised(house: House) -> None:
    [group, *_] = house.writes()[0].json
    by_name = {option["name"]: option for option in group["options"]}
    assert list(by_name) == ["latest", "today", "date", "search", "article", "related", "help"]
    assert by_name["search"]["name_localizations"] == {"ja": "検索"}
    assert by_name["search"]["description_localizations"] == {"ja": "過去の要約を検索"}
    [option] = by_name["search"]["options"]
    assert (option["name"], option["required"], option["autocomplete"]) == ("words", True, True)
    assert option["name_localizations"] == {"ja": "言葉"}


async def test_commands_work_in_servers_in_direct_messages_and_for_members_who_installed_the_app(house: House) -> None:
    [group, *_] = house.writes()[0].json
    assert sorted(group["contexts"]) == [0, 1, 2]
    assert sorted(group["integration_types"]) == [0, 1]


async def test_an_answer_is_private_and_says_who_asked_from_where(house: House) -> None:
    result = await house.alice.slash(house.channel, "digest search", words="地震")
    assert (result.acknowledged, result.ephemeral) == (True, True)
    assert result.response is not None
    assert "レアアースをめぐる交渉が始まる" in words(result.response.components)
    origin = Destination(platform="discord", channel=str(house.channel.id), tenant=str(house.guild.id))
    asked = Request(command="search", options={"words": "地震"}, locale="en-US", origin=origin)
    assert house.desk.asked == [replace(asked, reader=str(house.alice.id))]


async def test_an_option_left_out_is_not_there(house: House) -> None:
    await house.alice.slash(house.channel, "digest latest")
    await house.alice.slash(house.channel, "digest latest", feed="NHK")
    assert [dict(asked.options) for asked in house.desk.asked if isinstance(asked, Request)] == [{}, {"feed": "NHK"}]


async def test_a_command_is_acknowledged_before_any_work(house: House) -> None:
    order: list[str] = []

    class Slow(Desk):
        async def answer(self, request: Request, progress: Progress | None = None) -> Any:
            calls = [r.path for r in house.env.http_requests if r.path.endswith("/callback")]
            order.append(f"asked after {len(calls)} callback")
            return await super().answer(request, progress)

    house.chat.client.tree.desk._answers = Slow()
    await house.alice.slash(house.channel, "digest help")
    assert order == ["asked after 1 callback"]


async def test_an_interaction_that_comes_twice_is_answered_once(house: House) -> None:
    """Discord takes one acknowledgement of an interaction; nothing is done before it."""
    [feed] = house.env.backend.subscribers

    def twice(event: str, payload: Any) -> None:
        feed(event, payload)
        if event == "INTERACTION_CREATE":
            feed(event, payload)

    house.env.backend.subscribers[:] = [twice]
    await house.alice.slash(house.channel, "digest help")
    assert len(house.desk.asked) == 1


async def test_a_long_answer_goes_on_in_private_follow_ups(house: House) -> None:
    house.desk.message = said(*("これは長い段落です。" * 300 for _ in range(3)))
    result = await house.alice.slash(house.channel, "digest latest")
    assert len(result.followups) == 2
    assert all(message.ephemeral for message in result.followups)


async def test_an_endless_answer_ends_before_discord_stops_taking_it(house: House) -> None:
    house.desk.message = said(*("これは長い段落です。" * 300 for _ in range(20)))
    result = await house.alice.slash(house.channel, "digest latest")
    assert len(result.followups) == 4
    assert words(result.followups[-1].components).endswith("…")


async def test_an_error_is_one_private_line_and_never_a_traceback(house: House) -> None:
    house.desk.error = RuntimeError("secret detail")
    result = await house.alice.slash(house.channel, "digest latest")
    line = result.response
    assert line is not None
    assert line.ephemeral
    assert CATALOGS.of("en")("discord.failed") == words(line.components).replace("\\", "")


async def test_readers_are_answered_in_their_own_language(house: House) -> None:
    house.speaks_japanese()
    await house.alice.slash(house.channel, "digest help")
    house.desk.error = RuntimeError("boom")
    result = await house.alice.slash(house.channel, "digest help")
    assert [asked.locale for asked in house.desk.asked] == ["ja", "ja"]
    assert result.response is not None
    assert CATALOGS.of("ja")("discord.failed") == words(result.response.components)


async def test_commands_are_answered_in_direct_messages(house: House) -> None:
    bob = house.env.create_user("bob")
    result = await bob.slash("digest latest")
    assert result.response is not None
    assert house.desk.asked[0].origin.tenant == "" if house.desk.asked[0].origin else "missing"


# --- typing -----------------------------------------------------------------------------------------------------------


async def test_suggestions_are_offered_while_typing(house: House) -> None:
    house.desk.suggestions = (
        Suggestion(label="NHK ニュース " + "長" * 200, value="nhk"),
        Suggestion(label="NHK too long a value", value="x" * 101),
        Suggestion(label="other", value="o"),
        *(Suggestion(label=f"NHK {n}", value=str(n)) for n in range(40)),
    )
    choices = await house.alice.autocomplete(house.channel, "digest latest", "feed", "NHK")
    assert len(choices) == 25
    assert (choices[0]["value"], len(choices[0]["name"])) == ("nhk", 100)
    assert choices[1]["value"] == "0"


async def test_no_suggestions_are_better_than_an_error_while_typing(house: House) -> None:
    house.desk.error = RuntimeError("boom")
    assert await house.alice.autocomplete(house.channel, "digest search", "words", "地") == []


# --- buttons ----------------------------------------------------------------------------------------------------------


async def test_a_button_on_a_public_message_is_answered_privately_even_after_a_restart(house: House) -> None:
    await house.post()
    await house.restart()
    message = house.channel.last_message
    assert message is not None
    result = await house.alice.click(message, label="続きを読む")
    assert (result.acknowledged, result.ephemeral) == (True, True)
    assert (house.desk.asked[0].verb, house.desk.asked[0].value) == ("more", "d41d8cd9")  # type: ignore[union-attr]
    assert result.response is not None
    assert house.channel.last_message is not None
    assert message.id == house.channel.last_message.id


async def test_a_button_on_a_private_answer_edits_it_in_place(house: House) -> None:
    shown = await house.alice.slash(house.channel, "digest latest")
    assert shown.response is not None
    house.desk.message = said("二ページ目")
    await house.alice.click(shown.response, label="続きを読む")
    assert words(shown.response.components) == "二ページ目"
    assert isinstance(house.desk.asked[-1], Press)


async def test_a_button_that_fails_says_so_privately(house: House) -> None:
    await house.post()
    house.desk.error = RuntimeError("boom")
    assert house.channel.last_message is not None
    result = await house.alice.click(house.channel.last_message, label="続きを読む")
    assert result.response is not None
    assert result.response.ephemeral
    assert words(result.response.components).startswith("That did not work.")


async def test_nothing_is_remembered_for_buttons(house: House) -> None:
    await house.post()
    await house.alice.slash(house.channel, "digest latest")
    assert list(house.chat.client.persistent_views) == []
    assert house.chat.client._connection._view_store._views == {}


# --- posting and checking with the gateway ----------------------------------------------------------------------------


async def test_an_edition_goes_to_the_channel_and_its_thread(house: House) -> None:
    first = await house.post(message=said("概要", title="朝刊 2025年2月14日"))
    await house.post("k2", parent=first.thread)
    [thread] = house.channel.threads
    assert thread.name == "朝刊 2025年2月14日"
    assert thread.last_message is not None
    assert "レアアースをめぐる交渉が始まる" in text_of(discord.ui.LayoutView.from_message(thread.last_message))


async def test_a_forum_gets_a_post(house: House) -> None:
    forum = house.guild.create_forum_channel("editions")
    first = await house.post(channel=forum)
    await house.post("k2", channel=forum, parent=first.thread)
    [thread] = forum.threads
    assert DIGEST.title == thread.name
    assert len(thread.history()) == 2


async def test_check_names_the_bot_and_what_each_channel_lacks(house: House) -> None:
    muted = house.guild.create_text_channel(
        "muted",
        overwrites={
            house.guild.default_role: discord.PermissionOverwrite(
                send_messages=False, create_public_threads=False, send_messages_in_threads=True
            )
        },
    )
    deaf = house.guild.create_text_channel(
        "deaf", overwrites={house.guild.default_role: discord.PermissionOverwrite(read_message_history=False)}
    )
    channels = (house.channel.id, muted.id, deaf.id, 42, "general")
    found = await house.chat.check([Destination(platform="discord", channel=str(id_)) for id_ in channels])
    assert [finding.ok for finding in found] == [True, True, False, True, False, False]
    assert [finding.warning for finding in found] == [False, False, False, True, False, False]
    assert "signed in as" in found[0].text
    assert found[2].text == "#muted: missing Send Messages, Create Public Threads"
    assert "allow Send Messages, Create Public Threads" in found[2].fix
    assert "no channel 42" in found[4].text
    assert "Copy Channel ID" in found[5].fix
    told = await house.chat.check([Destination(platform="discord", channel=str(muted.id))], "ja")
    assert told[1].text == "#muted: 「メッセージを送信」・「公開スレッドの作成」の権限がありません"
    (unknown,) = (await house.chat.check([Destination(platform="discord", channel="42")], "ja"))[1:]
    assert "チャンネル42がありません" in unknown.text


async def test_no_privileged_intent_is_asked_for(house: House) -> None:
    intents = house.chat.client.intents
    assert (intents.members, intents.presences, intents.message_content) == (False, False, False)
    mentions: Any = house.chat.client.allowed_mentions
    assert mentions.to_dict() == {"parse": []}


async def test_an_interaction_that_expired_is_let_go(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.env.inject_error("POST", "/interactions/*", status=404, code=10062)
    result = await house.alice.slash(house.channel, "digest help")
    assert (result.acknowledged, house.desk.asked) == (False, [])
    assert "discord.interaction_expired command=help" in caplog.text


async def test_everything_sent_is_what_discord_describes(house: House) -> None:
    if discords_rules() is None:
        pytest.skip("Discord's OpenAPI document is not here (set DISCORD_OPENAPI to its path)")
    first = await house.post()
    await house.post("k2", parent=first.thread)
    shown = await house.alice.slash(house.channel, "digest search", words="地震")
    assert shown.response is not None
    await house.alice.click(shown.response, label="続きを読む")
    overview = next(m for m in house.channel.history() if first.ref.endswith(str(m.id)))
    await house.alice.click(overview, label="続きを読む")
    house.desk.message = said(*("これは長い段落です。" * 300 for _ in range(3)))
    await house.alice.slash(house.channel, "digest latest")
    found, seen = house.violations()
    assert found == []
    assert seen == set(SCHEMAS.values())
