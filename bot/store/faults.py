"""The one place where errors of SQLAlchemy, SQLite and PostgreSQL become `StoreError`: one line, with what to do."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeGuard

from sqlalchemy.exc import SQLAlchemyError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from digests.errors import StoreError

if TYPE_CHECKING:
    import psycopg

_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another process; stop it or try again in a moment",
    sqlite3.SQLITE_LOCKED: "is locked by another process; stop it or try again in a moment",
    sqlite3.SQLITE_FULL: "the disk is full; free some space, nothing was changed",
    sqlite3.SQLITE_READONLY: "is read-only; give this user the right to write the file and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; is the folder there, and may this user write in it?",
    sqlite3.SQLITE_NOTADB: "is not a SQLite database; point DATABASE_URL at another file",
    sqlite3.SQLITE_CORRUPT: "is damaged; restore a backup",
    sqlite3.SQLITE_IOERR: "the disk cannot be read or written; look at it and its free space",
    sqlite3.SQLITE_CONSTRAINT: "refused what contradicts what is stored; nothing was changed",
}
_POSTGRES = {
    "08": "the connection was lost; it is tried again at the next call",
    "23": "refused what contradicts what is stored; nothing was changed",
    "25006": "is read-only; connect to the primary server",
    "3F000": "has no schema to create tables in; create it or correct the search path",
    "40": "another process got in the way; try again",
    "42501": "this user has not the right to do that; grant it on the database and its schema",
    "53100": "the disk of the server is full; free some space, nothing was changed",
    "53300": "has no connection left; raise max_connections or stop other programs",
    "53": "the server is short of resources; look at its memory and disk",
    "55P03": "is locked by another process; try again in a moment",
    "57": "the server is stopping or starting; try again in a moment",
}
_FOREIGN = (SQLAlchemyError, sqlite3.Error, OSError)


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Whatever a database raises in here is raised as `StoreError`, the cause chained. `name` holds no password."""
    try:
        yield
    except Exception as error:
        if not (isinstance(error, _FOREIGN) or _is_postgres(error)):
            raise
        cause = _cause(error)
        if isinstance(cause, (ValueError, TypeError)):  # our own mistake, such as a naive datetime: not the database's
            raise cause from error
        raise StoreError(f"database {name}: {_reason(cause)}") from error


def _cause(error: BaseException) -> BaseException:
    """The driver's own error inside SQLAlchemy's."""
    while isinstance(error, StatementError) and error.orig is not None:
        error = error.orig
    while not _is_drivers(error) and error.__cause__ is not None and _is_drivers(error.__cause__):
        error = error.__cause__
    return error


def _is_drivers(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) or _is_postgres(error)


def _is_postgres(error: BaseException) -> TypeGuard[psycopg.Error]:
    """Asked without loading the driver, which costs an archive on SQLite a tenth of its start and 12 MiB: an error of
    a library that was never loaded cannot have been raised."""
    driver = sys.modules.get("psycopg")
    return driver is not None and isinstance(error, driver.Error)


def _reason(error: BaseException) -> str:
    if isinstance(error, sqlite3.Error):
        return _sqlite_reason(error)
    if _is_postgres(error):
        return _postgres_reason(error)
    if isinstance(error, PoolTimeout):
        return "every connection is busy; try again in a moment"
    if isinstance(error, OSError):
        return f"cannot be used ({error.strerror or type(error).__name__}); check the path and its rights"
    return _first_line(error)


def _sqlite_reason(error: sqlite3.Error) -> str:
    code = getattr(error, "sqlite_errorcode", None)
    reason = _SQLITE.get(code & 0xFF) if code is not None else None
    return reason or _first_line(error)


def _postgres_reason(error: psycopg.Error) -> str:
    state = error.sqlstate
    if state is None:
        return _unconnected(_first_line(error))
    reason = _POSTGRES.get(state) or _POSTGRES.get(state[:2])
    return reason or f"{_first_line(error)} [{state}]"


def _unconnected(line: str) -> str:
    """libpq gives no code for a connection that was never made, only its own words and, after FATAL, the server's."""
    _, refused, why = line.partition("FATAL:")
    if refused:
        return f"the server refused the connection: {why.strip().rstrip(')')}; correct DATABASE_URL or the server"
    return f"cannot be reached; is the server running, is DATABASE_URL right? ({line})"


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
