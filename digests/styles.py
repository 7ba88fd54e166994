"""CSS as far as it tells whether text can be seen: declarations, lengths, colours. Knows no page and no cascade.

CSS escapes and comments are read first: `display:/**/n\\6fne` means `display:none`.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping

Declarations = Mapping[str, str]
"""Property → value, both in lower case, without `!important`."""
Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, 0 … 1."""

WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
_STYLE_LIMIT = 10_000
_MOST = 200
_FAR, _VERY_FAR = 900.0, 2000.0
"""Pixels: nobody scrolls that far to the left or up, and nothing honest begins that far to the right."""
_FAINT = 0.05
_LEAST_CONTRAST = 1.15
"""WCAG 2, 1.4.3: text needs 4.5; below this nobody sees that there is any."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_NUMBER = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,6}|\.\d{1,6}))(px|pt|r?em|ex|ch|v[wh]|vmin|vmax|pc|cm|mm|in|%|deg)?")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "vw": 12.8, "vh": 8.0}
_PIXELS |= {"vmin": 8.0, "vmax": 12.8, "pc": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "%": 12.8, "deg": 0.0}
_FUNCTION = re.compile(r"(rgba?|hsla?)\(([^()]{1,80})\)")
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
        found[name] = value.rpartition("!")[0].strip() if important else value
        if important:
            strong.add(name)
    return found


def unescaped(css: str) -> str:
    """CSS without comments and with its escapes read, at most 10,000 characters of it."""
    return _ESCAPE.sub(_character, _COMMENT.sub("", css[:_STYLE_LIMIT]))


def _character(escape: re.Match[str]) -> str:
    if escape[2] is not None:
        return escape[2]
    code = int(escape[1], 16)
    return chr(code) if 0 < code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else "\ufffd"


def hides_box(style: Declarations) -> bool:
    """Whether an element, and with it all it holds, is taken from sight: nothing inside can show itself again."""
    return (
        style.get("display", "").startswith("none")
        or style.get("content-visibility") == "hidden"
        or _is_faint(style.get("opacity"))
        or any(_is_faint(found) for found in re.findall(r"opacity\(([^()]{1,20})\)", style.get("filter", "")))
        or _is_zero(style.get("zoom"))
        or _is_transformed_away(style)
        or _is_far_away(style)
        or _is_clipped(style)
        or _has_no_room(style)
    )


def font_size(style: Declarations, inherited: float) -> float:
    """Pixels, given those of the parent."""
    said = style.get("font-size")
    if said is None and "font" in style:
        found = _NUMBER.search(re.sub(r"\b[1-9]00\b", "", style["font"]))
        said = found[0] if found else None
    number = _NUMBER.match(said or "")
    if number is None:
        return inherited
    value, unit = float(number[1]), number[2] or ""
    if unit in ("em", "%", "ex", "ch"):
        return inherited * value * {"em": 1.0, "%": 0.01, "ex": 0.5, "ch": 0.5}[unit]
    return value * _PIXELS[unit]


def text_colour(style: Declarations) -> Colour | None:
    """What `color` says, or what paints over it; None where it says nothing that can be read here."""
    return colour(style.get("-webkit-text-fill-color") or style.get("color") or "")


def ground_colour(style: Declarations) -> Colour | None:
    """The colour behind an element; None where there is none or a picture lies on it."""
    said = style.get("background-color") or style.get("background") or ""
    if has_picture(style):
        return None
    found = colour(said)
    return found if found and found[3] > 0.5 else None


def has_picture(style: Declarations) -> bool:
    """Whether a picture or a gradient lies behind an element, on which any colour may be read."""
    said = f"{style.get('background', '')} {style.get('background-image', '')}"
    return "url(" in said or "gradient(" in said


def is_clear(found: Colour) -> bool:
    """Whether one sees through a colour."""
    return found[3] <= _FAINT


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
    parts = _NUMBER.findall(inside)
    if len(parts) < 3:
        return None
    opacity = _share(parts[3]) if len(parts) > 3 else 1.0
    if name.startswith("hsl"):
        hue, light, full = float(parts[0][0]) / 360 % 1, _hundredth(parts[2]), _hundredth(parts[1])
        return (*colorsys.hls_to_rgb(hue, light, full), opacity)
    red, green, blue = (min(1.0, max(0.0, _channel(part))) for part in parts[:3])
    return red, green, blue, opacity


def _channel(part: tuple[str, str]) -> float:
    return float(part[0]) / (100 if part[1] == "%" else 255)


def _hundredth(part: tuple[str, str]) -> float:
    return min(1.0, max(0.0, float(part[0]) / 100))


def _share(part: tuple[str, str]) -> float:
    return float(part[0]) / (100 if part[1] == "%" else 1)


def _luminance(of: Colour) -> float:
    """WCAG 2 relative luminance (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in of[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _pixels(said: str) -> list[float]:
    return [float(number) * _PIXELS[unit] for number, unit in _NUMBER.findall(said)]


def _is_zero(said: str | None) -> bool:
    found = _NUMBER.match(said or "")
    return found is not None and float(found[1]) == 0


def _is_faint(said: str | None) -> bool:
    found = _NUMBER.match((said or "").strip())
    return found is not None and _share((found[1], found[2] or "")) <= _FAINT


def _is_transformed_away(style: Declarations) -> bool:
    if _is_zero(style.get("scale")) or _is_moved(style.get("translate", "")):
        return True
    for name, inside in re.findall(r"([a-z0-9]{1,20})\(([^()]{1,80})\)", style.get("transform", "")):
        if name.startswith("scale") and any(_is_zero(part) for part in re.split(r"[\s,]+", inside.strip())):
            return True
        if name.startswith("translate") and _is_moved(inside):
            return True
        if name in ("rotatex", "rotatey") and re.match(r"[+-]?(?:90|270)deg", inside.strip()):
            return True
    return False


def _is_moved(said: str) -> bool:
    return any(abs(pixels) >= _FAR for pixels in _pixels(said))


def _is_far_away(style: Declarations) -> bool:
    moved = style.get("position", "static") != "static"
    places = [style.get(f"margin-{side}", "") for side in ("left", "top", "right")]
    places += [style.get("margin", ""), style.get("text-indent", "")]
    if moved:
        places += [style.get(name, "") for name in ("left", "top", "right", "bottom", "inset")]
    found = [pixels for place in places for pixels in _pixels(place)]
    return any(pixels <= -_FAR for pixels in found) or (moved and any(pixels >= 5 * _VERY_FAR for pixels in found))


def _is_clipped(style: Declarations) -> bool:
    rectangle = re.match(r"rect\(([^()]{1,80})\)", style.get("clip", ""))
    sides = _pixels(rectangle[1]) if rectangle else []
    if len(sides) == 4 and (abs(sides[2] - sides[0]) <= 1 or abs(sides[1] - sides[3]) <= 1):
        return True
    shape = re.match(r"(inset|circle|ellipse|polygon)\(([^()]{1,200})\)", style.get("clip-path", ""))
    if shape is None:
        return False
    if shape[1] == "inset":
        return any(unit == "%" and float(number) >= 50 for number, unit in _NUMBER.findall(shape[2]))
    numbers = [float(number) for number, _ in _NUMBER.findall(shape[2])]
    return bool(numbers) and (numbers[0] == 0 if shape[1] != "polygon" else len(set(numbers)) == 1)


def _has_no_room(style: Declarations) -> bool:
    cut = any(style.get(name, "").startswith(("hidden", "clip")) for name in ("overflow", "overflow-x", "overflow-y"))
    sizes = (style.get(name, "") for name in ("height", "max-height", "width", "max-width", "block-size"))
    return cut and any(found is not None and float(found[1]) <= 1 for found in map(_SIZE.fullmatch, sizes) if found)


_SIZE = re.compile(r"([+-]?(?:\d{1,9}\.?\d{0,6}|\.\d{1,6}))(?:px|pt)?")
