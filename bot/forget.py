"""What is older than the operator wants to keep leaves the archive, a little at a time, while everything goes on."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.telemetry import event
from digests.edition import OLDEST
from digests.store import Store

log = logging.getLogger("chokan.forget")

BATCH = 100
"""Articles or editions of one transaction."""
PAGES = 500
"""Pages (of 4 KiB) given back in one transaction."""
NIGHT = timedelta(days=1)
PAUSE = 0.05
"""Seconds between two transactions, for those who wait to write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How long things are kept; None: for ever."""

    articles: timedelta | None = None
    editions: timedelta | None = None
    records: timedelta | None = None


async def forget(store: Store, keep: Keep, now: datetime) -> None:
    """Remove what is older than `keep` says, then give the disk back what that freed. What an edition may still carry,
    and that it has carried it, is remembered whatever `keep` says."""
    editions = articles = records = pages = 0
    if keep.editions is not None:
        while gone := await store.forget_editions(now - max(keep.editions, OLDEST + NIGHT), limit=BATCH):
            editions += gone
            await asyncio.sleep(PAUSE)
    if keep.articles is not None:
        while gone := await store.forget_articles(now - max(keep.articles, OLDEST + NIGHT), limit=BATCH):
            articles += gone
            await asyncio.sleep(PAUSE)
    if keep.records is not None:
        records = await store.forget_records(now - keep.records)
    while gone := await store.compact(PAGES):
        pages += gone
        await asyncio.sleep(PAUSE)
    if editions or articles or records:
        event(log, "archive.forgot", articles=articles, editions=editions, records=records, pages=pages)
