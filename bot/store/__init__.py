"""Everything remembered: the `Store` port over SQLite or PostgreSQL. `DATABASE_URL` is the only switch."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime

from bot.store.archive import ArchiveRoom
from bot.store.browsing import BrowsingRoom
from bot.store.corrections import CorrectionRoom
from bot.store.database import Database, database_url, prepare_file
from bot.store.editions import EditionRoom
from bot.store.feeds import FeedRoom
from bot.store.forgetting import ForgettingRoom
from bot.store.hubs import HubRoom
from bot.store.ledger import LedgerRoom
from bot.store.members import MemberRoom
from bot.store.migrate import migrate
from bot.store.notices import NoticeRoom
from bot.store.outbox import OutboxRoom
from bot.store.presence import PresenceRoom
from bot.store.renditions import RenditionRoom
from bot.store.search import SearchRoom
from bot.store.sight import SightRoom

__all__ = ["SqlStore", "open_store"]


class SqlStore(
    FeedRoom,
    HubRoom,
    ArchiveRoom,
    SearchRoom,
    SightRoom,
    EditionRoom,
    BrowsingRoom,
    OutboxRoom,
    MemberRoom,
    CorrectionRoom,
    NoticeRoom,
    PresenceRoom,
    LedgerRoom,
    ForgettingRoom,
    RenditionRoom,
):
    """Each method is one transaction; each room of methods has its own module. Raises `StoreError`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.presence = AsyncExitStack()
        self.settling, self.settle_turn = [], asyncio.Lock()

    async def close(self) -> None:
        await self.presence.aclose()
        await self.database.close()


async def open_store(url: str, *, now: datetime | None = None, patience: float = 10.0) -> SqlStore:
    """Open the database at `sqlite:///path` or `postgresql://user@host/name`, made or brought up to date.

    `now` is for steps of migration that need the time; none does yet. `patience`: seconds to wait for another process
    that has SQLite's file locked. Raises `StoreError` when the database cannot be reached or written, is none, or is
    newer than this program.
    """
    database = Database(database_url(url), patience=patience)
    try:
        if database.sqlite:
            await prepare_file(database)
        await migrate(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database)
