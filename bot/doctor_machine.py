"""What `chokan check` says of the machine: its disk, its clock, its knowledge of time zones. Asks nobody outside."""

from __future__ import annotations

import os
import re
import shutil
import zoneinfo
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

from digests.catalog import Catalog
from digests.model import Subscription
from digests.ports import Finding
from digests.store import FeedHealth

LOW_DISK = 200 * 1024 * 1024
WRONG_CLOCK = 60.0
"""Seconds between our clock and others' that are no accident of the way."""
LATELY = timedelta(hours=25)
"""How old the last poll of a feed may be whose server's clock is compared: feeds are asked once a day or oftener."""
OLD_ZONES = 2
"""Years after which the rules of time zones are called old: some country changes its own every year."""
_MIB = 1024 * 1024
_YEAR = re.compile(r"(\d{4})[a-z]")


def disk_findings(folder: Path | None, used: int, words: Catalog) -> Iterator[Finding]:
    """`folder`: where the database's file is, None for a database on a server; `used`: its bytes."""
    subject = words("check.disk")
    if folder is None:
        yield Finding(subject=subject, ok=True, text=words("check.disk.server", used=_size(used)))
        return
    free = shutil.disk_usage(folder).free
    text = words("check.disk.free", free=_size(free), folder=folder, used=_size(used))
    tight = LOW_DISK < free < LOW_DISK + used
    text += words("check.disk.tight") if tight else ""
    yield Finding(subject=subject, ok=free > LOW_DISK, warning=tight, text=text, fix=words("check.disk.fix"))
    if not os.access(folder, os.W_OK | os.X_OK):
        # SQLite writes its log beside the file.
        text, fix = words("check.disk.shut", folder=folder), words("check.disk.shut.fix", folder=folder)
        yield Finding(subject=subject, ok=False, text=text, fix=fix)


def clock_finding(
    platforms: Mapping[str, float], feeds: Sequence[FeedHealth], now: datetime, words: Catalog
) -> Finding:
    """Our clock beside those of the platforms that answered just now, else of the feeds' servers at their last polls.
    One server may be wrong, so the middle one of them is believed."""
    subject = words("check.clock")
    polled = (health.state for health in feeds if health.state.polled and now - health.state.polled < LATELY)
    ahead = list(platforms.values()) or [state.ahead for state in polled if state.ahead is not None]
    if not ahead:
        text, fix = words("check.clock.unknown", now=_moment(now)), words("check.clock.unknown.fix")
        return Finding(subject=subject, ok=True, warning=True, text=text, fix=fix)
    seconds, of = median(ahead), ", ".join(platforms) or words("check.clock.feeds", number=len(ahead))
    if abs(seconds) <= WRONG_CLOCK:
        return Finding(subject=subject, ok=True, text=words("check.clock.right", now=_moment(now), of=of))
    text = words(
        "check.clock.fast" if seconds > 0 else "check.clock.slow",
        now=_moment(now),
        of=of,
        apart=_span(abs(seconds), words),
    )
    return Finding(subject=subject, ok=False, text=text, fix=words("check.clock.fix"))


def zone_findings(subscriptions: Sequence[Subscription], zone: str, now: datetime, words: Catalog) -> Iterator[Finding]:
    """`zone`: that of the terminal."""
    version, where = rules_in_use()
    subject = words("check.zones")
    year = _YEAR.match(version)
    old = year is not None and now.year - int(year[1]) >= OLD_ZONES
    text = words("check.zones.old" if old else "check.zones.known", version=version or "?", where=where)
    fix = words("check.zones.package" if where == "tzdata" else "check.zones.system")
    yield Finding(subject=subject, ok=True, warning=old, text=text, fix=fix)
    wanted = [(zone, words("check.zones.terminal")), *((one.zone, one.id) for one in subscriptions)]
    for name, whose in wanted:
        if not _known(name):
            text = words("check.zones.unknown", zone=name, whose=whose)
            yield Finding(subject=subject, ok=False, text=text, fix=words("check.zones.unknown.fix"))


def rules_in_use() -> tuple[str, str]:
    """The version of the time zones' rules, such as `2025b`, and where Python reads them: a folder of the system, or
    the package `tzdata` where the system has none. An empty version: the system does not tell."""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / "UTC").is_file():
            return _version_in(Path(folder)), folder
    return _version_in(resources.files("tzdata") / "zoneinfo"), "tzdata"


def _version_in(folder: Traversable) -> str:
    for name in ("tzdata.zi", "+VERSION"):
        try:
            with (folder / name).open(encoding="utf-8") as file:
                return str(file.readline()).removeprefix("# version").strip()
        except FileNotFoundError:
            continue
    return ""


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _moment(now: datetime) -> str:
    return f"{now:%Y-%m-%d %H:%M} UTC"


def _span(seconds: float, words: Catalog) -> str:
    """`3 min`, `2 h`, `5 days`: in the largest unit of which there are two."""
    for unit, length in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * length:
            return words(f"check.clock.{unit}", number=round(seconds / length))
    return words("check.clock.minutes", number=max(1, round(seconds / 60)))


def _size(size: int) -> str:
    mebibytes = size / _MIB
    return f"{mebibytes / 1024:.1f} GiB" if mebibytes >= 1024 else f"{mebibytes:.{0 if mebibytes >= 10 else 1}f} MiB"
