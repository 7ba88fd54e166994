"""Why a feed fails or a message waits, in a reader's language. What went wrong is stored and logged in the words of the
error, which are the English of the catalogs (`reason.…`, `chat.…`): here they are recognised, with the facts in them,
and said in another language. So what an older version stored is said as well."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from string import Formatter

from digests.catalog import Catalog
from digests.redact import redacted

_KEYS = ("reason.", "chat.")
BY_ADMIN = "by an admin"
"""Why a subscription is paused that somebody paused: `reason.by-admin`, as every reason is kept."""
_WHERE = r"(?P<where>\S+: )?"
"""An address, or the name of the work that was stopped."""
_CODE = r"(?: \([a-z_]+\))?"
"""A platform's own word for it."""


def reason_in(catalog: Catalog, said: str | None, of: str = "") -> str:
    """`said` in the catalog's language; as it is where there are no words for it, `–` where nothing was said. `of`: the
    address that stands beside it and need not be said again."""
    if not said:
        return "–"
    said = said.removeprefix(redacted(f"{of}: "))
    if catalog.language == "en":
        return said
    for key, pattern in _patterns(tuple(sorted(_english(catalog.reference)))):
        found = pattern.fullmatch(said)
        if found:
            facts = found.groupdict()
            where = facts.pop("where") or ""
            return f"{where if '://' in where else ''}{catalog(key, **facts)}"
    return said


def _english(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    return ((key, text) for key, text in texts.items() if key.startswith(_KEYS))


@lru_cache(maxsize=4)
def _patterns(texts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((key, re.compile(_WHERE + "".join(_pieces(text)) + _CODE)) for key, text in texts)


def _pieces(text: str) -> Iterator[str]:
    for literal, name, _, _ in Formatter().parse(text):
        yield re.escape(literal)
        if name is not None:
            yield f"(?P<{name}>.{{1,2000}}?)"
