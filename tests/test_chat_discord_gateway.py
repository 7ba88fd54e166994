"""Running: connects where it is told to, answers there, registers once, stops when asked, says when it may not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord_gateway import Gateway
from discord_samples import CATALOGS, Desk
from discord_stand import TOKEN, Stand, stand

from bot.chat_discord import DiscordChat
from digests.errors import ChatRefused
from digests.model import Destination

SOON = 10.0


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    server = Stand()
    made = Gateway(server)
    async with stand(server, made.routes()):
        yield made


@pytest.fixture
async def chat(gateway: Gateway) -> AsyncIterator[DiscordChat]:
    made = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url=gateway.stand.url + "/")
    yield made
    await made.close()


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_command_is_answered_at_the_address_that_was_set(chat: DiscordChat, gateway: Gateway) -> None:
    running = asyncio.create_task(chat.run())
    async with asyncio.timeout(SOON):
        await gateway.ready.wait()
        await gateway.command("help", "ja")
        await gateway.answered.wait()
    assert gateway.callbacks == [{"type": 5, "data": {"flags": 64}}]
    assert gateway.edits[0]["allowed_mentions"] == {"parse": []}
    assert discord.MessageFlags._from_value(gateway.edits[0]["flags"]).components_v2
    assert discord.http.Route.BASE == "https://discord.com/api/v10"
    await stopped(running)


async def test_commands_are_not_registered_again_by_the_next_start(chat: DiscordChat, gateway: Gateway) -> None:
    running = asyncio.create_task(chat.run())
    async with asyncio.timeout(SOON):
        await gateway.ready.wait()
    await stopped(running)
    assert [command["name"] for command in gateway.commands] == ["digest", "digest-admin", "Digest this link"]
    assert await chat.register() is False


async def test_after_run_is_cancelled_a_post_can_still_be_finished(chat: DiscordChat, gateway: Gateway) -> None:
    running = asyncio.create_task(chat.run())
    async with asyncio.timeout(SOON):
        await gateway.ready.wait()
    await stopped(running)
    to = Destination(platform="discord", channel="100")
    await chat.post(to, Desk().message, key="k1", parent=None, unknown=False, silent=False)
    assert len(gateway.stand.posted) == 1


async def test_closing_leaves_nothing_running(gateway: Gateway) -> None:
    before = asyncio.all_tasks()
    chat = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url=gateway.stand.url)
    running = asyncio.create_task(chat.run())
    async with asyncio.timeout(SOON):
        await gateway.ready.wait()
        await chat.client.wait_until_ready()  # the library waits for servers until then, also when closed
    assert ours(before)
    await stopped(running)
    await chat.close()
    await asyncio.sleep(0.1)
    assert ours(before) == []


def ours(before: set[asyncio.Task[Any]]) -> list[asyncio.Task[Any]]:
    """Tasks that run code of the library or of this program."""
    rooms = {task: Path(task.get_coro().cr_code.co_filename).parts for task in asyncio.all_tasks() - before}  # type: ignore[union-attr]
    return [task for task, parts in rooms.items() if {"bot", "discord"} & set(parts)]


async def test_a_token_the_gateway_refuses_ends_the_run(gateway: Gateway) -> None:
    chat = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url=gateway.stand.url)
    await chat.check(())  # signed in; then the token is reset
    chat.client.http.token = "reset"
    gateway.stand.open_to_all = True
    async with asyncio.timeout(SOON):
        with pytest.raises(ChatRefused, match="DISCORD_TOKEN is wrong"):
            await chat.run()
    await chat.close()


async def test_while_discord_cannot_be_reached_it_is_tried_again(
    chat: DiscordChat, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    """At the start of a machine the network may come later than the bot, and Slack is not to wait for Discord."""
    gateway.stand.fail("GET", "/users/@me", status=503, times=2)
    chat.waits = (0.0,)
    running = asyncio.create_task(chat.run())
    async with asyncio.timeout(SOON):
        await gateway.ready.wait()
    await stopped(running)
    said = [record.getMessage() for record in caplog.records]
    assert [line.split()[0] for line in said if "discord.disconnected" in line] == ["discord.disconnected"] * 2
    assert [line for line in said if "Unclosed" in line or "PyNaCl" in line] == []


async def test_a_check_without_a_network_does_not_blame_the_token() -> None:
    chat = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url="http://127.0.0.1:9/api/v10")
    (found,) = await chat.check((), "ja")
    assert ("つながりません" in found.text, "インターネット" in found.fix) == (True, True)
    await chat.close()
