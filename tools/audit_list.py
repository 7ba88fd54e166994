"""Compares the pinned dependencies with a list of advisories that lies beside us: for places that no advisory service
can be reached from.

Run as `python tools/audit_list.py LOCKFILE LIST`, where LIST has the form of Safety DB's `data/insecure.json`
(https://github.com/pyupio/safety-db, not for commercial use, renewed once a month): `{"name": ["<1.2", ">=2,<2.3"], …}`
and the time it was made under `$meta`. Ends with 0: the list names none; 1: it names some; 2: it is too old to prove
anything.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

OLD = timedelta(days=60)
"""A list that is renewed each month has missed one by then."""
_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def pinned(lock: str) -> list[tuple[str, str]]:
    """(name, version) of every package in a lock file."""
    return [(canonicalize_name(name), version) for name, version in _PINNED.findall(lock)]


def report(packages: Sequence[tuple[str, str]], known: Mapping[str, Any], now: datetime) -> tuple[int, list[str]]:
    """(exit code, lines)."""
    made = datetime.fromtimestamp(known["$meta"]["timestamp"], UTC)
    found = list(_found(packages, known))
    listed = sum(name in known for name, _ in packages)
    said = (
        f"the list is of {made:%Y-%m-%d}; it names {listed} of {len(packages)} packages, {len(found)} in these versions"
    )
    if found:
        return 1, [*found, f"audit: {said}"]
    if now - made > OLD or not packages:
        return 2, [f"audit: {said}. It is {(now - made).days} days old: what is newer is not proved."]
    return 0, [f"audit: {said}"]


def _found(packages: Sequence[tuple[str, str]], known: Mapping[str, Any]) -> Iterator[str]:
    for name, version in packages:
        for versions in known.get(name, ()):
            if SpecifierSet(versions, prereleases=True).contains(Version(version)):
                yield f"{name} {version}: known to be insecure in {versions}"


def main() -> int:
    lock, known = (Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    code, lines = report(pinned(lock), json.loads(known), datetime.now(UTC))
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
