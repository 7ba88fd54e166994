"""The table `make eval` prints: its lines, its Markdown, its place in a page."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEAD = ("row", "what", "data", "baselines, same run", "must", "got", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `met`: None when nothing was measured or nothing is demanded."""

    key: str
    what: str
    data: str
    baselines: str = "–"
    must: str = "–"
    got: str = "not measured"
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        sign = {True: "✓", False: "✗", None: ""}[self.met]
        return (self.key, self.what, self.data, self.baselines, self.must, self.got, sign)


def table(rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(row.cells() for row in rows)]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def written(path: Path, rows: Sequence[Row], seconds: float) -> None:
    """Put the table between the marks of a page, leaving its words alone."""
    begin, end = "<!-- table -->\n", "<!-- end of table -->\n"
    page = path.read_text("utf-8") if path.exists() else f"# Evaluation\n\n{begin}{end}"
    before, _, rest = page.partition(begin)
    after = rest.partition(end)[2]
    taken = f"\n{len(rows)} rows in {seconds / 60:.0f} minutes on {os.cpu_count()} cores.\n"
    path.write_text(f"{before}{begin}{table(rows)}{taken}{end}{after}", encoding="utf-8")
