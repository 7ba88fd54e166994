"""Pages that a provider's web search cites, read by our own guarded fetcher: what cannot be read is no source."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.llm_client import Turn
from bot.llm_prompt import visible
from bot.llm_talk import Talk
from bot.poll import article_of_url
from bot.telemetry import event
from bot.world import Reads
from digests.errors import ChokanError
from digests.model import Article
from digests.ports import Candidate
from digests.store import Ledger
from digests.urls import article_id

log = logging.getLogger("chokan.llm")

MOST_PAGES = 4
"""Pages read for one article."""
_OPENING = 600
"""Characters of the article that a search is given."""


class Searcher:
    """Finds what others report of an article's subject. Never raises."""

    def __init__(self, reads: Reads, ledger: Ledger, prompt: str, clock: Callable[[], datetime]) -> None:
        self._reads, self._ledger, self._prompt, self._clock = reads, ledger, prompt, clock

    async def pages(self, talk: Talk, article: Article, tenants: Sequence[str]) -> tuple[Candidate, ...]:
        """Articles by others that were really fetched, in the order they were cited."""
        if not talk.endpoint.web_search:
            return ()
        try:
            urls = await self._urls(talk, article, tenants)
        except ChokanError as error:
            event(log, "model.search_failed", level=logging.WARNING, article=article.id, kind=error.kind)
            return ()
        own = {article.id, article_id(article.url)}
        others = [url for url in urls if article_id(url) not in own][:MOST_PAGES]
        found = [page for url in others if (page := await self._page(url)) is not None]
        return tuple(Candidate(article=page, score=1.0) for page in found)

    async def _urls(self, talk: Talk, article: Article, tenants: Sequence[str]) -> Sequence[str]:
        about = {"title": visible(article.title), "opening": visible(article.text[:_OPENING])}
        turns: list[Turn] = [
            {"role": "system", "content": self._prompt},
            {"role": "user", "content": json.dumps(about, ensure_ascii=False)},
        ]
        parts = ("search", talk.endpoint.base_url, talk.endpoint.model, *(turn["content"] for turn in turns))
        key = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
        kept = await self._ledger.model_answer(key)
        if kept is not None:
            urls: list[str] = json.loads(kept)
            return urls
        found = await talk.search(turns, tenants)
        await self._ledger.keep_model_answer(key, json.dumps(found), self._clock())
        return found

    async def _page(self, url: str) -> Article | None:
        try:
            return await article_of_url(self._reads, url)
        except ChokanError as error:
            event(log, "model.page_unread", url=url, kind=error.kind)
            return None
