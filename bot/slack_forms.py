"""Windows on Slack: neutral forms and messages as modals and as the Home tab, and what was filled in. Pure: no client,
no clock.

Everything an answer needs travels in a window's `private_metadata`: nothing is remembered between the two.
https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.commands import Field, Form, Suggestion
from bot.slack_blocks import blocks_of, button_id
from bot.slack_text import clean, cut, line
from digests.catalog import Catalog
from digests.message import Message
from digests.plain import isolated

Json = dict[str, Any]
CALLBACK = "chokan"
PICK = "pick"
"""The verb of the search window's menu."""
_TITLE, _LABEL, _OPTION, _OPTIONS, _METADATA = 24, 2000, 75, 100, 3000
_VALUE = 150
_TEXT = 1000
_BLOCKS = 100
_PLACEHOLDER = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that came back; `ticket` as it was made by `ticket_of`."""

    verb: str
    value: str
    fields: Mapping[str, str]
    ticket: Mapping[str, Any]
    stays: bool = False


def ticket_of(body: Mapping[str, Any]) -> Json:
    """What of a press or a command is needed to answer from a window later; a window hands its own on."""
    view = body.get("view") or {}
    if view.get("callback_id") == CALLBACK and view.get("type") == "modal":
        return dict(_told(view).get("ticket") or {})
    channel = (body.get("channel") or {}).get("id") or body.get("channel_id")
    team = (body.get("team") or {}).get("id") or body.get("team_id")
    return {"response_url": body.get("response_url"), "channel": {"id": channel}, "team": {"id": team}}


def view_of(form: Form, ticket: Mapping[str, Any]) -> Json:
    """A form as a modal: its messages, then its fields."""
    fields = [_input(field) for field in form.fields]
    shown = stacked(form.messages, _BLOCKS - len(fields))
    told: Json = {"verb": form.verb, "value": form.value, "ticket": ticket}
    told |= {"stays": True} if form.stays or not ticket.get("response_url") else {}
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps(told),
        "title": _plain(form.title, _TITLE),
        "submit": _plain(form.send, _TITLE),
        "blocks": [*shown, *fields],
    }


def window_of(messages: Sequence[Message], title: str, ticket: Mapping[str, Any]) -> Json:
    """Messages as a modal that is only read; what cannot be shared from there has no button for it."""
    if not ticket.get("response_url"):
        messages = [_unshared(message) for message in messages]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"ticket": ticket}),
        "title": _plain(title, _TITLE),
        "blocks": stacked(messages, _BLOCKS),
    }


def search_window(messages: Sequence[Message], catalog: Catalog, ticket: Mapping[str, Any]) -> Json:
    """A menu that is searched while one types, and below it what was picked."""
    menu: Json = {
        "type": "external_select",
        "action_id": button_id(PICK, 0),
        "placeholder": _plain(catalog("slack.search.placeholder"), _PLACEHOLDER),
        "min_query_length": 0,
        "focus_on_load": True,
    }
    found = window_of(messages, catalog("slack.search.title"), ticket)
    # The menu keeps what was picked as long as its block keeps its name.
    found["blocks"] = [{"type": "actions", "block_id": PICK, "elements": [menu]}, *found["blocks"][: _BLOCKS - 1]]
    found["private_metadata"] = json.dumps({"ticket": ticket, "search": True})
    return found


def home_of(messages: Sequence[Message]) -> Json:
    """The Home tab."""
    return {"type": "home", "callback_id": CALLBACK, "blocks": stacked(map(_unshared, messages), _BLOCKS)}


def searches(view: Mapping[str, Any]) -> bool:
    """Is this the search window?"""
    return bool(_told(view).get("search"))


def filled_in(view: Mapping[str, Any]) -> Sent | None:
    """None for a view that is not ours."""
    if view.get("callback_id") != CALLBACK:
        return None
    told = _told(view)
    blocks: Mapping[str, Any] = (view.get("state") or {}).get("values") or {}
    fields = {name: _said(element) for block in blocks.values() for name, element in block.items()}
    return Sent(
        verb=str(told.get("verb")),
        value=str(told.get("value")),
        fields=fields,
        ticket=told.get("ticket") or {},
        stays=bool(told.get("stays")),
    )


def options_of(found: Sequence[Suggestion]) -> list[Json]:
    """What is offered while somebody types."""
    return [_option(one) for one in found if 0 < len(one.value) <= _VALUE and one.value == clean(one.value)][:_OPTIONS]


def stacked(messages: Any, room: int) -> list[Json]:
    """The blocks of messages one below the other, with lines between; whole messages, as many as there is room for."""
    blocks: list[Json] = []
    for message in messages:
        more = [*([{"type": "divider"}] if blocks else []), *blocks_of(message)]
        if len(blocks) + len(more) > room:
            break
        blocks += more
    return _numbered(blocks)


def _numbered(blocks: list[Json]) -> list[Json]:
    """With every button's id its own in the whole window."""
    number = 0
    for block in blocks:
        for element in block["elements"] if block["type"] == "actions" else ():
            number += 1
            element["action_id"] = f"{element['action_id'].rpartition(':')[0]}:{number}"
    return blocks


def _unshared(message: Message) -> Message:
    return replace(message, actions=tuple(action for action in message.actions if action.verb != "share"))


def _told(view: Mapping[str, Any]) -> Mapping[str, Any]:
    told = json.loads(str(view.get("private_metadata") or "{}"))
    return told if isinstance(told, Mapping) else {}


def _said(element: Mapping[str, Any]) -> str:
    if element.get("selected_options") is not None:
        return ",".join(str(option.get("value")) for option in element["selected_options"])
    chosen = element.get("selected_option") or {}
    other = element.get("selected_time") or element.get("selected_conversation")
    return str(element.get("value") or chosen.get("value") or other or "")


def _input(field: Field) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "optional": not field.required,
        "label": _plain(field.label, _LABEL),
        "element": {**_element(field), "action_id": field.name},
    }
    return {**block, "hint": _plain(field.hint, _LABEL)} if field.hint else block


def _element(field: Field) -> Json:
    chosen: Json
    match field.kind:
        case "channel":
            chosen = {"initial_conversation": field.value} if field.value else {"default_to_current_conversation": True}
            kinds = {"include": ["public", "private"], "exclude_bot_users": True}
            return {"type": "conversations_select", "filter": kinds, **chosen}
        case "time":
            return {"type": "timepicker", "initial_time": field.value}
        case "zone":
            chosen = {"initial_option": _option(Suggestion(label=field.value, value=field.value))}
            return {"type": "external_select", "min_query_length": 0, **chosen}
        case "several":
            options = [_option(one) for one in field.choices[:_OPTIONS]]
            given = [option for option in options if option["value"] in field.value.split(",")]
            return {"type": "multi_static_select", "options": options, **({"initial_options": given} if given else {})}
    return _select(field) if field.choices else _text(field)


def _text(field: Field) -> Json:
    element: Json = {"type": "plain_text_input", "multiline": field.long, "max_length": _TEXT}
    return {**element, "initial_value": field.value} if field.value else element


def _select(field: Field) -> Json:
    options = [_option(one) for one in field.choices[:_OPTIONS]]
    chosen = [option for option in options if option["value"] == field.value]
    element: Json = {"type": "static_select", "options": options}
    return {**element, "initial_option": chosen[0]} if chosen else element


def _option(one: Suggestion) -> Json:
    return {"text": _plain(one.label, _OPTION), "value": one.value}


def _plain(text: str, limit: int) -> Json:
    """Right-to-left text is set apart, so that it does not reorder what stands beside it."""
    return {"type": "plain_text", "text": isolated(cut(line(text), limit - 2)) or "…", "emoji": False}
