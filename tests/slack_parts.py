"""What a loopback Slack keeps and what can be made to go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(kw_only=True)
class Channel:
    id: str
    name: str = "news"
    is_member: bool = True
    is_archived: bool = False
    is_private: bool = False


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A message Slack took."""

    channel: str
    ts: str
    body: Json

    @property
    def key(self) -> str | None:
        return ((self.body.get("metadata") or {}).get("event_payload") or {}).get("id")


@dataclass(frozen=True, kw_only=True)
class Answered:
    """A use of a `response_url`."""

    reply: str
    body: Json


@dataclass(frozen=True, kw_only=True)
class Ack:
    """An acknowledged envelope and how long it took, in seconds."""

    envelope: str
    seconds: float
    payload: Json | None


@dataclass(kw_only=True)
class Trouble:
    """What the next calls of a method meet, instead of or after being done."""

    error: str | None = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    """The call is done first: Slack took the message and the caller does not get to know."""
    reset: bool = False
    raw: str | None = None
    delay: float = 0.0
    times: int = 1
