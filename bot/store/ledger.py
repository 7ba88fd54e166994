"""What language models answered, so that nothing is asked twice, and what they cost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database
from bot.store.rows import insert_into
from bot.store.tables import model_answers, model_usage
from bot.store.unbroken import unbroken
from digests.model import ModelUsage

_HOLD_LOCK = 0x43484F4B4153
KEPT = timedelta(days=30)
"""How long an answer is kept: an article that comes again later is asked about again."""


class LedgerRoom:
    """The part of the store that language models are accounted in: `ports.Ledger`."""

    database: Database

    @unbroken
    async def model_answer(self, key: str) -> str | None:
        async with self.database.read() as connection:
            answer: str | None = await connection.scalar(
                select(model_answers.c.answer).where(model_answers.c.key == key)
            )
        return answer

    @unbroken
    async def keep_model_answer(self, key: str, answer: str, now: datetime) -> None:
        async with self.database.write() as connection:
            await connection.execute(delete(model_answers).where(model_answers.c.at < now - KEPT))
            row = insert_into(connection, model_answers).values(key=key, answer=answer, at=now)
            await connection.execute(
                row.on_conflict_do_update(index_elements=["key"], set_={"answer": answer, "at": now})
            )

    @unbroken
    async def add_model_usage(self, usage: ModelUsage) -> None:
        async with self.database.write() as connection:
            await _add(connection, usage)

    @unbroken
    async def hold_model_usage(
        self, since: date, chosen: Callable[[Sequence[ModelUsage]], Sequence[ModelUsage]]
    ) -> None:
        async with self.database.write() as connection:
            if not self.database.sqlite:
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _HOLD_LOCK})
            for usage in chosen(await _since(connection, since)):
                await _add(connection, usage)

    @unbroken
    async def model_usage(self, since: date) -> tuple[ModelUsage, ...]:
        async with self.database.read() as connection:
            return await _since(connection, since)


async def _add(connection: AsyncConnection, usage: ModelUsage) -> None:
    counted = ("requests", "tokens_in", "tokens_out", "cost")
    row = {name: getattr(usage, name) for name in ("day", "tenant", "model", *counted)}
    insert = insert_into(connection, model_usage).values(row)
    added = {name: model_usage.c[name] + insert.excluded[name] for name in counted}
    await connection.execute(insert.on_conflict_do_update(index_elements=["day", "tenant", "model"], set_=added))


async def _since(connection: AsyncConnection, since: date) -> tuple[ModelUsage, ...]:
    order = (model_usage.c.day, model_usage.c.tenant, model_usage.c.model)
    used = or_(model_usage.c.requests > 0, model_usage.c.tokens_in > 0, model_usage.c.tokens_out > 0)
    query = select(model_usage).where(model_usage.c.day >= since, used).order_by(*order)
    return tuple(ModelUsage(**row._mapping) for row in await connection.execute(query))
