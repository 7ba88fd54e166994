"""Read an answer's body within its limits: bytes on the wire, bytes unpacked, and nothing but gzip around them."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Protocol

from digests.errors import BadEncoding, TooLarge

_GZIP_MAGIC = b"\x1f\x8b"
_MEMBERS = 1000
"""Most gzip members in one body (RFC 1952, 2.2 allows any number; each costs a fresh decoder)."""


class Unpacker(Protocol):
    def feed(self, chunk: bytes) -> bytes: ...
    def finish(self) -> None: ...


class Plain:
    """A body without coding."""

    def feed(self, chunk: bytes) -> bytes:
        return chunk

    def finish(self) -> None:
        return None


class Gunzip:
    """One gzip coding, never giving back more than `limit` bytes in all (then `TooLarge`)."""

    def __init__(self, url: str, limit: int) -> None:
        self._url, self._limit, self._left, self._members = url, limit, limit, 0
        self._decoder = self._fresh()

    def feed(self, chunk: bytes) -> bytes:
        pieces = []
        while chunk:
            pieces.append(self._unpack(chunk))
            chunk = self._next_member()
        return b"".join(pieces)

    def finish(self) -> None:
        if not self._decoder.eof and self._members:
            raise BadEncoding(self._url, "the compressed answer is cut short")

    def _unpack(self, chunk: bytes) -> bytes:
        self._members = max(self._members, 1)
        try:
            plain = self._decoder.decompress(chunk, self._left + 1)
        except zlib.error as error:
            raise BadEncoding(self._url, "says it is gzip but is not") from error
        self._left -= len(plain)
        if self._left < 0:
            raise TooLarge(self._url, self._limit)
        return plain

    def _next_member(self) -> bytes:
        """The rest of the chunk if another member begins there; padding after the last one is dropped."""
        rest = self._decoder.unused_data
        if not self._decoder.eof or not rest or not rest.startswith(_GZIP_MAGIC[: len(rest)]):
            return b""
        self._members += 1
        if self._members > _MEMBERS:
            raise BadEncoding(self._url, "is packed in too many pieces")
        self._decoder = self._fresh()
        return rest

    @staticmethod
    def _fresh() -> zlib._Decompress:
        return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)


def unpacker(url: str, encoding: str, limit: int) -> Unpacker:
    """For a Content-Encoding header. Only gzip was offered, so anything else, or gzip in gzip, is `BadEncoding`."""
    codings = [name for part in encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if not codings:
        return Plain()
    if codings in (["gzip"], ["x-gzip"]):
        return Gunzip(url, limit)
    raise BadEncoding(url, "is packed in a way that was not asked for")


async def read_body(url: str, chunks: AsyncIterator[bytes], encoding: str, limit: int) -> bytes:
    """The whole body. Raises `TooLarge` past `limit` bytes, packed or unpacked, and `BadEncoding`."""
    unpack = unpacker(url, encoding, limit)
    read, pieces, size = 0, [], 0
    async for chunk in chunks:
        read += len(chunk)
        if read > limit:
            raise TooLarge(url, limit)
        plain = unpack.feed(chunk)
        size += len(plain)
        if size > limit:
            raise TooLarge(url, limit)
        pieces.append(plain)
    unpack.finish()
    return b"".join(pieces)
