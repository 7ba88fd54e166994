"""The page of figures keeps its words, and the rows that a partial run leaves out."""

from __future__ import annotations

from pathlib import Path

from tools.scoreboard import Row, table, written


def row(key: str, got: str) -> Row:
    return Row(key=key, what=f"what {key} is", data="sample", got=got)


def keys_and_figures(page: Path) -> list[tuple[str, str]]:
    lines = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| ")][2:]
    return [(cells[1].strip(), cells[6].strip()) for cells in (line.split("|") for line in lines)]


def test_a_page_that_is_not_there_is_made(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    written(page, [row("fast", "3")], ["fast"])
    assert keys_and_figures(page) == [("fast", "3")]


def test_rows_measured_anew_replace_their_like_and_leave_the_others(tmp_path: Path) -> None:
    page = tmp_path / "evaluation.md"
    order = ["roles", "fast", "memory"]
    written(page, [row("memory", "300 MB"), row("fast", "3"), row("fast", "4")], order)
    page.write_text(page.read_text("utf-8") + "\nWords behind the table.\n", encoding="utf-8")
    written(page, [row("fast", "5"), row("roles", "66")], order)
    assert keys_and_figures(page) == [("roles", "66"), ("fast", "5"), ("memory", "300 MB")]
    assert page.read_text("utf-8").endswith("\nWords behind the table.\n")


def test_a_bar_in_a_cell_does_not_end_it() -> None:
    assert "a \\| b" in table([row("fast", "a | b")])
