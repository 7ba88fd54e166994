"""Turns for requests to one platform: evenly spaced, and no faster than the platform turned out to allow."""

from __future__ import annotations

import asyncio
from collections import deque

_ENOUGH = 3
"""Requests taken within a second before a refusal that tell of a ceiling over everything, not of one channel's."""
_SHARE = 0.95
"""Of what was taken in the second before a refusal: what is asked for afterwards."""
_LATE = 0.065
"""Seconds of lateness that are made up for: at 46 a second three turns, so that no second ever has more than 50."""
_REMEMBERED = 300.0
"""Seconds after which a ceiling is felt for anew."""


class Pace:
    """`turn` before every request; `taken` or `refused` after it, where the ceiling is not known beforehand."""

    def __init__(self, per_second: float) -> None:
        self._fastest = self.rate = per_second
        self._next, self._learnt = 0.0, -_REMEMBERED
        self._queue = asyncio.Lock()
        self._taken: deque[float] = deque(maxlen=256)

    async def turn(self) -> None:
        """Wait for a turn of one's own, in the order of asking."""
        clock = asyncio.get_running_loop().time
        async with self._queue:
            if self.rate < self._fastest and clock() - self._learnt > _REMEMBERED:
                self.rate = self._fastest
            while (wait := self._next - clock()) > 0:  # noqa: ASYNC110 - `refused` may put the next turn off meanwhile
                await asyncio.sleep(wait)
            # Turns that came a little late do not push back those after them.
            self._next = max(self._next, clock() - _LATE) + 1 / self.rate

    def taken(self) -> None:
        self._taken.append(asyncio.get_running_loop().time())

    def refused(self, retry_after: float) -> None:
        """The platform asks for a pause: if it took a good many just now, everybody pauses and goes on at that rate."""
        now = asyncio.get_running_loop().time()
        within = sum(now - at <= 1.0 for at in self._taken)
        if within < _ENOUGH and now > self._next:
            return
        self._next = max(self._next, now + retry_after)
        if now - self._learnt > retry_after + 1:  # those refused together with the first teach nothing more
            self._learnt = now
            self.rate = min(self.rate, within) * _SHARE
