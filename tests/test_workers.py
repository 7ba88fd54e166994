"""Worker processes can be killed, come back, and leave the event loop alone."""

from __future__ import annotations

import asyncio
import os
import pickle
import re
import signal
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.workers import Workers
from digests import errors
from digests.errors import ChokanError, NotAFeed, TooLarge, WorkerFailed


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    made = Workers(memory=512 * 1024 * 1024)
    yield made
    await made.close()


def add(one: int, two: int) -> int:
    return one + two


def whoami() -> tuple[int, str | None, str | None]:
    return os.getpid(), os.environ.get("OMP_NUM_THREADS"), os.environ.get("OMP_WAIT_POLICY")


def catastrophic() -> bool:
    return re.match(r"(a+)+$", "a" * 60 + "b") is not None


def rest(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


def hoard() -> int:
    return len(bytearray(2 * 1024**3))


def raise_chokan() -> None:
    raise TooLarge("https://a.test/feed", 5 * 1024 * 1024)


def raise_other() -> None:
    raise KeyError("entry")


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def give_back_nonsense() -> object:
    return lambda: None


def spin(seconds: float) -> int:
    until, turns = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        turns += 1
    return turns


def spin_until_there(path: str) -> int:
    turns = 1
    while not Path(path).exists():
        turns += 1
    return turns


def touch_and_hang(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)


async def test_a_result_comes_back(workers: Workers) -> None:
    assert await workers.run(add, 1, 2, seconds=5) == 3


async def test_processes_start_at_the_first_task_and_use_one_thread(workers: Workers) -> None:
    first = await workers.run(whoami, seconds=5)
    second = await workers.run(whoami, seconds=5)
    assert first == second
    assert first[0] != os.getpid()
    assert first[1:] == ("1", "passive")


async def test_a_hung_regular_expression_is_killed_and_the_next_task_runs(workers: Workers) -> None:
    await workers.run(add, 1, 2, seconds=5)
    with pytest.raises(
        WorkerFailed, match=r"catastrophic: took (longer|more) than (0\.5 s of processor time|1\.5 s) and"
    ):
        await workers.run(catastrophic, seconds=0.5)
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_waiting_costs_no_processor_time_but_has_its_own_limit(workers: Workers) -> None:
    await workers.run(add, 1, 2, seconds=5)
    assert await workers.run(rest, 0.6, seconds=0.5) == 0.6
    with pytest.raises(WorkerFailed, match=r"rest: took longer than 0\.6 s"):
        await workers.run(rest, 60.0, seconds=0.2)
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_processor_time_of_one_task_is_not_counted_for_the_next(workers: Workers) -> None:
    assert min([await workers.run(spin, 0.3, seconds=0.8) for _ in range(4)]) > 0


async def test_memory_is_bounded(workers: Workers) -> None:
    with pytest.raises(WorkerFailed, match="memory"):
        await workers.run(hoard, seconds=10)
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_a_crash_costs_one_task(workers: Workers) -> None:
    with pytest.raises(WorkerFailed, match=r"die: its process died \(SIGSEGV\)"):
        await workers.run(die, seconds=5)
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_a_worker_killed_while_idle_is_replaced(workers: Workers) -> None:
    pid, *_ = await workers.run(whoami, seconds=5)
    os.kill(pid, signal.SIGKILL)
    for _ in range(3):
        try:
            assert await workers.run(add, 3, 4, seconds=5) == 7
        except WorkerFailed:
            continue
        break
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_our_errors_arrive_as_themselves(workers: Workers) -> None:
    with pytest.raises(TooLarge) as caught:
        await workers.run(raise_chokan, seconds=5)
    assert caught.value.limit == 5 * 1024 * 1024
    assert str(caught.value) == "https://a.test/feed: larger than 5120 KiB, not read"


async def test_other_errors_are_worker_failures_with_their_text(workers: Workers) -> None:
    with pytest.raises(WorkerFailed, match="raise_other: KeyError: 'entry'"):
        await workers.run(raise_other, seconds=5)


async def test_what_cannot_be_sent_back_is_a_worker_failure(workers: Workers) -> None:
    with pytest.raises(WorkerFailed, match="give_back_nonsense"):
        await workers.run(give_back_nonsense, seconds=5)
    assert await workers.run(add, 3, 4, seconds=5) == 7


async def test_cancelling_kills_the_work(workers: Workers, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    task = asyncio.create_task(workers.run(touch_and_hang, str(note), seconds=60))
    while not (note.exists() and note.read_text()):
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await workers.run(add, 3, 4, seconds=5) == 7
    assert not _alive(int(note.read_text()))


async def test_closing_ends_what_runs(tmp_path: Path) -> None:
    workers, note = Workers(), tmp_path / "pid"
    task = asyncio.create_task(workers.run(touch_and_hang, str(note), seconds=60))
    while not (note.exists() and note.read_text()):
        await asyncio.sleep(0.02)
    await workers.close()
    with pytest.raises(WorkerFailed):
        await task
    assert not _alive(int(note.read_text()))
    with pytest.raises(WorkerFailed, match="shut down"):
        await workers.run(add, 1, 2, seconds=5)


async def test_what_was_closed_before_it_started_never_starts() -> None:
    workers = Workers()
    await workers.close()
    with pytest.raises(WorkerFailed, match="shut down"):
        await workers.run(add, 1, 2, seconds=5)


async def test_the_event_loop_turns_while_workers_work(workers: Workers, tmp_path: Path) -> None:
    """Work that ends only when the loop says so would never end if it held the loop."""
    note = tmp_path / "enough"
    working = asyncio.gather(*(workers.run(spin_until_there, str(note), seconds=60) for _ in range(4)))
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert not working.done()
    note.touch()
    assert all(turns > 0 for turns in await working)


@pytest.mark.parametrize(
    "error",
    [
        errors.AddressNotAllowed("https://a.test"),
        errors.ChatUnavailable("wait", retry_after=2.5),
        errors.ConfigError("zone"),
        errors.NotAFeed("https://a.test"),
        errors.RobotsRefused("https://a.test"),
        errors.SlotTaken("news", datetime(2026, 1, 1, tzinfo=UTC)),
        errors.TooLarge("https://a.test", 2048),
        errors.BadUrl("a", "b"),
    ],
)
def test_errors_survive_pickling(error: ChokanError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.args, vars(again)) == (type(error), str(error), error.args, vars(error))
    assert isinstance(again, ChokanError)
    assert NotAFeed.kind == "not-a-feed"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
