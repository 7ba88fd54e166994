"""Whose subscriptions are whose: a tenant finds, and names, only what is its own."""

from __future__ import annotations

from collections.abc import Mapping

from bot.admin_wishes import Unclear
from bot.finding import Asker
from bot.shelf import owned
from bot.world import World
from digests.model import Destination, Subscription
from digests.urls import site_of


class Several(Unclear):
    """More than one is there, and none was named."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__("admin.list.which", names=", ".join(names))
        self.names = names


class Orders:
    """The subscriptions of whoever asks. Raises `Unclear`."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def mine(self, asker: Asker) -> list[Subscription]:
        return [s for s in await self.world.store.subscriptions() if owned(s, asker.origin)]

    async def one(self, asker: Asker, which: str, *, to_change: bool = False) -> Subscription:
        """The subscription of that name, else the only one of this channel, else the only one there is."""
        mine = await self.mine(asker)
        here = [s for s in mine if asker.origin and s.destination.channel == asker.origin.channel]
        chosen = [s for s in mine if s.id == which] if which else (here or mine)
        if not chosen:
            raise Unclear("admin.list.unknown", name=which) if which else Unclear("admin.list.none")
        if len(chosen) > 1:
            raise Several(tuple(s.id for s in chosen))
        if to_change and chosen[0].origin == "file":
            raise Unclear("admin.list.file", name=chosen[0].id)
        return chosen[0]

    async def names(self) -> Mapping[str, str]:
        return {h.feed.url: h.feed.title or site_of(h.feed.url) for h in await self.world.store.feeds()}


def place_of(asker: Asker, *, allowed: bool) -> Destination:
    """Where the admin stands. Raises `Unclear` for a person who may not, and in direct messages."""
    if not allowed:
        raise Unclear("admin.not-allowed")
    if asker.origin is None or not asker.origin.tenant:
        raise Unclear("admin.not-here")
    return asker.origin
