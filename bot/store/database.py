"""The engine under the store: which database, how it is opened, one transaction, one border for its errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.store.faults import translated
from digests.errors import StoreError

_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def database_url(text: str) -> URL:
    """The URL with its async driver. Raises `StoreError` for what is no URL or no database of ours."""
    try:
        url = make_url(text.strip())
    except (ArgumentError, ValueError) as error:
        raise StoreError(
            "DATABASE_URL is not a URL; write sqlite:///chokan.db or postgresql://user@host/name"
        ) from error
    if url.drivername not in _DRIVERS:
        raise StoreError(
            f"DATABASE_URL: {url.drivername}: is not known; use sqlite:///path or postgresql://user@host/name"
        )
    url = url.set(drivername=_DRIVERS[url.drivername])
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise StoreError("DATABASE_URL names no file; write sqlite:///chokan.db (nothing is kept in memory only)")
    return url


class Database:
    """Transactions on one database. Every foreign error leaves here as a `StoreError`."""

    def __init__(self, url: URL, *, patience: float) -> None:
        self.url = url
        self.sqlite = url.get_backend_name() == "sqlite"
        self.name = url.database or "" if self.sqlite else url.render_as_string(hide_password=True)
        self.patience = patience
        self.engine = _sqlite_engine(url, patience) if self.sqlite else _postgres_engine(url)
        self._writing: AsyncEngine = self.engine.execution_options(chokan_writes=True)
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        with translated(self.name):
            async with self.engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it or nothing. SQLite has one writer at a time: ours queue here, fairly, instead of
        spinning on the file's lock; other processes are waited for `patience` seconds."""
        with translated(self.name):
            async with AsyncExitStack() as stack:
                if self.sqlite:
                    await stack.enter_async_context(self._turn)
                yield await stack.enter_async_context(self._writing.begin())

    async def close(self) -> None:
        await self.engine.dispose()


def _postgres_engine(url: URL) -> AsyncEngine:
    arguments = {"connect_timeout": 10, "application_name": "chokan"}
    return create_async_engine(url, pool_pre_ping=True, connect_args={**arguments, **url.query})


def _sqlite_engine(url: URL, patience: float) -> AsyncEngine:
    engine = create_async_engine(url, connect_args={"timeout": patience})
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: the driver's own way leaves DDL outside transactions
    cursor = connection.cursor()
    cursor.execute("PRAGMA auto_vacuum = INCREMENTAL")  # heard while the file is empty: what is freed can be given back
    cursor.execute("PRAGMA foreign_keys = ON")
    # FULL: in WAL mode NORMAL may forget the last commits on a power cut, and a forgotten "sent" is a post made twice.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA cache_size = -8000")  # KiB: a search reads the lengths of thousands of articles
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A deferred transaction that reads first cannot wait for a lock when it comes to write: SQLite fails it at once.
    writes = connection.get_execution_options().get("chokan_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


async def prepare_file(database: Database) -> None:
    """Make the folder and switch the file to write-ahead logging, which it then stays in."""
    path = Path(database.name)
    if not database.name.startswith("file:"):
        with translated(database.name):
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    with translated(database.name):
        async with database.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await _write_ahead(raw, database.patience)


async def _write_ahead(raw: Any, patience: float) -> None:
    """SQLite does not wait for other processes when the journal mode changes, so two that start at once wait here."""
    for _ in range(int(patience / 0.05)):
        try:
            await raw.execute_fetchall("PRAGMA journal_mode = WAL")
        except Exception as error:
            if "locked" not in str(error):
                raise
            await asyncio.sleep(0.05)
        else:
            return
    await raw.execute_fetchall("PRAGMA journal_mode = WAL")
