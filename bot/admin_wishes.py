"""What admins wish of a subscription, read from their words and from forms. Pure: words in, a subscription out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from hashlib import blake2b
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.finding import Asker, guessed_zone
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
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_TIME = re.compile(r"([01]?\d|2[0-3])\s*(?:[:：時h.]\s*([0-5]\d)?\s*分?)?")


class Unclear(ChokanError):
    """What an admin asked cannot be done as asked; `key` and `values` say why in the catalog's words."""

    kind = "unclear"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


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


def clock_time(said: str) -> time:
    """07:00, 7:00, 7, 7時30分. Raises `Unclear`."""
    found = _TIME.fullmatch(said.translate(str.maketrans("０１２３４５６７８９", "0123456789")).strip())
    if not found:
        raise Unclear("admin.unclear.at", said=said)
    return time(int(found[1]), int(found[2] or 0))


def zone_name(said: str) -> str:
    """An IANA zone. Raises `Unclear`; what cannot be a name is not looked up, for each dot would be an import."""
    if not _ZONE.fullmatch(said):
        raise Unclear("admin.unclear.zone", said=said)
    try:
        ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Unclear("admin.unclear.zone", said=said) from None
    return said


def week(said: str) -> frozenset[int]:
    """`weekdays` and the like, or days by number (Monday is 0): `0,2,4`. Raises `Unclear`."""
    days = frozenset(int(day) for day in said.split(",") if day in tuple("0123456"))
    return days or DAYS[_chosen("days", said, tuple(DAYS))]


def filter_words(said: str) -> tuple[str, ...]:
    """Words between commas; a dash takes the filter away."""
    words = (word.strip() for word in re.split(r"[,、，]", said))
    return () if said in ("-", "–", "なし", "none") else tuple(word for word in words if word)[:WORDS]


def _chosen(name: str, said: str, choices: Sequence[str]) -> str:
    if said.casefold() not in choices:
        raise Unclear("admin.unclear.choice", name=name, said=said, choices=", ".join(choices))
    return said.casefold()


def addressed(said: str) -> str:
    """An address as people paste it: without a scheme it is https."""
    said = said.strip().strip("<>")
    return said if re.match(r"(?i)https?://", said) else f"https://{said}"


def new_id(here: Destination, feed: str, at: time) -> str:
    """A short name from the site's: `news-example-jp-3f2a`."""
    host = (urlsplit(feed).hostname or "feed").removeprefix("www.")
    name = re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")[:30] or "feed"
    mark = blake2b(f"{here}\0{feed}\0{at}".encode(), digest_size=2).hexdigest()
    return f"{name}-{mark}"
