"""Fits what retrieval weighs (rarity of terms, cosine, crowds, days) over the queries of several collections together.

    python -m tools.fit_retrieval --data DIR [--sets related_ja_dev,citations_en_dev] [--fast] [--cache DIR] [--folds 5]

Prints nDCG@5 of each collection on held-out queries: with the constants as they are, and with those chosen on the other
folds (the best mean over collections, ties to the values in use). `--fast` leaves embeddings and their weight out.
Changes nothing: a constant is changed by hand in digests/retrieval.py where the held-out queries gain on all.
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

from bot.inputs import Record
from bot.ranking import opening, profiled
from digests.retrieval import COSINE, CROWD, CROWDED, RARITY, TIMELY, Floats, Profile, centres, timely
from digests.retrieval_index import Index
from tools.vector_cache import CachedEmbedder

SETS = "citations_en_dev,stories_vi_dev,related_ja_dev,related_livedoor_dev"
RARITIES, COSINES, CROWDS = (1.0, 1.5), (0.5, 0.75, 1.0, 1.3), (0.0, 0.15, 0.3, 0.5)
TIMES = (0.0, 0.04, 0.08, 0.12)
TOP = 5
Choice = tuple[float, float, float, float]
IN_USE: Choice = (RARITY, COSINE, CROWD, TIMELY)


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

    def gains(self, cosines: Sequence[float]) -> Mapping[Choice, Floats]:
        found: dict[Choice, Floats] = {}
        for rarity in RARITIES:
            index = Index(centres(), rarity=rarity)
            for name, made in zip(self.ids, self.corpus, strict=True):
                index.add(name, made)
            seen = [index.measured(query) for query in self.queries]
            every = [index.measured(one) for one in self.corpus]
            for weight in cosines:
                crowds = _crowds([_close(*pair, weight) for pair in every])
                close = [_close(*pair, weight) for pair in seen]
                for crowd, time in itertools.product(CROWDS, TIMES):
                    scores = [each - crowd * crowds + time * near for each, near in zip(close, self.times, strict=True)]
                    rows = zip(scores, self.asked, self.gold, strict=True)
                    found[rarity, weight, crowd, time] = np.array([self._gain(*row) for row in rows])
        return found

    def _gain(self, scores: Floats, asked: str, gold: frozenset[str]) -> float:
        if asked in self.place:
            scores = scores.copy()
            scores[self.place[asked]] = -np.inf
        best = np.argsort(-scores, kind="stable")[:TOP]
        ideal = sum(1 / math.log2(rank + 2) for rank in range(min(TOP, len(gold))))
        return sum(1 / math.log2(rank + 2) for rank, row in enumerate(best) if self.ids[row] in gold) / ideal


def _profiles(records: Sequence[Record], embedder: CachedEmbedder | None) -> list[Profile]:
    none = np.zeros((len(records), 1), dtype=np.float32)
    vectors = embedder.embed([opening(record) for record in records]) if embedder else none
    return [profiled(record, vector) for record, vector in zip(records, vectors, strict=True)]


def _close(words: Floats, cosines: Floats, weight: float) -> Floats:
    return np.asarray(np.sqrt(np.maximum(words, 0)) + weight * cosines, dtype=np.float32)


def _crowds(rows: Sequence[Floats]) -> Floats:
    """(n,) how much more crowded than usual the place of each article is."""
    found = np.array([np.partition(np.delete(row, at), -CROWDED)[-CROWDED:].mean() for at, row in enumerate(rows)])
    return np.asarray(found - found.mean(), dtype=np.float32)


def chosen(gains: Sequence[Mapping[Choice, Floats]], fold: int, folds: int) -> Choice:
    """The choice that is best on the queries outside `fold`; the one in use where it is as good."""
    return max(
        gains[0],
        key=lambda choice: (
            round(fmean(float(np.delete(g[choice], np.s_[fold::folds]).mean()) for g in gains), 4),
            choice == IN_USE,
        ),
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--sets", default=SETS)
    ask.add_argument("--fast", action="store_true")
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--folds", type=int, default=5)
    given = ask.parse_args()
    embedder = None if given.fast else CachedEmbedder(given.cache)
    names = given.sets.split(",")
    cosines = (COSINE,) if given.fast else COSINES
    gains = [Collection(given.data / f"{name}.json", embedder).gains(cosines) for name in names]
    choices = [chosen(gains, fold, given.folds) for fold in range(given.folds)]
    out = sys.stdout.write
    for name, found in zip(names, gains, strict=True):
        held = np.concatenate([found[choice][fold :: given.folds] for fold, choice in enumerate(choices)])
        out(f"{name}: in use {100 * found[IN_USE].mean():.2f}, held out {100 * held.mean():.2f}\n")
    for choice in sorted(gains[0], key=lambda c: -fmean(float(g[c].mean()) for g in gains))[:8]:
        means = ", ".join(f"{100 * g[choice].mean():.2f}" for g in gains)
        out(f"rarity, cosine, crowd, days {choice}: {means}\n")
    out(f"chosen by fold: {choices}\n")


if __name__ == "__main__":
    main()
