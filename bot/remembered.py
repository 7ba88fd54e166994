"""What of an answered question is remembered for the reader who asked: a button that asks it again. Pure."""

from __future__ import annotations

from datetime import datetime

from bot.commands import Reply, Request
from bot.finding import cut_query
from digests.model import Destination
from digests.store import Lookup

LABEL = 100
ASKED_AGAIN = ("search", "related", "article", "link", "date")


def place_of(origin: Destination) -> str:
    """Where look-ups are remembered: a server or workspace; `discord:` alone stands for direct messages."""
    return f"{origin.platform}:{origin.tenant}"


def lookup_of(request: Request, reply: Reply, now: datetime) -> Lookup | None:
    """The look-up that gave this reply; None for one that found nothing or that nobody would ask again.

    An answer's share button says already how to come by the answer again.
    """
    share = next((action.value for action in reply.message.actions if action.verb == "share"), None)
    if request.command not in ASKED_AGAIN or share is None:
        return None
    verb, _, value = share.partition("|")
    label = cut_query(request.options.get("words", "")) or " ".join(reply.message.title.split())
    return Lookup(verb=verb, value=value, label=label[:LABEL], at=now)
