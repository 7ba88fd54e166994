"""Records the sample edition as it stands in a terminal: docs/images/edition.png. Run by `make pictures`."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console
from rich.text import Text

from bot.cli_base import Session
from bot.cli_run import sample
from tools.pictures import IMAGES, browse, browser_here, keep

OUT = IMAGES / "edition.png"
WIDTH, HEIGHT = 830, 1640
LINES = 84
"""How much of the recording is kept: an overview and a digest or two, not the whole scroll."""


def terminal() -> Console:
    return Console(record=True, width=100, force_terminal=True, color_system="truecolor", file=io.StringIO())


def recorded() -> Console:
    """A terminal that has shown the sample edition."""
    console = terminal()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        asyncio.run(sample(Session(None, True, console, Console(quiet=True))))
        os.chdir(ROOT)
    return console


def cut(console: Console) -> Console:
    """The first lines of a recording, on a sheet of their own."""
    text = console.export_text(styles=True)
    sheet = terminal()
    sheet.print(Text.from_ansi("\n".join(text.split("\n")[:LINES])))
    return sheet


PAGE = """<!doctype html><meta charset="utf-8"><style>
a {{ color: inherit; text-decoration-color: #5b6472 }}
body {{ margin: 0; background: #14161b }}
pre {{ margin: 0; padding: 18px 22px; color: #d8dee9; background: #14161b; line-height: 1.32;
  font: 15px/1.32 "Noto Sans Mono CJK JP", "DejaVu Sans Mono", monospace }}
{stylesheet}
</style><pre><code style="font-family: inherit">{code}</code></pre>"""


def main() -> int:
    browser = browser_here()
    if browser is None:
        return 0
    page = cut(recorded()).export_html(code_format=PAGE)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "edition.html"
        file.write_text(page, encoding="utf-8")
        browse(browser, Path(folder), f"--window-size={WIDTH},{HEIGHT}", f"--screenshot={OUT}", file.as_uri())
    keep(OUT)
    return 0


if __name__ == "__main__":
    sys.exit(main())
