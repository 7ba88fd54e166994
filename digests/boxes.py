"""Boxes that nobody sees, by what their style says: taken out, clipped, moved away, made too small. Knows no page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from digests.colours import FAINT, colour
from digests.styles import Declarations
from digests.sums import numbers, pixels, share, turns

_FAR, _VERY_FAR = 900.0, 9000.0
"""Pixels: nobody scrolls that far to the left or up, and nothing honest begins that far to the right."""
_BLURRED = 8.0
"""Pixels of blur in which no letter is left."""
_FUNCTION = re.compile(r"([a-z0-9-]{1,20})\(([^()]{0,200})\)")


def hides_box(style: Declarations) -> bool:
    """Whether an element, and with it all it holds, is taken from sight: nothing inside can show itself again."""
    return (
        style.get("display", "").startswith(("none", "table-column"))
        or style.get("content-visibility") == "hidden"
        or _is_faint(style.get("opacity"))
        or _is_filtered_away(style.get("filter", ""))
        or _is_masked(style)
        or _is_faint(style.get("zoom"))
        or _is_transformed_away(style)
        or _is_far_away(style)
        or _is_clipped(style)
        or _has_no_room(style)
        or _is_squeezed(style)
        or _is_behind(style)
        or _is_replaced(style)
    )


def share_said(said: str | None) -> float:
    """`.5` or `50%` as a number between 0 and 1; 1 where nothing is said."""
    found = share(said)
    return 1.0 if found is None else min(1.0, max(0.0, found))


def scale_of(style: Declarations) -> float:
    """How much larger or smaller a style shows what is inside: `zoom`, `scale` and `transform: scale()` together."""
    found = share(style.get("zoom"))
    scaled = [style.get("scale", "")]
    scaled += [inside for name, inside in _functions(style.get("transform", "")) if name in ("scale", "scale3d")]
    for said in scaled:
        sizes = [number / (100 if unit == "%" else 1) for number, unit in numbers(said)[:2]]
        found = (1.0 if found is None else found) * min(sizes, default=1.0)
    return 1.0 if found is None else abs(found)


def filters_of(style: Declarations) -> list[tuple[str, float]]:
    """The functions of `filter` with their shares; one without a number has all of it."""
    return [(name, _amount(inside)) for name, inside in _functions(style.get("filter", ""))]


def _amount(inside: str) -> float:
    found = share(inside)
    return 1.0 if found is None else found


def _is_faint(said: str | None) -> bool:
    found = share(said)
    return found is not None and found <= FAINT


def _functions(said: str) -> list[tuple[str, str]]:
    return [(found[1], found[2].strip()) for found in _FUNCTION.finditer(said)]


def _is_filtered_away(said: str) -> bool:
    for name, inside in _functions(said):
        if name in ("opacity", "contrast") and _is_faint(inside):
            return True
        if name == "blur" and any(found >= _BLURRED for found in pixels(inside)):
            return True
    return False


def _is_behind(style: Declarations) -> bool:
    """Painted before what it stands in: what is behind cannot be selected, nor read where anything has a ground."""
    depth = numbers(style.get("z-index", ""))
    return bool(depth) and depth[0][0] < 0 and style.get("position", "static") != "static"


def _is_replaced(style: Declarations) -> bool:
    """A picture or dots in place of the words; letters of no height."""
    return (
        style.get("content", "").startswith("url(")
        or style.get("-webkit-text-security", "none") not in ("none", "unset", "initial")
        or share(style.get("font-size-adjust")) == 0
    )


def _is_masked(style: Declarations) -> bool:
    """Behind a mask through which nothing shows."""
    for name in ("mask", "mask-image", "-webkit-mask", "-webkit-mask-image"):
        if re.search(r"url\(\s*['\"]{0,2}\s*\)", style.get(name, "")):
            return True  # a mask that cannot be had lets nothing through
        words = re.findall(r"#[0-9a-f]{3,8}|(?<![\w-])[a-z]{3,20}(?![\w(-])", style.get(name, ""))
        found = [paint for word in words if (paint := colour(word)) is not None]
        if "gradient(" in style.get(name, "") and found and all(paint[3] <= FAINT for paint in found):
            return True
    sizes = (style.get(name, "") for name in ("mask-size", "-webkit-mask-size"))
    return any(number == 0 for said in sizes for number, _ in numbers(said))


# --- moved and turned -------------------------------------------------------------------------------------------------


def _is_transformed_away(style: Declarations) -> bool:
    if any(abs(number) <= FAINT for number, _ in numbers(style.get("scale", ""))):
        return True
    turned = style.get("rotate", "")
    axis = [number for number, _ in numbers(turned)]
    if (re.match(r"[xy]\b", turned) or (len(axis) == 4 and any(axis[:2]))) and _is_on_edge(turned):
        return True
    if style.get("backface-visibility") == "hidden" and _shows_its_back(style):
        return True
    paths = (style.get(name, "") for name in ("offset-path", "offset"))
    if any(abs(number) >= _FAR for path in paths for number, _ in numbers(path.replace(",", " "))):
        return True
    return _is_moved(style.get("translate", "")) or any(
        _is_lost(name, inside) for name, inside in _functions(style.get("transform", ""))
    )


def _shows_its_back(style: Declarations) -> bool:
    turned = [inside for name, inside in _functions(style.get("transform", "")) if name in ("rotatex", "rotatey")]
    turned += [said for said in (style.get("rotate", ""),) if re.match(r"[xy]\b", said)]
    return any((found := turns(said)) is not None and math.cos(2 * math.pi * found) < 0 for said in turned)


def _is_lost(name: str, inside: str) -> bool:
    said = [number for number, _ in numbers(inside)]
    if name.startswith("scale"):
        return any(abs(number) <= FAINT for number in said[:2])
    if name.startswith("translate"):
        return _is_moved(inside)
    if name.startswith("matrix"):
        return _is_lost_matrix(said)
    if name in ("rotatex", "rotatey"):
        return _is_on_edge(inside)
    if name == "rotate3d":
        return len(said) == 4 and (said[0] != 0 or said[1] != 0) and said[2] == 0 and _is_on_edge(inside)
    return name.startswith("skew") and _is_on_edge(inside)


def _is_lost_matrix(said: list[float]) -> bool:
    """A matrix that leaves no area, or leads far away."""
    if len(said) == 6:
        a, b, c, d, right, down = said
    elif len(said) == 16:
        a, b, c, d, right, down = said[0], said[1], said[4], said[5], said[12], said[13]
    else:
        return False
    return abs(a * d - b * c) <= FAINT * FAINT or abs(right) >= _FAR or abs(down) >= _FAR


def _is_on_edge(said: str) -> bool:
    """Turned by a quarter: what is flat is seen from its edge."""
    found = turns(said)
    return found is not None and abs(math.cos(2 * math.pi * found)) < 0.02


def _is_moved(said: str) -> bool:
    return any(abs(found) >= _FAR for found in pixels(said))


def _is_far_away(style: Declarations) -> bool:
    moved = style.get("position", "static") != "static"
    places = [said for name, said in style.items() if name.startswith("margin") and name not in _COLUMNS]
    if moved:
        sides = ("left", "top", "right", "bottom")
        places += [said for name, said in style.items() if name in sides or name.startswith("inset")]
    found = [one for place in places for one in pixels(place)]
    if any(one <= -_FAR or one >= _VERY_FAR for one in found) or _is_beyond_the_screen(style):
        return True
    if any(one >= _VERY_FAR for name in ("padding", "padding-top") for one in pixels(style.get(name, ""))[:1]):
        return True
    indents = [pixels(style.get(name, "")) for name in ("text-indent", "padding-left", "padding-inline-start")]
    indented = [one[0] for one in indents if one]
    whole = any(unit == "%" and abs(number) >= 100 for number, unit in numbers(style.get("text-indent", "")))
    cut = _cuts(style)
    return any(one <= -_FAR or (cut and one >= _FAR) for one in indented) or (cut and whole)


def _is_beyond_the_screen(style: Declarations) -> bool:
    """Put beside the screen by its own measure: where nothing scrolls to, or nobody would."""
    place = style.get("position", "static")
    if place not in ("absolute", "fixed"):
        return False
    sides = {name: numbers(style.get(name, "")) for name in ("left", "right", "top", "bottom")}
    for name, said in sides.items():
        for number, unit in said[:1]:
            across = name in ("left", "right") and unit in _WIDTHS and number >= 100
            fixed = place == "fixed" and unit in (*_WIDTHS, *_HEIGHTS, "%") and number >= 100
            if across or fixed:
                return True
    return False


_WIDTHS, _HEIGHTS = ("vw", "svw", "lvw", "dvw"), ("vh", "svh", "lvh", "dvh")
_COLUMNS = ("margin-bottom", "margin-block-end")
"""Moved up by thousands and padded by as many: how columns were made equally long."""


# --- cut --------------------------------------------------------------------------------------------------------------


def _is_clipped(style: Declarations) -> bool:
    rectangle = re.match(r"rect\(([^()]{1,80})\)", style.get("clip", ""))
    if rectangle and _is_thin([next(iter(pixels(side)), None) for side in re.split(r"[\s,]+", rectangle[1].strip())]):
        return True
    shape = _FUNCTION.match(style.get("clip-path") or style.get("-webkit-clip-path") or "")
    return shape is not None and _is_nothing(shape[1], shape[2])


def _is_thin(sides: Sequence[float | None]) -> bool:
    """Top, right, bottom, left; None where it is as the box has it."""
    if len(sides) != 4:
        return False
    pairs = ((sides[0], sides[2]), (sides[1], sides[3]))
    return any(one is not None and other is not None and abs(one - other) <= 1 for one, other in pairs)


def _is_nothing(shape: str, inside: str) -> bool:
    """Whether a clipping shape leaves nothing."""
    found = [number for number, _ in numbers(inside)]
    match shape:
        case "inset":
            return any(unit == "%" and number >= 50 for number, unit in numbers(inside))
        case "circle" | "ellipse":
            return bool(found) and (found[0] == 0 or (shape == "ellipse" and 0 in found[:2]))
        case "polygon":
            return len(set(found)) == 1 or len(set(found[::2])) == 1 or len(set(found[1::2])) == 1
        case "rect":
            return _is_thin(pixels(inside))
        case "xywh":
            return any(abs(number) <= 1 for number in found[2:4])
        case "path":
            return not found
    return False


def _cuts(style: Declarations) -> bool:
    """Whether what does not fit is not shown."""
    ways = (style.get(name, "") for name in ("overflow", "overflow-x", "overflow-y"))
    return any(way.startswith(("hidden", "clip", "auto", "scroll")) for way in ways) or bool(
        _CUTTING & _contained(style)
    )


def _contained(style: Declarations) -> set[str]:
    return set(style.get("contain", "").split())


_CUTTING = {"paint", "content", "strict"}


_SIZES = ("height", "width", "block-size", "inline-size")


def _has_no_room(style: Declarations) -> bool:
    if not _cuts(style):
        return False
    sizes = [style.get(f"{most}{name}", "") for name in _SIZES for most in ("", "max-")]
    if not style.get("height") and not style.get("min-height"):
        sizes.append(style.get("line-height", ""))
        if "strict" in _contained(style) or {"size", "paint"} <= _contained(style):
            return True  # as high as if it were empty
    return any(_is_no_size(said) for said in sizes)


def _is_no_size(said: str) -> bool:
    found = numbers(said)
    if len(found) != 1:
        return False
    (number, unit), (length,) = found[0], pixels(said)
    return number <= 0 or (unit not in ("", "%") and length <= _SLIVER)


_SLIVER = 3.0
"""Pixels of a line of text in which nothing can be read."""


def _is_squeezed(style: Declarations) -> bool:
    """All letters on one place, or words that stand far away from each other."""
    letters, words = pixels(style.get("letter-spacing", "")), pixels(style.get("word-spacing", ""))
    return any(one <= -8 for one in letters) or any(abs(one) >= _FAR for one in (*letters, *words))
