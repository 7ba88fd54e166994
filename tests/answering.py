"""What the answers of both desks' tests say alike: suggestions and forms as told, an empty past."""

from __future__ import annotations

from bot.commands import Form, Press, Suggestion
from digests.model import Destination
from digests.store import Lookup


class Told:
    opens: Form | None = None
    suggestions: tuple[Suggestion, ...] = ()

    def form(self, press: Press) -> Form | None:
        return self.opens

    async def suggest(
        self, command: str, option: str, typed: str, locale: str, origin: Destination | None
    ) -> tuple[Suggestion, ...]:
        return tuple(s for s in self.suggestions if typed in s.label)

    async def titles(self, typed: str, locale: str, origin: Destination | None) -> tuple[Suggestion, ...]:
        return tuple(s for s in self.suggestions if typed in s.label)

    async def recent(self, origin: Destination, reader: str) -> tuple[Lookup, ...]:
        return ()
