"""What Slack refuses of a message: a strict reading of the Block Kit reference, independent of our renderer.

https://docs.slack.dev/reference/block-kit/blocks and …/block-elements; the total is what Slack was seen to refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

MAX_BLOCKS = 50
MAX_TEXT = 40_000
MAX_CHARACTERS = 11_300


class Refusal(Exception):
    """`code` is Slack's error, `messages` what it says in `response_metadata`."""

    def __init__(self, code: str, *messages: str) -> None:
        super().__init__(code, *messages)
        self.code, self.messages = code, messages


def refused_message(body: Mapping[str, Any]) -> None:
    """Raises `Refusal` for a message body Slack would not take."""
    text, blocks = body.get("text"), body.get("blocks")
    if not text and not blocks:
        raise Refusal("no_text")
    if text is not None and (not isinstance(text, str) or units(text) > MAX_TEXT):
        raise Refusal("msg_too_long")
    if blocks is not None:
        check_blocks(blocks)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format")
    if len(blocks) > MAX_BLOCKS:
        raise bad(f"no more than {MAX_BLOCKS} items allowed", "blocks")
    for number, block in enumerate(blocks):
        _block(block, f"/blocks/{number}")
    _unique((block.get("block_id") for block in blocks), "block_id")
    _unique((element.get("action_id") for block in blocks for element in _interactive(block)), "action_id")
    if _characters(blocks) > MAX_CHARACTERS:
        raise Refusal("msg_blocks_too_long")


def bad(message: str, where: str) -> Refusal:
    return Refusal("invalid_blocks", f"[ERROR] {message} [json-pointer:{where}]")


def _interactive(block: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(block["elements"]) if block["type"] == "actions" else []


def _unique(values: Any, name: str) -> None:
    given = [value for value in values if value is not None]
    if len(given) != len(set(given)):
        raise bad(f"`{name}` is used twice", "/blocks")


def _characters(value: Any) -> int:
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    if isinstance(value, dict):
        return sum(_characters(item) for key, item in value.items() if key not in ("type", "block_id", "action_id"))
    if not isinstance(value, str):
        return 0
    return units(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


# --- shapes -----------------------------------------------------------------------------------------------------------


def _object(value: Any, where: str, *, needs: Collection[str], may: Collection[str] = ()) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad("must be an object", where)
    for name in needs:
        if name not in value:
            raise bad(f"missing required field: {name}", where)
    unknown = set(value) - set(needs) - set(may)
    if unknown:
        raise bad(f"no such field: {sorted(unknown)}", where)
    return value


def _string(value: Any, where: str, most: int, least: int = 1) -> str:
    if not isinstance(value, str):
        raise bad("must be a string", where)
    try:
        size = units(value)
    except UnicodeEncodeError as error:
        raise Refusal("invalid_json") from error
    if size < least:
        raise bad(f"must be more than {least - 1} characters", where)
    if size > most:
        raise bad(f"must be less than {most + 1} characters", where)
    return value


def _list(value: Any, where: str, most: int, least: int = 1) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise bad(f"must have {least} to {most} items", where)
    return value


def _url(value: Any, where: str) -> None:
    text = _string(value, where, 3000)
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or any(char <= " " for char in text):
        raise bad("must be a valid URL", where)


def _text(value: Any, where: str, most: int, types: Collection[str]) -> None:
    found = _object(value, where, needs=("type", "text"), may=("emoji", "verbatim"))
    if found["type"] not in types:
        raise bad(f"unsupported type: {found['type']}", where)
    if ("emoji" in found and found["type"] != "plain_text") or ("verbatim" in found and found["type"] != "mrkdwn"):
        raise bad("field of the other text type", where)
    if not _string(found["text"], where, most).strip():
        raise bad("must be more than 0 characters", where)
    if found["type"] == "mrkdwn":
        _control_sequences(found["text"], where)


def _control_sequences(text: str, where: str) -> None:
    """Every `<` opens `<http…|label>`: a raw one would be a mention, a date or garbage."""
    for piece in text.split("<")[1:]:
        inner, closed, _ = piece.partition(">")
        if not closed or not inner.startswith(("http://", "https://")) or inner.count("|") > 1:
            raise bad("live control sequence", where)
        _url(inner.partition("|")[0], where)


# --- blocks -----------------------------------------------------------------------------------------------------------


def _block(block: Any, where: str) -> None:
    kind = block.get("type") if isinstance(block, dict) else None
    rule = _BLOCKS.get(kind) if isinstance(kind, str) else None
    if rule is None:
        raise bad(f"unsupported type: {kind}", where)
    if "block_id" in block:
        _string(block["block_id"], where + "/block_id", 255)
    rule({key: value for key, value in block.items() if key != "block_id"}, where)


def _header(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type", "text"))
    _text(block["text"], where + "/text", 150, ("plain_text",))


def _section(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type", "text"), may=("expand",))
    _text(block["text"], where + "/text", 3000, ("plain_text", "mrkdwn"))


def _divider(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type",))


def _context(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type", "elements"))
    for number, element in enumerate(_list(block["elements"], where + "/elements", 10)):
        _text(element, f"{where}/elements/{number}", 3000, ("plain_text", "mrkdwn"))


def _actions(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type", "elements"))
    for number, element in enumerate(_list(block["elements"], where + "/elements", 25)):
        kind = element.get("type") if isinstance(element, dict) else None
        rule = ACTIONS.get(kind, _button) if isinstance(kind, str) else _button
        rule(element, f"{where}/elements/{number}")


def _button(element: Any, where: str) -> None:
    needs, may = ("type", "text"), ("action_id", "url", "value", "style", "accessibility_label")
    button = _object(element, where, needs=needs, may=may)
    if button["type"] != "button":
        raise bad(f"unsupported type: {button['type']}", where)
    _text(button["text"], where + "/text", 75, ("plain_text",))
    if button.get("style", "primary") not in ("primary", "danger"):
        raise bad("must be one of the provided values", where + "/style")
    for name, most in (("action_id", 255), ("value", 2000), ("accessibility_label", 75)):
        if name in button:
            _string(button[name], f"{where}/{name}", most)
    if "url" in button:
        _url(button["url"], where + "/url")


def _rich_text(block: dict[str, Any], where: str) -> None:
    _object(block, where, needs=("type", "elements"))
    for number, element in enumerate(_list(block["elements"], where + "/elements", 1000)):
        _rich_element(element, f"{where}/elements/{number}")


def _rich_element(element: Any, where: str) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "rich_text_list":
        _object(element, where, needs=("type", "style", "elements"), may=("indent", "offset", "border"))
        if element["style"] not in ("bullet", "ordered"):
            raise bad("must be bullet or ordered", where + "/style")
        for number, item in enumerate(_list(element["elements"], where + "/elements", 1000)):
            _rich_section(item, f"{where}/elements/{number}", ("rich_text_section",))
    else:
        _rich_section(element, where, ("rich_text_section", "rich_text_quote", "rich_text_preformatted"))


def _rich_section(element: Any, where: str, kinds: Collection[str]) -> None:
    _object(element, where, needs=("type", "elements"), may=("border",))
    if element["type"] not in kinds:
        raise bad(f"unsupported type: {element['type']}", where)
    for number, inline in enumerate(_list(element["elements"], where + "/elements", 10_000)):
        _inline(inline, f"{where}/elements/{number}")


def _inline(element: Any, where: str) -> None:
    kind = element.get("type") if isinstance(element, dict) else None
    if kind == "text":
        _object(element, where, needs=("type", "text"), may=("style",))
    elif kind == "link":
        _object(element, where, needs=("type", "url"), may=("text", "style", "unsafe"))
        _url(element["url"], where + "/url")
    elif kind == "channel":  # names a channel and notifies nobody
        _object(element, where, needs=("type", "channel_id"), may=("style",))
    else:  # user, usergroup, broadcast, emoji, date, color: all live, none is ours to send
        raise bad(f"unsupported type: {kind}", where)
    if "text" in element:
        _string(element["text"], where + "/text", 3000)
    if "style" in element:
        style = _object(element["style"], where + "/style", needs=(), may=("bold", "italic", "strike", "code"))
        if not all(isinstance(value, bool) for value in style.values()):
            raise bad("must be a boolean", where + "/style")


Rule = Callable[[dict[str, Any], str], None]
ACTIONS: dict[str, Rule] = {}
"""Rules for what else than buttons may stand among actions (`slack_view_rules` adds the menus)."""
INPUTS: dict[str, Rule] = {}
_BLOCKS: dict[str, Rule] = {
    "header": _header,
    "section": _section,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "rich_text": _rich_text,
}
