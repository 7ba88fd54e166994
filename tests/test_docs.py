"""Documents that lie fail the build: commands exist, links lead somewhere, the reference is the settings' own."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest
import typer.main

from bot.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAPERS = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_the_configuration_reference_is_what_the_settings_say() -> None:
    spec = importlib.util.spec_from_file_location("write_configuration", ROOT / "tools" / "write_configuration.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert text(ROOT / "docs" / "configuration.md") == module.reference()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text(paper))
    assert [link for link in links if not (paper.parent / link).exists()] == []


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_verb_a_document_names_exists(paper: Path) -> None:
    verbs = set(typer.main.get_command(main).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"`(?:\.venv/bin/)?chokan ([a-z]+)", text(paper)))
    assert named - verbs == set()


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_a_document_names_exists(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`|\$ make ([a-z-]+)", text(paper)))
    assert {one or other for one, other in named} - targets == set()


def test_the_readme_in_japanese_has_the_same_parts() -> None:
    english, japanese = text(ROOT / "README.md"), text(ROOT / "README.ja.md")
    assert english.count("\n## ") == japanese.count("\n## ")
    assert re.findall(r"```\w*\n\$ make \w+", english) == re.findall(r"```\w*\n\$ make \w+", japanese)


def test_the_changelog_starts_with_what_is_unreleased() -> None:
    assert re.findall(r"^## \[(.+?)\]", text(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == "Unreleased"


def test_every_dependency_has_its_reason() -> None:
    decisions = text(ROOT / "docs" / "decisions.md")
    block = re.search(r"^dependencies = \[(.*?)^\]", text(ROOT / "pyproject.toml"), re.DOTALL | re.MULTILINE)
    assert block is not None
    names = re.findall(r'"([A-Za-z0-9_.-]+)', block[1])
    assert [name for name in names if name.lower() not in decisions.lower()] == []
