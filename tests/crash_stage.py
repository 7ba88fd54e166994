"""One case of the torture on its stage: a child process per life, the world around it, and what is left of both."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import crash_child
import psycopg
from crash_cases import Case
from crash_child import Orders
from crash_stands import News, Place, news, place
from databases import database, emptied
from sqlalchemy import make_url

PATIENCE = 60.0
"""Seconds one life of a child may last."""
SLOT = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=2)
MINUTE = timedelta(minutes=1)
EVENING = (SLOT - 10 * MINUTE, SLOT - 9.6 * MINUTE, SLOT - 4 * MINUTE)
MORNING = (SLOT + 5 * MINUTE / 60, SLOT + 25 * MINUTE / 60)
TICKS = (SLOT + 6.5 * MINUTE, SLOT + 12 * MINUTE, SLOT + 18 * MINUTE)
"""Later than a lease, later than a nonce."""

_HERE = Path(__file__).resolve().parent
# The server the children are forked from looks for its preload here: it inherits no sys.path (Python 3.11).
os.environ["PYTHONPATH"] = os.pathsep.join((str(_HERE.parent), str(_HERE), os.environ.get("PYTHONPATH", "")))
_forks = get_context("forkserver")
_forks.set_forkserver_preload(["crash_warm"])


@dataclass(slots=True, kw_only=True)
class Stage:
    """One case on one database and one platform."""

    case: Case
    orders: Orders
    site: News
    chat: Place
    database: str
    problems: list[str] = field(default_factory=list)

    def expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.problems.append(otherwise)

    # --- lives ------------------------------------------------------------------------------------------------------

    def begin(self, times: Sequence[datetime], **changes: Any) -> Any:
        """A child with these ticks before it; returns its process."""
        orders = replace(self.orders, times=tuple(instant.isoformat() for instant in times), **changes)
        orders.report.unlink(missing_ok=True)
        process = _forks.Process(target=crash_child.main, args=(orders,))
        process.start()
        return process

    async def end(self, process: Any) -> int:
        """Its exit code; -9 if it was killed."""
        deadline = time.monotonic() + PATIENCE
        while process.exitcode is None and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        if process.exitcode is None:
            process.kill()
            self.problems.append(f"did not end within {PATIENCE:g} s")
        process.join(5)
        return int(process.exitcode or 0)

    async def live(self, times: Sequence[datetime], *, killed: bool = False, **changes: Any) -> None:
        code = await self.end(self.begin(times, **changes))
        wanted = -signal.SIGKILL if killed else 0
        self.expect(code == wanted, f"ended with {code}, not {wanted}")

    async def live_on(self, *more: datetime) -> None:
        """Restart where the clock stands, then three more ticks."""
        now = self.orders.clock.now()
        await self.live([instant for instant in (*EVENING, *MORNING, *TICKS, *more) if instant > now])

    def kills(self, process: Callable[[], Any]) -> Callable[[], Any]:
        async def kill() -> None:
            os.kill(process().pid, signal.SIGKILL)
            await asyncio.sleep(0.1)

        return kill

    # --- what is left -----------------------------------------------------------------------------------------------

    def report(self) -> Any:
        if not self.orders.report.exists():
            return {"states": {}, "paused": []}
        return json.loads(self.orders.report.read_text())

    def run_sql(self, *statements: str) -> None:
        if self.database == "sqlite":
            with sqlite3.connect(make_url(self.orders.database).database or "", timeout=20) as file:
                for statement in statements:
                    file.execute(statement)
            file.close()
            return
        with psycopg.connect(self.orders.database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@asynccontextmanager
async def staged(case: Case, backend: str, platform: str, schema: str | None, folder: Path) -> AsyncIterator[Stage]:
    """`schema`: the URL of an empty PostgreSQL schema, for the backend `postgres`."""
    here = Path(tempfile.mkdtemp(prefix=f"{case.id}-", dir=folder))
    orders = partial(Orders, folder=here, platform=platform, times=())
    clock = crash_child.Clock(here / "clock")
    clock.set((SLOT - timedelta(hours=1)).isoformat())
    async with news() as site, place(platform, clock) as chat, _database(backend, schema, here) as url:
        api = chat.url if platform == "discord" else chat.api_url  # type: ignore[union-attr]
        yield Stage(
            case=case,
            orders=orders(database=url, api_url=api, feed=site.url),
            site=site,
            chat=chat,
            database=backend,
        )


@asynccontextmanager
async def _database(backend: str, schema: str | None, folder: Path) -> AsyncIterator[str]:
    if backend == "sqlite":
        async with database("sqlite", folder) as url:
            yield url
        return
    assert schema is not None
    emptied(schema)
    yield schema
