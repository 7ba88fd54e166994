"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read the way feeds are written: with odd types,
missing ids and numbers no computer can hold."""

from __future__ import annotations

import html
import json
from datetime import datetime
from typing import Any

from dateutil import parser as dates

from digests.errors import NotAFeed
from digests.said import ENTRY_LIMIT, SaidEntry, SaidFeed, sane

Json = dict[str, Any]
_LONGEST_INTEGER = 30
_LONGEST_DATE = 64


def looks_like_json(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[")


def read_json(text: str, *, url: str) -> SaidFeed:
    """The feed in `text`. Raises NotAFeed for JSON that is none, or that breaks off."""
    document = _loaded(text, url)
    items = document.get("items")
    if not isinstance(items, list) and "jsonfeed.org/" not in _string(document.get("version")):
        raise NotAFeed(url, "this is JSON, but not a JSON Feed")
    items = items if isinstance(items, list) else []
    read = [_entry(item) for item in _newest(items) if isinstance(item, dict)]
    return SaidFeed(
        title=_string(document.get("title")) or None,
        title_kind="text",
        link=_string(document.get("home_page_url")) or None,
        self_link=_string(document.get("feed_url")) or None,
        language=_string(document.get("language")) or None,
        hub=_hub(document.get("hubs")),
        entries=tuple(read),
        skipped=len(items) - len(read),
    )


def _newest(items: list[Any]) -> list[Any]:
    """As many as are read; the last ones where the feed begins with its oldest."""
    if len(items) <= ENTRY_LIMIT:
        return items
    first, last = (
        _moment(item.get("date_published")) if isinstance(item, dict) else None for item in (items[0], items[-1])
    )
    return items[-ENTRY_LIMIT:] if first and last and first < last else items[:ENTRY_LIMIT]


def _loaded(text: str, url: str) -> Json:
    try:
        document = json.loads(text.lstrip("\ufeff \t\r\n"), strict=False, parse_int=_integer, parse_constant=_nothing)
    except (ValueError, RecursionError) as error:
        raise NotAFeed(url, "this JSON cannot be read") from error
    if not isinstance(document, dict):
        raise NotAFeed(url, "this is JSON, but not a JSON Feed")
    return document


def _integer(digits: str) -> int | str:
    """Python refuses integers of more than 4300 digits; as an id its digits are as good."""
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _nothing(_: str) -> None:
    """NaN and Infinity, which JSON does not have."""


def _entry(item: Json) -> SaidEntry:
    return SaidEntry(
        id=_string(item.get("id")) or None,
        link=_string(item.get("url")) or _string(item.get("external_url")) or None,
        title=_string(item.get("title")) or None,
        title_kind="text",
        content=_content(item),
        author=_author(item),
        published=_moment(item.get("date_published")),
        updated=_moment(item.get("date_modified")),
        language=_string(item.get("language")) or None,
    )


def _string(value: object) -> str:
    """The specification asks readers to coerce numbers; a boolean or a list is no text."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _content(item: Json) -> str:
    plain = _string(item.get("content_text"))
    found = (_string(item.get("content_html")), _escaped(plain), _escaped(_string(item.get("summary"))))
    return next((text for text in found if text), "")


def _escaped(text: str) -> str:
    return html.escape(text, quote=False).replace("\n", "<br>")


def _author(item: Json) -> str:
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = [_string(person.get("name")) for person in people if isinstance(person, dict)]
    return ", ".join(dict.fromkeys(name for name in names if name))


def _hub(hubs: object) -> str | None:
    found = [_string(hub.get("url")) for hub in hubs if isinstance(hub, dict)] if isinstance(hubs, list) else []
    return next((url for url in found if url), None)


def _moment(value: object) -> datetime | None:
    """RFC 3339, and what people write instead of it."""
    text = _string(value)
    if not text or len(text) > _LONGEST_DATE:
        return None
    try:
        return sane(datetime.fromisoformat(text))
    except ValueError:
        return _loosely(text)


def _loosely(text: str) -> datetime | None:
    try:
        return sane(dates.parse(text, default=datetime(1, 1, 1)))  # noqa: DTZ001 - a year left out must stay absurd
    except (ValueError, OverflowError, TypeError):
        return None
