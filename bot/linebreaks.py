"""Lines in the terminal, broken as Japanese is: between any two characters, but no line begins with a closing mark or
ends with an opening one (JIS X 4051, kinsoku); words of other scripts stay whole."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

NO_START = frozenset(
    "、。，．,.;:!?！？・：；」』）)］]｝}〉》】〕”’ー〜々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ%％ "
)
NO_END = frozenset("「『（([［｛{〈《【〔“‘")


def hung(mark: Text, text: Text, width: int = 3) -> Table:
    """`text` beside its mark, all its lines at one indent."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=width)
    grid.add_column()
    mark.rstrip()
    grid.add_row(mark, Wrapped(text))
    return grid


@dataclass(frozen=True, slots=True)
class Wrapped:
    """Text set in as many columns as there are."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from self.text.divide(breaks(self.text.plain, options.max_width))

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(2, options.max_width), min(cell_len(self.text.plain), options.max_width))


def breaks(text: str, width: int) -> list[int]:
    """Where lines of at most `width` columns end in `text`: offsets in code points."""
    found: list[int] = []
    start = columns = 0
    allowed = 0
    for place, char in enumerate(text):
        if place > start and _may_break(text[place - 1], char):
            allowed = place
        columns += cell_len(char)
        if columns > width and place > start:
            start = allowed if allowed > start else place
            found.append(start)
            columns = cell_len(text[start : place + 1])
    return found


def _may_break(before: str, after: str) -> bool:
    if after in NO_START or before in NO_END:
        return False
    return before == " " or cell_len(before) == 2 or cell_len(after) == 2
