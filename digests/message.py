"""What Chokan says before any platform has seen it: plain text in blocks, without markup of anybody's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of inline text. All text is plain: renderers escape it, nothing in it is markup."""

    text: str
    url: str | None = None
    channel: str = ""
    """A channel by its id, never from a feed: its platform shows the channel's name in the place of `text`."""
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    kind: Literal["heading"] = "heading"
    text: str
    level: Literal[1, 2, 3] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    kind: Literal["paragraph"] = "paragraph"
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    kind: Literal["bullets"] = "bullets"
    items: tuple[tuple[Span, ...], ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Small:
    """Small print: sources, notes, how it was made."""

    kind: Literal["small"] = "small"
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Divider:
    kind: Literal["divider"] = "divider"


Block = Heading | Paragraph | Bullets | Small | Divider


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Blocks that stay together: a section with its heading, an overview line. Messages split only between parts."""

    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A button. With `url` it opens a page; else `verb` and `value` come back to us when pressed."""

    label: str
    verb: str = ""
    value: str = ""
    url: str | None = None
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What Chokan says, before any platform has seen it. `title` also names a thread or a forum post."""

    title: str
    parts: tuple[Part, ...]
    actions: tuple[Action, ...] = ()
    url: str | None = None
    language: str = "en"
    tags: tuple[str, ...] = field(default=())
