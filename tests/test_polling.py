"""When a feed is asked again: polite to servers, patient with failures, quick to recover."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.errors import FetchTimeout
from digests.model import Entry, FeedState, ParsedFeed, Validators
from digests.polling import DAY, HOUR, JITTER, LONGEST, RETRY_LIMIT, SHORTEST, next_state
from digests.ports import Response

NOW = datetime(2025, 2, 14, 7, 0, tzinfo=UTC)
URL = "https://site.example/feed"
KNOWN = Validators(etag='"v1"', last_modified="Thu, 13 Feb 2025 00:00:00 GMT")
POLLED = FeedState(validators=KNOWN, polled=NOW - timedelta(hours=1), succeeded=NOW - timedelta(hours=1), interval=HOUR)
TAGGED = {"etag": '"v2"'}


def answer(status: int = 200, url: str = URL, **headers: str) -> Response:
    return Response(url=url, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


def feed(*hours_ago: float, ttl: float | None = None, skipped: int = 0) -> ParsedFeed:
    entries = (Entry(id=str(h), url=None, title="t", published=NOW - timedelta(hours=h)) for h in hours_ago)
    return ParsedFeed(title="T", link=None, entries=tuple(entries), ttl=ttl, skipped=skipped)


def wait(state: FeedState, now: datetime = NOW) -> float:
    """Seconds to the next poll."""
    assert state.next_poll is not None
    return (state.next_poll - now).total_seconds()


def read(parsed: ParsedFeed, state: FeedState = POLLED, /, **headers: str) -> FeedState:
    return next_state(state, answer(200, **{**TAGGED, **headers}), parsed, NOW)


def about(seconds: float) -> tuple[float, float]:
    return seconds, seconds * (1 + JITTER)


def is_within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


# --- validators -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "etag", ['"abc\\"d"', 'W/"weak"', "unquoted", '"' + "x" * 300 + '"', '"with, comma"', "  padded "]
)
def test_an_etag_is_kept_byte_for_byte(etag: str) -> None:
    assert next_state(FeedState(), answer(200, etag=etag), feed(1), NOW).validators == Validators(etag=etag)


def test_an_odd_last_modified_is_kept_as_it_was_sent() -> None:
    odd = "Thu, 1 Jan 2020 00:00:00 GMT"
    assert next_state(FeedState(), answer(200, last_modified=odd), feed(1), NOW).validators.last_modified == odd


def test_a_new_body_replaces_both_validators() -> None:
    assert read(feed(1)).validators == Validators(etag='"v2"', last_modified=None)


def test_not_modified_keeps_validators() -> None:
    assert next_state(POLLED, answer(304), None, NOW).validators == KNOWN


def test_not_modified_may_bring_a_newer_etag() -> None:
    state = next_state(POLLED, answer(304, etag='"v1b"'), None, NOW)
    assert state.validators == replace(KNOWN, etag='"v1b"')


@pytest.mark.parametrize("response", [answer(200, etag='"broken"'), answer(500, etag='"x"'), answer(404), answer(429)])
def test_what_could_not_be_read_certifies_nothing(response: Response) -> None:
    assert next_state(POLLED, response, None, NOW).validators == KNOWN


def test_not_modified_to_an_unconditional_request_is_a_failure() -> None:
    state = next_state(FeedState(), answer(304), None, NOW)
    assert (state.failures, state.succeeded) == (1, None)


# --- how long a server or a feed asks to be left alone ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"cache_control": "max-age=21600"}, 21600),
        ({"cache_control": "public, MAX-AGE = 7200, must-revalidate"}, 7200),
        ({"cache_control": "max-age=xyz"}, SHORTEST),
        ({"cache_control": "max-age=99999999999"}, LONGEST),
        ({"cache_control": "no-cache, max-age=6000"}, SHORTEST),
        ({"cache_control": "s-maxage=7200"}, SHORTEST),
        ({"cache_control": "max-age=60"}, SHORTEST),
        ({"expires": "Fri, 14 Feb 2025 09:00:00 GMT"}, 7200),
        ({"expires": "Fri, 14 Feb 2025 09:00:00 GMT", "cache_control": "max-age=3600"}, 3600),
        ({"expires": "Sat, 15 Feb 2025 09:00:00 GMT", "date": "Sat, 15 Feb 2025 08:00:00 GMT"}, 3600),
        ({"expires": "0"}, SHORTEST),
        ({"expires": "-1"}, SHORTEST),
        ({"expires": "Thu, 01 Dec 1994 16:00:00 GMT"}, SHORTEST),
        ({"retry_after": "86400"}, SHORTEST),
    ],
)
def test_caching_headers_are_kept_within_bounds(headers: dict[str, str], seconds: float) -> None:
    busy = feed(*(n / 10 for n in range(1, 11)))
    assert is_within(wait(read(busy, **headers)), about(seconds))


def test_caching_headers_count_on_not_modified_too() -> None:
    state = next_state(POLLED, answer(304, cache_control="max-age=43200"), None, NOW)
    assert is_within(wait(state), about(43200))


@pytest.mark.parametrize(("ttl", "seconds"), [(7200.0, 7200.0), (1.0, SHORTEST), (1e12, LONGEST)])
def test_the_feed_may_ask_for_time_itself(ttl: float, seconds: float) -> None:
    assert is_within(wait(read(feed(0.1, 0.2, 0.3, ttl=ttl))), about(seconds))


def test_the_longest_of_all_wishes_counts() -> None:
    assert is_within(wait(read(feed(0.1, 0.2, ttl=7200.0), cache_control="max-age=10800")), about(10800))


# --- rhythm ---------------------------------------------------------------------------------------------------------


def test_a_busy_feed_is_not_asked_more_than_every_quarter_of_an_hour() -> None:
    assert read(feed(*(n / 60 for n in range(1, 60)))).interval == SHORTEST


def test_a_daily_feed_is_asked_a_few_times_a_day() -> None:
    assert read(feed(1, 25, 49, 73)).interval == 6 * HOUR


def test_a_silent_feed_is_asked_once_a_day() -> None:
    assert read(feed(24 * 400, 24 * 401)).interval == DAY


def test_entries_dated_in_the_future_do_not_count() -> None:
    assert read(feed(-100, -200, 1, 25, 49)).interval == 6 * HOUR


def test_a_feed_without_dates_keeps_its_interval() -> None:
    undated = ParsedFeed(title="T", link=None, entries=(Entry(id="1", url=None, title="t"),))
    assert read(undated).interval == HOUR


def test_without_validators_a_feed_that_shows_nothing_new_is_asked_less_and_less() -> None:
    state, now = FeedState(), NOW
    stale = feed(0.1, 0.2, 0.3)
    waits = []
    for _ in range(8):
        state = next_state(state, answer(200), stale, now)
        waits.append(state.interval)
        now += timedelta(seconds=wait(state, now))
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (HOUR, DAY)


def test_intervals_grow_slowly_while_nothing_changes() -> None:
    state = next_state(POLLED, answer(304), None, NOW)
    assert HOUR < state.interval < 1.2 * HOUR


# --- failures -------------------------------------------------------------------------------------------------------


def failing(times: int, response: Response | FetchTimeout) -> list[float]:
    state, waits = replace(POLLED, interval=1800.0), []
    for _ in range(times):
        state = next_state(state, response, None, NOW)
        waits.append(wait(state))
    return waits


@pytest.mark.parametrize(
    "response", [answer(s) for s in (401, 403, 404, 429, 500, 502, 503, 204, 302)] + [FetchTimeout(URL, "too slow")]
)
def test_failures_wait_twice_as_long_each_time_up_to_a_day(response: Response | FetchTimeout) -> None:
    waits = failing(9, response)
    assert [is_within(w, about(s)) for w, s in zip(waits, (1800, 3600, 7200, 14400, 28800, 57600), strict=False)] == [
        True
    ] * 6
    assert is_within(waits[-1], about(DAY))


def test_failures_are_counted_and_dated_from_the_first() -> None:
    first = next_state(POLLED, answer(500), None, NOW)
    second = next_state(first, FetchTimeout(URL, "no answer within 20 s"), None, NOW + timedelta(hours=1))
    assert (second.failures, second.failing_since) == (2, NOW)
    assert second.last_error == f"{URL}: no answer within 20 s"
    assert second.succeeded == POLLED.succeeded


@pytest.mark.parametrize("response", [answer(200, **TAGGED), answer(304)])
def test_one_success_forgets_all_failures(response: Response) -> None:
    failed = next_state(next_state(POLLED, answer(500), None, NOW), answer(500), None, NOW)
    state = next_state(failed, response, feed(1) if response.status == 200 else None, NOW)
    assert (state.failures, state.failing_since, state.last_error, state.succeeded) == (0, None, None, NOW)
    assert wait(state) < 2 * HOUR


def test_gone_stops_the_feed_and_says_so() -> None:
    state = next_state(POLLED, answer(410), None, NOW)
    assert state.stopped
    assert state.last_error == f"{URL}: the site says this feed is gone for good; polling has stopped (410)"


def test_thirty_days_of_failure_stop_the_feed() -> None:
    first = next_state(POLLED, answer(404), None, NOW)
    assert not next_state(first, answer(404), None, NOW + timedelta(days=29)).stopped
    assert next_state(first, answer(404), None, NOW + timedelta(days=30)).stopped


def test_a_body_that_is_no_feed_is_a_failure() -> None:
    state = next_state(POLLED, answer(200), None, NOW)
    assert (state.failures, state.last_error) == (1, f"{URL}: this is not an RSS, Atom or JSON feed")


def test_a_bot_challenge_is_named_and_not_pressed() -> None:
    state = next_state(POLLED, answer(403, cf_mitigated="challenge"), None, NOW)
    assert "challenge" in (state.last_error or "")
    assert wait(state) >= 6 * HOUR


# --- Retry-After ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("3601", 3601),
        ("3599", HOUR),
        ("Fri, 14 Feb 2025 10:00:00 GMT", 3 * HOUR),
        ("Fri, 14 Feb 2025 11:00:00 +0100", 3 * HOUR),
        ("Fri, 14 Feb 2025 10:00:00", 3 * HOUR),
        ("-200000", HOUR),
        ("Fri, 01 Jan 2010 01:40:00 GMT", HOUR),
        ("xyz", HOUR),
        ("", HOUR),
        (str(31 * 86400 + 6000), RETRY_LIMIT),
        ("9" * 11, RETRY_LIMIT),
        ("9" * 400, HOUR),
    ],
)
def test_retry_after_is_a_floor_under_the_back_off(status: int, value: str, seconds: float) -> None:
    state = next_state(POLLED, answer(status, retry_after=value), None, NOW)
    assert is_within(wait(state), about(seconds))


def test_retry_after_counts_from_the_servers_own_clock() -> None:
    headers = {"retry_after": "Fri, 14 Feb 2025 22:00:00 GMT", "date": "Fri, 14 Feb 2025 20:00:00 GMT"}
    assert is_within(wait(next_state(POLLED, answer(429, **headers), None, NOW)), about(2 * HOUR))


def test_retry_after_of_other_failures_is_ignored() -> None:
    assert is_within(wait(next_state(POLLED, answer(404, retry_after="86400"), None, NOW)), about(HOUR))


# --- spreading and notes --------------------------------------------------------------------------------------------


def test_a_thousand_feeds_come_back_at_a_thousand_moments() -> None:
    urls = [f"https://site.example/{n}" for n in range(1000)]
    moments = {next_state(POLLED, answer(304, url=url), None, NOW).next_poll for url in urls}
    assert len(moments) > 990


def test_the_same_poll_always_gives_the_same_state() -> None:
    assert read(feed(1, 2)) == read(feed(1, 2))


def test_what_was_left_out_is_noted_and_forgotten_when_it_is_whole_again() -> None:
    noted = read(feed(1, skipped=12))
    assert noted.note == "12 entries left out: broken, or beyond the first 500"
    assert next_state(noted, answer(304), None, NOW).note == noted.note
    assert read(feed(1), noted).note is None


STATES = st.builds(
    FeedState,
    validators=st.sampled_from([Validators(), KNOWN]),
    failures=st.integers(0, 10_000),
    failing_since=st.none() | st.just(NOW - timedelta(days=3)),
    succeeded=st.none() | st.just(NOW - timedelta(days=1)),
    interval=st.floats(0, 1e7),
)
HEADERS = st.dictionaries(
    st.sampled_from(["etag", "last-modified", "cache-control", "expires", "date", "retry-after"]),
    st.text(max_size=30) | st.sampled_from(["max-age=5", "99", "Fri, 14 Feb 2025 10:00:00 GMT", "Fri, 99 Foo 9999"]),
)


@given(STATES, st.integers(100, 599), HEADERS, st.none() | st.builds(feed, st.floats(-1e5, 1e5), ttl=st.floats(0, 1e9)))
def test_any_answer_gives_a_next_poll_within_bounds(
    state: FeedState, status: int, headers: dict[str, str], parsed: ParsedFeed | None
) -> None:
    following = next_state(state, Response(url=URL, status=status, headers=headers), parsed, NOW)
    assert is_within(wait(following), (SHORTEST, RETRY_LIMIT * (1 + JITTER)))
    assert following.polled == NOW
    assert (following.failures == 0) == (following.succeeded == NOW)
