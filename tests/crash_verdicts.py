"""Plays a case and counts what reached the platform against what an undisturbed morning posts."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from crash_cases import Case
from crash_plays import SCENES
from crash_stage import EVENING, MORNING, TICKS, staged
from crash_stands import twice


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


async def expected(platform: str, folder: Path) -> list[str]:
    """The keys an undisturbed morning posts, in order."""
    case = Case(id="undisturbed", says="nothing happens")
    async with staged(case, "sqlite", platform, None, folder) as stage:
        await stage.live((*EVENING, *MORNING, *TICKS))
        if stage.problems or len(stage.chat.keys()) < 4:
            raise RuntimeError(f"an undisturbed morning fails: {stage.problems}\n{stage.orders.log.read_text()}")
        return stage.chat.keys()


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
