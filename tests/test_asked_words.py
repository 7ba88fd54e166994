"""What people type is read as they mean it: days, queries, addresses, times of day, filters."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.admin_wishes import NoChoice, Unclear, addressed, clock_time, filter_words, week, zone_name
from bot.finding import addresses, cut_query
from bot.plain_words import error_text
from config.catalogs import locales
from digests.answers import ROOM
from digests.catalog import Catalogs
from digests.days import day_asked

TODAY = date(2026, 2, 13)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2025-02-13", date(2025, 2, 13)),
        ("２０２５年２月１３日（木）", date(2025, 2, 13)),
        ("令和7年2月13日", date(2025, 2, 13)),
        ("20250213", date(2025, 2, 13)),
        ("2月13日", TODAY),
        ("2月14日", date(2025, 2, 14)),
        ("2月29日", date(2024, 2, 29)),
        ("Feb 13", TODAY),
        ("13th February 2025", date(2025, 2, 13)),
        ("昨日", date(2026, 2, 12)),
        (" Yesterday ", date(2026, 2, 12)),
        ("おととい", date(2026, 2, 11)),
        ("2025-02-30", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(said: str, day: date | None) -> None:
    assert day_asked(said, TODAY) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_days(said: str) -> None:
    assert day_asked(said, TODAY) is None or isinstance(day_asked(said, TODAY), date)


@given(st.text(max_size=300))
def test_a_query_always_fits_a_button(said: str) -> None:
    cut = cut_query(said)
    assert len(f"share:search|99999|{cut}") + sum(char > "\uffff" for char in cut) <= ROOM
    assert cut_query(cut) == cut


def test_addresses_are_found_without_the_marks_around_them() -> None:
    text = "（https://a.example/x）、see https://b.example/y_(z), https://c.example/q?a=1&b=2. https://a.example/x"
    assert addresses(text) == ["https://a.example/x", "https://b.example/y_(z)", "https://c.example/q?a=1&b=2"]


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("07:00", time(7)),
        ("7", time(7)),
        ("0700", time(7)),
        ("730", time(7, 30)),
        ("7時30分", time(7, 30)),
        ("7時半", time(7, 30)),
        ("２３：５９", time(23, 59)),
        ("7h", time(7)),
        ("7am", time(7)),
        ("7 PM", time(19)),
        ("7:30 p.m.", time(19, 30)),
        ("12am", time(0)),
        ("12:15pm", time(12, 15)),
        ("午前7時", time(7)),
        ("午後６時半", time(18, 30)),
        ("午後0時", time(12)),
        ("朝7時", time(7)),
    ],
)
def test_a_time_is_read_as_people_write_it(said: str, at: time) -> None:
    assert clock_time(said) == at


@pytest.mark.parametrize(
    "said",
    ["24:00", "7:60", "soon", "", "-1", "7:0", "13pm", "0am", "午後13時", "午前12時", "午後12時", "午前7am", "2500"],
)
def test_what_is_no_time_is_refused(said: str) -> None:
    with pytest.raises(Unclear):
        clock_time(said)


@pytest.mark.parametrize("said", ["Mars/Base", "", "../../etc/passwd", "/etc/localtime", "\x00"])
def test_what_is_no_zone_is_refused(said: str) -> None:
    with pytest.raises(Unclear):
        zone_name(said)


@pytest.mark.parametrize(
    ("said", "zone"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("Tokyo", "Asia/Tokyo"),
        ("JST", "Asia/Tokyo"),
        ("東京", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("EST", "America/New_York"),
        ("buenos aires", "America/Buenos_Aires"),
        ("utc", "UTC"),
        ("Etc/GMT-9", "Etc/GMT-9"),
    ],
)
def test_a_zone_is_named_as_people_name_it(said: str, zone: str) -> None:
    assert zone_name(said) == zone


@pytest.mark.parametrize(("said", "near"), [("Asia/Tokio", "Asia/Tokyo"), ("Berln", "Europe/Berlin")])
def test_a_zone_that_is_misspelt_is_offered_as_it_is_spelt(said: str, near: str) -> None:
    with pytest.raises(Unclear) as caught:
        zone_name(said)
    assert (caught.value.key, caught.value.values["near"]) == ("admin.unclear.zone-near", near)


@pytest.mark.parametrize(
    ("said", "days"),
    [
        ("weekends", {5, 6}),
        ("0,2,4", {0, 2, 4}),
        ("Mon, wed", {0, 2}),
        ("thursday", {3}),
        ("月水金", {0, 2, 4}),
        ("土曜日", {5}),
    ],
)
def test_days_are_named_as_people_name_them(said: str, days: set[int]) -> None:
    assert week(said) == days


@pytest.mark.parametrize("said", ["", "someday", "m", "mon,someday", "7", "月曜の朝"])
def test_what_names_no_day_is_refused_with_what_can_be_chosen(said: str) -> None:
    with pytest.raises(NoChoice) as caught:
        week(said)
    assert "毎日, 平日, 土日" in error_text(caught.value, Catalogs(locales()).of("ja"))
    assert "Days: " in error_text(caught.value, Catalogs(locales()).of("en"))


def test_filters_are_words_between_commas_and_a_dash_takes_them_away() -> None:
    assert [filter_words(said) for said in ("地震、 選挙,war,", "-", "なし")] == [("地震", "選挙", "war"), (), ()]


def test_a_site_is_pasted_with_or_without_its_scheme() -> None:
    said = (" example.jp/x ", "<https://example.jp/>", "HTTP://a.b", "ftp://a.b/", "example")
    assert [addressed(one) for one in said] == [
        "https://example.jp/x",
        "https://example.jp/",
        "HTTP://a.b",
        "ftp://a.b/",
        "example",
    ]


@pytest.mark.parametrize("said", ["a/" * 40, "." * 8000, "zone=../" * 1000, "../../etc/passwd", "Asia/Tokyo\x00", ""])
def test_what_cannot_be_a_zone_is_never_looked_up(said: str) -> None:
    with pytest.raises(Unclear):
        zone_name(said)


def test_a_very_long_question_is_cut_at_once() -> None:
    assert cut_query("語" * 1_000_000) == "語" * 80
