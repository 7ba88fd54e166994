"""Learn `digests/data/ground.json`: how much each signal of `digests/signals.py` says about support.

    python tools/train_ground.py DATA.jsonl… [--write]

Each line: {id, text, summary, language, set, scores: {consistency | fact}}; the top score of a set means supported.
A logistic regression without negative weights (every signal is turned so that more is better) and with an intercept
for each set, so that it learns what tells good from bad inside a set, not the sets from each other. Three models: the
verdict on a sentence, and the grades of one sentence and of several. Figures are those of eight-fold cross-validation
by source text: `cv` gives every row to the model its number of sentences asks for, beside `seen`, where the models had
learnt from the same rows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from digests.evidence import line, source
from digests.sentences import sentences
from digests.signals import signals

Array = NDArray[np.float64]
FOLDS = 8


@dataclass(frozen=True)
class Recipe:
    """How a model is learnt."""

    several: bool
    """From summaries of several sentences, or of one."""
    ridge: float
    made: float | None = None
    """What all sets of altered sentences weigh together, against 1 for each set that people judged; None: each 1."""
    used: tuple[str, ...] = ()
    """Signals it may weigh; empty: all."""


RECIPES = {
    "verdict": Recipe(several=False, ridge=0.02),
    "one": Recipe(
        several=False,
        ridge=0.6,
        made=0.3,
        used=(
            *("tied", "weakest_tie", "near", "arcs", "weak_arcs", "closing", "order_two", "novel", "stems", "best"),
            *("repeats", "numbers_near", "dates", "denied"),
        ),
    ),
    "many": Recipe(several=True, ridge=0.8, used=("pieces", "within", "order", "order_two", "replaced")),
}
"""The grades: little data and much noise, so that a few signals, nearly equally weighed, do best. With all signals and
sets `one` loses five points on QAGS-XSum and one on Rank19, `many` four on QAGS-CNN and one on SummEval."""
STEPS = 1500
MOST_FALSE_ALARMS = 0.01
"""Share of true copied sentences the threshold of `verdict` may cost, in training."""
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
    """Rows of sets with enough chosen rows of both kinds to say something: not the few single sentences of SummEval."""
    counts = {kind: [0, 0] for kind in set(rows.sets)}
    for kind, good, take in zip(rows.sets, rows.good, chosen, strict=True):
        counts[kind][int(good)] += int(take)
    return np.array([min(counts[kind]) >= 20 for kind in rows.sets])


def weighed(groups: list[str], good: Array, made: float | None) -> Array:
    """(n,): what each row counts. In every set good and bad ones weigh the same."""
    altered = {group for group in groups if group.startswith("synth")}
    share = {group: made / len(altered) if made and group in altered else 1.0 for group in set(groups)}
    count = Counter(zip(groups, good, strict=True))
    weight = np.array([share[group] / count[group, one] for group, one in zip(groups, good, strict=True)])
    return np.asarray(weight / weight.sum(), dtype=np.float64)


def fitted(rows: Rows, chosen: NDArray[np.bool_], name: str) -> tuple[float, Array]:
    """(bias, weights) of the model `name` by projected gradient with momentum."""
    recipe = RECIPES[name]
    used = np.array([not recipe.used or signal in recipe.used for signal in rows.names])
    chosen = chosen & (rows.many == recipe.several)
    chosen &= _populous(rows, chosen)
    values, good = rows.values[chosen], rows.good[chosen]
    groups = [group for group, take in zip(rows.sets, chosen, strict=True) if take]
    weight = weighed(groups, good, recipe.made)
    ones = np.array([[group == kind for kind in sorted(set(groups))] for group in groups], dtype=np.float64)
    mean = weight @ values
    scale = np.sqrt(weight @ (values - mean) ** 2) + 1e-9
    scaled = (values - mean) / scale
    beta, bias = np.zeros(values.shape[1]), np.zeros(ones.shape[1])
    step, old, old_bias = 0.05, beta, bias
    for n in range(STEPS):
        momentum = n / (n + 3)
        look, look_bias = beta + momentum * (beta - old), bias + momentum * (bias - old_bias)
        error = (1 / (1 + np.exp(-(scaled @ look + ones @ look_bias))) - good) * weight
        old, old_bias = beta, bias
        beta = used * np.maximum(0.0, look - step * (scaled.T @ error + 2 * recipe.ridge * look))
        bias = look_bias - step * (ones.T @ error)
    weights = beta / scale
    return float(bias.mean() - mean @ weights), weights


def auc(good: Array, scores: Array) -> float:
    above = scores[good == 1][:, None] - scores[good == 0][None, :]
    return float(100 * ((above > 0).mean() + (above == 0).mean() / 2))


def graded(rows: Rows, learnt: NDArray[np.bool_], asked: NDArray[np.bool_], names: tuple[str, str]) -> Array:
    """(asked rows,): log odds by the models `names` for one sentence and for several, learnt from the rows `learnt`."""
    (bias, one), (bias_many, many) = (fitted(rows, learnt, name) for name in names)
    values = rows.values[asked]
    return np.where(rows.many[asked], values @ many + bias_many, values @ one + bias)


def figures(rows: Rows, scores: Array) -> dict[str, float]:
    sets = np.array(rows.sets)
    return {kind: round(auc(rows.good[sets == kind], scores[sets == kind]), 1) for kind in sorted(set(rows.sets))}


def held_back(rows: Rows, names: tuple[str, str]) -> dict[str, float]:
    scores = np.zeros(len(rows.good))
    for fold in range(FOLDS):
        scores[rows.fold == fold] = graded(rows, rows.fold != fold, rows.fold == fold, names)
    return figures(rows, scores)


def model(rows: Rows, name: str) -> tuple[float, dict[str, float]]:
    bias, weights = fitted(rows, np.ones(len(rows.good), dtype=np.bool_), name)
    kept = {n: round(float(w), 5) for n, w in zip(rows.names, weights, strict=True) if w > 1e-4}
    return round(bias, 5), kept


def least(rows: Rows, bias: float, weights: dict[str, float]) -> float:
    """The probability that nearly all true copied sentences reach."""
    copied = ~rows.many & (rows.good == 1) & np.array([kind.startswith("synth") for kind in rows.sets])
    odds = rows.values[copied] @ np.array([weights.get(name, 0.0) for name in rows.names]) + bias
    return round(float(np.quantile(1 / (1 + np.exp(-odds)), MOST_FALSE_ALARMS)), 5) if copied.any() else 0.5


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("data", nargs="+", type=Path)
    ask.add_argument("--write", action="store_true")
    given = ask.parse_args()
    rows = measured(read(given.data))
    every = np.ones(len(rows.good), dtype=np.bool_)
    for names in (("one", "many"), ("verdict", "many")):
        print("cv", names, held_back(rows, names))
        print("seen", names, figures(rows, graded(rows, every, every, names)))
    if given.write:
        made = {name: model(rows, name) for name in RECIPES}
        form: dict[str, Any] = {name: {"bias": bias, "weights": weights} for name, (bias, weights) in made.items()}
        form |= {"least": least(rows, *made["verdict"]), "least_shortened": LEAST_SHORTENED}
        TARGET.write_text(json.dumps(form, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
