"""Windows as pictures: Slack's modals and Home tab, Discord's modals, from the real payloads (see `tools.pictures`)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

Json = dict[str, Any]
Draws = Callable[[Json], str]


def slack_window(view: Json, block: Draws, chosen: str = "") -> str:
    """A modal, or the Home tab; `block` draws what a message has too, `chosen` is what stands in the search menu."""
    body = "".join(_slack_block(one, block, chosen) for one in view["blocks"])
    if view["type"] == "home":
        return f'<section class="home">{body}</section>'
    foot = ""
    if "submit" in view:
        foot = f'<div class="foot"><span class="button primary">{escape(view["submit"]["text"])}</span></div>'
    return f'<section class="modal"><p class="bar">{escape(view["title"]["text"])}<i>×</i></p>{body}{foot}</section>'


def _slack_block(one: Json, block: Draws, chosen: str) -> str:
    if one["type"] == "input":
        label, hint = escape(one["label"]["text"]), one.get("hint", {}).get("text", "")
        hint = f'<p class="small">{escape(hint)}</p>' if hint else ""
        return f'<div class="field"><p class="label">{label}</p>{_slack_element(one["element"], chosen)}{hint}</div>'
    if one["type"] == "actions" and one["elements"][0]["type"] != "button":
        return "".join(_slack_element(element, chosen) for element in one["elements"])
    return block(one)


def _slack_element(element: Json, chosen: str) -> str:
    kind = element["type"]
    if kind == "multi_static_select":
        chips = "".join(f"<b>{escape(o['text']['text'])}</b>" for o in element.get("initial_options", ()))
        return f'<div class="input chips">{chips}<i>▾</i></div>'
    value = element.get("initial_value") or element.get("initial_time") or ""
    value = element.get("initial_option", {}).get("text", {}).get("text") or value
    if kind == "conversations_select":
        value = "# news"
    if kind == "external_select" and not value:
        value = chosen
    mark = "" if kind == "plain_text_input" else "<i>▾</i>"
    ghost = element.get("placeholder", {}).get("text", "")
    shown = escape(value) if value else f"<u>{escape(ghost)}</u>"
    return f'<div class="input"><span>{shown or "&nbsp;"}</span>{mark}</div>'


def slack_menu(options: list[Json], shown: int) -> str:
    """The options that a searched menu offers."""
    rows = "".join(f"<p>{escape(option['text']['text'])}</p>" for option in options[:shown])
    return f'<div class="menu">{rows}</div>'


def discord_window(modal: Json, send: str) -> str:
    """A modal with labels over inputs."""
    rows = "".join(_discord_label(label) for label in modal["components"])
    foot = f'<div class="foot"><span class="button style1">{escape(send)}</span></div>'
    return f'<section class="modal"><p class="bar">{escape(modal["title"])}<i>×</i></p>{rows}{foot}</section>'


def _discord_label(label: Json) -> str:
    element = label["component"]
    needed = ' <em class="need">*</em>' if element.get("required") else ""
    chosen = [o["label"] for o in element.get("options", ()) if o.get("default")]
    if element["type"] == 3:
        chips = "".join(f"<b>{escape(one)}</b>" for one in chosen) if len(chosen) > 1 else escape("".join(chosen))
        inner = f'<div class="input chips"><span>{chips}</span><i>▾</i></div>'
    else:
        value = escape(element.get("value") or "") or f"<u>{escape(element.get('placeholder') or '')}</u>"
        inner = f'<div class="input"><span>{value or "&nbsp;"}</span></div>'
    return f'<div class="field"><p class="label">{escape(label["label"])}{needed}</p>{inner}</div>'


WINDOW_STYLE = """
.modal{border-radius:10px;padding:0 20px 16px;margin:0 auto;max-width:560px}
.modal .bar{display:flex;justify-content:space-between;font-weight:800;font-size:18px;padding:14px 0;margin:0 0 10px}
.bar i{font-style:normal;opacity:.6}.foot{display:flex;justify-content:flex-end;margin:16px 0 0}
.field{margin:12px 0}.label{font-weight:700;margin:0 0 4px}
.input{display:flex;justify-content:space-between;gap:8px;border-radius:6px;padding:6px 10px;min-height:36px}
.input i{font-style:normal;opacity:.6}.input u{text-decoration:none;opacity:.55}
.chips b{font-weight:600;font-size:13px;border-radius:4px;padding:1px 6px;margin:0 4px 2px 0;display:inline-block}
.menu{border-radius:6px;margin:2px 0 12px;padding:6px 0}.menu p{padding:3px 12px;margin:0}
.menu p:first-child{background:#1264a3;color:#fff}.home{max-width:640px}
.need{color:#f23f42;font-style:normal}
"""
WINDOW_STYLES = {
    "slack": """
.modal{border:1px solid #ccc;box-shadow:0 2px 14px #0002}.modal .bar{border-bottom:1px solid #ddd}
.input,.menu{border:1px solid #aaa}.chips b{background:#e8f5fa}
""",
    "discord": """
.modal{background:#242529;border:1px solid #3a3b41}.input{background:#1c1d21;border:1px solid #3a3b41}
.chips b{background:#3a3b41}.modal .bar{color:#f2f3f5}
""",
}
