"""The table `make eval` prints: its lines, its Markdown, its place in a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

HEAD = ("row", "what", "data", "baselines, same run", "must", "got", "")


BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"


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
    return "".join(_line(cells) for cells in (HEAD, ["---"] * len(HEAD), *(row.cells() for row in rows)))


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def written(path: Path, rows: Sequence[Row], order: Sequence[str]) -> None:
    """Put the rows into the table of a page, keys in the given order; rows that were not measured stay as they are."""
    page = path.read_text("utf-8") if path.exists() else f"# Evaluation\n\n{BEGIN}{END}"
    before, _, rest = page.partition(BEGIN)
    old, _, after = rest.partition(END)
    lines: dict[str, list[str]] = {}
    for line in old.splitlines(keepends=True)[2:]:
        lines.setdefault(line.split("|")[1].strip(), []).append(line)
    lines |= {key: [_line(row.cells()) for row in rows if row.key == key] for key in {row.key for row in rows}}
    body = "".join(line for key in order for line in lines.get(key, ()))
    path.write_text(f"{before}{BEGIN}{table(())}{body}{END}{after}", encoding="utf-8")
