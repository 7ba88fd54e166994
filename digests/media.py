"""Media queries, asked of screens as people have them: what holds on one and not on another hides nothing.

https://www.w3.org/TR/mediaqueries-5/
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from digests.sums import numbers

_SCREENS: tuple[Mapping[str, float | str], ...] = (
    {"width": 360, "height": 740, "orientation": "portrait", "hover": "none", "pointer": "coarse", "resolution": 3},
    {"width": 1366, "height": 768, "orientation": "landscape", "hover": "hover", "pointer": "fine", "resolution": 1},
    {"width": 2560, "height": 1440, "orientation": "landscape", "hover": "hover", "pointer": "fine", "resolution": 2},
)
"""Lengths in pixels, resolution in dots per pixel."""
_ALIKE: Mapping[str, float | str] = {
    "color": 8,
    "color-index": 0,
    "monochrome": 0,
    "grid": 0,
    "scripting": "enabled",
    "update": "fast",
    "overflow-block": "scroll",
    "overflow-inline": "scroll",
    "display-mode": "browser",
    "forced-colors": "none",
    "inverted-colors": "none",
    "prefers-color-scheme": "light",
    "prefers-reduced-motion": "no-preference",
    "prefers-reduced-transparency": "no-preference",
    "prefers-reduced-data": "no-preference",
    "prefers-contrast": "no-preference",
    "scan": "progressive",
}
"""What all of them have, unless somebody has set it otherwise."""
_PIXELS = {"px": 1.0, "em": 16.0, "rem": 16.0, "": 1.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "pt": 4 / 3}
_HEAD = re.compile(r"\s*(?:(not|only)\s+)?(all|screen|print|speech|[a-z-]+)?\s*(?:and\b)?\s*(?=\(|not\b|\Z)")
_PART = re.compile(r"\s*(and|or|not)?\s*\(\s*([^()]*)\s*\)\s*")
_PLAIN = re.compile(r"(min-|max-)?([a-z-]+)\s*(?::\s*(.+))?")
_RANGE = re.compile(r"(?:([^<>=]+?)\s*([<>]=?)\s*)?([a-z-]+)\s*(?:([<>]=?|=)\s*([^<>=]+))?")


def on_every_screen(query: str) -> bool:
    """Whether a list of media queries holds wherever a page is read. What is not understood does not."""
    said = query.strip().lower()
    return not said or all(any(_holds(one, screen) for one in said.split(",")) for screen in _SCREENS)


def _holds(query: str, screen: Mapping[str, float | str]) -> bool:
    head = _HEAD.match(query)
    if head is None:
        return False
    found, at = head[2] in (None, "", "all", "screen"), head.end()
    while at < len(query):
        part = _PART.match(query, at)
        if part is None:
            return False
        one = _has(part[2].strip(), screen)
        one = one is not (part[1] == "not")
        found = found or one if part[1] == "or" else found and one
        at = part.end()
    return not found if head[1] == "not" else found


def _has(feature: str, screen: Mapping[str, float | str]) -> bool:
    plain = _PLAIN.fullmatch(feature)
    if plain is not None:
        side, name, said = plain[1] or "", plain[2], plain[3]
        own = _own(name, screen)
        if own is None:
            return False
        if said is None:
            return own not in (0, "none", "no-preference")
        return _is({"min-": ">=", "max-": "<="}.get(side, "="), own, said)
    between = _RANGE.fullmatch(feature)
    own = _own(between[3], screen) if between else None
    if between is None or own is None:
        return False
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    left = between[1] is None or _is(turned[between[2]], own, between[1])
    return left and (between[5] is None or _is(between[4], own, between[5]))


def _own(name: str, screen: Mapping[str, float | str]) -> float | str | None:
    name = name.removeprefix("any-").removeprefix("device-")
    return screen.get(name, _ALIKE.get(name))


def _is(sign: str, own: float | str, said: str) -> bool:
    if isinstance(own, str):
        return sign == "=" and own == said.strip()
    found = numbers(said)
    if len(found) != 1:
        return False
    wanted = found[0][0] * _PIXELS.get(found[0][1], 1.0)
    return {"<": own < wanted, "<=": own <= wanted, ">": own > wanted, ">=": own >= wanted}.get(sign, own == wanted)
