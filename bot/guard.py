"""The one door to the web: every address is resolved once, checked, and dialled as checked.

Two locks: names and literals are judged before a connection is asked for, and the socket factory judges the very
address that is about to be dialled. Private addresses open only for the hosts an operator listed.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from aiohttp.abc import AbstractResolver, ResolveResult

from digests.addresses import is_local_name, is_public
from digests.errors import ConfigError, FetchError
from digests.targets import Target, read_authority

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Host and port → every address the name has. Raises `OSError` when it has none."""
AddrInfo = tuple[Any, Any, int, str, tuple[Any, ...]]
OpenSocket = Callable[[AddrInfo], socket.socket]

DIALLED = 2
"""Addresses tried for one connection, however many a name has; the client tries n of them up to n(n+1)/2 times."""


class Refused(OSError):
    """The guard said no. An `OSError`, so that it passes through the client's connector like any failed connection."""


class SystemResolver:
    """`getaddrinfo` in threads of its own: a name server that hangs must not hold up other work."""

    def __init__(self, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="resolver")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, self._look_up, host, port)
        return tuple(dict.fromkeys(str(info[4][0]) for info in found))

    @staticmethod
    def _look_up(host: str, port: int) -> list[AddrInfo]:
        return cast("list[AddrInfo]", socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def plain_socket(info: AddrInfo) -> socket.socket:
    return socket.socket(info[0], info[1], info[2])


class Guard(AbstractResolver):
    """What may be reached. Any answer of a name that is not public refuses the whole name (mixed answers are how
    DNS rebinding looks)."""

    def __init__(
        self,
        *,
        allow_hosts: Collection[str] = (),
        allow_ports: Collection[int] = (80, 443),
        resolve: Resolve | None = None,
        open_socket: OpenSocket = plain_socket,
    ) -> None:
        """`allow_hosts`: `host` (every port) or `host:port`. Raises `ConfigError` for what is neither."""
        self._allowed = frozenset(_read_allowed(entry) for entry in allow_hosts)
        self._ports = frozenset(allow_ports)
        self._system = SystemResolver() if resolve is None else None
        self._resolve: Resolve = resolve or cast("Resolve", self._system)
        self._open_socket = open_socket
        self._granted: set[tuple[str, int]] = set()

    def admit(self, target: Target) -> None:
        """Judge what can be judged before any look-up. Raises `Refused`."""
        if self._is_allowed(target.host, target.port):
            if target.is_literal:
                self._granted.add((target.host, target.port))
            return
        if target.port not in self._ports:
            raise Refused("port")
        if not (is_public(target.host) if target.is_literal else not is_local_name(target.host)):
            raise Refused("address")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self._resolve(host, port)
        if not addresses:
            raise socket.gaierror(socket.EAI_NONAME, "no address")
        if self._is_allowed(host, port):
            self._granted.update((address, port) for address in addresses)
        elif not all(is_public(address) for address in addresses):
            raise Refused("address")
        return [_answer(host, address, port) for address in _dialled(addresses)]

    def open_socket(self, info: AddrInfo) -> socket.socket:
        """The second lock: only what was judged above gets a socket."""
        address, port = str(info[4][0]), int(info[4][1])
        if (address, port) not in self._granted and not (is_public(address) and port in self._ports):
            raise Refused("address")
        return self._open_socket(info)

    async def close(self) -> None:
        if self._system is not None:
            self._system.close()

    def _is_allowed(self, host: str, port: int) -> bool:
        return (host, None) in self._allowed or (host, port) in self._allowed


def _read_allowed(entry: str) -> tuple[str, int | None]:
    try:
        host, port = read_authority(entry.strip())
    except FetchError as error:
        raise ConfigError(f"allow_hosts: {entry!r} is neither a host nor host:port") from error
    return host, port or None


def _dialled(addresses: Sequence[str]) -> tuple[str, ...]:
    """A few of the addresses, both families among them where there are both."""
    half = DIALLED // 2
    six = [address for address in addresses if ":" in address]
    four = [address for address in addresses if ":" not in address]
    return (*six[: max(half, DIALLED - len(four))], *four[: max(half, DIALLED - len(six))])


def _answer(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
