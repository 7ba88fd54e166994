"""What rendering long hostile texts costs, beside the standard library's `html.escape` in the same run.

Run as `python tools/bench_rendering.py [--characters 200000]`. A text of each shape stands in a dozen places of two
messages, as it could after a model or a feed went mad, and is rendered for Discord, for Slack, and for the archive,
Atom and the terminal. Processor time; the better of two runs. «grows» is the time over that for half the text: about 2
is linear. (discord.py's own `escape_markdown` is no peer: it takes 29 s for 200,000 line ends.)
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from long_texts import RENDERERS, SHAPES, text_of
from rich.console import Console
from rich.table import Table

PLACES = 24
"""So often the text stands in the two messages."""


def peer(text: str) -> None:
    """The same text escaped as often."""
    for _ in range(PLACES):
        escape(text)


def seconds(render: Callable[[str], None], text: str) -> float:
    best = float("inf")
    for _ in range(2):
        began = time.process_time()
        render(text)
        best = min(best, time.process_time() - began)
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--characters", type=int, default=200_000)
    asked = parser.parse_args()
    table = Table("shape", "html.escape")
    for render in RENDERERS:
        table.add_column(render.__name__.replace("_", " "), justify="right")
    worst: tuple[float, float] = (0.0, 0.0)
    for shape in SHAPES:
        text, half = text_of(shape, asked.characters), text_of(shape, asked.characters // 2)
        base = seconds(peer, text)
        cells = []
        for render in RENDERERS:
            took, before = seconds(render, text), seconds(render, half)
            grows = took / max(before, 0.001)
            worst = (max(worst[0], took), max(worst[1], grows))
            cells.append(f"{took:.2f} s = {took / max(base, 0.001):.0f} x, grows {grows:.1f}")
        table.add_row(shape, f"{base:.3f} s", *cells)
    console = Console(width=140)
    console.print(table)
    console.print(f"longest {worst[0]:.2f} s, steepest growth {worst[1]:.1f} for twice the text")


if __name__ == "__main__":
    main()
