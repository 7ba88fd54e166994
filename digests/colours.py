"""Colours of CSS, and whether text of one can be told from a ground of another. Knows no page.

https://www.w3.org/TR/css-color-4/
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable, Mapping, Sequence

from digests.sums import NUMBER, share, share_of

Colour = tuple[float, float, float, float]
"""Red, green, blue and opacity, 0 … 1."""
WHITE: Colour = (1.0, 1.0, 1.0, 1.0)
BLACK: Colour = (0.0, 0.0, 0.0, 1.0)
FAINT = 0.05
_LEAST_CONTRAST = 1.15
"""WCAG 2, 1.4.3: text needs 4.5; below this nobody sees that there is any."""

_FUNCTION = re.compile(r"(rgba?|hsla?|hwb|(?:ok)?l(?:ab|ch)|color)\(([^()]{1,80})\)")
_FROM = re.compile(r"[a-z]{3,5}\(\s*from\s+(#[0-9a-f]{3,8}|[a-z]{3,20}|[a-z]{3,5}\([^()]{1,80}\))([^()]{0,80})\)")
_HEX = re.compile(r"#([0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![0-9a-f])")
_NAME = re.compile(r"(?<![\w-])[a-z]{3,20}(?![\w(-])")
_TABLE = (
    "aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 "
    "black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 brown a52a2a burlywood deb887 "
    "cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc "
    "crimson dc143c cyan 00ffff darkblue 00008b darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 "
    "darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 "
    "darkorchid 9932cc darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b "
    "darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 "
    "deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 "
    "forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff gold ffd700 goldenrod daa520 "
    "gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c "
    "indigo 4b0082 ivory fffff0 khaki f0e68c lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 "
    "lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 "
    "lightgray d3d3d3 lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa "
    "lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de lightyellow ffffe0 "
    "lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa "
    "mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db mediumseagreen 3cb371 mediumslateblue 7b68ee "
    "mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa "
    "mistyrose ffe4e1 moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 "
    "orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 paleturquoise afeeee "
    "palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd "
    "powderblue b0e0e6 purple 800080 red ff0000 rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 "
    "salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb "
    "slateblue 6a5acd slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 "
    "tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 white ffffff "
    "whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32 rebeccapurple 663399 transparent 00000000 canvas ffffff "
    "canvastext 000000 field ffffff fieldtext 000000 window ffffff windowtext 000000 buttonface efefef "
    "buttontext 000000 linktext 0000ee highlight 3367d1"
)
_SPACE = re.compile(r"^\s*[a-z][\w-]*\s")
"""The colour space that `color()` names."""
_NAMES = dict(re.findall(r"(\w+) (\w+)", _TABLE))
"""Every name of CSS, and the system's colours as a light desktop has them."""


def colour(said: str) -> Colour | None:
    """The first colour in a value (`white`, `#fff`, `rgb(255 255 255 / 1)`, `hsl(…)`); None where there is none known
    here."""
    said = said.lower()
    made = _FROM.search(said)
    if made:  # made of another colour: taken for that one, but for its opacity
        base, opacity = colour(made[1]), share(made[2].rpartition("/")[2]) if "/" in made[2] else None
        return (*base[:3], base[3] if opacity is None else opacity) if base else None
    function = _FUNCTION.search(said)
    if function:
        return _of_function(function[1], function[2])
    found = _HEX.search(said)
    if found:
        return _of_hex(found[1])
    return next((_of_hex(_NAMES[name]) for name in _NAME.findall(said) if name in _NAMES), None)


def filtered(said: Colour, filters: Sequence[tuple[str, float]]) -> Colour:
    """A colour behind filters (https://www.w3.org/TR/filter-effects-1/): brightness, contrast and invert change it."""
    for name, amount in filters:
        said = (*(min(1.0, max(0.0, _FILTERS[name](part, amount))) for part in said[:3]), said[3])  # type: ignore[assignment]
    return said


def blended(mode: str, ink: Colour, ground: Colour) -> Colour:
    """What is seen of `ink` on `ground` in a blend mode (https://www.w3.org/TR/compositing-1/); as it is in one not
    known here."""
    mix = _BLENDS.get(mode)
    if mix is None:
        return ink
    red, green, blue = (mix(under, over) for under, over in zip(ground[:3], ink[:3], strict=True))
    return red, green, blue, ink[3]


_FILTERS: Mapping[str, Callable[[float, float], float]] = {
    "brightness": lambda part, amount: part * amount,
    "contrast": lambda part, amount: (part - 0.5) * amount + 0.5,
    "invert": lambda part, amount: part * (1 - amount) + (1 - part) * amount,
}
COLOUR_FILTERS = frozenset(_FILTERS)
_BLENDS: Mapping[str, Callable[[float, float], float]] = {
    "screen": lambda under, over: under + over - under * over,
    "lighten": max,
    "plus-lighter": lambda under, over: min(1.0, under + over),
    "color-dodge": lambda under, over: min(1.0, under / (1 - over)) if over < 1 else float(under > 0),
    "multiply": lambda under, over: under * over,
    "darken": min,
    "difference": lambda under, over: abs(under - over),
    "exclusion": lambda under, over: under + over - 2 * under * over,
}


def is_clear(found: Colour) -> bool:
    """Whether one sees through a colour."""
    return found[3] <= FAINT


def is_legible(text: Colour, ground: Colour) -> bool:
    """Whether text of one colour can be told from a ground of another."""
    if is_clear(text):
        return False
    light, dark = sorted((_luminance(text), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05) >= _LEAST_CONTRAST


def _of_hex(digits: str) -> Colour:
    if len(digits) < 6:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue, *rest = (int(digits[at : at + 2], 16) / 255 for at in range(0, len(digits), 2))
    return red, green, blue, rest[0] if rest else 1.0


def _of_function(name: str, inside: str) -> Colour | None:
    parts = NUMBER.findall(_SPACE.sub("", inside))
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
