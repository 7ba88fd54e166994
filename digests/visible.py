"""A page as its reader sees it: a parsed tree of bounded size, without scripts and without text made invisible. What is
hidden from people is how strangers talk to machines, so it goes before any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from digests.boxes import filters_of, hides_box, scale_of, share_said
from digests.colours import BLACK, COLOUR_FILTERS, FAINT, WHITE, Colour, blended, filtered, is_clear, is_legible
from digests.decode import clean
from digests.styles import (
    Declarations,
    declarations,
    font_size,
    ground_colour,
    has_picture,
    insisted,
    own_variables,
    resolved,
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
        "applet",
        "option",
        "rp",
    )
)
_ROOTS = ("html", "head", "body")
_FOR_EARS = re.compile(
    r"visually-?hidden|hidden-?visually|(?:^|-)sr-?only(?:-|$)|(?:^|-)screen-?reader(?:-text|-only)?$|hide-?visually"
    r"|^(?:u-)?a11y-hidden$|(?:^|-)hidden-accessible$|^accessible-hid\w+$|^hide-for-sighted$|^show-for-sr$|^element-invisible$"
    r"|^assistive-text$|^off-?screen$"
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
    opacity: float = 1.0
    scale: float = 1.0
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def can_be_read(self) -> bool:
        return self.shown and self.size * self.scale > _SMALLEST and self.opacity > FAINT and self._is_legible

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
    sheet = sheet_of("\n".join(style.text or "" for style in tree.iter("style") if not _is_inert(style)))
    _drop(_unseen(tree, None))
    styled = _unseen(tree, sheet)
    if styled.length <= _MOST * _length([tree]):
        _drop(styled)
    _drop(_Unseen(boxes=list(tree.iter("style"))))
    return tree


def _is_inert(style: HtmlElement) -> bool:
    """Whether a stylesheet stands where browsers do not read it as one."""
    return any(around.tag in _INERT for around in style.iterancestors())


_INERT = ("template", "noscript", "noembed", "noframes", "textarea", "iframe")


def without_data(tree: HtmlElement) -> HtmlElement:
    """`tree` without its linked data and titles: once they are read, what stands in them must not pass for text that
    people see."""
    _drop(_Unseen(boxes=list(tree.iter("script", "title"))))
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
            _cut(element)


def _cut(element: HtmlElement) -> None:
    """Takes an element out; the words after it stay. lxml reads characters (`&#1;`) that it will not write."""
    parent, earlier, after = element.getparent(), element.getprevious(), clean(element.tail or "")
    parent.remove(element)
    if after and earlier is not None:
        earlier.tail = clean(earlier.tail or "") + after
    elif after:
        parent.text = clean(parent.text or "") + after


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
        said = {**ruled, **inline, **wanted, **(insisted(element.get("style") or "") if wanted else {})}
        style = resolved(said, inherited.variables)
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
    said = "".join(f"{name}:{_old_colour(value)};" for name, value in old if value and ";" not in value)
    return f"{said}{element.get('style') or ''}"


def _old_colour(value: str) -> str:
    """Attributes may leave out the `#`."""
    return f"#{value}" if re.fullmatch(r"[0-9a-fA-F]{6}", value) else value


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
    if any(map(_FOR_EARS.search, names)) or _is_unslotted(element):
        return True
    return sheet is not None and not _PUT_AWAY.isdisjoint(names) and not any(map(_AT_SOME_WIDTH.search, _others(names)))


def _is_unslotted(element: HtmlElement) -> bool:
    """Beside a shadow root that has no place for it."""
    parent = element.getparent()
    roots = parent.findall("template[@shadowrootmode]") if parent is not None else ()
    return any(root.find(".//slot") is None for root in roots)


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
    seen, own = style.get("visibility"), own_variables(style)
    is_root = element.tag in _ROOTS  # a script shows the whole page once it has loaded
    look = _Look(
        size=inherited.size if is_root else font_size(style, inherited.size),
        shown=inherited.shown if is_root or seen in (None, "inherit") else seen not in ("hidden", "collapse"),
        ink=ink or inherited.ink,
        inline=_says_colour(inline) if ink else inherited.inline,
        ground=None if pictured else ground or inherited.ground,
        pictured=pictured or (inherited.pictured and ground is None),
        opacity=inherited.opacity if is_root else inherited.opacity * share_said(style.get("opacity")),
        scale=inherited.scale if is_root else inherited.scale * scale_of(style),
        variables={**inherited.variables, **own} if own else inherited.variables,
    )
    return look if is_root else _through_filters(look, inherited.ground, style, inline)


def _says_colour(inline: Declarations) -> bool:
    return text_colour(inline) is not None or "var(" in inline.get("color", "")


def _through_filters(look: _Look, behind: Colour | None, style: Declarations, inline: Declarations) -> _Look:
    """The look with its colours as filters, blend modes and `currentcolor` make them."""
    filters = [(name, amount) for name, amount in filters_of(style) if name in COLOUR_FILTERS]
    if filters and (look.ink is not None or behind is not None or filters[0] == ("brightness", 0.0)):
        ink, own = filtered(look.ink or BLACK, filters), look.ground if ground_colour(style) else None
        ground = filtered(own, filters) if own else look.ground
        look = replace(look, ink=ink, ground=ground, inline="filter" in inline)
    mode = style.get("mix-blend-mode", "")
    if mode and behind is not None:
        own = blended(mode, look.ground, behind) if look.ground and ground_colour(style) else look.ground
        look = replace(look, ink=blended(mode, look.ink or BLACK, behind), ground=own)
    if "currentcolor" in style.get("background-color", style.get("background", "")):
        ink = look.ink or BLACK
        look = replace(look, ink=ink, ground=ink)
    return look
