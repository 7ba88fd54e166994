"""What goes out and whether it arrived: messages of editions, edits of them, notices; the store's duty to each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from digests.message import Message
from digests.model import Destination

DeliveryState = Literal["ready", "sending", "sent", "held", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One platform message of an edition. `id` (≤ 25 characters) is the idempotency key on every platform.

    Parts are sent in order: part n is claimed only when all parts below it are sent. `parent` is the `Posted.thread`
    of part 0 for parts that belong in its thread, else None.
    """

    id: str
    edition: str
    destination: Destination
    part: int
    message: Message
    in_thread: bool = False
    parent: str | None = None
    state: DeliveryState = "ready"
    attempts: int = 0
    unknown: bool = False
    """An earlier attempt may have arrived: reconcile before posting again."""
    error: str | None = None
    permalink: str | None = None
    made: datetime | None = None
    """When its edition was made, as the store tells; None before it is saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a message that was posted is to say now. `number` counts the revisions of one message."""

    delivery: str
    destination: Destination
    message: Message
    ref: str = ""
    """Where it was posted (`Posted.ref`); empty while it was not."""
    number: int = 1
    attempts: int = 0
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What a platform said of a message it took: `ref` finds it again, `thread` is where replies go."""

    ref: str
    thread: str | None = None
    permalink: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something the admins of a subscription are told once, in private. `kind` is what it is about (`closed`,
    `feed:https://…`): of each kind there is one notice until it is withdrawn."""

    subscription: str
    kind: str
    message: Message
    made: datetime
    told: str = ""
    """Where it was told (`discord:123`); empty: nobody could be told yet."""
    attempts: int = 0
    unknown: bool = False
    """An earlier attempt may have arrived."""


class Outbox(Protocol):
    """What waits to be sent. Each method is one transaction. Raises `StoreError`."""

    # messages of editions
    async def claim_deliveries(
        self, now: datetime, *, lease: float, limit: int, worker: str, platforms: Collection[str]
    ) -> tuple[Delivery, ...]:
        """Deliveries ready to be sent, one per destination and in part order, leased. One whose lease ran out while
        `sending` comes back with `unknown=True`. `parent` is filled in from part 0."""

    async def renew_delivery(self, delivery: str, *, attempt: int, now: datetime, lease: float) -> bool:
        """Whether this attempt (`Delivery.attempts`) is still the one that sends; its lease then starts again. Ask
        right before posting: a process that slept past its lease must not post what another has taken over."""

    async def settle_delivery(self, delivery: str, posted: Posted, now: datetime) -> None:
        """It is sent. Settled twice, it keeps what was said first."""

    async def retry_delivery(
        self, delivery: str, *, error: str, at: datetime, unknown: bool, attempt: int | None = None
    ) -> None:
        """Try again, not before `at`. Once `unknown`, a delivery stays so until it is sent. `attempt`: whose word this
        is; it counts for nothing where another has taken over."""

    async def hold_delivery(
        self, delivery: str, *, error: str, state: Literal["held", "failed"] = "held", attempt: int | None = None
    ) -> None:
        """Stop trying this delivery and every later part of its edition for the destination; `failed` marks the edition
        as well. `attempt`: as in `retry_delivery`."""

    async def resume_deliveries(self, edition: str, *, now: datetime) -> int:
        """Held and failed deliveries of an edition are ready again, once what held them is put right; how many."""

    async def pending_deliveries(self) -> Mapping[str, int]:
        """How many deliveries are in each state."""

    async def deliveries(self, edition: str) -> tuple[Delivery, ...]: ...
    async def stuck_deliveries(self, since: datetime) -> tuple[Delivery, ...]:
        """The first held or failed message of each edition made since then, for each destination, newest first."""

    # edits
    async def revisions(self, edition: str) -> Mapping[str, Revision]:
        """The newest revision of each delivery of the edition that has one."""

    async def save_revisions(self, article: str, revisions: Sequence[Revision], now: datetime) -> bool:
        """What is to be edited because of the article, which is then seen to. False, and nothing is written, where
        another revision was made meanwhile."""

    async def claim_revisions(
        self, now: datetime, *, lease: float, limit: int, platforms: Collection[str]
    ) -> tuple[Revision, ...]:
        """Edits to be made of messages that were sent, leased; an attempt is counted."""

    async def settle_revision(self, revision: Revision, *, error: str | None = None) -> None:
        """The message says it now; with an `error` it never will, and is left as it is."""

    async def retry_revision(self, revision: Revision, *, error: str, at: datetime) -> None: ...

    # what admins are told
    async def save_notice(self, notice: Notice) -> bool:
        """To be told at once; False where this subscription has a notice of this kind already, told or not."""

    async def claim_notices(self, now: datetime, *, lease: float, limit: int) -> tuple[Notice, ...]:
        """Notices to be told by now, leased; an attempt is counted."""

    async def settle_notice(self, notice: Notice, told: str) -> None:
        """It was told there (`platform:channel`), or, with an empty `told`, nobody can be told."""

    async def retry_notice(self, notice: Notice, *, at: datetime, unknown: bool) -> None: ...
    async def withdraw_notices(self, subscription: str, kind: str | None = None) -> int:
        """What it was about is over (of any kind: None): told or not, it is forgotten. How many there were."""

    async def notices(self) -> tuple[Notice, ...]:
        """All that are not withdrawn, told or not, oldest first."""
