"""Fixed wording in a reader's language. A locale is one file of `key = "text with {placeholders}"`; the shell reads
the files and hands them in, so the core prints in any language without knowing where the words are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Catalog:
    """One language. Keys are dotted: `edition.title`. A key a locale lacks is taken from the reference, English."""

    language: str
    texts: Mapping[str, str]
    reference: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The text of `key`. Raises KeyError for a key no locale has: a programming error, found by a test."""
        text = self.texts.get(key)
        return (self.reference[key] if text is None else text).format_map(values)

    def has(self, key: str) -> bool:
        return key in self.texts or key in self.reference


@dataclass(frozen=True, slots=True)
class Catalogs:
    """All locales there are, by language code; `reference` is English."""

    locales: Mapping[str, Mapping[str, str]]

    def of(self, language: str | None) -> Catalog:
        """The catalog of `ja`, `ja-JP`, `ja_JP`; English for a language without one."""
        code = (language or "en").replace("_", "-").split("-")[0].lower()
        code = code if code in self.locales else "en"
        return Catalog(code, self.locales[code], self.locales["en"])

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.locales)
