"""A page's own stylesheets, as far as they tell what can be seen: the rules that hold on every screen, out of whatever
blocks and rules they stand in. Knows elements, no looks.

What a rule says for print, for narrow screens only or while something is hovered is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from digests.css_selectors import LONGEST, Key, Places, Step, before, keys_of, read, split, weight_of
from digests.media import on_every_screen
from digests.styles import Declarations, declarations, insisted

_STYLE_LIMIT = 200_000
_RULES = 5_000
_LOOKS, _CHEAP = 200_000, 100
"""Comparisons of rules with elements, in all, and how many cost as little as one where what must stand around
the element does not."""
_DEEPEST, _PARENTS = 12, 4
"""Blocks inside blocks that are read, and how often a selector may name the one around it."""
_NOTHING: frozenset[Key] = frozenset()
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
    *("word-spacing", "color", "background", "font", "--", "z-index", "offset", "mix-blend", "contain", "content"),
    *("backface", "-moz-"),
)
"""How the names of properties begin that tell whether something is seen."""
_STRING = r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'"
_REMARK = re.compile(rf"({_STRING})|/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_TOKEN = re.compile(
    rf"@[^{{}};]{{0,500}}[{{;]|[{{}};]|{_STRING}|url\([^)\"']{{0,2000}}\)|\\.|[^{{}};@\"'\\u]{{1,4000}}|.", re.DOTALL
)
_CUT = "/**/"
"""What is left of a comment: it parts words, but no selector."""
_AT_RULE = re.compile(r"\s*([\w-]+)")
_SCOPED = re.compile(r"\s*\(([^()]{1,200})\)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    steps: tuple[Step, ...]
    """From the element itself outwards."""
    weight: tuple[int, int, int, int]
    """Of the selector, and the rule's place."""
    needs: frozenset[Key]
    """Keys of what must stand around the element."""
    said: Declarations
    insisted: Declarations


@dataclass(slots=True)
class Sheet:
    """The rules of a page."""

    rules: dict[Key, list[_Rule]] = field(default_factory=dict)
    looks: int = _LOOKS
    around: dict[HtmlElement, frozenset[Key]] = field(default_factory=dict)
    """Keys of elements that were met, and of all they stand in."""
    places: Places = field(default_factory=Places)

    def __bool__(self) -> bool:
        return bool(self.rules)

    def of(self, element: HtmlElement) -> tuple[Declarations, Declarations]:
        """What the rules say of an element, and what of it they insist on; the more particular selector wins."""
        if self.looks <= 0:
            return {}, {}
        parent, keys = element.getparent(), keys_of(element)
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

    def _near(self, keys: Sequence[Key]) -> Iterator[_Rule]:
        for key in keys:
            found = self.rules.get(key, ())
            self.looks -= len(found) // _CHEAP
            yield from found

    def _fits(self, rule: _Rule, element: HtmlElement) -> bool:
        first, *rest = rule.steps
        return self._spent(first) and first.fits(element, self.places) and self._leads_to(rest, element)

    def _leads_to(self, steps: Sequence[Step], element: HtmlElement) -> bool:
        """Whether the elements a selector names before this one stand where it says; the nearest that fits is taken."""
        for step in steps:
            near = (one for one in before(step.joint, element) if self._spent(step) and step.fits(one, self.places))
            found = next(near, None)
            if found is None:
                return False
            element = found
        return True

    def _spent(self, step: Step) -> bool:
        self.looks -= step.cost
        return self.looks > 0


def sheet_of(css: str) -> Sheet:
    """The rules in the text of a page's style elements."""
    sheet, number = Sheet(), 0
    for selectors, block in _flat(_REMARK.sub(lambda found: found[1] or _CUT, css[:_STYLE_LIMIT])):
        said = _telling(declarations(block))
        wanted = _telling(insisted(block)) if "!" in block else {}
        for selector in selectors if said else ():
            number += 1
            steps = read(selector) if number <= _RULES else ()
            if steps:
                needs = frozenset(step.key for step in steps[1:] if step.joint in (" ", ">"))
                rule = _Rule(steps=steps, weight=(*weight_of(steps), number), needs=needs, said=said, insisted=wanted)
                sheet.rules.setdefault(steps[0].key, []).append(rule)
    return sheet


def _telling(said: Declarations) -> Declarations:
    return {name: value for name, value in said.items() if name.startswith(_TELLING)}


@dataclass(slots=True)
class _Block:
    """An open block: whom its declarations are for, and whether it holds on every screen."""

    selectors: tuple[str, ...] = ()
    holds: bool = True
    said: list[str] = field(default_factory=list)

    def closed(self) -> Iterator[tuple[tuple[str, ...], str]]:
        if self.selectors and self.holds and self.said:
            yield self.selectors, ";".join(self.said)


def _flat(css: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """(selectors, declarations) of the rules that hold on every screen. A rule inside another has the outer one's
    selectors in its own (https://www.w3.org/TR/css-nesting-1/)."""
    blocks, text = [_Block()], ""
    for match in _TOKEN.finditer(css):
        piece = match[0]
        if piece == ";" or (piece.startswith("@") and piece.endswith(";")):
            blocks[-1].said.append(text)
            text = ""
        elif piece.endswith("{") and (piece == "{" or piece.startswith("@")):
            blocks.append(_opened(blocks[-1], text.strip(), piece[1:-1] if piece != "{" else None, len(blocks)))
            text = ""
        elif piece == "}":
            blocks[-1].said.append(text)
            text = ""
            if len(blocks) > 1:
                yield from blocks.pop().closed()
        else:
            text += piece
    for block in reversed(blocks):  # a browser closes what was left open
        block.said.append(text)
        text = ""
        yield from block.closed()


def _opened(outer: _Block, head: str, rule: str | None, depth: int) -> _Block:
    head, rule = head.replace(_CUT, ""), rule if rule is None else rule.replace(_CUT, "")
    if depth > _DEEPEST:
        return _Block(holds=False)
    if rule is None:
        return _Block(selectors=_nested(outer.selectors, head), holds=outer.holds)
    scope = _SCOPED.fullmatch(rule.partition("scope")[2]) if rule.strip().lower().startswith("scope") else None
    selectors = _nested(outer.selectors, scope[1]) if scope else outer.selectors
    return _Block(selectors=selectors, holds=outer.holds and _holds(rule))


def _nested(outer: tuple[str, ...], head: str) -> tuple[str, ...]:
    """The selectors of a rule that stands inside one with the selectors `outer`."""
    if not outer:
        return tuple(one.replace("&", ":root") for one in split(head) if one)
    around = f":is({','.join(outer)})" if len(outer) > 1 or re.search(r"[\s>+~]", outer[0]) else outer[0]
    if len(around) > LONGEST:
        return ()
    said = [one.replace(":scope", "&") for one in split(head)]
    return tuple(one.replace("&", around, _PARENTS) if "&" in one else f"{around} {one}" for one in said)


def _holds(rule: str) -> bool:
    """Whether an at-rule's block holds on every screen."""
    named = _AT_RULE.match(rule)
    name, said = (named[1].lower(), rule[named.end() :]) if named else ("", "")
    match name:
        case "media":
            return on_every_screen(said)
        case "supports":
            return not re.match(r"\s*not\b", said)
        case "layer" | "scope" | "container":
            return name != "container" or bool(re.fullmatch(r"[\w\s-]*\(\s*min-\w+\s*:\s*[01](?:px)?\s*\)\s*", said))
    return False
