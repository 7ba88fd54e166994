"""Documents that lie fail the build: commands exist, links lead somewhere, the reference is the settings' own."""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import typer.main

from bot.app import catalogs
from bot.cli import main
from bot.commands import GROUPS
from config.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = {str(f.validation_alias.choices[0]) for f in Settings.model_fields.values() if f.validation_alias}  # type: ignore[union-attr]
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


each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda path: str(path.relative_to(ROOT)))


@each_paper
def test_every_link_and_picture_leads_to_a_file_and_its_heading(paper: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:)([^)\s]+)\)", text(paper))
    assert [link for link in links if not _leads_somewhere(paper, *link.partition("#")[::2])] == []


def _leads_somewhere(paper: Path, file: str, heading: str) -> bool:
    target = paper.parent / file if file else paper
    return target.exists() and (not heading or heading in _anchors(target))


def _anchors(paper: Path) -> set[str]:
    """As GitHub makes them: small letters, no marks, hyphens for spaces."""
    titles = re.findall(r"^#+ (.+)$", text(paper), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@each_paper
def test_every_command_line_a_document_names_can_be_typed(paper: Path) -> None:
    assert {line: wrong for line in _command_lines(text(paper)) if (wrong := _wrong(line))} == {}


def _command_lines(paper: str) -> Iterator[str]:
    """What follows `chokan` in `code` and in blocks of code, up to a comment, another command or the end."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", paper, re.DOTALL | re.MULTILINE)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", paper, flags=re.DOTALL | re.MULTILINE))
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    for line in (*lines, *spans):
        for found in re.finditer(r"(?:^|^\$ |bin/|exec chokan )chokan ((?:-|[a-z])[^#;&]*)", line):
            yield found[1].partition(" | ")[0].strip()


def _wrong(line: str) -> str:
    """What of a command line there is not: a verb, a verb's verb, an option."""
    words = shlex.split(re.sub(r"[\[\]\\]", " ", line))
    command: Any = typer.main.get_command(main)
    for word in words:
        verbs = getattr(command, "commands", None)
        if word.startswith("-"):
            known = {name for parameter in command.params for name in parameter.opts} | {"--help", "-h"}
            if word.partition("=")[0] not in known:
                return word
        elif verbs and (strangers := set(word.split("|")) - set(verbs)):
            return min(strangers)
        elif verbs:
            command = verbs[word.partition("|")[0]]
    return ""


@each_paper
def test_every_command_of_the_chats_a_document_names_exists(paper: Path) -> None:
    named = re.findall(r"`/(digest(?:-admin)?) (?!https?:)([\w-]+)", text(paper))
    assert {f"{group} {word}" for group, word in named if word not in _chat_words(group)} == set()


def _chat_words(group: str) -> set[str]:
    """The names of a group's commands in every language, and the words the documents search for."""
    known = catalogs()
    local = product((known.of(language) for language in known.languages), GROUPS[group])
    names = {command.name for command in GROUPS[group]}
    searched = {"rare", "レアアース"} if group == "digest" else set()
    return names | searched | {words(f"{c.key}.name") for words, c in local if words.has(f"{c.key}.name")}


@pytest.mark.parametrize("name", ["guide-members", "guide-members.ja", "guide-admins", "guide-admins.ja"])
def test_every_button_and_notice_a_guide_shows_is_worded_so(name: str) -> None:
    said = set(catalogs().of("ja" if name.endswith(".ja") else "en").texts.values())
    rows = "\n".join(re.findall(r"^\| .*", text(ROOT / "docs" / f"{name}.md"), re.MULTILINE))
    labels = set(re.findall(r"\*\*([^*]+)\*\*", rows))
    labels |= {one or other for one, other in re.findall(r"^\| (?:\*([^*|]+)\*|「(.+?)」) \|", rows, re.MULTILINE)}
    assert labels - said == set()
    assert len(labels) > 4


@each_paper
def test_every_setting_a_document_names_exists(paper: Path) -> None:
    tables = {name: field for name, field in Settings.model_fields.items() if not field.validation_alias}
    said = re.findall(r"`\[+([a-z_]+)\]+`", text(paper))
    assert set(said) - set(tables) - {"project"} == set()
    keys = re.findall(r"((?:`[a-z_]+`(?:, | and )?)+) under\s`\[([a-z_]+)\]`", text(paper))
    keys += [
        (f"`{key}`", table)
        for table, key in re.findall(r"`([a-z]+)\.(?!py`)([a-z_]+)`", text(paper))
        if table in tables
    ]
    wrong = [
        f"{table}.{key}"
        for names, table in keys
        for key in re.findall(r"`([a-z_]+)`", names)
        if key not in getattr(tables[table].annotation, "model_fields", {})
    ]
    assert wrong == []


@each_paper
def test_every_piece_of_configuration_in_a_document_is_understood(paper: Path, tmp_path: Path) -> None:
    file = tmp_path / "chokan.toml"
    for block in re.findall(r"^```toml\n(.*?)^```", text(paper), re.DOTALL | re.MULTILINE):
        file.write_text(block, encoding="utf-8")
        load_settings({}, file)


@each_paper
def test_every_variable_a_document_names_exists(paper: Path) -> None:
    named = set(re.findall(r"`((?:DISCORD|SLACK|WEB|ADMIN|LLM|DATABASE)_[A-Z_]+?)(?:_FILE)?[`=]", text(paper)))
    assert named - VARIABLES == set()


def test_the_example_of_an_environment_has_every_variable() -> None:
    assert set(re.findall(r"^#([A-Z_]+)=", text(ROOT / ".env.example"), re.MULTILINE)) == VARIABLES


@each_paper
def test_every_make_target_a_document_names_exists(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)`|\$ make ([a-z-]+)", text(paper)))
    assert {one or other for one, other in named} - targets == set()


@pytest.mark.parametrize("name", ["README", "docs/guide-members", "docs/guide-admins", "docs/guide-operators"])
def test_what_stands_in_both_languages_has_the_same_parts(name: str) -> None:
    english, japanese = text(ROOT / f"{name}.md"), text(ROOT / f"{name}.ja.md")
    for mark in (r"^(#+) ", r"^(\||\d\.|\*)(?= )"):
        assert re.findall(mark, english, re.MULTILINE) == re.findall(mark, japanese, re.MULTILINE)
    assert _code(english) == _code(japanese)
    assert len(re.findall(r"!\[", english)) == len(re.findall(r"!\[", japanese))


def _code(paper: str) -> list[str]:
    """Blocks of code without their comments."""
    blocks = re.findall(r"^```(\w*\n.*?)^```", paper, re.DOTALL | re.MULTILINE)
    return [re.sub(r"\s+# .*$", "", block, flags=re.MULTILINE) for block in blocks]


def test_the_changelog_starts_with_what_is_unreleased() -> None:
    assert re.findall(r"^## \[(.+?)\]", text(ROOT / "CHANGELOG.md"), re.MULTILINE)[0] == "Unreleased"


def test_every_dependency_has_its_reason() -> None:
    decisions = text(ROOT / "docs" / "decisions.md")
    block = re.search(r"^dependencies = \[(.*?)^\]", text(ROOT / "pyproject.toml"), re.DOTALL | re.MULTILINE)
    assert block is not None
    names = re.findall(r'"([A-Za-z0-9_.-]+)', block[1])
    assert [name for name in names if name.lower() not in decisions.lower()] == []
