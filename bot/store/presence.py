"""Who else is up on this database. Two processes are safe (claims see to that); the second is told that it is one."""

from __future__ import annotations

import asyncio
import fcntl
import os
from contextlib import AsyncExitStack

from sqlalchemy import text

from bot.store.database import Database
from bot.store.faults import translated
from bot.store.unbroken import unbroken


class PresenceRoom:
    """The part of the store that says whether a process is alone. What it holds ends with the process, however that
    ends: a lock on a file beside SQLite's, a session's advisory lock on PostgreSQL."""

    database: Database
    presence: AsyncExitStack

    @unbroken
    async def alone(self) -> bool:
        """Take the place of the process that is up; False if another has it."""
        with translated(self.database.name):
            if self.database.sqlite:
                return await asyncio.to_thread(self._only_here)
            connection = await self.presence.enter_async_context(self.database.engine.connect())
            mine = text("SELECT pg_try_advisory_lock(hashtextextended(current_schema(), 1131365204))")
            taken = bool(await connection.scalar(mine))
            await connection.commit()  # the lock belongs to the session: no transaction stays open for it
            return taken

    def _only_here(self) -> bool:
        if self.database.name.startswith("file:"):
            return True
        file = os.open(f"{self.database.name}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.presence.callback(os.close, file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
