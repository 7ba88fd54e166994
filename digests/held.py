"""What an article holds of the marks that something may be wrong with: what it holds nowhere is looked for in none of
its sentences.
"""

from __future__ import annotations

import re
from typing import NamedTuple

PAIRS = (
    ("「", "」"),
    ("｢", "｣"),
    ("『", "』"),
    ("（", "）"),
    ("(", ")"),
    ("“", "”"),
    ("《", "》"),
    ("【", "】"),
    ("[", "]"),
    ("«", "»"),
    ("〈", "〉"),
)
_ODD = re.compile(r" [ ,.;:!?、。]")
_SPACES = tuple(char for char in map(chr, range(0x3001)) if char.isspace() and char not in " \n")
_NARROW_SPACES = tuple(char for char in _SPACES if char.isascii())


class Held(NamedTuple):
    """`quoting`: the marks that quote or bracket; `pairs`: those that come in pairs; `oddly_spaced`: whether some white
    space is more than a single blank between two words, or stands before a mark."""

    quoting: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    oddly_spaced: bool


ANYTHING = Held(('"', "`", "''", *("".join(pair)[k] for pair in PAIRS for k in (0, 1))), PAIRS, True)
"""What may stand in a text that nobody looked through."""
_NARROW_PAIRS = tuple(pair for pair in PAIRS if pair[0].isascii())


def held(whole: str) -> Held:
    """What stands in `whole`: an article, or sentences of it between line breaks."""
    narrow = whole.isascii()
    pairs = tuple([pair for pair in (_NARROW_PAIRS if narrow else PAIRS) if pair[0] in whole or pair[1] in whole])
    straight = tuple([mark for mark in ('"', "`", "''") if mark in whole])
    return Held(
        (*straight, *[mark for pair in pairs for mark in pair]),
        pairs,
        _ODD.search(whole) is not None or holds(whole, _NARROW_SPACES if narrow else _SPACES),
    )


def holds(text: str, strings: tuple[str, ...]) -> bool:
    """Whether one of the `strings` stands in `text`."""
    for string in strings:  # three times as fast as `any`  # noqa: SIM110
        if string in text:
            return True
    return False
