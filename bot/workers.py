"""CPU work on hostile input, in processes that can be killed: too much processor time, too long by the clock, too much
memory or a crash costs one task.

What crosses the border is pickled here on both sides, so that whatever goes wrong in it goes wrong inside a task.
"""

from __future__ import annotations

import asyncio
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TypeVar, cast

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from digests.errors import ChokanError, WorkerFailed, WorkerLost

T = TypeVar("T")

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
_START = 60.0
"""Seconds a fresh process may take to load before its task counts as lost, on a busy machine."""
_PATIENCE = 3.0
"""The clock's limit, in processor limits: a worker on a busy machine waits for its turn, and that is not its fault."""
_ORPHAN = 10
"""Seconds past a task's limit after which a worker nobody watches any more ends itself."""
_TASKS = 1000
"""Tasks after which a process is replaced, to shed what libraries leak."""


@dataclass(frozen=True, slots=True)
class _Crew:
    """One pool and the moment it ended, for those who still wait for an answer of it: a stopped pool gives none."""

    pool: ProcessPool
    ended: asyncio.Future[None]


class Workers:
    """A few processes, started at the first task. All methods belong to one event loop."""

    def __init__(self, *, processes: int = 1, memory: int = 1024 * 1024 * 1024) -> None:
        """`memory`: bytes of data one process may hold (`RLIMIT_DATA`, which only Linux enforces)."""
        self._processes, self._memory = processes, memory
        self._free = asyncio.Semaphore(processes)
        self._starting = asyncio.Lock()
        self._crew: _Crew | None = None
        self._closed = False

    async def run(self, function: Callable[..., T], *args: object, seconds: float) -> T:
        """`function(*args)` in a worker: at most `seconds` of processor time, and three times that by the clock. The
        function must be importable. Raises the function's `ChokanError`s as they are, and `WorkerFailed` for any other
        end without a result, `WorkerLost` where that is no fault of the arguments."""
        payload = pickle.dumps((function, args), protocol=5)
        async with self._free:  # one task a process: none ever waits inside the pool, so a lost one is noticed
            answer = await self._answer(payload, seconds, _name(function))
        ok, value = pickle.loads(answer)  # noqa: S301 - written by `_work` below
        if not ok:
            raise value if isinstance(value, ChokanError) else WorkerFailed(f"{_name(function)}: {value}")
        return cast("T", value)

    async def close(self) -> None:
        """Kill what runs and end the processes, within seconds. Every `run`, begun or not, raises `WorkerFailed`."""
        self._closed = True
        if self._crew is not None:
            await self._dismiss(self._crew)

    async def _answer(self, payload: bytes, seconds: float, name: str) -> bytes:
        crew = await self._present()
        wall = seconds * _PATIENCE
        try:
            return await _waited(crew, crew.pool.schedule(_work, args=(payload, seconds, wall), timeout=wall), wall)
        except TimeoutError as error:
            raise WorkerLost(f"{name}: took longer than {wall:g} s and was stopped") from error
        except ProcessExpired as error:
            if error.exitcode == -signal.SIGPROF:
                raise WorkerFailed(f"{name}: took more than {seconds:g} s of processor time and was stopped") from error
            failed = WorkerLost if error.exitcode == -signal.SIGKILL else WorkerFailed
            raise failed(f"{name}: its process died ({_cause(error.exitcode)})") from error
        except (BrokenProcessPool, RuntimeError) as error:
            await self._dismiss(crew)
            raise WorkerLost(f"{name}: the worker processes broke down; new ones start with the next task") from error

    async def _present(self) -> _Crew:
        """The crew; a new one where there is none yet or the last one broke. Starting is a thread's work."""
        if self._crew is not None and not self._crew.pool.active:
            await self._dismiss(self._crew)
        async with self._starting:
            if self._closed:
                raise WorkerLost("the worker processes have been shut down")
            if self._crew is None:
                pool = await asyncio.to_thread(_started, self._processes, self._memory)
                self._crew = _Crew(pool, asyncio.get_running_loop().create_future())
            return self._crew

    async def _dismiss(self, crew: _Crew) -> None:
        if not crew.ended.done():
            crew.ended.set_result(None)
        async with self._starting:
            if self._crew is crew:
                self._crew = None
                await asyncio.to_thread(_stopped, crew.pool)


async def _waited(crew: _Crew, future: ProcessFuture[bytes], seconds: float) -> bytes:
    """The pool's answer. Whoever stops waiting, for whatever reason, has the task killed."""
    answer = asyncio.wrap_future(future)
    try:
        done, _ = await asyncio.wait(
            (answer, crew.ended), timeout=seconds + _START, return_when=asyncio.FIRST_COMPLETED
        )
        if answer in done:
            return answer.result()
        raise RuntimeError("stopped" if done else "lost")
    finally:
        answer.cancel()


def _started(processes: int, memory: int) -> ProcessPool:
    """Fresh interpreters (`spawn`): a fork of a process with threads may inherit a lock nobody will open."""
    for name, value in ONE_THREAD.items():
        os.environ.setdefault(name, value)  # read when numpy is loaded, which may be before `_prepare` runs
    pool = ProcessPool(
        max_workers=processes,
        max_tasks=_TASKS,
        initializer=_prepare,
        initargs=(memory,),
        context=get_context("spawn"),
    )
    pool.schedule(_nothing)
    return pool


def _stopped(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
    pool.join()


# --- inside a worker ----------------------------------------------------------------------------------------------


def _nothing() -> None:
    return None


def _prepare(memory: int) -> None:
    os.environ.update(ONE_THREAD)
    os.nice(5)  # the event loop comes first
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # C code that hangs never comes back to a Python handler
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def _work(payload: bytes, seconds: float, wall: float) -> bytes:
    """Run one task. Its end, good or bad, is bytes that are known to be picklable."""
    # SIGPROF and SIGALRM end the process, also inside C code.
    signal.setitimer(signal.ITIMER_REAL, wall + _ORPHAN)
    try:
        function, args = pickle.loads(payload)  # noqa: S301 - written by `Workers.run`
        signal.setitimer(signal.ITIMER_PROF, seconds)  # loading the function's modules is no fault of the input
        return pickle.dumps((True, function(*args)), protocol=5)
    except ChokanError as error:
        return pickle.dumps((False, error), protocol=5)
    except MemoryError:
        return pickle.dumps((False, "needed more memory than it may have"), protocol=5)
    except Exception as error:
        return pickle.dumps((False, _described(error)), protocol=5)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _described(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:500]


def _name(function: Callable[..., object]) -> str:
    return getattr(function, "__name__", type(function).__name__)


def _cause(exitcode: int) -> str:
    return signal.Signals(-exitcode).name if exitcode < 0 else f"exit code {exitcode}"
