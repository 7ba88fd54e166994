"""What admins wish of a subscription, read from their words and from forms. Pure: words in, a subscription out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from hashlib import blake2b
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from bot.finding import Asker, guessed_zone
from bot.zone_names import zone_meant, zone_near
from digests.errors import ChokanError
from digests.model import LAYOUTS, LENGTHS, Destination, Subscription

WORDS = 20
"""Most words of a filter."""
DAYS: Mapping[str, frozenset[int]] = {
    "every-day": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    "weekends": frozenset({5, 6}),
}
LANGUAGES = ("auto", "ja", "en")
_TIME = re.compile(
    r"(?P<before>午前|午後|朝)?\s*(?P<hour>\d{1,2})\s*(?:(?P<half>時半)|[:時h.]?\s*(?P<minute>[0-5]\d)?\s*分?)"
    r"\s*(?P<after>[ap]\.?m\.?)?"
)
_DAY_NAMES = ("月", "火", "水", "木", "金", "土", "日")
_DAY_BEGINS = ("mo", "tu", "we", "th", "fr", "sa", "su")


class Unclear(ChokanError):
    """What an admin asked cannot be done as asked; `key` and `values` say why in the catalog's words."""

    kind = "unclear"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class NoChoice(Unclear):
    """Something else was named than can be chosen; `option` and `choices` are the table's words."""

    def __init__(self, option: str, said: str, choices: Sequence[str]) -> None:
        super().__init__("admin.unclear.choice", said=said)
        self.option, self.choices = option, tuple(choices)


def defaults(here: Destination, asker: Asker, now: datetime) -> Subscription:
    """At 07:00 where the reader is (or where the server's language is spoken), in the server's language."""
    language = (asker.home or asker.catalog).language
    zone = asker.zone or guessed_zone(asker.house or language)
    return Subscription(id="preview", destination=here, zone=zone, language=language, created=now, keeper=asker.reader)


def changed(order: Subscription, wishes: Mapping[str, str]) -> Subscription:
    """The subscription with what an admin wishes. Raises `Unclear` for what cannot be understood."""
    readers: dict[str, Callable[[str], dict[str, object]]] = {
        "at": lambda said: {"at": clock_time(said)},
        "zone": lambda said: {"zone": zone_name(said)},
        "days": lambda said: {"weekdays": week(said)},
        "language": lambda said: {"language": _chosen("language", said, LANGUAGES)},
        "length": lambda said: {"length": _chosen("length", said, LENGTHS)},
        "layout": lambda said: {"layout": _chosen("layout", said, LAYOUTS)},
        "include": lambda said: {"include": filter_words(said)},
        "exclude": lambda said: {"exclude": filter_words(said)},
    }
    values: dict[str, object] = {}
    for name, said in wishes.items():
        values |= readers[name](said.strip())
    return replace(order, **values)  # type: ignore[arg-type]  # each reader gives the field of its name


FORM = ("at", "zone", "weekdays", "language", "length", "layout", "include", "exclude")
"""What an admin chooses of a subscription besides its feeds and its channel."""


def alike(order: Subscription, other: Subscription) -> bool:
    """Would both come at one time in one form? Then they are one edition to their readers."""
    return all(getattr(order, name) == getattr(other, name) for name in FORM)


def formed(order: Subscription, other: Subscription) -> Subscription:
    """The subscription in the other's form."""
    chosen: dict[str, Any] = {name: getattr(other, name) for name in FORM}
    return replace(order, **chosen)


def usual(order: Subscription, orders: Sequence[Subscription]) -> Subscription:
    """In the form of its channel's first subscription, which a site that keeps it will join; else as it is."""
    there = (one for one in orders if one.destination.channel == order.destination.channel and one.origin == "chat")
    first = next(there, None)
    return formed(order, first) if first else order


def clock_time(said: str) -> time:
    """07:00, 7:00, 7, 0700, 7pm, 7:30 a.m., 7時半, 午後7時. Raises `Unclear`, also for 午前12時 and 午後12時:
    people mean noon or midnight by either."""
    found = _TIME.fullmatch(normalize("NFKC", said).casefold().strip())
    if not found or (found["before"] and found["after"]):
        raise Unclear("admin.unclear.at", said=said)
    hour, minute = int(found["hour"]), 30 if found["half"] else int(found["minute"] or 0)
    western, eastern = (found["after"] or "")[:1], found["before"]
    if (western and not 1 <= hour <= 12) or (eastern and hour > 11) or hour > 23:
        raise Unclear("admin.unclear.at", said=said)
    hour = hour % 12 if western else hour
    return time(hour + 12 if western == "p" or eastern == "午後" else hour, minute)


def zone_name(said: str) -> str:
    """An IANA zone, by its name in any case, its city or a name people have for it (JST). Raises `Unclear`."""
    zone = zone_meant(said)
    if zone is None:
        near = zone_near(said)
        raise (
            Unclear("admin.unclear.zone-near", said=said, near=near)
            if near
            else Unclear("admin.unclear.zone", said=said)
        )
    return zone


def week(said: str) -> frozenset[int]:
    """`weekdays` and the like, days by number (Monday is 0: `0,2,4`) or by name (`mon,wed`, 月水金). Raises
    `NoChoice`."""
    if said.casefold() in DAYS:
        return DAYS[said.casefold()]
    words = [word for word in re.split(r"[\s,、，・]+", normalize("NFKC", said).casefold()) if word]
    days = [_days_named(word) for word in words]
    if not days or not all(days):
        raise NoChoice("days", said, tuple(DAYS))
    return frozenset[int]().union(*days)


def _days_named(word: str) -> frozenset[int]:
    """Empty for what names no day."""
    if word in tuple("0123456"):
        return frozenset({int(word)})
    if word.isascii():
        known = len(word) > 2 and word.isalpha()
        return frozenset(day for day, begin in enumerate(_DAY_BEGINS) if known and word.startswith(begin))
    letters = word.replace("曜日", "").replace("曜", "")
    return frozenset(_DAY_NAMES.index(c) for c in letters) if set(letters) <= set(_DAY_NAMES) else frozenset()


def filter_words(said: str) -> tuple[str, ...]:
    """Words between commas; a dash takes the filter away."""
    words = (word.strip() for word in re.split(r"[,、，]", said))
    return () if said in ("-", "–", "なし", "none") else tuple(word for word in words if word)[:WORDS]


def _chosen(name: str, said: str, choices: Sequence[str]) -> str:
    if said.casefold() not in choices:
        raise NoChoice(name, said, choices)
    return said.casefold()


def addressed(said: str) -> str:
    """An address as people paste it: without a scheme it is https; a word that names no site stays as it is."""
    said = said.strip().strip("<>")
    bare = not re.match(r"(?i)[a-z][a-z0-9+.-]*://", said) and "." in said
    return f"https://{said}" if bare else said


def new_id(here: Destination, feed: str, at: time) -> str:
    """A short name from the site's: `news-example-jp-3f2a9c01de`. No two places ever share one, however many there are:
    an order saved under another's name would take its place."""
    host = (urlsplit(feed).hostname or "feed").removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:30] or "feed"
    mark = blake2b(f"{here}\0{feed}\0{at}".encode(), digest_size=5).hexdigest()
    return f"{name}-{mark}"
