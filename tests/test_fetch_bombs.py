"""Bodies that grow stay small: each bomb ends in a typed error, and the process does not grow by 32 MiB."""

from __future__ import annotations

import asyncio
import gzip
import os
import resource
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Literal

import pytest
from loopback import Converse, answering, sends

from bot.body import Gunzip, read_body, unpacker
from bot.fetch import Fetcher
from digests.errors import BadEncoding, FetchError, TooLarge

MIB = 1024 * 1024
GROWTH = 32 * MIB


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", *lines, "", "")).encode()


@cache
def packed(plain: bytes, times: int) -> bytes:
    """`plain` over and over in one gzip member, made without holding it all."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(plain) for _ in range(times)) + packer.flush()


def endless(piece: bytes, *lines: str) -> Converse:
    async def converse(_: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(head(*lines))
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()

    return converse


def chunked(body: bytes) -> bytes:
    return b"%x\r\n" % len(body) + body + b"\r\n0\r\n\r\n"


GZIP = "Content-Encoding: gzip"
BIG = 256
"""MiB of zeros that a quarter of a mebibyte unpacks to."""
BOMBS: dict[str, tuple[Callable[[], Converse], str]] = {
    "zeros": (lambda: sends(head(GZIP), packed(bytes(MIB), BIG)), "TooLarge"),
    "zeros in one chunk": (
        lambda: sends(head(GZIP, "Transfer-Encoding: chunked"), chunked(packed(bytes(MIB), BIG))),
        "TooLarge",
    ),
    "many empty members": (lambda: sends(head(GZIP), gzip.compress(b"") * 200_000), "BadEncoding"),
    "members of a mebibyte": (lambda: sends(head(GZIP), packed(bytes(MIB), 1) * 100), "TooLarge"),
    "endless plain": (lambda: endless(b"<a>" * 20_000), "TooLarge"),
    "endless chunks": (lambda: endless(b"9\r\n<a></a>  \r\n" * 10_000, "Transfer-Encoding: chunked"), "TooLarge"),
    "endless trailing padding": (lambda: endless(packed(b"news", 1) + bytes(100_000), GZIP), "TooLarge"),
    "a length of a terabyte": (lambda: endless(b"x" * 65_536, f"Content-Length: {2**40}"), "TooLarge"),
    "ten codings": (lambda: sends(head(f"Content-Encoding: {', '.join(['gzip'] * 10)}"), b"x"), "BadEncoding"),
    "two headers of codings": (lambda: sends(head(GZIP, GZIP), packed(b"x", 1)), "BadEncoding"),
    "deflate": (lambda: sends(head("Content-Encoding: deflate"), zlib.compress(b"x")), "BadEncoding"),
    "brotli": (lambda: sends(head("Content-Encoding: br"), b"\x0b\x00\x80x\x03"), "BadEncoding"),
    "gzip in gzip, as said": (
        lambda: sends(head("Content-Encoding: gzip, gzip"), gzip.compress(packed(bytes(MIB), BIG))),
        "BadEncoding",
    ),
    "gzip with an endless name": (lambda: endless(b"A" * 65_536, GZIP), "BadEncoding"),
    "gzip whose name never ends": (
        lambda: sends(head(GZIP), b"\x1f\x8b\x08\x08" + bytes(6) + b"A" * 4 * MIB),
        "BadEncoding",
    ),
    "endless trailers": (
        lambda: sends(head("Transfer-Encoding: chunked"), b"0\r\n" + b"X: y\r\n" * 400_000 + b"\r\n"),
        "ConnectFailed",
    ),
    "a trailer of megabytes": (
        lambda: sends(head("Transfer-Encoding: chunked"), b"0\r\nX: " + b"y" * 4 * MIB + b"\r\n\r\n"),
        "ConnectFailed",
    ),
    "five thousand cookies": (lambda: sends(head(*["Set-Cookie: a=b"] * 5000), b"x"), "ConnectFailed"),
    "a bomb behind an error": (
        lambda: sends(head(GZIP).replace(b"200 OK", b"500 No"), packed(bytes(MIB), BIG)),
        "read",
    ),
    "not gzip at all": (lambda: sends(head(GZIP), b"<rss/>"), "BadEncoding"),
    "gzip cut short": (lambda: sends(head(GZIP), packed(os.urandom(5000), 1)[:-20]), "BadEncoding"),
    "gzip with a wrong sum": (lambda: sends(head(GZIP), packed(b"news", 1)[:-8] + b"\0" * 8), "BadEncoding"),
    "a megabyte of header": (lambda: sends(b"HTTP/1.1 200 OK\r\nX: " + b"x" * MIB + b"\r\n\r\n"), "ConnectFailed"),
    "endless headers": (lambda: sends(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 400_000), "ConnectFailed"),
}


@pytest.mark.parametrize("name", BOMBS)
async def test_a_bomb_is_a_typed_error_and_stays_small(name: str) -> None:
    """Fetched by a fresh process, which reports how its own peak grew and how the fetch ended."""
    make, error = BOMBS[name]
    async with answering(make()) as base:
        child = await asyncio.create_subprocess_exec(
            sys.executable, __file__, base, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent
        )
        out, _ = await child.communicate()
    ended, grown = out.decode().split()
    assert ended in (error, "FetchTimeout")  # on a busy machine the deadline may be there first
    assert int(grown) < GROWTH


async def _tried(base: str) -> str:
    """How fetching `base` ends, and by how many bytes the peak of resident memory grew; a small page comes first."""
    fetch = Fetcher(user_agent="Chokan/1.0", allow_hosts=["127.0.0.1"], per_host_spacing=0.0)
    async with answering(sends(head(GZIP), packed(b"news", 1))) as small:
        await fetch(small)
    before, ended = _peak(), "read"
    try:
        await fetch(base)
    except FetchError as error:
        ended = type(error).__name__
    await fetch.close()
    return f"{ended} {_peak() - before}"


def _peak() -> int:
    """Bytes. Linux's `ru_maxrss` would begin with the peak of the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize(("kind", "limit"), [("feed", 5 * MIB), ("page", 2 * MIB)])
async def test_a_feed_has_5_mib_and_a_page_2(kind: Literal["feed", "page"], limit: int) -> None:
    async def converse(request: bytes, writer: asyncio.StreamWriter) -> None:
        asked = request.split(b" ", 2)[1]
        size = 0 if asked == b"/robots.txt" else limit + (asked == b"/more")
        writer.write(head(GZIP))
        writer.write(gzip.compress(bytes(size)))

    async with answering(converse) as base:
        fetch = Fetcher(user_agent="Chokan/1.0", allow_hosts=["127.0.0.1"], per_host_spacing=0.0)
        assert len((await fetch(f"{base}/just", kind=kind)).body) == limit
        with pytest.raises(TooLarge):
            await fetch(f"{base}/more", kind=kind)
        await fetch.close()


# --- unpacking ----------------------------------------------------------------------------------------------------


async def _pieces(body: bytes, size: int) -> AsyncIterator[bytes]:
    for at in range(0, len(body), size):
        yield body[at : at + size]


@pytest.mark.parametrize("size", [1, 7, 4096])
@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (packed(b"news ", 1000), b"news " * 1000),
        (packed(b"a", 1) + packed(b"b", 1), b"ab"),
        (packed(b"a", 1) + b"\0" * 10, b"a"),
        (packed(b"", 1), b""),
        (b"", b""),
    ],
)
async def test_gzip_is_unpacked_however_it_arrives(body: bytes, plain: bytes, size: int) -> None:
    assert await read_body("u", _pieces(body, size), "gzip", MIB) == plain


@pytest.mark.parametrize(
    "encoding",
    ["zstd", "br", "bzip2", "xz", "compress", "deflate", "*", "br, gzip", "gzip, gzip", "gzip," * 3000, "aes128gcm"],
)
def test_a_coding_nobody_offered_is_refused_unread(encoding: str) -> None:
    with pytest.raises(BadEncoding):
        unpacker("u", encoding, MIB)


@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
async def test_the_limit_is_exact(encoding: str) -> None:
    for size, fits in ((1000, True), (1001, False)):
        body = packed(b"x" * size, 1) if encoding == "gzip" else b"x" * size
        if fits:
            assert await read_body("u", _pieces(body, 64), encoding, 1000) == b"x" * size
        else:
            with pytest.raises(TooLarge):
                await read_body("u", _pieces(body, 64), encoding, 1000)


def test_nothing_past_the_limit_is_ever_unpacked() -> None:
    with pytest.raises(TooLarge):
        Gunzip("u", 10).feed(packed(bytes(MIB), 8))


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    sys.stdout.write(asyncio.run(_tried(sys.argv[1])))
