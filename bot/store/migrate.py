"""Bring a database to this program's schema, one process at a time; refuse one that is newer."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.database import Database
from digests.errors import StoreError

STEPS = Path(__file__).parent / "migrations"
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
    config = Config()
    config.set_main_option("script_location", str(STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, name: str) -> None:
    config = scripts_for(connection)
    scripts = ScriptDirectory.from_config(config)
    current = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in scripts.walk_revisions()}
    if not known.issuperset(current):
        raise StoreError(
            f"database {name}: was made by a newer version of Chokan ({', '.join(current)}); "
            "update this program or restore the older backup"
        )
    if set(current) != set(scripts.get_heads()):
        command.upgrade(config, "head")
