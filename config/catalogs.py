"""Reads the locale files: `config/locale/<code>.toml`, one file a language, flattened to dotted keys."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def locales() -> Mapping[str, Mapping[str, str]]:
    """{"en": {"edition.title": "…", …}, "ja": {…}}, English first: it is the reference. Read once: reading them takes a
    noticeable part of a start."""
    files = [f for f in resources.files("config").joinpath("locale").iterdir() if f.name.endswith(".toml")]
    files.sort(key=lambda file: (file.name != "en.toml", file.name))
    return {f.name.removesuffix(".toml"): dict(_flat(tomllib.loads(f.read_text(encoding="utf-8")))) for f in files}


def templates() -> dict[str, str]:
    """Every file of `config/templates` by its name."""
    files = resources.files("config").joinpath("templates").iterdir()
    return {file.name: file.read_text(encoding="utf-8") for file in files if file.is_file()}


def prompt(name: str) -> str:
    """A file of `config/prompts`: what a language model is told."""
    return resources.files("config").joinpath("prompts", name).read_text(encoding="utf-8")


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
