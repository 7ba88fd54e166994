"""One request at a time to a host, and a pause between two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_REMEMBERED = 512


class _Place:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.wanted = 0
        self.free_at = 0.0


class Turns:
    """Whoever asks first goes first (`asyncio.Lock` is fair); other hosts are never waited for."""

    def __init__(self, spacing: float) -> None:
        """`spacing`: seconds from the end of one request to a host to the beginning of the next."""
        self._spacing = spacing
        self._places: dict[str, _Place] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        clock = asyncio.get_running_loop().time
        place = self._places.setdefault(host, _Place())
        place.wanted += 1
        try:
            async with place.lock:
                await asyncio.sleep(max(0.0, place.free_at - clock()))
                try:
                    yield
                finally:
                    place.free_at = clock() + self._spacing
        finally:
            place.wanted -= 1
            self._forget(clock())

    def _forget(self, now: float) -> None:
        if len(self._places) <= _REMEMBERED:
            return
        idle = [host for host, place in self._places.items() if not place.wanted and place.free_at <= now]
        for host in idle:
            del self._places[host]
