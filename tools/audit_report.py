"""What pip-audit found, a line a finding. A package that could not be looked up is not one without advisories."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

UNREACHED = "audit: the advisory service cannot be reached or does not know these packages; nothing is proved"


def report(packages: Sequence[Mapping[str, Any]]) -> tuple[int, list[str]]:
    """(exit code, lines): 0 none known, 1 some known, 2 not every package could be looked up."""
    found = [
        f"{package['name']} {package['version']}: {advisory['id']}, fixed in {_versions(advisory)}"
        for package in packages
        for advisory in package.get("vulns", ())
    ]
    unknown = [str(package["name"]) for package in packages if "skip_reason" in package]
    if found:
        return 1, [*found, f"audit: {len(found)} known advisories; {len(unknown)} packages could not be looked up"]
    if unknown or not packages:
        return 2, [f"{UNREACHED} ({len(unknown)} of {len(packages)} packages unanswered: {', '.join(unknown[:5])} …)."]
    return 0, [f"audit: {len(packages)} packages, no known advisories"]


def _versions(advisory: Mapping[str, Any]) -> str:
    return ", ".join(advisory["fix_versions"]) or "no version yet"


def main() -> int:
    code, lines = report(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["dependencies"])
    print("\n".join(lines), file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
