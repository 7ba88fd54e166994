"""A page as its reader sees it: a parsed tree of bounded size, without scripts and without text made invisible. What is
hidden from people is how strangers talk to machines, so it goes before any text is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

PAGE_LIMIT = 2 * 1024 * 1024
"""Characters of a page that are read."""
ELEMENT_LIMIT = 20_000
"""Elements of a page that are looked at; real articles have a few thousand."""

_LONG_TAG = re.compile(r"<([A-Za-z_][\w:.-]{0,80})\s[^<>]{4096,}>")
_MANY_ATTRIBUTES = 200
_UNSEEN_TAGS = ("script", "style", "template", "iframe", "object", "embed", "canvas", "svg", "math", "dialog")
_ROOTS = ("html", "head", "body")
_HIDING = re.compile(
    r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)"
    r"|font-size\s*:\s*(?:0+(?:\.0+)?(?:px|pt|r?em|ex|ch|%|v[wh])?|[01](?:\.\d+)?(?:px|pt)|0?\.0\d*r?em)\s*(?:$|;|!)"
    r"|opacity\s*:\s*0*(?:\.0+)?%?\s*(?:$|;|!)|text-indent\s*:\s*-\d{3,}|clip-path\s*:\s*inset\(\s*(?:50|100)%"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?|transform\s*:\s*scale\(\s*0\s*\))",
    re.IGNORECASE,
)
_OFF_SCREEN = re.compile(r"(?:^|;)\s*(?:left|top|right|margin-left|margin-top)\s*:\s*-\d{4,}px", re.IGNORECASE)
_COLOR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]{1,60})", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color|-image)?\s*:\s*([^;]{1,200})", re.IGNORECASE)
_WHITE = re.compile(
    r"white|#fff(?:f(?:ff(?:ff)?)?)?|#f[ef]f[ef]f[ef]|rgba?\(\s*25[3-5]\s*,\s*25[3-5]\s*,\s*25[3-5]\b[^)]*\)|"
    r"hsla?\(\s*[\d.]+(?:deg)?\s*,\s*[\d.]+%\s*,\s*100%[^)]*\)|transparent|rgba\([^)]*,\s*0(?:\.0+)?\s*\)|#[0-9a-f]{6}00",
    re.IGNORECASE,
)
_RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{1,2000})\}")
_SIMPLE_SELECTOR = re.compile(r"[a-z]{0,10}([.#])(-?[_a-zA-Z][\w-]{0,80})\Z")
_STYLE_LIMIT = 200_000
_MOST = 0.5
"""Share of a page's text that stylesheet rules may hide; a rule that hides more waits for a script to show it again."""


def visible_tree(text: str) -> HtmlElement | None:
    """The page in `text` without what its reader does not see, or None when nothing can be read or it has more elements
    than any article."""
    tree = parsed_tree(text)
    if tree is None or size(tree) > ELEMENT_LIMIT:
        return None
    selectors = _hidden_selectors(tree)
    _drop(tree, [element for element in _elements(tree) if _is_hidden(element)])
    styled = [element for element in _elements(tree) if _is_selected(element, selectors)]
    if _length(styled) <= _MOST * _length([tree]):
        _drop(tree, styled)
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


def _elements(tree: HtmlElement) -> Iterator[HtmlElement]:
    return (element for element in tree.iter(etree.Element) if element.tag not in _ROOTS)


def _drop(tree: HtmlElement, elements: list[HtmlElement]) -> None:
    for element in elements:
        if element.getparent() is not None and element is not tree:
            element.drop_tree()


def _length(elements: list[HtmlElement]) -> int:
    return sum(len("".join(element.itertext())) for element in elements)


def _is_hidden(element: HtmlElement) -> bool:
    if element.tag in _UNSEEN_TAGS:
        # JSON-LD is read for its metadata, never for its text
        return bool(element.get("type") != "application/ld+json")
    if element.get("hidden") is not None and element.get("hidden") != "until-found":
        return True
    if (element.get("aria-hidden") or "").lower() == "true":
        return True
    style = element.get("style") or ""
    return bool(style and (_HIDING.search(style) or _is_off_screen(style))) or _is_white_on_white(element, style)


def _is_off_screen(style: str) -> bool:
    return bool(_OFF_SCREEN.search(style)) and "absolute" in style.lower()


def _is_white_on_white(element: HtmlElement, style: str) -> bool:
    found = _COLOR.search(style)
    color = (found[1] if found else element.get("color") or "").strip()
    return bool(color and _WHITE.fullmatch(color)) and not _has_dark_ground(element)


def _has_dark_ground(element: HtmlElement) -> bool:
    """Whether an inline background lies under the element that could make white text readable."""
    for ground in (element, *element.iterancestors()):
        found = _BACKGROUND.search(ground.get("style") or "")
        color = (found[1] if found else ground.get("bgcolor") or "").strip()
        if color:
            return not _WHITE.fullmatch(color)
    return False


def _hidden_selectors(tree: HtmlElement) -> frozenset[tuple[str, str]]:
    """Classes and ids that a rule of the page's own stylesheets, outside of any @media, hides."""
    css = "\n".join(style.text or "" for style in tree.iter("style"))[:_STYLE_LIMIT]
    found: set[tuple[str, str]] = set()
    for rule in _RULE.finditer(_top_level(css)):
        if _HIDING.search(rule[2]):
            found |= {(kind, name) for kind, name in map(_simple, rule[1].split(",")) if name}
    return frozenset(found)


def _top_level(css: str) -> str:
    """`css` without comments and without blocks that hold rules: what they say depends on the screen."""
    css = re.sub(r"/\*.{0,5000}?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"@[^{};]{1,300}\{(?:[^{}]{0,5000}\{[^{}]{0,5000}\}){0,500}[^{}]{0,5000}\}", "", css)


def _simple(selector: str) -> tuple[str, str]:
    found = _SIMPLE_SELECTOR.match(selector.strip())
    return (found[1], found[2]) if found else ("", "")


def _is_selected(element: HtmlElement, selectors: frozenset[tuple[str, str]]) -> bool:
    if not selectors:
        return False
    return ("#", element.get("id") or "") in selectors or any(
        (".", name) in selectors for name in (element.get("class") or "").split()
    )
