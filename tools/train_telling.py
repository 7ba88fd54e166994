"""Retrains what tells the main event and writes `digests/data/telling.npz`; prints cross-validated figures.

    python -m tools.train_telling --data DIR [--cache DIR] --opinions FILE

FILE (.npz) is what `tools/train_phrasing.py --opinions FILE` wrote: what models that never saw an article think of its
sentences. Only that shows how sure the roles are of new articles. Needs numpy and the project, nothing else.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digests.analysis import Analyser, Analysis
from digests.columns import columns
from digests.lines import Line, lines
from digests.model import ROLES
from digests.roles import PHRASING_SHARE, balanced
from digests.telling import marked
from digests.weights import Matrix, standardised, weights
from tools.learning import train_logistic
from tools.train_roles import HERE, Labelled, discourse, read
from tools.vector_cache import CachedEmbedder

FOLDS, STEPS, DECAY = 5, 300, 0.001
Example = tuple[Matrix, NDArray[np.bool_]]
"""Of one article what is known of its lines (n, columns), and which of them tell the main event (n,)."""


def told_of(article: Labelled, line: Line) -> bool:
    """Whether gold calls the sentence that a line overlaps most the main event."""
    gold = max(article.gold, key=lambda g: min(line.print.end, g[1]) - max(line.print.start, g[0]))
    return gold[3] == "main_event"


def judged_unseen(analysis: Analysis, article: Labelled, four: Matrix) -> Analysis:
    """The analysis with roles from a model that never saw the article."""
    rows = {piece.start: row for piece, row in zip(article.pieces, four, strict=True)}
    sentences = tuple(
        replace(s, roles=dict(zip(ROLES, map(float, rows[s.start]), strict=True))) if s.start in rows else s
        for s in analysis.sentences
    )
    return replace(analysis, sentences=sentences)


def examples(data: Path, cache: Path | None, opinions: Path) -> list[Example]:
    path = data / "roles_train.jsonl"
    analyser, bias = Analyser(CachedEmbedder(cache)), weights("phrasing")["bias"]
    made = []
    with np.load(opinions, allow_pickle=False) as archive:
        for i, (row, article) in enumerate(zip(read(path), discourse(path), strict=True)):
            four = balanced(archive[f"s{i}"], archive[f"r{i}"], bias, PHRASING_SHARE)
            seen = analyser.analyse(row["title"], row["text"], row["language"])
            unseen = judged_unseen(seen, article, four)
            shown = lines(unseen)
            made.append((marked(columns(unseen, shown)), np.array([told_of(article, line) for line in shown])))
    return made


def trained(made: Sequence[Example]) -> dict[str, Matrix]:
    """Logistic regression: `mean`, `spread`, `w` (columns,) and `b`."""
    rows, told = (np.concatenate(part) for part in zip(*made, strict=True))
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-6
    two = np.stack([~told, told], axis=1).astype(np.float32)
    layers = train_logistic(standardised(rows, mean, spread), two, steps=STEPS, decay=DECAY)
    w, b = (layers[name][..., 1] - layers[name][..., 0] for name in ("w", "b"))
    return {"mean": mean, "spread": spread, "w": w, "b": np.array(b)}


def hits(made: Sequence[Example], scores: Sequence[Matrix]) -> list[float]:
    """Percent of articles whose best one, two, three or four lines tell the main event."""
    ranked = [told[np.argsort(-score, kind="stable")] for (_, told), score in zip(made, scores, strict=True)]
    return [round(100 * float(np.mean([told[:k].any() for told in ranked])), 1) for k in (1, 2, 3, 4)]


def cross_validated(made: Sequence[Example]) -> None:
    scores: list[Matrix] = [np.zeros(0, dtype=np.float32)] * len(made)
    for fold in range(FOLDS):
        model = trained([one for i, one in enumerate(made) if i % FOLDS != fold])
        for i in range(fold, len(made), FOLDS):
            scores[i] = standardised(made[i][0], model["mean"], model["spread"]) @ model["w"]
    print("told by the best 1, 2, 3, 4 lines, by role:", hits(made, [rows[:, 0] for rows, _ in made]))
    print("told by the best 1, 2, 3, 4 lines, learnt: ", hits(made, scores))


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--opinions", type=Path, required=True)
    ask.add_argument("--out", type=Path, default=HERE.parent / "digests" / "data" / "telling.npz")
    given = ask.parse_args()
    made = examples(given.data, given.cache, given.opinions)
    cross_validated(made)
    arrays: dict[str, Any] = {name: array.astype(np.float32) for name, array in trained(made).items()}
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out.name}: {given.out.stat().st_size} bytes, {len(made)} articles")


if __name__ == "__main__":
    main()
