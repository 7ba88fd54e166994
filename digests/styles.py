"""CSS as far as it tells whether text can be seen: declarations, lengths, colours. Knows no page and no cascade.

CSS escapes and comments are read first: `display:/**/n\\6fne` means `display:none`.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping

from digests.sums import NUMBER, PIXELS, reckoned, share_of

Declarations = Mapping[str, str]
"""Property → value, both in lower case, without `!important`."""
Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, 0 … 1."""

WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
_STYLE_LIMIT = 10_000
_MOST = 200
FAINT = 0.05
_LEAST_CONTRAST = 1.15
"""WCAG 2, 1.4.3: text needs 4.5; below this nobody sees that there is any."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_FUNCTION = re.compile(r"(rgba?|hsla?|hwb|(?:ok)?l(?:ab|ch)|color)\(([^()]{1,80})\)")
_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![0-9a-f])")
_NAME = re.compile(r"[a-z]{3,20}")
_NAMES = {
    "transparent": "#0000",
    "black": "#000",
    "white": "#fff",
    "snow": "#fffafa",
    "ivory": "#fffff0",
    "ghostwhite": "#f8f8ff",
    "floralwhite": "#fffaf0",
    "mintcream": "#f5fffa",
    "azure": "#f0ffff",
    "aliceblue": "#f0f8ff",
    "whitesmoke": "#f5f5f5",
    "seashell": "#fff5ee",
    "honeydew": "#f0fff0",
    "lightyellow": "#ffffe0",
    "lightcyan": "#e0ffff",
    "oldlace": "#fdf5e6",
    "linen": "#faf0e6",
    "beige": "#f5f5dc",
    "lavenderblush": "#fff0f5",
    "cornsilk": "#fff8dc",
    "gray": "#808080",
    "grey": "#808080",
    "silver": "#c0c0c0",
    "navy": "#000080",
    "blue": "#00f",
    "red": "#f00",
    "green": "#008000",
    "yellow": "#ff0",
    "maroon": "#800000",
    "purple": "#800080",
    "teal": "#008080",
    "olive": "#808000",
    "lime": "#0f0",
    "aqua": "#0ff",
    "cyan": "#0ff",
    "fuchsia": "#f0f",
    "magenta": "#f0f",
    "orange": "#ffa500",
    "darkblue": "#00008b",
    "darkgreen": "#006400",
    "darkred": "#8b0000",
    "canvas": "#fff",
    "canvastext": "#000",
}


def declarations(style: str) -> Declarations:
    """The declarations of a `style` attribute or a rule's block; the last of a name wins, `!important` wins over it."""
    found: dict[str, str] = {}
    strong: set[str] = set()
    for part in unescaped(style).split(";")[:_MOST]:
        name, colon, value = part.partition(":")
        name, value = name.strip().lower(), value.strip().lower()
        important = value.endswith("important") and "!" in value
        if not colon or not name or (name in strong and not important):
            continue
        found[name] = reckoned(value.rpartition("!")[0].strip() if important else value)
        if important:
            strong.add(name)
    return found


def insisted(style: str) -> Declarations:
    """The declarations that say `!important`: they win over those that stand nearer."""
    parts = unescaped(style).split(";")[:_MOST]
    return declarations(";".join(part for part in parts if re.search(r"!\s{0,9}important\s*$", part, re.IGNORECASE)))


def unescaped(css: str) -> str:
    """CSS without comments and with its escapes read, at most 10,000 characters of it."""
    return _ESCAPE.sub(_character, _COMMENT.sub("", css[:_STYLE_LIMIT]))


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


def is_clear(found: Colour) -> bool:
    """Whether one sees through a colour."""
    return found[3] <= FAINT


def is_legible(text: Colour, ground: Colour) -> bool:
    """Whether text of one colour can be told from a ground of another."""
    if is_clear(text):
        return False
    light, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05) >= _LEAST_CONTRAST


def colour(said: str) -> Colour | None:
    """The first colour in a value (`white`, `#fff`, `rgb(255 255 255 / 1)`, `hsl(…)`); None where there is none known
    here."""
    said = said.lower()
    function = _FUNCTION.search(said)
    if function:
        return _of_function(function[1], function[2])
    found = _HEX.search(said)
    if found:
        return _of_hex(found[1])
    return next((_of_hex(_NAMES[name][1:]) for name in _NAME.findall(said) if name in _NAMES), None)


def _of_hex(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *rest = (int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2))
    return red, green, blue, rest[0] if rest else 1.0


def _of_function(name: str, inside: str) -> Colour | None:
    parts = NUMBER.findall(inside.removeprefix("srgb"))
    if len(parts) < 3:
        return None
    opacity = share_of(parts[3]) if len(parts) > 3 else 1.0
    if name.startswith("hsl"):
        hue, light, full = float(parts[0][0]) / 360 % 1, _hundredth(parts[2]), _hundredth(parts[1])
        return (*colorsys.hls_to_rgb(hue, light, full), opacity)
    if name == "hwb":
        white, black = _hundredth(parts[1]), _hundredth(parts[2])
        pure = colorsys.hls_to_rgb(float(parts[0][0]) / 360 % 1, 0.5, 1.0)
        left = max(0.0, 1 - white - black)
        whole = max(1.0, white + black)
        red, green, blue = (part * left + white / whole for part in pure)
        return red, green, blue, opacity
    if "l" in name[:3] and name != "color":
        return _of_lightness(name, parts, opacity)
    scale = 1.0 if name == "color" else 255.0
    red, green, blue = (min(1.0, max(0.0, _channel(part, scale))) for part in parts[:3])
    return red, green, blue, opacity


def _of_lightness(name: str, parts: list[tuple[str, str]], opacity: float) -> Colour:
    """lab, lch and their ok- kind as the grey of their lightness: enough to tell white from black."""
    number, unit = float(parts[0][0]), parts[0][1]
    light = number if name.startswith("ok") and not unit else number / 100
    grey = min(1.0, max(0.0, light))
    return grey, grey, grey, opacity


def _channel(part: tuple[str, str], scale: float) -> float:
    return float(part[0]) / (100 if part[1] == "%" else scale)


def _hundredth(part: tuple[str, str]) -> float:
    return min(1.0, max(0.0, float(part[0]) / 100))


def _luminance(of: Colour) -> float:
    """WCAG 2 relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
