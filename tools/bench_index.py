"""Measure the index with 100,000 articles: memory, adding, and searching whole and by site. Numbers are random."""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from resource import RUSAGE_SELF, getrusage

import numpy as np

from digests.retrieval import Profile, centres, common
from digests.retrieval_index import DIMENSION, Index

TERMS = 150
VOCABULARY = 400_000
FIRST = date(2016, 1, 1)


def made(random: np.random.Generator) -> Profile:
    """A profile whose terms are spread as words are (Zipf)."""
    hashes = np.unique(random.zipf(1.2, TERMS).astype(np.uint64) % VOCABULARY * 2654435761 % (1 << 24))
    vector = random.standard_normal(DIMENSION).astype(np.float32)
    terms = (hashes.astype(np.uint32) << np.uint32(8)) | np.uint32(1)
    day = FIRST.toordinal() + int(random.integers(0, 3650))
    return Profile(terms=terms, vector=vector / np.linalg.norm(vector), language="en", day=day)


def timed(work: Callable[[], object], times: int) -> str:
    """Processor time, and the clock, which a busy machine stretches."""
    spent, took = [], []
    for _ in range(times):
        began, start = time.process_time(), time.perf_counter()
        work()
        spent.append(1000 * (time.process_time() - began))
        took.append(1000 * (time.perf_counter() - start))
    return (
        f"median {statistics.median(spent):.1f} ms of processor time, best {min(spent):.1f} ms"
        f" (clock: {statistics.median(took):.1f}, {min(took):.1f})"
    )


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--articles", type=int, default=100_000)
    given = ask.parse_args()
    random = np.random.default_rng(0)
    index, before = Index(centres(), common()), getrusage(RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    for number in range(given.articles):
        index.add(str(number), made(random), site=f"site{number % 20}", role="source")
    spent = time.perf_counter() - start
    query = made(random)
    index.nearest(query, count=8)
    grown = (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024
    out = sys.stdout.write
    out(f"articles {given.articles}  added in {spent:.1f} s (making them included)  memory {grown:.0f} MB at most\n")
    out(f"whole archive  {timed(lambda: index.nearest(query, count=8), 15)}\n")
    out(f"one site       {timed(lambda: index.nearest(query, count=8, site='site3', role='source'), 15)}\n")
    index.add("new", query, site="site3", role="source")
    out(f"after an addition  {timed(lambda: index.nearest(query, count=1), 1)}, ")
    out(f"found at once: {index.nearest(query, count=1)[0].article == 'new'}\n")


if __name__ == "__main__":
    main()
