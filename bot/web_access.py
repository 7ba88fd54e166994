"""Where the archive stands, and who may read what: a subscription's editions are everybody's where it is public, else
for those who hold the address with its token."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote, urlencode, urlsplit
from zoneinfo import ZoneInfo

from digests.model import Subscription


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the archive stands and who may read what."""

    base: str
    """Its address without a slash at the end: `https://chokan.example.jp`."""
    public: bool = False
    """Search engines may come."""
    language: str = "en"
    zone: str = "UTC"
    """Whose midnight divides the days."""
    secret: str | None = field(default=None, repr=False)
    """What tokens of private subscriptions are made with."""
    metrics: bool = True

    @property
    def path(self) -> str:
        """What comes before every address: "" or `/chokan`."""
        return urlsplit(self.base).path

    def day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What the server knows of the rest of the process."""

    finished: Mapping[str, datetime] = field(default_factory=dict)
    """When each job last came to its end; empty where no scheduler runs."""
    scheduled: bool = False
    chats: Callable[[], Mapping[str, bool]] = field(default=dict)
    """Which platforms reach us just now."""
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminAccess:
    """The operator's pages: who may see them, and how old an edition may be to be sent again."""

    token: str = field(repr=False)
    catch_up: timedelta = timedelta(hours=12)


def token_of(secret: str, subscription: str) -> str:
    """The token of one subscription: it opens no other, and cannot be made without `secret`."""
    return hmac.new(secret.encode(), b"subscription\0" + subscription.encode(), hashlib.sha256).hexdigest()[:32]


def may_read(subscription: str, known: Subscription | None, given: str, secret: str | None) -> bool:
    """Whether `given` (the request's token, or nothing) opens the editions of `subscription`.

    `known` is None for a subscription that is gone: its editions are then private.
    """
    if known and known.public:
        return True
    return secret is not None and hmac.compare_digest(token_of(secret, subscription).encode(), given.encode())


def subscription_address(base: str, subscription: Subscription, secret: str | None) -> str | None:
    """Where a reader finds a subscription's editions; None where it is private and no secret is set."""
    address = f"{base}/s/{quote(subscription.id, safe='')}"
    if subscription.public:
        return address
    return f"{address}?{urlencode({'token': token_of(secret, subscription.id)})}" if secret else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Links into the archive for messages that leave the house (`digests.ports.Permalinks`); None: there is none."""

    base: str = ""
    """Where readers reach the archive; "" where nobody said."""
    secret: str | None = field(default=None, repr=False)

    def digest(self, digest: str, carrier: Subscription | None = None) -> str | None:
        return self._page(f"/d/{quote(digest, safe='')}", carrier)

    def edition(self, edition: str, subscription: Subscription) -> str | None:
        return self._page(f"/e/{quote(edition, safe='')}", subscription)

    def _page(self, path: str, subscription: Subscription | None) -> str | None:
        """A private subscription's link bears its token: who reads the channel may read the edition and its digests."""
        if not self.base or subscription is None or subscription.public:
            return self.base + path if self.base else None
        token = urlencode({"token": token_of(self.secret, subscription.id)}) if self.secret else ""
        return f"{self.base}{path}?{token}" if token else None
