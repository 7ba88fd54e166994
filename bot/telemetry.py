"""Log lines: one wide event for each finished unit of work, as key=value or JSON. Secrets never: those we know and
those that look like one are cut."""

from __future__ import annotations

import json
import logging
import re
import secrets
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from types import TracebackType
from typing import Any, Literal
from urllib.parse import quote

from digests.redact import CUT, redacted

_FIELDS = "chokan_fields"
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_unit: ContextVar[_Unit | None] = ContextVar("unit", default=None)


@dataclass(frozen=True, slots=True)
class _Unit:
    id: str
    children: Iterator[int]


@contextmanager
def unit(given: str | None = None) -> Iterator[str]:
    """One unit of work: a poll, an interaction, a web request. Every line logged inside, by tasks and threads it starts
    as well, bears its id as `request=…`. A unit inside another has that one's id and a number, so that searching for
    the outer finds all. `given`: an id from outside, taken where nothing in it could forge a line."""
    around = _unit.get()
    if given is not None and _SAFE.fullmatch(given):
        name = given
    elif around is not None:
        name = f"{around.id}.{next(around.children)}"
    else:
        name = secrets.token_hex(4)
    token = _unit.set(_Unit(name, count(1)))
    try:
        yield name
    finally:
        _unit.reset(token)


def current_unit() -> str | None:
    """The id of the unit of work this is called in."""
    here = _unit.get()
    return here.id if here else None


def event(logger: logging.Logger, name: str, *, level: int = logging.INFO, **fields: object) -> None:
    """One finished unit of work: `feed.polled feed=… status=304`. Fields that are None are left out."""
    present = {key: value for key, value in fields.items() if value is not None}
    logger.log(level, name, extra={_FIELDS: present})


class _Listener(logging.Handler):
    """Hands every event of ours on as name, level and fields."""

    def __init__(self, hear: Hear) -> None:
        super().__init__()
        self.hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self.hear(record.getMessage().split(" ")[0], record.levelno, getattr(record, _FIELDS, {}))


Hear = Callable[[str, int, Mapping[str, object]], None]
"""Told the name of an event, its level and its fields."""


@contextmanager
def heard(hear: Hear) -> Iterator[None]:
    """Tell `hear` of every event while the block runs: metrics are the same events counted."""
    listener = _Listener(hear)
    ours = logging.getLogger("chokan")
    before = ours.level
    ours.addHandler(listener)
    ours.setLevel(min(logging.INFO, ours.getEffectiveLevel()))  # what is not written is counted all the same
    try:
        yield
    finally:
        ours.setLevel(before)
        ours.removeHandler(listener)


def set_up_logging(level: str, form: Literal["text", "json"], secrets: Collection[str]) -> None:
    """Log to standard error. `secrets` never appear, whoever logs them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter(secrets) if form == "json" else _TextFormatter(secrets))
    sys.excepthook = _crashed
    root = logging.getLogger()
    handler.setLevel(level.upper())
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("chokan").setLevel(level.upper())


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught is logged like everything else, so that the secrets in it are cut."""
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger("chokan").critical("crashed", exc_info=(kind, error, trace))


class _Formatter(logging.Formatter, ABC):
    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__()
        forms = {form for secret in secrets if len(secret) >= 4 for form in (secret, quote(secret, safe=""))}
        self.secrets = sorted(forms, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        here = current_unit()
        fields = {**getattr(record, _FIELDS, {}), **({"request": here} if here else {})}
        line = self.line(record, fields)
        for secret in self.secrets:
            line = line.replace(secret, CUT)
        return redacted(line)

    @abstractmethod
    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        """The record as one line (a trace may follow it)."""

    @staticmethod
    def moment(record: logging.LogRecord) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class _TextFormatter(_Formatter):
    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        pairs = "".join(f" {key}={_value(value)}" for key, value in fields.items())
        # Indented: what stands in an error's text can begin no line of the log.
        rows = self.formatException(record.exc_info).split("\n") if record.exc_info else ()
        trace = "".join(f"\n  {one_line(row)}" for row in rows)
        return f"{self.moment(record)} {record.levelname.lower()} {one_line(record.getMessage())}{pairs}{trace}"


class _JsonFormatter(_Formatter):
    def line(self, record: logging.LogRecord, fields: dict[str, Any]) -> str:
        trace = {"trace": self.formatException(record.exc_info)} if record.exc_info else {}
        base = {"time": self.moment(record), "level": record.levelname.lower(), "event": record.getMessage()}
        text = json.dumps({**base, **fields, **trace}, ensure_ascii=False, default=str)
        return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


def _value(value: object) -> str:
    text = one_line(str(value))
    return json.dumps(text, ensure_ascii=False) if " " in text or '"' in text or not text else text


def one_line(text: str) -> str:
    """Feed text in a log line cannot forge another line."""
    return "".join(char if char.isprintable() else " " for char in text)
