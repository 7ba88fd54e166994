"""Fits what retrieval weighs (rarity of terms, cosine, crowds, days) over the queries of several collections together.

    python -m tools.fit_retrieval --data DIR [--sets related_ja_dev,citations_en_dev] [--fast] [--cache DIR] [--folds 5]
        [--common FILE]

Prints nDCG@5 of each collection on held-out queries: with the constants as they are, and with those chosen on the other
folds (the best mean over collections, ties to the values in use). `--fast` leaves embeddings and their weight out.
Changes nothing: a constant is changed by hand in digests/retrieval.py where the held-out queries gain on all.
`--common` fits the directions that vectors of news have in common (`digests.retrieval.common`) instead: writes those of
all sets, and prints nDCG@5 of each set without them and with those of the other sets.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from bot.inputs import Record
from bot.ranking import parts, profiled, vector_of
from digests.retrieval import (
    COSINE,
    CROWD,
    CROWDED,
    RARITY,
    TIMELY,
    WORDS_CROWD,
    Floats,
    Profile,
    centres,
    common,
    timely,
)
from digests.retrieval_index import Index
from tools.vector_cache import CachedEmbedder

SETS = "citations_en_dev,stories_vi_dev,related_ja_dev,related_livedoor_dev"
RARITIES, COSINES, CROWDS = (1.0, 1.5), (0.75, 1.0, 1.25, 1.5), (0.0, 0.15, 0.3, 0.4, 0.5)
TIMES = (0.0, 0.04, 0.08, 0.12)
TOP = 5
DIRECTIONS = 16
Choice = tuple[float, float, float, float]


class Collection:
    """One collection: of each choice of constants, nDCG@5 of each query."""

    def __init__(self, path: Path, embedder: CachedEmbedder | None) -> None:
        bench = json.loads(path.read_text(encoding="utf-8"))
        articles = [Record(**{"language": bench["lang"], **row}) for row in bench["corpus"]]
        queries = [Record(**{"language": bench["lang"], **row}) for row in bench["queries"]]
        self.name = path.stem
        self.ids = [str(article.id) for article in articles]
        self.asked = [str(query.id) for query in queries]
        self.gold = [frozenset(row["rel"]) for row in bench["queries"]]
        self.corpus, self.queries = _profiles(articles, embedder), _profiles(queries, embedder)
        self.place = {name: row for row, name in enumerate(self.ids)}
        days = np.array([one.day for one in self.corpus], dtype=np.int32)
        self.times = [timely(query.day, days) / TIMELY for query in self.queries]

    def gains(self, choices: Sequence[Choice], directions: Floats | None) -> Mapping[Choice, Floats]:
        found: dict[Choice, Floats] = {}
        for rarity in sorted({choice[0] for choice in choices}):
            index = Index(centres(), directions, rarity=rarity)
            for name, made in zip(self.ids, self.corpus, strict=True):
                index.add(name, made)
            seen = [index.measured(query) for query in self.queries]
            every = [index.measured(one) for one in self.corpus]
            for weight in sorted({choice[1] for choice in choices}):
                crowds = _crowds([_close(*pair, weight) for pair in every])
                close = [_close(*pair, weight) for pair in seen]
                for crowd, time in sorted({choice[2:] for choice in choices}):
                    scores = [each - crowd * crowds + time * near for each, near in zip(close, self.times, strict=True)]
                    rows = zip(scores, self.asked, self.gold, strict=True)
                    found[rarity, weight, crowd, time] = np.array([self._gain(*row) for row in rows])
        return found

    def spread(self) -> NDArray[np.float64]:
        """(d, d) how the vectors of the articles vary within their languages, heavier for a larger collection."""
        moved = []
        for language in sorted({one.language for one in self.corpus}):
            rows = np.stack([one.vector for one in self.corpus if one.language == language]).astype(np.float64)
            rows -= rows.mean(axis=0)
            moved.append(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6))
        every = np.concatenate(moved)
        return np.asarray(every.T @ every / math.sqrt(len(every)))

    def _gain(self, scores: Floats, asked: str, gold: frozenset[str]) -> float:
        if asked in self.place:
            scores = scores.copy()
            scores[self.place[asked]] = -np.inf
        best = np.argsort(-scores, kind="stable")[:TOP]
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(TOP, len(gold))))
        return sum(1 / math.log2(rank + 2) for rank, row in enumerate(best) if self.ids[row] in gold) / ideal


def _profiles(records: Sequence[Record], embedder: CachedEmbedder | None) -> list[Profile]:
    texts = list(dict.fromkeys(text for record in records for text in parts(record))) if embedder else []
    known = dict(zip(texts, embedder.embed(texts), strict=True)) if embedder else {}
    return [profiled(record, vector_of(record, known)) for record in records]


def directions(spreads: Sequence[NDArray[np.float64]]) -> Floats:
    """(r, d) the directions of the greatest variance, each as long as takes off what it has above the mean of all."""
    values, vectors = np.linalg.eigh(np.sum(spreads, axis=0))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept = (values + values.mean()) / values.mean()
    taken = 1 - kept[DIRECTIONS] / kept[:DIRECTIONS]
    return np.asarray((vectors[:, :DIRECTIONS] * np.sqrt(taken)).T, dtype=np.float32)


def _close(words: Floats, cosines: Floats, weight: float) -> Floats:
    return np.asarray(np.sqrt(np.maximum(words, 0)) + weight * cosines, dtype=np.float32)


def _crowds(rows: Sequence[Floats]) -> Floats:
    """(n,) how much more crowded than usual the place of each article is."""
    found = np.array([np.partition(np.delete(row, at), -CROWDED)[-CROWDED:].mean() for at, row in enumerate(rows)])
    return np.asarray(found - found.mean(), dtype=np.float32)


def chosen(gains: Sequence[Mapping[Choice, Floats]], fold: int, folds: int, used: Choice) -> Choice:
    """The choice that is best on the queries outside `fold`; the one in use where it is as good."""
    return max(
        gains[0],
        key=lambda choice: (
            round(fmean(float(np.delete(g[choice], np.s_[fold::folds]).mean()) for g in gains), 4),
            choice == used,
        ),
    )


def fit_constants(collections: Sequence[Collection], folds: int, used: Choice, cosines: Sequence[float]) -> None:
    """Print what the constants in use and the constants of other folds find."""
    tried = [*itertools.product(RARITIES, cosines, CROWDS, TIMES)]
    gains = [collection.gains(tried, common()) for collection in collections]
    choices = [chosen(gains, fold, folds, used) for fold in range(folds)]
    out = sys.stdout.write
    for collection, found in zip(collections, gains, strict=True):
        held = np.concatenate([found[choice][fold::folds] for fold, choice in enumerate(choices)])
        out(f"{collection.name}: in use {100 * found[used].mean():.2f}, held out {100 * held.mean():.2f}\n")
    for choice in sorted(gains[0], key=lambda c: -fmean(float(g[c].mean()) for g in gains))[:8]:
        means = ", ".join(f"{100 * g[choice].mean():.2f}" for g in gains)
        out(f"rarity, cosine, crowd, days {choice}: {means}\n")
    out(f"chosen by fold: {choices}\n")


def fit_common(collections: Sequence[Collection], used: Choice, file: Path) -> None:
    """Write the directions of all collections; print what those of the others change for each."""
    spreads = {collection.name: collection.spread() for collection in collections}
    np.savez(file, directions=directions([*spreads.values()]).astype(np.float16))
    for collection in collections:
        others = [spread for name, spread in spreads.items() if name != collection.name]
        means = [100 * float(collection.gains([used], kept)[used].mean()) for kept in (None, directions(others))]
        sys.stdout.write(f"{collection.name}: without {means[0]:.2f}, with those of the others {means[1]:.2f}\n")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--sets", default=SETS)
    ask.add_argument("--fast", action="store_true")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--folds", type=int, default=5)
    ask.add_argument("--common", type=Path, metavar="FILE")
    given = ask.parse_args()
    embedder = None if given.fast else CachedEmbedder(given.cache)
    used = (RARITY, COSINE, WORDS_CROWD if given.fast else CROWD, TIMELY)
    collections = [Collection(given.data / f"{name}.json", embedder) for name in given.sets.split(",")]
    if given.common:
        fit_common(collections, used, given.common)
    else:
        fit_constants(collections, given.folds, used, (COSINE,) if given.fast else COSINES)


if __name__ == "__main__":
    main()
