"""The story a digest belongs to: what reported the same before and after it, in order of time."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from bot.links import profile_of
from digests.model import Article
from digests.retrieval import unpacked
from digests.store import PUBLIC, Hit, Store
from digests.stories import FOLLOWS, same_story

CANDIDATES = 12
"""Articles alike by their words among which the story is looked for."""
WORDS = 120
"""Characters of the headline that are searched for."""
MOST = 8
"""Steps of a timeline that are shown; of a longer story those around the digest."""
FRESH = timedelta(minutes=10)
REMEMBERED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One report of a story. `here`: the one whose page this is."""

    id: str
    title: str
    publisher: str
    language: str
    when: datetime
    here: bool


class Stories:
    """Timelines, over one store; one that was looked for lately is remembered. Only what is public is in them."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self.store, self.clock = store, clock
        self._found: OrderedDict[str, tuple[datetime, tuple[Step, ...]]] = OrderedDict()

    async def of(self, article: Article) -> tuple[Step, ...]:
        """The timeline with this article in it, oldest first; empty where nothing else belongs to its story."""
        now = self.clock()
        until, steps = self._found.get(article.id, (now, ()))
        if until <= now:
            steps = await self._look(article)
            self._found[article.id] = (now + FRESH, steps)
            if len(self._found) > REMEMBERED:
                self._found.popitem(last=False)
        return steps

    async def _look(self, article: Article) -> tuple[Step, ...]:
        alike = await self.store.alike(article.title[:WORDS], limit=CANDIDATES + 1, viewer=PUBLIC)
        others = [hit for hit in alike if hit.article.id != article.id and hit.digest][:CANDIDATES]
        if not others:
            return ()
        articles = [article, *(hit.article for hit in others)]
        vectors = await self.store.vectors_of([one.id for one in articles])
        members = await asyncio.to_thread(_members, articles, vectors)
        return timeline(article, [hit for row, hit in enumerate(others, 1) if row in members])


def _members(articles: Sequence[Article], vectors: Mapping[str, bytes]) -> frozenset[int]:
    """Rows that report what the first does, or what another such row does: a story goes on from report to report."""
    profiles = []
    for article in articles:
        packed = vectors.get(article.id, b"")
        made = unpacked(packed, article.language) if packed else None
        profiles.append(made or profile_of(article, np.zeros(1, dtype=np.float32)))
    linked = same_story(profiles, [article.title for article in articles]) >= FOLLOWS
    members, fresh = {0}, {0}
    while fresh:
        fresh = {int(row) for one in fresh for row in np.flatnonzero(linked[one])} - members
        members |= fresh
    return frozenset(members)


def timeline(article: Article, others: Sequence[Hit]) -> tuple[Step, ...]:
    """The steps in order of time, at most `MOST` of them around the article's own."""
    if not others:
        return ()
    steps = [_step(one, here=one is article) for one in (article, *(hit.article for hit in others))]
    steps.sort(key=lambda step: (step.when, step.id))
    at = next(number for number, step in enumerate(steps) if step.here)
    first = max(0, min(at - MOST // 2, len(steps) - MOST))
    return tuple(steps[first : first + MOST])


def _step(article: Article, *, here: bool) -> Step:
    return Step(
        id=article.id,
        title=article.title,
        publisher=article.publisher,
        language=article.language,
        when=article.published or article.first_seen,
        here=here,
    )
