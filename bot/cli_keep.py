"""`chokan backup`, `restore`: everything in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.app import database_of
from bot.cli_base import Session, one_line_errors, run
from bot.store.backup import Counts, back_up, restore
from digests.errors import ConfigError


def backup_verb(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write, such as chokan-backup.db.", dir_okay=False)],
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """Write everything into one file, while Chokan runs. It can be restored into SQLite or PostgreSQL."""
    session: Session = context.obj
    with one_line_errors(session):
        _may_write(file, force=force)
    run(session, _backup(session, file))


def _may_write(file: Path, *, force: bool) -> None:
    if file.exists() and not force:
        raise ConfigError(f"{file}: is there already; name another file, or write over it with --force")
    if not file.absolute().parent.is_dir():
        raise ConfigError(f"{file.parent}: no such folder; make it first")


async def _backup(session: Session, file: Path) -> None:
    counts = await back_up(database_of(session.settings()), file)
    _say(session, f"{file}: {_told(counts)}")


def restore_verb(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file that `chokan backup` wrote.", dir_okay=False)],
    replace: Annotated[bool, typer.Option("--replace", help="In the place of what is there.")] = False,
) -> None:
    """Put a backup into the database of DATABASE_URL. Stop Chokan first."""
    session: Session = context.obj
    run(session, _restore(session, file, replace=replace))


async def _restore(session: Session, file: Path, *, replace: bool) -> None:
    counts = await restore(file, database_of(session.settings()), replace=replace)
    _say(session, f"restored: {_told(counts)}")


def _told(counts: Counts) -> str:
    names = ("feeds", "articles", "digests", "subscriptions", "editions")
    return ", ".join(f"{counts.get(name, 0)} {name}" for name in names)


def _say(session: Session, text: str) -> None:
    session.console.print(text, markup=False, highlight=False, soft_wrap=True)
