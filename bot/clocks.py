"""What other clocks said beside ours: the platforms' answers tell the time, and nothing is asked for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from digests.polling import clock_ahead


class Clocks:
    """Remembers each platform's latest answer."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock
        self.ahead: dict[str, float] = {}
        """Seconds by which our clock is ahead of each platform's."""

    def heard(self, platform: str, headers: Mapping[str, str]) -> None:
        """An answer came just now, with these headers."""
        ahead = clock_ahead({name.lower(): value for name, value in headers.items()}, self._clock())
        if ahead is not None:
            self.ahead[platform] = ahead
