"""The desk where Discord's commands, buttons, forms and typing are answered.

Every interaction is acknowledged before any work is done, privately; buttons carry all they need in their id, so they
work after a restart and a year later.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands

from bot.commands import Answers, Form, Press, Reply, Request
from bot.discord_errors import asking
from bot.discord_forms import filled_in, modal_of
from bot.discord_text import cut, plain, units
from bot.discord_view import pages, view_of
from bot.telemetry import unit
from digests.catalog import Catalogs
from digests.layout import note
from digests.message import Message, Paragraph, Part, Span
from digests.model import Destination

_FOLLOW_UPS = 4
"""Discord takes five from an app that a member installed; one is kept for an apology."""
_CHOICES, _CHOICE = 25, 100
_TYPING_WITHIN = 2.5  # seconds; Discord drops choices that come after 3
_EXPIRED = frozenset({10008, 10015, 10062})
_QUIET = discord.AllowedMentions.none()

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


class DiscordDesk:
    """Takes interactions, asks `Answers`, shows what it says. Never lets an error through."""

    def __init__(self, answers: Answers, catalogs: Catalogs) -> None:
        self._answers, self._catalogs = answers, catalogs

    async def command(
        self, interaction: Interaction, command: str, options: Mapping[str, str], *, admin: bool = False
    ) -> None:
        """`admin`: Discord lets only those use the command whom the server's settings allow to."""

        async def ask() -> Reply:
            locale, origin = _reader(interaction)
            request = Request(
                command=command,
                options=options,
                locale=locale,
                origin=origin,
                admin=admin and interaction.guild_id is not None,
                reader=str(interaction.user.id),
                house=_house(interaction),
            )
            return await self._answers.answer(request, progress)

        async def progress(message: Message) -> None:
            with asking():
                await interaction.edit_original_response(view=_sealed(message))

        with unit():
            await self._served(interaction, f"command={command}", _deferred, ask)

    async def button(self, interaction: Interaction) -> None:
        """A pressed button: a private message of ours may be edited in place, a public one is answered privately."""
        press = _press(interaction)
        form = self._answers.form(press)
        if form is not None:
            await self._opened(interaction, form)
            return
        defer = _deferred_in_place if _is_private(interaction) else _deferred
        await self._served(interaction, f"verb={press.verb}", defer, lambda: self._answers.press(press))

    async def form(self, interaction: Interaction) -> None:
        """A form that was sent."""
        press = _press(interaction)
        await self._served(interaction, f"form={press.verb}", _deferred, lambda: self._answers.press(press))

    async def _opened(self, interaction: Interaction, form: Form) -> None:
        try:
            modal = modal_of(form)
            modal.stop()  # discord.py need not remember it: what is sent comes back by its id
            await interaction.response.send_modal(modal)
        except Exception:  # one interaction, one unit of work
            _log.exception("discord.form_failed verb=%s", form.verb)
            await self.apologise(interaction)

    async def choices(
        self, interaction: Interaction, command: str, option: str, typed: str
    ) -> list[app_commands.Choice[str]]:
        locale, origin = _reader(interaction)
        try:
            async with asyncio.timeout(_TYPING_WITHIN):
                found = await self._answers.suggest(command, option, typed, locale, origin)
        except Exception:  # one keystroke: no choices are better than an error while typing
            _log.exception("discord.suggestions_failed command=%s option=%s", command, option)
            return []
        named = [(cut(plain(s.label), _CHOICE), s.value) for s in found if s.value and units(s.value) <= _CHOICE]
        return [app_commands.Choice(name=name, value=value) for name, value in named if name][:_CHOICES]

    async def apologise(self, interaction: Interaction) -> None:
        """One private line that it did not work, on whichever way is still open."""
        catalog = self._catalogs.of(interaction.locale.value)
        line = Paragraph(spans=(Span(text=catalog("discord.failed")),))
        view = _sealed(Message(title="", parts=(Part(blocks=(line,)),)))
        try:
            if interaction.response.is_done():
                await interaction.followup.send(view=view, ephemeral=True)
            else:
                await interaction.response.send_message(view=view, ephemeral=True)
        except (discord.DiscordException, OSError) as error:
            _log.warning("discord.apology_failed error=%s", error)

    async def _served(
        self,
        interaction: Interaction,
        what: str,
        defer: Callable[[Interaction], Awaitable[None]],
        ask: Callable[[], Awaitable[Reply]],
    ) -> None:
        started = time.monotonic()
        try:
            await defer(interaction)
            await self._shown(interaction, await ask(), edits=defer is _deferred)
        except Exception as error:  # one interaction, one unit of work
            if isinstance(error, discord.NotFound) and error.code in _EXPIRED:
                _log.warning("discord.interaction_expired %s took=%.2f", what, time.monotonic() - started)
                return
            _log.exception("discord.interaction_failed %s", what)
            await self.apologise(interaction)
            return
        _log.info("discord.answered %s took=%.2f", what, time.monotonic() - started)

    async def _shown(self, interaction: Interaction, reply: Reply, *, edits: bool) -> None:
        """`edits`: the first message takes the place of "thinking…", whatever the reply says of its place."""
        if reply.share and not _may_post(interaction):
            catalog = self._catalogs.of(interaction.locale.value)
            reply = Reply(message=note(catalog("command.share.title"), catalog("command.share.refused"), catalog))
        first, *rest = [*_pages(reply.message), *reply.more]
        if edits or reply.in_place:
            await interaction.edit_original_response(view=_sealed(first))
        else:
            rest.insert(0, first)
        for message in rest:
            await interaction.followup.send(view=_sealed(message), ephemeral=True, suppress_embeds=True)
        for message in pages(reply.share) if reply.share else ():
            await interaction.followup.send(view=_sealed(message), suppress_embeds=True, allowed_mentions=_QUIET)


async def _deferred(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)


async def _deferred_in_place(interaction: Interaction) -> None:
    await interaction.response.defer()


def _pages(message: Message) -> list[Message]:
    """As many messages as may follow; the last holds what is left and will be cut."""
    first, *rest = pages(message)
    if len(rest) > _FOLLOW_UPS:
        rest[_FOLLOW_UPS - 1 :] = [_joined(rest[_FOLLOW_UPS - 1 :])]
    return [first, *rest]


def _joined(messages: Sequence[Message]) -> Message:
    """The last pages as one, which the renderer will cut."""
    last = messages[-1]
    parts = tuple(part for message in messages for part in message.parts)
    return Message(title=last.title, parts=parts, actions=last.actions, language=last.language)


def _sealed(message: Message) -> discord.ui.LayoutView:
    """A view discord.py does not keep: our buttons need no memory, and a bot answers for months."""
    view = view_of(message)
    view.stop()
    return view


def _reader(interaction: Interaction) -> tuple[str, Destination]:
    tenant = str(interaction.guild_id or "")
    origin = Destination(platform="discord", channel=str(interaction.channel_id or ""), tenant=tenant)
    return interaction.locale.value, origin


def _house(interaction: Interaction) -> str:
    """The server's locale, where somebody has chosen one: US English is what every server begins with."""
    chosen = interaction.guild_locale
    return chosen.value if chosen and chosen is not discord.Locale.american_english else ""


def _press(interaction: Interaction) -> Press:
    """The button or form of an interaction."""
    data: Mapping[str, Any] = interaction.data or {}
    verb, _, value = str(data.get("custom_id", "")).partition(":")
    locale, origin = _reader(interaction)
    return Press(
        verb=verb,
        value=value,
        locale=locale,
        origin=origin,
        # A private message was shown to nobody but whom Discord let use the command.
        admin=interaction.guild_id is not None and (interaction.permissions.manage_guild or _is_private(interaction)),
        name=interaction.user.display_name,
        reader=str(interaction.user.id),
        house=_house(interaction),
        fields=dict(filled_in(data.get("components") or ())),
    )


def _is_private(interaction: Interaction) -> bool:
    return interaction.message is not None and interaction.message.flags.ephemeral


def _may_post(interaction: Interaction) -> bool:
    """May the person, and the bot, write where this happens? In direct messages everybody may."""
    if interaction.guild_id is None:
        return True
    threaded = isinstance(interaction.channel, discord.Thread)
    both = (interaction.permissions, interaction.app_permissions)
    return all(p.send_messages_in_threads if threaded else p.send_messages for p in both)
