"""How well the guard sees through a lie told well: prints a table of kinds of lies, caught and false alarms.

    python -m tools.lies [--half tuned|held] [--language ja|en] [--missed]

The lies are our own (`tests/corpus/lies/*.toml`): short texts, of each some sentences that say what it says, and the
same with one thing turned. The second half of the texts is held back: the
rules were made on the first. `--missed` prints the lies
that got through and the true sentences that were blamed.
"""

from __future__ import annotations

import argparse
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from digests.evidence import line, source
from digests.ground import Unsupported, judged

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "corpus" / "lies"
LANGUAGES = ("en", "ja")
HALVES = ("tuned", "held")


@dataclass(frozen=True)
class Told:
    """A true sentence and the lie made of it, with what the guard finds wrong with each."""

    language: str
    half: str
    kind: str
    true: str
    lie: str
    blamed: tuple[Unsupported, ...]
    caught: tuple[Unsupported, ...]


def told(language: str) -> Iterator[Told]:
    """Every pair of `language`, judged."""
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["text"]
    for number, one in enumerate(texts):
        origin = source(one["text"].strip(), language)
        for kind, true, lie in one["pairs"]:
            blamed, caught = (judged([line(said, language)], origin).unsupported for said in (true, lie))
            yield Told(language, HALVES[2 * number // len(texts)], kind, true, lie, blamed, caught)


def table(pairs: list[Told]) -> str:
    """A row for each kind: lies, and how many of them were caught and of the true sentences blamed, in each half."""
    count: Counter[tuple[str, str, str, str]] = Counter()
    for one in pairs:
        for kind in (one.kind, "all"):
            count[kind, one.language, one.half, "lies"] += 1
            count[kind, one.language, one.half, "caught"] += bool(one.caught)
            count[kind, one.language, one.half, "blamed"] += bool(one.blamed)
    columns = [(language, half) for language in LANGUAGES for half in HALVES]
    kinds = [*sorted({one.kind for one in pairs}), "all"]
    rows = [["kind", *(f"{language}, {half}" for language, half in columns)], ["---"] * (len(columns) + 1)]
    rows += [
        [
            kind,
            *(
                " / ".join(str(count[kind, *column, what]) for what in ("caught", "lies", "blamed"))
                for column in columns
            ),
        ]
        for kind in kinds
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--half", choices=HALVES)
    ask.add_argument("--language", choices=LANGUAGES)
    ask.add_argument("--missed", action="store_true")
    given = ask.parse_args()
    chosen = [given.language] if given.language else LANGUAGES
    pairs = [one for language in chosen for one in told(language) if given.half in (None, one.half)]
    print("caught / lies / true ones blamed\n")
    print(table(pairs))
    for one in pairs if given.missed else []:
        if not one.caught:
            print(f"missed {one.kind}: {one.lie}  «{one.true}»")
        for wrong in one.blamed:
            print(f"blamed {one.kind}: {wrong.text}  ({wrong.reason} {' '.join(wrong.what)})")


if __name__ == "__main__":
    main()
