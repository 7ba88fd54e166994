"""Who is signed in to the operator's pages: one token, a cookie that proves it was given, and no forms from elsewhere.

Nothing is stored: a session is a signed moment of its end, so it outlives a restart and every process knows it. A new
token ends all sessions.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from aiohttp import web

LASTS = timedelta(hours=12)
TRIES = 5
"""Wrong tokens a minute from one address; behind a proxy that is everybody's together."""
ADDRESSES = 1000
"""Addresses whose tries are remembered."""
COOKIE = "chokan_desk"


class Sessions:
    """Sign-in, sessions and form tokens of the holder of `token`."""

    def __init__(self, token: str, clock: Callable[[], datetime], *, base: str) -> None:
        self.clock, self.base = clock, base
        self._token = token.encode()
        self._key = hmac.new(self._token, b"desk session", hashlib.sha256).digest()
        self._failed: OrderedDict[str, deque[float]] = OrderedDict()

    def may_try(self, address: str) -> bool:
        """Not where too many wrong tokens came from within the last minute."""
        tries = self._failed.get(address, deque())
        while tries and tries[0] <= self.clock().timestamp() - 60:
            tries.popleft()
        return len(tries) < TRIES

    def right(self, given: str, address: str) -> bool:
        """Whether `given` is the token, told in the same time for every wrong one; wrong ones are counted."""
        if hmac.compare_digest(_digest(given.encode("utf-8", "replace")), _digest(self._token)):
            self._failed.pop(address, None)
            return True
        self._failed.setdefault(address, deque()).append(self.clock().timestamp())
        self._failed.move_to_end(address)
        if len(self._failed) > ADDRESSES:
            self._failed.popitem(last=False)
        return False

    def open(self, response: web.Response) -> None:
        """Sign in whoever gets this answer."""
        said = f"{int((self.clock() + LASTS).timestamp())}.{secrets.token_urlsafe(16)}"
        self._set(response, f"{said}.{self._signed('session', said)}", int(LASTS.total_seconds()))

    def close(self, response: web.Response) -> None:
        self._set(response, "", 0)

    def _set(self, response: web.Response, value: str, seconds: int) -> None:
        parts = urlsplit(self.base)
        secure, path = parts.scheme == "https", f"{parts.path}/"
        response.set_cookie(COOKIE, value, max_age=seconds, path=path, secure=secure, httponly=True, samesite="Strict")

    def session(self, request: web.Request) -> str | None:
        """The session a request comes with; None where it has none, a forged one or one that is over."""
        said, _, signature = request.cookies.get(COOKIE, "").rpartition(".")
        if not hmac.compare_digest(self._signed("session", said).encode(), signature.encode()):
            return None
        ends = said.partition(".")[0]
        return said if ends.isdigit() and int(ends) > self.clock().timestamp() else None

    def form_token(self, session: str) -> str:
        """What every form of a session bears, and no other site can know."""
        return self._signed("form", session)

    def sent_from_here(self, request: web.Request, session: str, given: str) -> bool:
        """Whether a form was sent from a page of this session."""
        return same_site(request) and hmac.compare_digest(self.form_token(session).encode(), given.encode())

    def _signed(self, purpose: str, said: str) -> str:
        return hmac.new(self._key, f"{purpose}\0{said}".encode(), hashlib.sha256).hexdigest()


def same_site(request: web.Request) -> bool:
    """What the browser itself says of where a form stood; programs that say nothing carry no cookies of others."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")


def _digest(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()
