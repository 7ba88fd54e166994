"""When an edition is due and what it carries: every zone, every clock, once a day, never twice, none lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from builders import NOW, article, hit, subscription
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.edition import (
    delivery_key,
    due_slot,
    edition_of,
    following,
    merged,
    next_slot,
    ranked,
    slot_instant,
    slot_now,
    wanted,
    window_start,
)
from digests.model import Destination, Slot, Subscription

CATCH_UP = timedelta(hours=12)
ZONES = sorted(available_timezones() - {"localtime", "Factory"})


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def due(order: Subscription, now: datetime, last: Slot | None = None) -> tuple[date, bool] | None:
    slot = due_slot(order, now, last, CATCH_UP)
    return (slot.day, slot.late) if slot else None


def served(order: Subscription, now: datetime) -> Slot:
    slot = due_slot(order, now, None, CATCH_UP)
    assert slot is not None
    return slot


def test_seven_in_tokyo_is_ten_the_evening_before_in_utc() -> None:
    assert slot_instant(date(2026, 2, 14), time(7), "Asia/Tokyo") == utc(2026, 2, 13, 22)


def test_nothing_is_due_a_second_before_its_time() -> None:
    assert due(subscription(), utc(2026, 2, 13, 21, 59, 59), last=served(subscription(), utc(2026, 2, 12, 22))) is None


def test_the_slot_is_due_at_its_time() -> None:
    assert due(subscription(), utc(2026, 2, 13, 22)) == (date(2026, 2, 14), False)


def test_a_slot_that_was_served_is_not_due_again() -> None:
    assert due(subscription(), utc(2026, 2, 13, 23), last=served(subscription(), utc(2026, 2, 13, 22))) is None


def test_a_missed_slot_goes_out_late_and_marked() -> None:
    assert due(subscription(), utc(2026, 2, 14, 3)) == (date(2026, 2, 14), True)


def test_a_slot_missed_for_longer_than_the_window_is_let_go() -> None:
    assert due(subscription(), utc(2026, 2, 14, 10, 0, 1)) is None


def test_three_days_down_make_one_edition() -> None:
    last = served(subscription(), utc(2026, 2, 10, 22))
    slot = due_slot(subscription(), utc(2026, 2, 14, 1), last, CATCH_UP)
    assert slot is not None
    assert slot.day == date(2026, 2, 14)
    assert due_slot(subscription(), utc(2026, 2, 14, 1), slot, CATCH_UP) is None


def test_a_subscription_made_after_its_hour_waits_for_the_next_day() -> None:
    assert due(subscription(created=utc(2026, 2, 13, 22, 30)), utc(2026, 2, 13, 23)) is None


def test_a_paused_subscription_is_never_due() -> None:
    assert due(subscription(paused=True), utc(2026, 2, 13, 22)) is None


def test_only_its_weekdays_are_served() -> None:
    weekend = subscription(weekdays=frozenset({5, 6}))
    assert due(weekend, utc(2026, 2, 12, 22)) is None
    assert due(weekend, utc(2026, 2, 13, 22)) == (date(2026, 2, 14), False)


def test_a_later_time_set_after_todays_edition_does_not_send_a_second() -> None:
    last = served(subscription(), utc(2026, 2, 13, 22))
    assert due(subscription(at=time(9)), utc(2026, 2, 14, 0), last=last) is None


def test_an_earlier_time_set_before_todays_edition_does_not_lose_it() -> None:
    last = served(subscription(at=time(9)), utc(2026, 2, 13, 0))
    assert due(subscription(at=time(7)), utc(2026, 2, 13, 23), last=last) == (date(2026, 2, 14), True)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Kiritimati", "Europe/Berlin"])
def test_a_changed_zone_sends_no_second_edition_of_a_day(zone: str) -> None:
    last = served(subscription(), utc(2026, 2, 13, 22))
    days = [due(subscription(zone=zone), utc(2026, 2, 13, 22) + timedelta(hours=h), last=last) for h in range(48)]
    assert all(found is None or found[0] > last.day for found in days)


def test_a_clock_set_back_sends_nothing_again() -> None:
    last = served(subscription(), utc(2026, 2, 13, 22))
    assert due(subscription(), utc(2026, 2, 13, 10), last=last) is None


def test_in_a_gap_the_first_instant_that_exists_is_taken() -> None:
    assert slot_instant(date(2026, 3, 29), time(2, 30), "Europe/Berlin") == utc(2026, 3, 29, 1, 0)


def test_in_a_fold_the_first_of_the_two_is_taken() -> None:
    assert slot_instant(date(2026, 10, 25), time(2, 30), "Europe/Berlin") == utc(2026, 10, 25, 0, 30)


def test_a_day_the_zone_skips_has_no_slot() -> None:
    assert slot_instant(date(2011, 12, 30), time(7), "Pacific/Apia") is None


def test_a_gap_at_midnight_starts_the_day_at_one() -> None:
    assert slot_instant(date(2018, 11, 4), time(0, 15), "America/Sao_Paulo") == utc(2018, 11, 4, 3, 0)


@settings(max_examples=400, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    at=st.times().map(lambda t: t.replace(second=0, microsecond=0)),
)
def test_in_every_zone_a_slot_falls_on_its_local_day_and_not_before_its_time(zone: str, day: date, at: time) -> None:
    instant = slot_instant(day, at, zone)
    if instant is not None:
        local = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert local.date() == day
        assert local >= datetime.combine(day, at)


@settings(max_examples=60, deadline=None)
@given(zone=st.sampled_from(ZONES), start=st.dates(date(2020, 1, 1), date(2030, 12, 1)), at=st.times())
def test_in_every_zone_each_day_is_served_once(zone: str, start: date, at: time) -> None:
    order = subscription(zone=zone, at=at.replace(second=0, microsecond=0), created=None)
    now = datetime(start.year, start.month, start.day, tzinfo=UTC)
    last = None
    days = []
    for _ in range(24 * 6):
        slot = due_slot(order, now, last, CATCH_UP)
        if slot:
            last = slot
            days.append(slot.day)
        now += timedelta(hours=1)
    assert days == sorted(set(days))
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(days))


def test_the_next_slot_is_told() -> None:
    slot = next_slot(subscription(weekdays=frozenset({0})), NOW, None)
    assert slot is not None
    assert slot.day == date(2026, 2, 16)


def test_the_first_edition_looks_back_one_day() -> None:
    order = subscription(created=NOW)
    assert window_start(order, NOW + timedelta(hours=1)) == NOW - timedelta(days=1)


def test_old_news_is_no_news() -> None:
    assert window_start(subscription(created=utc(2020, 1, 1)), NOW) == NOW - timedelta(days=7)


@pytest.mark.parametrize(
    ("include", "exclude", "through"),
    [
        ((), (), True),
        (("本文",), (), True),
        (("地震",), (), False),
        ((), ("一文目",), False),
        (("本文",), ("一文",), False),
        (("ai",), (), True),
        (("ガソリン",), (), True),
        ((), ("AI",), False),
    ],
)
def test_words_let_articles_through_or_keep_them_out(
    include: tuple[str, ...], exclude: tuple[str, ...], through: bool
) -> None:
    one = article(title="ＡＩとｶﾞｿﾘﾝの本文")
    assert wanted(subscription(include=include, exclude=exclude), one) is through


def test_newest_first_and_a_date_in_the_future_gains_nothing() -> None:
    old = hit(1, published=NOW - timedelta(hours=3))
    new = hit(2, published=NOW - timedelta(hours=1))
    liar = hit(3, published=NOW + timedelta(days=400), first_seen=NOW - timedelta(hours=2))
    assert [h.article.id for h in ranked([old, new, liar])] == ["a2", "a3", "a1"]


def test_an_edition_is_the_same_thing_whoever_makes_it() -> None:
    slot = slot_now(subscription(), NOW)
    assert edition_of(subscription(), slot, [hit()], NOW).id == edition_of(subscription(), slot, [], NOW).id


@given(st.text(max_size=50), st.text(max_size=50), st.integers(0, 99))
def test_a_delivery_key_fits_every_platform(edition: str, channel: str, part: int) -> None:
    assert len(delivery_key(edition, Destination(platform="discord", channel=channel), part)) <= 25


def test_reports_of_one_event_become_one_line_with_all_sites() -> None:
    one, two, three = hit(1), hit(2, site="other.example"), hit(3, site="third.example")
    (story, apart) = merged([one, two, three], [(0, 1), (2,)])
    assert (story.article, story.others, apart.article) == (one.article, (two.article,), three.article)


def test_a_sites_own_second_article_keeps_its_line() -> None:
    assert len(merged([hit(1), hit(2)], [(0, 1)])) == 2


def test_an_edition_carries_the_merged_articles_too() -> None:
    (story,) = merged([hit(1), hit(2, site="other.example")], [(0, 1)])
    assert edition_of(subscription(), slot_now(subscription(), NOW), [story], NOW).articles == ("a1", "a2")


def test_a_later_report_follows_the_newest_earlier_one() -> None:
    days = [article(n, published=NOW - timedelta(days=n)) for n in (1, 2)]
    assert following(hit(9), days).follows == days[0]


def test_another_version_of_the_same_hour_is_no_follow_up() -> None:
    assert following(hit(9), [article(1, published=NOW - timedelta(hours=1))]).follows is None


def test_what_more_sites_report_comes_first() -> None:
    alone, story = hit(1), replace(hit(2, published=NOW - timedelta(hours=5)), others=(article(3),))
    assert [h.article.id for h in ranked([alone, story])] == ["a2", "a1"]
