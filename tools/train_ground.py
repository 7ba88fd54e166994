"""Learn `digests/data/ground.json`: how much each signal of `digests/signals.py` says about support.

    python tools/train_ground.py DATA.jsonl… [--write]

Each line: {id, text, summary, language, set, scores: {consistency | fact}}; the top score of a set means supported.
A logistic regression without negative weights (every signal is turned so that more is better) and with an intercept
for each set, so that it learns what tells good from bad inside a set, not the sets from each other. Two models: for one
sentence, for several. Figures are those of eight-fold cross-validation by source text.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digests.evidence import line, source
from digests.ground import ground
from digests.sentences import sentences
from digests.signals import signals

Array = NDArray[np.float64]
FOLDS = 8
RIDGE = {"one": 0.02, "many": 0.8}
"""Several sentences: little data and much noise, so that nearly equal weights do best."""
USED = {"one": (), "many": ("pieces", "within", "order", "order_two", "replaced")}
"""Signals each model may weigh; empty: all. For several sentences those of how they were cut from the text: with all of
them cross-validation loses four points on QAGS and one on SummEval."""
STEPS = 4000
MOST_FALSE_ALARMS = 0.01
"""Share of true copied sentences the threshold of `one` may cost, in training."""
LEAST_SHORTENED = 0.15
"""What a sentence needs that only leaves words of one place out: rough cuts are below."""
TARGET = Path(__file__).parent.parent / "digests" / "data" / "ground.json"


@dataclass(frozen=True)
class Rows:
    names: list[str]
    values: Array
    """(n, signals): the mean over a summary's sentences."""
    good: Array
    sets: list[str]
    fold: NDArray[np.int64]
    many: NDArray[np.bool_]


def read(paths: list[Path]) -> list[dict[str, Any]]:
    return [json.loads(row) for path in paths for row in path.read_text("utf-8").splitlines()]


def score_of(row: dict[str, Any]) -> float:
    scores = row["scores"]
    return float(scores.get("consistency", scores.get("fact")))


def measured(rows: list[dict[str, Any]]) -> Rows:
    tops: dict[str, float] = defaultdict(float)
    for row in rows:
        tops[row["set"]] = max(tops[row["set"]], score_of(row))
    means, many = [], []
    prepared: dict[str, Any] = {}
    for row in rows:
        if row["text"] not in prepared:
            prepared = {row["text"]: source(row["text"], row["language"])}
        pieces = [p.text for p in sentences(row["summary"], row["language"])] or [row["summary"]]
        values = [signals(line(p, row["language"]), prepared[row["text"]]).values for p in pieces]
        means.append({name: float(np.mean([v.get(name, 0.0) for v in values])) for name in values[0]})
        many.append(len(pieces) > 1)
    names = sorted({name for row in means for name in row})
    return Rows(
        names,
        np.array([[row.get(name, 0.0) for name in names] for row in means]),
        np.array([score_of(row) >= tops[row["set"]] - 1e-6 for row in rows], dtype=np.float64),
        [row["set"] for row in rows],
        np.array([int(hashlib.md5(row["text"].encode()).hexdigest()[:8], 16) % FOLDS for row in rows]),
        np.array(many),
    )


def _populous(rows: Rows, chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows of sets with enough chosen rows of both kinds to say something."""
    counts = {kind: [0, 0] for kind in set(rows.sets)}
    for kind, good, take in zip(rows.sets, rows.good, chosen, strict=True):
        counts[kind][int(good)] += int(take)
    return np.array([min(counts[kind]) >= 10 for kind in rows.sets])


def fitted(rows: Rows, chosen: NDArray[np.bool_], name: str) -> tuple[float, Array]:
    """(bias, weights) of the model `name` by projected gradient with momentum; every set and class weighs the same."""
    ridge, used = RIDGE[name], np.array([not USED[name] or signal in USED[name] for signal in rows.names])
    chosen = chosen & _populous(rows, chosen)
    values, good = rows.values[chosen], rows.good[chosen]
    groups = [name for name, take in zip(rows.sets, chosen, strict=True) if take]
    kinds = sorted(set(groups))
    which = np.array([kinds.index(group) for group in groups])
    counts = np.array([np.sum((which == k) & (good == g)) for k, g in zip(which, good, strict=True)])
    weight = 1 / counts
    weight /= weight.sum()
    mean, scale = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled, ones = (values - mean) / scale, np.eye(len(kinds))[which]
    beta, bias = np.zeros(values.shape[1]), np.zeros(len(kinds))
    step, old, old_bias = 0.05, beta, bias
    for n in range(STEPS):
        momentum = n / (n + 3)
        look, look_bias = beta + momentum * (beta - old), bias + momentum * (bias - old_bias)
        error = (1 / (1 + np.exp(-(scaled @ look + ones @ look_bias))) - good) * weight
        old, old_bias = beta, bias
        beta = used * np.maximum(0.0, look - step * (scaled.T @ error + 2 * ridge * look))
        bias = look_bias - step * (ones.T @ error)
    weights = beta / scale
    return float(bias.mean() - mean @ weights), weights


def auc(good: Array, scores: Array) -> float:
    above = scores[good == 1][:, None] - scores[good == 0][None, :]
    return float(100 * ((above > 0).mean() + (above == 0).mean() / 2))


def held_back(rows: Rows, name: str) -> dict[str, float]:
    mine = rows.many if name == "many" else ~rows.many
    scores = np.zeros(len(rows.good))
    for fold in range(FOLDS):
        bias, weights = fitted(rows, mine & (rows.fold != fold), name)
        scores[rows.fold == fold] = rows.values[rows.fold == fold] @ weights + bias
    sets = np.array(rows.sets)
    return {
        kind: round(auc(rows.good[mine & (sets == kind)], scores[mine & (sets == kind)]), 1)
        for kind in sorted(set(rows.sets))
        if len(set(rows.good[mine & (sets == kind)])) == 2
    }


def model(rows: Rows, name: str) -> dict[str, Any]:
    mine = rows.many if name == "many" else ~rows.many
    bias, weights = fitted(rows, mine, name)
    copied = mine & (rows.good == 1) & np.array([kind.startswith("synth") for kind in rows.sets])
    probability = 1 / (1 + np.exp(-(rows.values @ weights + bias)))
    least = float(np.quantile(probability[copied], MOST_FALSE_ALARMS)) if copied.any() else 0.5
    kept = {n: round(float(w), 5) for n, w in zip(rows.names, weights, strict=True) if w > 1e-4}
    return {"bias": round(bias, 5), "weights": kept, "least": round(least, 5), "least_shortened": LEAST_SHORTENED}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", nargs="+", type=Path)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    read_rows = read(given.data)
    rows = measured(read_rows)
    for name in ("one", "many"):
        print(name, held_back(rows, name))
    if given.write:
        TARGET.write_text(json.dumps({name: model(rows, name) for name in ("one", "many")}, indent=1) + "\n", "utf-8")
        ground.__globals__["_model"].cache_clear()


if __name__ == "__main__":
    main()
