"""Discord as a `Chat`: puts the client, the poster, the commands and the check together.

Knows messages and destinations, neither feeds nor the database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from bot.clocks import Clocks
from bot.commands import GROUPS, Answers, Command
from bot.discord_check import bot_finding, channel_finding
from bot.discord_client import ChokanClient
from bot.discord_commands import Tree
from bot.discord_errors import asking
from bot.discord_people import keepers
from bot.discord_post import Poster
from bot.discord_view import LIMITS, cost
from bot.telemetry import event, unit
from digests.catalog import Catalogs
from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown
from digests.message import Message, Part
from digests.model import Destination
from digests.outbox import Posted
from digests.ports import Finding

_LOOK_WITHIN, _DARK_FOR = 5.0, 60.0
"""Seconds a look at a channel may take, and for which it is not tried again after Discord did not answer."""

_log = logging.getLogger(__name__)


class DiscordChat:
    """The `Chat` port over one bot token. Posting and checking need REST only; `run` also connects the gateway."""

    platform = "discord"
    limits = LIMITS
    waits: tuple[float, ...] = (2.0, 5.0, 15.0, 30.0, 60.0)
    """Seconds between two tries to sign in while Discord cannot be reached."""

    def __init__(
        self,
        *,
        token: str,
        answers: Answers,
        catalogs: Catalogs,
        api_url: str | None = None,
        clocks: Clocks | None = None,
        groups: Mapping[str, Sequence[Command]] = GROUPS,
    ) -> None:
        self._token, self._catalogs = token, catalogs
        self.client = _Client(api_url, clocks)
        self.client.tree = Tree(self.client, answers, catalogs, groups)
        self._poster = Poster(self.client)
        self._signing_in = asyncio.Lock()
        self._dark_until = 0.0

    def cost(self, part: Part) -> tuple[int, int]:
        return cost(part)

    async def gathers(self, destination: Destination) -> bool:
        """Not waited for long: while Discord does not answer, every channel is taken for one that is no forum."""
        if time.monotonic() < self._dark_until:
            return False
        look = asyncio.create_task(self._is_forum(destination))
        await asyncio.wait({look}, timeout=_LOOK_WITHIN)
        if look.done() and look.result() is not None:
            return bool(look.result())
        self._dark_until = time.monotonic() + _DARK_FOR
        return False

    async def _is_forum(self, destination: Destination) -> bool | None:
        """None where it cannot be told."""
        try:
            await self._sign_in()
            return await self._poster.is_forum(destination)
        except ChatRefused:
            return False
        except ChatError as error:
            _log.warning("discord.channel_unknown channel=%s kind=%s", destination.channel, error.kind)
            return None

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        """As the port says. With `unknown`, an answer that did not come leaves the outcome unknown."""
        started = time.monotonic()
        try:
            await self._sign_in()
            posted = await self._poster.post(
                destination, message, key=key, parent=parent, unknown=unknown, silent=silent
            )
        except ChatUnavailable as error:
            _log.warning("discord.post_failed key=%s channel=%s kind=%s", key, destination.channel, error.kind)
            raise (ChatUnknown(str(error)) if unknown else error) from error
        except ChatError as error:
            _log.warning("discord.post_failed key=%s channel=%s kind=%s", key, destination.channel, error.kind)
            raise
        took = time.monotonic() - started
        _log.info("discord.posted key=%s channel=%s ref=%s took=%.2f", key, destination.channel, posted.ref, took)
        return posted

    async def keepers(self, destination: Destination, first: str) -> tuple[Destination, ...]:
        await self._sign_in()
        return await keepers(self.client, destination, first)

    async def edit(self, destination: Destination, message: Message, *, ref: str, key: str) -> None:
        await self._sign_in()
        await self._poster.edit(message, ref=ref, key=key)
        _log.info("discord.edited key=%s channel=%s", key, destination.channel)

    async def run(self) -> None:
        """Register the commands if they changed, connect, and answer until cancelled; `close` then ends the
        connection, so that what is being posted can be finished first. Where Discord cannot be reached it is tried
        again. Raises `ChatRefused` for a wrong token."""
        self.client.use_api_url()
        failures = 0
        while True:
            try:
                await self._sign_in()
                with asking(needs="the scope applications.commands"):
                    await self.register()
                break
            except ChatUnavailable as error:
                wait = error.retry_after or self.waits[min(failures, len(self.waits) - 1)]
                failures += 1
                event(_log, "discord.disconnected", level=logging.WARNING, error=str(error), retry_in=wait)
                await asyncio.sleep(wait)
        with asking():
            await self.client.connect(reconnect=True)

    def connected(self) -> bool:
        return self.client.is_ready() and not self.client.is_closed()

    async def register(self) -> bool:
        """Register the slash commands with Discord unless they are there already; True if it had to."""
        changed = await self.client.tree.publish()
        _log.info("discord.commands changed=%s", changed)
        return changed

    async def check(self, destinations: Sequence[Destination], language: str = "en") -> tuple[Finding, ...]:
        words = self._catalogs.of(language)
        try:
            await self._sign_in()
        except ChatError as error:
            key = "check.network.fix" if isinstance(error, ChatUnavailable) else "check.discord.token.fix"
            fix = words(key)
            return (Finding(subject="discord", ok=False, text=error.worded(words), fix=fix),)
        channels = [await channel_finding(self.client, destination, words) for destination in destinations]
        return (bot_finding(self.client, words), *channels)

    async def close(self) -> None:
        if self.client.shards:
            await self.client.close()
        else:
            # A client that never went online cannot be closed as a whole: its queue is made on the way there.
            await self.client.http.close()

    async def _sign_in(self) -> None:
        """Raises `ChatRefused` for a wrong token, `ChatUnavailable` where Discord does not answer."""
        async with self._signing_in:
            if self.client.user is None:
                try:
                    with asking():
                        await self.client.login(self._token)
                except ChatError:
                    # The next try makes a session and a connector of its own.
                    await self.client.http.close()
                    self.client.http.connector = discord.utils.MISSING
                    raise


class _Client(ChokanClient):
    tree: Tree

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        with unit():
            if interaction.type is discord.InteractionType.component:
                await self.tree.desk.button(interaction)
            if interaction.type is discord.InteractionType.modal_submit:
                await self.tree.desk.form(interaction)
