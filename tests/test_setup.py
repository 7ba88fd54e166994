"""The setup wizard: one flow at the terminal and in a browser; what was answered is kept, tokens are never shown."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from aiohttp import ClientSession, CookieJar
from loopback import serving
from lxml.html import document_fromstring
from newsstand import NewsStand

from bot.app import reading
from bot.app_web import setup_pages
from bot.invitations import application_of, discord_invite, slack_manifest
from bot.sample import sample_articles
from bot.wizard import DRAFT, Draft, Files, Wizard, Wrong, configured, explained
from bot.workers import Workers
from config.catalogs import locales
from config.settings import load_settings
from digests.catalog import Catalogs
from digests.errors import AddressNotAllowed

ROOT = Path(__file__).resolve().parent.parent
WORDS = Catalogs(locales())
DISCORD = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDE.abcdefghijklmnopqrstuvwxyz0123456789AB"
BOT, APP = "xoxb-123456789012-abcdefghij", "xapp-1-A012345-6789-abcdef"
CHANNEL = "234567890123456789"
KEY = "the key that was printed"


@asynccontextmanager
async def wizard(folder: Path, *, host: str = "", draft: Draft | None = None) -> AsyncIterator[Wizard]:
    file = folder / "allow.toml"
    file.write_text(f'[fetch]\nspacing = 0\nallow_hosts = ["{host}"]\n' if host else "", encoding="utf-8")
    files = Files(folder=folder, config=folder / "chokan.toml", check=readable)
    thinking = Workers(processes=1)
    try:
        async with reading(load_settings({}, file)) as desk:
            yield Wizard(desk, thinking, WORDS, files, draft=draft or Draft(), known={})
    finally:
        await thinking.close()


def readable(path: Path) -> None:
    load_settings({}, path)


def written(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "chokan.toml").read_text(encoding="utf-8"))


READY = Draft(feed="https://a.example/feed", title="A", platform="discord", channel=CHANNEL, zone="Asia/Tokyo")


# --- the flow --------------------------------------------------------------------------------------------------------


async def test_a_site_becomes_a_feed_a_preview_and_a_configuration_that_can_be_read(tmp_path: Path) -> None:
    stand = NewsStand.dealt(list(sample_articles("ja")))
    async with serving(stand.application()) as base:
        stand.settle(base)
        stand.publish(3)
        async with wizard(tmp_path, host=urlsplit(base).netloc) as flow:
            flow.settle(language="ja", zone="Asia/Tokyo", at="7:30")
            digests = await flow.find(stand.sites[0].feed_url)
            assert [[section.number for section in digest.sections] for digest in digests] == [[1, 2, 3, 4]] * 2
            assert flow.draft.step == "place"
            flow.hold({"DISCORD_TOKEN": f" {DISCORD} "})
            flow.place("discord", f"https://discord.com/channels/1/{CHANNEL}")
            assert flow.missing() == ()
            assert flow.finish() == tmp_path / "chokan.toml"
    settings = load_settings({}, tmp_path / "chokan.toml")
    (feed,), (order,) = settings.feeds, settings.subscriptions
    assert (feed.url, order.feeds, order.destination) == (
        stand.sites[0].feed_url,
        (stand.sites[0].feed_url,),
        f"discord:{CHANNEL}",
    )
    assert (f"{order.at:%H:%M}", order.zone, order.language, settings.language) == ("07:30", "Asia/Tokyo", "ja", "ja")
    assert not (tmp_path / DRAFT).exists()


async def test_a_private_address_is_refused_as_everywhere(tmp_path: Path) -> None:
    async with wizard(tmp_path) as flow:
        for address in ("http://127.0.0.1:9/feed", "http://169.254.169.254/", "localhost:8470"):
            with pytest.raises(AddressNotAllowed):
                await flow.find(address)


async def test_what_was_answered_outlives_a_stop(tmp_path: Path) -> None:
    async with wizard(tmp_path, draft=READY) as flow:
        flow.settle(at="06:15")
        flow.hold({"SLACK_BOT_TOKEN": BOT})
    async with wizard(tmp_path) as again:
        assert (again.draft.at, again.draft.feed, again.draft.step) == ("06:15", READY.feed, "ready")
    assert BOT not in (tmp_path / DRAFT).read_text(encoding="utf-8")


async def test_tokens_go_into_a_file_only_its_owner_reads_beside_what_stood_there(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# mine\nDISCORD_TOKEN=old\nOTHER=1\n", encoding="utf-8")
    async with wizard(tmp_path, draft=READY) as flow:
        flow.hold({"DISCORD_TOKEN": DISCORD, "SLACK_BOT_TOKEN": "", "PATH": "/nowhere"})
    env = tmp_path / ".env"
    assert env.read_text(encoding="utf-8") == f"# mine\nOTHER=1\nDISCORD_TOKEN={DISCORD}\n"
    assert env.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("token", "name"),
    [
        ("password", "DISCORD_TOKEN"),
        (f"{DISCORD}\nX=1", "DISCORD_TOKEN"),
        (APP, "SLACK_BOT_TOKEN"),
        (BOT, "SLACK_APP_TOKEN"),
    ],
)
async def test_what_is_no_token_is_refused_without_saying_it_again(tmp_path: Path, token: str, name: str) -> None:
    async with wizard(tmp_path, draft=READY) as flow:
        with pytest.raises(Wrong) as refused:
            flow.hold({name: token})
    for language in WORDS.languages:
        assert token not in explained(refused.value, WORDS.of(language))
    assert not (tmp_path / ".env").exists()


@pytest.mark.parametrize(
    ("platform", "said", "channel"),
    [
        ("discord", f" {CHANNEL} ", CHANNEL),
        ("slack", "C0123456789", "C0123456789"),
        ("slack", "https://team.slack.com/archives/C0123456789", "C0123456789"),
        ("slack", "https://app.slack.com/client/T01234567/C0123456789", "C0123456789"),
        ("console", "anything", ""),
        ("discord", "#general", None),
        ("slack", "general", None),
        ("telegram", "1", None),
    ],
)
async def test_a_channel_is_known_by_number_id_or_address(
    tmp_path: Path, platform: str, said: str, channel: str | None
) -> None:
    async with wizard(tmp_path, draft=READY) as flow:
        if channel is None:
            with pytest.raises(Wrong):
                flow.place(platform, said)
        else:
            flow.place(platform, said)
            assert flow.draft.channel == channel


def test_an_existing_configuration_stays_as_it_is_and_grows() -> None:
    old = '# ours\nlanguage = "ja"\n\n[[feeds]]\nurl = "https://a.example/feed"\n\n[[subscriptions]]\nid = "morning"\n'
    old += 'destination = "console"\n\n[web]\nport = 9000\n'
    new = configured(old, READY)
    assert new.startswith(old)
    tables = tomllib.loads(new)
    assert [feed["url"] for feed in tables["feeds"]] == [READY.feed]
    assert [order["id"] for order in tables["subscriptions"]] == ["morning", "morning-2"]
    assert tables["web"] == {"port": 9000}


def test_an_address_with_odd_signs_is_written_so_that_it_is_read_back() -> None:
    odd = 'https://a.example/"\\\x7f\n]/日本?q=#'
    assert tomllib.loads(configured("", Draft(feed=odd, platform="console")))["feeds"][0]["url"] == odd


async def test_a_configuration_that_would_be_wrong_is_not_written(tmp_path: Path) -> None:
    (tmp_path / "chokan.toml").write_text("languag = 'ja'\n", encoding="utf-8")
    async with wizard(tmp_path, draft=READY) as flow:
        with pytest.raises(Exception, match="languag"):
            flow.finish()
    assert (tmp_path / "chokan.toml").read_text(encoding="utf-8") == "languag = 'ja'\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["allow.toml", "chokan.toml"]


# --- invitations -----------------------------------------------------------------------------------------------------


def test_the_invite_link_asks_for_what_is_needed_and_nothing_else() -> None:
    application = application_of(DISCORD)
    assert application == "123456789012345678"
    link = urlsplit(discord_invite(application))
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    allowed = {name for name, given in discord.Permissions(int(asked["permissions"])) if given}
    assert allowed == {
        "read_messages",
        "send_messages",
        "create_public_threads",
        "send_messages_in_threads",
        "read_message_history",
    }
    assert (link.hostname, asked["client_id"], asked["scope"]) == (
        "discord.com",
        application,
        "bot applications.commands",
    )


@pytest.mark.parametrize("token", ["", "x", "äöü.a.b", "AAAA.b.c", "MTIz"])
def test_what_is_no_discord_token_names_no_application(token: str) -> None:
    assert application_of(token) is None


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_manifest_keeps_slacks_limits_and_has_every_command(language: str) -> None:
    made = json.loads(slack_manifest(WORDS, language))
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", made["features"]["bot_user"]["display_name"])
    shown, features = made["display_information"], made["features"]
    assert (len(shown["name"]) <= 35, len(shown["description"]) <= 140) == (True, True)
    assert [command["command"] for command in features["slash_commands"]] == ["/digest", "/digest-admin"]
    assert all(len(command["description"]) <= 2000 and "url" not in command for command in features["slash_commands"])
    assert [shortcut["type"] for shortcut in features["shortcuts"]] == ["global", "message"]
    assert all(len(shortcut["name"]) <= 24 and shortcut["callback_id"] for shortcut in features["shortcuts"])
    assert features["app_home"]["home_tab_enabled"] is True
    assert made["settings"]["socket_mode_enabled"] is True
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_mention", "app_home_opened"]}
    scopes = made["oauth_config"]["scopes"]["bot"]
    assert {"chat:write", "commands", "app_mentions:read", "users:read", "channels:history"} <= set(scopes)
    assert not [scope for scope in scopes if "admin" in scope or scope.startswith("files")]


def test_over_http_every_request_has_its_address() -> None:
    made = json.loads(slack_manifest(WORDS, "en", url="https://bot.example/"))
    where = "https://bot.example/slack/events"
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == where
    assert made["settings"]["interactivity"]["request_url"] == where
    assert {command["url"] for command in made["features"]["slash_commands"]} == {where}


# --- in a browser ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def browsing(flow: Wizard) -> AsyncIterator[tuple[ClientSession, str, Any]]:
    app, pages = setup_pages(flow, "http://127.0.0.1", KEY, "en")
    async with serving(app) as url, ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session, url, pages


async def test_the_wizard_opens_only_to_the_key_and_leads_through(tmp_path: Path) -> None:
    async with (
        wizard(tmp_path, draft=Draft(feed=READY.feed, title="A site")) as flow,
        browsing(flow) as (me, url, pages),
    ):
        for closed in ("/setup", "/setup?key=wrong", "/"):
            assert (await me.get(url + closed)).status == 403
        entered = await me.get(f"{url}/setup?key={KEY}")
        assert (entered.status, entered.url.query_string, "noindex" in entered.headers["X-Robots-Tag"]) == (
            200,
            "",
            True,
        )
        page = document_fromstring(await entered.text())
        fields = {field.get("name"): field.get("value") for field in page.xpath("(//form)[1]//input[@type='hidden']")}
        answer = {**fields, "platform": "discord", "channel": "general", "DISCORD_TOKEN": DISCORD}
        refused = await me.post(f"{url}/setup", data=answer)
        text = await refused.text()
        assert (refused.status, "Copy Channel ID" in text, DISCORD in text) == (422, True, False)
        taken = await (await me.post(f"{url}/setup", data={**answer, "channel": CHANNEL, "DISCORD_TOKEN": ""})).text()
        assert "client_id=123456789012345678" in taken
        assert DISCORD not in taken
        assert (await me.post(f"{url}/setup", data={**fields, "step": "write", "form": "x"})).status == 403
        assert not pages.done.is_set()
        done = await (await me.post(f"{url}/setup", data={**fields, "step": "write"})).text()
        assert ("chokan.toml" in done, pages.done.is_set()) == (True, True)
    assert written(tmp_path)["subscriptions"][0]["destination"] == f"discord:{CHANNEL}"
    assert f"DISCORD_TOKEN={DISCORD}" in (tmp_path / ".env").read_text(encoding="utf-8")


# --- at the terminal -------------------------------------------------------------------------------------------------


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "TERM": "dumb", "COLUMNS": "300", "TZ": "Asia/Tokyo"}


def test_where_nobody_can_be_asked_the_missing_option_is_named(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bot", "setup"]
    said = subprocess.run(
        command, cwd=tmp_path, env=environment(), stdin=subprocess.DEVNULL, capture_output=True, timeout=120
    )
    assert (said.returncode, b"--site is missing" in said.stderr, said.stdout) == (1, True, b"")


async def test_stopping_at_the_terminal_keeps_the_answers(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "setup",
        cwd=tmp_path,
        env=environment(),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        said = await until(ours, "(ja, en)")
        os.write(ours, b"en\n")
        said += await until(ours, "Time zone")
        os.write(ours, b"Europe/Paris\n")
        await until(ours, "Time of the edition")
        os.write(ours, b"25:00\n")
        said = await until(ours, "not a time of day")
        os.write(ours, b"06:30\n")
        await until(ours, "Address of a site")
        child.send_signal(signal.SIGINT)
        said = await until(ours, "Your answers are kept")
        assert "Traceback" not in said
        assert await asyncio.wait_for(child.wait(), 20) == 130
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
        os.close(ours)
    kept = json.loads((tmp_path / DRAFT).read_text(encoding="utf-8"))
    assert (kept["language"], kept["zone"], kept["at"]) == ("en", "Europe/Paris", "06:30")


async def until(terminal: int, words: str) -> str:
    """What the terminal shows until these words come; gives up after half a minute."""
    said = ""
    async with asyncio.timeout(120):
        while words not in said:
            try:
                said += (await asyncio.to_thread(os.read, terminal, 4096)).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"the terminal closed without saying {words!r}: {said}") from None
    return said
