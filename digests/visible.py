"""A page as its reader sees it: a parsed tree of bounded size, without scripts and without text made invisible. What is
hidden from people is how strangers talk to machines, so it goes before any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from digests.boxes import hides_box
from digests.styles import (
    WHITE,
    Colour,
    Declarations,
    declarations,
    font_size,
    ground_colour,
    has_picture,
    insisted,
    is_clear,
    is_legible,
    text_colour,
)
from digests.stylesheets import Sheet, sheet_of

PAGE_LIMIT = 2 * 1024 * 1024
"""Characters of a page that are read."""
ELEMENT_LIMIT = 20_000
"""Elements of a page that are looked at; real articles have a few thousand."""

_LONG_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,80})\s[^<>]{4096,}>")
_MANY_ATTRIBUTES = 200
_UNSEEN_TAGS = frozenset(
    (
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "embed",
        "canvas",
        "svg",
        "math",
        "dialog",
        "noscript",
        "noembed",
        "noframes",
        "textarea",
        "select",
        "datalist",
        "audio",
        "video",
        "meter",
        "progress",
    )
)
_ROOTS = ("html", "head", "body")
_FOR_EARS = frozenset(
    (
        *(
            "sr-only",
            "visually-hidden",
            "visuallyhidden",
            "screen-reader-text",
            "screen-reader-only",
            "screenreader-only",
        ),
        *("a11y-hidden", "u-visually-hidden", "is-visually-hidden", "element-invisible", "assistive-text", "sronly"),
        *("hide-visually", "visually-hidden-focusable", "sr-only-focusable", "screenreader", "offscreen", "off-screen"),
    )
)
"""Classes that mean the same everywhere: there for screen readers, out of everybody else's sight."""
_PUT_AWAY = frozenset(("hidden", "d-none", "invisible", "is-hidden", "u-hidden", "hide", "element-hidden", "hiddendiv"))
"""Classes that mean so nearly everywhere, till a script takes them away."""
_AT_SOME_WIDTH = re.compile(r":|^(?:d|show|visible|block|flex)-\w+|-(?:xs|sm|md|lg|xl)\b")
"""Classes beside them that show on some screens what is put away on others."""
_MOST = 0.5
"""Share of a page's text that stylesheet rules may hide; a rule that hides more waits for a script to show it again."""
_SMALLEST = 1.4
"""Pixels: text no larger is not there to be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """How the text of an element looks: what its children inherit."""

    size: float = 16.0
    shown: bool = True
    ink: Colour | None = None
    """None: as another file says."""
    inline: bool = False
    """The ink comes from the page's markup itself."""
    ground: Colour | None = None
    """None: as another file says, most often white."""
    pictured: bool = False
    """A picture lies behind, on which anything may be read."""

    @property
    def can_be_read(self) -> bool:
        return self.shown and self.size > _SMALLEST and self._is_legible

    @property
    def _is_legible(self) -> bool:
        """White on an unknown ground may stand on the dark one another file gives it; who writes white into the very
        element means it."""
        if self.ink is None or (self.pictured and not is_clear(self.ink)):
            return True
        if self.ground is None and not self.inline:
            return not is_clear(self.ink)
        return is_legible(self.ink, self.ground or WHITE)


def visible_tree(text: str) -> HtmlElement | None:
    """The page in `text` without what its reader does not see, or None when nothing can be read or it has more elements
    than any article."""
    tree = parsed_tree(text)
    if tree is None or size(tree) > ELEMENT_LIMIT:
        return None
    _drop(_unseen(tree, None))
    sheet = sheet_of("\n".join(style.text or "" for style in tree.iter("style")))
    styled = _unseen(tree, sheet)
    if styled.length <= _MOST * _length([tree]):
        _drop(styled)
    _drop(_Unseen(boxes=list(tree.iter("style"))))
    return tree


def without_attribute_floods(text: str) -> str:
    """`text` with tags of hundreds of attributes, which parsers compare each with each, made bare."""
    return _LONG_TAG.sub(_bare, text)


def _bare(tag: re.Match[str]) -> str:
    if tag[0].count("=") <= _MANY_ATTRIBUTES:
        return tag[0]
    return f"<{tag[1]}{'/' if tag[0].endswith('/>') else ''}>"


def parsed_tree(text: str) -> HtmlElement | None:
    """The first 2 Mi characters of a page as a tree without comments, or None when nothing can be read."""
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    body = without_attribute_floods(text[:PAGE_LIMIT]).encode("utf-8", "replace")
    try:
        return document_fromstring(body, parser=parser) if body.strip() else None
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def size(tree: HtmlElement) -> int:
    """How many elements a tree has."""
    return sum(1 for _ in tree.iter())


@dataclass(slots=True)
class _Unseen:
    """What nobody sees: whole elements, and elements whose own words are hidden though a child's may show."""

    boxes: list[HtmlElement] = field(default_factory=list)
    words: list[HtmlElement] = field(default_factory=list)

    @property
    def length(self) -> int:
        return _length(self.boxes) + sum(len(text) for element in self.words for text in _own_words(element))


def _own_words(element: HtmlElement) -> Iterator[str]:
    yield element.text or ""
    yield from (child.tail or "" for child in element)


def _drop(unseen: _Unseen) -> None:
    for element in unseen.words:
        element.text = None
        for child in element:
            child.tail = None
    for element in unseen.boxes:
        if element.getparent() is not None:
            element.drop_tree()


def _length(elements: list[HtmlElement]) -> int:
    return sum(len("".join(element.itertext())) for element in elements)


def _unseen(tree: HtmlElement, sheet: Sheet | None) -> _Unseen:
    """What is hidden, found in one walk from the root: children inherit how text looks, boxes hide all they hold.
    Without a `sheet` by what stands in the markup itself, with it also by rules and by classes of known names."""
    found = _Unseen()
    waiting = [(tree, _Look(ground=None if _has_other_styles(tree) else WHITE))]
    while waiting:
        element, inherited = waiting.pop()
        inline = declarations(_inline(element))
        ruled, wanted = sheet.of(element) if sheet else ({}, {})
        style = {**ruled, **inline, **wanted, **(insisted(element.get("style") or "") if wanted else {})}
        if element.tag not in _ROOTS and (_is_unseen_box(element, sheet) or hides_box(style)):
            found.boxes.append(element)
            continue
        look = _looked(inherited, style, inline, element)
        if not look.can_be_read or (element.tag == "details" and element.get("open") is None):
            found.words.append(element)
        waiting.extend((child, look) for child in element if isinstance(child.tag, str))
    return found


def _has_other_styles(tree: HtmlElement) -> bool:
    """Whether another file may say how the page looks."""
    return any("stylesheet" in (link.get("rel") or "").lower() for link in tree.iter("link"))


def _inline(element: HtmlElement) -> str:
    """The style attribute, and what attributes older than styles say."""
    old = (("color", element.get("color") or element.get("text")), ("background", element.get("bgcolor")))
    said = "".join(f"{name}:{value};" for name, value in old if value and ";" not in value)
    return f"{said}{element.get('style') or ''}"


def _is_unseen_box(element: HtmlElement, sheet: Sheet | None) -> bool:
    if element.tag in _UNSEEN_TAGS:
        # JSON-LD is read for its metadata, never for its text; stylesheets go last, when they have been read
        is_kept = element.get("type") == "application/ld+json" or (element.tag == "style" and sheet is None)
        return not is_kept
    if element.get("hidden") is not None or _is_folded(element):
        return True
    if element.get("popover") is not None or (element.get("aria-hidden") or "").lower() == "true":
        return True
    names = (element.get("class") or "").lower().split()
    if not _FOR_EARS.isdisjoint(names):
        return True
    return sheet is not None and not _PUT_AWAY.isdisjoint(names) and not any(map(_AT_SOME_WIDTH.search, _others(names)))


def _others(names: Sequence[str]) -> list[str]:
    return [name for name in names if name not in _PUT_AWAY]


def _is_folded(element: HtmlElement) -> bool:
    """Inside a `details` that nobody has opened; its summary is seen."""
    parent = element.getparent()
    if parent is None or parent.tag != "details" or parent.get("open") is not None:
        return False
    return bool(element.tag != "summary")


def _looked(inherited: _Look, style: Declarations, inline: Declarations, element: HtmlElement) -> _Look:
    if not style:
        return inherited
    ink, ground, pictured = text_colour(style), ground_colour(style), has_picture(style)
    seen = style.get("visibility")
    is_root = element.tag in _ROOTS  # a script shows the whole page once it has loaded
    return _Look(
        size=inherited.size if is_root else font_size(style, inherited.size),
        shown=inherited.shown if is_root or seen in (None, "inherit") else seen not in ("hidden", "collapse"),
        ink=ink or inherited.ink,
        inline=text_colour(inline) is not None if ink else inherited.inline,
        ground=None if pictured else ground or inherited.ground,
        pictured=pictured or (inherited.pictured and ground is None),
    )
