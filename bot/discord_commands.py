"""`/digest` on Discord: the command table as application commands, and answers to commands, buttons and typing.

Every interaction is acknowledged before any work is done, privately; buttons carry all they need in their id, so they
work after a restart and a year later.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.commands import Answers, Command, Option, Press, Request
from bot.discord_text import cut, plain, units
from bot.discord_view import pages, view_of
from digests.catalog import Catalogs
from digests.model import Destination, Message, Paragraph, Part, Span

GROUP = "digest"
_FOLLOW_UPS = 4
"""Discord takes five from an app that a member installed; one is kept for an apology."""
_CHOICES, _CHOICE = 25, 100
_TYPING_WITHIN = 2.5  # seconds; Discord drops choices that come after 3
_LONGEST = 1000
_NAME, _ABOUT = 32, 100
_SAID = frozenset(
    ("type", "name", "description", "name_localizations", "description_localizations", "required", "autocomplete")
) | {"min_length", "max_length", "nsfw"}
_EXPIRED = frozenset({10008, 10015, 10062})

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


class Tree(app_commands.CommandTree[Any]):
    """The command tree of one client; what goes wrong inside is logged and told in one private line."""

    def __init__(self, client: discord.Client, answers: Answers, catalogs: Catalogs, commands: Sequence[Command]):
        super().__init__(client)
        self.desk = Desk(answers, catalogs)
        self.words = Words(catalogs)
        self.add_command(_group(commands, self.desk, self.words))

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        _log.error("discord.interaction_failed", exc_info=error)
        await self.desk.apologise(interaction)

    async def publish(self) -> bool:
        """Register the commands unless they are registered just so (Discord limits how often); True if it did."""
        await self.set_translator(self.words)
        payload = [await command.get_translated_payload(self, self.words) for command in self.get_commands()]
        route = Route("GET", "/applications/{application_id}/commands", application_id=self.client.application_id)
        registered = await self.client.http.request(route, params={"with_localizations": "true"})
        if [_essence(command) for command in registered] == [_essence(command) for command in payload]:
            return False
        await self.sync()
        return True


class Words(app_commands.Translator):
    """Command names and descriptions from the catalogs; English is the text Discord falls back on."""

    def __init__(self, catalogs: Catalogs) -> None:
        self._catalogs = catalogs

    def english(self, key: str, default: str, limit: int = _ABOUT) -> app_commands.locale_str:
        catalog = self._catalogs.of("en")
        text = catalog(key) if catalog.has(key) else default
        return app_commands.locale_str(cut(plain(text), limit), key=key)

    def named(self, key: str, name: str) -> app_commands.locale_str:
        """A name stays as it is in English: people and documents call it so."""
        return app_commands.locale_str(name, key=key)

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        key, catalog = string.extras.get("key"), self._catalogs.of(locale.value)
        if key is None or catalog.language == "en" or key not in catalog.texts:
            return None
        text = plain(catalog.texts[key])
        return _valid_name(text) if key.endswith(".name") else cut(text, _ABOUT) or None


class Desk:
    """Takes interactions, asks `Answers`, shows what it says. Never lets an error through."""

    def __init__(self, answers: Answers, catalogs: Catalogs) -> None:
        self._answers, self._catalogs = answers, catalogs

    async def command(self, interaction: Interaction, command: str, options: Mapping[str, str]) -> None:
        async def ask() -> Message:
            locale, origin = _reader(interaction)
            return await self._answers.answer(Request(command=command, options=options, locale=locale, origin=origin))

        await self._served(interaction, f"command={command}", _deferred, ask)

    async def button(self, interaction: Interaction) -> None:
        """A pressed button: a private message of ours is edited in place, a public one is answered privately."""
        data: Mapping[str, Any] = interaction.data or {}
        verb, _, value = str(data.get("custom_id", "")).partition(":")

        async def ask() -> Message:
            locale, origin = _reader(interaction)
            return await self._answers.press(Press(verb=verb, value=value, locale=locale, origin=origin))

        private = interaction.message is not None and interaction.message.flags.ephemeral
        await self._served(interaction, f"verb={verb}", _deferred_in_place if private else _deferred, ask)

    async def choices(
        self, interaction: Interaction, command: str, option: str, typed: str
    ) -> list[app_commands.Choice[str]]:
        locale, _ = _reader(interaction)
        try:
            async with asyncio.timeout(_TYPING_WITHIN):
                found = await self._answers.suggest(command, option, typed, locale)
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
        ask: Callable[[], Awaitable[Message]],
    ) -> None:
        started = time.monotonic()
        try:
            await defer(interaction)
            await _show(interaction, await ask())
        except Exception as error:  # one interaction, one unit of work
            if isinstance(error, discord.NotFound) and error.code in _EXPIRED:
                _log.warning("discord.interaction_expired %s took=%.2f", what, time.monotonic() - started)
                return
            _log.exception("discord.interaction_failed %s", what)
            await self.apologise(interaction)
            return
        _log.info("discord.answered %s took=%.2f", what, time.monotonic() - started)


async def _deferred(interaction: Interaction) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)


async def _deferred_in_place(interaction: Interaction) -> None:
    await interaction.response.defer()


async def _show(interaction: Interaction, message: Message) -> None:
    first, *rest = pages(message)
    if len(rest) > _FOLLOW_UPS:
        rest[_FOLLOW_UPS - 1 :] = [_joined(rest[_FOLLOW_UPS - 1 :])]
    await interaction.edit_original_response(view=_sealed(first))
    for page in rest:
        await interaction.followup.send(view=_sealed(page), ephemeral=True, suppress_embeds=True)


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


# --- the command table as application commands ----------------------------------------------------------------------


def _group(commands: Sequence[Command], desk: Desk, words: Words) -> app_commands.Group:
    """Usable in servers, in direct messages and wherever a member who installed the app goes."""
    group = app_commands.Group(
        name=words.named(f"command.{GROUP}.name", GROUP),
        description=words.english(f"command.{GROUP}.about", "News in four sections"),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )
    for command in commands:
        group.add_command(_command(command, desk, words))
    return group


def _command(command: Command, desk: Desk, words: Words) -> app_commands.Command[Any, Any, None]:
    async def answered(interaction: Interaction, **given: str | None) -> None:
        options = {name: value for name, value in given.items() if value is not None}
        await desk.command(interaction, command.name, options)

    key = f"command.{command.name}"
    # discord.py reads a command's options off its function, as here the table says them.
    vars(answered)["__signature__"] = _signature(command.options)
    callback: Any = answered
    about = {o.name: words.english(f"{key}.{o.name}.about", o.name) for o in command.options}
    names = {o.name: words.named(f"{key}.{o.name}.name", o.name) for o in command.options}
    if command.options:
        callback = app_commands.rename(**names)(app_commands.describe(**about)(callback))
    made: app_commands.Command[Any, Any, None] = app_commands.Command(
        name=words.named(f"{key}.name", command.name),
        description=words.english(f"{key}.about", command.name),
        callback=callback,
    )
    for option in command.options:
        made.autocomplete(option.name)(_typing(command.name, option.name, desk))
    return made


def _signature(options: Sequence[Option]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    text = app_commands.Range[str, 1, _LONGEST]
    asked = sorted(options, key=lambda option: not option.required)
    return inspect.Signature(
        [
            inspect.Parameter("interaction", kind, annotation=discord.Interaction),
            *(
                inspect.Parameter(o.name, kind, annotation=text)
                if o.required
                else inspect.Parameter(o.name, kind, annotation=text | None, default=None)
                for o in asked
            ),
        ]
    )


def _typing(command: str, option: str, desk: Desk) -> Any:
    async def choices(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        return await desk.choices(interaction, command, option, current)

    return choices


def _valid_name(text: str) -> str | None:
    """A name Discord takes: one word of letters, digits, `-`, `_` in lower case; None for any other."""
    word = all(char.isalnum() or char in "-_'" for char in text)
    if text and word and len(text) <= _NAME and text == text.lower():
        return text
    _log.warning("discord.name_not_allowed name=%s", text)
    return None


def _essence(command: Mapping[str, Any]) -> dict[str, Any]:
    """What we say about a command, without what Discord adds (ids, versions, empty fields)."""
    essence = {name: command[name] for name in _SAID if command.get(name) not in (None, False, {}, [])}
    essence["options"] = [_essence(option) for option in command.get("options") or ()]
    essence["contexts"] = sorted(command.get("contexts") or ())
    essence["integration_types"] = sorted(command.get("integration_types") or ())
    return essence
