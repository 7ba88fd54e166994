"""The audit never says that all is fine when nobody could be asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools import audit_list
from tools.audit_report import report

FINE: dict[str, Any] = {"name": "a", "version": "1", "vulns": []}
BAD: dict[str, Any] = {"name": "b", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]}
UNKNOWN: dict[str, Any] = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code"),
    [([FINE], 0), ([FINE, BAD], 1), ([BAD, UNKNOWN], 1), ([FINE, UNKNOWN], 2), ([UNKNOWN], 2), ([], 2)],
)
def test_only_packages_that_were_looked_up_count_as_fine(packages: list[dict[str, Any]], code: int) -> None:
    assert report(packages)[0] == code


def test_an_advisory_is_named_with_the_version_that_mends_it() -> None:
    assert report([BAD])[1][0] == "b 1: X-1, fixed in 2"


MADE = datetime(2026, 3, 31, tzinfo=UTC)
LISTED: dict[str, Any] = {"$meta": {"timestamp": MADE.timestamp()}, "some-lib": ["<1.2", ">=2,<2.3"]}


@pytest.mark.parametrize(
    ("version", "days", "code"), [("1.1", 1, 1), ("2.2.9", 400, 1), ("1.2", 1, 0), ("2.3", 59, 0), ("2.3", 61, 2)]
)
def test_a_list_names_what_is_insecure_and_proves_nothing_when_it_is_old(version: str, days: int, code: int) -> None:
    packages = audit_list.pinned(
        f"Some_Lib[x]=={version} \\\n    --hash=sha256:0 ; python_version < '4'\nother==1 \\\n"
    )
    assert packages == [("some-lib", version), ("other", "1")]
    found, lines = audit_list.report(packages, LISTED, MADE + timedelta(days=days))
    assert found == code
    assert "the list is of 2026-03-31; it names 1 of 2 packages" in lines[-1]


def test_the_lock_file_is_read_whole() -> None:
    lock = (Path(__file__).parent.parent / "requirements.lock").read_text(encoding="utf-8")
    rows = [row for row in lock.splitlines() if row[:1].isalnum()]
    assert [f"{name}=={version}" for name, version in audit_list.pinned(lock)] == [row.split(" ")[0] for row in rows]
    assert audit_list.report([], LISTED, MADE)[0] == 2
