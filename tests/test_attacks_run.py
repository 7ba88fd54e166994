"""A whole run with every secret set and everything going wrong that can: no secret is in anything it wrote."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession
from builders import CATALOGS
from databases import database
from discord_stand import TEXT, TOKEN, Stand
from llm_stand import Fault
from llm_stand import standing as thinking
from loopback import serving
from poll_house import Site, polled, world_of
from rich.console import Console
from slack_stand import SlackStand
from test_end_to_end import collect, morning, stands

from bot.app import Extras, opened
from bot.app_web import archive
from bot.cli_base import secrets_of
from bot.commands import Request
from bot.delivery import deliver
from bot.doctor import findings
from bot.jobs import digest
from bot.lookups import Lookups
from bot.poll import poll
from bot.telemetry import set_up_logging
from bot.terminal import finding_form, health_text
from bot.web_access import Pulse
from bot.world import World
from config.settings import SECRETS, Settings, load_settings
from digests.model import Destination, Feed
from digests.printed import plain

FEED_KEY = "feedcanary7f3a"
PATHS = (
    "/",
    "/feeds",
    "/editions",
    "/s/discord",
    "/feed.atom",
    "/sitemap.xml",
    "/search?q=canary",
    "/metrics",
    "/readyz",
)
ORIGIN = Destination(platform="discord", channel="100", tenant="500")
CONFIG = """
[log]
level = "debug"

[fetch]
spacing = 0
timeout = 2
allow_hosts = ["{host}"]

[web]
port = 0

[engine]
name = "llm"
embeddings = false
workers = 1

[[engine.models]]
base_url = "{model}"
model = "m"

[[subscriptions]]
id = "discord"
destination = "discord:{channel}"
language = "ja"
public = true

[[subscriptions]]
id = "slack"
destination = "slack:C1"
language = "ja"
"""


def settings_of(folder: Path, database_url: str, feeds: str, model: str, right: dict[str, str]) -> Settings:
    file = folder / "chokan.toml"
    file.write_text(CONFIG.format(host=urlsplit(feeds).netloc, model=model, channel=TEXT), encoding="utf-8")
    canaries = {name: f"canary-{name.lower()}-4d1e9b" for name in SECRETS}
    return load_settings({"DATABASE_URL": database_url, **canaries, **right}, file)


async def everything_asked(world: World, settings: Settings) -> AsyncIterator[str]:
    """What people and machines can read of a running world."""
    answers = Lookups(world)
    for command, options in (
        ("feeds", {}),
        ("list", {}),
        ("check", {}),
        ("why", {}),
        ("subscribe", {"url": f"https://news.example/feed?token={FEED_KEY}"}),
        ("latest", {}),
        ("article", {"url": f"http://user:{FEED_KEY}@127.0.0.1/x"}),
    ):
        request = Request(command=command, options=options, origin=ORIGIN, admin=True)
        yield plain((await answers.answer(request)).message)
    async for finding in findings(world, world.catalogs.of("en")):
        yield json.dumps(finding_form(finding))
    async with archive(world.store, settings, Pulse()) as base, ClientSession() as session:
        for path in PATHS:
            async with session.get(base + path) as answer:
                yield f"{answer.headers}{await answer.text()}"


def bodies(discord: Stand, slack: SlackStand) -> Iterator[str]:
    yield json.dumps(discord.posted, default=str)
    yield json.dumps([kept.body for kept in slack.messages], default=str)


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[World]:
    set_up_logging("debug", settings.log.form, secrets_of(settings))
    async with opened(settings, Console(quiet=True), extras=Extras(platforms=("discord", "slack"))) as world:
        yield world


@pytest.mark.parametrize("tokens", ["right", "wrong"])
async def test_no_secret_is_in_anything_a_run_wrote(
    tokens: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = Fault(status=401, body={"error": {"message": "Incorrect API key provided: canary-llm_api_key-4d1e9b."}})
    read: list[str] = []
    async with (
        database("sqlite", tmp_path) as url,
        stands() as (news, base, discord, slack),
        thinking(refusal) as model,
    ):
        right = {"DISCORD_API_URL": discord.url, "SLACK_API_URL": slack.api_url}
        if tokens == "right":
            right |= {"DISCORD_TOKEN": TOKEN, "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        settings = settings_of(tmp_path, url, base, model.url, right)
        news.publish(2)
        async with running(settings) as world:
            for site in news.sites:
                await world.store.add_feed(Feed(url=site.feed_url, backfill=2, added=world.clock()))
            await collect(world)
            broken = [
                f"{base}/gone?api_key={FEED_KEY}",
                f"http://127.0.0.1:9/f?token={FEED_KEY}",
                f"{base}/s/0/a/0?auth={FEED_KEY}",
            ]
            for address in broken:
                await world.store.add_feed(Feed(url=address, added=world.clock()))
            await poll(world, urls=broken)
            await digest(world)
            await morning(world)
            await deliver(world)
            logging.getLogger("discord.http").warning("429 on %s", "https://discord.com/api/v10/webhooks/1/hooktoken1")
            read += [said async for said in everything_asked(world, settings)]
        read += bodies(discord, slack)
        stored = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*.db*"))
        secrets = secrets_of(settings)
    logged = capsys.readouterr()
    assert len(secrets) >= len(SECRETS)
    assert "canary-llm_api_key-4d1e9b" in str(model.keys)
    assert logged.err.count("\n") > 5
    written = "\n".join((*read, logged.err, logged.out))
    assert [secret for secret in secrets if secret in written or secret in stored] == []
    assert [row for row in written.split("\n") if FEED_KEY in row or "hooktoken1" in row] == []


async def test_what_is_over_a_limit_is_said_in_the_log_and_in_the_list_of_feeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = Site()
    async with serving(site.application()) as site.base:
        site.feed("/many", *(f"e{number}" for number in range(600)))
        site.says("/big", "<rss>" + "x" * (5 << 20), kind="application/rss+xml")
        async with world_of(site, tmp_path) as world:
            set_up_logging("info", "text", ())
            ended = [await polled(world, f"{site.base}/{name}") for name in ("many", "big")]
            told = {one.feed.url[-4:]: health_text(one, CATALOGS.of("en")) for one in await world.store.feeds()}
    logged = capsys.readouterr().err
    assert [one.error is None for one in ended] == [True, False]
    assert "100 entries left out" in logged
    assert "larger than 5120 KiB" in logged
    assert "100 entries left out" in told["many"]
    assert "larger than 5120 KiB" in told["/big"]
