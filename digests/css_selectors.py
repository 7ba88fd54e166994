"""CSS selectors: read once, held against elements. Knows elements, no looks.

What depends on what a reader does (`:hover`) holds for nobody; pseudo-elements are no elements.
https://www.w3.org/TR/selectors-4/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from lxml.html import HtmlElement

from digests.styles import unescaped

LONGEST = 600
"""Characters of a selector that are read."""
_STEPS, _DEPTH, _INSIDE = 12, 6, 100
"""Elements a selector may name, selectors inside selectors, elements looked at for one that stands inside another."""
_NAME = r"(?:[\w-]|[^\x00-\x7f]|\\[0-9a-fA-F]{1,6}\s?|\\[^\n0-9a-fA-F]){1,80}"
_PIECE = re.compile(
    rf"(?P<tag>\*|(?!-?\d){_NAME})|\.(?P<class>{_NAME})|\#(?P<id>{_NAME})"
    rf"|\[\s*(?P<attribute>{_NAME})\s*(?:(?P<how>[~|^$*]?=)\s*(?P<value>\"[^\"]{{0,200}}\"|'[^']{{0,200}}'|{_NAME})"
    rf"\s*(?P<caseless>[iI])?[sS]?\s*)?\]|:(?P<pseudo>[a-zA-Z-]{{1,30}}\(?)"
)
_JOINT = re.compile(r"\s*([>+~])\s*|\s+")
_NTH = re.compile(r"\s*(?:(?P<word>odd|even)|(?P<a>[+-]?\d{0,6})n\s*(?P<b>[+-]\s*\d{1,6})?|(?P<only>[+-]?\d{1,6}))\s*")
_ANY = ("is", "where", "matches", "-webkit-any", "-moz-any")
_NTHS = ("nth-child", "nth-last-child", "nth-of-type", "nth-last-of-type")
_PLACES: dict[str, tuple[tuple[int, int], ...]] = {
    "first-child": ((0, 1),),
    "last-child": ((1, 1),),
    "only-child": ((0, 1), (1, 1)),
    "first-of-type": ((2, 1),),
    "last-of-type": ((3, 1),),
    "only-of-type": ((2, 1), (3, 1)),
}
_STATES = re.compile(
    r"hover|focus(?:-visible|-within)?|active|visited|target|checked|disabled|indeterminate|(?:user-)?invalid|autofill"
    r"|placeholder-shown|fullscreen|modal|popover-open|open|playing|paused|empty"
)
"""What is not so when a page has just been opened, or not of a text."""
_ALWAYS = ("defined", "enabled", "valid", "read-only")

Key = tuple[str, str]


@dataclass(slots=True)
class Places:
    """Where elements stand among their siblings, counted once for all children of a parent."""

    known: dict[HtmlElement, tuple[int, int, int, int]] = field(default_factory=dict)

    def of(self, element: HtmlElement) -> tuple[int, int, int, int]:
        """From the first, from the last, and so among those of its tag; counted from 1."""
        if element not in self.known:
            parent = element.getparent()
            brothers = [one for one in parent if isinstance(one.tag, str)] if parent is not None else [element]
            tags: dict[str, int] = {}
            ranks: list[int] = []
            ranks = [tags.setdefault(one.tag, 0) for one in brothers[:0]]
            for one in brothers:
                tags[one.tag] = tags.get(one.tag, 0) + 1
                ranks.append(tags[one.tag])
            for number, (one, rank) in enumerate(zip(brothers, ranks, strict=True), 1):
                self.known[one] = number, len(brothers) + 1 - number, rank, tags[one.tag] + 1 - rank
        return self.known[element]


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """A pseudo-class."""

    name: str
    inside: tuple[tuple[Step, ...], ...] = ()
    word: str = ""
    at: tuple[tuple[int, int, int], ...] = ()
    """Each (which count of `Places`, a, b): the count is a·n + b for some n ≥ 0."""

    @property
    def weight(self) -> tuple[int, int, int]:
        if self.name in ("is", "not", "has"):
            return max((weight_of(steps) for steps in self.inside), default=(0, 0, 0))
        return (0, 0, 0) if self.name == "where" else (0, 1, 0)

    def fits(self, element: HtmlElement, places: Places) -> bool:
        match self.name:
            case "is" | "where":
                return any(matches(steps, element, places) for steps in self.inside)
            case "not":
                return not any(matches(steps, element, places) for steps in self.inside)
            case "has":
                held = list(islice(element.iterdescendants(), _INSIDE))
                return any(matches(steps, one, places) for one in held for steps in self.inside)
            case "at":
                return all(_is_nth(places.of(element)[which], a, b) for which, a, b in self.at)
            case "root":
                return element.getparent() is None
            case "link":
                return element.tag == "a" and element.get("href") is not None
            case "lang":
                said = _inherited(element, "lang").lower()
                return said == self.word or said.startswith(f"{self.word}-")
            case "dir":
                return (_inherited(element, "dir").lower() or "ltr") == self.word
        return self.name == "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one element of a selector must be; `joint` is how the element before it stands to it."""

    joint: str = ""
    tag: str = ""
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str, str], ...] = ()
    """Name, how it is compared, value; `how` ends in `i` where letters' case does not count."""
    tests: tuple[Test, ...] = ()

    @property
    def weight(self) -> tuple[int, int, int]:
        """https://www.w3.org/TR/selectors-4/#specificity-rules"""
        own = len(self.ids), len(self.classes) + len(self.attributes), int(self.tag not in ("", "*"))
        return _summed([own, *(test.weight for test in self.tests)])

    @property
    def key(self) -> Key:
        """The narrowest of what must be there, to look rules up by."""
        if self.ids:
            return "#", self.ids[0]
        if self.classes:
            return ".", self.classes[-1]
        return ("[", self.attributes[0][0]) if self.attributes else ("", self.tag or "*")

    @property
    def cost(self) -> int:
        """How many comparisons it may take to hold it against an element."""
        found = 1
        for test in self.tests:
            held = sum(step.cost for steps in test.inside for step in steps)
            found += held * _INSIDE if test.name == "has" else held
        return found

    def fits(self, element: HtmlElement, places: Places) -> bool:
        if self.tag not in ("", "*") and element.tag != self.tag:
            return False
        if any(element.get("id") != one for one in self.ids):
            return False
        names = (element.get("class") or "").split() if self.classes else ()
        if not all(one in names for one in self.classes) or not all(_has(element, *one) for one in self.attributes):
            return False
        return all(test.fits(element, places) for test in self.tests)


def keys_of(element: HtmlElement) -> list[Key]:
    """All that a selector may name an element by."""
    keys = [("", str(element.tag)), ("", "*"), ("#", element.get("id") or "")]
    keys += [("[", str(name)) for name in element.attrib]
    return keys + [(".", name) for name in dict.fromkeys((element.get("class") or "").split())]


def weight_of(steps: Sequence[Step]) -> tuple[int, int, int]:
    return _summed([step.weight for step in steps])


def _summed(weights: Sequence[tuple[int, int, int]]) -> tuple[int, int, int]:
    ids, classes, tags = (sum(parts) for parts in zip(*weights, strict=True))
    return ids, classes, tags


def matches(steps: Sequence[Step], element: HtmlElement, places: Places) -> bool:
    """Whether a selector, from its last element outwards, means this element; of those that may stand before it the
    nearest that fits is taken."""
    if not steps[0].fits(element, places):
        return False
    for step in steps[1:]:
        near = islice(before(step.joint, element), _INSIDE)
        found = next((one for one in near if step.fits(one, places)), None)
        if found is None:
            return False
        element = found
    return True


def before(joint: str, element: HtmlElement) -> Iterator[HtmlElement]:
    """The elements that may stand before this one in a selector."""
    parent, brother = element.getparent(), element.getprevious()
    match joint:
        case ">":
            yield from [parent] if parent is not None else ()
        case "+":
            yield from [brother] if brother is not None else ()
        case "~":
            yield from element.itersiblings(preceding=True)
        case _:
            yield from element.iterancestors()


# --- reading ----------------------------------------------------------------------------------------------------------


def split(text: str) -> list[str]:
    """A list of selectors, parted at the commas that stand in no brackets."""
    found, depth, begun = [], 0, 0
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|\\.|[(\[]|[)\]]|,", text):
        sign = match[0]
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth <= 0:
            found.append(text[begun : match.start()])
            begun = match.end()
    return [one.strip() for one in (*found, text[begun:])]


def read(selector: str, depth: int = 0) -> tuple[Step, ...]:
    """From the last element outwards; empty for a selector that is not read here, or means no element."""
    if len(selector) > LONGEST or depth > _DEPTH:
        return ()
    found: list[Step] = []
    joint, at = "", 0
    while at < len(selector):
        step, at = _step(selector, at, joint, depth)
        if step is None or len(found) == _STEPS:
            return ()
        found.append(step)
        between = _JOINT.match(selector, at)
        joint, at = (between[1] or " ", between.end()) if between else ("", at)
        if not joint:
            break
    if at < len(selector) or not found or joint.strip():
        return ()
    # Each step bears the joint to the one after it: read from the end, that is how the next one stands to this one.
    joints = [step.joint for step in found[1:]]
    turned = [replace(step, joint=way) for step, way in zip(found, [*joints, ""], strict=True)]
    return tuple(reversed(turned))


def _step(selector: str, at: int, joint: str, depth: int) -> tuple[Step | None, int]:
    begun, step = at, Step(joint=joint)
    while piece := _PIECE.match(selector, at):
        if piece["tag"] and at != begun:
            return None, at
        at = piece.end()
        if piece["pseudo"]:
            grown, at = _with_pseudo(step, piece["pseudo"].lower(), selector, at, depth)
        else:
            grown = _with(step, piece)
        if grown is None:
            return None, at
        step = grown
    return (step, at) if at != begun else (None, at)


def _with(step: Step, piece: re.Match[str]) -> Step:
    if piece["tag"]:
        return replace(step, tag=unescaped(piece["tag"]).lower())
    if piece["id"]:
        return replace(step, ids=(*step.ids, unescaped(piece["id"])))
    if piece["class"]:
        return replace(step, classes=(*step.classes, unescaped(piece["class"])))
    how, value = piece["how"] or "", unescaped((piece["value"] or "").strip("\"'"))
    attribute = (piece["attribute"].lower(), f"{how}i" if piece["caseless"] else how, value)
    return replace(step, attributes=(*step.attributes, attribute))


def _with_pseudo(step: Step, name: str, selector: str, at: int, depth: int) -> tuple[Step | None, int]:
    if not name.endswith("("):
        test = _plain_test(name)
        return (replace(step, tests=(*step.tests, test)) if test else None), at
    end = _closing(selector, at)
    inside, name = selector[at : end - 1], name[:-1]
    if name in _ANY:
        name = "where" if name == "where" else "is"
        read_inside = [steps for one in split(inside) if (steps := read(one, depth + 1))]
        if name == "is" and len(read_inside) == 1 and len(read_inside[0]) == 1:
            return _merged(step, read_inside[0][0]), end
        return replace(step, tests=(*step.tests, Test(name=name, inside=tuple(read_inside)))), end
    test = _test(name, inside, depth)
    return (replace(step, tests=(*step.tests, test)) if test else None), end


def _merged(step: Step, other: Step) -> Step | None:
    """Both at once; None where they cannot be one element."""
    if step.tag not in ("", "*", other.tag) and other.tag not in ("", "*"):
        return None
    return Step(
        joint=step.joint,
        tag=other.tag if step.tag in ("", "*") else step.tag,
        ids=step.ids + other.ids,
        classes=step.classes + other.classes,
        attributes=step.attributes + other.attributes,
        tests=step.tests + other.tests,
    )


def _plain_test(name: str) -> Test | None:
    if name in _PLACES:
        return Test(name="at", at=tuple((which, 0, only) for which, only in _PLACES[name]))
    if name in ("root", "scope"):
        return Test(name="root")
    if name in ("link", "any-link"):
        return Test(name="link")
    if name in _ALWAYS:
        return Test(name="always")
    return Test(name="never") if _STATES.fullmatch(name) else None


def _test(name: str, inside: str, depth: int) -> Test | None:
    if name in ("not", "has"):
        read_inside = [read(one.lstrip("> "), depth + 1) for one in split(inside)]
        return Test(name=name, inside=tuple(read_inside)) if all(read_inside) else None
    if name in ("lang", "dir"):
        return Test(name=name, word=inside.strip("\"' ").lower())
    if name in _NTHS and (found := _NTH.fullmatch(inside.lower())):
        return Test(name="at", at=((_NTHS.index(name), *_line(found)),))
    return None


def _line(found: re.Match[str]) -> tuple[int, int]:
    """`2n+1`, `odd`, `-n + 3` and `4` as (a, b)."""
    if found["word"]:
        return 2, int(found["word"] == "odd")
    if found["only"]:
        return 0, int(found["only"])
    a = found["a"]
    return int(f"{a}1" if a in ("", "+", "-") else a), int((found["b"] or "0").replace(" ", ""))


def _closing(text: str, at: int) -> int:
    """After the bracket that closes the one before `at`."""
    depth = 1
    for match in re.finditer(r"\"[^\"]*\"|'[^']*'|\\.|[()]", text[at:]):
        depth += (match[0] == "(") - (match[0] == ")")
        if depth == 0:
            return at + match.end()
    return len(text) + 1


def _is_nth(place: int, a: int, b: int) -> bool:
    return place == b if a == 0 else (place - b) % a == 0 and (place - b) // a >= 0


def _inherited(element: HtmlElement, name: str) -> str:
    held = (one.get(name) for one in (element, *element.iterancestors()))
    return next((said for said in held if said), "")


def _has(element: HtmlElement, name: str, how: str, value: str) -> bool:
    said: str | None = element.get(name)
    if said is None:
        return False
    if how.endswith("i"):
        how, said, value = how[:-1], said.lower(), value.lower()
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
