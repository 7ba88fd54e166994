"""`chokan status`: how things stand, on one screen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.app import database_of, opened
from bot.cli_base import Session, print_json, reader, run
from bot.terminal import clean
from bot.world import World
from digests.catalog import Catalog
from digests.edition import next_slot
from digests.model import Subscription
from digests.reasons import BY_ADMIN, reason_in
from digests.store import FeedHealth, Totals


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One subscription: when its next edition is due, what became of its last."""

    subscription: Subscription
    next: datetime | None
    last: datetime | None
    deliveries: Mapping[str, int]
    """Messages of the last edition by state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    version: str
    database: str
    bytes: int
    running: bool
    totals: Totals
    feeds: Sequence[FeedHealth]
    waiting: Mapping[str, int]
    rows: Sequence[Row]


def status_verb(
    context: typer.Context, json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """How things stand: is Chokan running, what waits, when the next editions are due."""
    session: Session = context.obj
    run(session, _status(session, json_out=json_out))


async def _status(session: Session, *, json_out: bool) -> None:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        standing = await standing_of(world, _shown(database_of(settings)))
    if json_out:
        print_json(form_of(standing))
    else:
        print_standing(session.console, standing, reader(settings))


def _shown(database: str) -> str:
    """The address without what could be a password."""
    scheme, _, rest = database.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


async def standing_of(world: World, database: str) -> Standing:
    """How things stand now. Raises `StoreError`."""
    now, store = world.clock(), world.store
    last = await store.last_slots()
    rows = []
    for subscription in await store.subscriptions():
        slot = next_slot(subscription, now, last.get(subscription.id))
        newest = await store.editions(subscription=subscription.id, limit=1)
        states: dict[str, int] = {}
        for delivery in [one for edition in newest for one in await store.deliveries(edition.id)]:
            states[delivery.state] = states.get(delivery.state, 0) + 1
        at = newest[0].slot.at if newest else None
        rows.append(Row(subscription=subscription, next=slot.at if slot else None, last=at, deliveries=states))
    return Standing(
        version=version("chokan"),
        database=database,
        bytes=await store.bytes_used(),
        running=not await store.alone(),
        totals=await store.totals(now),
        feeds=await store.feeds(),
        waiting={state: many for state, many in (await store.pending_deliveries()).items() if state != "sent"},
        rows=rows,
    )


def print_standing(console: Console, standing: Standing, words: Catalog) -> None:
    totals = standing.totals
    failing = sum(bool(health.state.failures or health.state.stopped) for health in standing.feeds)
    running = words("status.running" if standing.running else "status.stopped")
    lines = [
        f"Chokan {standing.version}: {running}",
        words("status.database", address=standing.database, size=f"{standing.bytes / (1 << 20):.1f}"),
        words("status.articles", articles=totals.articles, digests=totals.digests, waiting=totals.undigested),
        words("status.feeds.failing" if failing else "status.feeds", count=len(standing.feeds), failing=failing),
        words("status.waiting", count=sum(standing.waiting.values())),
    ]
    for line in lines:
        console.print(line, markup=False, highlight=False, soft_wrap=True)
    if standing.rows:
        console.print(_table(standing.rows, words))


def _table(rows: Sequence[Row], words: Catalog) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("subscription", "destination", "next", "last", "messages"):
        table.add_column(words(f"status.{heading}"), overflow="fold")
    for row in rows:
        one = row.subscription
        paused = words("status.paused", reason=reason_in(words, one.paused_reason or BY_ADMIN))
        coming = paused if one.paused else _local(row.next, one)
        states = ", ".join(words(f"status.state.{s}", count=many) for s, many in sorted(row.deliveries.items()))
        cells = (one.id, str(one.destination).rstrip(":"), coming, _local(row.last, one), states or "–")
        table.add_row(*(Text(clean(cell)) for cell in cells))
    return table


def _local(moment: datetime | None, subscription: Subscription) -> str:
    """As the subscription's clock shows it."""
    return f"{moment.astimezone(ZoneInfo(subscription.zone)):%Y-%m-%d %H:%M}" if moment else "–"


def form_of(standing: Standing) -> dict[str, Any]:
    totals = standing.totals
    return {
        "version": standing.version,
        "running": standing.running,
        "database": {"address": standing.database, "bytes": standing.bytes},
        "articles": totals.articles,
        "digests": totals.digests,
        "undigested": totals.undigested,
        "feeds": {
            "count": len(standing.feeds),
            "failing": [h.feed.url for h in standing.feeds if h.state.failures or h.state.stopped],
        },
        "waiting": dict(standing.waiting),
        "subscriptions": [
            {
                "id": row.subscription.id,
                "destination": str(row.subscription.destination),
                "paused": row.subscription.paused,
                "next": row.next.isoformat() if row.next else None,
                "last": row.last.isoformat() if row.last else None,
                "messages": dict(row.deliveries),
            }
            for row in standing.rows
        ],
    }
