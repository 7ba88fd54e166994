"""The composition root: the only file that names every concrete class (the web's: `bot.app_web`). Tests build the same
world with it."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from bot.app_orders import keep_of, quotas_of, take_in
from bot.app_web import archive, permalinks_of
from bot.chat_console import ConsoleChat
from bot.clocks import Clocks
from bot.commands import Answers
from bot.corrections import revise, send_revisions
from bot.delivery import deliver
from bot.fetch import Fetcher
from bot.forget import forget
from bot.jobs import digest, publish
from bot.links import Links
from bot.llm_chain import chained
from bot.lookups import Lookups
from bot.notices import tell, tell_reopened
from bot.poll import poll
from bot.recent import Recent
from bot.schedule import Alarm
from bot.seeking import Seeker
from bot.store import open_store
from bot.store.database import database_url
from bot.telemetry import event
from bot.trouble import tell_feeds
from bot.web_access import Pulse
from bot.websub import ask_hubs
from bot.workers import Workers
from bot.world import World
from config.catalogs import locales, prompt
from config.settings import Settings
from digests.catalog import Catalogs
from digests.errors import ConfigError
from digests.model import Subscription
from digests.ports import Chat
from digests.store import Ledger, Store

if TYPE_CHECKING:
    from bot.llm import LlmEngine

log = logging.getLogger("chokan")

DATABASE = "chokan.db"
SAMPLE_DATABASE = "chokan-sample.db"
SECOND = "another process is up on this database: they share the work, nothing is posted twice; was it meant?"
BEAT_EVERY = 20.0
HUBS_EVERY = 300.0
PUBLISH_EVERY = 15.0
"""Seconds between looks at what is due: how late a morning edition can start."""
DELIVER_EVERY = 0.5
"""Seconds between looks into the outbox while editions are being made."""
FORGET_EVERY = 3600.0
KNOCK_EVERY = 600.0
"""Seconds between looks at places that were shut to us."""
THINKING_MEMORY = 2 << 30
"""Bytes a worker that holds the models may take."""
READING_MEMORY = 1 << 30
"""Bytes a reading worker may take: what strangers wrote must not eat the machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a caller adds to or takes from the usual world."""

    allow_hosts: Collection[str] = ()
    spacing: float | None = None
    subscriptions: tuple[Subscription, ...] = ()
    platforms: Collection[str] = field(default=("discord", "slack", "console"))
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


def catalogs() -> Catalogs:
    return Catalogs(locales())


def database_of(settings: Settings) -> str:
    """Where the archive is: DATABASE_URL, else chokan.db here, else (nothing configured) the sample's."""
    if settings.database_url:
        return settings.database_url
    real = settings.configured or Path(DATABASE).exists() or not Path(SAMPLE_DATABASE).exists()
    return f"sqlite:///{DATABASE if real else SAMPLE_DATABASE}"


def folder_of(settings: Settings) -> Path | None:
    """Where the archive's file lies; None where a database server keeps it. Raises `StoreError`."""
    url = database_url(database_of(settings))
    return Path(url.database or "").absolute().parent if url.get_backend_name() == "sqlite" else None


def is_sample(settings: Settings) -> bool:
    """Nothing is configured and nothing was ever set up here: `run` shows the sample."""
    return not settings.configured and not Path(DATABASE).exists()


@asynccontextmanager
async def opened(
    settings: Settings, console: Console, *, database: str | None = None, extras: Extras | None = None
) -> AsyncIterator[World]:
    """The world of these settings, with feeds and subscriptions of the file taken into the store; closed at the end.

    Raises `StoreError` when the database cannot be used.
    """
    extras = extras or Extras()
    async with AsyncExitStack() as stack:
        store = await open_store(database or database_of(settings), now=datetime.now(UTC))
        stack.push_async_callback(store.close)
        fetch = _fetcher(settings, extras)
        stack.push_async_callback(fetch.close)
        reading, thinking = _workers(settings)
        stack.push_async_callback(reading.close)
        stack.push_async_callback(thinking.close)
        writer = _writer(settings, store, Reader(fetch=fetch, reading=reading), thinking)
        if writer is not None:
            stack.push_async_callback(writer.close)
        chats: dict[str, Chat] = {}
        clocks = Clocks(extras.clock)
        world = World(
            store=store,
            fetch=fetch,
            send_form=fetch.send_form,
            clock=extras.clock,
            reading=reading,
            thinking=thinking,
            chats=chats,
            catalogs=catalogs(),
            links=Links(store),
            writer=writer,
            clocks=clocks,
            permalinks=permalinks_of(settings),
            shortest=timedelta(minutes=settings.fetch.shortest),
            embeddings=settings.engine.embeddings,
            silent=settings.schedule.silent,
            catch_up=timedelta(hours=settings.schedule.catch_up),
            give_up=timedelta(hours=settings.schedule.give_up),
            worker=f"{socket.gethostname()}:{os.getpid()}",
        )
        for chat in _chats(settings, Lookups(world, quotas=quotas_of(settings)), world, console):
            if chat.platform in extras.platforms:
                chats[chat.platform] = chat
                stack.push_async_callback(chat.close)
        await take_in(world, settings, extras.subscriptions)
        yield world


@asynccontextmanager
async def open_archive(database: str) -> AsyncIterator[Store]:
    """The store alone, closed at the end. Raises `StoreError`."""
    store = await open_store(database, now=datetime.now(UTC))
    try:
        yield store
    finally:
        await store.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Enough of the world to read one page."""

    fetch: Fetcher
    reading: Workers
    recent: Recent = field(default_factory=Recent)
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


@asynccontextmanager
async def reading(settings: Settings) -> AsyncIterator[Reader]:
    """Fetching and extracting without an archive."""
    fetch, workers = _fetcher(settings, Extras()), Workers(memory=READING_MEMORY)
    try:
        yield Reader(fetch=fetch, reading=workers)
    finally:
        await workers.close()
        await fetch.close()


def _fetcher(settings: Settings, extras: Extras) -> Fetcher:
    return Fetcher(
        user_agent=f"Chokan/{version('chokan')} (+{settings.fetch.contact})",
        allow_hosts=(*settings.fetch.allow_hosts, *extras.allow_hosts),
        timeout=settings.fetch.timeout,
        per_host_spacing=settings.fetch.spacing if extras.spacing is None else extras.spacing,
        clock=extras.clock,
    )


def _workers(settings: Settings) -> tuple[Workers, Workers]:
    thinkers = settings.engine.workers or min(4, os.cpu_count() or 1)
    return Workers(processes=2, memory=READING_MEMORY), Workers(processes=thinkers, memory=THINKING_MEMORY)


def _writer(settings: Settings, ledger: Ledger, reads: Reader, thinking: Workers) -> LlmEngine | None:
    """The language model engine where one is asked for; its library is loaded only then. Raises ConfigError."""
    engine = settings.engine
    if engine.name != "llm":
        return None
    from bot.llm import Limits, LlmEngine, Prompts
    from bot.llm_budget import Caps
    from bot.llm_client import Endpoint

    keys = [settings.llm_api_key, *[settings.llm_fallback_api_key] * len(engine.models)]
    endpoints = [
        Endpoint(**model.model_dump(), key=key.get_secret_value() if key else "")
        for model, key in zip(engine.models, keys, strict=False)
    ]
    caps, each = (Caps(**table.model_dump()) for table in (engine.caps, engine.tenant_caps))
    return LlmEngine(
        chained(endpoints, engine.fallback),
        ledger=ledger,
        runs=thinking,
        reads=reads,
        prompts=Prompts(digest=_prompt(engine.prompt), search=prompt("search.md")),
        limits=Limits(caps=caps, each=each, concurrency=engine.concurrency),
        catalogs=catalogs(),
        clock=lambda: datetime.now(UTC),
        embeddings=engine.embeddings,
    )


def _prompt(path: str) -> str:
    if not path:
        return prompt("digest.md")
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"engine.prompt: {path} cannot be read: {error}") from None


def _chats(settings: Settings, answers: Answers, world: World, console: Console) -> list[Chat]:
    """The console, and each platform that has a token. The libraries are loaded only where they are used."""
    chats: list[Chat] = [ConsoleChat(console)]
    if settings.discord_token:
        from bot.chat_discord import DiscordChat

        chats.append(
            DiscordChat(
                token=settings.discord_token.get_secret_value(),
                answers=answers,
                catalogs=world.catalogs,
                clocks=world.clocks,
                api_url=settings.discord_api_url,
            )
        )
    if settings.slack_bot_token:
        from bot.chat_slack import SlackChat
        from bot.slack_http import Listen

        app_token, signing = settings.slack_app_token, settings.slack_signing_secret
        chats.append(
            SlackChat(
                bot_token=settings.slack_bot_token.get_secret_value(),
                app_token=app_token.get_secret_value() if app_token else None,
                signing_secret=signing.get_secret_value() if signing else None,
                answers=answers,
                catalogs=world.catalogs,
                clocks=world.clocks,
                api_url=settings.slack_api_url,
                admins=settings.slack.admins,
                listen=Listen(host=settings.host, port=settings.port) if settings.slack_mode == "http" else None,
            )
        )
    return chats


# --- running --------------------------------------------------------------------------------------------------------


async def poll_and_digest(world: World) -> None:
    await poll(world)
    await digest(world)
    await world.shelf.refresh(world.store)


async def publish_and_deliver(world: World) -> None:
    """What is made is delivered at once: with thousands of subscriptions, nobody waits for the last edition."""
    publishing = asyncio.create_task(publish(world))
    try:
        while not publishing.done():
            await asyncio.wait({publishing}, timeout=DELIVER_EVERY)
            await deliver(world)
    finally:
        publishing.cancel()
        await asyncio.wait({publishing})
    publishing.result()
    await revise(world)
    await send_revisions(world)
    await tell(world)


async def knock(world: World) -> None:
    """What has been wrong for long is said, and what is well again."""
    await tell_reopened(world)
    await tell_feeds(world)


async def run_once(world: World) -> None:
    """Everything that is due, once, in order."""
    await poll_and_digest(world)
    await publish_and_deliver(world)


async def stay_up(world: World, settings: Settings, stop: asyncio.Event) -> None:
    """Poll, publish and answer until `stop` is set. Raises `ChatRefused` when a platform refuses our token."""
    alarm, world = Alarm(), replace(world, stop=stop)
    if not await world.store.alone():
        event(log, "run.second", level=logging.WARNING, note=SECOND)
    pulse = Pulse(finished=alarm.finished, scheduled=True, chats=lambda: connections(world))
    seeker = Seeker(world.store, world.links, world.thinking, embeddings=world.embeddings)
    async with archive(world.store, settings, pulse, seeker.search):
        await _tell_up(world)
        await _until(world, settings, alarm, stop)
    event(log, "run.stopped")


async def _tell_up(world: World) -> None:
    """What an operator who has just started it wants to see: what is read and where it goes."""
    feeds, orders = await world.store.feeds(), await world.store.subscriptions()
    chats = ",".join(world.chats)
    event(log, "run.up", version=version("chokan"), chats=chats, feeds=len(feeds), subscriptions=len(orders))


def connections(world: World) -> dict[str, bool]:
    """Which platforms reach us."""
    return {name: chat.connected() for name, chat in world.chats.items()}


async def _until(world: World, settings: Settings, alarm: Alarm, stop: asyncio.Event) -> None:
    alarm.every(settings.schedule.poll_every, "poll", lambda: poll_and_digest(world))
    alarm.every(PUBLISH_EVERY, "publish", lambda: publish_and_deliver(world))
    alarm.every(KNOCK_EVERY, "knock", lambda: knock(world))
    alarm.every(FORGET_EVERY, "forget", lambda: forget(world.store, keep_of(settings), world.clock()))
    alarm.every(BEAT_EVERY, "heartbeat", _beat)
    if settings.web.enabled and settings.web.public_url:
        alarm.every(HUBS_EVERY, "hubs", lambda: ask_hubs(world, settings.web.public_url))
    alarm.start()
    chats = [asyncio.create_task(chat.run(), name=chat.platform) for chat in world.chats.values()]
    stopped = asyncio.create_task(stop.wait())
    try:
        await _until_stopped(chats, stopped)
    finally:
        await alarm.stop()
        for task in (*chats, stopped):
            task.cancel()
        await asyncio.gather(*chats, stopped, return_exceptions=True)


async def _beat() -> None:
    """That this is called at all is what /readyz wants to know."""


async def _until_stopped(chats: list[asyncio.Task[None]], stopped: asyncio.Task[bool]) -> None:
    waiting: set[asyncio.Task[None] | asyncio.Task[bool]] = {*chats, stopped}
    while not stopped.done():
        done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
