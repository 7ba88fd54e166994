"""What Slack refuses of a view (a modal, the Home tab) and of the menus and inputs in it: a strict reading of the
reference, independent of our renderer.

https://docs.slack.dev/reference/views · https://docs.slack.dev/reference/block-kit/block-elements
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import slack_rules
from slack_rules import Rule, bad

_MOST_BLOCKS, _MOST_BYTES = 100, 250_000
_COMMON = ("callback_id", "private_metadata", "external_id")
_MODAL = ("submit", "close", "clear_on_close", "notify_on_close", "submit_disabled")
_MENU = ("placeholder", "focus_on_load", "confirm")


def refused_view(view: Mapping[str, Any]) -> None:
    """Raises `Refusal` for a view Slack would not show."""
    modal = view.get("type") == "modal"
    if view.get("type") not in ("modal", "home"):
        raise bad(f"unsupported type: {view.get('type')}", "/view")
    needs = ("type", "blocks", *(("title",) if modal else ()))
    found = slack_rules._object(dict(view), "/view", needs=needs, may=(*_COMMON, *(_MODAL if modal else ())))
    for name in ("title", "submit", "close"):
        if name in found:
            slack_rules._text(found[name], f"/view/{name}", 24, ("plain_text",))
    for name, most in (("callback_id", 255), ("private_metadata", 3000), ("external_id", 255)):
        if name in found:
            slack_rules._string(found[name], f"/view/{name}", most)
    _blocks(found)
    if len(json.dumps(found, ensure_ascii=False).encode()) > _MOST_BYTES:
        raise bad("view is too large", "/view")


def _blocks(view: Mapping[str, Any]) -> None:
    blocks = slack_rules._list(view["blocks"], "/view/blocks", _MOST_BLOCKS)
    for number, block in enumerate(blocks):
        slack_rules._block(block, f"/view/blocks/{number}")
    slack_rules._unique((block.get("block_id") for block in blocks), "block_id")
    actions = (element for block in blocks for element in slack_rules._interactive(block))
    slack_rules._unique((element.get("action_id") for element in actions), "action_id")
    inputs = [block for block in blocks if block["type"] == "input"]
    if inputs and ("submit" not in view or view["type"] == "home"):
        raise bad("a view with inputs is a modal with a submit button", "/view")
    focused = re.findall(r'"focus_on_load": true', json.dumps(blocks))
    if len(focused) > 1:
        raise bad("only one element can have the focus", "/view")


def refused_options(answer: Mapping[str, Any]) -> None:
    """Raises `Refusal` for choices Slack would not offer."""
    found = slack_rules._object(dict(answer), "/options", needs=("options",))
    if not isinstance(found["options"], list) or len(found["options"]) > 100:
        raise bad("must have 0 to 100 items", "/options")
    for option in found["options"]:
        _option(option, "/options")


def _input(block: dict[str, Any], where: str) -> None:
    may = ("optional", "hint", "dispatch_action")
    slack_rules._object(block, where, needs=("type", "label", "element"), may=may)
    slack_rules._text(block["label"], where + "/label", 2000, ("plain_text",))
    if "hint" in block:
        slack_rules._text(block["hint"], where + "/hint", 2000, ("plain_text",))
    element = block["element"]
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in slack_rules.INPUTS:
        raise bad(f"unsupported type: {kind}", where)
    slack_rules.INPUTS[kind](element, where + "/element")


def _menu(*more: str, needs: tuple[str, ...] = ()) -> Rule:
    def rule(element: dict[str, Any], where: str) -> None:
        slack_rules._object(element, where, needs=("type", *needs), may=("action_id", *_MENU, *more))
        _named(element, where)
        for option in element.get("options", ()):
            _option(option, where)
        if "options" in element:
            slack_rules._list(element["options"], where + "/options", 100)
        _initial(element, where)

    return rule


def _named(element: Mapping[str, Any], where: str) -> None:
    if "action_id" in element:
        slack_rules._string(element["action_id"], where + "/action_id", 255)
    if "placeholder" in element:
        slack_rules._text(element["placeholder"], where + "/placeholder", 150, ("plain_text",))


def _initial(element: Mapping[str, Any], where: str) -> None:
    chosen = [
        *element.get("initial_options", ()),
        *([element["initial_option"]] if "initial_option" in element else []),
    ]
    for option in chosen:
        _option(option, where)
        if "options" in element and option not in element["options"]:
            raise bad("initial option is none of the options", where)
    if "initial_options" in element and not element["initial_options"]:
        raise bad("must have 1 or more items", where + "/initial_options")


def _option(option: Any, where: str) -> None:
    slack_rules._object(option, where, needs=("text", "value"), may=("description",))
    slack_rules._text(option["text"], where + "/text", 75, ("plain_text",))
    slack_rules._string(option["value"], where + "/value", 150)


def _conversations(element: dict[str, Any], where: str) -> None:
    may = ("initial_conversation", "default_to_current_conversation", "filter", "response_url_enabled")
    _menu(*may)(element, where)
    if "filter" in element:
        kept = ("include", "exclude_external_shared_channels", "exclude_bot_users")
        kinds = slack_rules._object(element["filter"], where + "/filter", needs=(), may=kept)
        if not kinds or set(kinds.get("include", ("im",))) - {"im", "mpim", "private", "public"}:
            raise bad("must be one of the provided values", where + "/filter")


def _time(element: dict[str, Any], where: str) -> None:
    _menu("initial_time", "timezone")(element, where)
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", element.get("initial_time", "00:00")):
        raise bad("must be HH:mm", where + "/initial_time")


def _text_input(element: dict[str, Any], where: str) -> None:
    may = ("action_id", "initial_value", "multiline", "min_length", "max_length", "focus_on_load", "placeholder")
    slack_rules._object(element, where, needs=("type",), may=may)
    _named(element, where)
    if not 1 <= element.get("max_length", 1) <= 3000:
        raise bad("must be less than 3001", where + "/max_length")
    if "initial_value" in element:
        slack_rules._string(element["initial_value"], where + "/initial_value", element.get("max_length", 3000))


_MENUS: dict[str, Rule] = {
    "static_select": _menu("options", "initial_option", needs=("options",)),
    "external_select": _menu("initial_option", "min_query_length"),
    "conversations_select": _conversations,
    "timepicker": _time,
}
slack_rules.ACTIONS.update(_MENUS)
slack_rules.INPUTS.update(
    _MENUS
    | {
        "plain_text_input": _text_input,
        "multi_static_select": _menu("options", "initial_options", "max_selected_items", needs=("options",)),
    }
)
slack_rules._BLOCKS["input"] = _input
