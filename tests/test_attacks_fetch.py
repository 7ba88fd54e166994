"""No URL, name, redirect or answer of a stranger's gets past the guard: a listener on loopback counts visitors."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from loopback import Canary, answering, canary, sends

from bot.fetch import Fetcher
from bot.guard import AddrInfo, Guard, Refused, SystemResolver
from digests.errors import (
    AddressNotAllowed,
    BadUrl,
    ConfigError,
    ConnectFailed,
    FetchError,
    FetchTimeout,
    NoSuchHost,
    TooManyRedirects,
)
from digests.model import Validators
from digests.targets import read_target

AGENT = "Chokan/1.0 (+https://chokan.test/contact)"
PUBLIC, PUBLIC_6 = "9.9.9.10", "2620:fe::10"


class Line:
    """Stands where the network begins: remembers what would have been dialled and lets nothing out."""

    def __init__(self) -> None:
        self.dialled: list[tuple[str, int]] = []

    def open_socket(self, info: AddrInfo) -> socket.socket:
        self.dialled.append((info[4][0], info[4][1]))
        raise OSError("nothing leaves this machine")


class Names:
    """A name server whose answers are a list: one answer for each question, the last for all that follow."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers, self.asked = list(answers), 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return answer


@pytest.fixture
async def bird() -> AsyncIterator[Canary]:
    async with canary() as found:
        yield found


def fetcher(*, line: Line | None = None, resolve: Names | None = None, **options: object) -> Fetcher:
    door = {} if line is None else {"open_socket": line.open_socket}
    made = {"user_agent": AGENT, "per_host_spacing": 0.0, "resolve": resolve, "timeout": 5.0} | door | options
    return Fetcher(**made)  # type: ignore[arg-type]


LOOPBACK = [
    "127.0.0.1",
    "127.8.8.8",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:2]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "0x7f.1",
    "127.1",
    "0177.1",
    "2130706433",
    "127.0.0.01",
    "①②⑦.⓪.⓪.①",
    "１２７.1",
    "localhost",
    "LocalHost.",
    "ip6-loopback",
    "a.localhost",
    "[::1%25lo]",
    "%6cocalhost",
    "0.0.0.0",
    "[::]",
    "0",
    "ⓛocalhost",
]


@pytest.mark.parametrize("host", LOOPBACK)
async def test_no_way_to_write_loopback_reaches_it(host: str, bird: Canary) -> None:
    fetch = fetcher(allow_ports=(80, 443, bird.port))
    for kind in ("feed", "page"):
        with pytest.raises(AddressNotAllowed) as caught:
            await fetch(f"http://{host}:{bird.port}/", kind=kind)
        assert caught.value.reason == "address not allowed"
    await fetch.close()
    assert bird.visits == 0


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["::1"]],
        [[PUBLIC, "127.0.0.1"]],
        [["127.0.0.1", PUBLIC_6]],
        [[PUBLIC, "169.254.169.254"]],
        [["::ffff:127.0.0.1"]],
        [["fe80::1%2"]],
        [["not an address"]],
        [[*[f"9.9.{n}.1" for n in range(200)], "10.1.2.3"]],
    ],
)
async def test_one_private_answer_refuses_the_name(answers: list[list[str]], bird: Canary) -> None:
    line = Line()
    fetch = fetcher(line=line, resolve=Names(*answers), allow_ports=(80, bird.port))
    with pytest.raises(AddressNotAllowed):
        await fetch(f"http://news.test:{bird.port}/")
    await fetch.close()
    assert (line.dialled, bird.visits) == ([], 0)


async def test_a_name_is_asked_for_once_and_what_was_checked_is_dialled() -> None:
    line, names = Line(), Names([PUBLIC], ["127.0.0.1"])
    fetch = fetcher(line=line, resolve=names)
    with pytest.raises(ConnectFailed):
        await fetch("http://rebinding.test/")
    await fetch.close()
    assert (names.asked, line.dialled) == (1, [(PUBLIC, 80)])


async def test_few_of_many_answers_are_dialled_and_both_families_among_them() -> None:
    line = Line()
    many = [f"9.9.9.{n}" for n in range(60)] + [f"2620:fe::{n:x}" for n in range(1, 60)]
    fetch = fetcher(line=line, resolve=Names(many))
    with pytest.raises(ConnectFailed):
        await fetch("https://many.test/")
    await fetch.close()
    tried = {address for address, _ in line.dialled}
    assert len(line.dialled) <= 4
    assert {":" in address for address in tried} == {True, False}


async def test_a_public_literal_is_dialled_as_written() -> None:
    line = Line()
    fetch = fetcher(line=line)
    for url in (f"http://{PUBLIC}/", f"https://[{PUBLIC_6}]/"):
        with pytest.raises(ConnectFailed):
            await fetch(url)
    await fetch.close()
    assert set(line.dialled) == {(PUBLIC, 80), (PUBLIC_6, 443)}


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080])
async def test_other_ports_are_refused_with_the_same_words(port: int) -> None:
    line = Line()
    fetch = fetcher(line=line, resolve=Names([PUBLIC]))
    with pytest.raises(AddressNotAllowed) as caught:
        await fetch(f"http://news.test:{port}/")
    await fetch.close()
    assert (caught.value.reason, line.dialled) == ("address not allowed", [])


async def test_a_name_server_that_hangs_is_given_up() -> None:
    async def hang(host: str, port: int) -> Sequence[str]:
        await asyncio.sleep(60)
        return [PUBLIC]

    fetch = Fetcher(user_agent=AGENT, resolve=hang, timeout=0.3)
    with pytest.raises(FetchTimeout):
        await fetch("http://slow.test/")
    await fetch.close()


@pytest.mark.parametrize(("code", "kind"), [(socket.EAI_NONAME, NoSuchHost), (socket.EAI_AGAIN, ConnectFailed)])
async def test_names_that_are_not_found_are_told_apart(code: int, kind: type[FetchError]) -> None:
    async def fail(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(code, "no")

    fetch = Fetcher(user_agent=AGENT, resolve=fail)
    with pytest.raises(kind):
        await fetch("http://nowhere.test/")
    await fetch.close()


async def test_the_system_is_asked_for_names_in_threads_of_our_own() -> None:
    resolver = SystemResolver()
    assert "127.0.0.1" in await resolver("localhost", 80)
    resolver.close()


def test_the_second_lock_judges_the_address_itself() -> None:
    line = Line()
    guard = Guard(open_socket=line.open_socket)
    for address, port in (("127.0.0.1", 80), ("10.0.0.1", 443), (PUBLIC, 22), ("::ffff:10.0.0.1", 80)):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with pytest.raises(Refused):
            guard.open_socket((family, socket.SOCK_STREAM, 6, "", (address, port)))
    assert line.dialled == []


# --- what the operator lists --------------------------------------------------------------------------------------


async def test_only_the_listed_host_and_port_open() -> None:
    async with answering(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as base, canary() as bird:
        port = int(base.rpartition(":")[2])
        fetch = fetcher(allow_hosts=[f"sample.test:{port}"], resolve=Names(["127.0.0.1"]))
        assert (await fetch(f"http://sample.test:{port}/")).body == b"ok"
        for url in (base, f"http://other.test:{port}/", f"http://sample.test:{bird.port}/", "http://sample.test/"):
            with pytest.raises(AddressNotAllowed):
                await fetch(url)
        await fetch.close()
        assert bird.visits == 0


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.1:{port}", " 127.0.0.1 "])
async def test_a_listed_address_opens(entry: str) -> None:
    async with answering(sends(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as base:
        fetch = fetcher(allow_hosts=[entry.format(port=base.rpartition(":")[2])])
        assert (await fetch(base)).status == 200
        await fetch.close()


@pytest.mark.parametrize("entry", ["", "http://a.test", "a.test:x", "a b", "127.1", "[::1", "a.test:99999"])
def test_a_malformed_entry_is_a_configuration_error(entry: str) -> None:
    with pytest.raises(ConfigError, match="allow_hosts"):
        Guard(allow_hosts=[entry])


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        ("::1", "http://[::1]:8077/"),
        ("[::1]", "http://[::1]:8077/"),
        ("[::1]:8077", "http://[::1]:8077/"),
        ("A.test", "http://a.test:8077/"),
        ("新聞.test:8077", "http://xn--efvv70d.test:8077/"),
    ],
)
def test_every_form_of_entry_opens_what_it_names(entry: str, url: str) -> None:
    target = read_target(url)
    with pytest.raises(Refused):
        Guard().admit(target)
    Guard(allow_hosts=[entry]).admit(target)
    with pytest.raises(Refused):
        Guard(allow_hosts=[entry]).admit(read_target("http://b.test:8077/"))


# --- redirects ----------------------------------------------------------------------------------------------------


def moves(*hops: str, status: int = 302) -> Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]:
    """A server that sends `/0` to the first of `hops` …, `/n` to the n-th, and answers everything else."""

    async def converse(head: bytes, writer: asyncio.StreamWriter) -> None:
        path = head.split(b" ", 2)[1].decode().strip("/")
        if path.isdigit() and int(path) < len(hops):
            location = hops[int(path)]
            writer.write(f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend")

    return converse


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://127.0.0.1:{port}/", AddressNotAllowed),
        ("http://localhost:{port}/", AddressNotAllowed),
        ("http://0x7f.1:{port}/", AddressNotAllowed),
        ("//[::1]:{port}/", AddressNotAllowed),
        ("http://169.254.169.254/x", AddressNotAllowed),
        ("http://elsewhere.test:{port}/", AddressNotAllowed),
        ("file:///etc/hostname", BadUrl),
        ("gopher://127.0.0.1:{port}/_", BadUrl),
        ("http://me:pass@127.0.0.1:{port}/", BadUrl),
        ("http://a\\@127.0.0.1:{port}/", BadUrl),
        ("http://x.test:99999/", BadUrl),
        ("", TooManyRedirects),
        ("\thttp://127.0.0.1:{port}/\t", AddressNotAllowed),
        ("http://127.0.0.1:{port}/ @x.test", AddressNotAllowed),
        ("http://%31%32%37.1:{port}/", AddressNotAllowed),
        ("http://①②⑦.1:{port}/", AddressNotAllowed),
        ("http://[::ffff:127.0.0.1]:{port}/", AddressNotAllowed),
        ("https://127.0.0.1:{port}/", AddressNotAllowed),
        ("feed://127.0.0.1:{port}/", AddressNotAllowed),
        ("http://a.localhost:{port}/", AddressNotAllowed),
        ("http://metadata.google.internal/", AddressNotAllowed),
        ("http://[fd00:ec2::254]/", AddressNotAllowed),
        ("http://x.test:22/", AddressNotAllowed),
        ("\\\\127.0.0.1:{port}/", BadUrl),
        ("/\\127.0.0.1:{port}/", BadUrl),
        ("data:text/xml,<rss/>", BadUrl),
        ("javascript:alert(1)", BadUrl),
        ("http://x.test/" + "x" * 9000, BadUrl),
        ("#x", TooManyRedirects),
    ],
)
async def test_a_redirect_is_judged_like_a_first_request(location: str, error: type[FetchError], bird: Canary) -> None:
    async with answering(moves(location.format(port=bird.port))) as base:
        port = base.rpartition(":")[2]
        fetch = fetcher(
            allow_hosts=[f"news.test:{port}"], allow_ports=(80, 443, bird.port), resolve=Names(["127.0.0.1"])
        )
        with pytest.raises(error) as caught:
            await fetch(f"http://news.test:{port}/0")
        await fetch.close()
    assert caught.value.url == f"http://news.test:{port}/0"
    assert bird.visits == 0


async def test_five_redirects_are_followed_and_six_are_not() -> None:
    async with answering(moves("/1", "/2", "/3", "/4", "/5", "/end")) as base:
        fetch = fetcher(allow_hosts=["127.0.0.1"])
        answer = await fetch(f"{base}/1")
        assert (answer.url, answer.body, answer.moved_to) == (f"{base}/end", b"end", None)
        with pytest.raises(TooManyRedirects):
            await fetch(f"{base}/0")
        await fetch.close()


@pytest.mark.parametrize("hops", [("/0",), ("/1", "/0"), ("#x",)])
async def test_a_circle_ends(hops: tuple[str, ...]) -> None:
    async with answering(moves(*hops)) as base:
        fetch = fetcher(allow_hosts=["127.0.0.1"])
        with pytest.raises(TooManyRedirects):
            await fetch(f"{base}/0")
        await fetch.close()


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (303, False), (307, False)])
async def test_only_permanent_redirects_move_a_feed(status: int, moved: bool) -> None:
    async with answering(moves("/1", "/end", status=status)) as base:
        fetch = fetcher(allow_hosts=["127.0.0.1"])
        answer = await fetch(f"{base}/0")
        await fetch.close()
    assert answer.moved_to == (f"{base}/end" if moved else None)


async def test_validators_and_cookies_do_not_travel_to_another_origin() -> None:
    heads: list[bytes] = []

    async def note(head: bytes, writer: asyncio.StreamWriter) -> None:
        heads.append(head.lower())
        await sends(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")(head, writer)

    async with answering(note) as other, answering(moves(f"{other}/")) as base:
        fetch = fetcher(allow_hosts=["127.0.0.1"])
        await fetch(f"{base}/0", validators=Validators(etag='"mine"', last_modified="then"))
        await fetch.close()
    for name in (b"if-none-match", b"if-modified-since", b"referer", b"cookie", b"authorization"):
        assert name not in heads[0]
