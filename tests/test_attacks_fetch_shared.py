"""The project's shared list of attacks on fetching, where it lies beside the project: every one must be held off."""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from loopback import Converse, answering, certified, sends

from bot.fetch import Fetcher
from bot.guard import AddrInfo
from digests.addresses import is_public
from digests.errors import AddressNotAllowed, BadUrl, FetchError
from digests.targets import read_target

LIST = Path(__file__).parents[2] / "shared" / "data" / "attacks_dev.jsonl"
PUBLIC = "9.9.9.10"
KINDS = {
    "ssrf-ip",
    "ssrf-ip-allow",
    "ssrf-host-form",
    "ssrf-url-parse",
    "ssrf-scheme",
    "ssrf-dns",
    "ssrf-redirect",
    "http-resource",
}


def attacks(*kinds: str) -> list[Any]:
    if not LIST.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the shared list of attacks is not beside us"))]
    rows = [json.loads(line) for line in LIST.read_text().splitlines()]
    return [pytest.param(row, id=row["id"]) for row in rows if row["kind"] in kinds]


class Line:
    """Where the network begins: remembers what would be dialled, lets only loopback out."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    def open_socket(self, info: AddrInfo) -> socket.socket:
        if info[4][0] != "127.0.0.1":
            self.dialled.append(info[4][0])
            raise OSError("nothing leaves this machine")
        return socket.socket(info[0], info[1], info[2])


async def names(host: str, port: int) -> Sequence[str]:
    """Names that carry an address mean it; our server's is on loopback; the rest is public."""
    carried = re.match(r"(\d+\.\d+\.\d+\.\d+)\.", host)
    if carried:
        return [carried[1]]
    return {"server.test": ["127.0.0.1"], "spoofed.burpcollaborator.example": ["10.0.0.5"]}.get(host, [PUBLIC])


async def outcome(url: str, line: Line, **options: Any) -> Exception | int:
    made: dict[str, Any] = {"resolve": names, "timeout": 2.0, "per_host_spacing": 0.0} | options
    fetch = Fetcher(user_agent="Chokan/1.0", open_socket=line.open_socket, **made)
    try:
        return (await fetch(url)).status
    except FetchError as error:
        return error
    finally:
        await fetch.close()


@pytest.mark.parametrize("row", attacks("ssrf-ip", "ssrf-host-form"))
async def test_addresses_are_refused_in_one_voice(row: dict[str, Any]) -> None:
    line = Line()
    ended = await outcome(row["input"], line)
    assert isinstance(ended, AddressNotAllowed)
    assert (ended.reason, line.dialled) == ("address not allowed", [])


@pytest.mark.parametrize("row", attacks("ssrf-ip-allow"))
async def test_public_addresses_are_dialled(row: dict[str, Any]) -> None:
    line = Line()
    assert isinstance(await outcome(row["input"], line), FetchError)
    assert line.dialled == [read_target(row["input"]).host]


@pytest.mark.parametrize("row", attacks("ssrf-url-parse", "ssrf-scheme"))
async def test_confusing_urls_reach_nothing_inside(row: dict[str, Any]) -> None:
    line = Line()
    ended = await outcome(row["input"], line)
    assert isinstance(ended, FetchError)
    assert set(line.dialled) <= {PUBLIC}
    assert isinstance(ended, BadUrl | AddressNotAllowed) or line.dialled == [PUBLIC]


@pytest.mark.parametrize("row", attacks("ssrf-dns"))
async def test_answers_of_name_servers_are_checked_once(row: dict[str, Any]) -> None:
    said, asked = row["input"]["dns"], []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        if isinstance(said, str):
            await asyncio.sleep(30)
        records = row["input"]["then"] if len(asked) > 1 and "then" in row["input"] else said
        return ["127.0.0.1" if kind == "CNAME" else address for kind, address in records]

    line = Line()
    ended = await outcome("http://attack.test/", line, resolve=resolve)
    assert isinstance(ended, FetchError)
    inside = not isinstance(said, str) and any(kind == "CNAME" or not is_public(at) for kind, at in said)
    assert isinstance(ended, AddressNotAllowed) is inside
    assert (len(asked), all(map(is_public, line.dialled)), len(line.dialled) <= 4) == (1, True, True)


@pytest.mark.parametrize("row", attacks("ssrf-redirect"))
async def test_redirects_are_judged_hop_by_hop(row: dict[str, Any], tmp_path: Path) -> None:
    steps = [step.removesuffix(" (from https)") for step in row["input"]]
    tls = certified("server.test", tmp_path) if steps != row["input"] else None
    served = iter(steps)

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        await sends(_redirect_step(next(served, "200")))(head, writer)

    line = Line()
    async with answering(converse, tls=tls.server if tls else None) as base:
        url = base.replace("127.0.0.1", "server.test")
        ended = await outcome(url, line, allow_hosts=["server.test"], tls=tls.client if tls else None)
    assert line.dialled == []
    assert ended == 200 if steps[0].startswith(("200", "103")) else isinstance(ended, FetchError)


def _redirect_step(step: str) -> bytes:
    status, _, rest = step.partition(" ")
    target = rest.removeprefix("Location: ")
    if status == "103":
        return b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 10_000 + _redirect_step("200")
    if status == "302" and target != "without Location":
        return b"HTTP/1.1 302 Found\r\nLocation: " + target.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    body = rest.removeprefix("+ ").encode()
    extra = body + b"\r\n" if body.startswith(b"Refresh:") else b""
    return f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n".encode() + extra + b"\r\n" + body


@pytest.mark.parametrize("row", attacks("http-resource"))
async def test_greedy_answers_end_in_a_typed_error(row: dict[str, Any]) -> None:
    line = Line()
    async with answering(_greedy(row["input"])) as base:
        port = base.rpartition(":")[2]
        ended = await outcome(f"http://server.test:{port}/", line, allow_hosts=[f"server.test:{port}"])
    assert isinstance(ended, FetchError)


def _greedy(wanted: dict[str, str]) -> Converse:
    if "chunk-size" in wanted:
        return sends(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{wanted['chunk-size']}\r\nx".encode())
    if "content-encoding" in wanted:
        body = wanted.get("body", "x").encode()
        return sends(f"HTTP/1.1 200 OK\r\nContent-Encoding: {wanted['content-encoding']}\r\n\r\n".encode() + body)
    if "5 s" in str(wanted):
        return _drip(b"HTTP/1.1 200 OK\r\nX: " if "headers" in wanted else b"HTTP/1.1 200 OK\r\n\r\n")
    head = b"X: " + b"x" * 1_000_000 if "single" in str(wanted) else b"X: y\r\n" * 100_000
    return sends(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")


def _drip(start: bytes) -> Converse:
    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.2)

    return converse


@pytest.mark.skipif(not LIST.exists(), reason="the shared list of attacks is not beside us")
def test_every_kind_that_concerns_fetching_is_run() -> None:
    kinds = {json.loads(line)["kind"] for line in LIST.read_text().splitlines()}
    assert {kind for kind in kinds if kind.startswith(("ssrf", "http-resource"))} == KINDS
