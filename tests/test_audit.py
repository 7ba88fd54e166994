"""The audit never says that all is fine when nobody could be asked."""

from __future__ import annotations

from typing import Any

import pytest

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
