"""Turns for requests to one platform: evenly spaced, no more in a second than it takes, no faster than it turned out to
allow."""

from __future__ import annotations

import asyncio
import math
from collections import deque

_ENOUGH = 3
"""Requests taken within a second before a refusal that tell of a ceiling over everything, not of one channel's."""
_SHARE = 0.95
"""Of what was taken in the second before a refusal: what is asked for afterwards."""
_LATE = 2.0
"""Seconds of lateness (a busy machine, a slow answer) that are made up for, as fast as the ceiling lets us."""
_JITTER = 0.04
"""Seconds by which requests may come closer together on their way; it counts only where lost time is made up for."""
_REMEMBERED = 300.0
"""Seconds after which a ceiling is felt for anew."""


class Pace:
    """`turn` before every request; `taken` or `refused` after it, where the ceiling is not known beforehand."""

    def __init__(self, per_second: float) -> None:
        self._fastest = self.rate = per_second
        self._next, self._learnt = 0.0, -_REMEMBERED
        self._queue = asyncio.Lock()
        self._taken: deque[float] = deque(maxlen=256)
        self._given: deque[float] = deque(maxlen=256)

    async def turn(self) -> None:
        """Wait for a turn of one's own, in the order of asking."""
        clock = asyncio.get_running_loop().time
        asked = clock()
        async with self._queue:
            self._next = max(self._next, asked - 1 / self.rate)  # who was not kept waiting makes up for nothing
            if self.rate < self._fastest and clock() - self._learnt > _REMEMBERED:
                self.rate = self._fastest
            while (wait := max(self._next, self._ceiling()) - clock()) > 0:  # noqa: ASYNC110 - see `refused`
                await asyncio.sleep(wait)
            # Turns that came late do not push back those after them.
            self._next = max(self._next, clock() - _LATE) + 1 / self.rate
            self._given.append(clock())

    def _ceiling(self) -> float:
        """When the next turn may be given without there being more than the rate in any second."""
        most = math.ceil(self.rate)
        return self._given[-most] + most / self.rate + _JITTER if len(self._given) >= most else 0.0

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
