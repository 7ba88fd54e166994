"""Three mornings on real input: a news stand's four sites (RSS, Atom, RDF, JSON Feed), editions on a loopback Discord
and a loopback Slack, a restart in the middle. Prints what arrived, what is missing and what came twice.

    python tools/three_mornings.py --stand NEWSSTAND.py --articles A.jsonl [--count 3] [--database URL]

NEWSSTAND.py is started on loopback with --articles, --sites, --port; it takes POST /_control/publish {"count": n} and
serves /s/<i>/feed.xml (feed.json for the fourth). Exit code 1 when anything is missing or came twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import socket
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from rich.console import Console

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "tests")]

from discord_stand import TEXT, TOKEN
from discord_stand import stand as discord_stand
from slack_stand import SlackStand

from bot.app import Extras, opened
from bot.delivery import deliver
from bot.jobs import digest, publish_slot
from bot.poll import poll
from bot.world import World
from config.settings import Settings, load_settings
from digests.edition import slot_now

SITES = 4
FIRST = 2
"""Articles a site shows before the first poll: old ones, which must not be posted."""


def arguments() -> argparse.Namespace:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--stand", type=Path, required=True)
    ask.add_argument("--articles", type=Path, action="append", required=True)
    ask.add_argument("--count", type=int, default=3, help="new articles a site and morning")
    ask.add_argument("--database", help="default: a SQLite file that is thrown away")
    ask.add_argument("--fast", action="store_true", help="without sentence embeddings")
    return ask.parse_args()


@asynccontextmanager
async def news_stand(script: Path, articles: Sequence[Path]) -> AsyncIterator[str]:
    """The base URL of the stand, running as a process of its own until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [option for path in articles for option in ("--articles", str(path))]
    command = [str(script), *options, "--sites", str(SITES), "--first", str(FIRST), "--port", str(port)]
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=quiet)
    try:
        await _until_up(f"http://127.0.0.1:{port}/_control/log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _until_up(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(100):
            try:
                async with session.get(url):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
    raise SystemExit("the news stand did not start")


def settings_for(base: str, discord: Any, slack: SlackStand, given: argparse.Namespace, folder: Path) -> Settings:
    feeds = [f"{base}/s/{n}/feed.{'json' if n % 4 == 3 else 'xml'}" for n in range(SITES)]
    text = f'[fetch]\nspacing = 0\nallow_hosts = ["{base.removeprefix("http://")}"]\n'
    text += f"[engine]\nembeddings = {str(not given.fast).lower()}\n"
    text += "".join(f'[[feeds]]\nurl = "{url}"\n' for url in feeds)
    for name, place, layout in (("discord", f"discord:{TEXT}", "thread"), ("slack", "slack:C1", "inline")):
        text += f'[[subscriptions]]\nid = "{name}"\ndestination = "{place}"\nlayout = "{layout}"\nlimit = 50\n'
        text += 'language = "ja"\n'
    file = folder / "chokan.toml"
    file.write_text(text, encoding="utf-8")
    environment = {"DATABASE_URL": given.database or f"sqlite:///{folder / 'chokan.db'}"}
    environment |= {"DISCORD_TOKEN": TOKEN, "DISCORD_API_URL": discord.url}
    environment |= {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url}
    return load_settings(environment, file)


async def publish_more(base: str, count: int) -> None:
    async with aiohttp.ClientSession() as session, session.post(f"{base}/_control/publish", json={"count": count}):
        return


async def collect(world: World) -> None:
    urls = [health.feed.url for health in await world.store.feeds()]
    for result in await poll(world, urls=urls):
        print(f"   {result.feed.rpartition('/s/')[2]}: {result.status}, {result.new} new {result.error or ''}")
    await digest(world)


async def morning(world: World) -> None:
    for subscription in await world.store.subscriptions():
        await publish_slot(world, subscription, slot_now(subscription, world.clock()))


def words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(words(inner) for inner in value.values())
    if isinstance(value, list):
        return " ".join(words(inner) for inner in value)
    return re.sub(r"[\W_]+", "", str(value))


def count_titles(messages: list[Any], titles: list[str]) -> Counter[str]:
    """How many digests (messages that are no overview) open with each title."""
    openings = [words(message) for message in messages]
    digests = [text for text in openings if not re.search("朝刊20", text[:120])]
    return Counter({title: sum(_opens(text, words(title)) for text in digests) for title in titles})


def _opens(text: str, title: str) -> bool:
    """The headline stands at the front, behind a few fields of the request; related links come much later."""
    return title[:60] in text[: len(title) + 40]


def report(name: str, messages: list[Any], new: list[str], old: list[str]) -> int:
    found = count_titles(messages, new)
    missing = [title for title, times in found.items() if times == 0]
    twice = [title for title, times in found.items() if times > 1]
    stale = [title for title, times in count_titles(messages, old).items() if times]
    print(
        f"{name}: {len(messages)} messages, {len(new)} articles, "
        f"missing {len(missing)}, twice {len(twice)}, old {len(stale)}"
    )
    for kind, titles in (("missing", missing), ("twice", twice), ("old", stale)):
        for title in titles:
            print(f"   {kind}: {title}")
    return len(missing) + len(twice) + len(stale)


def dealt(paths: Sequence[Path], start: int, stop: int) -> list[str]:
    """Titles of the articles that each site shows as number `start` to `stop`, as the stand deals them."""
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [row["title"] for site in range(SITES) for row in rows[site::SITES][start:stop]]


async def main(given: argparse.Namespace) -> int:
    console, extras = Console(quiet=True), Extras(platforms=("discord", "slack"))
    with tempfile.TemporaryDirectory() as folder:
        async with news_stand(given.stand, given.articles) as base, discord_stand() as discord, SlackStand() as slack:
            settings = settings_for(base, discord, slack, given, Path(folder))
            async with opened(settings, console, extras=extras) as world:
                print("first poll: everything there is old")
                await collect(world)
                for number in (1, 2):
                    print(f"morning {number}")
                    await publish_more(base, given.count)
                    await collect(world)
                    await morning(world)
                    if number == 1:
                        await deliver(world)
            print("restart, with the second edition in the outbox")
            async with opened(settings, console, extras=extras) as world:
                await deliver(world)
                print("morning 3")
                await publish_more(base, given.count)
                await collect(world)
                await morning(world)
                await deliver(world)
                print({state: n for state, n in (await world.store.pending_deliveries()).items() if n})
            old = dealt(given.articles, 0, FIRST)
            new = dealt(given.articles, FIRST, FIRST + 3 * given.count)
            wrong = report("Discord", discord.posted, new, old)
            return wrong + report("Slack", [kept.body for kept in slack.messages], new, old)


if __name__ == "__main__":
    sys.exit(1 if asyncio.run(main(arguments())) else 0)
