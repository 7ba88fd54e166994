"""`chokan check` says of the machine what is wrong and what to do: its clock, its time zones, its disk, in the
reader's language."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builders import CATALOGS, subscription
from databases import BACKENDS, database
from delivery_scene import staged
from discord_samples import Desk
from discord_stand import TOKEN, stand
from store_samples import FEED, NOW, state

from bot.chat_discord import DiscordChat
from bot.cli_base import terminal_language
from bot.clocks import Clocks
from bot.doctor import findings
from bot.doctor_machine import LOW_DISK, clock_finding, disk_findings, rules_in_use, zone_findings
from bot.store import open_store
from digests.errors import StoreError
from digests.polling import clock_ahead, next_state
from digests.ports import Finding, Response
from digests.store import FeedHealth

ENGLISH, JAPANESE = CATALOGS.of("en"), CATALOGS.of("ja")
DATE = "Mon, 05 Jan 2026 00:00:00 GMT"
THEN = datetime(2026, 1, 5, tzinfo=UTC)


def polled(*ahead: float | None) -> list[FeedHealth]:
    return [FeedHealth(feed=FEED, state=replace(state(), ahead=one), articles=0) for one in ahead]


# --- the clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds", "ahead"),
    [
        ({"date": DATE}, 0, 0.0),
        ({"date": DATE}, 90, 90.0),
        ({"date": DATE}, -7200, -7200.0),
        ({"date": DATE, "age": "600"}, 600, 0.0),
        ({"date": DATE, "age": "a while"}, 600, None),
        ({"date": "this morning"}, 0, None),
        ({}, 0, None),
    ],
)
def test_a_server_tells_the_time_of_its_answer_and_a_cache_how_old_its_copy_is(
    headers: Mapping[str, str], seconds: float, ahead: float | None
) -> None:
    assert clock_ahead(headers, THEN + timedelta(seconds=seconds)) == ahead


def test_a_poll_remembers_how_far_the_clocks_are_apart() -> None:
    answer = Response(url=FEED.url, status=304, headers={}, ahead=75.0)
    assert next_state(state(), answer, None, NOW).ahead == 75.0
    assert next_state(replace(state(), ahead=75.0), replace(answer, ahead=None), None, NOW).ahead is None


@pytest.mark.parametrize(
    ("platforms", "feeds", "ok", "said"),
    [
        ({}, [0.4, -1.0], True, "right"),
        ({}, [59.0], True, "compared with 1 site(s)"),
        ({}, [3.0, -2.0, 86_400.0], True, "right"),
        ({}, [90.0, 95.0], False, "2 min ahead"),
        ({}, [-7200.0], False, "2 hours behind"),
        ({}, [4 * 86_400.0], False, "4 days ahead"),
        ({"slack": 0.3}, [900.0], True, "compared with slack"),
        ({"discord": 300.0}, [0.0], False, "5 min ahead of discord"),
    ],
)
def test_the_clock_is_compared_with_those_that_answered(
    platforms: Mapping[str, float], feeds: list[float], ok: bool, said: str
) -> None:
    found = clock_finding(platforms, polled(*feeds), NOW, ENGLISH)
    assert (found.ok, found.warning, said in found.text) == (ok, False, True), found.text
    assert ok or "timedatectl" in found.fix


@pytest.mark.parametrize("feeds", [[], polled(None)])
def test_a_clock_that_cannot_be_compared_is_not_called_right(feeds: list[FeedHealth]) -> None:
    found = clock_finding({}, feeds, NOW, ENGLISH)
    assert (found.ok, found.warning, "right" in found.text) == (True, True, False)


def test_what_a_feed_said_of_the_time_days_ago_counts_no_more() -> None:
    assert clock_finding({}, polled(900.0), NOW + timedelta(days=3), ENGLISH).ok


async def test_a_platforms_answers_tell_the_time_without_being_asked_for_it() -> None:
    clocks = Clocks(lambda: datetime.now(UTC) + timedelta(hours=1))
    async with stand() as server:
        chat = DiscordChat(token=TOKEN, answers=Desk(), catalogs=CATALOGS, api_url=server.url, clocks=clocks)
        await chat.check([])
        await chat.close()
    assert clocks.ahead == {"discord": pytest.approx(3600, abs=30)}


# --- time zones -------------------------------------------------------------------------------------------------------


def test_the_rules_in_use_have_a_version() -> None:
    version, where = rules_in_use()
    assert re.fullmatch(r"20\d\d[a-z]", version), (version, where)


def test_old_rules_are_a_warning_with_what_to_do() -> None:
    year = int(rules_in_use()[0][:4])
    (fresh,) = zone_findings((), "UTC", datetime(year + 1, 12, 31, tzinfo=UTC), ENGLISH)
    (old,) = zone_findings((), "UTC", datetime(year + 2, 1, 1, tzinfo=UTC), ENGLISH)
    assert [(one.ok, one.warning) for one in (fresh, old)] == [(True, False), (True, True)]
    assert "tzdata" in old.fix


def test_a_zone_nobody_knows_is_named_with_whose_it_is() -> None:
    orders = (subscription(id="night", zone="Mars/Olympus"), subscription(id="morning", zone="Asia/Tokyo"))
    (_, wrong) = zone_findings(orders, "UTC", NOW, ENGLISH)
    assert (wrong.ok, "Mars/Olympus" in wrong.text, "night" in wrong.text) == (False, True, True)


# --- disk and database ------------------------------------------------------------------------------------------------


def test_the_disk_of_the_database_is_looked_at(tmp_path: Path) -> None:
    (found,) = disk_findings(tmp_path, 5 << 20, ENGLISH)
    assert (found.ok, str(tmp_path) in found.text, "takes 5.0 MiB" in found.text) == (True, True, True)


def test_a_disk_without_room_for_a_backup_is_a_warning(tmp_path: Path) -> None:
    (found,) = disk_findings(tmp_path, 1 << 60, ENGLISH)
    assert (found.ok, found.warning, "backup" in found.text) == (True, True, True)
    assert LOW_DISK < 1 << 60


def test_a_database_on_a_server_has_its_disk_elsewhere() -> None:
    (found,) = disk_findings(None, 5 << 20, ENGLISH)
    assert (found.ok, "on a server" in found.text) == (True, True)


@pytest.mark.parametrize("backend", BACKENDS)
async def test_trying_to_write_changes_nothing(backend: str, tmp_path: Path) -> None:
    async with database(backend, tmp_path) as url:
        store = await open_store(url)
        await store.add_feed(FEED)
        before = await store.feeds()
        await store.try_writing()
        assert await store.feeds() == before
        await store.close()


async def test_a_database_that_takes_no_writing_is_found_out(tmp_path: Path) -> None:
    async with database("sqlite", tmp_path) as url:
        store, other = await open_store(url, patience=0.2), sqlite3.connect(tmp_path / "chokan.db")
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another process"):
            await store.try_writing()
        other.close()
        await store.try_writing()
        await store.close()


# --- languages --------------------------------------------------------------------------------------------------------


async def test_every_line_is_in_the_readers_language(tmp_path: Path) -> None:
    async with staged(tmp_path) as (world, _, _):
        await world.store.add_feed(FEED)
        failed = replace(state(), failures=3, last_error="https://broken.example/f: cannot connect to the server")
        await world.store.save_poll(FEED.url, failed, now=NOW)
        found = [one async for one in findings(world, JAPANESE, folder=tmp_path, zone="Mars/Olympus")]
    kana = re.compile(r"[ぁ-んァ-ヶ]")
    assert len(found) > 5
    assert [one for one in found if "cannot connect" in one.text] == []
    assert [one for one in found if not kana.search(one.text)] == []
    assert [one for one in found if _is_told(one) and not kana.search(one.fix)] == []


def _is_told(finding: Finding) -> bool:
    return not finding.ok or (finding.warning and not finding.fix.startswith("chokan "))


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8", "LC_MESSAGES": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": ""}, "en"),
        ({}, "en"),
    ],
)
def test_a_terminal_speaks_the_language_it_is_set_to(environment: Mapping[str, str], language: str) -> None:
    assert terminal_language(environment) == language
