"""Behind TLS the name stays the name: in SNI, in the certificate's check and in `Host`, whatever address is dialled."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence

import pytest
from loopback import Certified, answering, certified, sends

from bot.fetch import Fetcher
from digests.errors import BadUrl, ConnectFailed

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Certified:
    made = certified("news.test", tmp_path_factory.mktemp("tls"))
    if made is None:
        pytest.skip("no openssl here to make a certificate")
    return made


async def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def fetcher(client: ssl.SSLContext | None) -> Fetcher:
    return Fetcher(user_agent="Chokan/1.0", allow_hosts=["news.test", "other.test"], resolve=here, tls=client)


async def test_the_name_is_shown_and_checked(pair: Certified) -> None:
    shown: list[str | None] = []
    heads: list[bytes] = []
    pair.server.sni_callback = lambda _socket, name, _context: shown.append(name)

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(OK)

    async with answering(converse, tls=pair.server) as base:
        fetch = fetcher(pair.client)
        assert (await fetch(base.replace("127.0.0.1", "NEWS.test."))).body == b"ok"
        with pytest.raises(ConnectFailed, match="certificate"):
            await fetch(base.replace("127.0.0.1", "other.test"))
        await fetch.close()
    pair.server.sni_callback = None
    assert shown == ["news.test", "other.test"]
    assert [f"Host: news.test:{base.rpartition(':')[2]}".encode() in head for head in heads] == [True]


async def test_a_certificate_nobody_vouches_for_is_refused(pair: Certified) -> None:
    async with answering(sends(OK), tls=pair.server) as base:
        fetch = fetcher(None)
        with pytest.raises(ConnectFailed, match="certificate"):
            await fetch(base.replace("127.0.0.1", "news.test"))
        await fetch.close()


async def test_https_never_leads_to_http(pair: Certified) -> None:
    async with answering(sends(OK)) as plain:
        away = plain.replace("127.0.0.1", "other.test")
        moved = f"HTTP/1.1 302 Found\r\nLocation: {away}/\r\nContent-Length: 0\r\n\r\n".encode()
        async with answering(sends(moved), tls=pair.server) as base:
            fetch = fetcher(pair.client)
            with pytest.raises(BadUrl, match="https to http"):
                await fetch(base.replace("127.0.0.1", "news.test"))
            await fetch.close()
