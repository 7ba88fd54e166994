"""Nothing lost, nothing twice: the crash cases that teach most, with real processes (`make torture` plays them all)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from crash_cases import CASES
from crash_plays import SCENES
from crash_verdicts import expected, played
from databases import postgres_schema

from bot.failpoints import FAILPOINTS

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "delivery_cases.json"
TAUGHT = ("crash-09c", "crash-12c", "crash-19", "crash-26", "edit-04")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are stopped and looked at as Linux does it")


def test_every_case_has_a_play_and_every_failpoint_a_case() -> None:
    assert {case.scene for case in CASES} == set(SCENES)
    killing = [case.at for case in CASES if case.scene in ("killed", "frozen", "corrected")]
    points = {at.partition("=")[0].partition(":")[0] for at in killing}
    assert set(FAILPOINTS) == points


def test_the_shared_list_is_covered() -> None:
    if not SHARED.exists():
        pytest.skip("the project's shared list of delivery cases is not here")
    shared = {row["id"] for row in json.loads(SHARED.read_text(encoding="utf-8"))}
    assert {name for name in shared if name.startswith("crash-")} - {case.covers for case in CASES} == set()


@pytest.mark.parametrize("platform", ["discord", "slack"])
async def test_killed_processes_lose_nothing_and_send_nothing_twice(platform: str, tmp_path: Path) -> None:
    wanted = await expected(platform, tmp_path)
    cases = [case for case in CASES if case.id in TAUGHT]
    found = [await played(case, "sqlite", platform, wanted, schema=None, folder=tmp_path) for case in cases]
    assert [(v.case.id, v.lost, v.twice, v.said) for v in found] == [(case.id, 0, 0, "") for case in cases]


@pytest.mark.postgres
async def test_a_connection_lost_at_commit_is_looked_into_before_anything_is_sent(tmp_path: Path) -> None:
    wanted = await expected("slack", tmp_path)
    cases = [case for case in CASES if case.scene == "cut"]
    with postgres_schema() as schema:
        found = [await played(case, "postgres", "slack", wanted, schema=schema, folder=tmp_path) for case in cases]
    assert [(v.case.id, v.lost, v.twice, v.said) for v in found] == [(case.id, 0, 0, "") for case in cases]
