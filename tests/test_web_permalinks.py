"""Editions and digests in the chats lead to their pages in the archive, once readers can reach it; and only those who
read the channel of a private subscription get the address that opens its editions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aiohttp import ClientSession
from builders import CATALOGS, hit
from chat_world import Newsroom, newsroom, words
from discord_stand import TEXT
from discord_stand import stand as discord_standing
from loopback import serving
from slack_stand import SlackStand
from store_samples import NOW, subscription

from bot.app_web import permalinks_of
from bot.delivery import deliver
from bot.jobs import publish_slot
from bot.metrics import Metrics
from bot.web import application
from bot.web_access import Addresses, Pulse, Site, token_of
from config.catalogs import templates
from config.settings import load_settings
from digests.edition import edition_of, slot_now
from digests.layout import edition_sheets
from digests.message import Part
from digests.model import Destination, Edition, Subscription
from digests.ports import Limits
from digests.printed import plain
from digests.urls import web_url

BASE = "https://chokan.example.jp"
WEB = f'\n[web]\npublic_url = "{BASE}/"\n'
SECRET = "w" * 24
KNOWN = Addresses(base=BASE, secret=SECRET)


async def posted(room: Newsroom, to: Destination, **more: object) -> tuple[Subscription, Edition]:
    """One morning's edition, delivered."""
    await room.collect(1)
    order = Subscription(id="m", destination=to, layout="inline", language="en", created=NOW, **more)  # type: ignore[arg-type]
    await room.world.store.save_subscription(order)
    edition = await publish_slot(room.world, order, slot_now(order, room.world.clock()))
    assert edition is not None
    await deliver(room.world)
    return order, edition


def linked(sent: object) -> list[str]:
    """Addresses of the archive in a body, in order, each once."""
    text = json.dumps(sent)
    found = [piece.split(")")[0].split('"')[0].split("|")[0] for piece in text.split(BASE)[1:]]
    return [BASE + path for path in dict.fromkeys(found)]


async def test_discord_messages_lead_to_the_archive_and_open_there(tmp_path: Path) -> None:
    async with (
        discord_standing() as discord,
        newsroom(tmp_path, api_url=discord.url, config=WEB, environment={"WEB_TOKEN": SECRET}) as room,
    ):
        order, edition = await posted(room, Destination(platform="discord", channel=str(TEXT)))
        overview, *digests = [body["components"] for body in discord.posted]
        private = f"{BASE}/e/{edition.id}?token={token_of(SECRET, order.id)}"
        assert linked(overview) == [private]
        assert sorted(link for one in digests for link in linked(one)) == pages_of(edition)
        (small,) = [c["content"] for c in overview if BASE in c.get("content", "")]
        assert small.endswith(f"-# That is all for this morning. · [Read it in the archive]({private})")
        await opens(room, {private: 200, private.partition("?")[0]: 404, pages_of(edition)[0]: 200})
        for verb in ("open", "more"):
            reply = await room.press(verb, edition.articles[0])
            assert f"{BASE}/d/{edition.articles[0]}" in words(reply.message)


async def opens(room: Newsroom, expected: dict[str, int]) -> None:
    site = Site(base=BASE, public=True, secret=SECRET)
    app = application(room.world.store, site, room.world.catalogs, templates(), Metrics(), Pulse())
    async with serving(app) as url, ClientSession() as session:
        for link, status in expected.items():
            async with session.get(url + link.removeprefix(BASE)) as page:
                assert page.status == status, link


async def test_slack_messages_lead_to_the_archive(tmp_path: Path) -> None:
    async with SlackStand() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_API_URL": slack.api_url}
        async with newsroom(tmp_path, config=WEB, environment=tokens) as room:
            _, edition = await posted(room, Destination(platform="slack", channel="C1"), public=True)
        overview, *digests = [body["blocks"] for body in slack.called("chat.postMessage")]
        assert linked(overview) == [f"{BASE}/e/{edition.id}"]
        assert sorted(link for one in digests for link in linked(one)) == pages_of(edition)


def pages_of(edition: Edition) -> list[str]:
    return sorted(f"{BASE}/d/{article}" for article in edition.articles)


def test_without_a_public_address_no_message_leads_anywhere() -> None:
    order = subscription("m")
    edition = edition_of(order, slot_now(order, NOW), [hit(1)], NOW)
    sheets = [
        edition_sheets(edition, [hit(1)], order, CATALOGS, Limits(characters=9000, blocks=99), _cost, links)
        for links in (Addresses(secret=SECRET), None)
    ]
    assert [plain(sheet.message) for sheet in sheets[0]] == [plain(sheet.message) for sheet in sheets[1]]
    assert "archive" not in plain(sheets[0][0].message)


def _cost(part: Part) -> tuple[int, int]:
    return len(part.blocks), len(part.blocks)


@pytest.mark.parametrize(
    ("addresses", "public", "expected"),
    [
        (KNOWN, True, f"{BASE}/e/e1"),
        (KNOWN, False, f"{BASE}/e/e1?token={token_of(SECRET, 's1')}"),
        (Addresses(base=BASE), True, f"{BASE}/e/e1"),
        (Addresses(base=BASE), False, None),
        (Addresses(secret=SECRET), True, None),
    ],
)
def test_an_editions_address(addresses: Addresses, public: bool, expected: str | None) -> None:
    assert addresses.edition("e1", subscription("s1", public=public)) == expected
    assert expected is None or web_url(expected)


def test_an_address_of_the_settings_stands_without_its_last_slash(tmp_path: Path) -> None:
    file = tmp_path / "chokan.toml"
    file.write_text(WEB, encoding="utf-8")
    assert permalinks_of(load_settings({}, file)).digest("a b") == f"{BASE}/d/a%20b"
    file.write_text(f"{WEB}enabled = false\n", encoding="utf-8")
    assert permalinks_of(load_settings({}, file)).digest("a") is None
