"""Plays the crash cases: a child process per life, killed where the case says, started anew, and what is then there.

`verdict` counts what reached the platform against what an undisturbed morning posts.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import crash_child
import psycopg
from crash_cases import Case
from crash_child import Orders
from crash_cuts import cutting
from crash_stands import News, Place, news, place, twice
from databases import database, emptied
from sqlalchemy import make_url

PATIENCE = 60.0
"""Seconds one life of a child may last."""
STOP_SECONDS = 10.0
SLOT = datetime.now(UTC).replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=2)
MINUTE = timedelta(minutes=1)
EVENING = (SLOT - 10 * MINUTE, SLOT - 9.6 * MINUTE, SLOT - 4 * MINUTE)
MORNING = (SLOT + 5 * MINUTE / 60, SLOT + 25 * MINUTE / 60)
TICKS = (SLOT + 6.5 * MINUTE, SLOT + 12 * MINUTE, SLOT + 18 * MINUTE)
"""Later than a lease, later than a nonce."""

_HERE = Path(__file__).resolve().parent
# The server the children are forked from looks for its preload here: it inherits no sys.path (Python 3.11).
os.environ["PYTHONPATH"] = os.pathsep.join((str(_HERE.parent), str(_HERE), os.environ.get("PYTHONPATH", "")))
_forks = get_context("forkserver")
_forks.set_forkserver_preload(["crash_warm"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one case on one database and one platform."""

    case: Case
    database: str
    platform: str
    lost: int
    twice: int
    said: str
    """Empty if all is as it must be."""
    seconds: float

    @property
    def ok(self) -> bool:
        return not (self.lost or self.twice or self.said)


@dataclass(slots=True, kw_only=True)
class Stage:
    """One case on one database and one platform."""

    case: Case
    orders: Orders
    site: News
    chat: Place
    database: str
    problems: list[str] = field(default_factory=list)

    def expect(self, true: bool, otherwise: str) -> None:
        if not true:
            self.problems.append(otherwise)

    # --- lives ------------------------------------------------------------------------------------------------------

    def begin(self, times: Sequence[datetime], **changes: Any) -> Any:
        """A child with these ticks before it; returns its process."""
        orders = replace(self.orders, times=tuple(instant.isoformat() for instant in times), **changes)
        orders.report.unlink(missing_ok=True)
        process = _forks.Process(target=crash_child.main, args=(orders,))
        process.start()
        return process

    async def end(self, process: Any) -> int:
        """Its exit code; -9 if it was killed."""
        deadline = time.monotonic() + PATIENCE
        while process.exitcode is None and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        if process.exitcode is None:
            process.kill()
            self.problems.append(f"did not end within {PATIENCE:g} s")
        process.join(5)
        return int(process.exitcode or 0)

    async def live(self, times: Sequence[datetime], *, killed: bool = False, **changes: Any) -> None:
        code = await self.end(self.begin(times, **changes))
        wanted = -signal.SIGKILL if killed else 0
        self.expect(code == wanted, f"ended with {code}, not {wanted}")

    async def live_on(self, *more: datetime) -> None:
        """Restart where the clock stands, then three more ticks."""
        now = self.orders.clock.now()
        await self.live([instant for instant in (*EVENING, *MORNING, *TICKS, *more) if instant > now])

    def kills(self, process: Callable[[], Any]) -> Callable[[], Any]:
        async def kill() -> None:
            os.kill(process().pid, signal.SIGKILL)
            await asyncio.sleep(0.1)

        return kill

    # --- what is left -----------------------------------------------------------------------------------------------

    def report(self) -> Any:
        if not self.orders.report.exists():
            return {"states": {}, "paused": []}
        return json.loads(self.orders.report.read_text())

    def run_sql(self, *statements: str) -> None:
        if self.database == "sqlite":
            with sqlite3.connect(make_url(self.orders.database).database or "", timeout=20) as file:
                for statement in statements:
                    file.execute(statement)
            file.close()
            return
        with psycopg.connect(self.orders.database, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


# --- plays ------------------------------------------------------------------------------------------------------------


async def killed(stage: Stage) -> None:
    """At the case's failpoint."""
    await stage.live((*EVENING, *MORNING), killed=True, fail_at=stage.case.at)
    await stage.live_on()


async def killed_at_seven(stage: Stage) -> None:
    """The articles come right before the edition; a dead process still holds the lease on them when it is due."""
    early = SLOT - MINUTE / 60
    await stage.live([early], killed=True, fail_at="before-save-digest")
    await stage.live([instant for instant in (*MORNING, *TICKS) if instant > early])


async def killed_by_site(stage: Stage) -> None:
    process: list[Any] = []
    stage.site.breaks = stage.kills(lambda: process[0])
    process.append(stage.begin((*EVENING, *MORNING)))
    stage.expect(await stage.end(process[0]) == -signal.SIGKILL, "was not killed")
    stage.site.breaks = _nothing
    await stage.live_on()


async def killed_by_chat(stage: Stage) -> None:
    process: list[Any] = []
    stage.chat.plays.acts[1] = stage.kills(lambda: process[0])
    process.append(stage.begin((*EVENING, *MORNING)))
    stage.expect(await stage.end(process[0]) == -signal.SIGKILL, "was not killed")
    await stage.live_on()


async def asked_to_stop(stage: Stage) -> None:
    """SIGTERM comes with the post; the answer two seconds later."""
    await _stop_while_posting(stage, answer_after=2)
    await stage.live_on()


async def stopped_unanswered(stage: Stage) -> None:
    """SIGTERM comes with the post, the answer not before the process is gone; the lease is given back."""
    await _stop_while_posting(stage, answer_after=STOP_SECONDS)
    stage.expect("stop.cancelled" in stage.orders.log.read_text(), "did not say what it left undone")
    await stage.live([MORNING[1]])
    stage.expect(len(stage.chat.keys()) == 4, "waited for a lease that should have been given back")
    await stage.live_on()


async def _stop_while_posting(stage: Stage, *, answer_after: float) -> None:
    await stage.live(EVENING)
    stage.orders.clock.set(MORNING[0].isoformat())
    process: list[Any] = []
    asked: list[float] = []

    async def ask() -> None:
        os.kill(process[0].pid, signal.SIGTERM)
        asked.append(time.monotonic())
        await asyncio.sleep(answer_after)

    stage.chat.plays.acts[1] = ask
    process.append(stage.begin(()))
    stage.expect(await stage.end(process[0]) == 0, "did not end by itself")
    stage.expect(bool(asked) and time.monotonic() - asked[0] < STOP_SECONDS, "took too long to stop")
    stage.expect(len(stage.chat.keys()) == 1, "went on posting after SIGTERM")


FULL = {
    "sqlite": (
        "CREATE TABLE filler (b BLOB)",
        "CREATE TRIGGER full_disk BEFORE UPDATE OF state ON deliveries WHEN NEW.state = 'sent' "
        "BEGIN INSERT INTO filler VALUES (zeroblob(200000000)); END",
    ),
    "postgres": (
        "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
        "$$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END$$",
        "CREATE TRIGGER full_disk BEFORE UPDATE ON deliveries FOR EACH ROW WHEN (NEW.state = 'sent') "
        "EXECUTE FUNCTION full_disk()",
    ),
}
ROOM = {
    "sqlite": ("DROP TRIGGER full_disk", "DROP TABLE filler"),
    "postgres": ("DROP TRIGGER full_disk ON deliveries", "DROP FUNCTION full_disk"),
}


async def disk_full(stage: Stage) -> None:
    """SQLite's file may not grow (SQLITE_FULL), PostgreSQL answers 53100; after two seconds there is room again."""
    made: list[asyncio.Task[None]] = []

    async def make_room() -> None:
        await asyncio.sleep(2)
        await asyncio.to_thread(stage.run_sql, *ROOM[stage.database])

    async def fill() -> None:
        await asyncio.to_thread(stage.run_sql, *FULL[stage.database])
        made.append(asyncio.create_task(make_room()))

    stage.chat.plays.acts[1] = fill
    await stage.live((*EVENING, *MORNING))
    await asyncio.gather(*made)
    stage.expect("delivery.unsettled" in stage.orders.log.read_text(), "gave no alarm")
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")


async def locked(stage: Stage) -> None:
    """Somebody else holds the database for five seconds when the post is to be written down."""
    held: list[asyncio.Task[None]] = []
    begun = asyncio.Event()

    async def lock() -> None:
        loop = asyncio.get_running_loop()
        held.append(asyncio.create_task(asyncio.to_thread(hold, stage, lambda: loop.call_soon_threadsafe(begun.set))))
        await begun.wait()

    stage.chat.plays.acts[1] = lock
    await stage.live((*EVENING, *MORNING))
    await asyncio.gather(*held)
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")


def hold(stage: Stage, begun: Callable[[], object]) -> None:
    """Lock the database for five seconds."""
    if stage.database == "sqlite":
        file = sqlite3.connect(make_url(stage.orders.database).database or "", timeout=20, isolation_level=None)
        file.execute("BEGIN IMMEDIATE")
        begun()
        time.sleep(5)
        file.execute("ROLLBACK")
        file.close()
        return
    with psycopg.connect(stage.orders.database) as connection:
        connection.execute("LOCK TABLE deliveries IN EXCLUSIVE MODE")
        begun()
        time.sleep(5)
        connection.rollback()


async def cut(stage: Stage) -> None:
    """A proxy before PostgreSQL breaks the connection at the COMMIT that says "sent"."""
    async with cutting(stage.orders.database, passing_on=stage.case.at == "committed") as cuts:
        await stage.live((*EVENING, *MORNING), database=cuts.url)
        stage.expect(cuts.done, "the connection was not cut")
    await stage.live_on()
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "sent again what had arrived")


async def frozen(stage: Stage) -> None:
    """Stopped with a message claimed; another process takes over; then it wakes."""
    first = stage.begin((*EVENING, *MORNING), fail_at=stage.case.at)
    try:
        stage.expect(await _stopped(first.pid), "was not stopped")
        await stage.live(TICKS)
    finally:
        os.kill(first.pid, signal.SIGCONT)
    stage.expect(await stage.end(first) == 0, "did not end well after waking")
    stage.expect("delivery.overtaken" in stage.orders.log.read_text(), "did not notice that it was overtaken")
    await stage.live([TICKS[-1] + MINUTE])


async def _stopped(pid: int) -> bool:
    """Wait until the process is in the state T (Linux)."""
    for _ in range(1500):
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        if state == "T":
            return True
        await asyncio.sleep(0.02)
    return False


async def twins(stage: Stage) -> None:
    both = [stage.begin((*EVENING, *MORNING)) for _ in range(2)]
    stage.expect([await stage.end(process) for process in both] == [0, 0], "one of the two failed")
    await stage.live_on()


async def troubled(stage: Stage) -> None:
    """The second message meets the case's trouble."""

    async def arm() -> None:
        stage.chat.trouble(stage.case.at)

    stage.chat.plays.acts[1] = arm
    await stage.live((*EVENING, *MORNING, *TICKS))
    await stage.live_on(TICKS[-1] + MINUTE)
    stage.expect("held" not in stage.report()["states"], "gave up on a message")


async def shut(stage: Stage) -> None:
    """Nothing arrives; what is held is said, the subscription pauses, and nobody knocks again."""
    stage.chat.trouble(stage.case.at)
    await stage.live((*EVENING, *MORNING, *TICKS))
    await stage.live([SLOT + timedelta(days=1), SLOT + timedelta(days=1, minutes=10)])
    stage.expect(stage.chat.tries() == 1, f"knocked {stage.chat.tries()} times")
    stage.expect(len(stage.report()["paused"]) == 1, "did not pause the subscription")


async def removed(stage: Stage) -> None:
    async def arm() -> None:
        stage.chat.trouble("unknown")

    stage.chat.plays.acts[1] = arm
    await stage.live((*EVENING, *MORNING, *TICKS))
    tries = stage.chat.tries()
    await stage.live([TICKS[-1] + n * 20 * MINUTE for n in range(1, 4)])
    stage.expect(tries == 2, f"knocked {tries} times")
    stage.expect(stage.chat.tries() == tries, "knocked again")


async def restored(stage: Stage) -> None:
    """At nine the database is what it was before the morning's edition."""
    await stage.live(EVENING)
    copy = stage.orders.folder / "backup"
    if stage.database == "sqlite":
        stage.run_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(make_url(stage.orders.database).database or "", copy)
    await stage.live((*MORNING, *TICKS))
    if stage.database == "sqlite":
        path = Path(make_url(stage.orders.database).database or "")
        shutil.copy(copy, path)
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
    else:
        stage.run_sql("DELETE FROM deliveries", "DELETE FROM edition_articles", "DELETE FROM editions")
    await stage.live([SLOT + timedelta(hours=2, minutes=minute) for minute in (0, 6, 12, 18)])


async def changed(stage: Stage) -> None:
    """Killed with the edition saved; then its hour is changed."""
    await stage.live((*EVENING, *MORNING), killed=True, fail_at="after-edition")
    hours = [SLOT + timedelta(hours=hour) for hour in (1, 3, 3.1, 3.2)]
    await stage.live((MORNING[1], *TICKS, *hours), at=stage.case.at)


async def corrected(stage: Stage) -> None:
    """An article is corrected at nine; killed on the way to the edits. What was posted says it in the end, once."""
    await stage.live((*EVENING, *MORNING, *TICKS))
    stage.site.corrected = True
    nine = [SLOT + timedelta(hours=2, minutes=minute) for minute in (0, 1)]
    await stage.live(nine, killed=True, fail_at=stage.case.at)
    await stage.live([nine[-1] + n * 6 * MINUTE for n in range(1, 5)])
    shown, text = stage.chat.shown(), "".join(stage.chat.shown())
    marked, edits = sum("Updated " in message for message in shown), len(stage.chat.edits)
    stage.expect("Thursday" in text and "45 weeks" in text, "does not say what is right now")
    stage.expect("Bridge in the old town opened again on Monday" not in text, "still says what was wrong")
    stage.expect(marked == 1, f"marked {marked} messages")
    stage.expect(2 <= edits <= 4, f"edited {edits} times")  # the two that say it; again those under way at the kill
    stage.expect(stage.chat.tries() == len(stage.chat.keys()), "posted again")


async def _nothing() -> None:
    pass


_PLAYS = (
    *(killed, killed_at_seven, killed_by_site, killed_by_chat, asked_to_stop, stopped_unanswered),
    *(disk_full, locked, cut, frozen, twins, troubled, shut, removed, restored, changed, corrected),
)
SCENES = {play.__name__: play for play in _PLAYS}


# --- one case -------------------------------------------------------------------------------------------------------


async def expected(platform: str, folder: Path) -> list[str]:
    """The keys an undisturbed morning posts, in order."""
    case = Case(id="undisturbed", says="nothing happens")
    async with staged(case, "sqlite", platform, None, folder) as stage:
        await stage.live((*EVENING, *MORNING, *TICKS))
        if stage.problems or len(stage.chat.keys()) < 4:
            raise RuntimeError(f"an undisturbed morning fails: {stage.problems}\n{stage.orders.log.read_text()}")
        return stage.chat.keys()


@asynccontextmanager
async def staged(case: Case, backend: str, platform: str, schema: str | None, folder: Path) -> AsyncIterator[Stage]:
    """`schema`: the URL of an empty PostgreSQL schema, for the backend `postgres`."""
    here = Path(tempfile.mkdtemp(prefix=f"{case.id}-", dir=folder))
    orders = partial(Orders, folder=here, platform=platform, times=())
    clock = crash_child.Clock(here / "clock")
    clock.set((SLOT - timedelta(hours=1)).isoformat())
    async with news() as site, place(platform, clock) as chat, _database(backend, schema, here) as url:
        api = chat.url if platform == "discord" else chat.api_url  # type: ignore[union-attr]
        yield Stage(
            case=case,
            orders=orders(database=url, api_url=api, feed=site.url),
            site=site,
            chat=chat,
            database=backend,
        )


@asynccontextmanager
async def _database(backend: str, schema: str | None, folder: Path) -> AsyncIterator[str]:
    if backend == "sqlite":
        async with database("sqlite", folder) as url:
            yield url
        return
    assert schema is not None
    emptied(schema)
    yield schema


async def played(
    case: Case, backend: str, platform: str, wanted: Sequence[str], *, schema: str | None, folder: Path
) -> Verdict:
    """Play one case and judge what is there afterwards."""
    began = time.monotonic()
    async with staged(case, backend, platform, schema, folder) as stage:
        try:
            await SCENES[case.scene](stage)
        except Exception as error:  # one case that cannot be played never costs the others
            stage.problems.append(repr(error))
        keys, states = stage.chat.keys(), dict(stage.report()["states"])
        stage.expect(keys == [key for key in wanted if key in keys] or twice(keys) > 0, "out of order")
        told = states.pop("held", 0)
        stage.expect(set(states) <= {"sent"}, f"left behind: {states}")
        verdict = Verdict(
            case=case,
            database=backend,
            platform=platform,
            lost=max(0, len(set(wanted) - set(keys)) - told),
            twice=twice(keys),
            said="; ".join(stage.problems),
            seconds=time.monotonic() - began,
        )
        if not verdict.ok and os.environ.get("TORTURE_LOG"):
            print(stage.orders.log.read_text())  # noqa: T201 - asked for
    return verdict
