"""A log line is one line, says one thing, and never a secret."""

from __future__ import annotations

import json
import logging

import pytest

from bot.telemetry import event, set_up_logging


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
