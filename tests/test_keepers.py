"""Whom each platform names when something is wrong with a channel, and that a private message reaches them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from discord_samples import CATALOGS, Desk
from discord_stand import DIRECT, GUILD, OWNER, TEXT, TOKEN, Stand, stand
from slack_clerk import Clerk, chat_for, said
from slack_stand import SlackStand

from bot.chat_discord import DiscordChat
from bot.chat_slack import SlackChat
from digests.model import Destination
from digests.ports import Chat

HERE = Destination(platform="discord", channel=str(TEXT))
NEWS = Destination(platform="slack", channel="C1", tenant="T1")


async def named(chat: Chat, where: Destination, first: str) -> list[str]:
    return [place.channel for place in await chat.keepers(where, first)]


@pytest.fixture
async def slack() -> AsyncIterator[SlackStand]:
    async with SlackStand() as made:
        yield made


def slack_chat(slack: SlackStand, *admins: str) -> SlackChat:
    return chat_for(slack, Clerk(), admins=admins)


async def test_on_discord_who_set_it_up_and_who_owns_the_server_are_told() -> None:
    async with stand(Stand()) as server:
        chat = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url=server.url)
        both = [str(8 + DIRECT), str(OWNER + DIRECT)]
        assert await named(chat, HERE, "8") == both
        posted = await chat.post(
            (await chat.keepers(HERE, "8"))[0], said("shut"), key="n1", parent=None, unknown=False, silent=False
        )
        assert posted.ref.partition("/")[0] == both[0]
        server.unreachable = {8}
        assert await named(chat, replace(HERE, tenant=str(GUILD)), "8") == both[1:]
        server.fail("GET", f"/guilds/{GUILD}", status=404, code=10004)
        assert await named(chat, replace(HERE, tenant=str(GUILD)), "") == []
        await chat.close()


async def test_on_slack_who_set_it_up_is_told_else_whom_the_settings_name_else_the_workspaces_admins(
    slack: SlackStand,
) -> None:
    slack.groups["S1"] = ["U3"]
    assert await named(slack_chat(slack), NEWS, "U1") == ["U1"]
    assert await named(slack_chat(slack, "U4", "S1"), NEWS, "") == ["U4", "U3"]
    assert await named(slack_chat(slack), NEWS, "") == ["U2"]
    slack.refuse("users.list", "missing_scope")
    assert await named(slack_chat(slack), NEWS, "") == []


async def test_on_slack_a_message_to_a_person_arrives_in_the_apps_own_conversation(slack: SlackStand) -> None:
    chat = slack_chat(slack)
    (person,) = await chat.keepers(NEWS, "U1")
    posted = await chat.post(person, said("shut"), key="n1", parent=None, unknown=False, silent=False)
    assert posted.ref.startswith("D1/")
