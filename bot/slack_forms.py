"""A neutral form as a Slack modal, and what was filled into it. Pure: no client, no clock.

Everything an answer needs travels in the modal's `private_metadata`: nothing is remembered between the two.
https://docs.slack.dev/surfaces/modals
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.commands import Field, Form
from bot.slack_text import cut, line

Json = dict[str, Any]
CALLBACK = "chokan"
_TITLE, _LABEL, _OPTION, _OPTIONS, _METADATA = 24, 2000, 75, 100, 3000
_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that came back; `ticket` as it was made by `ticket_of`."""

    verb: str
    value: str
    fields: Mapping[str, str]
    ticket: Mapping[str, Any]


def ticket_of(body: Mapping[str, Any]) -> Json:
    """What of a button's press is needed to answer the form later."""
    channel, team = (body.get("channel") or {}).get("id"), (body.get("team") or {}).get("id")
    return {"response_url": body.get("response_url"), "channel": {"id": channel}, "team": {"id": team}}


def view_of(form: Form, ticket: Mapping[str, Any]) -> Json:
    """The modal's view."""
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"verb": form.verb, "value": form.value, "ticket": ticket}),
        "title": _plain(form.title, _TITLE),
        "submit": _plain(form.send, _TITLE),
        "blocks": [_input(field) for field in form.fields],
    }


def filled_in(view: Mapping[str, Any]) -> Sent | None:
    """None for a view that is not ours."""
    if view.get("callback_id") != CALLBACK:
        return None
    told = json.loads(str(view.get("private_metadata") or "{}"))
    blocks: Mapping[str, Any] = (view.get("state") or {}).get("values") or {}
    fields = {name: _said(element) for block in blocks.values() for name, element in block.items()}
    return Sent(
        verb=str(told.get("verb")), value=str(told.get("value")), fields=fields, ticket=told.get("ticket") or {}
    )


def _said(element: Mapping[str, Any]) -> str:
    chosen = element.get("selected_option") or {}
    return str(element.get("value") or chosen.get("value") or "")


def _input(field: Field) -> Json:
    return {
        "type": "input",
        "block_id": field.name,
        "optional": not field.required,
        "label": _plain(field.label, _LABEL),
        "element": _select(field) if field.choices else _text(field),
    }


def _text(field: Field) -> Json:
    element: Json = {"type": "plain_text_input", "action_id": field.name, "multiline": field.long, "max_length": _TEXT}
    return {**element, "initial_value": field.value} if field.value else element


def _select(field: Field) -> Json:
    options = [{"text": _plain(c.label, _OPTION), "value": c.value} for c in field.choices[:_OPTIONS]]
    chosen = [option for option in options if option["value"] == field.value]
    element: Json = {"type": "static_select", "action_id": field.name, "options": options}
    return {**element, "initial_option": chosen[0]} if chosen else element


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": cut(line(text), limit) or "…", "emoji": False}
