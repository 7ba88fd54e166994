"""What many tests begin with: a new database and a store on it, on SQLite and on PostgreSQL; both platforms' desks on a
simulated Discord and a Slack on loopback, with answers that say back what was asked."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
import simcord
from databases import BACKENDS, database
from discord_house import House
from discord_samples import CATALOGS, Desk
from hypothesis import settings
from loopback import serving
from poll_house import Site
from slack_clerk import Clerk, at_work
from slack_stand import SlackStand
from store_samples import NOW

from bot.chat_discord import DiscordChat
from bot.store import SqlStore, open_store

settings.register_profile("fixed", derandomize=True)
settings.register_profile("seek", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))
"""The same examples each time, so that a failure is of what was changed; others with HYPOTHESIS_PROFILE=seek."""


@pytest.fixture(params=BACKENDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    async with database(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = await open_store(url, now=NOW)
    yield store
    await store.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    async with serving(made.application()) as base:
        made.base = base
        yield made


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def chat(desk: Desk) -> DiscordChat:
    return DiscordChat(token="t", answers=desk, catalogs=CATALOGS)


@pytest.fixture
def simcord_bot(chat: DiscordChat) -> discord.Client:
    return chat.client


@pytest.fixture
async def house(simcord_env: simcord.Env, chat: DiscordChat, desk: Desk) -> House:
    home = House(simcord_env, chat, desk)
    await chat.register()
    return home


@pytest.fixture
async def slack() -> AsyncIterator[SlackStand]:
    async with SlackStand() as stand:
        yield stand


@pytest.fixture
async def clerk(slack: SlackStand) -> AsyncIterator[Clerk]:
    async with at_work(slack) as found:
        yield found
