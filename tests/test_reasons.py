"""Every reason a feed can fail for has words in every language, and what is stored is recognised with its facts."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import discord
import pytest
from builders import CATALOGS
from slack_sdk.errors import SlackApiError

from bot.discord_errors import translated as discord_translated
from bot.slack_errors import translated as slack_translated
from digests.errors import AddressNotAllowed, HostResting, NotAFeed, TooLarge
from digests.feeds import parse_feed
from digests.polling import _REASONS
from digests.reasons import BY_ADMIN, reason_in

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    *("bot/body.py", "bot/fetch.py", "bot/poll.py", "bot/workers.py", "digests/errors.py", "digests/jsonfeed.py"),
    *("digests/targets.py", "digests/xmlfeed.py"),
)
RAISED = {
    *("BadEncoding", "BadUrl", "ConnectFailed", "FetchError", "FetchTimeout", "NotAFeed", "TooManyRedirects"),
    *("WorkerFailed", "WorkerLost"),
}
JA = CATALOGS.of("ja")


def slack_refusal(code: str) -> SlackApiError:
    return SlackApiError("refused", {"ok": False, "error": code})  # type: ignore[no-untyped-call]  # the library left it untyped


def reasons() -> Iterator[str]:
    """What the code says in these errors, with 7 for every fact."""
    for name in FILES:
        for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                yield from filter(None, (one for part in node.args[-1:] for one in said(part)))
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "__init__"
                and name.endswith("errors.py")
            ):
                yield from filter(None, (one for part in node.args[2:3] for one in said(part)))


def said(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return said(node.body) + said(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in parts)]


REASONS = sorted({reason for reason in reasons() if reason != "7: 7"})


@pytest.mark.parametrize("reason", REASONS)
def test_what_an_error_says_is_said_in_japanese(reason: str) -> None:
    stored = reason if reason.startswith("7: ") else f"https://a.example/f: {reason}"
    assert reason_in(JA, stored) != stored
    assert reason_in(CATALOGS.of("en"), stored) == stored


def test_the_reasons_are_found() -> None:
    assert len(REASONS) > 35


@pytest.mark.parametrize("status", [*_REASONS, 500])
def test_statuses_keep_their_number(status: int) -> None:
    stored = f"https://a.example/f: {_REASONS.get(status, 'the site could not answer')} ({status})"
    found = reason_in(JA, stored)
    assert found.startswith("https://a.example/f: ")
    assert found.endswith(f"（{status}）")


@pytest.mark.parametrize("body", [b"", b"<html>", b"<opml/>", b"{}", b"{", b"[1]", b"plain words", b"<a/>"])
def test_what_is_no_feed_is_said_in_japanese(body: bytes) -> None:
    with pytest.raises(NotAFeed) as caught:
        parse_feed(body, url="https://a.example/f")
    assert reason_in(JA, str(caught.value)) != str(caught.value)


def test_facts_stay_and_what_is_unknown_stays_as_it_is() -> None:
    resting = HostResting("https://a.example/", datetime(2026, 2, 13, 7, tzinfo=UTC))
    assert (
        reason_in(JA, str(TooLarge("https://a.example/", 5 << 20)))
        == "https://a.example/: 5120 KiB を超えているため読みません"
    )
    assert "2026-02-13 07:00 UTC" in reason_in(JA, str(resting))
    assert reason_in(JA, str(AddressNotAllowed("https://a.example/"))).endswith("許可されていません")
    assert reason_in(JA, "parse: took longer than 15 s and was stopped") == "15 秒を超えたため打ち切りました"
    assert reason_in(JA, "100 entries left out: broken, or beyond the first 500").startswith("100 件")
    assert [reason_in(JA, text) for text in ("what an older version said", "", None)] == [
        "what an older version said",
        "–",
        "–",
    ]


def test_a_pause_by_hand_is_told_in_everybodys_language() -> None:
    assert [reason_in(CATALOGS.of(language), BY_ADMIN) for language in ("en", "ja")] == [BY_ADMIN, "管理者の操作"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (slack_translated(slack_refusal("not_in_channel"), "slack:C1", "SLACK_BOT_TOKEN"), "/invite @Chokan で招待"),
        (slack_translated(slack_refusal("is_archived"), "slack:C1", "SLACK_BOT_TOKEN"), "アーカイブされています"),
        (discord_translated(discord.LoginFailure(), "5", "View Channel"), "DISCORD_TOKENが正しくない"),
        ("the subscription was removed", "購読が解除されています"),
    ],
)
def test_why_a_message_waits_is_said_in_the_readers_language(error: object, said: str) -> None:
    assert said in reason_in(JA, str(error))


def test_an_address_that_stands_beside_a_reason_is_not_said_again() -> None:
    url = "https://a.example/feed?token=s3cr3t-and-long-enough"
    said = str(AddressNotAllowed(url))
    assert reason_in(CATALOGS.of("en"), said, url) == "address not allowed"
    assert reason_in(JA, said, url) == JA("reason.address")
    assert "https://a.example/" in reason_in(JA, said)
