"""Real databases for tests: a SQLite file, and a PostgreSQL schema of this run's own where a server is there."""

from __future__ import annotations

import atexit
import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, make_url

from bot.store import open_store

BACKENDS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
)

_MADE: list[bytes] = []
"""The file of an empty SQLite database: made once a run, since making the tables costs more than most tests."""


def postgres_server() -> URL:
    """TEST_DATABASE_URL, else the trusting server of a developer's machine."""
    text = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    return make_url(text).set(drivername="postgresql")


@contextmanager
def postgres_schema() -> Iterator[str]:
    """The URL of an empty schema, dropped afterwards. Skips, saying so, where no server answers."""
    schema = f"chokan_test_{secrets.token_hex(6)}"
    _run(f"CREATE SCHEMA {schema}")
    try:
        url = postgres_server().update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        _run(f"DROP SCHEMA {schema} CASCADE")


@asynccontextmanager
async def database(backend: str, folder: Path) -> AsyncIterator[str]:
    """The URL of a database without data on `backend` (`sqlite` or `postgres`)."""
    if backend == "sqlite":
        path = folder / "chokan.db"
        path.write_bytes(await _sqlite_file(folder / "made.db"))
        yield f"sqlite:///{path}"
        return
    url = _schema_of_this_run()
    emptied(url)
    yield url


async def _sqlite_file(path: Path) -> bytes:
    if not _MADE:
        await (await open_store(f"sqlite:///{path}")).close()
        _MADE.append(path.read_bytes())
    return _MADE[0]


@cache
def _schema_of_this_run() -> str:
    # For the same reason all tests of a run share one schema, emptied each time.
    held = postgres_schema()
    url = held.__enter__()
    atexit.register(held.__exit__, None, None, None)
    return url


def emptied(url: str) -> None:
    """Take every row out of the schema; the tables stay."""
    with psycopg.connect(url, autocommit=True, connect_timeout=3) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename <> 'alembic_version'"
        ).fetchall()
        kept = [name for (name,) in tables]
        for name in sorted(kept, key=lambda name: name not in ("editions", "articles")):  # what others hang on, first
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)))


def _run(statement: str) -> None:
    server = postgres_server()
    try:
        with psycopg.connect(
            server.render_as_string(hide_password=False), autocommit=True, connect_timeout=3
        ) as connection:
            connection.execute(statement.encode())
    except psycopg.OperationalError as error:
        why = str(error).splitlines()[0]
        pytest.skip(f"no PostgreSQL at {server.render_as_string()}; set TEST_DATABASE_URL ({why})")
