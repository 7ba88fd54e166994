"""A world with a news stand behind it and answers in front of it, for tests of what people ask in chats."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from loopback import serving
from newsstand import NewsStand
from rich.console import Console

from bot.app import Extras, opened
from bot.commands import Press, Reply, Request
from bot.jobs import digest
from bot.lookups import Lookups, Quotas
from bot.poll import poll
from bot.sample import SampleArticle, sample_articles
from bot.world import World
from config.settings import load_settings
from digests.message import Message
from digests.model import Destination
from digests.printed import plain

HERE = Destination(platform="discord", channel="100", tenant="500")
THERE = Destination(platform="discord", channel="200", tenant="600")
NOBODY = "http://127.0.0.1:9/api/v10"
"""Where no Discord answers: nothing leaves this machine."""
CONFIG = """
[engine]
embeddings = false
workers = 1

[fetch]
spacing = 0
allow_hosts = ["{host}"]
"""


@dataclass
class Newsroom:
    """One world, its answers, and the stand whose articles it reads."""

    world: World
    answers: Lookups
    stand: NewsStand

    async def ask(self, command: str, origin: Destination | None = HERE, **given: str) -> Reply:
        options = {name: value for name, value in given.items() if name not in ("locale",)}
        locale = given.get("locale", "ja")
        asked = Request(command=command, options=options, locale=locale, origin=origin, admin=True, reader="alice")
        return await self.answers.answer(asked)

    async def press(self, verb: str, value: str, origin: Destination | None = HERE, **more: Any) -> Reply:
        return await self.answers.press(Press(verb=verb, value=value, locale="ja", origin=origin, **more))

    async def follow(self, reply: Reply, verb: str, place: int = 0) -> Reply:
        """Press the button of that verb as it stands under an answer."""
        found = [action for action in reply.message.actions if action.verb == verb]
        return await self.press(verb, found[place].value, name="Alice")

    async def collect(self, number: int = 4) -> None:
        """This many articles on each site, polled from its first day and digested."""
        self.stand.publish(number)
        urls = [health.feed.url for health in await self.world.store.feeds()]
        await poll(self.world, urls=urls)
        await digest(self.world)


def words(message: Message) -> str:
    return plain(message)


def headline(article: SampleArticle) -> str:
    """As it is printed: any run of white space is one space."""
    return " ".join(article.title.split())


def verbs(reply: Reply) -> list[str]:
    return [action.verb for action in reply.message.actions]


@asynccontextmanager
async def newsroom(
    folder: Path,
    *,
    feeds: bool = True,
    quotas: Quotas | None = None,
    api_url: str = "",
    config: str = "",
    engine: str = "",
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Newsroom]:
    """`api_url`: where Discord is, for tests that post. `config` and `environment` add to the settings; with a Slack
    token among them Slack is there too."""
    stand = NewsStand.dealt([*sample_articles("ja"), *sample_articles("en")])
    async with serving(stand.application()) as base:
        stand.settle(base)
        file = folder / "chokan.toml"
        listed = "".join(f'\n[[feeds]]\nurl = "{s.feed_url}"\nbackfill = 99\n' for s in stand.sites if feeds)
        own = CONFIG.format(host=urlsplit(base).netloc).replace("[engine]\n", f"[engine]\n{engine}\n")
        file.write_text(own + listed + config, encoding="utf-8")
        set_ = {"DATABASE_URL": f"sqlite:///{folder / 'chokan.db'}", "DISCORD_TOKEN": "the.right.token"}
        set_ |= {"DISCORD_API_URL": api_url or NOBODY}
        settings = load_settings({**set_, **(environment or {})}, file)
        async with opened(settings, Console(quiet=True), extras=Extras(platforms=("discord", "slack"))) as world:
            yield Newsroom(world, Lookups(world, quotas=quotas), stand)
