"""When to ask a feed again: a pure function of what the server answered, what the feed held and what we knew.

Choices where practice differs: conditional requests never expire by age (a body we hold stays certified by its
validators); `max-age` beside `no-cache` is ignored; `skipHours` and `skipDays` are ignored, since no feed is asked more
than the clamps allow; a 304 nobody asked for is a failure, since it certifies nothing we hold.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from statistics import median

from digests.errors import FetchError
from digests.model import FeedState, ParsedFeed, Validators
from digests.ports import Response
from digests.redact import redacted

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
SHORTEST, LONGEST = 15 * MINUTE, DAY
"""Seconds between two polls, whatever a feed or a server suggests."""
UNVALIDATED = HOUR
"""Shortest interval for a server that gives no validators: every poll there costs it the whole feed."""
FIRST_BACKOFF = 30 * MINUTE
CHALLENGED = 6 * HOUR
"""Seconds after a bot challenge: asking sooner only confirms its suspicion."""
RETRY_LIMIT = 31 * DAY
"""The longest Retry-After that is honoured."""
PAUSED_AFTER = timedelta(days=30)
"""A feed that failed all this time is stopped until somebody resumes it."""
CONFIRMED = 2
"""Answers in a row that must name the same new address: one may be a captive portal's, or a mistake."""
JITTER = 0.1
"""Share of an interval that polls of different feeds are spread over."""

_RECENT = 10
_POLLS_PER_ENTRY = 4
_SILENCE = 7
_DOUBLINGS = 12
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,12})\"?(?=$|[\s,;])", re.IGNORECASE)
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)
_UNCACHEABLE = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?=$|[\s,;=])", re.IGNORECASE)
_REASONS = {
    401: "the site asks for a password",
    403: "the site refuses us",
    404: "there is nothing at this address any more; check it on the site",
    410: "the site says this feed is gone for good; polling has stopped",
    429: "the site asks us to slow down",
    503: "the site is overloaded or being repaired",
}


def is_passing(status: int) -> bool:
    """An error a site may be over soon."""
    return status in (408, 425, 429) or status >= 500


def next_state(
    state: FeedState,
    response: Response | FetchError,
    parsed: ParsedFeed | None,
    now: datetime,
    *,
    shortest: float = SHORTEST,
) -> FeedState:
    """What is known of a feed after one poll at `now`.

    `parsed` is the feed in a 200's body; None there means that the body was no feed. Validators change only together
    with the body they certify: byte for byte, both at once, never from an answer that could not be read. `stopped` is
    set by 410 Gone and after 30 days of failure. `shortest`: seconds that are let pass whatever else is asked. Never
    raises.
    """
    following = _following(state, response, parsed, now)
    url = response.url
    floor = now + timedelta(seconds=_spread(shortest, url))
    ahead = response.ahead if isinstance(response, Response) else None
    return replace(following, next_poll=max(following.next_poll or floor, floor), ahead=ahead)


def resting(state: FeedState, until: datetime, url: str) -> FeedState:
    """The feed's host has asked us to slow down, over another of its feeds: no failure of this one."""
    return replace(state, next_poll=until + timedelta(seconds=_spread(MINUTE * 10, url)))


def too_soon(state: FeedState, now: datetime, shortest: timedelta) -> bool:
    """Was the feed asked so lately that nobody may ask it again yet?"""
    return state.polled is not None and timedelta() <= now - state.polled < shortest


def clock_ahead(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds by which a clock that says `now` is ahead of the server's, by its `Date`, which tells whole seconds; None
    where it tells none. A cache's copy is as old as its `Age` says (RFC 9111, 5.1). Names in lower case."""
    told = _http_date(headers.get("date", ""))
    age = headers.get("age", "")
    if told is None or (age and not _SECONDS.fullmatch(age)):
        return None
    return (now - told).total_seconds() - float(age or 0)


def moves_to(state: FeedState) -> str | None:
    """The address a feed is written down under from now on, once enough answers in a row have named it."""
    return state.moving_to if state.moving_times >= CONFIRMED else None


def _following(
    state: FeedState, response: Response | FetchError, parsed: ParsedFeed | None, now: datetime
) -> FeedState:
    if isinstance(response, FetchError):
        return _failed(state, now, response.url, error=str(response))
    if response.status == 200 and parsed is not None:
        return _read(state, response, parsed, now)
    if response.status == 304 and state.validators != Validators():
        return _unchanged(state, response, now)
    return _refused(state, response, now)


# --- the three outcomes ---------------------------------------------------------------------------------------------


def _read(state: FeedState, response: Response, parsed: ParsedFeed, now: datetime) -> FeedState:
    validators = Validators(
        etag=response.headers.get("etag") or None, last_modified=response.headers.get("last-modified") or None
    )
    interval = rhythm(parsed, now, known=state.interval)
    if validators == Validators():
        interval = _without_validators(state, parsed, interval)
    wait = max(interval, asked_delay(response.headers, now), _clamped(parsed.ttl or 0.0))
    known = replace(
        _relocated(state, response),
        # A 304 must not certify a body of which we hold but a part.
        validators=state.validators if parsed.cut else validators,
        interval=interval,
        note=_note(parsed),
        hub=parsed.hub,
        topic=parsed.topic,
    )
    return _succeeded(known, now, wait, response.url)


def _unchanged(state: FeedState, response: Response, now: datetime) -> FeedState:
    """A 304 may bring newer validators for the body it confirms (RFC 9111, 4.3.4)."""
    validators = Validators(
        etag=response.headers.get("etag") or state.validators.etag,
        last_modified=response.headers.get("last-modified") or state.validators.last_modified,
    )
    interval = _clamped(_slowed(state, now))
    wait = max(interval, asked_delay(response.headers, now))
    known = replace(_relocated(state, response), validators=validators, interval=interval)
    return _succeeded(known, now, wait, response.url)


def _relocated(state: FeedState, response: Response) -> FeedState:
    """A permanent redirect counts where it led to a feed; one that names another address, or none, begins anew."""
    times = state.moving_times + 1 if response.moved_to == state.moving_to else 1
    return replace(state, moving_to=response.moved_to, moving_times=times if response.moved_to else 0)


def _refused(state: FeedState, response: Response, now: datetime) -> FeedState:
    wait = 0.0
    if response.status in (429, 503):
        wait = retry_after(response.headers, now)
    if _is_challenge(response.headers):
        wait = max(wait, CHALLENGED)
    failed = _failed(state, now, response.url, error=_reason(response), wait=wait)
    return replace(failed, stopped=True) if response.status == 410 else failed


def _succeeded(state: FeedState, now: datetime, wait: float, url: str) -> FeedState:
    return replace(
        state,
        polled=now,
        succeeded=now,
        next_poll=now + timedelta(seconds=_spread(wait, url)),
        failures=0,
        failing_since=None,
        last_error=None,
        stopped=False,
    )


def _failed(state: FeedState, now: datetime, url: str, *, error: str, wait: float = 0.0) -> FeedState:
    """Waits double from failure to failure, up to a day; a longer Retry-After wins."""
    since = state.failing_since or now
    doubled = max(state.interval, FIRST_BACKOFF) * 2 ** min(state.failures, _DOUBLINGS)
    return replace(
        state,
        polled=now,
        next_poll=now + timedelta(seconds=_spread(max(min(doubled, LONGEST), wait), url)),
        failures=state.failures + 1,
        failing_since=since,
        last_error=redacted(error),
        stopped=state.stopped or now - since >= PAUSED_AFTER,
    )


# --- small questions ------------------------------------------------------------------------------------------------


def rhythm(parsed: ParsedFeed, now: datetime, *, known: float) -> float:
    """Seconds between polls that fit how often the feed publishes: a quarter of its usual gap, and longer the longer it
    has been silent (a week of silence: once a day). `known` where entries have no dates."""
    moments = sorted({moment for entry in parsed.entries if (moment := entry.published or entry.updated)})
    past = [moment for moment in moments if moment <= now][-_RECENT - 1 :]
    if not past:
        return _clamped(known)
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(past)]
    silence = (now - past[-1]).total_seconds()
    return _clamped(max(median(gaps) / _POLLS_PER_ENTRY if gaps else 0.0, silence / _SILENCE))


def asked_delay(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds the answer's caching headers ask for, 0 or between the clamps: `max-age`, else `Expires` counted from the
    server's own `Date`."""
    control = headers.get("cache-control", "")
    if _UNCACHEABLE.search(control):
        return 0.0
    age = _MAX_AGE.search(control)
    if age:
        return _clamped(float(age[1]))
    expires = _http_date(headers.get("expires", ""))
    return _clamped((expires - _server_time(headers, now)).total_seconds()) if expires else 0.0


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Seconds of `Retry-After`, given as seconds or as an HTTP date counted from the server's own `Date`; 0 for what is
    past or unreadable; 31 days at most."""
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,12}", value):
        return min(float(value), RETRY_LIMIT)
    until = _http_date(value)
    wait = (until - _server_time(headers, now)).total_seconds() if until else 0.0
    return min(max(wait, 0.0), RETRY_LIMIT)


def _server_time(headers: Mapping[str, str], now: datetime) -> datetime:
    return _http_date(headers.get("date", "")) or now


def _http_date(value: str) -> datetime | None:
    if not value or len(value) > 100:
        return None
    try:
        moment = parsedate_to_datetime(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _clamped(seconds: float) -> float:
    return min(max(seconds, SHORTEST), LONGEST)


def _spread(seconds: float, url: str) -> float:
    """`seconds` and up to a tenth more, the same for the same feed: neighbours do not come back in one instant, and the
    wait asked for is never undercut."""
    share = int.from_bytes(hashlib.sha256(url.encode("utf-8", "replace")).digest()[:4], "big") / 2**32
    return seconds * (1 + JITTER * share)


def _without_validators(state: FeedState, parsed: ParsedFeed, interval: float) -> float:
    """Each poll that showed nothing new doubles the wait, up to a day."""
    newest = max((moment for entry in parsed.entries if (moment := entry.updated or entry.published)), default=None)
    stale = state.succeeded is not None and (newest is None or newest <= state.succeeded)
    return _clamped(max(UNVALIDATED, interval, state.interval * 2 if stale else 0.0))


def _slowed(state: FeedState, now: datetime) -> float:
    """A 304 says nothing of the feed's dates; a little patience is added while it keeps coming."""
    return state.interval * 1.1 if state.succeeded and state.succeeded < now else state.interval


def _note(parsed: ParsedFeed) -> str | None:
    return f"{parsed.skipped} entries left out: broken, or beyond the first 500" if parsed.skipped else None


def _is_challenge(headers: Mapping[str, str]) -> bool:
    return headers.get("cf-mitigated", "").strip().lower() == "challenge"


def _reason(response: Response) -> str:
    if _is_challenge(response.headers):
        return f"{response.url}: the site answers bots with a challenge ({response.status})"
    if response.status == 200:
        return f"{response.url}: this is not an RSS, Atom or JSON feed"
    if response.status == 304:
        return f"{response.url}: the site answered “not changed” to a first question (304)"
    reason = _REASONS.get(response.status, "the site could not answer")
    return f"{response.url}: {reason} ({response.status})"
