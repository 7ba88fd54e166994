"""What a subscription gets this morning: which slot is due, which articles it carries, in which order.

Pure functions of the subscription, what is stored and `now`; nothing here knows a clock or a channel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from digests.model import Article, Destination, Edition, EditionState, Slot, Subscription
from digests.store import Hit
from digests.terms import caseless

LATE_AFTER = timedelta(minutes=15)
"""A slot served later than this is marked late: readers should know why the morning edition comes at noon."""
FIRST_WINDOW = timedelta(days=1)
"""How far back a new subscription's first edition looks."""
SUBSTANTIAL = 3
LATER = timedelta(hours=6)
"""A later report of the same event is a follow-up from here on; sooner, it is another version of the same news."""
OLDEST = timedelta(days=7)
"""News older than this is not news; a long outage does not flood a channel."""


def slot_instant(day: date, at: time, zone: str) -> datetime | None:
    """The UTC instant of a local wall time: in a gap (DST) the first instant that exists, in a fold the first of the
    two; None on a day the zone skips altogether (Samoa, 2011-12-30)."""
    tz = ZoneInfo(zone)
    wall = datetime.combine(day, at)
    first, second = (wall.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    if first.astimezone(UTC).astimezone(tz).replace(tzinfo=None) == wall:
        return first.astimezone(UTC)
    instant = _transition(second.astimezone(UTC), first.astimezone(UTC), tz)
    return instant if instant.astimezone(tz).date() == day else None


def _transition(low: datetime, high: datetime, tz: ZoneInfo) -> datetime:
    """The instant in (low, high] at which the zone's offset changes, to the second."""
    before = low.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if middle.astimezone(tz).utcoffset() == before else (low, middle)
    return high


def due_slot(subscription: Subscription, now: datetime, last: Slot | None, catch_up: timedelta) -> Slot | None:
    """The slot to serve at `now`, or None.

    After downtime only the newest missed slot is served, and only within `catch_up`. One edition a local day: a
    changed time or zone neither repeats a day that has its edition nor loses one that has not.
    """
    if subscription.paused:
        return None
    for slot in _slots_back(subscription, now):
        if now - slot.at > catch_up:
            return None
        if slot.at <= now:
            served = last is not None and last.day >= slot.day
            too_new = subscription.created is not None and slot.at < subscription.created
            return None if served or too_new else replace(slot, late=now - slot.at > LATE_AFTER)
    return None


def skipped_days(subscription: Subscription, slot: Slot, last: Slot | None) -> tuple[date, ...]:
    """Days between the last edition and this one that had a time of their own and were not served, oldest first."""
    if last is None:
        return ()
    days = (slot.day - timedelta(days=back) for back in range(min((slot.day - last.day).days, 10) - 1, 0, -1))
    return tuple(day for day in days if _slot(subscription, day))


def next_slot(subscription: Subscription, now: datetime, last: Slot | None) -> Slot | None:
    """The next slot after `now`, for people who ask when the next edition comes."""
    today = now.astimezone(ZoneInfo(subscription.zone)).date()
    for ahead in range(9):
        slot = _slot(subscription, today + timedelta(days=ahead))
        if slot and slot.at > now and not (last and last.day >= slot.day):
            return slot
    return None


def _slots_back(subscription: Subscription, now: datetime) -> Iterator[Slot]:
    """Slots from tomorrow's backwards over nine days; which of them are due is the caller's question."""
    today = now.astimezone(ZoneInfo(subscription.zone)).date()
    days = (today - timedelta(days=back) for back in range(-1, 9))
    yield from filter(None, (_slot(subscription, day) for day in days))


def _slot(subscription: Subscription, day: date) -> Slot | None:
    if day.weekday() not in subscription.weekdays:
        return None
    at = slot_instant(day, subscription.at, subscription.zone)
    return Slot(subscription=subscription.id, day=day, time=subscription.at, at=at) if at else None


def slot_now(subscription: Subscription, now: datetime) -> Slot:
    """A slot for this very moment: `publish NAME` and the sample run, beside the schedule."""
    local = now.astimezone(ZoneInfo(subscription.zone))
    return Slot(subscription=subscription.id, day=local.date(), time=local.time().replace(tzinfo=None), at=now)


def window_start(subscription: Subscription, now: datetime) -> datetime:
    """Articles first seen before this are not for this subscription."""
    floor = now - OLDEST
    return max(floor, subscription.created - FIRST_WINDOW) if subscription.created else floor


def wanted(subscription: Subscription, article: Article) -> bool:
    """Do the subscription's include and exclude words let this article through? Case and width do not matter."""
    if not (subscription.include or subscription.exclude):
        return True
    text = caseless(f"{article.title}\n{article.text}")
    included, excluded = (
        any(caseless(word) in text for word in words) for words in (subscription.include, subscription.exclude)
    )
    return (included or not subscription.include) and not excluded


def ranked(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """What more sites report first; then what has something to say (three sections or more) before bulletins; then the
    newest, by the site's own date where it gives one that is not in the future of when we saw it."""
    return tuple(sorted(hits, key=_weight, reverse=True))


def _weight(hit: Hit) -> tuple[int, bool, datetime, str]:
    sections = hit.digest.sections if hit.digest else ()
    substantial = sum(section.addressed for section in sections) >= SUBSTANTIAL
    return len(hit.others), substantial, _when(hit.article), hit.article.id


def merged(hits: Sequence[Hit], groups: Sequence[Sequence[int]]) -> tuple[Hit, ...]:
    """One hit a story: of each group (rows of `hits`) the first leads, and the first report of every other site stands
    under it. A site's own second article stays a hit of its own: it says something new."""
    gone: set[int] = set()
    others: dict[int, tuple[Article, ...]] = {}
    for group in groups:
        leader, *rest = sorted(group)
        sites = {hits[leader].article.site}
        for row in rest:
            if hits[row].article.site not in sites:
                sites.add(hits[row].article.site)
                gone.add(row)
                others[leader] = (*others.get(leader, ()), hits[row].article)
    return tuple(replace(hit, others=others.get(row, ())) for row, hit in enumerate(hits) if row not in gone)


def following(hit: Hit, same: Sequence[Article]) -> Hit:
    """The hit marked with the newest article of its story that is older than itself, if there is one."""
    older = [article for article in same if _when(article) < _when(hit.article) - LATER]
    return replace(hit, follows=max(older, key=_when)) if older else hit


def _when(article: Article) -> datetime:
    return min(article.published or article.first_seen, article.first_seen)


def edition_of(subscription: Subscription, slot: Slot, hits: Sequence[Hit], now: datetime) -> Edition:
    """The edition of a slot with these articles, in this order."""
    state: EditionState = "empty" if not hits else "late" if slot.late else "full"
    return Edition(
        id=_key(subscription.id, slot.day.isoformat(), slot.time.isoformat()),
        subscription=subscription.id,
        slot=slot,
        state=state,
        articles=tuple(article.id for hit in hits for article in (hit.article, *hit.others)),
        made=now,
    )


def delivery_key(edition: str, destination: Destination, part: int) -> str:
    """The idempotency key of one message: 24 characters, since Discord's nonce takes 25 and no more."""
    return _key(edition, str(destination), str(part))


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:24]
