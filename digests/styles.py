"""CSS as far as it tells whether text can be seen: declarations, lengths, what colours say. Knows no page and no
cascade.

CSS escapes and comments are read first: `display:/**/n\\6fne` means `display:none`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice

from digests.colours import Colour, colour
from digests.sums import NUMBER, PIXELS, reckoned

Declarations = Mapping[str, str]
"""Property → value, both in lower case, without `!important`."""

STRING = r"\"(?:[^\"\\\n]|\\.){0,2000}\"|'(?:[^'\\\n]|\\.){0,2000}'"
_STYLE_LIMIT = 10_000
_MOST = 200
_REMARK = re.compile(rf"({STRING})|/\*.*?(?:\*/|\Z)", re.DOTALL)
_BORDER = re.compile(rf"{STRING}|\\.|[(\[{{]|[)\]}}]|;", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_VARIABLE = re.compile(r"var\(\s*(--[^\s,()]{1,80})\s*(?:,((?:[^()]|\([^()]{0,200}\)){0,200}))?\)")
_PREFIXED = re.compile(r"-(?:webkit|moz)-(?=(?:transform|filter|opacity|backface-visibility)$)")
"""Old names under which browsers still take these."""
_ANYWHERE = frozenset(("inherit", "initial", "unset", "revert", "revert-layer", "currentcolor"))
_WORDS = {
    "display": re.compile(
        r"none|block|inline(?:-block|-table|-flex|-grid)?|flow(?:-root)?|contents|flex|grid|list-item|run-in|math"
        r"|ruby(?:-base|-text)?|table(?:-row|-cell|-caption|-column|-(?:column|row|header|footer)-group)?"
        r"|-webkit-(?:inline-)?(?:box|flex)"
    ),
    "visibility": re.compile(r"visible|hidden|collapse"),
    "position": re.compile(r"static|relative|absolute|fixed|(?:-webkit-)?sticky"),
    "overflow": re.compile(r"visible|hidden|clip|auto|scroll|overlay"),
    "font-size": re.compile(r"(?:xx?-|xxx-)?(?:small|large)|medium|smaller|larger"),
}
"""The words that browsers take for a property."""


def declarations(style: str) -> Declarations:
    """The declarations of a `style` attribute or a rule's block; the last of a name wins, `!important` wins over it.
    One that no browser takes does not count."""
    found: dict[str, str] = {}
    strong: set[str] = set()
    for part in _parts(style):
        name, colon, value = part.partition(":")
        name, value = _PREFIXED.sub("", name.strip().lower()), value.strip().lower()
        important = value.endswith("important") and "!" in value
        if not colon or not name or (name in strong and not important):
            continue
        value = reckoned(value.rpartition("!")[0].strip() if important else value)
        if not _is_valid(name, value):
            continue
        found[name] = value
        if important:
            strong.add(name)
    return found


def insisted(style: str) -> Declarations:
    """The declarations that say `!important`: they win over those that stand nearer."""
    parts = (part for part in _parts(style) if re.search(r"!\s{0,9}important\s*$", part, re.IGNORECASE))
    return declarations(";".join(part for part in parts))


def unescaped(css: str) -> str:
    """CSS with its escapes read."""
    return _ESCAPE.sub(_character, css)


def resolved(style: Declarations, variables: Mapping[str, str]) -> Declarations:
    """`style` with its variables read: those it sets itself, those around it, else what is to stand for them."""
    if not any("var(" in value for value in style.values()):
        return style
    known = {**variables, **own_variables(style)}
    return {name: _filled(value, known) if "var(" in value else value for name, value in style.items()}


def own_variables(style: Declarations) -> dict[str, str]:
    """The variables that a style sets; the first 200 of them."""
    return dict(islice(((name, value) for name, value in style.items() if name.startswith("--")), _MOST))


def _filled(value: str, known: Mapping[str, str]) -> str:
    for _ in range(_NESTED):
        filled = _VARIABLE.sub(lambda found: known.get(found[1], (found[2] or "unset").strip()), value[:_STYLE_LIMIT])
        if filled == value:
            break
        value = filled
    return reckoned(value)


_NESTED = 5
"""How often a variable may stand for another."""


def _parts(css: str) -> Iterator[str]:
    """At most 200 declarations of the first 10,000 characters, without comments and with escapes read; a `;` in a
    string or in brackets ends none."""
    css = _REMARK.sub(lambda found: found[1] or " ", css[:_STYLE_LIMIT])
    depth, begun, number = 0, 0, 0
    for match in _BORDER.finditer(css):
        depth = max(0, depth + (match[0] in "([{") - (match[0] in ")]}"))
        if match[0] == ";" and depth == 0:
            yield unescaped(css[begun : match.start()])
            begun, number = match.end(), number + 1
            if number == _MOST:
                return
    yield unescaped(css[begun:])


def _is_valid(name: str, value: str) -> bool:
    """Whether browsers take the value, as far as this tells what is seen."""
    if "var(" in value or value in _ANYWHERE:
        return True
    if name in ("opacity", "font-size") and (NUMBER.match(value) or "(" in value):
        return True
    if name in _WORDS:
        return all(map(_WORDS[name].fullmatch, value.split()))
    return name not in ("opacity", "color") or (name == "color" and colour(value) is not None)


def _character(escape: re.Match[str]) -> str:
    if escape[2] is not None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def font_size(style: Declarations, inherited: float) -> float:
    """Pixels, given those of the parent."""
    said = style.get("font-size")
    if said is None and "font" in style:
        found = NUMBER.search(re.sub(r"\b[1-9]00\b", "", style["font"]))
        said = found[0] if found else None
    number = NUMBER.match(said or "")
    if number is None:
        return inherited
    value, unit = float(number[1]), number[2] or ""
    if unit in ("em", "%", "ex", "ch"):
        return inherited * value * {"em": 1.0, "%": 0.01, "ex": 0.5, "ch": 0.5}[unit]
    return value * PIXELS[unit]


def text_colour(style: Declarations) -> Colour | None:
    """What `color` says, or what paints over it; None where it says nothing that can be read here."""
    return colour(style.get("-webkit-text-fill-color") or style.get("color") or "")


def ground_colour(style: Declarations) -> Colour | None:
    """The colour behind an element; None where there is none or a picture lies on it."""
    said = style.get("background-color") or style.get("background") or style.get("background-image") or ""
    if has_picture(style):
        return None
    found = colour(said)
    return found if found and found[3] > 0.5 else None


def has_picture(style: Declarations) -> bool:
    """Whether a picture or a gradient lies behind an element, on which any colour may be read; a gradient from one
    colour to the same is none."""
    said = f"{style.get('background', '')} {style.get('background-image', '')}"
    if re.search(r"url\(\s*['\"]?[^\s'\")]", said) or "image-set(" in said or "paint(" in said:
        return True
    return "gradient(" in said and len(set(_colours(said))) != 1


def _colours(said: str) -> list[Colour]:
    """Every colour in a value."""
    words = re.findall(r"[a-z]{2,10}\([^()]{1,80}\)|#[0-9a-f]{3,8}|(?<![\w-])[a-z]{3,20}(?![\w(-])", said)
    return [found for word in words if (found := colour(word)) is not None]
