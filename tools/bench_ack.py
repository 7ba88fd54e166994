"""How soon commands, buttons of typing and slash commands are acknowledged while many articles are being digested.

Run as `python tools/bench_ack.py [--articles 50] [--seconds 600]`: the real program, with real digest jobs in its
workers, connected to a Discord and a Slack on loopback that ask something every tenth of a second and take the time of
each acknowledgement.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `chokan` itself does
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from aiohttp import web
from discord_gateway import Gateway
from discord_stand import APPLICATION, TEXT, TOKEN, Stand, answer, stand
from rich.console import Console
from slack_stand import SlackStand

from bot.app import Extras, opened
from bot.jobs import digest
from bot.sample import sample_articles
from bot.world import World
from config.settings import load_settings
from digests.model import Article, Feed, FeedState
from digests.urls import article_id

EVERY = 0.1
FEED = "https://news.example.jp/feed"
ASKED: tuple[tuple[str, str, str], ...] = (
    ("latest", "", ""),
    ("search", "words", "レアアース 停戦"),
    ("date", "day", "今日"),
)


class Clocked(Gateway):
    """Takes the time from an interaction to its acknowledgement; the choices of typing are their own."""

    def __init__(self, server: Stand) -> None:
        super().__init__(server)
        self.sent: dict[str, tuple[str, float]] = {}
        self.took: defaultdict[str, list[float]] = defaultdict(list)
        self.most_choices = 0

    async def ask(self, number: int, kind: int, data: dict[str, Any]) -> None:
        name = "Discord typing" if kind == 4 else "Discord command"
        self.sent[str(number)] = (name, time.perf_counter())
        who = {"id": "77", "username": "alice", "discriminator": "0", "avatar": None}
        event = {"id": str(number), "application_id": str(APPLICATION), "type": kind, "token": f"t{number}"}
        event |= {"version": 1, "locale": "ja", "channel_id": str(TEXT), "channel": {"id": str(TEXT), "type": 1}}
        event |= {"user": who, "entitlements": [], "attachment_size_limit": 1, "context": 1, "data": data}
        await self.say("INTERACTION_CREATE", {**event, "authorizing_integration_owners": {"1": "77"}}, number)

    async def called_back(self, request: web.Request) -> web.Response:
        name, began = self.sent[request.match_info["id"]]
        self.took[name].append(time.perf_counter() - began)
        choices = (await request.json()).get("data", {}).get("choices") or ()
        self.most_choices = max(self.most_choices, len(choices))
        interaction: dict[str, Any] = {"id": request.match_info["id"], "type": 2, "activity_instance_id": None}
        interaction |= {"response_message_id": "8002", "response_message_loading": True}
        return answer({"interaction": {**interaction, "response_message_ephemeral": True}})


def articles(many: int) -> list[Article]:
    """Sample articles over and over, each under an address of its own."""
    samples = [*sample_articles("ja"), *sample_articles("en")]
    now, made = datetime.now(UTC), []
    for number in range(many):
        one, url = samples[number % len(samples)], f"https://news.example.jp/{number}"
        made.append(
            Article(
                id=article_id(url),
                url=url,
                site="example.jp",
                publisher="例",
                language=one.language,
                title=f"{one.title} {number}",
                text=one.text,
                published=now,
                first_seen=now,
                feed=FEED,
            )
        )
    return made


async def asking(discord: Clocked, slack: SlackStand, took: list[float], stop: asyncio.Event) -> None:
    """One of each every tenth of a second."""
    for number in count(9000, 2):
        if stop.is_set():
            return
        name, option, value = ASKED[number // 2 % len(ASKED)]
        options = [{"type": 3, "name": option, "value": value}] if option else []
        chosen = {"type": 1, "name": name, "options": options}
        await discord.ask(number, 2, {"id": "1", "name": "digest", "type": 1, "options": [chosen]})
        typed = {"type": 3, "name": "url", "value": "", "focused": True}
        chosen = {"type": 1, "name": "article", "options": [typed]}
        await discord.ask(number + 1, 4, {"id": "1", "name": "digest", "type": 1, "options": [chosen]})
        envelope = await slack.send_command(f"{name} {value}".strip())
        began = time.perf_counter()
        await slack.ack_of(envelope)
        took.append(time.perf_counter() - began)
        await asyncio.sleep(EVERY)


async def measured(world: World, discord: Clocked, slack: SlackStand, many: int, seconds: float) -> list[float]:
    await world.store.add_feed(Feed(url=FEED, title="例"))
    await world.store.save_poll(FEED, FeedState(), now=datetime.now(UTC), articles=articles(many))
    running = [asyncio.create_task(chat.run()) for chat in world.chats.values()]
    await asyncio.wait_for(discord.ready.wait(), 30)
    took: list[float] = []
    stop = asyncio.Event()
    asks = asyncio.create_task(asking(discord, slack, took, stop))
    work = asyncio.create_task(digest(world))
    began = time.perf_counter()
    await asyncio.wait({work}, timeout=seconds)
    done = (await world.store.totals(datetime.now(UTC))).digests
    print(f"{done} of {many} articles digested in the {time.perf_counter() - began:.0f} s meanwhile")
    stop.set()
    work.cancel()
    await asks
    for task in running:
        task.cancel()
    await asyncio.gather(*running, work, return_exceptions=True)
    return took


def said(name: str, took: list[float]) -> str:
    at = sorted(took)
    p50, p95 = (1000 * at[int(share * (len(at) - 1))] for share in (0.5, 0.95))
    return f"{name:<16} {len(at):>5} asked   p50 {p50:>6.0f} ms   p95 {p95:>6.0f} ms   longest {1000 * at[-1]:>6.0f} ms"


async def main(many: int, seconds: float) -> None:
    server = Stand()
    discord = Clocked(server)
    with tempfile.TemporaryDirectory() as folder:
        async with stand(server, discord.routes()), SlackStand() as slack:
            given = {
                "DATABASE_URL": f"sqlite:///{folder}/chokan.db",
                "DISCORD_TOKEN": TOKEN,
                "DISCORD_API_URL": server.url,
                "SLACK_BOT_TOKEN": slack.bot_token,
                "SLACK_APP_TOKEN": slack.app_token,
                "SLACK_API_URL": slack.api_url,
            }
            file = Path(folder) / "chokan.toml"
            file.write_text("[quotas]\nlookups = 100000\n", encoding="utf-8")
            extras = Extras(platforms=("discord", "slack"))
            async with opened(load_settings(given, file), Console(quiet=True), extras=extras) as world:
                took = await measured(world, discord, slack, many, seconds)
    for name, times in (*discord.took.items(), ("Slack command", took)):
        print(said(name, times))
    print(f"most choices offered while typing: {discord.most_choices}")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=600, help="most seconds it is looked at")
    given = parser.parse_args()
    asyncio.run(main(given.articles, given.seconds))
