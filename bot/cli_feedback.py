"""`chokan feedback`: what readers found wrong or unclear, newest first."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.app import opened
from bot.cli_base import Session, print_json, run


def feedback_verb(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most lines.")] = 20,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """What readers found wrong or unclear about digests, newest first."""
    session: Session = context.obj
    run(session, _feedback(session, limit, json_out=json_out))


async def _feedback(session: Session, limit: int, *, json_out: bool) -> None:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        said = await world.store.feedback(limit)
        titles = {digest.id: digest for digest in (await world.store.digests([one.digest for one in said])).values()}
    rows = [
        {
            "at": one.at.isoformat(),
            "digest": one.digest,
            "title": titles[one.digest].title if one.digest in titles else None,
            "url": titles[one.digest].url if one.digest in titles else None,
            "text": one.text,
            "origin": one.origin,
            "locale": one.locale,
        }
        for one in said
    ]
    if json_out:
        print_json(rows)
        return
    for row in rows:
        line = f"{str(row['at'])[:16]}  {row['title'] or row['digest']}  {row['url'] or ''}\n  {row['text'] or '–'}"
        session.console.print(line, markup=False, highlight=False, soft_wrap=True)
    if not rows:
        session.console.print("No reader has complained yet.")
