"""Every locale says the same things: the keys and placeholders of English are those of every other language."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from config.catalogs import locales
from digests.catalog import Catalogs

LOCALES = locales()
OTHERS = [code for code in LOCALES if code != "en"]
NAMED_BY_THE_PLATFORM = re.compile(r"^(command|admin)\..*\.name$")
"""Local names of commands: English is the command itself."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", OTHERS)
def test_a_locale_has_every_key_and_no_other(code: str) -> None:
    keys = {key for key in LOCALES[code] if not NAMED_BY_THE_PLATFORM.match(key)}
    assert keys == {key for key in LOCALES["en"] if not NAMED_BY_THE_PLATFORM.match(key)}


@pytest.mark.parametrize("code", OTHERS)
def test_a_locale_keeps_every_placeholder(code: str) -> None:
    shared = LOCALES["en"].keys() & LOCALES[code].keys()
    different = {k for k in shared if placeholders(LOCALES["en"][k]) != placeholders(LOCALES[code][k])}
    assert different == set()


@pytest.mark.parametrize("code", LOCALES)
def test_no_text_is_empty_or_padded(code: str) -> None:
    padded = {key for key, text in LOCALES[code].items() if not text or text != text.strip()}
    assert padded - {"edition.label", "check.discord.and"} == set()


def test_a_reader_without_a_locale_gets_english() -> None:
    assert Catalogs(LOCALES).of("fr-CA").language == "en"


def test_a_regional_code_finds_its_language() -> None:
    assert [Catalogs(LOCALES).of(code).language for code in ("ja-JP", "ja_JP", "JA")] == ["ja", "ja", "ja"]


def test_every_key_the_code_asks_for_exists() -> None:
    root = Path(__file__).resolve().parent.parent
    asked = {
        key
        for folder in ("bot", "digests")
        for path in (root / folder).rglob("*.py")
        for key in re.findall(r"catalog\(\s*\"([a-z_]+(?:\.[a-z_-]+)+)\"", path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked - LOCALES["en"].keys() == set()
