"""Numbers, lengths and angles of CSS, and the sums made of them."""

from __future__ import annotations

import math
import re

NUMBER = re.compile(
    r"([+-]?(?:\d{1,9}\.?\d{0,9}|\.\d{1,9})(?:e[+-]?\d{1,2})?)"
    r"(px|pt|r?em|r?ex|r?lh|cap|ic|ch|[sld]?v[whib]|vmin|vmax|cq[whib]|pc|cm|mm|in|%|deg|g?rad|turn)?"
)
PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "cm": 37.8, "mm": 3.78, "in": 96.0, "%": 12.8}
PIXELS |= {"em": 16.0, "rem": 16.0, "ex": 8.0, "rex": 8.0, "lh": 20.0, "rlh": 20.0, "cap": 12.0, "ic": 16.0, "ch": 8.0}
PIXELS |= {f"{size}v{side}": 10.0 for size in ("", "s", "l", "d") for side in "whib"} | {"vmin": 10.0, "vmax": 12.8}
PIXELS |= {f"cq{side}": 10.0 for side in "whib"} | dict.fromkeys(("deg", "rad", "grad", "turn"), 0.0)
_TURNS = {"deg": 1 / 360, "grad": 1 / 400, "rad": 0.5 / math.pi, "turn": 1.0}


def numbers(said: str) -> list[tuple[float, str]]:
    """Every number in a value, with its unit."""
    return [(float(number), unit) for number, unit in NUMBER.findall(said)]


def pixels(said: str) -> list[float]:
    """Every length in a value; relative ones as on a small screen."""
    return [number * PIXELS[unit] for number, unit in numbers(said)]


def share(said: str | None) -> float | None:
    """`.5` or `50%`; None where there is no number."""
    found = NUMBER.match((said or "").strip())
    return share_of((found[1], found[2] or "")) if found else None


def turns(said: str) -> float | None:
    """The first angle in a value, in turns; None where there is none."""
    return next((number * _TURNS[unit] for number, unit in numbers(said) if unit in _TURNS), None)


_REASONED = re.compile(r"\b(calc|min|max|clamp)\(")
_SUM = re.compile(rf"\s*({NUMBER.pattern}|[-+*/(),]|calc|min|max|clamp)")
_DEEP = 20


def reckoned(value: str) -> str:
    """`value` with its sums worked out: `calc(1px * 0)` is `0px`. A sum with a variable stays as it is."""
    if "(" not in value or not _REASONED.search(value):
        return value
    tokens = [(found[1], found[2], found[3]) for found in _SUM.finditer(value)]
    if "".join(token for token, _, _ in tokens) != re.sub(r"\s+", "", value):
        return value
    try:
        found = _added(tokens, [0], 0)
    except (IndexError, ValueError, ZeroDivisionError, RecursionError):
        return value
    return f"{found:.9f}px".replace("-0.000000000", "0")


_Tokens = list[tuple[str, str, str]]


def _added(tokens: _Tokens, at: list[int], depth: int) -> float:
    if depth > _DEEP:
        raise ValueError("too deep")
    found = _multiplied(tokens, at, depth)
    while at[0] < len(tokens) and tokens[at[0]][0] not in (")", ","):
        sign = tokens[at[0]][0]
        if sign in ("+", "-"):
            at[0] += 1
        elif not sign.startswith(("+", "-")):
            raise ValueError(sign)
        more = _multiplied(tokens, at, depth)
        found = found - more if sign == "-" else found + more
    return found


def _multiplied(tokens: _Tokens, at: list[int], depth: int) -> float:
    found = _factor(tokens, at, depth)
    while at[0] < len(tokens) and tokens[at[0]][0] in ("*", "/"):
        sign = tokens[at[0]][0]
        at[0] += 1
        more = _factor(tokens, at, depth)
        found = found * more if sign == "*" else found / more
    return found


def _factor(tokens: _Tokens, at: list[int], depth: int) -> float:
    word, number, unit = tokens[at[0]]
    at[0] += 1
    if number:
        return float(number) * PIXELS[unit or ""]
    if word == "-":
        return -_factor(tokens, at, depth + 1)
    if word in ("calc", "min", "max", "clamp"):
        at[0] += 1
    elif word != "(":
        raise ValueError(word)
    given = [_added(tokens, at, depth + 1)]
    while tokens[at[0]][0] == ",":
        at[0] += 1
        given.append(_added(tokens, at, depth + 1))
    at[0] += 1
    if word == "clamp":
        return max(given[0], min(given[1], given[2]))
    return max(given) if word == "max" else min(given)


def share_of(part: tuple[str, str]) -> float:
    return float(part[0]) / (100 if part[1] == "%" else 1)
