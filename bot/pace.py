"""Turns for requests to one platform: evenly spaced, no more in a second than it takes, no faster than it turned out to
allow."""

from __future__ import annotations

import asyncio
import math
from collections import deque

_ENOUGH = 3
"""Requests taken within a second before a refusal that tell of a ceiling over everything, not of one channel's."""
_SHARE = 0.98
"""Of what was taken in the second before a refusal: what is asked for afterwards."""
_LATE = 2.0
"""Seconds of lateness (a busy machine, a slow answer) that are made up for, as fast as the ceiling lets us."""
_JITTER = 0.03
"""Seconds by which requests may come closer together on their way."""
_REMEMBERED = 300.0
"""Seconds after which a ceiling is felt for anew."""


class Pace:
    """`turn` before every request; `taken` or `refused` after it, where the ceiling is not known beforehand.

    `most`: no more in any second, also where lost time is made up for; else as many as the rate says.
    """

    def __init__(self, per_second: float, *, most: int | None = None) -> None:
        self._fastest = self.rate = per_second
        self._highest = self._most = most or math.ceil(per_second)
        self._next, self._learnt, self._refused_at = 0.0, -_REMEMBERED, -_REMEMBERED
        self._before = per_second
        self._queue = asyncio.Lock()
        self._taken: deque[float] = deque(maxlen=256)
        """When those that were taken had their turn."""
        self._given: deque[float] = deque(maxlen=256)

    async def turn(self) -> float:
        """Wait for a turn of one's own, in the order of asking; when it came."""
        clock = asyncio.get_running_loop().time
        asked = clock()
        async with self._queue:
            self._next = max(self._next, asked - 1 / self.rate)  # who was not kept waiting makes up for nothing
            if self.rate < self._fastest and clock() - self._learnt > _REMEMBERED:
                self.rate, self._most = self._fastest, self._highest
            while (wait := max(self._next, self._ceiling()) - clock()) > 0:  # noqa: ASYNC110 - see `refused`
                await asyncio.sleep(wait)
            # Turns that came late do not push back those after them.
            self._next = max(self._next, clock() - _LATE) + 1 / self.rate
            self._given.append(clock())
            return self._given[-1]

    def _ceiling(self) -> float:
        """When the next turn may be given without there being too many in any second."""
        within = max(1.0, self._most / self._fastest) if self._most == self._highest else 1.0
        return self._given[-self._most] + within + _JITTER if len(self._given) >= self._most else 0.0

    def taken(self, turn: float) -> None:
        """`turn`: as it was given. What was under way when another was refused tells of the ceiling, too."""
        self._taken.append(turn)
        if turn <= self._refused_at < turn + 1.0:
            self._goes_on(self._within(self._refused_at))

    def refused(self, turn: float, retry_after: float) -> None:
        """The platform asks for a pause: if it took a good many just now, everybody pauses and goes on at that rate."""
        now = asyncio.get_running_loop().time()
        within = self._within(turn)
        if within < _ENOUGH and now > self._next:
            return
        self._next = max(self._next, now + retry_after)
        if now - self._learnt > retry_after + 1:  # those refused together with the first teach nothing more
            self._learnt, self._refused_at = now, turn
            self._before = self.rate
            self._goes_on(within)

    def _within(self, turn: float) -> int:
        """How many were taken in the second before a turn."""
        return sum(turn - 1.0 < at <= turn for at in self._taken)

    def _goes_on(self, within: int) -> None:
        self._most = max(1, min(self._highest, within))
        self.rate = min(self._before, self._most) * _SHARE
