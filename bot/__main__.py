"""`python -m bot` is `chokan`."""

from bot.cli import main

if __name__ == "__main__":
    main(prog_name="chokan")
