"""The plays: where a life ends, how the next one goes on, and what each case expects besides nothing lost or twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from crash_faults import cut, disk_full, locked
from crash_stage import EVENING, MINUTE, MORNING, SLOT, TICKS, Stage
from sqlalchemy import make_url

STOP_SECONDS = 10.0


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
