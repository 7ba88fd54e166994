"""Hubs that tell of changes (WebSub): asked where one is named and we can be reached, believed as far as they sign.

The ids are those of the shared list of polite manners; see `test_polite`.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, web
from loopback import serving
from polite_cases import COVERED
from polite_stand import DAY, HOUR, START, Beat, beat, rss

from bot.web_hub import BODY_LIMIT, HubDoor
from bot.websub import ask_hubs
from digests.hubs import HubSubscription, is_signed

COVERED.update(f"websub-{number}" for number in range(64, 71))


@dataclass
class Hub:
    """A real hub on loopback: keeps what it was asked, confirms when told to; and our own door for it to call."""

    here: Beat
    base: str = ""
    door: str = ""
    status: int = 202
    wishes: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        self.wishes.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=self.status)

    @property
    def callback(self) -> str:
        return self.wishes[-1]["hub.callback"]

    async def ask(self) -> int:
        return await ask_hubs(self.here.world, self.door)

    async def confirms(self, *, mode: str = "subscribe", topic: str = "", lease: str = "864000") -> tuple[int, str]:
        """What our door answers to the hub's question."""
        said = {"hub.mode": mode, "hub.topic": topic or self.wishes[-1]["hub.topic"], "hub.challenge": "c-4711"}
        async with (
            ClientSession() as client,
            client.get(self.callback, params=said | {"hub.lease_seconds": lease}) as got,
        ):
            return got.status, await got.text()

    async def calls(self, body: bytes = b"<rss/>", *, secret: str = "", method: str = "sha256") -> int:
        key = (secret or self.wishes[-1]["hub.secret"]).encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}"}
        async with ClientSession() as client, client.post(self.callback, data=body, headers=headers) as got:
            return got.status

    async def stored(self) -> HubSubscription:
        found = await self.here.world.store.hub(self.callback.rsplit("/", 1)[1])
        assert found is not None
        return found


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A feed that names a hub, polled once; the hub not asked yet."""
    async with beat(tmp_path, sites=2) as here:
        made = Hub(here)
        here.others[0].answers["/hub"] = made.take
        made.base = f"{here.others[0].base}/hub"
        app = web.Application(client_max_size=1024)
        HubDoor(here.world.store, here.wall).open(app)
        async with serving(app) as door:
            made.door = door
            named = (
                f"<atom:link rel='hub' href='{made.base}'/><atom:link rel='self' href='{here.site.base}/feed?self'/>"
            )
            here.site.says("/feed", 200, rss(here.site.base, START, (1, 25, 49), named), ETag='"v"')
            await here.add(f"{here.site.base}/feed")
            await here.polled()
            yield made


async def test_a_hub_is_asked_with_a_long_secret_and_renewed_before_its_lease_ends(hub: Hub) -> None:
    """websub-64"""
    assert await hub.ask() == 1
    (wish,) = hub.wishes
    assert (wish["hub.mode"], wish["hub.topic"]) == ("subscribe", f"{hub.here.site.base}/feed?self")
    assert len(bytes.fromhex(wish["hub.secret"])) * 8 >= 128
    assert await hub.confirms(lease="100000") == (200, "c-4711")
    assert (await hub.stored()).state == "live"
    hub.here.wall.wait(timedelta(seconds=79_000))
    assert await hub.ask() == 0
    hub.here.wall.wait(timedelta(seconds=1_500))
    assert await hub.ask() == 1
    assert hub.wishes[1] == hub.wishes[0]


async def test_a_hub_that_fails_is_asked_later_and_later(hub: Hub) -> None:
    """websub-64: and one that took the wish but never confirmed it is asked again."""
    hub.status = 500
    asked = []
    for _ in range(12):
        asked.append(await hub.ask())
        hub.here.wall.wait(timedelta(minutes=30))
    assert 2 <= sum(asked) <= 5
    hub.status = 202
    hub.here.wall.wait(DAY)
    assert [await hub.ask() for _ in range(2)] == [1, 0]
    hub.here.wall.wait(2 * HOUR)
    assert await hub.ask() == 1


async def test_nobody_is_asked_where_no_hub_is_named(tmp_path: Path) -> None:
    """websub-64"""
    async with beat(tmp_path) as here:
        await here.add(here.site.feed())
        await here.polled()
        assert await ask_hubs(here.world, "https://chokan.example") == 0


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
async def test_what_we_did_not_ask_for_is_not_confirmed(mode: str, hub: Hub) -> None:
    """websub-65, websub-66"""
    await hub.ask()
    wrong = await hub.confirms(mode=mode, topic="https://other.example/feed")
    unasked = await hub.confirms(mode="unsubscribe")
    hub.wishes[-1]["hub.callback"] += "x"
    unknown = await hub.confirms(mode=mode)
    assert [wrong[0], unasked[0], unknown[0]] == [404, 404, 404]


async def test_a_denied_wish_is_not_repeated_for_a_week(hub: Hub) -> None:
    """websub-64"""
    await hub.ask()
    assert (await hub.confirms(mode="denied"))[0] == 200
    hub.here.wall.wait(6 * DAY)
    assert await hub.ask() == 0
    hub.here.wall.wait(2 * DAY)
    assert await hub.ask() == 1


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha512"])
async def test_a_signed_call_makes_the_feed_be_looked_at_early(method: str, hub: Hub) -> None:
    """websub-67: what the call carries is not read."""
    await hub.ask()
    await hub.confirms()
    before = len(hub.here.site.of("/feed"))
    hub.here.wall.wait(timedelta(minutes=6))
    assert await hub.calls(method=method) == 202
    assert len(await hub.here.polled()) == 1
    assert len(hub.here.site.of("/feed")) == before + 1


async def test_a_call_with_another_signature_changes_nothing(hub: Hub) -> None:
    """websub-67"""
    await hub.ask()
    await hub.confirms()
    hub.here.wall.wait(timedelta(minutes=6))
    assert await hub.calls(secret="guessed") == 202
    assert await hub.here.polled() == []


async def test_a_hub_that_calls_all_the_time_makes_no_storm(hub: Hub) -> None:
    """websub-67"""
    await hub.ask()
    await hub.confirms()
    for _ in range(40):
        await hub.calls()
        await hub.here.polled()
        hub.here.wall.wait(timedelta(seconds=30))
    assert len(hub.here.site.of("/feed")) <= 1 + 20 / 5


async def test_a_huge_call_is_refused_unread(hub: Hub) -> None:
    """websub-68: said beforehand, and found out on the way."""
    await hub.ask()
    assert await hub.calls(b"x" * (BODY_LIMIT + 1)) == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(12):
            yield b"x" * (BODY_LIMIT // 10)

    async with ClientSession() as client, client.post(hub.callback, data=pieces()) as got:
        assert got.status == 413


async def test_only_what_the_feed_itself_shows_becomes_an_article(hub: Hub) -> None:
    """websub-69"""
    await hub.ask()
    await hub.confirms()
    hub.here.wall.wait(timedelta(minutes=6))
    forged = rss("https://evil.example", START, (0.1,)).encode()
    assert await hub.calls(forged) == 202
    (polled,) = await hub.here.polled()
    assert (polled.new, await hub.here.world.store.claim_undigested(hub.here.wall.now, lease=1, limit=9)) == (0, ())


async def test_polling_goes_on_beside_a_silent_hub(hub: Hub) -> None:
    """websub-70"""
    await hub.ask()
    await hub.confirms()
    before = len(hub.here.site.of("/feed"))
    await hub.here.through(DAY, HOUR)
    assert 2 <= len(hub.here.site.of("/feed")) - before <= 24


@pytest.mark.parametrize("header", ["", "sha256", "sha256=", "md5=00", "sha256=zz", "=", "sha256=é"])
def test_a_signature_that_is_none_is_refused(header: str) -> None:
    assert not is_signed("secret", header, b"body")
