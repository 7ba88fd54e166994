"""A proxy before PostgreSQL that breaks one connection at the COMMIT of the transaction that settles a delivery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from sqlalchemy import make_url


@dataclass
class Cuts:
    """`url` goes through the proxy; `done` once it has cut."""

    url: str
    passing_on: bool
    """Whether the server still gets the COMMIT: committed, and nobody is told."""
    done: bool = False


@asynccontextmanager
async def cutting(url: str, *, passing_on: bool) -> AsyncIterator[Cuts]:
    server = make_url(url)
    cuts = Cuts(url="", passing_on=passing_on)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(server.host or "127.0.0.1", server.port or 5432)
        back = asyncio.create_task(_pour(up_reader, writer))
        with suppress(ConnectionError):
            await _watch(reader, up_writer, cuts)
        back.cancel()
        for end in (writer, up_writer):
            end.close()

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    moved = server.set(host="127.0.0.1", port=port).update_query_dict({"sslmode": "disable"})
    cuts.url = moved.render_as_string(hide_password=False)
    try:
        yield cuts
    finally:
        proxy.close()


async def _watch(reader: asyncio.StreamReader, up: asyncio.StreamWriter, cuts: Cuts) -> None:
    """Pass on what the client says, up to the fatal COMMIT."""
    settling = False
    while data := await reader.read(65536):
        settling = settling or (b"UPDATE deliveries" in data and b"permalink=" in data)
        if settling and b"COMMIT" in data and not cuts.done:
            cuts.done = True
            if cuts.passing_on:
                up.write(data)
                await up.drain()
                await asyncio.sleep(0.3)
            return
        up.write(data)
        await up.drain()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
