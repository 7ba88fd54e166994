"""`chokan feeds`: list, add, remove, resume, import, export."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot.app import catalogs, opened
from bot.cli_base import Session, one_line_errors, print_json, reader, run
from bot.cli_exchange import File, take_in
from bot.exchange import Listed, read
from bot.opml import opml_of
from bot.poll import discover, poll
from bot.terminal import feeds_form, print_feeds
from digests.errors import ConfigError, NotFound
from digests.model import Feed, FeedRole

feeds = typer.Typer(help="The feeds articles come from.", no_args_is_help=True)


@feeds.command("list")
def list_verb(
    context: typer.Context, json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """Every feed, with its health."""
    session: Session = context.obj
    run(session, _list(session, json_out=json_out))


async def _list(session: Session, *, json_out: bool) -> None:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        found = await world.store.feeds()
    words = catalogs().of("en") if json_out else reader(settings)  # programs read English, whoever's terminal it is
    if json_out:
        print_json(feeds_form(found, words))
    elif found:
        print_feeds(session.console, found, words)
    else:
        session.console.print(words("status.feed.none"))


@feeds.command("add")
def add_verb(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="Address of a feed, or of a site that names one.")],
    reference: Annotated[bool, typer.Option("--reference", help="Cited under other articles, never posted.")] = False,
    backfill: Annotated[int, typer.Option(min=0, max=500, help="How many old articles count as new.")] = 0,
) -> None:
    """Add a feed. Old articles are only remembered, unless --backfill asks for some of them."""
    session: Session = context.obj
    run(session, _add(session, url, reference=reference, backfill=backfill))


async def _add(session: Session, url: str, *, reference: bool, backfill: int) -> None:
    async with opened(session.settings(), session.console) as world:
        found = await discover(world, url)
        role: FeedRole = "reference" if reference else "source"
        new = await world.store.add_feed(Feed(url=found, role=role, backfill=backfill, added=world.clock()))
        if new:
            await poll(world, urls=[found])  # with what was just looked at: nothing is asked twice
    session.console.print(
        f"{'added' if new else 'already there'}: {found}", markup=False, highlight=False, soft_wrap=True
    )


@feeds.command("remove")
def remove_verb(context: typer.Context, url: Annotated[str, typer.Argument(help="The feed's address.")]) -> None:
    """Stop polling a feed. Its articles stay in the archive."""
    session: Session = context.obj
    run(session, _remove(session, url))


async def _remove(session: Session, url: str) -> None:
    settings = session.settings()
    if url in [feed.url for feed in settings.feeds]:
        raise ConfigError(f"{url} is in {session.config}; take it out there, then run: chokan feeds remove {url}")
    async with opened(settings, session.console) as world:
        if not await world.store.remove_feed(url):
            raise NotFound(f"{url}: no such feed; see: chokan feeds list")
    _say(session, f"removed: {url}")


@feeds.command("resume")
def resume_verb(context: typer.Context, url: Annotated[str, typer.Argument(help="The feed's address.")]) -> None:
    """Poll a stopped or failing feed again, at once."""
    session: Session = context.obj
    run(session, _resume(session, url))


async def _resume(session: Session, url: str) -> None:
    async with opened(session.settings(), session.console) as world:
        if not await world.store.resume_feed(url, world.clock()):
            raise NotFound(f"{url}: no such feed; see: chokan feeds list")
    _say(session, f"resumed: {url}")


@feeds.command("import")
def import_verb(
    context: typer.Context,
    file: File,
) -> None:
    """Add every feed that a file lists: OPML, or another program's CSV or JSON."""
    session: Session = context.obj
    with one_line_errors(session):
        found = read(file.read_bytes(), file.name)
    run(session, take_in(session, Listed(found.feeds, left_out=found.left_out)))


@feeds.command("export")
def export_verb(context: typer.Context) -> None:
    """Print every feed as OPML, for any feed reader."""
    session: Session = context.obj
    run(session, _export(session))


async def _export(session: Session) -> None:
    async with opened(session.settings(), session.console) as world:
        found = await world.store.feeds()
    sys.stdout.write(opml_of([health.feed for health in found]).decode())


def _say(session: Session, text: str) -> None:
    session.console.print(text, markup=False, highlight=False, soft_wrap=True)
