"""`chokan rank`: a collection of articles in, for each query its closest articles out. Stores nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

import numpy as np

from bot.inputs import Record, read_line
from bot.world import Runs
from digests.embed import E5Embedder, LexicalEmbedder
from digests.language import identify
from digests.ports import Embedder, Vectors
from digests.retrieval import Floats, Profile, centres, common, profile
from digests.retrieval_index import Index

MOST = 51
"""Ids printed for a query."""
CHUNK = 8
"""Texts a worker embeds at a time."""
SECONDS = 300.0
TITLE, LATER = 0.5, 0.75
"""What the title and the passage after the opening weigh in an article's vector, the opening weighing 1."""
_LEAD = 400
_LEAD_DENSE = 160
"""Characters of the body that are embedded with the title; scripts without spaces say more with fewer."""
_NONE = np.zeros(1, dtype=np.float32)

Progress = Callable[[int, int], None]


async def rank_lines(
    runs: Runs, corpus: Iterable[str], queries: Iterable[str], *, embeddings: bool, progress: Progress
) -> AsyncIterator[str]:
    """One JSON line `{"id", "ranking"}` for each query line, in order. Raises BadInput, WorkerFailed."""
    records, known = list(_records(corpus)), dict[str, Floats]()
    await _embed(runs, records, known, embeddings, progress)
    index = await asyncio.to_thread(_indexed, records, [vector_of(record, known) for record in records])
    for query in _records(queries):
        await _embed(runs, [query], known, embeddings, _unwatched)
        near = index.nearest(profiled(query, vector_of(query, known)), count=MOST, leave_out=str(query.id))
        yield json.dumps({"id": str(query.id), "ranking": [one.article for one in near]}, ensure_ascii=False)


def _indexed(records: Sequence[Record], vectors: Sequence[Floats]) -> Index:
    index = Index(centres(), common())
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


async def _embed(
    runs: Runs, records: Sequence[Record], known: dict[str, Floats], embeddings: bool, progress: Progress
) -> None:
    """Add to `known` the vectors of the records' parts that it lacks; without embeddings no part has one."""
    wanted = (text for record in records for text in parts(record))
    texts = [text for text in dict.fromkeys(wanted) if text not in known] if embeddings else []
    chunks = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
    done = 0

    async def one(chunk: Sequence[str]) -> None:
        nonlocal done
        made = await runs.run(embedded, chunk, embeddings, seconds=SECONDS)
        known.update(zip(chunk, made, strict=True))
        done += len(chunk)
        progress(done, len(texts))

    await asyncio.gather(*(one(chunk) for chunk in chunks))


def _records(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield read_line(Record, line, number)


def parts(record: Record) -> Mapping[str, float]:
    """What of an article is embedded, and what each text weighs in its vector: the title with the opening, the title
    alone, and where the body goes on the passage after the opening, for a page may begin with what is no article."""
    lead = _LEAD_DENSE if record.language in ("ja", "zh", "th", "ko") else _LEAD
    later = record.text[lead : 2 * lead]
    found = {f"{record.title}\n{record.text[:lead]}": 1.0}
    if record.title.strip():
        found[record.title] = TITLE
    if len(later) >= lead // 3 and later.strip():
        found[later] = LATER
    return found


def vector_of(record: Record, known: Mapping[str, Floats]) -> Floats:
    """(d,) L2-normalised: the weighted sum of the vectors of an article's parts. Zero where none is known."""
    total = sum((weight * known[text] for text, weight in parts(record).items() if text in known), _NONE)
    norm = float(np.linalg.norm(total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
