"""Real databases for tests: a SQLite file, and a PostgreSQL schema of its own where a server is there."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

BACKENDS = (
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=pytest.mark.postgres),
)


def postgres_server() -> URL:
    """TEST_DATABASE_URL, else the trusting server of a developer's machine."""
    text = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    return make_url(text).set(drivername="postgresql")


async def _run(server: URL, statement: str) -> None:
    connection = await psycopg.AsyncConnection.connect(
        server.render_as_string(hide_password=False), autocommit=True, connect_timeout=3
    )
    async with connection:
        await connection.execute(statement.encode())


@asynccontextmanager
async def postgres_database() -> AsyncIterator[str]:
    """The URL of an empty schema, dropped afterwards. Skips, saying so, where no server answers."""
    server, schema = postgres_server(), f"chokan_test_{secrets.token_hex(6)}"
    try:
        await _run(server, f"CREATE SCHEMA {schema}")
    except psycopg.OperationalError as error:
        pytest.skip(
            f"no PostgreSQL at {server.render_as_string()}; set TEST_DATABASE_URL ({str(error).splitlines()[0]})"
        )
    try:
        url = server.update_query_dict({"options": f"-csearch_path={schema}"})
        yield url.render_as_string(hide_password=False)
    finally:
        await asyncio.shield(_run(server, f"DROP SCHEMA {schema} CASCADE"))


@asynccontextmanager
async def database(backend: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database on `backend` (`sqlite` or `postgres`)."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'chokan.db'}"
    else:
        async with postgres_database() as url:
            yield url
