"""The outbox: claimed with a lease, sent part by part, settled once."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, not_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failpoints import failpoint
from bot.store.database import Database
from bot.store.instants import come
from bot.store.rows import delivery_from
from bot.store.tables import deliveries, editions
from bot.store.unbroken import unbroken
from digests.errors import NotFound
from digests.outbox import Delivery, DeliveryState, Posted

_CLAIM_LOCK = 0x43484F4B4150
_DESTINATION = ("platform", "channel", "tenant")


@dataclass(slots=True)
class _Settling:
    """A delivery that is to be written down as sent, alone or with others."""

    delivery: str
    values: Mapping[str, Any]
    done: bool = False
    error: Exception | None = None


class OutboxRoom:
    """The part of the store that delivering lives in."""

    database: Database
    settling: list[_Settling]
    settle_turn: asyncio.Lock

    @unbroken
    async def claim_deliveries(
        self, now: datetime, *, lease: float, limit: int, worker: str, platforms: Collection[str]
    ) -> tuple[Delivery, ...]:
        async with self.database.write() as connection:
            if not self.database.sqlite:
                # "One per destination" is about rows nobody has locked yet, so claims (they are short) queue.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CLAIM_LOCK})
            picked = _claimable(now, platforms, limit).cte("picked")
            claim = (
                update(deliveries)
                .where(deliveries.c.number.in_(select(picked.c.number)))
                .values(
                    state="sending",
                    attempts=deliveries.c.attempts + 1,
                    unknown=or_(deliveries.c.unknown, deliveries.c.state == "sending"),
                    leased_until=now + timedelta(seconds=lease),
                    worker=worker,
                )
                .returning(deliveries.c.number)
            )
            numbers = (await connection.execute(claim)).scalars().all()
            return await _load(connection, deliveries.c.number.in_(numbers))

    @unbroken
    async def renew_delivery(self, delivery: str, *, attempt: int, now: datetime, lease: float) -> bool:
        """Whether this attempt (`Delivery.attempts`) is still the one that sends; its lease then starts again. Ask
        right before posting: a process that slept past its lease must not post what another has taken over."""
        mine = (deliveries.c.id == delivery, deliveries.c.state == "sending", deliveries.c.attempts == attempt)
        renew = update(deliveries).where(*mine).values(leased_until=now + timedelta(seconds=lease))
        async with self.database.write() as connection:
            return (await connection.execute(renew.returning(deliveries.c.id))).first() is not None

    @unbroken
    async def settle_delivery(self, delivery: str, posted: Posted, now: datetime) -> None:
        """Raises `NotFound` for an unknown delivery. Settled twice, it keeps what was said first. Those that come while
        a transaction is on its way share the next one: at fifty a second each has no time for its own."""
        mine = _Settling(delivery, _sent(posted, now))
        self.settling.append(mine)
        async with self.settle_turn:
            if not mine.done:
                several, self.settling[:] = list(self.settling), []
                await self._settle(several)
        if mine.error is not None:
            raise mine.error

    async def _settle(self, several: Sequence[_Settling]) -> None:
        for one in several:
            one.done = True
        try:
            async with self.database.write() as connection:
                for one in several:
                    try:
                        await _change(connection, one.delivery, one.values, deliveries.c.state != "sent")
                    except NotFound as error:
                        one.error = error
                failpoint("in-settle")
        except Exception as error:
            for one in several:
                one.error = error

    @unbroken
    async def retry_delivery(
        self, delivery: str, *, error: str, at: datetime, unknown: bool, attempt: int | None = None
    ) -> None:
        """Once `unknown`, a delivery stays so until it is sent: a later certain failure says nothing of the earlier."""
        again = {
            "state": "ready",
            "due": at,
            "error": error,
            "unknown": or_(deliveries.c.unknown, literal(unknown)),
            "leased_until": None,
        }
        async with self.database.write() as connection:
            waiting = deliveries.c.state.in_(("ready", "sending"))
            await _change(connection, delivery, again, and_(waiting, *_of_attempt(attempt)))

    @unbroken
    async def hold_delivery(
        self, delivery: str, *, error: str, state: Literal["held", "failed"] = "held", attempt: int | None = None
    ) -> None:
        async with self.database.write() as connection:
            query = select(deliveries).where(deliveries.c.id == delivery).with_for_update()
            first = (await connection.execute(query)).mappings().first()
            if first is None:
                raise NotFound(f"no delivery {delivery}")
            if attempt not in (None, first["attempts"]):
                return
            rest = update(deliveries).where(
                deliveries.c.edition == first["edition"],
                *(deliveries.c[name] == first[name] for name in _DESTINATION),
                deliveries.c.part >= first["part"],
                deliveries.c.state != "sent",
            )
            await connection.execute(rest.values(state=state, error=error, leased_until=None))
            if state == "failed":
                edition = update(editions).where(editions.c.id == first["edition"])
                await connection.execute(edition.values(state=state))

    @unbroken
    async def resume_deliveries(self, edition: str, *, now: datetime) -> int:
        """Held and failed deliveries of an edition become ready again, once what held them is put right; how many."""
        stopped = (deliveries.c.edition == edition, deliveries.c.state.in_(("held", "failed")))
        resume = update(deliveries).where(*stopped).values(state="ready", due=now, error=None)
        again = update(editions).where(editions.c.id == edition, editions.c.state == "failed").values(state="late")
        async with self.database.write() as connection:
            await connection.execute(again)
            return len((await connection.execute(resume.returning(deliveries.c.id))).all())

    @unbroken
    async def pending_deliveries(self) -> Mapping[str, int]:
        """Every state is there, with 0 where there is none."""
        query = select(deliveries.c.state, func.count().label("many")).group_by(deliveries.c.state)
        async with self.database.read() as connection:
            counted = {row.state: row.many for row in await connection.execute(query)}
        return {state: counted.get(state, 0) for state in get_args(DeliveryState)}

    @unbroken
    async def stuck_deliveries(self, since: datetime) -> tuple[Delivery, ...]:
        stuck = (deliveries.c.state.in_(("held", "failed")), editions.c.made >= since)
        places = (deliveries.c.edition, *(deliveries.c[name] for name in _DESTINATION))
        firsts = select(func.min(deliveries.c.number)).join(editions).where(*stuck).group_by(*places)
        async with self.database.read() as connection:
            found = await _load(connection, deliveries.c.number.in_(firsts))
        return tuple(sorted(found, key=lambda delivery: delivery.made or since, reverse=True))

    @unbroken
    async def deliveries(self, edition: str) -> tuple[Delivery, ...]:
        """By destination, then part."""
        async with self.database.read() as connection:
            return await _load(connection, deliveries.c.edition == edition)


def _sent(posted: Posted, now: datetime) -> Mapping[str, Any]:
    return {
        "state": "sent",
        "ref": posted.ref,
        "thread": posted.thread,
        "permalink": posted.permalink,
        "sent": now,
        "error": None,
        "unknown": False,
        "leased_until": None,
    }


def _of_attempt(attempt: int | None) -> tuple[ColumnElement[bool], ...]:
    return () if attempt is None else (deliveries.c.attempts == attempt,)


async def _change(
    connection: AsyncConnection, delivery: str, values: Mapping[str, Any], when: ColumnElement[bool]
) -> None:
    here = deliveries.c.id == delivery
    if await connection.scalar(select(deliveries.c.number).where(here)) is None:
        raise NotFound(f"no delivery {delivery}")
    await connection.execute(update(deliveries).where(here, when).values(values))


def _claimable(now: datetime, platforms: Collection[str], limit: int) -> Select[tuple[int]]:
    """The oldest delivery of each destination whose turn it is, unless one is on its way there already."""
    this, lower, other = deliveries, deliveries.alias("lower"), deliveries.alias("other")
    turn = or_(
        and_(this.c.state == "ready", come(this.c.due, now)),
        and_(this.c.state == "sending", come(this.c.leased_until, now)),
    )
    waits = exists().where(
        lower.c.edition == this.c.edition, *_same(lower, this), lower.c.part < this.c.part, lower.c.state != "sent"
    )
    busy = exists().where(
        *_same(other, this),
        other.c.state == "sending",
        not_(come(other.c.leased_until, now)),
        other.c.number != this.c.number,
    )
    place = func.row_number().over(partition_by=[this.c[name] for name in _DESTINATION], order_by=this.c.number)
    mine = this.c.platform.in_(tuple(platforms))
    ranked = select(this.c.number, place.label("place")).where(mine, turn, not_(waits), not_(busy)).subquery()
    firsts = select(ranked.c.number).where(ranked.c.place == 1)
    # The condition is said again outside, where the row is locked: PostgreSQL looks at it anew after waiting.
    query = select(this.c.number).where(this.c.number.in_(firsts), turn).order_by(this.c.number).limit(limit)
    return query.with_for_update(skip_locked=True)


def _same(one: Any, other: Any) -> tuple[ColumnElement[bool], ...]:
    return tuple(one.c[name] == other.c[name] for name in _DESTINATION)


async def _load(connection: AsyncConnection, which: ColumnElement[bool]) -> tuple[Delivery, ...]:
    root = deliveries.alias("root")
    parent = and_(root.c.edition == deliveries.c.edition, *_same(root, deliveries), root.c.part == 0)
    query = (
        select(deliveries, root.c.thread.label("parent"), editions.c.made)
        .join(editions, editions.c.id == deliveries.c.edition)
        .outerjoin(root, and_(parent, deliveries.c.part > 0))
    )
    order = (deliveries.c.platform, deliveries.c.channel, deliveries.c.tenant, deliveries.c.edition, deliveries.c.part)
    rows = await connection.execute(query.where(which).order_by(*order))
    return tuple(delivery_from(row) for row in rows.mappings())
