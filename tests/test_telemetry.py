"""A log line is one line, says one thing, and never a secret."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Literal

import pytest

from bot.schedule import Alarm
from bot.telemetry import current_unit, event, set_up_logging, unit


@pytest.fixture
def logger() -> logging.Logger:
    return logging.getLogger("chokan.test")


def test_an_event_is_key_value(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    set_up_logging("info", "text", ())
    event(logger, "feed.polled", feed="https://a.example/feed", status=304, error=None)
    assert capsys.readouterr().err.split(" ", 1)[1] == "info feed.polled feed=https://a.example/feed status=304\n"


def test_an_event_is_json(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    set_up_logging("info", "json", ())
    event(logger, "feed.polled", title="朝刊")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["title"]) == ("feed.polled", "info", "朝刊")


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_never_appears_whoever_logs_it(
    capsys: pytest.CaptureFixture[str], logger: logging.Logger, form: str
) -> None:
    set_up_logging("info", "json" if form == "json" else "text", ("hunter2hunter2",))
    try:
        int("hunter2hunter2")
    except ValueError:
        logger.exception("failed with %s", "hunter2hunter2")
    event(logger, "x", token="hunter2hunter2")
    assert "hunter2" not in capsys.readouterr().err


def test_feed_text_cannot_forge_a_line(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    set_up_logging("info", "text", ())
    event(logger, "feed.polled", title="a\n2026-01-01 error forged\x1b[31m")
    assert capsys.readouterr().err.count("\n") == 1


def ids(logged: str) -> list[str]:
    return [line.rpartition(" request=")[2] for line in logged.splitlines()]


@pytest.mark.parametrize("form", ["text", "json"])
def test_each_line_of_a_unit_bears_its_id(
    capsys: pytest.CaptureFixture[str], logger: logging.Logger, form: Literal["text", "json"]
) -> None:
    set_up_logging("info", form, ())
    with unit() as name:
        event(logger, "feed.polled", feed="a")
        logger.warning("library line")
    event(logger, "outside")
    first, second, outside = capsys.readouterr().err.splitlines()
    assert re.fullmatch(r"[0-9a-f]{8}", name)
    assert (name in first, name in second, "request" in outside) == (True, True, False)


async def test_what_a_unit_sets_off_bears_its_id_and_a_number(
    capsys: pytest.CaptureFixture[str], logger: logging.Logger
) -> None:
    set_up_logging("info", "text", ())

    async def feed() -> None:
        with unit():
            event(logger, "feed.polled")
            await asyncio.to_thread(event, logger, "in.thread")

    with unit("round-7"):
        await asyncio.gather(asyncio.create_task(feed()), asyncio.create_task(feed()))
        event(logger, "round.done")
    found = ids(capsys.readouterr().err)
    assert sorted(found) == ["round-7", "round-7.1", "round-7.1", "round-7.2", "round-7.2"]
    assert current_unit() is None


@pytest.mark.parametrize("given", ["", "a b", "a\nb", "a" * 65, "é", "-x", "a;b", "<b>", "%0a"])
def test_an_id_from_outside_that_could_forge_something_is_not_taken(given: str) -> None:
    with unit(given) as name:
        assert re.fullmatch(r"[0-9a-f]{8}", name)


async def test_jobs_and_their_units_have_ids(capsys: pytest.CaptureFixture[str], logger: logging.Logger) -> None:
    set_up_logging("info", "text", ())
    alarm, done = Alarm(), asyncio.Event()

    async def job() -> None:
        event(logger, "job.here")
        done.set()

    alarm.every(60, "job", job)
    alarm.start()
    await asyncio.wait_for(done.wait(), 10)
    await alarm.stop()
    assert re.fullmatch(r"[0-9a-f]{8}", ids(capsys.readouterr().err)[0])
