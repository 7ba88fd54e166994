"""The plays in which the database fails at the moment a post is to be written down: full, locked, or gone."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Callable

import psycopg
from crash_cuts import cutting
from crash_stage import EVENING, MORNING, Stage
from sqlalchemy import make_url

FULL = {
    "sqlite": (
        "CREATE TABLE filler (b BLOB)",
        "CREATE TRIGGER full_disk BEFORE UPDATE OF state ON deliveries WHEN NEW.state = 'sent' "
        "BEGIN INSERT INTO filler VALUES (zeroblob(200000000)); END",
    ),
    "postgres": (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$",
        "CREATE TRIGGER full_disk BEFORE UPDATE ON deliveries FOR EACH ROW WHEN (NEW.state = 'sent') "
        "EXECUTE FUNCTION full_disk()",
    ),
}
ROOM = {
    "sqlite": ("DROP TRIGGER full_disk", "DROP TABLE filler"),
    "postgres": ("DROP TRIGGER full_disk ON deliveries", "DROP FUNCTION full_disk"),
}


async def disk_full(stage: Stage) -> None:
    """SQLite's file may not grow (SQLITE_FULL), PostgreSQL answers 53100; after two seconds there is room again."""
    made: list[asyncio.Task[None]] = []

    async def make_room() -> None:
        await asyncio.sleep(2)
        await asyncio.to_thread(stage.run_sql, *ROOM[stage.database])

    async def fill() -> None:
        await asyncio.to_thread(stage.run_sql, *FULL[stage.database])
        made.append(asyncio.create_task(make_room()))

    stage.chat.plays.acts[1] = fill
    await stage.live((*EVENING, *MORNING))
    await asyncio.gather(*made)
    stage.expect("delivery.unsettled" in stage.orders.log.read_text(), "gave no alarm")
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")


async def locked(stage: Stage) -> None:
    """Somebody else holds the database for five seconds when the post is to be written down."""
    held: list[asyncio.Task[None]] = []
    begun = asyncio.Event()

    async def lock() -> None:
        loop = asyncio.get_running_loop()
        held.append(asyncio.create_task(asyncio.to_thread(hold, stage, lambda: loop.call_soon_threadsafe(begun.set))))
        await begun.wait()

    stage.chat.plays.acts[1] = lock
    await stage.live((*EVENING, *MORNING))
    await asyncio.gather(*held)
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")


def hold(stage: Stage, begun: Callable[[], object]) -> None:
    """Lock the database for five seconds."""
    if stage.database == "sqlite":
        file = sqlite3.connect(make_url(stage.orders.database).database or "", timeout=20, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        begun()
        time.sleep(5)
        file.execute("ROLLBACK")
        file.close()
        return
    with psycopg.connect(stage.orders.database) as connection:
        connection.execute("LOCK TABLE deliveries IN EXCLUSIVE MODE")
        begun()
        time.sleep(5)
        connection.rollback()


async def cut(stage: Stage) -> None:
    """A proxy before PostgreSQL breaks the connection at the COMMIT that says "sent"."""
    async with cutting(stage.orders.database, passing_on=stage.case.at == "committed") as cuts:
        await stage.live((*EVENING, *MORNING), database=cuts.url)
        stage.expect(cuts.done, "the connection was not cut")
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")
