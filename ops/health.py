"""The container's health check: exit code 0 when the process in it says that it is ready. Standard library only."""

from __future__ import annotations

import sys
import urllib.request

URL = "http://127.0.0.1:8470/readyz"


def main() -> int:
    """0 when /readyz answers 200, else 1."""
    try:
        with urllib.request.urlopen(sys.argv[1] if len(sys.argv) > 1 else URL, timeout=4) as answer:  # noqa: S310
            return 0 if answer.status == 200 else 1
    except (OSError, ValueError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
