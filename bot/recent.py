"""Feeds that were looked at a moment ago, for a person: what came is not asked for again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from digests.ports import Fetch, Response

KEPT = timedelta(hours=1)
_MOST = 24 * 1024 * 1024
"""Bytes of bodies kept."""


class Recent:
    """Answers to unconditional requests for feeds, for an hour: previews, subscribing and a first poll share one GET,
    however often somebody presses a button."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[datetime, Response]] = {}

    async def get(self, url: str, fetch: Fetch, clock: Callable[[], datetime]) -> Response:
        """The feed at `url`, as it was at most an hour ago. Raises `FetchError`."""
        now = clock()
        self._kept = {name: kept for name, kept in self._kept.items() if timedelta() <= now - kept[0] < KEPT}
        if url in self._kept:
            return self._kept[url][1]
        response = await fetch(url, kind="feed")
        if response.status == 200:
            self._kept[url] = (now, response)
            while sum(len(kept.body) for _, kept in self._kept.values()) > _MOST:
                del self._kept[next(iter(self._kept))]
        return response
