"""Answers that are broken, mangled or endless stop in time, with an error of ours and none of their text."""

from __future__ import annotations

import asyncio
import random

import pytest
from loopback import Converse, answering, sends

from bot.fetch import Fetcher
from digests.errors import ConnectFailed, FetchError, FetchTimeout


def fetcher(timeout: float = 5.0, read_timeout: float = 5.0) -> Fetcher:
    return Fetcher(
        user_agent="Chokan/1.0",
        allow_hosts=["127.0.0.1"],
        per_host_spacing=0.0,
        timeout=timeout,
        read_timeout=read_timeout,
    )


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://exa\x00mple.test/\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFFF\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"-ERR unknown command\r\n",
        b"\x00" * 100_000,
        b"",
    ],
)
async def test_what_is_not_proper_http_is_an_error_in_our_words(answer: bytes) -> None:
    async with answering(sends(answer)) as base:
        fetch = fetcher()
        with pytest.raises(ConnectFailed) as caught:
            await fetch(base)
        await fetch.close()
    assert "OpenSSH" not in str(caught.value)


async def test_interim_answers_end_sometime() -> None:
    async def flood(head: bytes, writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500)
            await writer.drain()

    await _is_given_up(flood)


@pytest.mark.parametrize("opening", [b"Content-Length: 1000\r\n\r\n", b"X: "], ids=["body", "headers"])
async def test_an_answer_that_drips_ends_at_the_deadline(opening: bytes) -> None:
    async def drip(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" + opening)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    await _is_given_up(drip)


async def test_redirects_that_drip_share_one_deadline() -> None:
    async def slowly(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        path = int(head.split(b" ", 2)[1].strip(b"/") or b"0")
        await sends(b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % (path + 1))(head, writer)

    await _is_given_up(slowly)


async def test_a_silent_server_is_given_up() -> None:
    async def silent(head: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with answering(silent) as base:
        fetch = fetcher(read_timeout=0.2)
        with pytest.raises(FetchTimeout):
            await fetch(base)
        await fetch.close()


async def _is_given_up(converse: Converse) -> None:
    async with answering(converse) as base:
        fetch = fetcher(timeout=0.5)
        with pytest.raises((FetchTimeout, ConnectFailed)):
            await fetch(base)
        await fetch.close()


SOUND = b'HTTP/1.1 200 OK\r\nContent-Type: text/xml; charset=utf-8\r\nETag: "a"\r\nTransfer-Encoding: chunked\r\n\r\n'
BODY = b"4\r\n<a/>\r\n0\r\nTrailer: x\r\n\r\n"


async def test_no_mangled_answer_raises_anything_but_our_errors() -> None:
    """Bytes changed, dropped and doubled at random places of a sound answer, the same places every time."""
    dice, served = random.Random(7), bytearray()

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(served))

    async with answering(converse) as base:
        fetch = fetcher(read_timeout=0.5)
        for _ in range(300):
            served[:] = SOUND + BODY
            for _ in range(dice.randint(1, 4)):
                at = dice.randrange(len(served))
                served[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
            try:
                assert (await fetch(base)).url == f"{base}/"
            except FetchError:
                continue
        await fetch.close()
