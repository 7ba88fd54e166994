"""A secret leaves in no form it can have: by what it is, where it stands in an address, or how it looks."""

from __future__ import annotations

import json
import logging
import sys
from datetime import date
from urllib.parse import quote

import pytest
from builders import CATALOGS

from bot.cli_base import secrets_of
from bot.shelf import Shelf, suggestions
from bot.telemetry import event, set_up_logging
from bot.terminal import finding_form
from config.settings import SECRETS, load_settings
from digests.errors import AddressNotAllowed, BadUrl, NotAFeed, StoreError
from digests.model import Destination, Feed
from digests.ports import Finding
from digests.redact import redacted
from digests.urls import web_url

# What must not be seen stands between the marks.
LEAKS = (
    "https://⟪reader:hunter2⟫@news.example/feed",
    "https://⟪reader:hun@ter2⟫@news.example/feed",
    "ftp://⟪token⟫@news.example/",
    "postgresql+psycopg://⟪chokan:s3cr%40t⟫@db.example:5432/chokan?sslmode=require",
    "postgresql://db.example/chokan?sslpassword=⟪hunter2⟫&x=1",
    "https://news.example/feed?user=7&access_token=⟪abc.def⟫&page=2",
    "https://news.example/feed?apikey=⟪abc⟫",
    "https://news.example/feed?api_key=⟪abc⟫#top",
    "https://news.example/feed?X-Amz-Signature=⟪0a1b⟫&X-Amz-Date=2026",
    "https://news.example/feed?key=⟪abc⟫",
    "https://news.example/feed?private_key=⟪abc⟫;x=1",
    "https://news.example/feed?auth=⟪abc⟫",
    "GET /feed?password=⟪hunter2⟫ HTTP/1.1",
    "https://discord.com/⟪api/webhooks/12/tokentoken⟫",
    "https://canary.discord.com/⟪api/v10/webhooks/12/tokentoken/messages/@original⟫",
    "POST /api/v10/webhooks/12/⟪aW50ZXJhY3Rpb246⟫/messages",
    "https://discordapp.com/⟪api/interactions/1/tokentoken/callback⟫",
    "https://hooks.slack.com/⟪commands/T1/2/abc⟫",
    "https://hooks.slack-gov.com/⟪services/T1/B1/abc⟫",
    "wss://wss-primary.slack.com/link/?ticket=⟪1a2b-3c⟫&app_id=7",
    "token ⟪xoxb-1234567890-abcdef⟫ refused",
    "⟪xoxe.xoxp-1-Mi0xLWFi⟫",
    "⟪xapp-1-A01-2-abcdef⟫",
    "⟪MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz012345⟫",
    "Incorrect API key provided: ⟪sk-proj-abcdefghijklmnop⟫.",
    "⟪ghp_abcdefghijklmnopqrstuvwxyz⟫",
    "⟪AKIAABCDEFGHIJKLMNOP⟫",
    "⟪eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl⟫",
    "X-Slack-Signature: ⟪v0=" + "a1" * 32 + "⟫",
    "Authorization: Bearer ⟪abcdefgh12345⟫",
    "{'Authorization': 'Bot ⟪abcdefghijkl⟫'}",
    "Set-Cookie: ⟪session=abcdefghij⟫",
    "http://hooks.slack.com:443/⟪services/T1/B1/abc⟫",
    "see discord.com/⟪api/webhooks/1/tokentoken⟫",
    "//⟪reader:hunter2⟫@news.example/",
    "log in as ⟪reader:hunter2⟫@news.example today",
    "https://news.example/feed#access_token=⟪abcdef⟫",
    "https://news.example/feed?token%5B%5D=⟪abcdef⟫&x=1",
    "https://news.example/feed?rsskey=⟪abcdef⟫",
    "DISCORD_TOKEN=⟪a.b.c⟫ SLACK=x",
    "SLACK_SIGNING_SECRET='⟪8f742231b10e⟫'",
    '{"user": "me", "password": "⟪hunter2⟫"}',
    "{'access_token': '⟪abcdef⟫'}",
    'connection failed: user "me", password "⟪hunter2⟫"',
    "host=db user=me password=⟪hunter2⟫ dbname=chokan",
    "X-Api-Key: ⟪abcdef12⟫",
    "⟪mfa.abcdefghijklmnopqrstuvwxyz0123456789⟫",
    "⟪glpat-abcdefghijklmnop1234⟫",
    "⟪sk_live_abcdefghijklmnop⟫",
    "⟪npm_abcdefghijklmnopqrstuvwxyz⟫",
    "⟪123456789:AAabcdefghijklmnopqrstuvwxyz0123456⟫ said no",
    "⟪SG.abcdefghijklmnop.abcdefghijklmnopqrstuv⟫",
    "⟪hf_abcdefghijklmnopqrstuvwx⟫",
    "⟪ASIAABCDEFGHIJKLMNOP⟫",
    "⟪xwfp-1-abcdefghij⟫",
    "⟪-----BEGIN PGP PRIVATE KEY BLOCK-----\nlQdG\n-----END PGP PRIVATE KEY BLOCK-----⟫",
    "⟪-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----⟫",
)
HARMLESS = (
    "https://news.example/article?keyword=tokens&page=2&author=me#part",
    "https://news.example/@user/7",
    "me@news.example wrote to the Bearer of the note",
    "discord:123456789012345678",
    "https://discord.com/channels/1/2/3",
    "2026-02-13T22:00:00+00:00 info feed.polled feed=https://news.example/feed status=304 took=0.21",
    "朝刊 https://例え.jp/記事?番号=7",
    "sqlite:///chokan.db",
    "chokan resume news-example-jp-3f2a",
    "discord.posted key=morning-20260213-0700-0 channel=100",
    "model.answered tokens_in=1200 tokens_out=350",
    "DISCORD_TOKEN: the token was refused; set it in .env",
    "the password: nobody knows it",
    "mailto:editor@news.example",
    "at 07:30:15 me@news.example said so",
    "//news.example/a/b@2x.png",
    "the word secret = a thing untold",
)


def marked(leak: str) -> tuple[str, str]:
    """The text as it would be written, and the secret in it."""
    before, _, rest = leak.partition("⟪")
    secret, _, after = rest.partition("⟫")
    return before + secret + after, secret


def fails(text: str) -> None:
    raise ValueError(text) from OSError(text)


@pytest.mark.parametrize("leak", LEAKS)
def test_what_looks_like_a_secret_is_cut(leak: str) -> None:
    text, secret = marked(leak)
    assert secret not in redacted(text)
    assert redacted(text) == leak.replace(f"⟪{secret}⟫", "…")
    assert redacted(redacted(text)) == redacted(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("leak", LEAKS)
def test_no_log_line_has_it(leak: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    text, secret = marked(leak)
    set_up_logging("debug", "json" if form == "json" else "text", ())
    log = logging.getLogger("chokan.test")
    event(log, "x.done", url=text, error=text)
    log.warning("x.failed error=%s", text)
    try:
        fails(text)
    except ValueError:
        log.exception("x.crashed")
    assert secret.split("\n")[0] not in capsys.readouterr().err


def test_every_secret_setting_is_known_to_the_log_in_each_of_its_forms(capsys: pytest.CaptureFixture[str]) -> None:
    canaries = {name: f"canary/{name.lower()}+{number}" for number, name in enumerate(SECRETS)}
    dsn = "postgresql://chokan:canary%2Fdsn@127.0.0.1/chokan"
    known = secrets_of(load_settings({**canaries, "DATABASE_URL": dsn}))
    assert {*canaries.values(), "canary/dsn", "canary%2Fdsn"} <= set(known)
    set_up_logging("info", "text", known)
    for secret in known:
        logging.getLogger("chokan").error("a=%s b=%s c=%r", secret, quote(secret, safe=""), secret)
    assert "canary" not in capsys.readouterr().err


def test_a_crash_nobody_caught_is_logged_without_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("info", "text", ("canary-token",))
    try:
        fails("xoxb-1234567890-abc canary-token")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "canary" not in said
    assert "xoxb" not in said


@pytest.mark.parametrize(
    "text",
    [
        "a\n2026-01-01 error forged",
        "a\r\nb",
        "a\u2028b",
        "a\x85b",
        "a\x1b[2Jb",
        "a\x9b31mb",
        "a\x1b]0;t\x07b",
        "\x08\x7f",
        "\u202eb",
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_strangers_say_can_begin_no_line_and_steer_no_terminal(
    text: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "json" if form == "json" else "text", ())
    log = logging.getLogger("chokan.test")
    event(log, "feed.polled", title=text)
    log.info("said %s", text)
    try:
        fails(text)
    except ValueError:
        log.exception("crashed")
    lines = capsys.readouterr().err.split("\n")
    assert all(not line or line.startswith(("2", "{", "  ")) for line in lines)
    assert all(char.isprintable() for line in lines for char in line)
    if form == "json":
        assert [json.loads(line)["level"] for line in lines if line] == ["info", "info", "error"]


ADDRESS = "https://news.example/feed?token=hunter2"


@pytest.mark.parametrize(
    "error", [AddressNotAllowed(ADDRESS), BadUrl(ADDRESS, "odd"), NotAFeed(ADDRESS), StoreError(f"{ADDRESS} failed")]
)
def test_no_error_text_has_it(error: Exception) -> None:
    assert "hunter2" not in f"{error} {error!s}"
    assert "news.example" in str(error)


def test_check_can_be_pasted_anywhere() -> None:
    told = finding_form(
        Finding(subject=ADDRESS, ok=False, text=f"{ADDRESS} is gone", fix=f"chokan feeds remove {ADDRESS}")
    )
    assert "hunter2" not in json.dumps(told)


def test_suggestions_show_members_no_token_and_still_mean_the_feed() -> None:
    shelf = Shelf(feeds=(Feed(url=ADDRESS),))
    (found,) = suggestions(shelf, "feed", "", CATALOGS.of("en"), Destination(platform="discord", channel="1"), _today())
    assert (found.label, found.value) == ("news.example", "https://news.example/feed?token=")
    assert ADDRESS.startswith(found.value)


def _today() -> date:
    return date(2026, 2, 14)


@pytest.mark.parametrize("url", ["https://reader:hunter2@news.example/1", "https://bank.example@evil.example/"])
def test_an_address_with_a_user_name_links_nowhere(url: str) -> None:
    assert web_url(url) is None
