"""Clocks that jump, sleep, shift and lie: every slot once, by the wall clock of its zone, whatever happens to time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from builders import CATALOGS, article, digest, subscription
from databases import BACKENDS, database
from rich.console import Console

from bot.app import PUBLISH_EVERY, publish_and_deliver
from bot.chat_console import ConsoleChat
from bot.delivery import deliver
from bot.fetch import Fetcher
from bot.jobs import publish
from bot.links import Links
from bot.store import open_store
from bot.workers import Workers
from bot.world import World
from config.settings import SettingsError, load_settings
from digests.edition import due_slot, slot_instant
from digests.feeds import parse_feed
from digests.message import Message
from digests.model import Destination, Edition, Feed, Slot, Subscription
from digests.outbox import Posted

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "delivery_cases.json"
CASES = {
    **dict.fromkeys((f"clock-0{number}" for number in range(1, 9)), "test_a_gap_is_served_at_its_end_and_a_fold_once"),
    "clock-09": "test_a_day_the_zone_skips_is_skipped_and_its_neighbours_are_not",
    "clock-10": "test_a_year_in_tokyo_has_an_edition_every_day_at_seven",
    "clock-11": "test_a_zone_rule_that_changes_after_the_edition_was_made_makes_no_second",
    "clock-12": "test_a_zone_that_is_none_is_refused_and_never_utc",
    "clock-13": "test_a_zone_that_was_renamed_still_works",
    "clock-14": "test_a_clock_set_back_two_hours_after_the_edition_sends_no_second",
    "clock-15": "test_a_clock_set_three_hours_ahead_sends_the_missed_edition_once",
    "clock-16": "test_nine_hours_asleep_make_one_late_edition",
    "clock-17": "test_an_alarm_rings_by_the_wall_within_a_minute_of_waking",
    "clock-18": "test_a_leap_second_in_a_feed_is_a_date_or_none",
    "clock-19": "test_the_29th_of_february_has_its_edition",
    "clock-20": "test_three_days_down_make_one_edition_not_three",
    "clock-21": "test_an_order_made_a_second_before_its_hour_is_served_today_and_once",
    "clock-22": "test_an_hour_moved_forward_past_now_is_served_at_once_and_not_twice",
    "clock-23": "test_many_orders_of_one_hour_are_served_in_turn_each_once",
    "clock-24": "test_weekdays_are_those_of_the_zone",
}
"""The clock cases of the shared list and the test of each."""
CATCH_UP = timedelta(hours=12)
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def served(order: Subscription, start: datetime, hours: int, step: timedelta = timedelta(minutes=15)) -> list[Slot]:
    """Every slot served while the clock runs from `start`, looked at every `step`."""
    last, found, now = None, [], start
    while now < start + hours * HOUR:
        slot = due_slot(order, now, last, CATCH_UP)
        if slot:
            last = slot
            found.append(slot)
        now += step
    return found


def test_every_case_has_its_test() -> None:
    assert set(CASES.values()) - set(globals()) == set()
    if not SHARED.exists():
        pytest.skip("the project's shared list of delivery cases is not here")
    shared = {row["id"] for row in json.loads(SHARED.read_text(encoding="utf-8"))}
    assert {name for name in shared if name.startswith("clock-")} - set(CASES) == set()


# --- zones ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "at", "day", "instant"),
    [
        ("Europe/Berlin", time(2, 30), date(2026, 3, 29), utc(2026, 3, 29, 1, 0)),
        ("Europe/Berlin", time(2, 30), date(2026, 10, 25), utc(2026, 10, 25, 0, 30)),
        ("America/New_York", time(1, 30), date(2026, 11, 1), utc(2026, 11, 1, 5, 30)),
        ("Africa/Cairo", time(0, 0), date(2026, 4, 24), utc(2026, 4, 23, 22, 0)),
        ("Asia/Beirut", time(0, 0), date(2026, 3, 29), utc(2026, 3, 28, 22, 0)),
        ("America/Santiago", time(0, 0), date(2026, 9, 6), utc(2026, 9, 6, 4, 0)),
        ("America/Havana", time(0, 30), date(2026, 3, 8), utc(2026, 3, 8, 5, 0)),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4), utc(2026, 10, 3, 15, 30)),
        ("Australia/Lord_Howe", time(1, 45), date(2026, 4, 5), utc(2026, 4, 4, 14, 45)),
    ],
)
def test_a_gap_is_served_at_its_end_and_a_fold_once(zone: str, at: time, day: date, instant: datetime) -> None:
    order = subscription(zone=zone, at=at, created=None)
    slots = [slot for slot in served(order, instant - 30 * HOUR, 60) if slot.day == day]
    assert [slot.at for slot in slots] == [instant]


def test_a_day_the_zone_skips_is_skipped_and_its_neighbours_are_not() -> None:
    order = subscription(zone="Pacific/Apia", created=None)
    days = [slot.day for slot in served(order, utc(2011, 12, 28), 24 * 5)]
    assert days.count(date(2011, 12, 30)) == 0
    assert {date(2011, 12, 29), date(2011, 12, 31)} <= set(days)
    assert len(days) == len(set(days))


def test_a_year_in_tokyo_has_an_edition_every_day_at_seven() -> None:
    order = subscription(created=None)
    slots = served(order, utc(2025, 12, 31, 12), 24 * 365, HOUR)
    assert [slot.day for slot in slots] == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert {slot.at.time() for slot in slots} == {time(22, 0)}


def test_a_zone_rule_that_changes_after_the_edition_was_made_makes_no_second() -> None:
    order = subscription(zone="Asia/Tokyo", created=None)
    (slot,) = served(order, utc(2026, 2, 13, 22), 1)
    moved = replace(order, zone="Asia/Vladivostok")  # the same day and hour, at another instant
    assert due_slot(moved, slot.at + 3 * HOUR, slot, CATCH_UP) is None


@pytest.mark.parametrize("zone", ["Asia/Tokio", "JST", "UTC+9", "+0900", ""])
def test_a_zone_that_is_none_is_refused_and_never_utc(zone: str, tmp_path: Path) -> None:
    file = tmp_path / "chokan.toml"
    file.write_text(f'[[subscriptions]]\nid = "m"\ndestination = "console"\nzone = "{zone}"\n')
    with pytest.raises(SettingsError, match="not a time zone; write one such as Asia/Tokyo"):
        load_settings({}, file)


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Kiev", utc(2026, 2, 14, 5)),
        ("Europe/Kyiv", utc(2026, 2, 14, 5)),
        ("Asia/Calcutta", utc(2026, 2, 14, 1, 30)),
        ("US/Pacific", utc(2026, 2, 14, 15)),
    ],
)
def test_a_zone_that_was_renamed_still_works(zone: str, instant: datetime) -> None:
    assert slot_instant(date(2026, 2, 14), time(7), zone) == instant


def test_the_29th_of_february_has_its_edition() -> None:
    order = subscription(created=None, weekdays=frozenset({1}))
    assert [slot.day for slot in served(order, utc(2028, 2, 28), 48)] == [date(2028, 2, 29)]


def test_weekdays_are_those_of_the_zone() -> None:
    kiritimati = subscription(zone="Pacific/Kiritimati", weekdays=frozenset({0}), created=None)  # 14 hours ahead
    (slot,) = served(kiritimati, utc(2026, 2, 15), 48)
    assert (slot.day, slot.at) == (date(2026, 2, 16), utc(2026, 2, 15, 17))


# --- orders that change ---------------------------------------------------------------------------------------------


def test_an_order_made_a_second_before_its_hour_is_served_today_and_once() -> None:
    made = utc(2026, 2, 13, 21, 59, 59)
    days = [slot.day for slot in served(subscription(created=made), made, 30, timedelta(seconds=60))]
    assert days == [date(2026, 2, 14), date(2026, 2, 15)]


def test_an_hour_moved_forward_past_now_is_served_at_once_and_not_twice() -> None:
    order = subscription(at=time(8), zone="UTC", created=None)
    (yesterday,) = served(order, utc(2026, 2, 13, 8), 1)
    earlier = replace(order, at=time(7))
    now = utc(2026, 2, 14, 7, 30)
    slot = due_slot(earlier, now, yesterday, CATCH_UP)
    assert slot is not None
    assert (slot.day, slot.late) == (date(2026, 2, 14), True)
    assert due_slot(order, utc(2026, 2, 14, 8), slot, CATCH_UP) is None


# --- the real jobs under a clock that is set ------------------------------------------------------------------------


class Taken(ConsoleChat):
    """A console that keeps what it was given instead of printing it."""

    def __init__(self) -> None:
        super().__init__(Console(quiet=True))
        self.keys: list[str] = []
        self.posted: list[tuple[str, int]] = []

    async def post(self, destination: Destination, message: Message, *, key: str, **more: Any) -> Posted:
        self.posted.append((destination.channel, sum(place == destination.channel for place, _ in self.posted)))
        self.keys.append(key)
        return Posted(ref=key)


@dataclass
class Wall:
    """A clock on the wall: it shows what it is set to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=BACKENDS)
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    wall = Wall(utc(2026, 2, 13, 21))
    async with database(request.param, tmp_path) as url:
        store, fetch = await open_store(url), Fetcher(user_agent="Chokan/test (+https://example.org)")
        yield World(
            store=store,
            fetch=fetch,
            reading=Workers(),
            thinking=Workers(),
            chats={"console": ConsoleChat(Console(quiet=True))},
            catalogs=CATALOGS,
            links=Links(store),
            clock=wall,
        )
        await fetch.close()
        await store.close()


async def ordered(world: World, **changes: object) -> None:
    """One subscription for the console, and one article that came in the evening."""
    order = subscription(destination=Destination(platform="console"), **changes)
    await world.store.save_subscription(order)
    one = article(first_seen=world.clock(), published=world.clock())
    assert one.feed is not None
    await world.store.add_feed(Feed(url=one.feed, added=world.clock()))
    (health,) = await world.store.claim_due_feeds(world.clock(), lease=1, limit=9)
    await world.store.save_poll(one.feed, replace(health.state, stopped=True), now=world.clock(), articles=[one])
    await world.store.save_digest(one.id, digest(), vector=b"", now=world.clock())


async def at(world: World, *instants: datetime) -> list[Edition]:
    """The editions made while the clock shows these, one after the other."""
    made: list[Edition] = []
    assert isinstance(world.clock, Wall)
    for instant in instants:
        world.clock.now = instant
        made += await publish(world)
        await deliver(world)
    return made


def told(editions: Sequence[Edition]) -> list[tuple[date, str]]:
    return [(edition.slot.day, edition.state) for edition in editions]


async def test_a_clock_set_back_two_hours_after_the_edition_sends_no_second(world: World) -> None:
    await ordered(world)
    seven = utc(2026, 2, 13, 22)
    back = [seven - 2 * HOUR + timedelta(minutes=n) for n in range(0, 150, 5)]
    assert told(await at(world, seven + timedelta(seconds=30), *back)) == [(date(2026, 2, 14), "full")]
    assert (await world.store.pending_deliveries())["ready"] == 0


async def test_a_clock_set_three_hours_ahead_sends_the_missed_edition_once(world: World) -> None:
    await ordered(world)
    made = await at(world, utc(2026, 2, 13, 21, 59), utc(2026, 2, 14, 0, 59), utc(2026, 2, 14, 1, 0))
    assert told(made) == [(date(2026, 2, 14), "late")]


async def test_an_order_whose_zone_is_unknown_here_holds_up_no_other(world: World) -> None:
    await ordered(world)
    await world.store.save_subscription(subscription(id="lost", zone="Mars/Olympus_Mons"))
    assert told(await at(world, utc(2026, 2, 13, 22))) == [(date(2026, 2, 14), "full")]


async def test_nine_hours_asleep_make_one_late_edition(world: World) -> None:
    await ordered(world)
    made = await at(world, utc(2026, 2, 13, 21, 59), *(utc(2026, 2, 14, 6, 59, second) for second in (0, 15, 30)))
    assert told(made) == [(date(2026, 2, 14), "late")]


async def test_three_days_down_make_one_edition_not_three(world: World) -> None:
    await ordered(world)
    first = await at(world, utc(2026, 2, 13, 22))
    after = await at(world, *(utc(2026, 2, 16, 23, minute) for minute in (0, 1, 2)))
    assert told([*first, *after]) == [(date(2026, 2, 14), "full"), (date(2026, 2, 17), "empty")]


async def test_longer_asleep_than_the_catch_up_lets_the_morning_go(world: World) -> None:
    await ordered(world)
    assert await at(world, utc(2026, 2, 14, 10, 1)) == []
    assert told(await at(world, utc(2026, 2, 14, 22))) == [(date(2026, 2, 15), "full")]


async def test_an_edition_waits_for_an_article_under_way_but_not_for_long(world: World) -> None:
    await ordered(world)
    late = article(2, first_seen=world.clock(), published=world.clock())
    assert late.feed is not None
    (health,) = await world.store.feeds()
    await world.store.save_poll(late.feed, health.state, now=world.clock(), articles=[late])
    seven = utc(2026, 2, 13, 22)
    assert await at(world, seven, seven + timedelta(minutes=9)) == []
    (made,) = await at(world, seven + timedelta(minutes=11))
    assert made.articles == ("a1",)


async def test_many_orders_of_one_hour_are_served_in_turn_each_once(world: World) -> None:
    """A thousandth of the ten thousand: `make bench-delivery` shows how long those take."""
    await ordered(world)
    said = Taken()
    world = replace(world, chats={"console": said})
    for number in range(100):
        place = Destination(platform="console", channel=str(number))
        await world.store.save_subscription(subscription(id=f"s{number:03}", destination=place))
    assert isinstance(world.clock, Wall)
    world.clock.now = utc(2026, 2, 13, 22)
    await publish_and_deliver(world)
    await publish_and_deliver(world)
    editions = await world.store.editions(limit=200)
    assert len(editions) == 101
    assert len(said.keys) == len(set(said.keys)) == 202
    first = [place for place, part in said.posted if part == 0]
    assert first != sorted(first)  # no name comes first every day for its name


def test_an_alarm_rings_by_the_wall_within_a_minute_of_waking() -> None:
    """A timer that slept with the machine goes on where it was: what it looks at is the wall, and it looks often."""
    assert max(PUBLISH_EVERY, load_settings({}).schedule.poll_every) <= 60
    order = subscription(created=None)
    (slot,) = served(order, utc(2026, 2, 14, 7), 1, timedelta(seconds=PUBLISH_EVERY))
    assert (slot.day, slot.late) == (date(2026, 2, 14), True)


def test_a_leap_second_in_a_feed_is_a_date_or_none() -> None:
    item = "<item><title>t</title><guid>g</guid><pubDate>Sat, 31 Dec 2016 23:59:60 GMT</pubDate></item>"
    feed = f"<?xml version='1.0'?><rss version='2.0'><channel><title>f</title>{item}</channel></rss>"
    (entry,) = parse_feed(feed.encode(), url="https://f.example/", headers={}).entries
    assert entry.published in (None, utc(2016, 12, 31, 23, 59, 59), utc(2017, 1, 1))
