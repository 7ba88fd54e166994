"""`chokan rank`: a collection of articles in, for each query its closest articles out. Stores nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np

from bot.inputs import Record, record_of
from bot.jobs import Runs
from digests.embed import E5Embedder, LexicalEmbedder
from digests.ports import Embedder, Vectors
from digests.retrieval import Floats, WordIndex, centred, fused, order

MOST = 51
"""Ids printed for a query."""
CHUNK = 32
"""Texts a worker embeds at a time."""
SECONDS = 300.0
_LEAD = 400
_LEAD_DENSE = 160
"""Characters of the body that are embedded with the title; scripts without spaces say more with fewer."""

Progress = Callable[[int, int], None]


class Collection:
    """The corpus, indexed by words and vectors."""

    def __init__(self, records: Sequence[Record], vectors: Vectors) -> None:
        self._ids = [str(record.id) for record in records]
        self._rows: dict[str, int] = {}
        self._words = WordIndex()
        for record in records:
            self._rows[str(record.id)] = self._words.add(_whole(record))
        self._mean: Floats = vectors.mean(axis=0) if len(vectors) else np.zeros(1, dtype=np.float32)
        self._vectors = centred(vectors, self._mean)

    def ranking(self, query: Record, vector: Vectors) -> tuple[str, ...]:
        """Ids of the closest articles, never the query itself, best first."""
        words = self._words.closeness(_whole(query))
        cosines = self._vectors @ centred(vector, self._mean)
        own = [row for row in (self._rows.get(str(query.id)),) if row is not None]
        return tuple(self._ids[row] for row in order(fused(words, cosines), MOST, own))


async def rank_lines(
    runs: Runs, corpus: Iterable[str], queries: Iterable[str], *, embeddings: bool, progress: Progress
) -> AsyncIterator[str]:
    """One JSON line `{"id", "ranking"}` for each query line, in order. Raises BadInput, WorkerFailed."""
    records = list(_records(corpus))
    vectors = await _embedded(runs, [_opening(record) for record in records], embeddings, progress)
    known = {_opening(record): vector for record, vector in zip(records, vectors, strict=True)}
    collection = await asyncio.to_thread(Collection, records, vectors)
    for query in _records(queries):
        text = _opening(query)
        if text not in known:
            known[text] = (await _embedded(runs, [text], embeddings, lambda done, total: None))[0]
        found = await asyncio.to_thread(collection.ranking, query, known[text])
        yield json.dumps({"id": str(query.id), "ranking": found}, ensure_ascii=False)


def embedded(texts: Sequence[str], embeddings: bool) -> Vectors:
    """In a worker: (n, d) vectors of the texts."""
    return _embedder(embeddings).embed(texts)


@cache
def _embedder(embeddings: bool) -> Embedder:
    return E5Embedder() if embeddings else LexicalEmbedder()


async def _embedded(runs: Runs, texts: Sequence[str], embeddings: bool, progress: Progress) -> Vectors:
    chunks = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
    done = 0

    async def one(chunk: Sequence[str]) -> Vectors:
        nonlocal done
        made = await runs.run(embedded, chunk, embeddings, seconds=SECONDS)
        done += len(chunk)
        progress(done, len(texts))
        return made

    made = await asyncio.gather(*(one(chunk) for chunk in chunks))
    return np.concatenate(made) if made else np.zeros((0, 1), dtype=np.float32)


def _records(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield record_of(line, number)


def _whole(record: Record) -> str:
    return f"{record.title}\n{record.text}"


def _opening(record: Record) -> str:
    dense = record.language in ("ja", "zh", "th", "ko")
    return f"{record.title}\n{record.text[: _LEAD_DENSE if dense else _LEAD]}"
