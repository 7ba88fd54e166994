"""Which time zone people mean: by its name in any case, by its city, by the names a zone has in daily life. Pure, but
for the names of the zones this machine knows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

_NAME = re.compile(r"[A-Za-z0-9_+/ .-]{1,64}")
_AREAS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
_SPOKEN: Mapping[str, str] = {
    **dict.fromkeys(("jst", "日本", "日本時間", "東京", "japan"), "Asia/Tokyo"),
    **dict.fromkeys(("et", "est", "edt"), "America/New_York"),
    **dict.fromkeys(("pt", "pst", "pdt"), "America/Los_Angeles"),
    "kst": "Asia/Seoul",
    "bst": "Europe/London",
}
"""Names of daily life that mean one zone; those of several (CST, IST) are none. `EST` is also a name of the rules, for
a zone without summer time: whoever writes it means New York's clocks."""


def zone_meant(said: str) -> str | None:
    """The IANA zone that is meant; None where none is, or several may be. What cannot be a name is not looked up, for
    each dot would be an import."""
    folded = said.strip().casefold()
    if folded in _SPOKEN:
        return _SPOKEN[folded]
    if not _NAME.fullmatch(said) or not folded:
        return None
    folded = folded.replace(" ", "_")
    name = _names().get(folded) or _cities().get(folded)
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    return name


@cache
def known_zones() -> tuple[str, ...]:
    """Every zone's name, in order; read from the disk once."""
    return tuple(sorted(available_timezones() - {"localtime"}))


def zone_near(said: str) -> str | None:
    """The zone whose name, or whose city's, is spelt much like this; None where there is none."""
    folded = said.strip().casefold().replace(" ", "_")[:64]
    known = {**_names(), **_cities()}
    close = get_close_matches(folded, known, n=1, cutoff=0.75) if _NAME.fullmatch(said) else []
    return known[close[0]] if close else None


@cache
def _names() -> Mapping[str, str]:
    return {name.casefold(): name for name in known_zones()}


@cache
def _cities() -> Mapping[str, str]:
    """Zones by the last part of their names; of several (old and new names of one zone) the shortest."""
    known = sorted(_names().values(), key=lambda name: (-len(name), name))
    return {name.rsplit("/", 1)[1].casefold(): name for name in known if name.split("/")[0] in _AREAS}
