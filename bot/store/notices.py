"""What admins are told: kept until somebody was told, and remembered so that nobody is told twice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update

from bot.store.database import Database
from bot.store.rows import Row, insert_into, message_from, message_json
from bot.store.tables import notices
from bot.store.unbroken import unbroken
from digests.outbox import Notice


class NoticeRoom:
    """The part of the store that holds notices."""

    database: Database

    @unbroken
    async def save_notice(self, notice: Notice) -> bool:
        row = {
            "subscription": notice.subscription,
            "kind": notice.kind,
            "message": message_json(notice.message),
            "made": notice.made,
            "due": notice.made,
            "told": "",
            "attempts": 0,
            "unknown": False,
        }
        async with self.database.write() as connection:
            fresh = insert_into(connection, notices).values(row).on_conflict_do_nothing()
            return (await connection.execute(fresh.returning(notices.c.kind))).first() is not None

    @unbroken
    async def claim_notices(self, now: datetime, *, lease: float, limit: int) -> tuple[Notice, ...]:
        key = (notices.c.subscription, notices.c.kind)
        waiting = select(*key).where(notices.c.due <= now).order_by(notices.c.due).limit(limit)
        async with self.database.write() as connection:
            if not self.database.sqlite:
                waiting = waiting.with_for_update(skip_locked=True)
            picked = (await connection.execute(waiting)).all()
            mine = or_(*(and_(key[0] == row.subscription, key[1] == row.kind) for row in picked))
            claim = (
                update(notices)
                .where(mine)
                .values(due=now + timedelta(seconds=lease), attempts=notices.c.attempts + 1)
                .returning(notices)
            )
            return tuple(map(_notice, (await connection.execute(claim)).mappings())) if picked else ()

    @unbroken
    async def settle_notice(self, notice: Notice, told: str) -> None:
        await self._change(notice, {"due": None, "told": told})

    @unbroken
    async def retry_notice(self, notice: Notice, *, at: datetime, unknown: bool) -> None:
        await self._change(notice, {"due": at, "unknown": unknown})

    async def _change(self, notice: Notice, values: dict[str, object]) -> None:
        this = (notices.c.subscription == notice.subscription, notices.c.kind == notice.kind)
        async with self.database.write() as connection:
            await connection.execute(update(notices).where(*this).values(values))

    @unbroken
    async def withdraw_notices(self, subscription: str, kind: str | None = None) -> int:
        this = [notices.c.subscription == subscription, *([notices.c.kind == kind] if kind is not None else [])]
        async with self.database.write() as connection:
            return len((await connection.execute(delete(notices).where(*this).returning(notices.c.kind))).all())

    @unbroken
    async def notices(self) -> tuple[Notice, ...]:
        async with self.database.read() as connection:
            rows = await connection.execute(select(notices).order_by(notices.c.made, notices.c.subscription))
            return tuple(map(_notice, rows.mappings()))


def _notice(row: Row) -> Notice:
    return Notice(
        subscription=row["subscription"],
        kind=row["kind"],
        message=message_from(row["message"]),
        made=row["made"],
        told=row["told"],
        attempts=row["attempts"],
        unknown=row["unknown"],
    )
