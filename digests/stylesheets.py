"""A page's own stylesheets, as far as they tell what can be seen: rules by selectors of names, tags and attributes,
also one inside another, in the blocks that hold on every screen. Knows elements, no looks.

What a rule says for print, for narrow screens only or while something is hovered is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from lxml.html import HtmlElement

from digests.styles import Declarations, declarations, insisted, unescaped

_STYLE_LIMIT = 200_000
_RULES = 5_000
_LOOKS, _CHEAP = 200_000, 100
"""Comparisons of rules with elements, in all, and how many cost as little as one where what must stand around
the element does not."""
_NOTHING: frozenset[tuple[str, str]] = frozenset()
_LONG_SELECTOR, _STEPS = 300, 8
_TELLING = (
    *(
        "display",
        "visibility",
        "content-visibility",
        "opacity",
        "filter",
        "mask",
        "-webkit-",
        "zoom",
        "scale",
        "rotate",
    ),
    *("trans", "position", "left", "right", "top", "bottom", "inset", "margin", "padding-", "text-indent", "clip"),
    *(
        "overflow",
        "height",
        "width",
        "max-",
        "min-height",
        "block-size",
        "inline-size",
        "line-height",
        "letter-spacing",
    ),
    *("word-spacing", "color", "background", "font"),
)
"""How the names of properties begin that tell whether something is seen."""
_TOKEN = re.compile(r"@[^{};]{0,500}[{;]|[{};]|[^{};@]{1,4000}|@")
_AT_RULE = re.compile(r"\s*([\w-]+)")
_PIECE = re.compile(
    r"(?P<tag>\*|[a-zA-Z][\w-]{0,30})|\.(?P<class>-?[\w-]{1,80})|#(?P<id>-?[\w-]{1,80})"
    r"|\[\s*(?P<attribute>[\w-]{1,80})\s*(?:(?P<how>[~|^$*]?=)\s*(?P<value>\"[^\"]{0,200}\"|'[^']{0,200}'|[\w-]{1,80})\s*[is]?\s*)?\]"
    r"|:(?:is|where)\(\s*(?P<inside>[.#]?[\w-]{1,80})\s*\)|:nth-(?:last-)?(?:child|of-type)\(\s*(?:n|1n\+0|n\+0)\s*\)"
)
_JOINT = re.compile(r"\s*([>+~])\s*|\s+")
_EVERY_SCREEN = re.compile(
    r"\s*(?:only\s+)?(?:all|screen)?\s*(?:and)?\s*(?:\(\s*min-width\s*:\s*(?:[0-2]?\d?\d|3[01]\d|320)(?:\.\d+)?px\s*\))?\s*",
    re.I,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What one element of a selector must be; `joint` is how the element before it stands to it."""

    joint: str = ""
    tag: str = ""
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()

    @property
    def weight(self) -> tuple[int, int, int]:
        """https://www.w3.org/TR/selectors-4/#specificity-rules"""
        return len(self.ids), len(self.classes) + len(self.attributes), int(self.tag not in ("", "*"))

    @property
    def key(self) -> tuple[str, str]:
        """The narrowest of what must be there, to look rules up by."""
        if self.ids:
            return "#", self.ids[0]
        if self.classes:
            return ".", self.classes[-1]
        return ("[", self.attributes[0][0]) if self.attributes else ("", self.tag)

    def fits(self, element: HtmlElement) -> bool:
        if self.tag not in ("", "*") and element.tag != self.tag:
            return False
        if any(element.get("id") != one for one in self.ids):
            return False
        names = (element.get("class") or "").split() if self.classes else ()
        return all(one in names for one in self.classes) and all(_has(element, *one) for one in self.attributes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    steps: tuple[_Step, ...]
    """From the element itself outwards."""
    weight: tuple[int, int, int, int]
    """Of the selector, and the rule's place."""
    needs: frozenset[tuple[str, str]]
    """Keys of what must stand around the element."""
    said: Declarations
    insisted: Declarations


@dataclass(slots=True)
class Sheet:
    """The rules of a page."""

    rules: dict[tuple[str, str], list[_Rule]] = field(default_factory=dict)
    looks: int = _LOOKS
    around: dict[HtmlElement, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Keys of elements that were met, and of all they stand in."""

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of(self, element: HtmlElement) -> tuple[Declarations, Declarations]:
        """What the rules say of an element, and what of it they insist on; the more particular selector wins."""
        if self.looks <= 0:
            return {}, {}
        parent, keys = element.getparent(), _keys(element)
        above = self.around.get(parent, _NOTHING) if parent is not None else _NOTHING
        self.around[element] = above.union(keys)
        fitting = [rule for rule in self._near(keys) if rule.needs <= above and self._fits(rule, element)]
        fitting.sort(key=lambda rule: rule.weight)
        said: dict[str, str] = {}
        wanted: dict[str, str] = {}
        for rule in fitting:
            said.update(rule.said)
            wanted.update(rule.insisted)
        return said, wanted

    def _near(self, keys: Sequence[tuple[str, str]]) -> Iterator[_Rule]:
        for key in keys:
            found = self.rules.get(key, ())
            self.looks -= len(found) // _CHEAP
            yield from found

    def _fits(self, rule: _Rule, element: HtmlElement) -> bool:
        first, *rest = rule.steps
        self.looks -= 1
        return self.looks > 0 and first.fits(element) and self._leads_to(rest, element)

    def _leads_to(self, steps: Sequence[_Step], element: HtmlElement) -> bool:
        """Whether the elements a selector names before this one stand where it says; the nearest that fits is taken."""
        for step in steps:
            found = next((one for one in _joined(step.joint, element) if self._spent() and step.fits(one)), None)
            if found is None:
                return False
            element = found
        return True

    def _spent(self) -> bool:
        self.looks -= 1
        return self.looks > 0


def _keys(element: HtmlElement) -> list[tuple[str, str]]:
    """All that a selector may name an element by."""
    keys = [("", str(element.tag)), ("", "*"), ("#", element.get("id") or "")]
    keys += [("[", str(name)) for name in element.attrib]
    return keys + [(".", name) for name in dict.fromkeys((element.get("class") or "").split())]


def sheet_of(css: str) -> Sheet:
    """The rules in the text of a page's style elements."""
    sheet, number = Sheet(), 0
    for selectors, block in _flat(re.sub(r"/\*.*?(?:\*/|\Z)|<!--|-->", "", css[:_STYLE_LIMIT], flags=re.DOTALL)):
        said = _telling(declarations(block))
        wanted = _telling(insisted(block)) if "!" in block else {}
        for selector in selectors.split(",") if said else ():
            steps = _steps(selector.strip())
            number += 1
            if steps and number <= _RULES:
                weight = tuple(map(sum, zip(*(step.weight for step in steps), strict=True)))
                place: tuple[int, int, int, int] = (*weight, number)  # type: ignore[assignment]
                needs = frozenset(step.key for step in steps[1:] if step.joint in (" ", ">"))
                rule = _Rule(steps=steps, weight=place, needs=needs, said=said, insisted=wanted)
                sheet.rules.setdefault(steps[0].key, []).append(rule)
    return sheet


def _telling(said: Declarations) -> Declarations:
    return {name: value for name, value in said.items() if name.startswith(_TELLING)}


def _flat(css: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of the rules that hold on every screen, out of whatever blocks they stand in."""
    held: list[bool] = []
    """Whether each open block holds rules for every screen; a rule's own block is open when `inside` is set."""
    before, inside = "", None
    for match in _TOKEN.finditer(css):
        piece = match[0]
        if piece.startswith("@") and piece.endswith("{"):
            held.append(all(held) and _holds(piece[1:-1]))
            before = ""
        elif piece == "{":
            inside, before = before, ""
            held.append(all(held))
        elif piece == "}":
            if inside is not None and held and held[-1]:
                yield inside, before
            held, before, inside = held[:-1], "", None
        elif piece == ";" or not piece.startswith("@"):
            before = before + piece if inside is not None else "" if piece == ";" else piece
    if inside is not None and held and held[-1]:  # a browser closes what was left open
        yield inside, before


def _holds(rule: str) -> bool:
    """Whether an at-rule's block holds on every screen."""
    named = _AT_RULE.match(rule)
    name, said = (named[1].lower(), rule[named.end() :]) if named else ("", "")
    match name:
        case "media":
            return any(_EVERY_SCREEN.fullmatch(one) for one in said.split(","))
        case "supports":
            return not re.match(r"\s*not\b", said)
        case "layer" | "scope":
            return True
    return False


def _steps(selector: str) -> tuple[_Step, ...]:
    """From the last element outwards; empty for a selector that is not read here."""
    if len(selector) > _LONG_SELECTOR:
        return ()
    if "\\" in selector:
        selector = unescaped(selector)
    found: list[_Step] = []
    joint, at = "", 0
    while at < len(selector):
        step, at = _step(selector, at, joint)
        if step is None or len(found) == _STEPS:
            return ()
        found.append(step)
        between = _JOINT.match(selector, at)
        if between is None:
            break
        joint, at = between[1] or " ", between.end()
    if at < len(selector) or not found:
        return ()
    # Each step bears the joint to the one after it: read from the end, that is how the next one stands to this one.
    joints = [step.joint for step in found[1:]]
    turned = [replace(step, joint=way) for step, way in zip(found, [*joints, ""], strict=True)]
    return tuple(reversed(turned))


def _step(selector: str, at: int, joint: str) -> tuple[_Step | None, int]:
    begun, tag = at, ""
    ids: list[str] = []
    classes: list[str] = []
    attributes: list[tuple[str, str, str]] = []
    while piece := _PIECE.match(selector, at):
        named = piece["inside"] or ""
        if piece["tag"] and at != begun:
            return None, at
        tag = (piece["tag"] or (named if named[:1] not in (".", "#") else "") or tag).lower()
        ids += [one for one in (piece["id"], named[1:] if named.startswith("#") else None) if one]
        classes += [one for one in (piece["class"], named[1:] if named.startswith(".") else None) if one]
        if piece["attribute"]:
            attributes.append((piece["attribute"].lower(), piece["how"] or "", (piece["value"] or "").strip("\"'")))
        at = piece.end()
    if at == begun:
        return None, at
    return _Step(joint=joint, tag=tag, ids=tuple(ids), classes=tuple(classes), attributes=tuple(attributes)), at


def _has(element: HtmlElement, name: str, how: str, value: str) -> bool:
    said: str | None = element.get(name)
    if said is None:
        return False
    match how:
        case "=":
            return said == value
        case "~=":
            return value in said.split()
        case "|=":
            return said == value or said.startswith(f"{value}-")
        case "^=":
            return bool(value) and said.startswith(value)
        case "$=":
            return bool(value) and said.endswith(value)
        case "*=":
            return bool(value) and value in said
    return True


def _joined(joint: str, element: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that may stand before this one in a selector."""
    parent, before = element.getparent(), element.getprevious()
    match joint:
        case ">":
            yield from [parent] if parent is not None else ()
        case "+":
            yield from [before] if before is not None else ()
        case "~":
            yield from element.itersiblings(preceding=True)
        case _:
            yield from element.iterancestors()
