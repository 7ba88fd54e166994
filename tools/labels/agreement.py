"""Prints how far the two labelling passes agree: raw agreement, Cohen's kappa, and where they differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
LABELS = ("development", "stakes", "dynamics", "outlook", "none")
Key = tuple[str, int, int]


def read(path: Path) -> dict[Key, str]:
    """Labels by (article id, start, end), offsets in code points; a null role reads as `none`."""
    with path.open(encoding="utf-8") as lines:
        return {
            (article["id"], label["start"], label["end"]): label["role"] or "none"
            for article in map(json.loads, lines)
            for label in article["labels"]
        }


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Cohen's kappa (Educational and Psychological Measurement 20, 1960): 1 is full agreement, 0 is chance.

    Raises ZeroDivisionError for no pairs; 1.0 when both passes use one and the same label throughout.
    """
    total = len(pairs)
    observed = sum(first == second for first, second in pairs) / total
    one, two = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(one[label] * two[label] for label in one) / total**2
    return 1.0 if chance == 1 else (observed - chance) / (1 - chance)


def confusion(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """A table as text: rows are the first pass, columns the second."""
    counts = Counter(pairs)
    head = f"{'':12}" + "".join(f"{label[:9]:>10}" for label in LABELS)
    return [head, *(f"{row:12}" + "".join(f"{counts[row, column]:>10}" for column in LABELS) for row in LABELS)]


def report() -> list[str]:
    """The lines printed: agreement over the sentences both passes hold, then the final labels by class."""
    first, second, final = (read(HERE / f"roles_ja{name}.jsonl") for name in ("_pass1", "_pass2", ""))
    keys = sorted(first.keys() & second.keys())
    pairs = [(first[key], second[key]) for key in keys]
    same = sum(one == two for one, two in pairs)
    classes = Counter(final.values())
    return [
        f"articles {len({key[0] for key in final})}, sentences {len(final)}, labelled twice {len(keys)}",
        f"agreement {same / len(keys):.3f}, Cohen's kappa {kappa(pairs):.3f}",
        *confusion(pairs),
        "final  " + "  ".join(f"{label} {classes[label]}" for label in LABELS),
    ]


if __name__ == "__main__":
    print("\n".join(report()))
