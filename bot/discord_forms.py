"""A neutral form as a Discord modal, and what was filled into it. Pure: nothing is sent, nothing is remembered.

Limits: https://docs.discord.com/developers/components/reference (title and labels 45, five components, text 4000).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import discord

from bot.commands import Field, Form
from bot.discord_text import cut, plain

_TITLE, _FIELDS, _CUSTOM_ID = 45, 5, 100
_CHOICES, _CHOICE = 25, 100
_LONGEST = 1000


def modal_of(form: Form) -> discord.ui.Modal:
    """A neutral form as Discord's modal: labels over inputs (https://docs.discord.com/developers/components)."""
    custom_id = f"{form.verb}:{form.value}"[:_CUSTOM_ID]
    modal = discord.ui.Modal(title=cut(plain(form.title), _TITLE), timeout=None, custom_id=custom_id)
    for field in [field for field in form.fields if field.kind != "channel"][:_FIELDS]:
        modal.add_item(discord.ui.Label(text=cut(plain(field.label), _TITLE), component=_input(field)))
    return modal


def _input(field: Field) -> discord.ui.Item[Any]:
    if field.choices:
        chosen = field.value.split(",") if field.kind == "several" else [field.value]
        options = [
            discord.SelectOption(label=cut(plain(c.label), _CHOICE), value=c.value, default=c.value in chosen)
            for c in field.choices[:_CHOICES]
        ]
        most = len(options) if field.kind == "several" else 1
        return discord.ui.Select(custom_id=field.name, options=options, required=field.required, max_values=most)
    return discord.ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.paragraph if field.long else discord.TextStyle.short,
        default=field.value or None,
        placeholder=cut(plain(field.hint), _CHOICE) or None,
        required=field.required,
        max_length=_LONGEST,
    )


def filled_in(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """What was filled into a form's fields, however deep they stand."""
    for component in components:
        inner = component.get("component")
        yield from filled_in([*(component.get("components") or ()), *([inner] if inner else ())])
        if "custom_id" in component:
            values = component.get("values") or ()
            yield str(component["custom_id"]), str(component.get("value") or ",".join(map(str, values)))
