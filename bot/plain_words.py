"""Errors in a reader's words."""

from __future__ import annotations

from bot.admin_wishes import Unclear
from digests.catalog import Catalog
from digests.errors import ChokanError, NotFound


def error_text(error: ChokanError, catalog: Catalog) -> str:
    """An error's human face: one sentence without addresses, ports or timings."""
    if isinstance(error, NotFound):
        return catalog("command.gone")
    if isinstance(error, Unclear):
        return catalog(error.key, **error.values)
    key = f"command.error.{error.kind}"
    return catalog(key if catalog.has(key) else "command.error.other")
