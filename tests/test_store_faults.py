"""What can be wrong with a database, each said in one line that tells what to do; and how it comes to its schema."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import postgres_schema, postgres_server
from sqlalchemy import Connection, Table, event, text
from store_samples import FEED, NOW, article, state

from bot.store import SqlStore, open_store
from bot.store.database import database_url
from bot.store.tables import metadata
from digests.errors import StoreError


async def reason(url: str, *, patience: float = 0.2) -> str:
    """Why a database cannot be opened: one line, without a password."""
    with pytest.raises(StoreError) as caught:
        await open_store(url, now=NOW, patience=patience)
    said = str(caught.value)
    assert "\n" not in said
    assert "secret" not in said
    return said


@pytest.mark.parametrize(
    ("given", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite"),
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h:5/d?sslmode=require", "postgresql+psycopg"),
        (" postgresql+psycopg://u@h/d\n", "postgresql+psycopg"),
    ],
)
def test_the_url_alone_says_which_database(given: str, driver: str) -> None:
    assert database_url(given).drivername == driver


@pytest.mark.parametrize("given", ["", "chokan.db", "mysql://u@h/d", "sqlite://", "sqlite:///:memory:", "http://["])
async def test_what_is_no_database_url_is_refused_with_an_example(given: str) -> None:
    assert "sqlite:///" in await reason(given)


async def test_a_missing_folder_is_made(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/a/b/chokan.db", now=NOW)
    await store.close()
    assert (tmp_path / "a/b/chokan.db").is_file()


async def test_sqlite_is_opened_so_that_nothing_is_lost(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)
    async with store.database.read() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [await connection.scalar(text(f"PRAGMA {name}")) for name in names]
    await store.close()
    assert found == ["wal", 2, 1, 10_000]


async def test_a_folder_is_not_a_database(tmp_path: Path) -> None:
    assert "cannot be opened" in await reason(f"sqlite:///{tmp_path}")


async def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "check the path" in await reason(f"sqlite:///{tmp_path}/file/chokan.db")


async def test_another_kind_of_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 500)
    assert "not a SQLite database" in await reason(f"sqlite:///{path}")
    assert path.read_text() == "dear diary " * 500


async def test_a_read_only_database(tmp_path: Path) -> None:
    await (await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)).close()
    assert "read-only" in await reason(f"sqlite:///file:{tmp_path}/chokan.db?mode=ro&uri=true")


async def test_a_database_that_another_process_has_locked(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW, patience=0.2)
    other = sqlite3.connect(tmp_path / "chokan.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked by another process" in await reason(f"sqlite:///{tmp_path}/chokan.db")
    with pytest.raises(StoreError, match="locked by another process"):
        await store.add_feed(FEED)
    assert await store.feeds() == ()
    other.execute("COMMIT")
    other.close()
    assert await store.add_feed(FEED)
    await store.close()


def hold_to(store: SqlStore, pages: int) -> None:
    """From the next connection on, the file may have no more than so many pages: a full disk, in effect."""

    def limit(connection: object, _record: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute(f"PRAGMA max_page_count = {pages}")
        cursor.close()

    event.listen(store.database.engine.sync_engine, "connect", limit)


async def test_a_full_disk_loses_nothing_and_says_so(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)
    await store.add_feed(FEED)
    await store.database.engine.dispose()
    hold_to(store, 1)  # SQLite takes the size it has
    big = [article(f"a{number}", text="x" * 50_000) for number in range(20)]
    with pytest.raises(StoreError, match="disk is full"):
        await store.save_poll(FEED.url, state(), now=NOW, articles=big)
    (health,) = await store.feeds()
    assert (health.articles, health.state.polled) == (0, None)
    await store.close()


async def test_two_processes_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chokan.db"
    stores = await asyncio.gather(*(open_store(url, now=NOW) for _ in range(4)))
    assert [await store.feeds() for store in stores] == [()] * 4
    for store in stores:
        await store.close()


async def test_a_newer_sqlite_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    await (await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)).close()
    with sqlite3.connect(tmp_path / "chokan.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version of Chokan (9999)" in await reason(f"sqlite:///{tmp_path}/chokan.db")
    with sqlite3.connect(tmp_path / "chokan.db") as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def differences(connection: Connection) -> list[object]:
    """What the migrations made against what `tables` says, but for the search index, which only SQL can spell."""

    def ours(item: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
        table = item if isinstance(item, Table) else getattr(item, "table", None)
        return not str(getattr(table, "name", name)).startswith(("article_terms", "alembic_version"))

    options = {"include_object": ours, "compare_type": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_migrations_make_the_tables_the_program_knows(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:///{tmp_path}/chokan.db", now=NOW)
    async with store.database.read() as connection:
        assert await connection.run_sync(differences) == []
    await store.close()


# --- PostgreSQL ------------------------------------------------------------------------------------------------------


async def test_an_unreachable_server() -> None:
    assert "cannot be reached" in await reason("postgresql://u:secret@127.0.0.1:1/chokan")


@pytest.mark.postgres
async def test_a_schema_is_made_once_by_four_and_a_newer_one_refused() -> None:
    with postgres_schema() as url:
        stores = await asyncio.gather(*(open_store(url, now=NOW) for _ in range(4)))
        async with stores[0].database.write() as connection:
            assert await connection.run_sync(differences) == []
            await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        for store in stores:
            await store.close()
        assert "newer version of Chokan (9999)" in await reason(url)


@pytest.mark.postgres
async def test_a_database_that_is_not_there() -> None:
    with postgres_schema():
        missing = postgres_server().set(database="no_such_chokan").render_as_string(hide_password=False)
        assert 'refused the connection: database "no_such_chokan" does not exist' in await reason(missing)


@pytest.mark.postgres
async def test_a_server_one_may_not_write_to_and_a_lost_connection() -> None:
    with postgres_schema() as url:
        store = await open_store(url, now=NOW)
        await store.add_feed(FEED)
        assert "read-only" in await reason(url + "%20-cdefault_transaction_read_only=on")
        with psycopg.connect(url, autocommit=True) as admin, pytest.raises(StoreError, match="server is stopping"):
            await use_a_connection_that_is_cut(store, admin)
        assert len(await store.feeds()) == 1
        await store.close()


async def use_a_connection_that_is_cut(store: SqlStore, admin: psycopg.Connection) -> None:
    async with store.database.write() as connection:
        mine = await connection.scalar(text("SELECT pg_backend_pid()"))
        admin.execute("SELECT pg_terminate_backend(%s)", [mine])
        await connection.execute(text("SELECT 1"))
