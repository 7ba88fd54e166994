"""The project's shared list of attacks on what is read and shown, where it lies beside the project: each row is driven
through the real code and held to what must happen. What concerns fetching is in `test_attacks_fetch_shared.py`."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from attack_drivers import (
    admitted,
    holds_archive,
    holds_charset,
    holds_discord,
    holds_feed,
    holds_hidden,
    holds_import,
    holds_slack,
    holds_unicode,
)
from chat_world import HERE, THERE, Newsroom, newsroom, words
from llm_house import ENGLISH, whole, written
from loopback import serving
from poll_house import Site, world_of
from store_samples import NOW
from test_attacks_fetch_shared import KINDS as FETCHING
from test_attacks_fetch_shared import LIST
from test_llm import obedient
from test_web_inert import wrong_with
from web_stand import archive

from bot.lookups import Quotas
from bot.poll import Polled, poll
from bot.store import open_store
from bot.telemetry import event, set_up_logging
from bot.terminal import finding_form
from bot.web import SAFETY
from bot.world import World
from digests.errors import BadUrl, StoreError
from digests.model import Feed
from digests.ports import Finding

READING = {
    "archive-xss",
    "authz",
    "charset",
    "discord-inject",
    "discord-sig",
    "feed-semantics",
    "import-export",
    "llm-inject",
    "secrets-logs",
    "slack-inject",
    "slack-sig",
    "unicode",
    "xml-parser",
}
GROWTH = 32 * 1024


def attacks(kind: str) -> list[Any]:
    if not LIST.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the shared list of attacks is not beside us"))]
    rows = [json.loads(row) for row in LIST.read_text().splitlines()]
    return [pytest.param(row, id=row["id"]) for row in rows if row["kind"] == kind]


@pytest.mark.skipif(not LIST.exists(), reason="the shared list of attacks is not beside us")
def test_no_row_is_left_out() -> None:
    kinds = {json.loads(row)["kind"] for row in LIST.read_text().splitlines()}
    assert kinds <= READING | FETCHING, "a kind nobody asserts"


# --- feeds, through the real poller -----------------------------------------------------------------------------------


class Sent(Site):
    """A site that also answers bytes."""

    body = b""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path == "/hostile":
            self.asked.append(request.path)
            return web.Response(body=self.body, content_type="application/xml")
        return await super().handle(request)


def grown() -> int:
    """KiB this process has held at most since `forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])


def forget_peak() -> int:
    Path("/proc/self/clear_refs").write_text("5")
    return grown()


@dataclass
class Press:
    """A site, the world that polls it, and how many articles its honest feed has."""

    site: Sent
    world: World
    number: int = 0

    async def polled(self, path: str) -> Polled:
        (ended,) = await poll(self.world, urls=[self.site.base + path])
        return ended

    async def appears(self) -> Polled:
        self.number += 1
        self.site.feed("/honest", *(str(n) for n in range(1, self.number + 1)))
        self.site.page(str(self.number))
        return await self.polled("/honest")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def press(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Press]:
    site = Sent()
    async with serving(site.application()) as site.base, world_of(site, tmp_path_factory.mktemp("press")) as world:
        for path in ("/hostile", "/honest"):
            await world.store.add_feed(Feed(url=site.base + path, backfill=9, added=world.clock()))
        found = Press(site, world)
        await found.appears()
        yield found


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("row", attacks("xml-parser"))
async def test_a_hostile_feed_is_read_or_refused_and_costs_nobody_else(row: dict[str, Any], press: Press) -> None:
    press.site.body = (LIST.parent / row["input"]["file"]).read_bytes()
    before = forget_peak()
    ended = await press.polled("/hostile")
    assert grown() - before < GROWTH
    (health,) = [h for h in await press.world.store.feeds() if h.feed.url.endswith("/hostile")]
    assert ended.error == (health.state.last_error if health.state.failures else None)
    assert (await press.appears()).new == 1
    found = await press.world.store.claim_undigested(press.world.clock(), lease=1, limit=99)
    secret = Path("/etc/hostname").read_text().strip()
    assert not [article for article in found if secret in f"{article.title}{article.text}"]
    assert {path for path in press.site.asked if not path[1:].isdecimal()} <= {"/hostile", "/honest", "/robots.txt"}


@pytest.mark.parametrize("row", attacks("feed-semantics"))
def test_odd_feeds_behave(row: dict[str, Any]) -> None:
    holds_feed(row["input"].encode())


@pytest.mark.parametrize("row", attacks("charset"))
def test_any_charset_ends_in_text(row: dict[str, Any]) -> None:
    holds_charset(row["input"])


# --- what is shown ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", attacks("discord-inject"))
def test_discord_shows_it_and_does_nothing(row: dict[str, Any]) -> None:
    holds_discord(row["input"])


@pytest.mark.parametrize("row", attacks("slack-inject"))
def test_slack_shows_it_and_does_nothing(row: dict[str, Any]) -> None:
    holds_slack(row["input"])


@pytest.mark.parametrize("row", attacks("unicode"))
def test_nothing_hides_and_nothing_reorders(row: dict[str, Any]) -> None:
    holds_unicode(row["input"])


@pytest.mark.parametrize("row", attacks("archive-xss"))
async def test_the_archive_shows_it_as_text(row: dict[str, Any], tmp_path: Path) -> None:
    text = row["input"]
    holds_archive(text)
    async with archive(tmp_path) as stand:
        answer = await stand.get(f"/search?q={quote(text.removeprefix('?q='))}")
    assert wrong_with(answer.text) == []
    assert {name: answer.headers.get(name.lower()) for name in SAFETY} == SAFETY
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("row", attacks("llm-inject"))
async def test_an_article_gives_no_orders(row: dict[str, Any], tmp_path: Path) -> None:
    text = row["input"]
    holds_hidden(text)
    store = await open_store(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    try:
        attacked = replace(ENGLISH, text=f"{ENGLISH.text}\n\n{text[:20_000]}", id="attacked")
        made, stand = await written(store, obedient, article=attacked)
    finally:
        await store.close()
    assert whole(made)
    for asked in stand.asked:
        assert [turn["role"] for turn in asked["turns"]][:2] == ["system", "user"]
        assert len(json.dumps(asked["question"])) < 60_000
        assert set(asked["question"]) <= {"write_in", "write_parts", "title", "article", "sources"}
    printed = json.dumps([repr(made.lead), repr(made.sections), repr(made.conclusion)])
    assert not any(word in printed for word in ("burned down", "resigned", "evil.example/"))


# --- what comes in and what goes out ------------------------------------------------------------------------------


@pytest.mark.parametrize("row", attacks("import-export"))
def test_a_list_of_feeds_is_read_within_limits(row: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    holds_import(row["input"], tmp_path / "inside")


@pytest.mark.parametrize("row", attacks("import-export"))
async def test_words_of_a_list_are_only_words_to_the_database_and_to_http(row: dict[str, Any], tmp_path: Path) -> None:
    value = next(iter(row["input"].values()))
    async with archive(tmp_path) as stand:
        await stand.holds("a", feed=Feed(url="https://news.example.jp/f", title=value, added=NOW))
        await stand.store.search(value, limit=5)
        answers = [await stand.get(path) for path in ("/feeds", "/", "/feed.atom", f"/search?q={quote(value)}")]
        assert [answer.status for answer in answers] == [200] * 4
        assert len(await stand.store.feeds()) == 1
    assert not any("set-cookie" in answer.headers or "content-disposition" in answer.headers for answer in answers)


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("row", attacks("secrets-logs"))
def test_no_log_error_or_finding_has_it(row: dict[str, Any], form: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = row["input"]
    secrets = [part for part in ("pa55", "fake", "SECRET", "XXXX", "aW50ZXJhY3Rpb24", "u:pw") if part in text]
    assert secrets
    set_up_logging("debug", "json" if form == "json" else "text", ())
    log = logging.getLogger("chokan.test")
    event(log, "feed.polled", feed=text, error=text)
    errors = (BadUrl(text, "odd"), StoreError(f"{text} cannot be reached"))
    for error in errors:
        log.error("failed %s", error, exc_info=error)
    finding = finding_form(Finding(subject=text, ok=False, text=text, fix=text))
    said = capsys.readouterr().err + "".join(map(str, errors)) + json.dumps(finding)
    assert [secret for secret in secrets if secret in said] == []


@pytest.mark.parametrize("row", attacks("slack-sig"))
def test_only_what_slack_signed_comes_in_and_only_once(row: dict[str, Any]) -> None:
    assert admitted(row["input"]) == [row["must"].startswith("accept"), False]


@pytest.mark.parametrize("row", attacks("discord-sig"))
async def test_discord_has_no_door_to_knock_at(row: dict[str, Any], tmp_path: Path) -> None:
    """Interactions come over the gateway that we opened; whatever is posted to us, signed or not, runs nothing. (That
    one interaction is answered once: `test_chat_discord_commands.py`.)"""
    told = row["input"]
    headers = {"X-Signature-Timestamp": told["timestamp"] or "", "X-Signature-Ed25519": told["signature"] or ""}
    async with archive(tmp_path) as stand, aiohttp.ClientSession() as session:
        for path in ("/", "/interactions", "/discord", "/discord/interactions", "/api/interactions", "/slack/events"):
            async with session.post(stand.url + path, data=told["body"], headers=headers) as answer:
                assert answer.status in (401, 404, 405)


# --- who may what -------------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def room(tmp_path: Path) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path, feeds=False, quotas=Quotas(subscriptions=3, lookups=40)) as found:
        found.stand.publish(1)
        yield found


@pytest.mark.parametrize("row", attacks("authz"))
async def test_another_tenants_things_are_not_there(row: dict[str, Any], room: Newsroom) -> None:
    told = row["input"]
    if "quota" in told:
        said = [
            words((await room.ask("subscribe", url=room.stand.sites[n % 4].feed_url, at=f"{n}:00")).message)
            for n in range(6)
        ]
        assert len(await room.world.store.subscriptions()) == 3
        assert len(set(said[3:])) == 1
        return
    await room.ask("subscribe", HERE, url=room.stand.sites[0].feed_url)
    (order,) = await room.world.store.subscriptions()
    await room.world.shelf.refresh(room.world.store)
    if "cmd" in told:
        for command in ("remove", "pause", "resume", "send-now", "edit"):
            theirs = words((await room.ask(command, THERE, subscription=order.id, length="full")).message)
            nobodys = words((await room.ask(command, THERE, subscription="nobodys", length="full")).message)
            assert theirs.replace(order.id, "nobodys") == nobodys
        assert await room.world.store.subscriptions() == (order,)
        return
    for command, option in (("latest", "feed"), ("remove", "subscription"), ("article", "url"), ("search", "words")):
        assert await room.answers.suggest(command, option, "", "en", THERE) == ()
        assert command in ("article", "search") or await room.answers.suggest(command, option, "", "en", HERE)
