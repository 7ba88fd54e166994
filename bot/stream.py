"""`chokan digest --jsonl`: articles in, digests out, one JSON object a line, in input order, on every core."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass

from bot.digesting import digested
from bot.inputs import Record, article_of, read_line
from bot.world import DIGEST_SECONDS, Runs
from digests.catalog import Catalogs
from digests.errors import ChokanError
from digests.form import digest_form
from digests.lengths import shortened
from digests.model import Length

_WRITTEN = json.JSONEncoder(ensure_ascii=False)
AHEAD = 16
"""Articles under way at once: enough to keep the workers busy, few enough that memory stays level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How digests are to be made."""

    catalogs: Catalogs
    length: Length = "standard"
    explain: bool = False
    embeddings: bool = True
    language: str | None = None
    """Language of the headings; None: the article's."""


def digest_lines(runs: Runs, lines: Iterable[str | ChokanError], making: Making) -> AsyncIterator[str | ChokanError]:
    """A digest's JSON line, or what went wrong with it, for each line that is not blank, in order."""
    return in_order(runs, lines, digest_line, making)


async def in_order(
    runs: Runs, lines: Iterable[str | ChokanError], function: Callable[..., str], *more: object
) -> AsyncIterator[str | ChokanError]:
    """`function(line, number, *more)` in workers, or what went wrong with it, for each line that is not blank. A line
    that could not be read comes as its error and costs only itself."""
    under_way: deque[asyncio.Task[str | ChokanError]] = deque()
    numbered = ((number, line) for number, line in enumerate(lines, 1) if not isinstance(line, str) or line.strip())
    try:
        for number, line in numbered:
            under_way.append(asyncio.create_task(_one(runs, function, line, number, *more)))
            # Reading goes on only when the oldest is done: the input is a stream, not a list.
            if len(under_way) >= AHEAD:
                yield await under_way.popleft()
        while under_way:
            yield await under_way.popleft()
    finally:
        for task in under_way:
            task.cancel()


async def _one(runs: Runs, function: Callable[..., str], line: str | ChokanError, *more: object) -> str | ChokanError:
    if isinstance(line, ChokanError):
        return line
    try:
        return await runs.run(function, line, *more, seconds=DIGEST_SECONDS)
    except ChokanError as error:
        return error


def digest_line(line: str, number: int, making: Making) -> str:
    """In a worker: the JSON line of one article. Raises BadInput, NoArticle."""
    record = read_line(Record, line, number)
    article = article_of(record)
    language = making.language or article.language
    digest = digested(article, (), (), language, making.catalogs, making.embeddings)
    form = digest_form(shortened(digest, making.length), explain=making.explain)
    return _WRITTEN.encode({**form, "id": record.id})
