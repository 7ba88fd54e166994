"""Errors in a reader's words."""

from __future__ import annotations

from bot.admin_wishes import NoChoice, Unclear
from digests.catalog import Catalog
from digests.errors import ChokanError, NoArticle, NotAFeed, NotFound
from digests.polling import is_passing


def error_text(error: ChokanError, catalog: Catalog) -> str:
    """An error's human face: one sentence without addresses, ports or timings."""
    if isinstance(error, NotFound):
        return catalog("command.gone")
    if isinstance(error, NoChoice):
        words = ", ".join(_typed(choice, catalog) for choice in error.choices)
        return catalog(error.key, name=catalog(f"admin.form.{error.option}"), choices=words, **error.values)
    if isinstance(error, Unclear):
        return catalog(error.key, **error.values)
    if isinstance(error, NotAFeed | NoArticle) and error.status:
        return catalog(f"command.error.{_answered(error.status)}", status=error.status)
    key = f"command.error.{error.kind}"
    return catalog(key if catalog.has(key) else "command.error.other")


def _typed(choice: str, catalog: Catalog) -> str:
    """A choice as one word that can be typed: the reader's own where it is one."""
    word = catalog(f"choice.{choice}")
    return choice if " " in word else word


def _answered(status: int) -> str:
    if status in (404, 410):
        return "nothing-there"
    return "page-unavailable" if is_passing(status) else "refused"
