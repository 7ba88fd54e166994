"""`chokan costs`: what language models were asked, how many tokens that took, and the money where a price is set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

import typer
from rich.table import Table

from bot.app import opened
from bot.cli_base import Session, print_json, reader, run
from digests.catalog import Catalog
from digests.model import ModelUsage


def costs_verb(
    context: typer.Context,
    days: Annotated[int, typer.Option(min=1, max=366, help="How many days back.")] = 31,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What language models cost, by day."""
    session: Session = context.obj
    run(session, _costs(session, days, json_out=json_out))


async def _costs(session: Session, days: int, *, json_out: bool) -> None:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        rows = await world.store.model_usage(datetime.now(UTC).date() - timedelta(days=days - 1))
    if json_out:
        print_json([_form(row) for row in rows])
    elif rows:
        session.console.print(_table(rows, reader(settings)))
    else:
        session.console.print(reader(settings)("costs.none"), markup=False, highlight=False)


def _form(row: ModelUsage) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, date) else value for key, value in asdict(row).items()}


def _table(rows: Sequence[ModelUsage], catalog: Catalog) -> Table:
    table = Table()
    for name in ("day", "model", "tenant", "requests", "tokens_in", "tokens_out", "cost"):
        justify: Literal["left", "right"] = "left" if name in {"day", "model", "tenant"} else "right"
        table.add_column(catalog(f"costs.{name}"), justify=justify)
    for row in rows:
        table.add_row(row.day.isoformat(), row.model, row.tenant or catalog("costs.own"), *_figures(row))
    total = ModelUsage(
        day=rows[-1].day,
        model="",
        requests=sum(row.requests for row in rows),
        tokens_in=sum(row.tokens_in for row in rows),
        tokens_out=sum(row.tokens_out for row in rows),
        cost=sum(row.cost for row in rows),
    )
    table.add_row(catalog("costs.total"), "", "", *_figures(total), style="bold")
    return table


def _figures(row: ModelUsage) -> tuple[str, str, str, str]:
    return f"{row.requests:,}", f"{row.tokens_in:,}", f"{row.tokens_out:,}", f"{row.cost:,.4f}"
