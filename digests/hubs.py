"""WebSub (W3C Recommendation of 2018): when to ask a hub to tell us of changes, and whether it is the hub that speaks.

Pure: dates and bytes in, decisions out. What a hub says is only ever taken as a hint to look at the feed itself.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

LEASE = timedelta(days=10)
"""What we ask for; the hub says what it grants."""
RENEWED_AT = 0.8
"""Share of its lease after which a subscription is renewed."""
ANSWER_WITHIN = timedelta(hours=1)
"""A hub that took our wish but never confirmed it is asked again after this."""
REFUSED_FOR = timedelta(days=7)
PING_SPACING = timedelta(minutes=5)
"""A feed is not asked more often than this, however often its hub calls."""
SHORTEST_LEASE, LONGEST_LEASE = timedelta(hours=1), timedelta(days=365)
_ALGORITHMS = {"sha1", "sha256", "sha384", "sha512"}

HubState = Literal["asked", "live", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSubscription:
    """What we asked of the hub of one feed. `token` names it in the address the hub calls; `secret` signs the calls."""

    feed: str
    hub: str
    topic: str
    token: str
    secret: str
    state: HubState = "asked"
    tries: int = 0
    due: datetime
    """When the hub is to be asked (again)."""
    until: datetime | None = None


def asked(subscription: HubSubscription, status: int | None, now: datetime) -> HubSubscription:
    """After we asked: a hub that took it (2xx) has an hour to confirm; one that did not is tried later and later."""
    if status is not None and 200 <= status < 300:
        return replace(subscription, tries=0, due=now + ANSWER_WITHIN)
    wait = min(timedelta(minutes=30) * 2 ** min(subscription.tries, 10), timedelta(days=1))
    return replace(subscription, tries=subscription.tries + 1, due=now + wait)


def confirmed(subscription: HubSubscription, seconds: float, now: datetime) -> HubSubscription:
    """The hub confirms for so long; it is asked again when most of that is over."""
    lease = min(max(timedelta(seconds=min(seconds, 1e9)), SHORTEST_LEASE), LONGEST_LEASE)
    return replace(subscription, state="live", tries=0, until=now + lease, due=now + lease * RENEWED_AT)


def denied(subscription: HubSubscription, now: datetime) -> HubSubscription:
    return replace(subscription, state="refused", until=None, due=now + REFUSED_FOR)


def is_signed(secret: str, header: str, body: bytes) -> bool:
    """Whether `X-Hub-Signature` (`sha256=…`) was made with the secret over this body."""
    algorithm, equals, given = header.strip().partition("=")
    if not equals or algorithm.lower() not in _ALGORITHMS:
        return False
    wanted = hmac.new(secret.encode(), body, getattr(hashlib, algorithm.lower())).hexdigest()
    return hmac.compare_digest(wanted.encode(), given.strip().lower().encode("utf-8", "replace"))
