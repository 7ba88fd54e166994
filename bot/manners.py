"""One request at a time to a host, a pause between two, and a rest where a host asks for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

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


class Rests:
    """Hosts that answered 429: whatever else is wanted of them waits as well, other feeds and pages."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._until: dict[str, datetime] = {}

    def until(self, host: str) -> datetime | None:
        """When the host may be asked again; None: now."""
        until = self._until.get(host)
        if until is not None and until <= self._clock():
            del self._until[host]
            return None
        return until

    def rest(self, host: str, seconds: float) -> None:
        """Leave the host alone for so long, or for longer if it asked for that before."""
        until = self._clock() + timedelta(seconds=seconds)
        self._until[host] = max(until, self._until.get(host, until))
        while len(self._until) > _REMEMBERED:
            del self._until[next(iter(self._until))]
