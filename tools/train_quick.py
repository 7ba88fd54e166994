"""Retrains the model of `--fast` and writes `digests/data/quick.npz`; prints cross-validated and development figures.

    python -m tools.train_quick --data DIR [--folds 5]

DIR holds what tools/train_roles.py and tools/train_salience.py learn from. Needs numpy and the project, nothing else;
there is no chance in it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from digests.quick import Grams, grams, known_terms, place, telling
from digests.roles import TO_ROLES
from digests.weights import Matrix, softmax
from tools.learning import Adam, posterior
from tools.train_roles import HERE, Labelled, best_bias, discourse, japanese, macro_f1, vocabulary
from tools.train_salience import Case, english, scored, searched, trained
from tools.train_salience import japanese as japanese_news

VOCABULARY = {"en": 4000, "ja": 3000}
STEPS, RATE, RIDGE = 100, 0.05, 6e-4
SCALE = np.float32(3)
"""What terms weigh beside place, so that one ridge suits both."""
SEARCHED, RANK = (1, 3, 4, 2, 5), 1
"""Columns of `telling` that are searched for English, and the one of the place."""


class Sentences:
    """What the model sees of the sentences of all articles of a language."""

    def __init__(self, articles: Sequence[Labelled], language: str) -> None:
        self.articles, self.language = articles, language
        texts = [[piece.text for piece in article.pieces] for article in articles]
        self.found = [grams(each, language) for each in texts]
        seats = [
            place(each, [piece.paragraph for piece in article.pieces], language)
            for each, article in zip(texts, articles, strict=True)
        ]
        self.place = np.concatenate(seats)
        self.rows = np.concatenate([article.rows for article in articles])
        self.of = np.repeat(np.arange(len(articles)), [len(each) for each in texts])

    def bags(self) -> list[set[int]]:
        return [bag for found in self.found for bag in _bags(found)]

    def terms(self, known: Matrix, idf: Matrix) -> Matrix:
        """(n, len(known)) TF-IDF rows, L2-normalised."""
        out = np.zeros((len(self.rows), len(known)), dtype=np.float32)
        start = 0
        for found in self.found:
            at, rows = known_terms(found, known)
            out[start + rows, at] = idf[at]
            start += found.count
        return np.asarray(out / np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6), dtype=np.float32)

    def trained(self, chosen: Matrix) -> dict[str, Matrix]:
        """A model from the sentences that are `chosen` (n,), without its bias."""
        mine = chosen & (self.rows.sum(axis=1) > 0)
        bags = self.bags()
        roles = self.rows[mine] @ TO_ROLES / self.rows[mine].sum(axis=1, keepdims=True)
        known, idf = vocabulary([bags[i] for i in np.flatnonzero(mine)], roles, VOCABULARY[self.language])
        terms, seats = self.terms(known, idf)[mine], self.place[mine]
        mean, spread = seats.mean(axis=0), seats.std(axis=0) + 1e-3
        w, v, b = fitted(SCALE * terms, (seats - mean) / spread, self.rows[mine])
        return {"hashes": known, "idf": idf, "w": SCALE * w, "place": v / spread[:, None], "b": b - (mean / spread) @ v}

    def judged(self, model: dict[str, Matrix]) -> Matrix:
        """(n, 8) opinions."""
        terms = self.terms(model["hashes"], model["idf"])
        return softmax(terms @ model["w"] + self.place @ model["place"] + model["b"])


def _bags(found: Grams) -> list[set[int]]:
    bags: list[set[int]] = [set() for _ in range(found.count)]
    for code, row in zip(found.grams.tolist(), found.gram_rows.tolist(), strict=True):
        bags[row].add(code)
    return bags


def fitted(terms: Matrix, seats: Matrix, allowed: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Ridge logistic regression over terms and place, whole batches by Adam."""
    classes = allowed.shape[1]
    w = np.zeros((terms.shape[1], classes), dtype=np.float32)
    v = np.zeros((seats.shape[1], classes), dtype=np.float32)
    b = np.zeros(classes, dtype=np.float32)
    adam = Adam([w, v, b], RATE, STEPS, 0.0)
    for _ in range(STEPS):
        scores = terms @ w + seats @ v + b
        error = (softmax(scores) - posterior(scores, allowed)) / len(terms)
        steps = (terms.T @ error + RIDGE * w, seats.T @ error + RIDGE * v, error.sum(axis=0))
        adam.step([np.asarray(step, dtype=np.float32) for step in steps])
    return w, v, b


def split(opinions: Matrix, articles: Sequence[Labelled]) -> list[Matrix]:
    return np.split(opinions, np.cumsum([len(article.pieces) for article in articles])[:-1])


def four(opinions: Matrix, articles: Sequence[Labelled], bias: Matrix) -> list[Matrix]:
    return [each @ TO_ROLES * bias for each in split(opinions, articles)]


def cross_validated(seen: Sentences, folds: int) -> Matrix:
    """The bias of the four roles chosen on held-out folds; prints what they score."""
    held = np.zeros((len(seen.rows), len(TO_ROLES)), dtype=np.float32)
    for fold in range(folds):
        out = seen.of % folds == fold
        held[out] = seen.judged(seen.trained(~out))[out]
    parts = split(held, seen.articles)
    bias = best_bias(seen.articles, parts, parts)
    score = macro_f1(seen.articles, four(held, seen.articles, bias))
    print(f"{seen.language} cross-validated {score[0]:.1f} {score[1]}, bias {bias.round(2)}", flush=True)
    return bias


def salience(data: Path) -> dict[str, Matrix]:
    """Weights of `telling`, learnt as tools/train_salience.py learns those of the models with vectors."""
    news = [_told(case) for case in english(data, None)]
    learnt, measured = ([_told(case) for case in part] for part in japanese_news(data, None))
    found = {"en": searched(news, "quick", SEARCHED, RANK), "ja": trained(learnt, "quick")}
    print("en, 3 sentences: lead", scored(news, "quick", None, 3), "seen", scored(news, "quick", found["en"], 3))
    print("ja, 1 sentence: lead", scored(measured, "quick", None, 1), "held", scored(measured, "quick", found["ja"], 1))
    return {f"{code}.salience": model["w"] / model["spread"] for code, model in found.items()}


def _told(case: Case) -> Case:
    seats = place(case.texts, range(len(case.texts)), case.language)
    return replace(
        case, features={"quick": telling(grams(case.texts, case.language), case.texts, seats, case.language)}
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--folds", type=int, default=5)
    ask.add_argument("--out", type=Path, default=HERE.parent / "digests" / "data" / "quick.npz")
    given = ask.parse_args()
    arrays: dict[str, Any] = {"to_roles": TO_ROLES, **salience(given.data)}
    for language, articles in (("en", discourse(given.data / "roles_train.jsonl")), ("ja", japanese(given.data))):
        seen = Sentences(articles, language)
        bias = cross_validated(seen, given.folds)
        model = seen.trained(np.ones(len(seen.rows), dtype=np.bool_)) | {"bias": bias}
        if language == "en":
            dev = Sentences(discourse(given.data / "roles_dev.jsonl"), "en")
            print("en development", macro_f1(dev.articles, four(dev.judged(model), dev.articles, bias)), flush=True)
        arrays |= {f"{language}.{name}": array for name, array in model.items()}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    narrow = {name: array.astype(np.float16) if name.endswith(".w") else array for name, array in arrays.items()}
    np.savez_compressed(given.out, **narrow)
    print(f"{given.out.name}: {given.out.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
