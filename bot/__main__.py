"""`chokan`, and `python -m bot`. Worker processes import this file again, so what is heavy is imported only to run."""

from __future__ import annotations

import os


def main() -> None:
    """The command line."""
    # Read when numpy is loaded. Threads that wait for each other made a search 15 times slower on a busy machine.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from bot.cli import main as run

    run(prog_name="chokan")


if __name__ == "__main__":
    main()
