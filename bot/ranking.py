"""`chokan rank`: a collection of articles in, for each query its closest articles out. Stores nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from functools import cache

import numpy as np

from bot.inputs import Record, record_of
from bot.world import Runs
from digests.embed import E5Embedder, LexicalEmbedder
from digests.language import identify
from digests.ports import Embedder, Vectors
from digests.retrieval import Floats, Profile, centres, profile
from digests.retrieval_index import Index

MOST = 51
"""Ids printed for a query."""
CHUNK = 8
"""Texts a worker embeds at a time."""
SECONDS = 300.0
_LEAD = 400
_LEAD_DENSE = 160
"""Characters of the body that are embedded with the title; scripts without spaces say more with fewer."""

Progress = Callable[[int, int], None]


async def rank_lines(
    runs: Runs, corpus: Iterable[str], queries: Iterable[str], *, embeddings: bool, progress: Progress
) -> AsyncIterator[str]:
    """One JSON line `{"id", "ranking"}` for each query line, in order. Raises BadInput, WorkerFailed."""
    records = list(_records(corpus))
    openings = [opening(record) for record in records]
    vectors = await _embedded(runs, openings, embeddings, progress)
    known = dict(zip(openings, vectors, strict=True))
    index = await asyncio.to_thread(_indexed, records, vectors)
    for query in _records(queries):
        text = opening(query)
        vector = known[text] if text in known else (await _embedded(runs, [text], embeddings, _unwatched))[0]
        near = index.nearest(profiled(query, vector), count=MOST, leave_out=str(query.id))
        yield json.dumps({"id": str(query.id), "ranking": [one.article for one in near]}, ensure_ascii=False)


def _indexed(records: Sequence[Record], vectors: Vectors) -> Index:
    index = Index(centres())
    for record, vector in zip(records, vectors, strict=True):
        index.add(str(record.id), profiled(record, vector))
    for record, vector in zip(records, vectors, strict=True):
        # Every article is asked for once, so that the index knows how crowded its place is.
        index.nearest(profiled(record, vector), count=1, leave_out=str(record.id))
    return index


def profiled(record: Record, vector: Floats) -> Profile:
    language = identify(f"{record.title}\n{record.text}", record.language)
    return profile(record.title, record.text, vector, language, record.published.date() if record.published else None)


def _unwatched(done: int, total: int) -> None:
    return None


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


def opening(record: Record) -> str:
    """What of an article is embedded."""
    dense = record.language in ("ja", "zh", "th", "ko")
    return f"{record.title}\n{record.text[: _LEAD_DENSE if dense else _LEAD]}"
