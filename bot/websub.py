"""hubs: where a feed names one and readers can reach us, we ask to be told of changes. Polling goes on all the same."""

from __future__ import annotations

import logging
from datetime import datetime

from bot.telemetry import event
from bot.world import World, each
from digests.errors import FetchError
from digests.hubs import LEASE, HubSubscription, asked

log = logging.getLogger("chokan.hubs")

AT_ONCE = 32


async def ask_hubs(world: World, base: str) -> int:
    """Ask every hub that is due; `base` is the archive's public address. Returns how many were asked."""
    due = await world.store.due_hubs(world.clock(), limit=AT_ONCE)
    return len(await each(due, lambda hub: ask_hub(world, base, hub), world, "hubs"))


async def ask_hub(world: World, base: str, hub: HubSubscription) -> HubSubscription:
    """Written down before it is asked, since a hub may confirm before it answers."""
    await world.store.save_hub(asked(hub, None, world.clock()))
    try:
        status = await world.send_form(hub.hub, wish(hub, base)) if world.send_form else 503
    except FetchError as error:
        event(log, "hub.silent", level=logging.WARNING, feed=hub.feed, hub=hub.hub, error=str(error))
        return hub
    event(log, "hub.asked", feed=hub.feed, hub=hub.hub, status=status)
    known = await world.store.hub(hub.token)
    if known is None or not 200 <= status < 300:
        return hub
    if known.state != "live" or _before(known, hub):
        await world.store.save_hub(asked(known, status, world.clock()))
    return known


def _before(known: HubSubscription, hub: HubSubscription) -> bool:
    """It has not confirmed anew meanwhile."""
    moments: tuple[datetime | None, datetime | None] = (known.until, hub.until)
    return moments[0] == moments[1]


def wish(hub: HubSubscription, base: str) -> dict[str, str]:
    """The form of WebSub, 5.1."""
    return {
        "hub.mode": "subscribe",
        "hub.topic": hub.topic,
        "hub.callback": f"{base.rstrip('/')}/hub/{hub.token}",
        "hub.secret": hub.secret,
        "hub.lease_seconds": str(int(LEASE.total_seconds())),
    }
