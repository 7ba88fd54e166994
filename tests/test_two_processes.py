"""Two processes on one database: everything once, the second says so; and who is alone is told rightly."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from crash_cases import Case
from crash_stage import EVENING, MORNING, staged
from crash_stands import twice
from databases import BACKENDS, database

from bot.store import open_store


async def until(true: Callable[[], bool], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.05)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_two_processes_share_a_morning_and_the_second_says_that_it_is_one(tmp_path: Path) -> None:
    async with staged(Case(id="two", says=""), "sqlite", "discord", None, tmp_path) as stage:
        await stage.live(EVENING)
        stage.orders.clock.set(MORNING[0].isoformat())
        both = [stage.begin(()) for _ in range(2)]
        await until(lambda: len(stage.chat.keys()) >= 4 and "run.second" in stage.orders.log.read_text())
        await asyncio.sleep(0.5)
        for process in both:
            os.kill(process.pid, signal.SIGTERM)
        assert [await stage.end(process) for process in both] == [0, 0]
        assert (len(stage.chat.keys()), twice(stage.chat.keys())) == (4, 0)
        assert stage.orders.log.read_text().count("run.second") == 1


@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_first_is_alone_until_it_closes(backend: str, tmp_path: Path) -> None:
    async with database(backend, tmp_path) as url:
        first, second = await open_store(url), await open_store(url)
        assert [await first.alone(), await second.alone()] == [True, False]
        await first.close()
        third = await open_store(url)
        assert await third.alone()
        await second.close()
        await third.close()
