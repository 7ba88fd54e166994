"""An archive of any earlier schema is brought up to date with every row it holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from databases import BACKENDS, postgres_schema
from sqlalchemy import Column, Connection, MetaData, Table, inspect, select
from store_archive import everything, filled
from store_samples import NOW

from bot.store import open_store
from bot.store.database import Database, database_url, prepare_file
from bot.store.migrate import STEPS, scripts_for, steps
from bot.store.tables import metadata

REVISIONS = [script.revision for script in ScriptDirectory(str(STEPS)).walk_revisions()][1:]
Rows = dict[str, list[dict[str, Any]]]


@contextmanager
def empty(backend: str, folder: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if backend == "sqlite":
        yield f"sqlite:///{folder}/old.db"
        return
    with postgres_schema() as url:
        yield url


async def rows_of_today(folder: Path) -> Rows:
    store = await filled(f"sqlite:///{folder}/today.db")
    found: Rows = {}
    async with store.database.read() as connection:
        for table in metadata.sorted_tables:
            found[table.name] = [dict(row) for row in (await connection.execute(select(table))).mappings()]
    await store.close()
    return found


def _as_it_was(connection: Connection, revision: str, rows: Rows) -> Rows:
    """Make the schema of `revision` and fill it with what it had columns for."""
    command.upgrade(scripts_for(connection), revision)
    inspector, kept = inspect(connection), Rows()
    for today in metadata.sorted_tables:
        if not inspector.has_table(today.name):
            continue
        names = [column["name"] for column in inspector.get_columns(today.name) if column["name"] in today.c]
        then = Table(today.name, MetaData(), *(Column(name, today.c[name].type) for name in names))
        kept[today.name] = [{name: row[name] for name in names} for row in rows[today.name]]
        if kept[today.name]:
            connection.execute(then.insert(), kept[today.name])
    return kept


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("revision", REVISIONS)
async def test_every_row_of_an_older_archive_is_still_there(revision: str, backend: str, tmp_path: Path) -> None:
    rows = await rows_of_today(tmp_path)
    with empty(backend, tmp_path) as url:
        database = Database(database_url(url), patience=5)
        if database.sqlite:
            await prepare_file(database)
        async with database.write() as connection:
            kept = await connection.run_sync(_as_it_was, revision, rows)
        await database.close()
        store = await open_store(url, now=NOW)
        async with store.database.read() as connection:
            for name, wanted in kept.items():
                table = metadata.tables[name]
                found = [dict(row) for row in (await connection.execute(select(table))).mappings()]
                cut = [{key: row[key] for key in wanted[0]} for row in found] if wanted else []
                assert sorted(cut, key=repr) == sorted(wanted, key=repr), name
        assert [hit.article.id for hit in await store.latest()] == ["a2", "a1"]
        assert len(await store.deliveries("e")) == 3
        assert (await everything(store))["subscriptions"]
        await store.close()


def test_the_files_tell_which_steps_there_are_and_in_which_order() -> None:
    """They alone are looked at when a database is up to date."""
    scripts = ScriptDirectory(str(STEPS)).walk_revisions()
    assert [script.revision for script in scripts] == list(reversed(steps()))


async def test_an_archive_that_is_up_to_date_opens_without_the_tools_for_upgrades(tmp_path: Path) -> None:
    """Nor with what only other databases or the workers need: a start is to take no longer than it must."""
    await (await open_store(f"sqlite:///{tmp_path}/chokan.db")).close()
    code = (
        "import asyncio, sys, bot.cli\n"
        "from bot.store import open_store\n"
        "async def main():\n"
        "    await (await open_store(sys.argv[1])).close()\n"
        "asyncio.run(main())\n"
        "print(*sorted({'alembic', 'psycopg', 'feedparser', 'digests.compose', 'digests.ground'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{tmp_path}/chokan.db"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=STEPS.parent.parent.parent)
    assert done.stdout == "\n"
