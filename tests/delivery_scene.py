"""A chat whose answers are written down beforehand, a clock set by hand, and an edition that waits to be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from builders import CATALOGS, subscription
from databases import database
from store_samples import DISCORD, NOW, edition, parts

from bot.fetch import Fetcher
from bot.links import Links
from bot.store import open_store
from bot.workers import Workers
from bot.world import World
from digests.errors import ChatError
from digests.message import Message, Part
from digests.model import Destination
from digests.outbox import Posted
from digests.ports import Finding, Limits

DIRECT = Destination(platform="discord", channel="5007")


class Answers:
    """A chat whose answers are written down beforehand; without one it takes the message."""

    platform = "discord"
    limits = Limits(characters=3600, blocks=34)

    def __init__(self) -> None:
        self.planned: list[ChatError] = []
        self.asked: list[tuple[str, bool]] = []
        self.admins: tuple[Destination, ...] = ()
        self.said: list[tuple[Destination, Message]] = []
        self.edited: list[tuple[str, Message]] = []
        self.findings: tuple[Finding, ...] = ()

    def cost(self, part: Part) -> tuple[int, int]:
        return 1, 1

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        self.asked.append((key, unknown))
        if self.planned:
            raise self.planned.pop(0)
        self.said.append((destination, message))
        return Posted(ref=f"{destination.channel}/{key}", thread="t")

    async def edit(self, destination: Destination, message: Message, *, ref: str, key: str) -> None:
        self.asked.append((key, False))
        if self.planned:
            raise self.planned.pop(0)
        self.edited.append((ref, message))

    async def keepers(self, destination: Destination, first: str) -> tuple[Destination, ...]:
        return self.admins

    def connected(self) -> bool:
        return True

    async def gathers(self, destination: Destination) -> bool:
        return False

    async def run(self) -> None:
        """Nobody asks anything here."""

    async def check(self, destinations: object, language: str = "en") -> tuple[Finding, ...]:
        return self.findings

    async def close(self) -> None:
        """Nothing is open."""


class Wall:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> object:
        return self.now


Scene = tuple[World, Answers, Wall]


@asynccontextmanager
async def staged(folder: Path) -> AsyncIterator[Scene]:
    chat, wall = Answers(), Wall()
    async with database("sqlite", folder) as url:
        store, fetch = await open_store(url), Fetcher(user_agent="Chokan/test (+https://example.org)")
        world = World(
            store=store,
            fetch=fetch,
            reading=Workers(),
            thinking=Workers(),
            chats={"discord": chat},
            catalogs=CATALOGS,
            links=Links(store),
            clock=wall,  # type: ignore[arg-type]
        )
        made = edition()
        await store.save_subscription(subscription(id=made.subscription, destination=DISCORD))
        await store.save_edition(made, parts())
        yield world, chat, wall
        await fetch.close()
        await store.close()


async def states(world: World) -> list[str]:
    return [delivery.state for delivery in await world.store.deliveries("e")]
