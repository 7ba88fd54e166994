"""Every case of the shared list of polite manners is a test by its id. What the numbers are is ours; the ids are the
list's."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path

import pytest
from polite_cases import COVERED

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "polite_cases.json"
ROOMS = ("validators", "waits", "statuses", "hosts", "hubs")


def test_the_shared_list_is_covered() -> None:
    if not SHARED.exists():
        pytest.skip("the project's shared list of polite cases is not here")
    for room in ROOMS:
        import_module(f"test_polite_{room}")
    wanted = {row["id"] for row in json.loads(SHARED.read_text(encoding="utf-8"))}
    assert wanted - COVERED == set()
