"""What every verb shares: settings, consoles, and turning an error into one line and an exit code."""

from __future__ import annotations

import asyncio
import io
import json
import os
import re
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import typer
from dotenv import load_dotenv
from rich.console import Console

from bot.app import THINKING_MEMORY, catalogs
from bot.telemetry import set_up_logging
from bot.workers import Workers
from config.settings import SECRETS, Settings, SettingsError, load_settings
from digests.catalog import Catalog
from digests.errors import AddressNotAllowed, ChokanError, ConfigError

CONFIG = "chokan.toml"


@dataclass(frozen=True, slots=True)
class Session:
    """One invocation of the command line."""

    config: Path | None
    quiet: bool
    console: Console
    errors: Console

    def settings(self) -> Settings:
        """Settings of file and environment, with logging set up by them. Raises ConfigError."""
        try:
            settings = load_settings(os.environ, self.config)
        except SettingsError as error:
            raise ConfigError(str(error)) from None
        level = "warning" if self.quiet else settings.log.level
        set_up_logging(level, settings.log.form, secrets_of(settings))
        return settings


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Every secret there is, so that logs can leave them out."""
    values = [getattr(settings, name.lower()) for name in SECRETS]
    known = [value.get_secret_value() for value in values if value]
    password = _password(settings.database_url or "")
    return (*known, password, unquote(password)) if password else tuple(known)


def _password(address: str) -> str:
    found = re.match(r"[^:/?#]+://[^/?#]*?:(.*)@", address)
    return found[1] if found else ""


def session_of(config: Path | None, *, quiet: bool) -> Session:
    """The session of these global options: `config`, else CHOKAN_CONFIG, else ./chokan.toml where there is one."""
    load_dotenv(".env", override=False)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Half a character, which JSON may hold and no encoding: as JSON escapes it.
        sys.stdout.reconfigure(errors="backslashreplace")
    named = os.environ.get("CHOKAN_CONFIG")
    config = config or (Path(named) if named else Path(CONFIG) if Path(CONFIG).exists() else None)
    return Session(config, quiet, Console(soft_wrap=False), Console(stderr=True))


def listening(settings: Settings, port: int | None, *, enabled: bool | None = None) -> Settings:
    """These settings with the web server on that port, and there at all; None leaves either as configured."""
    said: dict[str, object | None] = {"port": port, "enabled": enabled}
    wanted = {name: value for name, value in said.items() if value is not None}
    return settings.model_copy(update={"web": settings.web.model_copy(update=wanted)})


def reader(settings: Settings) -> Catalog:
    """The wording for the person at the terminal: the setting, else what the terminal itself is set to."""
    chosen = "language" in settings.model_fields_set
    return catalogs().of(settings.language if chosen else terminal_language(os.environ))


def terminal_language(environment: Mapping[str, str]) -> str:
    """The language of messages as POSIX says it: the first of LC_ALL, LC_MESSAGES and LANG that is set. English where
    we do not speak it."""
    said = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "en")
    return catalogs().of(said.partition(".")[0]).language


PRIVATE = (
    'only public addresses on the ports 80 and 443 are read; a host of your own: allow_hosts = ["…"] under [fetch]'
)
"""What an operator can do about an address that is not allowed; elsewhere nothing more is said of it."""


@contextmanager
def one_line_errors(session: Session) -> Iterator[None]:
    """What goes wrong is said in one line on standard error, without a traceback, and ends with exit code 1."""
    try:
        yield
    except AddressNotAllowed as error:
        fail(session, f"{error} ({PRIVATE})")
    except ChokanError as error:
        fail(session, str(error))
    except BrokenPipeError:
        # The reader of our output went away (`chokan latest | head`): not our error, and nothing to say it on.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def fail(session: Session, text: str) -> None:
    """Say what is wrong and end with 1."""
    for line in text.splitlines():
        session.errors.print(f"chokan: {line}", style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)


def run(session: Session, work: Coroutine[Any, Any, int | None]) -> None:
    """Run a verb's coroutine; what it returns is the exit code."""
    with one_line_errors(session):
        code = asyncio.run(work)
        if code:
            raise typer.Exit(code)


def print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


Made = Callable[[Workers], AsyncIterator[str | ChokanError]]


async def print_stream(session: Session, made: Made) -> int:
    """Print lines as they are made, on every core; what went wrong with one goes to standard error. The exit code."""
    failed = 0
    workers = Workers(processes=os.cpu_count() or 1, memory=THINKING_MEMORY)
    try:
        async for line in made(workers):
            if isinstance(line, ChokanError):
                failed += 1
                session.errors.print(f"chokan: {line}", style="red", markup=False, highlight=False, soft_wrap=True)
            else:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    finally:
        await workers.close()
    return 1 if failed else 0
