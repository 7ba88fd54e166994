"""Servers on loopback for tests: a well-behaved one, one that sends any bytes, and one that counts visitors."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

Converse = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
"""Gets the request's head, answers as it likes; the connection is closed afterwards."""


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """The base URL (`http://127.0.0.1:port`) of `app`, for as long as the block runs."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def answering(converse: Converse, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """The base URL of a server that answers every request with whatever bytes `converse` writes."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await converse(await reader.readuntil(b"\r\n\r\n"), writer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    scheme = "http" if tls is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


@dataclass(frozen=True)
class Certified:
    """Both ends of TLS for one name, certified by nobody else."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certified(name: str, folder: Path) -> Certified | None:
    """A key and certificate for `name`, made in `folder`; None where there is no openssl to make them."""
    openssl = shutil.which("openssl")
    if openssl is None:
        return None
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    wanted = f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN={name}"
    wanted += f" -addext subjectAltName=DNS:{name} -keyout {key} -out {certificate}"
    subprocess.run([openssl, *wanted.split()], check=True, capture_output=True)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return Certified(server, ssl.create_default_context(cafile=str(certificate)))


def sends(*pieces: bytes) -> Converse:
    """Write these bytes, nothing else."""

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return converse


@dataclass
class Canary:
    """A listener that nobody should find."""

    port: int
    visits: int = 0


@asynccontextmanager
async def canary() -> AsyncIterator[Canary]:
    seen = Canary(port=0)

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.visits += 1
        writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    seen.port = server.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        server.close()
