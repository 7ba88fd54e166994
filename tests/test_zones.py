"""Every zone of the IANA database, ten years long: around each change of its clocks every day is served once, at the
first instant that is not before the hour asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from builders import subscription

from digests.edition import due_slot, slot_instant

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
WEEK, DAY, MINUTE = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)
HOURS = [time(hour, minute) for hour in range(24) for minute in (0, 30)]


def changes(zone: str) -> Iterator[tuple[datetime, timedelta]]:
    """Each instant at which the zone's offset changes, to the minute, and the new offset."""
    tz, low = ZoneInfo(zone), FIRST
    while low < LAST:
        high = low + WEEK
        if offset(low, tz) != offset(high, tz):
            change = _change(low, high, tz)
            yield change, offset(change, tz)
        low = high


def _change(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    while high - low > MINUTE:
        middle = low + (high - low) // 2
        low, high = (middle, high) if offset(middle, tz) == offset(low, tz) else (low, middle)
    return high.replace(second=0, microsecond=0)


def offset(instant: datetime, tz: ZoneInfo) -> timedelta:
    return instant.astimezone(tz).utcoffset() or timedelta()


@cache
def rules() -> dict[tuple[tuple[datetime, timedelta], ...], str]:
    """One zone for each way to change the clocks; many zones share one."""
    return {tuple(changes(zone)): zone for zone in sorted(available_timezones())}


def test_all_zones_are_looked_at() -> None:
    assert len(available_timezones()) > 500
    assert len(rules()) > 30
    assert () in rules()  # zones whose clocks never change


def test_around_each_change_every_hour_has_its_first_instant() -> None:
    for found, zone in rules().items():
        for change, _ in found:
            day = change.astimezone(ZoneInfo(zone)).date()
            for at in HOURS:
                for each in (day - DAY, day, day + DAY):
                    _is_first(each, at, zone)


def _is_first(day: date, at: time, zone: str) -> None:
    instant = slot_instant(day, at, zone)
    if instant is None:
        return
    before, then = ((moment).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in (instant - MINUTE, instant))
    wall = datetime.combine(day, at)
    assert then.date() == day, (zone, day, at)
    assert before < wall <= then, (zone, day, at)


def test_around_each_change_each_day_is_served_once() -> None:
    for found, zone in rules().items():
        for change, _ in found[:4]:
            for at in (time(0, 30), time(2, 30), time(7)):
                days = _served(zone, at, change - 3 * DAY, hours=6 * 24)
                assert all(later - earlier == DAY for earlier, later in pairwise(days)), (zone, change)
                assert len(days) >= 5, (zone, change)


def _served(zone: str, at: time, now: datetime, *, hours: int) -> list[date]:
    order = subscription(zone=zone, at=at, created=None)
    last, days = None, []
    for _ in range(hours):
        slot = due_slot(order, now, last, 4 * timedelta(hours=1))
        if slot:
            last = slot
            days.append(slot.day)
        now += timedelta(hours=1)
    return days
