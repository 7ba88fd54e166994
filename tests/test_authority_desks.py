"""What the two platforms' desks say of a person's rights, for every command, verb and kind of request they take: nobody
is an admin because of how they asked. A new command, verb or kind of request without an expectation here fails."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import discord
import pytest
from discord_house import House
from discord_samples import DIGEST
from slack_clerk import Clerk, chat_for
from slack_stand import SlackStand

from bot.commands import ADMIN_COMMANDS, COMMANDS, VERBS, Field, Form, Press, Request
from bot.slack_blocks import button_id
from bot.slack_forms import PICK, ticket_of, view_of
from bot.slack_windows import SEARCH
from digests.message import Action

FORM = Form(title="f", verb="v", value="1", send="ok", fields=(Field(name="text", label="t"),))
MEMBER, ADMIN, GUEST = "U1", "U2", "U9"
"""On Slack. The guest is an admin too, of another company with which the channel is shared."""


def filled(name: str) -> dict[str, str]:
    """What a command cannot do without."""
    (command,) = [one for one in (*COMMANDS, *ADMIN_COMMANDS) if one.name == name]
    return {option.name: "https://news.example" for option in command.options if option.required}


# --- Discord ----------------------------------------------------------------------------------------------------------


def keeper_of(house: House) -> Any:
    role = house.guild.create_role("editors", permissions=discord.Permissions(manage_guild=True))
    return house.guild.add_member(house.env.create_user("carol"), roles=[role])


async def with_button(house: House, verb: str) -> Any:
    """A message in the channel, for everybody's eyes, with that button."""
    action = Action(label="press", verb=verb, value="1")
    await house.post(message=replace(DIGEST, actions=(action,)))
    assert house.channel.last_message is not None
    return house.channel.last_message


@pytest.mark.simcord(shard_count=1)
async def test_discord_takes_no_command_without_an_expectation(house: House) -> None:
    manage = discord.Permissions(manage_guild=True)
    found = {c.name: getattr(c, "default_permissions", None) for c in house.chat.client.tree.get_commands()}
    menus = house.chat.client.tree.get_commands(type=discord.AppCommandType.message)
    found |= {menu.name: menu.default_permissions for menu in menus}
    assert found == {"digest": None, "digest-admin": manage, "Digest this link": None}


@pytest.mark.simcord(shard_count=1)
@pytest.mark.parametrize("name", [command.name for command in ADMIN_COMMANDS])
async def test_on_discord_an_admins_command_is_open_to_those_who_manage_the_server(house: House, name: str) -> None:
    with pytest.raises(Exception, match="digest-admin"):
        await house.alice.slash(house.channel, f"digest-admin {name}", **filled(name))
    with pytest.raises(Exception, match="digest-admin"):
        await house.env.create_user("dave").slash(f"digest-admin {name}", **filled(name))
    assert house.desk.asked == []
    result = await keeper_of(house).slash(house.channel, f"digest-admin {name}", **filled(name))
    assert result.ephemeral
    assert [(asked.command, asked.admin) for asked in house.desk.asked if isinstance(asked, Request)] == [(name, True)]


@pytest.mark.simcord(shard_count=1)
@pytest.mark.parametrize("name", [command.name for command in COMMANDS])
async def test_on_discord_a_members_command_makes_nobody_an_admin(house: House, name: str) -> None:
    for person in (house.alice, keeper_of(house)):
        result = await person.slash(house.channel, f"digest {name}", **filled(name))
        assert result.ephemeral
    assert [(asked.command, asked.admin) for asked in house.desk.asked if isinstance(asked, Request)] == [
        (name, False)
    ] * 2


@pytest.mark.simcord(shard_count=1)
@pytest.mark.parametrize("verb", VERBS)
async def test_on_discord_a_public_button_and_its_form_are_an_admins_only_for_one(house: House, verb: str) -> None:
    message = await with_button(house, verb)
    for person in (house.alice, keeper_of(house)):
        await person.click(message, label="press")
        house.desk.opens = replace(FORM, verb=verb)
        shown = await person.click(message, label="press")
        await person.submit_modal(shown, {"text": "x"})
        house.desk.opens = None
    presses = [(p.verb, p.admin) for p in house.desk.asked if isinstance(p, Press)]
    assert presses == [(verb, False)] * 2 + [(verb, True)] * 2


# --- Slack ------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def slack() -> AsyncIterator[SlackStand]:
    async with SlackStand() as stand:
        stand.locales[GUEST] = "en-US"
        stand.admins.add(GUEST)
        stand.guests[GUEST] = "T9"
        yield stand


PEOPLE = ((MEMBER, False), (ADMIN, True), (GUEST, False))


async def test_slack_takes_no_kind_of_request_without_an_expectation(slack: SlackStand) -> None:
    """Commands, buttons and forms below; shortcuts, mentions and menus that are searched only look things up."""
    app = chat_for(slack, Clerk()).app()
    found = sorted(listener.ack_function.__name__ for listener in app._async_listeners)
    assert found == ["command", "event", "offered", "press", "shortcut", "submitted"]


@pytest.mark.parametrize(("user", "admin"), PEOPLE)
async def test_on_slack_only_an_admin_of_this_workspace_is_one_whatever_is_typed(
    slack: SlackStand, clerk: Clerk, user: str, admin: bool
) -> None:
    for command in (*COMMANDS, *ADMIN_COMMANDS):
        group = "/digest-admin" if command in ADMIN_COMMANDS else "/digest"
        text = " ".join((command.name, *filled(command.name).values()))
        await slack.send_command(text, user=user, command=group)
        await slack.answered(len(clerk.requests) + 1)
    asked = [(request.command, request.admin) for request in clerk.requests]
    assert asked == [(command.name, admin) for command in (*COMMANDS, *ADMIN_COMMANDS)]


@pytest.mark.parametrize(("user", "admin"), PEOPLE)
async def test_on_slack_only_an_admin_of_this_workspace_is_one_whatever_is_pressed_or_sent(
    slack: SlackStand, clerk: Clerk, user: str, admin: bool
) -> None:
    """In public and in private messages, in windows, in forms; also with verbs that no button has."""
    verbs = (*VERBS, "admin-", "admin-everything", "notice-")
    for verb in verbs:
        element = {"type": "button", "action_id": button_id(verb, 0), "value": "1"}
        await slack.press(element, user=user, ephemeral=False)
        await slack.press(element, user=user)
        await slack.press_in({"type": "home", "callback_id": "chokan"}, element, user=user)
        view = view_of(replace(FORM, verb=verb), ticket_of({"team_id": "T1", "channel_id": "C1"}))
        await slack.send_form(view, {"text": {"type": "plain_text_input", "value": "x"}}, user=user)
    await slack.until(lambda: len(clerk.presses) == 4 * len(verbs))
    assert {(press.verb, press.admin, press.reader) for press in clerk.presses} == {(v, admin, user) for v in verbs}


@pytest.mark.parametrize("user", [MEMBER, ADMIN, GUEST])
async def test_on_slack_what_only_looks_up_makes_nobody_an_admin(slack: SlackStand, clerk: Clerk, user: str) -> None:
    await slack.use_shortcut("see https://news.example/a", user=user)
    await slack.send_event({"type": "app_mention", "user": user, "channel": "C1", "text": "<@U0> pause", "ts": "1.1"})
    menu = {"type": "external_select", "action_id": button_id(PICK, 0)}
    await slack.press_in({"type": "modal", "callback_id": "chokan"}, menu, user=user, chosen="search:news")
    await slack.press_in({"type": "modal", "callback_id": "chokan"}, menu, user=user, chosen="pause:news")
    await slack.press({"type": "button", "action_id": button_id(SEARCH, 0), "value": "1"}, user=user)
    await slack.until(lambda: len(clerk.requests) == 4)
    assert {request.command for request in clerk.requests} <= {"link", "help", "search", "article"}
    assert [request.admin for request in clerk.requests] == [False] * 4
