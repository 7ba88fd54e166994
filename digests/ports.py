"""What the core and the jobs ask of the world, each duty on one page. `bot` provides; tests provide too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from digests.message import Message, Part
from digests.model import Article, Destination, Digest, Subscription, Validators
from digests.outbox import Posted

Vectors = NDArray[np.float32]
"""(n, d) float32, rows L2-normalised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The answer to one GET. Every status is an answer; 304 has an empty body."""

    url: str
    """Where the body came from, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""
    moved_to: str | None = None
    """Set when every redirect on the way was permanent (301, 308): the new address of what was asked for."""
    ahead: float | None = None
    """Seconds by which our clock was ahead of the server's; None where the answer told no time."""


class Fetch(Protocol):
    async def __call__(
        self, url: str, *, validators: Validators = ..., kind: Literal["feed", "page"] = ...
    ) -> Response:
        """GET `url`, guarded and capped. Raises `FetchError` when there is no answer."""


class Embedder(Protocol):
    @property
    def dimension(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) float32, rows L2-normalised; an empty text is a zero row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that may be linked or cited, with how close it is (1 is closest) and what it says."""

    article: Article
    score: float


class Engine(Protocol):
    def digest(
        self, article: Article, related: Sequence[Candidate], citations: Sequence[Candidate], language: str
    ) -> Digest:
        """The four-section digest at full length; `language` is that of headings and fixed lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one message of a platform can hold, counted the way the platform counts."""

    characters: int
    blocks: int
    actions: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of `chokan check`: what was looked at, whether it is right, and what to do if not."""

    subject: str
    ok: bool
    text: str
    fix: str = ""
    warning: bool = False


class Permalinks(Protocol):
    """Where the web archive shows what a message holds; None where there is no such page for its readers."""

    def digest(self, digest: str, carrier: Subscription | None = None) -> str | None:
        """`carrier`: the subscription whose edition carries a digest that is not everybody's."""

    def edition(self, edition: str, subscription: Subscription) -> str | None: ...


class Chat(Protocol):
    """One platform."""

    platform: str
    limits: Limits

    def cost(self, part: Part) -> tuple[int, int]:
        """What `part` takes of `limits`: (characters, blocks), as the platform counts them after escaping."""

    async def gathers(self, destination: Destination) -> bool:
        """Is this a place where every post opens a thread (a forum)? An edition is then one post and its replies.
        Never raises."""

    async def keepers(self, destination: Destination, first: str) -> tuple[Destination, ...]:
        """Direct messages to those who look after what is posted there, best first: `first` (the platform's own id of
        a person; may be empty), then whom the platform knows as its admins. Raises `ChatError`."""

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        """Post one message, at most once for one `key`. `parent`: the thread to post in. `unknown`: an earlier try
        with this key may have arrived; look for it first. Raises `ChatRefused`, `ChatUnavailable`, `ChatUnknown`."""

    async def edit(self, destination: Destination, message: Message, *, ref: str, key: str) -> None:
        """Put `message` in the place of what was posted as `ref` with this `key`; done twice it looks as done once.
        Raises `ChatRefused` where that cannot be, `ChatUnavailable`, `ChatUnknown`."""

    async def run(self) -> None:
        """Connect and answer commands until cancelled. Raises `ChatRefused` for a wrong token."""

    def connected(self) -> bool:
        """Whether what people type reaches us now (while `run` runs)."""

    async def check(self, destinations: Sequence[Destination], language: str = "en") -> tuple[Finding, ...]:
        """Token, scopes and permissions in plain words of that language; never raises. The `subject` of what is said of
        a destination is `str(destination)`."""

    async def close(self) -> None: ...
