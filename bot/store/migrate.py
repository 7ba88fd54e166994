"""Bring a database to this program's schema, one process at a time; refuse one that is newer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.store.database import Database
from digests.errors import StoreError

if TYPE_CHECKING:
    from alembic.config import Config

STEPS = Path(__file__).parent / "migrations"
_NAME = re.compile(r'^revision = "(.+)"$', re.MULTILINE)
LOCK = 0x43484F4B414E
"""PostgreSQL's advisory lock of migrations: the letters of CHOKAN."""
APPLICATION = 0x43484F4B
"""SQLite's application id: the letters of CHOK."""


async def migrate(database: Database) -> None:
    """All steps that are missing, in one transaction under a lock. Raises `StoreError` for a newer database."""
    async with database.write() as connection:  # on SQLite: BEGIN IMMEDIATE, the lock itself
        if database.sqlite:
            # Marks the file as ours (`file` shows it), and fails here and now where it may not be written.
            await connection.execute(text(f"PRAGMA application_id = {APPLICATION}"))
        else:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
            if await connection.scalar(text("SHOW transaction_read_only")) == "on":
                raise StoreError(f"database {database.name}: is read-only; connect to the primary server")
        await connection.run_sync(_upgrade, database.name)


def scripts_for(connection: Connection) -> Config:
    """Alembic's configuration: our steps, on this connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def steps() -> tuple[str, ...]:
    """The names of all steps, oldest first, as their files give them."""
    files = sorted((STEPS / "versions").glob("[0-9]*.py"))
    return tuple(_NAME.findall(file.read_text(encoding="utf-8"))[0] for file in files)


def _upgrade(connection: Connection, name: str) -> None:
    known, current = steps(), _current(connection)
    if not current.issubset(known):
        raise StoreError(
            f"database {name}: was made by a newer version of Chokan ({', '.join(sorted(current))}); "
            "update this program or restore the older backup"
        )
    if current != {known[-1]}:
        from alembic import command  # a tenth of a start, and nearly no start needs it

        command.upgrade(scripts_for(connection), "head")


def _current(connection: Connection) -> set[str]:
    """The steps a database has gone up to; none: it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return set()
    return set(connection.execute(text("SELECT version_num FROM alembic_version")).scalars())
