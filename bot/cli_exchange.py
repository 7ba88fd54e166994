"""`chokan export`, `import`: feeds and subscriptions as files, ours and other programs'."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.app import opened
from bot.cli_base import Session, one_line_errors, run
from bot.exchange import Listed, exported, read
from bot.opml import opml_of
from digests.targets import spelled

File = Annotated[
    Path,
    typer.Argument(help="OPML, JSON of `chokan export`, or another bot's CSV or JSON.", exists=True, dir_okay=False),
]

_SAID = 20
"""Addresses that were left out are named up to this many."""


def export_verb(
    context: typer.Context,
    form: Annotated[
        Literal["json", "opml"], typer.Option("--format", help="json: feeds and subscriptions; opml: feeds.")
    ] = "json",
) -> None:
    """Print feeds and subscriptions, for another machine or another program."""
    session: Session = context.obj
    run(session, _export(session, form))


async def _export(session: Session, form: Literal["json", "opml"]) -> None:
    async with opened(session.settings(), session.console) as world:
        feeds = [health.feed for health in await world.store.feeds()]
        subscriptions = await world.store.subscriptions()
    sys.stdout.write(opml_of(feeds).decode() if form == "opml" else exported(feeds, subscriptions))


def import_verb(context: typer.Context, file: File) -> None:
    """Add what a file lists. What is there already stays as it is."""
    session: Session = context.obj
    with one_line_errors(session):
        listed = read(file.read_bytes(), file.name)
    run(session, take_in(session, listed))


async def take_in(session: Session, listed: Listed) -> None:
    """Add the feeds and subscriptions that are not there yet, and say how many they were and what was left out."""
    async with opened(session.settings(), session.console) as world:
        # An address goes on meaning the feed that has it here, in whatever spelling it came first.
        urls = [health.feed.url for health in await world.store.feeds()]
        here = {spelled(url): url for url in urls} | {url: url for url in urls}
        feeds = [replace(feed, url=here.get(feed.url, feed.url)) for feed in listed.feeds]
        added = [await world.store.add_feed(feed) for feed in feeds]
        known = {subscription.id for subscription in await world.store.subscriptions()}
        new = [subscription for subscription in listed.subscriptions if subscription.id not in known]
        for subscription in new:
            wanted = tuple(here.get(url, url) for url in subscription.feeds)
            await world.store.save_subscription(replace(subscription, feeds=wanted))
    session.console.print(f"feeds: {sum(added)} added, {len(added) - sum(added)} already there", highlight=False)
    for line in listed.left_out[:_SAID]:
        session.console.print(f"left out: {line}", markup=False, highlight=False, soft_wrap=True)
    if len(listed.left_out) > _SAID:
        session.console.print(f"left out: {len(listed.left_out) - _SAID} more", highlight=False)
    if listed.subscriptions:
        old = len(listed.subscriptions) - len(new)
        session.console.print(f"subscriptions: {len(new)} added, {old} already there", highlight=False)
