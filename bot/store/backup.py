"""Backups: one SQLite file that holds everything, made while others write; put back into either kind of database.

A file made of SQLite is SQLite's own consistent copy (`VACUUM INTO`, one read transaction). From and into PostgreSQL
the rows are copied under one snapshot, and the full-text index, which each database keeps its own way, is made anew.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store import SqlStore, search
from bot.store.database import Database, database_url, prepare_file
from bot.store.faults import translated
from bot.store.migrate import APPLICATION, migrate
from bot.store.reading import chunks
from bot.store.rows import CHUNK
from bot.store.tables import articles, metadata
from digests.errors import NotABackup, StoreError

Counts = Mapping[str, int]
"""Rows by table."""
PATIENCE = 10.0
OLD = ".before-restore"
"""What the name of a database that made room is followed by."""


async def back_up(url: str, file: Path) -> Counts:
    """Write everything of the database at `url` into `file`, which is there whole or not at all; how much it is.

    Raises `StoreError`."""
    partial = file.with_name(file.name + ".partial")
    await asyncio.to_thread(partial.unlink, missing_ok=True)
    database = Database(database_url(url), patience=PATIENCE)
    try:
        if database.sqlite:
            with translated(database.name):
                await asyncio.to_thread(_copied_file, database.name, partial)
        else:
            await migrate(database)
            await _copied_rows(database, f"sqlite:///{partial}")
        counts = await asyncio.to_thread(_checked, partial)
        await asyncio.to_thread(_settled, partial, file)
        return counts
    finally:
        await database.close()
        await asyncio.to_thread(_swept, partial)


async def restore(file: Path, url: str, *, replace: bool) -> Counts:
    """Put a backup into the database at `url`. One that holds articles or subscriptions is refused, unless `replace`:
    a SQLite file then stays beside the new one under a name that ends in `.before-restore`.

    Raises `NotABackup` for a file that is none of ours or is damaged, `StoreError` for what the database refuses.
    """
    counts = await asyncio.to_thread(_checked, file)
    database = Database(database_url(url), patience=PATIENCE)
    store = SqlStore(database)
    try:
        if not await store.alone():
            raise StoreError(f"{database.name}: a Chokan is running on it; stop it, then restore")
        if database.sqlite:
            await _restored_file(file, database, replace=replace)
        else:
            await migrate(database)
            await _restored_rows(file, database, replace=replace)
        return counts
    finally:
        await store.close()


# --- files ----------------------------------------------------------------------------------------------------------


def _copied_file(source: str, target: Path) -> None:
    if not Path(source).exists():
        raise StoreError(f"{source}: no such database; nothing to back up")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def _checked(file: Path) -> Counts:
    """How much a backup holds. Raises `NotABackup`."""
    if not file.exists():
        raise NotABackup(f"{file}: no such file")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            ours = connection.execute("PRAGMA application_id").fetchone()[0] == APPLICATION
            sound = ours and connection.execute("PRAGMA quick_check").fetchone()[0] == "ok"
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            wanted = [table.name for table in metadata.sorted_tables if table.name in names]
            counts = {name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]) for name in wanted}  # noqa: S608
    except sqlite3.DatabaseError as error:
        raise NotABackup(f"{file}: is no backup of Chokan: {error}") from error
    if not ours:
        raise NotABackup(f"{file}: is a SQLite file, but not one of Chokan")
    if not sound:
        raise NotABackup(f"{file}: is damaged; use another backup")
    return counts


def _settled(partial: Path, file: Path) -> None:
    """On the disk for good before it bears its name."""
    with partial.open("rb+") as stream:
        os.fsync(stream.fileno())
    partial.replace(file)


def _swept(partial: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-lock"):
        with suppress(FileNotFoundError):
            Path(f"{partial}{suffix}").unlink()


async def _restored_file(file: Path, database: Database, *, replace: bool) -> None:
    """A copy is made and brought up to date beside the target, then takes its place in one step."""
    target = Path(database.name)
    if not replace and await asyncio.to_thread(target.exists) and await _holds_anything(database):
        raise StoreError(_full(database.name))
    made = target.with_name(target.name + ".restoring")
    with translated(str(made)):
        await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
        await asyncio.to_thread(_swept, made)
        await asyncio.to_thread(_copied_file, str(file), made)
    copy = Database(database_url(f"sqlite:///{made}"), patience=PATIENCE)
    try:
        await prepare_file(copy)
        await migrate(copy)
    finally:
        await copy.close()
    await database.close()
    with translated(database.name):
        await asyncio.to_thread(_changed_places, made, target)


def _changed_places(made: Path, target: Path) -> None:
    for suffix in ("-wal", "-shm", ""):  # SQLite looks for the log of the old file under the file's new name
        with suppress(FileNotFoundError):
            Path(f"{target}{suffix}").replace(f"{target}{OLD}{suffix}")
    made.replace(target)


# --- rows -----------------------------------------------------------------------------------------------------------


async def _copied_rows(source: Database, target_url: str) -> None:
    target = Database(database_url(target_url), patience=PATIENCE)
    try:
        await prepare_file(target)
        await migrate(target)
        snapshot = source.engine.execution_options(isolation_level="REPEATABLE READ")
        with translated(source.name):
            async with snapshot.begin() as reading, target.write() as writing:
                await _poured(reading, writing)
        async with target.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            await raw.execute_fetchall("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    finally:
        await target.close()


async def _restored_rows(file: Path, database: Database, *, replace: bool) -> None:
    """All of it in one transaction: a restore that fails half-way leaves what was there."""
    if not replace and await _holds_anything(database):
        raise StoreError(_full(database.name))
    copy = file.with_name(file.name + ".restoring")
    await asyncio.to_thread(_swept, copy)
    await asyncio.to_thread(_copied_file, str(file), copy)
    source = Database(database_url(f"sqlite:///{copy}"), patience=PATIENCE)
    try:
        await migrate(source)
        async with source.read() as reading, database.write() as writing:
            await writing.execute(text("DELETE FROM article_terms"))
            for table in reversed(metadata.sorted_tables):
                await writing.execute(delete(table))
            await _poured(reading, writing)
            await _numbered_on(writing)
    finally:
        await source.close()
        await asyncio.to_thread(_swept, copy)


async def _poured(reading: AsyncConnection, writing: AsyncConnection) -> None:
    """Every row of every table, in an order that foreign keys allow; then the words of the articles."""
    for table in metadata.sorted_tables:
        result = await reading.stream(select(table))
        async for rows in result.mappings().partitions(CHUNK):
            await writing.execute(table.insert(), [_unsearchable(dict(row), table.name) for row in rows])
    wanted = (await reading.execute(select(articles.c.id).where(articles.c.searchable))).scalars().all()
    for chunk in chunks(wanted):
        for article in chunk:
            await search.remember(writing, article)


def _unsearchable(row: dict[str, object], table: str) -> dict[str, object]:
    return {**row, "searchable": False} if table == articles.name else row


async def _numbered_on(connection: AsyncConnection) -> None:
    """PostgreSQL's sequences go on behind the numbers that were copied."""
    for table in metadata.sorted_tables:
        if "number" in table.c and table.c.number.primary_key:
            last = await connection.scalar(select(func.max(table.c.number)))
            if last is not None:
                statement = text("SELECT setval(pg_get_serial_sequence(:table, 'number'), :last)")
                await connection.execute(statement, {"table": table.name, "last": last})


async def _holds_anything(database: Database) -> bool:
    await migrate(database)
    async with database.read() as connection:
        for name in ("articles", "subscriptions", "feeds"):
            if await connection.scalar(select(func.count()).select_from(metadata.tables[name]).limit(1)):
                return True
    return False


def _full(name: str) -> str:
    return f"{name}: holds an archive already; to put the backup in its place run it again with --replace"
