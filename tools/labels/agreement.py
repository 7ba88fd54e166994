"""Prints how far the labelling passes agree, and how far a second person agrees with the final labels: raw agreement,
Cohen's kappa, and where they differ.

    python tools/labels/agreement.py [roles_train.jsonl]

With NewsDiscourse's labels, also what a careful reader scores on them.
"""

from __future__ import annotations

import json
import sys
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
    """A table as text: rows are the first of each pair, columns the second."""
    counts = Counter(pairs)
    head = f"{'':12}" + "".join(f"{label[:9]:>10}" for label in LABELS)
    return [head, *(f"{row:12}" + "".join(f"{counts[row, column]:>10}" for column in LABELS) for row in LABELS)]


def compared(first: Path, second: Path) -> list[str]:
    """Agreement over the sentences that both files hold, as lines."""
    one, two = read(first), read(second)
    keys = sorted(one.keys() & two.keys())
    pairs = [(one[key], two[key]) for key in keys]
    same = sum(left == right for left, right in pairs)
    return [
        f"{first.stem} and {second.stem}: {len({key[0] for key in keys})} articles, {len(keys)} sentences",
        f"agreement {same / len(keys):.3f}, Cohen's kappa {kappa(pairs):.3f}",
        *confusion(pairs),
    ]


def report() -> list[str]:
    """The lines printed: the two passes, the final labels against the blind ones, the final labels by class."""
    final = HERE / "roles_ja.jsonl"
    classes = Counter(read(final).values())
    return [
        *compared(HERE / "roles_ja_pass1.jsonl", HERE / "roles_ja_pass2.jsonl"),
        *compared(final, HERE / "roles_ja_blind.jsonl"),
        "final  " + "  ".join(f"{label} {classes[label]}" for label in LABELS),
    ]


def reading(gold: Path) -> list[str]:
    """What a reader who learnt the scheme from 30 other articles scores on NewsDiscourse's own labels, blind: about the
    most that any model can, as they are. `gold` is `roles_train.jsonl`."""
    with gold.open(encoding="utf-8") as lines:
        known = {row["id"]: row["roles"] for row in map(json.loads, lines)}
    with (HERE / "newsdiscourse_blind.jsonl").open(encoding="utf-8") as lines:
        told = [(known[row["id"]], row["roles"]) for row in map(json.loads, lines)]
    pairs = [(g, t or "none") for gold_roles, roles in told for g, t in zip(gold_roles, roles, strict=True) if g]
    each = [_f1(pairs, label) for label in LABELS[:4]]
    return [
        f"NewsDiscourse read blind: {len(told)} articles, {len(pairs)} sentences",
        f"macro-F1 {sum(each) / 4:.1f}  " + "  ".join(f"{n} {f:.1f}" for n, f in zip(LABELS, each, strict=False)),
        *confusion(pairs),
    ]


def _f1(pairs: Sequence[tuple[str, str]], label: str) -> float:
    both = sum(one == two == label for one, two in pairs)
    return 200 * both / max(1, sum(label == one for one, _ in pairs) + sum(label == two for _, two in pairs))


if __name__ == "__main__":
    print("\n".join(report()))
    if len(sys.argv) > 1:
        print("\n".join(reading(Path(sys.argv[1]))))
