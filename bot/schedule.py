"""The alarm clock: APScheduler wakes the jobs, nothing more. What is due lives in our tables and is claimed there, so
two processes, a late alarm or a missed one change nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.telemetry import event, unit

log = logging.getLogger("chokan.schedule")

STOP_WITHIN = 7.0
"""Seconds that work under way may take to finish when we are asked to stop."""
GIVE_BACK_WITHIN = 1.5
"""Seconds after that in which it gives back what it had claimed."""


class Alarm:
    """Calls each job every so often, never two of one job at a time."""

    def __init__(self) -> None:
        # misfire_grace_time is 1 second by default: what came due while the loop was busy would be skipped silently.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)
        self._running: set[asyncio.Task[None]] = set()
        self.finished: dict[str, datetime] = {}
        """When each job last came to its end."""

    def every(self, seconds: float, name: str, job: Callable[[], Awaitable[object]]) -> None:
        """Run `job` now and then every `seconds`; a failure is logged and the next call comes all the same."""

        async def guarded() -> None:
            task = asyncio.current_task()
            assert task is not None
            self._running.add(task)
            with unit():
                try:
                    await job()
                except Exception:
                    log.exception("job.failed job=%s", name)
                finally:
                    self._running.discard(task)
                    self.finished[name] = datetime.now(UTC)

        self._scheduler.add_job(guarded, "interval", seconds=seconds, id=name, next_run_time=datetime.now(UTC))

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """No new alarms; work under way gets `STOP_WITHIN` seconds. (APScheduler's own shutdown would cancel it.)"""
        self._scheduler.pause()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=STOP_WITHIN)
            if late:
                event(log, "stop.cancelled", level=logging.WARNING, jobs=len(late))
                await _cancelled(late)
        self._scheduler.shutdown(wait=False)


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel, and let each write down what it leaves undone."""
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=GIVE_BACK_WITHIN)
