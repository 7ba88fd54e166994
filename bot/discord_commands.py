"""Commands on Discord: the command table as application commands in every language, registered only on change."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord import app_commands
from discord.http import Route

from bot.commands import Answers, Command, Option
from bot.discord_desk import DiscordDesk, Interaction
from bot.discord_text import cut, plain
from digests.catalog import Catalogs

_LONGEST = 1000
_NAME, _ABOUT = 32, 100
_SAID = frozenset(
    ("type", "name", "description", "name_localizations", "description_localizations", "required", "autocomplete")
) | {"min_length", "max_length", "nsfw", "value"}

_log = logging.getLogger(__name__)
Groups = Mapping[str, Sequence[Command]]


class Tree(app_commands.CommandTree[Any]):
    """The command tree of one client; what goes wrong inside is logged and told in one private line."""

    def __init__(self, client: discord.Client, answers: Answers, catalogs: Catalogs, groups: Groups):
        super().__init__(client)
        self.desk = DiscordDesk(answers, catalogs)
        self.words = Words(catalogs)
        for name, commands in groups.items():
            self.add_command(_group(name, commands, self.desk, self.words))
        self.add_command(_link_menu(self.desk, self.words))

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        _log.error("discord.interaction_failed", exc_info=error)
        await self.desk.apologise(interaction)

    async def publish(self) -> bool:
        """Register the commands unless they are registered just so (Discord limits how often); True if it did."""
        await self.set_translator(self.words)
        payload = [await command.get_translated_payload(self, self.words) for command in self.get_commands()]
        route = Route("GET", "/applications/{application_id}/commands", application_id=self.client.application_id)
        registered = await self.client.http.request(route, params={"with_localizations": "true"})
        if _essences(registered) == _essences(payload):
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

    def option_key(self, command: Command, option: Option) -> str:
        """The catalog key of an option: the command's own words, else those all commands of its kind share."""
        own = f"{command.key}.{option.name}"
        return own if self._catalogs.of("en").has(f"{own}.about") else f"{command.section}.{option.name}"

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


# --- the command table as application commands ----------------------------------------------------------------------


def _group(name: str, commands: Sequence[Command], desk: DiscordDesk, words: Words) -> app_commands.Group:
    """Look-ups are usable in servers, in direct messages and wherever a member who installed the app goes; the rest
    in servers only, by those who may manage them unless the server says otherwise."""
    admin = any(command.section == "admin" for command in commands)
    key = f"{'admin' if admin else 'command'}.{name}"
    group = app_commands.Group(
        name=words.named(f"{key}.name", name),
        description=words.english(f"{key}.about", "News in four sections"),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=not admin, private_channel=not admin),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=not admin),
        default_permissions=discord.Permissions(manage_guild=True) if admin else None,
    )
    for command in commands:
        group.add_command(_command(command, desk, words))
    return group


def _link_menu(desk: DiscordDesk, words: Words) -> app_commands.ContextMenu:
    """«Digest this link», on any message."""

    async def chosen(interaction: Interaction, message: discord.Message) -> None:
        await desk.command(interaction, "link", {"text": _text_with_links(message)})

    return app_commands.ContextMenu(
        name=words.english("command.link.label", "Digest this link", _NAME),
        callback=chosen,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )


def _text_with_links(message: discord.Message) -> str:
    """What a message says and links to, also in its embeds and buttons."""
    embeds = (embed.url for embed in message.embeds if embed.url)
    rows = (child for component in message.components for child in getattr(component, "children", ()))
    buttons = (str(child.url) for child in rows if getattr(child, "url", None))
    return "\n".join((message.content, *embeds, *buttons))


def _command(command: Command, desk: DiscordDesk, words: Words) -> app_commands.Command[Any, Any, None]:
    async def answered(interaction: Interaction, **given: str | None) -> None:
        options = {name: value for name, value in given.items() if value is not None}
        await desk.command(interaction, command.name, options, admin=command.section == "admin")

    # discord.py reads a command's options off its function, as here the table says them.
    vars(answered)["__signature__"] = _signature(command.options)
    callback: Any = answered
    keys = {option.name: words.option_key(command, option) for option in command.options}
    if keys:
        names = {name: words.named(f"{key}.name", name) for name, key in keys.items()}
        about = {name: words.english(f"{key}.about", name) for name, key in keys.items()}
        callback = app_commands.rename(**names)(app_commands.describe(**about)(callback))
    choices = {o.name: _fixed_choices(o, words) for o in command.options if o.choices}
    callback = app_commands.choices(**choices)(callback) if choices else callback
    made: app_commands.Command[Any, Any, None] = app_commands.Command(
        name=words.named(f"{command.key}.name", command.name),
        description=words.english(f"{command.key}.about", command.name),
        callback=callback,
    )
    for option in command.options:
        if not option.choices:
            made.autocomplete(option.name)(_typing(command.name, option.name, desk))
    return made


def _fixed_choices(option: Option, words: Words) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=words.english(f"choice.{value}", value), value=value) for value in option.choices]


def _signature(options: Sequence[Option]) -> inspect.Signature:
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    asked = sorted(options, key=lambda option: not option.required)
    return inspect.Signature(
        [
            inspect.Parameter("interaction", kind, annotation=discord.Interaction),
            *(
                inspect.Parameter(o.name, kind, annotation=_text(o))
                if o.required
                else inspect.Parameter(o.name, kind, annotation=_text(o) | None, default=None)
                for o in asked
            ),
        ]
    )


def _text(option: Option) -> Any:
    return str if option.choices else app_commands.Range[str, 1, _LONGEST]


def _typing(command: str, option: str, desk: DiscordDesk) -> Any:
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


def _essences(commands: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Commands in an order of their own: Discord keeps none."""
    return [_essence(c) for c in sorted(commands, key=lambda c: (c.get("type") or 1, c["name"]))]


def _essence(command: Mapping[str, Any]) -> dict[str, Any]:
    """What we say about a command, without what Discord adds (ids, versions, empty fields)."""
    essence = {name: command[name] for name in _SAID if command.get(name) not in (None, False, {}, [], "")}
    essence["options"] = [_essence(option) for option in command.get("options") or ()]
    essence["choices"] = [_essence(choice) for choice in command.get("choices") or ()]
    essence["contexts"] = sorted(command.get("contexts") or ())
    essence["integration_types"] = sorted(command.get("integration_types") or ())
    essence["permissions"] = str(command.get("default_member_permissions") or "")
    return essence
