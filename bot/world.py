"""What the jobs reach the outside through: the ports gathered in one place, and how units of work are done side by
side. Built by `bot.app`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.clocks import Clocks
from bot.links import Links
from bot.recent import Recent
from bot.shelf import Shelf
from bot.telemetry import unit as numbered
from bot.web_access import Addresses
from digests.catalog import Catalog, Catalogs
from digests.model import Article, Digest, Voice
from digests.ports import Candidate, Chat, Fetch, Finding, Permalinks
from digests.store import Store

log = logging.getLogger("chokan.jobs")

LEASE = 300.0
"""Seconds a claim on a feed, an article or a delivery lasts before another process may take it."""
BATCH = 32
"""Feeds or articles claimed at a time."""
DIGEST_SECONDS = 60.0
"""Processor seconds the analysis or composition of one article may take; three times that by the clock is less than a
lease."""

R = TypeVar("R")


class Runs(Protocol):
    """CPU work in other processes (`bot.workers`)."""

    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R: ...


class Writes(Protocol):
    """A language model that never fails: what it cannot do better is given back as it was (`bot.llm`)."""

    async def write(
        self,
        article: Article,
        base: Digest,
        citations: Sequence[Candidate],
        *,
        language: str | None = None,
        voice: Voice | None = None,
        tenants: Sequence[str] = (),
    ) -> Digest:
        """`language`: to write in (None: the article's), `voice`: for whom, `tenants`: on whose account."""

    async def findings(self, catalog: Catalog) -> tuple[Finding, ...]:
        """For `chokan check`: do the models answer, and what is left of their limits."""


class SendForm(Protocol):
    async def __call__(self, url: str, fields: Mapping[str, str]) -> int:
        """POST a form; the status of the answer. Raises `FetchError`."""


class Reads(Protocol):
    """Enough of a world to read a page."""

    @property
    def fetch(self) -> Fetch: ...
    @property
    def reading(self) -> Runs: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...


class Looks(Reads, Protocol):
    """Enough of a world to find the feed of a site."""

    @property
    def recent(self) -> Recent: ...


class Resumes(Protocol):
    """Enough of a world to set a stopped subscription going."""

    @property
    def store(self) -> Store: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def catch_up(self) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything the jobs reach the outside through. Built by `bot.app`, in tests by the same function."""

    store: Store
    fetch: Fetch
    send_form: SendForm | None = None
    """A guarded POST, for hubs; None where nobody may be written to."""
    reading: Runs
    """Parses and extracts what strangers wrote: small, killable."""
    thinking: Runs
    """Analyses and composes: holds the models."""
    chats: Mapping[str, Chat]
    catalogs: Catalogs
    links: Links
    writer: Writes | None = None
    """Rewrites extractive digests; None: they stay as they are."""
    permalinks: Permalinks = field(default_factory=Addresses)
    shelf: Shelf = field(default_factory=Shelf)
    """What is offered while people type, refreshed after each round of polling."""
    recent: Recent = field(default_factory=Recent)
    """Feeds looked at a moment ago."""
    shortest: timedelta = timedelta(hours=1)
    """No feed is asked twice within this, whoever asks."""
    clocks: Clocks = field(default_factory=Clocks)
    """What the platforms' clocks said beside ours."""
    embeddings: bool = True
    silent: bool = False
    catch_up: timedelta = timedelta(hours=12)
    give_up: timedelta = timedelta(hours=6)
    """How long a message the platform cannot take is tried again."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Once set, no new message is taken up; those on their way are finished."""
    worker: str = "chokan"
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    progress: Callable[[str, int, int], None] = field(default=lambda stage, done, total: None)
    """Told after each unit: stage, how many are done, of how many."""


async def each(units: Sequence[Any], work: Callable[[Any], Awaitable[R | None]], world: World, stage: str) -> list[R]:
    """Do `work` on each unit, side by side; a unit's unforeseen failure is logged and never costs the others."""
    done = 0

    async def one(unit: Any) -> R | None:
        nonlocal done
        with numbered():
            try:
                return await work(unit)
            except Exception:
                log.exception("%s.crashed unit=%s", stage, getattr(unit, "id", ""))
                return None
            finally:
                done += 1
                world.progress(stage, done, len(units))

    results = await asyncio.gather(*(one(unit) for unit in units))
    return [result for result in results if result is not None]


def stopping(world: World) -> bool:
    """Is this work to end now: were we asked to stop, or is it being cancelled? What is undone is then given back."""
    task = asyncio.current_task()
    return world.stop.is_set() or (task is not None and task.cancelling() > 0)
