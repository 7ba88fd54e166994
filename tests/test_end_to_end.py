"""One article travels all of it: four kinds of feed → digests → editions on a loopback Discord and a loopback Slack,
three mornings, with a restart in the middle. Nothing twice, nothing missing, nothing old."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from databases import BACKENDS, database
from discord_samples import discords_rules
from discord_stand import TEXT, TOKEN, Stand
from discord_stand import stand as standing
from loopback import serving
from newsstand import NewsStand
from rich.console import Console
from slack_stand import SlackStand

from bot.app import Extras, opened
from bot.delivery import deliver
from bot.jobs import digest, publish_slot
from bot.poll import poll
from bot.sample import sample_articles
from bot.world import World
from config.settings import Settings, load_settings
from digests.edition import slot_now

CONFIG = """
[engine]
embeddings = false

[[subscriptions]]
id = "discord"
destination = "discord:{channel}"
zone = "Asia/Tokyo"
language = "ja"

[[subscriptions]]
id = "slack"
destination = "slack:C1"
layout = "inline"
language = "ja"
"""


@asynccontextmanager
async def stands() -> AsyncIterator[tuple[NewsStand, str, Stand, SlackStand]]:
    news = NewsStand.dealt([*sample_articles("ja")[:6], *sample_articles("en")[:6]])
    async with serving(news.application()) as base, standing() as discord, SlackStand() as slack:
        news.settle(base)
        yield news, base, discord, slack


def settings(folder: Path, url: str, base: str, news: NewsStand, discord: Stand, slack: SlackStand) -> Settings:
    file = folder / "chokan.toml"
    feeds = "".join(f'\n[[feeds]]\nurl = "{site.feed_url}"\n' for site in news.sites)
    hosts = f'\n[fetch]\nspacing = 0\nallow_hosts = ["{urlsplit(base).netloc}"]\n'
    file.write_text(CONFIG.format(channel=TEXT) + hosts + feeds, encoding="utf-8")
    environment = {
        "DATABASE_URL": url,
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.url,
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
    }
    return load_settings(environment, file)


async def collect(world: World) -> None:
    feeds = [health.feed.url for health in await world.store.feeds()]
    assert [result.error for result in await poll(world, urls=feeds)] == [None] * 4
    await digest(world)


async def morning(world: World) -> None:
    for subscription in await world.store.subscriptions():
        await publish_slot(world, subscription, slot_now(subscription, world.clock()))


def words(value: Any) -> str:
    """Everything a person reads in a request body, without the renderers' invisible marks and escapes."""
    if isinstance(value, dict):
        return "\n".join(words(inner) for inner in value.values())
    if isinstance(value, list):
        return "\n".join(words(inner) for inner in value)
    return folded(re.sub(r"[\u200b-\u200f\u2060-\u2069\\]", "", str(value)))


def folded(text: str) -> str:
    return " ".join(text.split())


def headlines(messages: list[Any], titles: list[str]) -> Counter[str]:
    """How many messages open with each title: a digest's headline is the first thing in it."""
    opening = [words(message)[:400] for message in messages]
    return Counter(title for title in titles for text in opening if title in text)


def misdescribed(discord: Stand) -> list[str]:
    """What of the bodies of a whole run Discord's own OpenAPI document forbids; nothing is said where it is absent."""
    rules = discords_rules()
    named = {r"/channels/\d+/messages": "MessageCreateRequest"}
    named[r"/channels/\d+/messages/\d+/threads"] = "CreateTextThreadWithMessageRequest"
    return [
        violation
        for method, path, body in discord.requests
        for form, name in named.items()
        if rules is not None and method == "POST" and re.fullmatch(form, path)
        for violation in rules(name, body)
    ]


@pytest.mark.parametrize("backend", BACKENDS)
async def test_three_mornings_over_a_restart(backend: str, tmp_path: Path) -> None:
    console = Console(quiet=True)
    extras = Extras(platforms=("discord", "slack"))
    async with database(backend, tmp_path) as url, stands() as (news, base, discord, slack):
        news.publish(1)
        chosen = settings(tmp_path, url, base, news, discord, slack)
        async with opened(chosen, console, extras=extras) as world:
            await collect(world)
            old = set(map(folded, news.titles()))
            news.publish(1)
            await collect(world)
            await morning(world)
            await deliver(world)
            news.publish(1)
            await collect(world)
            await morning(world)  # its deliveries wait in the outbox: the process ends here
        async with opened(chosen, console, extras=extras) as world:
            await deliver(world)
            await collect(world)
            await morning(world)  # a morning without news
            await deliver(world)
            counts = await world.store.pending_deliveries()
            assert {state: count for state, count in counts.items() if count} == {
                "sent": len(discord.posted) + len(slack.messages)
            }
        assert misdescribed(discord) == []
        new = [title for title in map(folded, news.titles()) if title not in old]
        overviews = 3
        assert len(discord.posted) == len(new) + overviews
        assert len(slack.messages) == len(new) + overviews
        for messages in (discord.posted, [kept.body for kept in slack.messages]):
            digests = [message for message in messages if not re.search(r"朝刊 +20", words(message)[:200])]
            assert headlines(digests, new) == Counter(new)
            assert len(messages) - len(digests) == overviews
            assert ["今朝の新しい記事はありません。" in words(message) for message in messages][-1]
            assert not any(title in words(message) for title in old for message in messages if title not in new)
