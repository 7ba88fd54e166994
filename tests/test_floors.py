"""The floor plan: which room may import which. Walks every import there is, also those inside functions."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("bot", "config", "digests")
IO = {
    "aiohttp", "aiosqlite", "apscheduler", "asyncio", "discord", "ftplib", "http.client", "http.server", "httpx",
    "multiprocessing", "pebble", "psycopg", "requests", "rich", "slack_bolt", "slack_sdk", "smtplib", "socket",
    "sqlalchemy", "sqlite3", "subprocess", "tempfile", "typer", "urllib.request",
}  # fmt: skip

WORLDLY = {"open", "print", "input", "datetime.now", "datetime.today", "date.today", "time.time"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for package in OURS for path in modules(package)}


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def breaches(package: str, forbidden: set[str]) -> list[str]:
    return [
        f"{name_of(path)} imports {found}"
        for path in modules(package)
        for found in imports(path)
        if any(found == name or found.startswith(f"{name}.") for name in forbidden)
    ]


def test_the_core_imports_no_io_and_nothing_of_ours() -> None:
    assert breaches("digests", {*IO, "bot", "config"}) == []


def test_the_knobs_import_nothing_of_ours() -> None:
    assert breaches("config", {"bot", "digests"}) == []


def test_only_the_root_and_the_command_line_see_the_knobs() -> None:
    seen = {breach.split(" ")[0] for breach in breaches("bot", {"config"})}
    assert {name for name in seen if not name.startswith(("bot.app", "bot.cli"))} == set()


@pytest.mark.parametrize("room", ["chat_", "discord_", "slack_", "commands"])
def test_no_chat_sees_the_store_or_the_jobs(room: str) -> None:
    inside = [path for path in modules("bot") if path.name.startswith(room)]
    assert inside
    shut = ("store", "world", "jobs", "poll", "delivery", "app", "cli", "fetch", "links")
    forbidden = tuple(f"bot.{room}" for room in shut)
    assert [(name_of(p), i) for p in inside for i in imports(p) if i.startswith(forbidden)] == []


def test_the_store_sees_no_other_room() -> None:
    inside = [path for path in modules("bot") if path.is_relative_to(ROOT / "bot" / "store")]
    allowed = ("bot.store", "bot.failpoints")  # a leaf that knows nothing
    others = {i for p in inside for i in imports(p) if i.startswith("bot.") and not i.startswith(allowed)}
    assert others == set()


def test_the_core_reads_no_clock_and_opens_no_file() -> None:
    calls = {
        f"{name_of(path)}: {ast.unparse(node.func)}"
        for path in modules("digests")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in WORLDLY
    }
    assert calls == set()


def test_no_room_outgrows_four_hundred_lines() -> None:
    rooms = [path for folder in (*OURS, "tests", "tools") for path in modules(folder)]
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in rooms}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_no_module_bears_a_name_of_the_standard_library() -> None:
    assert [str(p) for package in OURS for p in modules(package) if p.stem in sys.stdlib_module_names] == []


def test_no_import_runs_in_a_circle() -> None:
    graph = {
        name_of(path): {i for i in module_level(path) if i.split(".")[0] in OURS}
        for package in OURS
        for path in modules(package)
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name not in done:
            for target in sorted(graph[name] & graph.keys()):
                if target != name:
                    visit(target, (*trail, name))
            done.add(name)

    for name in graph:
        visit(name, ())


def module_level(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from {f"{node.module}.{alias.name}" for alias in node.names} & NAMES or {node.module}


def test_every_question_of_the_web_and_of_members_says_whose_eyes_it_is_for() -> None:
    asks = {"search", "latest", "digested", "digest", "digests", "article", "articles", "feeds"}
    modules = [
        ROOT / "bot" / f"{name}.py" for name in ("finding", "seeking", "web_pages", "web_atom", "lookups", "shelf")
    ]
    unsaid = {
        f"{name_of(path)}: {ast.unparse(node)}"
        for path in modules
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).endswith("store")
        and node.func.attr in asks
        and not any(keyword.arg == "viewer" for keyword in node.keywords)
    }
    assert unsaid == set()
