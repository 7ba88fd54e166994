"""The verb that serves the web archive alone, and says where readers of private subscriptions find theirs."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer

from bot.app import THINKING_MEMORY, database_of, open_archive
from bot.app_web import archive, site_of
from bot.cli_base import Session, listening, run
from bot.links import Links
from bot.seeking import Seeker
from bot.web_access import Pulse, subscription_address
from bot.workers import Workers
from config.settings import Settings
from digests.errors import NotFound


def web_verb(
    context: typer.Context,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Another port than the configured one.")] = None,
    links: Annotated[bool, typer.Option("--links", help="Print the address of each subscription, then stop.")] = False,
) -> None:
    """Serve the archive to a browser, without polling or posting. `chokan run` serves it too."""
    session: Session = context.obj
    run(session, _links(session) if links else _web(session, port))


async def _web(session: Session, port: int | None) -> None:
    settings = listening(session.settings(), port, enabled=True)
    _must_exist(settings)
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    thinking = Workers(processes=1, memory=THINKING_MEMORY)  # starts with the first search
    try:
        async with open_archive(database_of(settings)) as store:
            seeker = Seeker(store, Links(store), thinking, embeddings=settings.engine.embeddings)
            async with archive(store, settings, Pulse(), seeker.search) as address:
                session.console.print(f"Archive   {address}/   (Ctrl+C stops)", highlight=False, markup=False)
                await stop.wait()
    finally:
        await thinking.close()


def _must_exist(settings: Settings) -> None:
    """Only to look must not make an empty archive: the next `run` would take it for a set-up one."""
    url = database_of(settings)
    if not settings.configured and not Path(url.removeprefix("sqlite:///")).exists():
        raise NotFound("there is no archive here yet; make one with: chokan run")


async def _links(session: Session) -> None:
    settings = session.settings()
    site = site_of(settings)
    _must_exist(settings)
    async with open_archive(database_of(settings)) as store:
        for subscription in await store.subscriptions():
            address = subscription_address(site.base, subscription, site.secret) or "private; set WEB_TOKEN for a link"
            session.console.print(f"{subscription.id}  {address}", highlight=False, markup=False, soft_wrap=True)
