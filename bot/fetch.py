"""One GET to a URL that a feed or a person supplied: guarded, capped, well-mannered. Knows nothing of what it fetches.

Redirects are followed by hand, each hop read, judged and awaited like the first. Validators go to the origin they came
from only; https never leads to http. Bodies are read for 2xx alone: the status says enough of the rest.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import aiohttp
from yarl import URL

from bot.body import read_body
from bot.guard import Guard, OpenSocket, Refused, Resolve, plain_socket
from bot.manners import Rests, Turns
from digests.errors import (
    AddressNotAllowed,
    BadUrl,
    ConnectFailed,
    FetchError,
    FetchTimeout,
    HostResting,
    NoSuchHost,
    PageUnwanted,
    RobotsRefused,
    RobotsUnknown,
    TooLarge,
    TooManyRedirects,
)
from digests.model import Validators
from digests.polling import clock_ahead, retry_after
from digests.ports import Response
from digests.robots import Robots, read_robots, unwanted
from digests.targets import DEFAULT_PORTS, Target, joined, read_target

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_PERMANENT = (301, 308)
_ROBOTS_LIMIT = 512 * 1024
"""RFC 9309, 2.5: at least 500 KiB must be read."""
_ROBOTS_KEPT = 86_400.0
"""Seconds a robots.txt is believed (RFC 9309, 2.4: no longer than a day)."""
_ROBOTS_RETRY = 3_600.0
"""Seconds a site whose robots.txt answers 5xx or 429 is left alone."""
_ROBOTS_SITES = 1024
_REST = 900.0
"""Seconds a host is left alone after a 429 that does not say for how long."""
_ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5",
    "page": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "robots": "text/plain, */*;q=0.5",
}
_ONCE = ("content-type", "etag", "last-modified", "date", "expires", "retry-after", "location", "content-length")
"""Headers that mean one thing: of several the first is taken; others are joined with commas (RFC 9110, 5.3)."""
_HEADER_VALUE = re.compile("[\t\x20-\x7e\x80-\ud7ff\ue000-\U0010ffff]{1,8000}")

Kind = Literal["feed", "page", "robots"]
_UNCONDITIONAL = Validators()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """What is asked for, through all its redirects. Errors name `asked`, wherever they happened."""

    asked: str
    start: Target
    kind: Kind
    limit: int
    conditions: Mapping[str, str]


@dataclass(slots=True)
class _Budget:
    """Seconds of network time left for one wish; waiting for a host's turn costs none."""

    left: float


class Fetcher:
    """The `Fetch` port. One for the whole program, made and closed on its event loop."""

    def __init__(
        self,
        *,
        user_agent: str,
        allow_hosts: Collection[str] = (),
        allow_ports: Collection[int] = (80, 443),
        timeout: float = 20.0,
        read_timeout: float = 10.0,
        feed_limit: int = 5 * 1024 * 1024,
        page_limit: int = 2 * 1024 * 1024,
        per_host_spacing: float = 1.0,
        resolve: Resolve | None = None,
        open_socket: OpenSocket = plain_socket,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`user_agent`: `Name/version (+https://contact)`. `timeout`: seconds for a GET with its redirects;
        `read_timeout`: seconds between two reads. Limits are bytes of body, packed and unpacked. `resolve` and
        `open_socket` stand in for the system's. Raises `ConfigError` for a malformed entry of `allow_hosts`."""
        self._guard = Guard(allow_hosts=allow_hosts, allow_ports=allow_ports, resolve=resolve, open_socket=open_socket)
        self._user_agent, self._tls = user_agent, tls
        self._timeout, self._read_timeout = timeout, read_timeout
        self._limits: dict[Kind, int] = {"feed": feed_limit, "page": page_limit, "robots": _ROBOTS_LIMIT}
        self._turns, self._robots_turns = Turns(per_host_spacing), Turns(0.0)
        self._clock, self._rests = clock, Rests(clock)
        self._robots: dict[str, tuple[float, Robots | None]] = {}
        self._session: aiohttp.ClientSession | None = None

    async def __call__(
        self, url: str, *, validators: Validators = _UNCONDITIONAL, kind: Literal["feed", "page"] = "feed"
    ) -> Response:
        """GET `url`. Pages are asked for only where robots.txt lets us (`RobotsRefused`). Raises `FetchError`."""
        target = read_target(url)
        return await self._follow(self._wish(target.url, target, kind, _conditions(validators)))

    async def send_form(self, url: str, fields: Mapping[str, str]) -> int:
        """POST `fields` to `url`, guarded and timed as a GET is, redirects not followed. The status of the answer.
        Raises `FetchError`."""
        target = read_target(url)
        wish = self._wish(target.url, target, "robots", {})
        self._admit(wish, target)
        async with self._turns.turn(_manners_key(target)):
            return (await self._timed(wish, target, _Budget(self._timeout), fields)).status

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
        await self._guard.close()

    # --- redirects ------------------------------------------------------------------------------------------------

    def _wish(self, asked: str, start: Target, kind: Kind, conditions: Mapping[str, str]) -> _Wish:
        return _Wish(asked=asked, start=start, kind=kind, limit=self._limits[kind], conditions=conditions)

    async def _follow(self, wish: _Wish) -> Response:
        target, budget, seen = wish.start, _Budget(self._timeout), {wish.start.url}
        statuses: list[int] = []
        while True:
            answer = await self._hop(wish, target, budget)
            if isinstance(answer, Response):
                return _finished(wish, answer, statuses)
            statuses.append(answer.status)
            target = _next_hop(wish, target, answer)
            if target.url in seen or len(statuses) > MAX_REDIRECTS:
                raise TooManyRedirects(wish.asked, "redirects in a circle or too often")
            seen.add(target.url)

    async def _hop(self, wish: _Wish, target: Target, budget: _Budget) -> Response | _Redirect:
        self._admit(wish, target)
        if wish.kind == "page":
            await self._ask_robots(wish, target)
        async with self._turns.turn(_manners_key(target)):
            self._mind_rest(wish, target)  # whoever waited for a turn may have waited for a 429
            answer = await self._timed(wish, target, budget)
        if answer.status == 429 and isinstance(answer, Response):
            self._rests.rest(_manners_key(target), retry_after(answer.headers, self._clock()) or _REST)
        return answer

    def _admit(self, wish: _Wish, target: Target) -> None:
        try:
            self._guard.admit(target)
        except Refused as error:
            raise AddressNotAllowed(wish.asked) from error

    def _mind_rest(self, wish: _Wish, target: Target) -> None:
        until = self._rests.until(_manners_key(target))
        if until is not None:
            raise HostResting(wish.asked, until)

    async def _timed(
        self, wish: _Wish, target: Target, budget: _Budget, fields: Mapping[str, str] | None = None
    ) -> Response | _Redirect:
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(max(0.0, budget.left)):
                return await self._asked(wish, target, fields)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            raise _translated(wish.asked, error) from error
        finally:
            budget.left -= clock() - started

    # --- one request ----------------------------------------------------------------------------------------------

    async def _asked(self, wish: _Wish, target: Target, fields: Mapping[str, str] | None) -> Response | _Redirect:
        url = URL(target.url, encoded=True)
        if (url.raw_host, url.port) != (target.host, target.port):  # the dialling parser must agree with ours
            raise BadUrl(wish.asked, "the address can be read in two ways")
        verb, headers = "GET" if fields is None else "POST", self._headers(wish, target)
        async with self._client().request(verb, url, data=fields, headers=headers, allow_redirects=False) as answer:
            if answer.status < 200:
                raise ConnectFailed(wish.asked, "the server wants to speak something other than HTTP")
            if answer.status in _REDIRECTS:
                return _Redirect(answer.status, _first(answer, b"location"))
            found = _headers_of(answer)
            self._mind_wishes(wish, found)
            return Response(
                url=target.url,
                status=answer.status,
                headers=found,
                body=await _body(wish, answer) if fields is None else b"",
                ahead=clock_ahead(found, self._clock()),
            )

    def _mind_wishes(self, wish: _Wish, headers: Mapping[str, str]) -> None:
        """A page that asks not to be kept is not even read."""
        word = unwanted(headers.get("x-robots-tag", ""), _product(self._user_agent)) if wish.kind == "page" else ""
        if word:
            raise PageUnwanted(wish.asked, word)

    def _headers(self, wish: _Wish, target: Target) -> dict[str, str]:
        headers = {"User-Agent": self._user_agent, "Accept": _ACCEPT[wish.kind], "Accept-Encoding": "gzip"}
        return headers | (dict(wish.conditions) if _same_origin(wish.start, target) else {})

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=self._connector(),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=self._read_timeout, sock_read=self._read_timeout
                ),
                max_line_size=16_384,
                max_field_size=16_384,
            )
        return self._session

    def _connector(self) -> aiohttp.TCPConnector:
        """No DNS cache: a name is looked up once for a connection, and the answer checked is the answer dialled."""
        return aiohttp.TCPConnector(
            resolver=self._guard,
            socket_factory=self._guard.open_socket,
            use_dns_cache=False,
            limit=256,
            limit_per_host=1,
            ssl=self._tls or True,
        )

    # --- robots.txt -----------------------------------------------------------------------------------------------

    async def _ask_robots(self, wish: _Wish, target: Target) -> None:
        async with self._robots_turns.turn(target.origin):
            robots = await self._robots_of(wish.asked, target)
        if robots is None:
            raise RobotsUnknown(wish.asked)
        if not robots.allows(target.path):
            raise RobotsRefused(wish.asked)

    async def _robots_of(self, asked: str, target: Target) -> Robots | None:
        """The rules of the target's origin; None: none of it may be read for now."""
        now = asyncio.get_running_loop().time()
        until, robots = self._robots.get(target.origin, (0.0, None))
        if now < until:
            return robots
        robots, seconds = await self._fetch_robots(asked, target)
        self._robots.pop(target.origin, None)
        self._robots[target.origin] = (now + seconds, robots)
        if len(self._robots) > _ROBOTS_SITES:
            del self._robots[next(iter(self._robots))]
        return robots

    async def _fetch_robots(self, asked: str, target: Target) -> tuple[Robots | None, float]:
        """RFC 9309, 2.3.1: 4xx means no rules, 5xx means leave me alone. No answer at all raises like any GET."""
        start = read_target(f"{target.origin}/robots.txt")
        try:
            answer = await self._follow(self._wish(asked, start, "robots", {}))
        except TooManyRedirects:
            return Robots(), _ROBOTS_KEPT
        except TooLarge:
            return None, _ROBOTS_KEPT
        if answer.status == 429 or answer.status >= 500:
            return None, _ROBOTS_RETRY
        if answer.status >= 300:
            return Robots(), _ROBOTS_KEPT
        return read_robots(answer.body.decode("utf-8", "replace"), _product(self._user_agent)), _ROBOTS_KEPT


@dataclass(frozen=True, slots=True)
class _Redirect:
    status: int
    location: bytes


def _next_hop(wish: _Wish, target: Target, answer: _Redirect) -> Target:
    if not answer.location:
        raise TooManyRedirects(wish.asked, "redirects without saying where to")
    try:
        following = joined(target, answer.location)
    except AddressNotAllowed as error:
        raise AddressNotAllowed(wish.asked) from error
    except BadUrl as error:
        raise BadUrl(wish.asked, "redirects to a malformed address") from error
    if (target.scheme, following.scheme) == ("https", "http"):
        raise BadUrl(wish.asked, "redirects from https to http, which is not followed")
    return following


def _finished(wish: _Wish, answer: Response, statuses: list[int]) -> Response:
    if answer.status == 304 and not wish.conditions:
        raise FetchError(wish.asked, "the server said 'not modified' to a question without conditions")
    if not statuses or any(status not in _PERMANENT for status in statuses):
        return answer
    return replace(answer, moved_to=answer.url)


async def _body(wish: _Wish, answer: aiohttp.ClientResponse) -> bytes:
    if not 200 <= answer.status < 300:
        return b""
    if (answer.content_length or 0) > wish.limit:
        raise TooLarge(wish.asked, wish.limit)
    encoding = ",".join(answer.headers.getall("Content-Encoding", ()))
    return await read_body(wish.asked, answer.content.iter_any(), encoding, wish.limit)


def _conditions(validators: Validators) -> dict[str, str]:
    """Byte for byte what the server gave; a value no header can carry is left out rather than mended."""
    asked = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in asked.items() if value and _HEADER_VALUE.fullmatch(value)}


def _headers_of(answer: aiohttp.ClientResponse) -> dict[str, str]:
    """Lower-case names; text that a database can hold. Cookies are not kept, nor validators that are not UTF-8 and
    could not be given back byte for byte."""
    found: dict[str, str] = {}
    for raw_name, raw in answer.raw_headers:
        name = raw_name.decode("latin-1").lower()
        value = _header_text(name, raw)
        if name == "set-cookie" or value is None or (name in _ONCE and name in found):
            continue
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _header_text(name: str, raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None if name in ("etag", "last-modified") else raw.decode("latin-1")


def _first(answer: aiohttp.ClientResponse, name: bytes) -> bytes:
    return next((value for key, value in answer.raw_headers if key.lower() == name), b"")


def _same_origin(start: Target, target: Target) -> bool:
    """The same host and port, or the same host's move from http to https."""
    if (start.host, start.port, start.scheme) == (target.host, target.port, target.scheme):
        return True
    moved = (start.scheme, target.scheme) == ("http", "https") and start.host == target.host
    return moved and all(each.port == DEFAULT_PORTS[each.scheme] for each in (start, target))


def _manners_key(target: Target) -> str:
    return target.host if target.port in (80, 443) else f"{target.host} {target.port}"


def _product(user_agent: str) -> str:
    """`Chokan/1.0 (+…)` → `Chokan`, the name that robots.txt files would use."""
    return re.split(r"[/\s]", user_agent, maxsplit=1)[0]


def _translated(url: str, error: Exception) -> FetchError:
    """The client's errors in our words, at this one border."""
    if isinstance(error, Refused) or isinstance(getattr(error, "os_error", None), Refused):
        return AddressNotAllowed(url)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return _no_name(url, error.os_error)
    if isinstance(error, TimeoutError):
        return FetchTimeout(url, "no complete answer in time")
    if isinstance(error, ssl.SSLError | aiohttp.ClientSSLError):
        return ConnectFailed(url, "no secure connection; its certificate may be wrong")
    if isinstance(error, aiohttp.ClientConnectorError):
        return ConnectFailed(url, "cannot connect to the server")
    if isinstance(error, aiohttp.ClientResponseError | aiohttp.InvalidURL):
        return ConnectFailed(url, "its answer is not proper HTTP")
    return ConnectFailed(url, "the connection broke off")


def _no_name(url: str, error: OSError) -> FetchError:
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return ConnectFailed(url, "its name cannot be looked up just now")
    return NoSuchHost(url)
