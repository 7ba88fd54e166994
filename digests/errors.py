"""The error tree of Chokan, drawn in one place.

Every message is derived from the attributes and is fit to be shown to a person: one line, what went wrong and, where
there is something to do, what to do. Errors of foreign libraries are translated into these at one border each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digests.catalog import Catalog

from digests.redact import redacted


class ChokanError(Exception):
    """Anything Chokan itself reports. `str(error)` is one line for people; `kind` is one word for logs and metrics."""

    kind = "error"

    def __str__(self) -> str:
        """Addresses stand in most messages, and some carry a password or a token."""
        return redacted(super().__str__())

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross process borders as they are, whatever their constructors ask for."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[ChokanError], args: tuple[object, ...], state: dict[str, object]) -> ChokanError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(ChokanError):
    """The configuration is wrong; the message names the key, the line and the nearest right key."""

    kind = "config"


# --- fetching -----------------------------------------------------------------------------------------------------


class FetchError(ChokanError):
    """One GET gave no answer at all. An HTTP status, whatever it is, is an answer and not an error."""

    kind = "fetch"

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason = url, reason


class BadUrl(FetchError):
    kind = "bad-url"


class AddressNotAllowed(FetchError):
    """The URL leads to an address that a user-supplied URL must not reach. Deliberately says nothing more."""

    kind = "address-not-allowed"

    def __init__(self, url: str) -> None:
        super().__init__(url, "address not allowed")


class NoSuchHost(FetchError):
    kind = "no-such-host"

    def __init__(self, url: str) -> None:
        super().__init__(url, "no such host; check the spelling of the address")


class ConnectFailed(FetchError):
    kind = "connect"


class FetchTimeout(FetchError):
    kind = "timeout"


class TooLarge(FetchError):
    kind = "too-large"

    def __init__(self, url: str, limit: int) -> None:
        super().__init__(url, f"larger than {limit // 1024} KiB, not read")
        self.limit = limit


class TooManyRedirects(FetchError):
    kind = "redirects"


class RobotsRefused(FetchError):
    """The site's robots.txt asks programs not to read this page (RFC 9309)."""

    kind = "robots"

    def __init__(self, url: str) -> None:
        super().__init__(url, "the site asks programs not to read this page (robots.txt)")


class RobotsUnknown(RobotsRefused):
    """The site's robots.txt could not be asked: nothing may be read until it can (RFC 9309, 2.3.1.4)."""


class PageUnwanted(RobotsRefused):
    """The page itself asks not to be kept or not to be given to machines (X-Robots-Tag)."""

    def __init__(self, url: str, word: str) -> None:
        FetchError.__init__(self, url, f"the site asks programs not to keep this page (X-Robots-Tag: {word})")
        self.word = word


class HostResting(FetchError):
    """The host has asked us to slow down; nothing is asked of it before `until`."""

    kind = "resting"

    def __init__(self, url: str, until: datetime) -> None:
        super().__init__(url, f"the site asked us to slow down; it is left alone until {until:%Y-%m-%d %H:%M} UTC")
        self.until = until


class BadEncoding(FetchError):
    """The body's Content-Encoding cannot be undone within its limits."""

    kind = "encoding"


# --- reading ------------------------------------------------------------------------------------------------------


class NotAFeed(ChokanError):
    """`status`: what the site answered instead, where that was an error."""

    kind = "not-a-feed"

    def __init__(self, url: str, reason: str = "this is not an RSS, Atom or JSON feed", status: int = 0) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason, self.status = url, reason, status


class NoArticle(ChokanError):
    """A page holds no article text, or none a digest could be made of. `status` as with `NotAFeed`."""

    kind = "no-article"

    def __init__(self, url: str, reason: str = "no article text found on this page", status: int = 0) -> None:
        super().__init__(f"{url}: {reason}")
        self.url, self.reason, self.status = url, reason, status


class NotAnArticle(NoArticle):
    """A feed was given for an article."""

    kind = "not-an-article"

    def __init__(self, url: str) -> None:
        super().__init__(url, "this is a feed, not an article")


class WorkerFailed(ChokanError):
    """CPU work was killed: too long, too much memory, or its process died."""

    kind = "worker"


class WorkerLost(WorkerFailed):
    """It was, by no fault of what it worked on: the machine is busy or out of memory, or the program ends."""


# --- chat ---------------------------------------------------------------------------------------------------------


class ChatError(ChokanError):
    """A platform did not take a message. `key` and `values` say why in a catalog's words, where there are some."""

    kind = "chat"
    key: str = ""
    values: Mapping[str, object] = MappingProxyType({})

    def worded(self, catalog: Catalog) -> str:
        """In a reader's language; where there are no words of ours for it, as it is."""
        return catalog(self.key, **self.values) if self.key and catalog.has(self.key) else str(self)


class ChatRefused(ChatError):
    """The platform said no and will say no again (unknown channel, missing permission, bad token): do not retry."""

    kind = "chat-refused"


class DestinationClosed(ChatRefused):
    """The place itself is shut to us (no such channel, no access, bot removed): pause what goes there."""

    kind = "chat-closed"


class HistoryHidden(ChatRefused):
    """An earlier try may have arrived and the platform does not let us look: hold it and tell the operator."""

    kind = "chat-hidden"


class ChatUnavailable(ChatError):
    """The platform certainly did not take it now (429, connection refused, 503): retry, not before `retry_after`."""

    kind = "chat-unavailable"

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ChatUnknown(ChatError):
    """It is not known whether the platform took the message (connection lost, 5xx): reconcile before a retry."""

    kind = "chat-unknown"


# --- web ----------------------------------------------------------------------------------------------------------


class NotListening(ChokanError):
    """The web server cannot have its address."""

    kind = "not-listening"

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(
            f"web: cannot listen on {host}:{port}: {reason}; set another port (or enabled = false) under [web]"
        )
        self.host, self.port, self.reason = host, port, reason


# --- store --------------------------------------------------------------------------------------------------------


class StoreError(ChokanError):
    """The database cannot be used: locked, full, read-only, newer than this program, unreachable."""

    kind = "store"


class NotABackup(ChokanError):
    """A file that was to be restored is missing, damaged or none of ours."""

    kind = "not-a-backup"


class NotFound(ChokanError):
    """What a person asked for by name, id or date does not exist."""

    kind = "not-found"


class SlotTaken(ChokanError):
    """Another process has made the edition of this slot."""

    kind = "slot-taken"

    def __init__(self, subscription: str, at: datetime) -> None:
        super().__init__(f"edition of {subscription} at {at.isoformat()} exists already")
        self.subscription, self.at = subscription, at


# --- language model -----------------------------------------------------------------------------------------------


class ModelError(ChokanError):
    """A language model gave no usable answer. `kind` says why; the next engine of the chain takes over."""

    kind = "model"


class ModelTimeout(ModelError):
    kind = "model-timeout"


class ModelBusy(ModelError):
    """429 or 5xx: it may answer later, not before `retry_after` seconds where it said so. `status` 0: not reached."""

    kind = "model-busy"

    def __init__(self, message: str, retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(message)
        self.retry_after, self.status = retry_after, status


class ModelRefused(ModelError):
    """The key, the model's name or the account is wrong: asking again will not help."""

    kind = "model-refused"

    def __init__(self, message: str, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class ModelFiltered(ModelError):
    """The provider's content filter withheld the answer."""

    kind = "model-filtered"


class ModelOverflow(ModelError):
    """The question is longer than the model can read."""

    kind = "model-overflow"


class ModelCut(ModelError):
    """The answer ended in the middle."""

    kind = "model-cut"
