"""What a request looks like, how often it is made, and that robots.txt is kept to."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from loopback import answering, sends, serving
from multidict import CIMultiDict

from bot.fetch import Fetcher
from digests.errors import ConnectFailed, FetchError, RobotsRefused
from digests.model import Validators

AGENT = "Chokan/1.0 (+https://chokan.test/contact)"


@dataclass
class Site:
    """A site with one feed, a few pages and a log of what was asked."""

    base: str = ""
    seen: list[tuple[str, CIMultiDict[str]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    robots: tuple[int, str] = (404, "")
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    pause: float = 0.0
    at_once: int = 0
    most_at_once: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.seen.append((request.raw_path, CIMultiDict(request.headers)))
        self.times.append(time.monotonic())
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.pause)
        self.at_once -= 1
        if request.path == "/robots.txt":
            return web.Response(status=self.robots[0], text=self.robots[1])
        return web.Response(status=self.status, body=b"news", headers=self.headers)

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.seen]


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", made.answer)
    async with serving(app) as base:
        made.base = base
        yield made


@pytest.fixture
async def fetch() -> AsyncIterator[Fetcher]:
    fetcher = Fetcher(user_agent=AGENT, allow_hosts=["127.0.0.1"], per_host_spacing=0.0)
    yield fetcher
    await fetcher.close()


async def test_says_who_asks_and_nothing_more(site: Site, fetch: Fetcher) -> None:
    site.headers = {"Set-Cookie": "id=1; Path=/"}
    await fetch(f"{site.base}/feed.xml?b=2&a=1")
    await fetch(f"{site.base}/feed.xml?b=2&a=1")
    first, second = site.seen
    assert second[0] == first[0] == "/feed.xml?b=2&a=1"
    for _, headers in site.seen:
        assert set(headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding"}
        assert headers["User-Agent"] == AGENT
        assert headers["Accept-Encoding"] == "gzip"
        assert "application/rss+xml" in headers["Accept"]


async def test_environment_proxies_are_not_used(site: Site, fetch: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert (await fetch(f"{site.base}/feed")).body == b"news"


@pytest.mark.parametrize(
    "etag",
    [
        '"plain"',
        'W/"weak"',
        "unquoted",
        '"a,b, c"',
        '"back\\"slash"',
        '"' + "x" * 300 + '"',
        '"朝刊"',
        "''",
        '"a  b"',
        '"tab\there"',
        "*",
    ],
)
async def test_validators_go_back_byte_for_byte(etag: str, fetch: Fetcher) -> None:
    heads: list[bytes] = []

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nETag: " + etag.encode() + b"\r\n")
        writer.write(b"Last-Modified: Mon, 1 Jan 2020 0:00:00 GMT\r\n\r\n")

    async with answering(converse) as base:
        answer = await fetch(base)
        validators = Validators(etag=answer.headers["etag"], last_modified=answer.headers["last-modified"])
        await fetch(base, validators=validators)
    lines = heads[1].split(b"\r\n")
    assert b"If-None-Match: " + etag.encode() in lines
    assert b"If-Modified-Since: Mon, 1 Jan 2020 0:00:00 GMT" in lines


async def test_a_validator_that_is_no_text_is_not_kept(fetch: Fetcher) -> None:
    async with answering(
        sends(b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nX-Name: caf\xe9\r\nContent-Length: 0\r\n\r\n')
    ) as base:
        answer = await fetch(base)
    assert "etag" not in answer.headers
    assert answer.headers["x-name"] == "café"


@pytest.mark.parametrize("odd", ['"a"\r\nX-Injected: 1', "a\nb", "a\x00b", "", "\udcff", "x" * 9000])
async def test_a_validator_no_header_can_carry_is_not_sent(odd: str, site: Site, fetch: Fetcher) -> None:
    await fetch(f"{site.base}/feed", validators=Validators(etag=odd, last_modified=odd))
    (_, headers) = site.seen[0]
    assert {"If-None-Match", "If-Modified-Since", "X-Injected"}.isdisjoint(headers)


async def test_not_modified_is_an_answer(site: Site, fetch: Fetcher) -> None:
    site.status, site.headers = 304, {"ETag": '"new"'}
    answer = await fetch(f"{site.base}/feed", validators=Validators(etag='"old"'))
    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"new"')


async def test_not_modified_without_a_condition_is_an_error(site: Site, fetch: Fetcher) -> None:
    site.status = 304
    with pytest.raises(FetchError, match="not modified"):
        await fetch(f"{site.base}/feed")


@pytest.mark.parametrize("status", [200, 204, 400, 401, 403, 404, 410, 429, 500, 503])
async def test_every_status_is_an_answer(status: int, site: Site, fetch: Fetcher) -> None:
    site.status, site.headers = status, {"Retry-After": "120"}
    answer = await fetch(f"{site.base}/feed")
    assert (answer.status, answer.headers["retry-after"]) == (status, "120")
    assert answer.body == (b"news" if status == 200 else b"")


async def test_gzip_is_unpacked(fetch: Fetcher) -> None:
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0\0"
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with answering(sends(head, packed)) as base:
        assert (await fetch(base)).body == b"one two"


async def test_one_request_at_a_time_to_a_host_with_a_pause_between(site: Site) -> None:
    fetcher = Fetcher(user_agent=AGENT, allow_hosts=["127.0.0.1"], per_host_spacing=0.2)
    site.pause = 0.05
    await asyncio.gather(*(fetcher(f"{site.base}/{n}") for n in range(4)))
    await fetcher.close()
    gaps = [later - earlier for earlier, later in zip(site.times, site.times[1:], strict=False)]
    assert site.most_at_once == 1
    assert min(gaps) >= 0.24
    assert site.paths == ["/0", "/1", "/2", "/3"]


async def test_a_slow_host_holds_up_no_other(site: Site) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    fetcher = Fetcher(user_agent=AGENT, allow_hosts=["slow.test", "quick.test"], resolve=resolve)
    stuck = asyncio.Event()

    async def wait(head: bytes, writer: asyncio.StreamWriter) -> None:
        await stuck.wait()

    async with answering(wait) as slow:
        waiting = [asyncio.create_task(fetcher(slow.replace("127.0.0.1", "slow.test") + f"/{n}")) for n in range(5)]
        answer = await asyncio.wait_for(fetcher(site.base.replace("127.0.0.1", "quick.test")), 60)
        stuck.set()
        outcomes = await asyncio.wait_for(asyncio.gather(*waiting[:1], return_exceptions=True), 60)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    await fetcher.close()
    assert answer.body == b"news"
    assert isinstance(outcomes[0], ConnectFailed)


# --- robots.txt ---------------------------------------------------------------------------------------------------


async def test_pages_ask_robots_once_and_feeds_never(site: Site, fetch: Fetcher) -> None:
    site.robots = (200, "User-agent: *\nDisallow: /private/")
    await fetch(f"{site.base}/private/feed.xml")
    await fetch(f"{site.base}/a", kind="page")
    await fetch(f"{site.base}/b", kind="page")
    with pytest.raises(RobotsRefused):
        await fetch(f"{site.base}/private/c", kind="page")
    assert site.paths == ["/private/feed.xml", "/robots.txt", "/a", "/b"]


async def test_rules_for_us_come_before_rules_for_everyone(site: Site, fetch: Fetcher) -> None:
    site.robots = (200, "User-agent: *\nDisallow: /\n\nUser-agent: chokan\nAllow: /")
    assert (await fetch(f"{site.base}/a", kind="page")).status == 200


@pytest.mark.parametrize(("status", "read"), [(401, True), (404, True), (410, True), (429, False), (500, False)])
async def test_a_missing_robots_allows_and_a_failing_one_forbids(
    status: int, read: bool, site: Site, fetch: Fetcher
) -> None:
    site.robots = (status, "User-agent: *\nDisallow: /")
    if read:
        assert (await fetch(f"{site.base}/a", kind="page")).status == 200
        return
    for _ in range(2):
        with pytest.raises(RobotsRefused):
            await fetch(f"{site.base}/a", kind="page")
    assert site.paths == ["/robots.txt"]


async def test_many_pages_at_once_ask_robots_once(site: Site, fetch: Fetcher) -> None:
    await asyncio.gather(*(fetch(f"{site.base}/{n}", kind="page") for n in range(5)))
    assert site.paths.count("/robots.txt") == 1


async def test_a_redirected_page_asks_the_robots_of_where_it_leads(site: Site, fetch: Fetcher) -> None:
    site.robots = (200, "User-agent: *\nDisallow: /no")

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        plain = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        writer.write(plain if b"robots" in head else f"HTTP/1.1 302 Found\r\nLocation: {site.base}/no\r\n\r\n".encode())

    async with answering(converse) as base:
        with pytest.raises(RobotsRefused):
            await fetch(base, kind="page")
    assert site.paths == ["/robots.txt"]
