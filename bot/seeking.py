"""Search by words and by meaning at once. The question's vector is a worker's work: while none is free, words alone
answer, and the vector is there for the next who asks."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from bot.links import Links
from bot.ranking import embedded
from bot.telemetry import event
from bot.world import Runs
from digests.errors import ChokanError
from digests.fusion import fused
from digests.language import identify
from digests.spelling import mendable, mended
from digests.store import Hit, Store, Viewer

log = logging.getLogger("chokan.search")

PATIENCE = 0.3
"""Seconds an answer waits for the meaning of a question."""
SECONDS = 60.0
"""Most seconds a worker may take for it, loading the model included."""
DEEP = 100
"""Places of each of the two lists that are fused; words alone go on below."""
CLOSEST = 500
"""Closest articles among which those are looked for that the asker may see."""
UNDER_WAY, REMEMBERED, KEPT = 4, 256, 600.0
"""Questions whose meaning is worked out at a time; answers kept for their further pages; seconds they are kept."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The order of the answers to one question: the fused ids, then what words find from `DEEP` on."""

    ids: tuple[str, ...]
    words: str
    whole: bool
    """With its meaning, where that is asked for."""
    until: float


class Seeker:
    """One for each place that people search from. All methods belong to one event loop."""

    def __init__(
        self, store: Store, links: Links, thinking: Runs, *, embeddings: bool = True, patience: float = PATIENCE
    ) -> None:
        self._store, self._links, self._thinking = store, links, thinking
        self._embeddings, self._patience = embeddings, patience
        self._found: OrderedDict[tuple[str, Viewer], _Found] = OrderedDict()
        self._meanings: dict[str, asyncio.Task[tuple[str, ...]]] = {}

    async def search(self, words: str, *, limit: int, offset: int = 0, viewer: Viewer) -> tuple[Hit, ...]:
        """A page of the answers; pages of one question fit together. Raises `StoreError`."""
        found = await self._order(" ".join(words.split()), viewer, first=not offset)
        ids = found.ids[offset : offset + limit]
        if len(ids) < limit and len(found.ids) >= DEEP:
            ids = (*ids, *await self._below(found, max(0, offset - len(found.ids)), limit - len(ids), viewer))
        return await self._store.hits(ids, viewer=viewer)

    async def _order(self, words: str, viewer: Viewer, *, first: bool) -> _Found:
        """The order the first page was taken from; a first page waits for the meaning each time until it has it."""
        known, now = self._found.get((words, viewer)), time.monotonic()
        if known and known.until > now and (known.whole or not first):
            return known
        meant = self._meaning(words)
        said, asked = await self._by_words(words, viewer)
        whole, alike = await self._waited(meant, viewer)
        found = self._found[words, viewer] = _Found(fused(said, alike), asked, whole, now + KEPT)
        self._found.move_to_end((words, viewer))
        if len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        return found

    async def _by_words(self, words: str, viewer: Viewer) -> tuple[tuple[str, ...], str]:
        """What words find, and the words: those that no article has are taken for the closest ones that some have."""
        unknown = await self._store.spellings(mendable(words)) if mendable(words) else {}
        meant = {word: await asyncio.to_thread(mended, word, known) for word, known in unknown.items()}
        if meant:
            words = " ".join(meant.get(word.casefold(), word) for word in words.split())
        return await self._store.found(words, limit=DEEP, viewer=viewer), words

    def _meaning(self, words: str) -> asyncio.Task[tuple[str, ...]] | None:
        """The closest articles, being looked for; None where meaning is not asked for or enough is under way."""
        if not self._embeddings or not words:
            return None
        task = self._meanings.get(words)
        if task is None and len(self._meanings) < UNDER_WAY:
            task = self._meanings[words] = asyncio.create_task(self._alike(words))
            task.add_done_callback(lambda _: self._meanings.pop(words, None))
        return task

    async def _alike(self, words: str) -> tuple[str, ...]:
        try:
            vectors = await self._thinking.run(embedded, [words], True, seconds=SECONDS)
            return await self._links.alike(vectors[0], identify(words), CLOSEST)
        except (ChokanError, OSError) as error:
            event(log, "search.words-alone", level=logging.WARNING, error=str(error))
            return ()

    async def _waited(
        self, meant: asyncio.Task[tuple[str, ...]] | None, viewer: Viewer
    ) -> tuple[bool, tuple[str, ...]]:
        """Whether it came in time, and what of it the viewer may see; the work goes on for the next who asks."""
        if meant is None:
            return not self._embeddings, ()
        done, _ = await asyncio.wait({meant}, timeout=self._patience)
        near = meant.result() if done else ()
        seen = await self._store.visible(near, viewer) if near else ()
        return bool(done), tuple(one for one in near if one in seen)[:DEEP]

    async def _below(self, found: _Found, skipped: int, limit: int, viewer: Viewer) -> tuple[str, ...]:
        """What words find beyond what was fused."""
        more = await self._store.found(found.words, limit=skipped + limit + DEEP, offset=DEEP, viewer=viewer)
        shown = set(found.ids)
        return tuple(one for one in more if one not in shown)[skipped : skipped + limit]
