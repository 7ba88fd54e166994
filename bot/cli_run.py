"""The verbs that do the main job: run, poll, publish, check; and the sample run of a first visit."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer
from rich.console import Console
from rich.progress import Progress, TaskID

from bot.app import (
    SAMPLE_DATABASE,
    Extras,
    catalogs,
    database_of,
    folder_of,
    is_sample,
    opened,
    run_once,
    stay_up,
)
from bot.chat_console import rendered
from bot.cli_base import Session, listening, print_json, reader, run, terminal_language
from bot.delivery import deliver, resume
from bot.doctor import findings
from bot.jobs import digest, prepared, publish_slot
from bot.poll import Polled, poll
from bot.sample import SampleSite, sample_sites
from bot.terminal import STAGES, finding_form, print_finding, progress_bar
from bot.world import World
from config.settings import Settings
from digests.catalog import Catalog
from digests.edition import slot_now
from digests.errors import NotFound
from digests.model import Destination, Feed, FeedRole, Subscription
from digests.polling import too_soon
from digests.ports import Finding

SAMPLE_DIGESTS = 3
"""Digests printed under each of the sample's overviews: enough to see the form, short enough to read."""


def run_verb(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then stop.")] = False,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Another port than the configured one.")] = None,
) -> None:
    """Poll, digest, publish and answer, all in one process. With nothing configured: a sample edition, here."""
    session: Session = context.obj
    run(session, _run(session, once=once, port=port))


async def _run(session: Session, *, once: bool, port: int | None) -> int:
    settings = listening(session.settings(), port)
    if is_sample(settings):
        return await sample(replace(session, quiet=True))
    async with opened(settings, session.console) as world:
        await _ensure_reader(world, settings)
        if once:
            await run_once(world)
            return await _undelivered(session, world)
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await stay_up(world, settings, stop)
    return 0


async def _ensure_reader(world: World, settings: Settings) -> None:
    """Feeds without any subscription are read in the terminal."""
    if await world.store.subscriptions():
        return
    await world.store.save_subscription(
        Subscription(
            id="terminal",
            destination=Destination(platform="console"),
            zone=settings.zone,
            language=reader(settings).language,
            layout="inline",
            created=world.clock(),
        )
    )


async def _undelivered(session: Session, world: World) -> int:
    waiting = await world.store.pending_deliveries()
    stuck = waiting.get("held", 0) + waiting.get("failed", 0)
    if stuck:
        session.errors.print(f"chokan: {stuck} message(s) could not be delivered; run: chokan check", style="red")
    return 1 if stuck else 0


# --- the sample ---------------------------------------------------------------------------------------------------


async def sample(session: Session) -> int:
    """The main job on the sample site, from feed to printed edition, in a database made anew."""
    settings = session.settings()
    _forget_sample()
    async with sample_sites() as sites:
        extras, archive = sample_extras(sites), f"sqlite:///{SAMPLE_DATABASE}"
        async with opened(settings, session.console, database=archive, extras=extras) as world:
            await _add_sample(world, sites)
            with progress(world, session.errors) as watched:
                await poll(watched)
                await digest(watched)
            for subscription in sorted(await world.store.subscriptions(), key=_own_language_last):
                await publish_slot(world, subscription, slot_now(subscription, world.clock()))
            await deliver(world)
    _say_what_next(session.console)
    return 0


def sample_extras(sites: Sequence[SampleSite]) -> Extras:
    """Of this machine only the sample sites' own addresses may be fetched, and only the terminal is written to."""
    return Extras(allow_hosts=[urlsplit(site.base).netloc for site in sites], spacing=0.0, platforms=("console",))


def _forget_sample() -> None:
    for end in ("", "-wal", "-shm"):
        Path(f"{SAMPLE_DATABASE}{end}").unlink(missing_ok=True)


async def _add_sample(world: World, sites: Sequence[SampleSite]) -> None:
    for site in sites:
        role: FeedRole = "reference" if site.code == "ref" else "source"
        feed = Feed(url=site.feed_url, role=role, backfill=len(site.articles), added=world.clock())
        await world.store.add_feed(feed)
        if role == "source":
            await world.store.save_subscription(_sample_subscription(site, world.clock()))


def _sample_subscription(site: SampleSite, now: datetime) -> Subscription:
    return Subscription(
        id=f"sample-{site.code}",
        destination=Destination(platform="console"),
        feeds=(site.feed_url,),
        language=site.code,
        layout="inline",
        limit=SAMPLE_DIGESTS,
        public=True,
        created=now,
    )


def _own_language_last(subscription: Subscription) -> tuple[bool, str]:
    """The edition in the reader's own language stands at the end, where the screen stops."""
    return (subscription.language == terminal_language(os.environ), subscription.id)


@contextmanager
def progress(world: World, console: Console) -> Iterator[World]:
    """The world with its progress drawn on a terminal; silent where there is none."""
    if not console.is_terminal:
        yield world
        return
    with progress_bar(console) as bar:
        tasks: dict[str, TaskID] = {}

        def draw(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(STAGES.get(stage, stage), total=total)
            bar.update(tasks[stage], completed=done, total=total)

        _announce(bar, tasks)
        yield replace(world, progress=draw)


def _announce(bar: Progress, tasks: dict[str, TaskID]) -> None:
    tasks["poll"] = bar.add_task(STAGES["poll"], total=None)


def _say_what_next(console: Console) -> None:
    console.print(
        "\n[bold]This was the sample edition.[/bold] 見本の朝刊でした。\n"
        f"  The archive is {SAMPLE_DATABASE}. Look into it:\n"
        "    [cyan]chokan web[/cyan] · [cyan]chokan latest[/cyan] · [cyan]chokan search 地震[/cyan]\n"
        "  Your own  [cyan]chokan setup[/cyan], or [cyan]chokan setup --web[/cyan]: a site, a preview, a channel\n"
        "  Any page  [cyan]chokan digest https://…[/cyan]\n"
        "  A feed    [cyan]chokan feeds add https://…[/cyan], then [cyan]chokan run[/cyan]\n"
        "  Settings  copy config/chokan.example.toml to chokan.toml\n"
        "  ([cyan]chokan[/cyan] is .venv/bin/chokan)",
        highlight=False,
    )


# --- one step at a time -----------------------------------------------------------------------------------------------


def poll_verb(
    context: typer.Context,
    feeds: Annotated[list[str] | None, typer.Argument(help="Feeds to poll now, due or not; none: all.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Ask also those that were asked a moment ago.")] = False,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Poll feeds now, due or not, and digest what is new. A feed that was asked within the hour is left alone."""
    session: Session = context.obj
    run(session, _poll(session, feeds or [], force=force, json_out=json_out))


async def _poll(session: Session, urls: list[str], *, force: bool, json_out: bool) -> int:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        known = {health.feed.url: health.state for health in await world.store.feeds()}
        if not known and not urls and not json_out:
            session.errors.print(reader(settings)("status.feed.none"), markup=False, highlight=False, soft_wrap=True)
            return 0
        unknown = [url for url in urls if url not in known]
        if unknown:
            raise NotFound(f"{unknown[0]}: no such feed here; add it with: chokan feeds add {unknown[0]}")
        wanted = [url for url in urls or known if force or not too_soon(known[url], world.clock(), world.shortest)]
        with progress(world, session.errors) as watched:
            results = await poll(watched, urls=wanted)
            await digest(watched)
    left = len(urls or known) - len(wanted)
    if left:
        session.errors.print(f"{left} feed(s) were asked a moment ago and are left alone; --force asks all the same")
    if json_out:
        print_json([_polled_form(result) for result in results])
    else:
        for result in results:
            outcome = result.error or f"{result.new} new"
            session.console.print(f"{result.feed}  {outcome}", markup=False, highlight=False, soft_wrap=True)
    return 1 if any(result.error for result in results) else 0


def _polled_form(result: Polled) -> dict[str, object]:
    return {"feed": result.feed, "status": result.status, "new": result.new, "error": result.error}


def publish_verb(
    context: typer.Context,
    subscription: Annotated[str | None, typer.Argument(help="Which subscription; none: all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print it; post and save nothing.")] = False,
) -> None:
    """Publish an edition now, beside the schedule, with everything new since the last one."""
    session: Session = context.obj
    run(session, _publish(session, subscription, dry_run=dry_run))


async def _publish(session: Session, name: str | None, *, dry_run: bool) -> int:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        await _ensure_reader(world, settings)
        for subscription in _chosen(await world.store.subscriptions(), name):
            slot = slot_now(subscription, world.clock())
            if dry_run:
                _, deliveries = await prepared(world, subscription, slot)
                for delivery in deliveries:
                    session.console.print(rendered(delivery.message, session.console.width))
            else:
                await publish_slot(world, subscription, slot)
        if not dry_run:
            await deliver(world)
            return await _undelivered(session, world)
    return 0


def _chosen(subscriptions: Sequence[Subscription], name: str | None) -> Sequence[Subscription]:
    if name is None:
        return [subscription for subscription in subscriptions if not subscription.paused]
    chosen = [subscription for subscription in subscriptions if subscription.id == name]
    if not chosen:
        names = ", ".join(subscription.id for subscription in subscriptions) or "none"
        raise NotFound(f"no subscription «{name}»; there are: {names}")
    return chosen


def resume_verb(
    context: typer.Context, subscription: Annotated[str, typer.Argument(help="Which subscription.")]
) -> None:
    """Go on with a subscription that was paused, and send what was held back of its latest editions."""
    session: Session = context.obj
    run(session, _resume(session, subscription))


async def _resume(session: Session, name: str) -> int:
    async with opened(session.settings(), session.console) as world:
        (subscription,) = _chosen(await world.store.subscriptions(), name)
        count = await resume(world, subscription)
        session.console.print(f"resumed: {name}; {count} message(s) to send", markup=False, highlight=False)
        await deliver(world)
        return await _undelivered(session, world) if count else 0


def check_verb(
    context: typer.Context,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check configuration, database, feeds and tokens; say what is wrong and what to do. Exit code 1 if anything is."""
    session: Session = context.obj
    run(session, _check(session, json_out=json_out))


async def _check(session: Session, *, json_out: bool) -> int:
    settings = session.settings()
    # Programs read English, whoever's terminal it is.
    words = catalogs().of("en") if json_out else reader(settings)
    found = [_configuration(session, words)]
    if not json_out:
        print_finding(session.console, found[0])
        line = words("check.archive", address=_shown(database_of(settings)))
        session.console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    async with opened(settings, session.console) as world:
        async for finding in findings(world, words, folder=folder_of(settings), zone=settings.zone):
            found.append(finding)
            if not json_out:
                print_finding(session.console, finding)
    if json_out:
        print_json([finding_form(finding) for finding in found])
    return 0 if all(finding.ok for finding in found) else 1


def _configuration(session: Session, words: Catalog) -> Finding:
    where = str(session.config) if session.config else words("check.configuration.none")
    return Finding(subject=words("check.configuration"), ok=True, text=where)


def _shown(url: str) -> str:
    """A database's address without its password."""
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":…@") if parts.password else url
