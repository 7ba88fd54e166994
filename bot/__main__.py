"""`chokan`, and `python -m bot`. Worker processes import this file again, so what is heavy is imported only to run."""

from __future__ import annotations


def main() -> None:
    """The command line."""
    from bot.cli import main as run

    run(prog_name="chokan")


if __name__ == "__main__":
    main()
