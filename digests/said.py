"""What a feed said, in its own words: the common ground of the XML and the JSON reader, before anything is tidied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

ENTRY_LIMIT = 500
"""Entries read of one feed; the rest are counted as skipped."""
_EARLIEST, _LATEST = 1971, 2100

Markup = Literal["text", "html", "loose"]
"""`loose`: nobody said; HTML as often as not, and often escaped once too often (RSS)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidEntry:
    """An entry as it stands in its feed. Links are as the feed wrote them, resolved against `xml:base` only."""

    id: str | None = None
    link: str | None = None
    title: str | None = None
    title_kind: Markup = "loose"
    content: str = ""
    """HTML; plain text is escaped."""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidFeed:
    title: str | None = None
    title_kind: Markup = "loose"
    link: str | None = None
    self_link: str | None = None
    language: str | None = None
    ttl: float | None = None
    hub: str | None = None
    entries: tuple[SaidEntry, ...] = field(default_factory=tuple)
    skipped: int = 0
    cut: bool = False
    """The document breaks off before its end."""


def sane(moment: datetime | None) -> datetime | None:
    """`moment` in UTC, or None for one that no publisher meant: the epoch of a broken clock, year 1, year 9999."""
    if moment is None:
        return None
    try:
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (OverflowError, ValueError):
        return None
    return moment if _EARLIEST <= moment.year <= _LATEST else None
