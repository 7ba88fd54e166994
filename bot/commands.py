"""The command table: what a member can ask, on any platform. Knows words and messages, no platform and no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from digests.model import Destination, Message

OptionKind = Literal["text", "url", "date", "feed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One argument. Help: `command.<command>.<option>.about`; local name: `command.<command>.<option>.name`."""

    name: str
    kind: OptionKind = "text"
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One sub-command of `/digest`. Help: catalog key `command.<name>.about`; local name: `command.<name>.name`."""

    name: str
    options: tuple[Option, ...] = ()


COMMANDS: tuple[Command, ...] = (
    Command(name="latest", options=(Option(name="feed", kind="feed"),)),
    Command(name="search", options=(Option(name="words", required=True),)),
    Command(name="article", options=(Option(name="url", kind="url", required=True),)),
    Command(name="help"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asked. `locale` is the reader's own, as the platform says it (`ja`, `en-US`)."""

    command: str
    options: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    origin: Destination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody pressed a button made from `Action(verb, value)`."""

    verb: str
    value: str
    locale: str = "en"
    origin: Destination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One choice offered while typing: what is shown and what is filled in (both ≤ 100 characters)."""

    label: str
    value: str


class Answers(Protocol):
    """What a chat needs of us. All answers are private; none raises: an error is a Message in the reader's language."""

    async def answer(self, request: Request) -> Message: ...
    async def press(self, press: Press) -> Message: ...
    async def suggest(self, command: str, option: str, typed: str, locale: str) -> tuple[Suggestion, ...]:
        """At most 25, at once (from memory)."""
