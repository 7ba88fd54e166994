"""Setting Chokan up, step by step: site → feed → preview → place → done. One flow under the terminal's questions and
the web's pages.

What is answered is kept in a draft at once, so stopping loses nothing; tokens go straight into `.env`, which only its
owner may read, and are never shown again.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.digesting import digested
from bot.plain_words import error_text
from bot.poll import article_of_url, discover
from bot.world import DIGEST_SECONDS, Looks, Runs
from digests.catalog import Catalog, Catalogs
from digests.errors import ChokanError
from digests.feeds import parse_feed
from digests.lengths import shortened
from digests.model import Digest
from digests.urls import web_url

DRAFT = ".chokan-setup.json"
PREVIEWED = 2
BACKFILL = 3
"""Articles already in the feed that count as new: the first edition has something to show."""
READ_SECONDS = 20.0
PLATFORMS = ("discord", "slack", "console")
LANGUAGES = ("ja", "en")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_CHANNELS = {
    "discord": re.compile(r"(?:https://(?:\w+\.)?discord\.com/channels/\d+/)?(\d{15,20})/?"),
    "slack": re.compile(r"(?:https://[\w.-]+\.slack\.com/(?:archives|client/\w+)/)?([CGD][A-Z0-9]{6,20})/?"),
}
TOKENS: Mapping[str, re.Pattern[str]] = {
    "DISCORD_TOKEN": re.compile(r"[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}"),
    "SLACK_BOT_TOKEN": re.compile(r"xoxb-[\w-]{10,}"),
    "SLACK_APP_TOKEN": re.compile(r"xapp-[\w-]{10,}"),
}
WANTED: Mapping[str, tuple[str, ...]] = {
    "discord": ("DISCORD_TOKEN",),
    "slack": ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"),
    "console": (),
}
"""Tokens a platform needs."""


class Wrong(ChokanError):
    """An answer that cannot be taken; `key` and `values` say why and what would do."""

    kind = "answer"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def explained(error: ChokanError, catalog: Catalog) -> str:
    return catalog(error.key, **error.values) if isinstance(error, Wrong) else error_text(error, catalog)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The answers so far."""

    language: str = "en"
    zone: str = "UTC"
    at: str = "07:00"
    feed: str = ""
    title: str = ""
    platform: str = ""
    channel: str = ""

    @property
    def step(self) -> str:
        """The first thing that is still open."""
        return "site" if not self.feed else "place" if not self.platform else "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where `.env` and the draft are, and the configuration; `check` raises `ConfigError` for one that is wrong."""

    folder: Path
    config: Path
    check: Callable[[Path], None]


class Wizard:
    """The flow, over a folder that Chokan will be run in."""

    def __init__(
        self,
        reader: Looks,
        thinking: Runs,
        catalogs: Catalogs,
        files: Files,
        *,
        draft: Draft,
        known: Mapping[str, str],
    ) -> None:
        """`draft`: what to begin with where none was kept; `known`: tokens the environment has already."""
        self.reader, self.thinking, self.catalogs, self.files = reader, thinking, catalogs, files
        self._known = known
        self.draft = _kept(files.folder / DRAFT) or draft
        self.preview: tuple[Digest, ...] = ()

    # --- steps ------------------------------------------------------------------------------------------------------

    def settle(self, *, language: str = "", zone: str = "", at: str = "") -> None:
        """Language, zone and hour; what is not given stays. Raises `Wrong`."""
        draft = self.draft
        self._keep(
            replace(
                draft,
                language=_chosen("language", language or draft.language, LANGUAGES),
                zone=_zone(zone.strip() or draft.zone),
                at=_clock(at.strip() or draft.at),
            )
        )

    async def find(self, site: str) -> tuple[Digest, ...]:
        """The feed of a site, kept; and digests of its newest articles. Raises `Wrong` and what fetching raises."""
        address = site.strip()
        address = address if "://" in address else f"https://{address}"
        if not web_url(address):
            raise Wrong("command.error.bad-url")
        feed = await discover(self.reader, address)
        response = await self.reader.recent.get(feed, self.reader.fetch, self.reader.clock)
        work = (response.body, response.url, dict(response.headers))
        title, urls = await self.reader.reading.run(_newest, *work, seconds=READ_SECONDS)
        self.preview = await self._digests(urls)
        self._keep(replace(self.draft, feed=feed, title=title or urlsplit(feed).hostname or feed))
        return self.preview

    async def _digests(self, urls: Sequence[str]) -> tuple[Digest, ...]:
        made: list[Digest] = []
        for url in urls:
            if len(made) == PREVIEWED:
                break
            try:
                article = await article_of_url(self.reader, url)
                work = (article, (), (), article.language, self.catalogs, True)
                digest = await self.thinking.run(digested, *work, seconds=DIGEST_SECONDS)
            except ChokanError:
                continue  # one unreadable article: the next one shows the form as well
            made.append(shortened(digest, "compact"))
        return tuple(made)

    def hold(self, tokens: Mapping[str, str]) -> None:
        """Write tokens down at once, all that are given or none. Raises `Wrong`."""
        given = {name: tokens[name].strip() for name in TOKENS if tokens.get(name, "").strip()}
        for name, token in given.items():
            if not TOKENS[name].fullmatch(token):
                raise Wrong(f"setup.unclear.{name.lower().replace('_', '-')}")
        if given:
            remember(self.files.folder / ".env", given)
            self._known = {**self._known, **given}

    def place(self, platform: str, channel: str) -> None:
        """Where editions go. Raises `Wrong`."""
        platform = _chosen("platform", platform, PLATFORMS)
        self._keep(replace(self.draft, platform=platform, channel=_channel(platform, channel)))

    def missing(self, platform: str = "") -> tuple[str, ...]:
        """Tokens the platform needs that nobody has given yet."""
        return tuple(name for name in WANTED.get(platform or self.draft.platform, ()) if not self._known.get(name))

    def known(self, name: str) -> str:
        """A token's value, from the environment or just given; "" where there is none."""
        return self._known.get(name, "")

    def again(self) -> None:
        """Back to the first question; what was answered is offered once more."""
        self._keep(replace(self.draft, feed="", platform="", channel=""))

    def finish(self) -> Path:
        """Write the configuration, whole or not at all, and forget the draft. Raises `Wrong`, `ConfigError`."""
        if self.draft.step != "ready":
            raise Wrong("setup.unclear.unfinished")
        config = self.files.config
        text = configured(config.read_text(encoding="utf-8") if config.exists() else "", self.draft)
        written = config.with_name(f"{config.name}.new")
        try:
            written.write_text(text, encoding="utf-8")
            self.files.check(written)
            written.replace(config)
        finally:
            written.unlink(missing_ok=True)
        (self.files.folder / DRAFT).unlink(missing_ok=True)
        return config

    def _keep(self, draft: Draft) -> None:
        self.draft = draft
        _write_private(self.files.folder / DRAFT, json.dumps(asdict(draft), ensure_ascii=False))


def _newest(body: bytes, url: str, headers: Mapping[str, str]) -> tuple[str, tuple[str, ...]]:
    """Runs in a worker: a feed's title, and where its articles are."""
    parsed = parse_feed(body, url=url, headers=headers)
    return parsed.title, tuple(entry.url for entry in parsed.entries[: PREVIEWED * 3] if entry.url)


# --- answers ----------------------------------------------------------------------------------------------------------


def _chosen(name: str, said: str, choices: Sequence[str]) -> str:
    if said not in choices:
        raise Wrong("admin.unclear.choice", name=name, said=said, choices=", ".join(choices))
    return said


def _zone(said: str) -> str:
    try:
        ZoneInfo(said)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Wrong("admin.unclear.zone", said=said) from None
    return said


def _clock(said: str) -> str:
    if not _CLOCK.fullmatch(said):
        raise Wrong("admin.unclear.at", said=said)
    return said.zfill(5)


def _channel(platform: str, said: str) -> str:
    """A channel's own name for itself, also out of its address."""
    if platform == "console":
        return ""
    found = _CHANNELS[platform].fullmatch(said.strip())
    if found is None:
        raise Wrong(f"setup.unclear.channel.{platform}")
    return found[1]


# --- files ------------------------------------------------------------------------------------------------------------


def _kept(path: Path) -> Draft | None:
    """The draft of an earlier start; None where there is none that can be read."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Draft(**data)
    except (OSError, ValueError, TypeError):
        return None


def remember(path: Path, values: Mapping[str, str]) -> None:
    """Set NAME=value lines in a file only its owner may read; other lines stay as they are."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    others = [line for line in lines if line.partition("=")[0].strip() not in values]
    _write_private(path, "\n".join([*others, *(f"{name}={value}" for name, value in values.items())]) + "\n")


def _write_private(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 (its mode must be right from the start)
        file.write(text)
    fresh.replace(path)


def configured(old: str, draft: Draft) -> str:
    """The configuration with this feed and a subscription for it; what stood there stays, word by word."""
    there = _tables(old)
    feeds = {feed.get("url") for feed in there.get("feeds", ())}
    names = {order.get("id") for order in there.get("subscriptions", ())}
    name = next(n for n in ("morning", *(f"morning-{i}" for i in range(2, 1000))) if n not in names)
    blocks = [old.rstrip()] if old.strip() else [f"language = {_toml(draft.language)}\nzone = {_toml(draft.zone)}"]
    if draft.feed not in feeds:
        blocks.append(f"[[feeds]]\nurl = {_toml(draft.feed)}\nbackfill = {BACKFILL}")
    to = draft.platform if draft.platform == "console" else f"{draft.platform}:{draft.channel}"
    order = {
        "id": name,
        "destination": to,
        "at": draft.at,
        "zone": draft.zone,
        "language": draft.language,
        "layout": "inline" if draft.platform == "console" else "thread",
    }
    lines = [f"{key} = {_toml(value)}" for key, value in order.items()]
    blocks.append("\n".join(["[[subscriptions]]", *lines, f"feeds = [{_toml(draft.feed)}]"]))
    return "\n\n".join(blocks) + "\n"


def _tables(text: str) -> dict[str, Any]:
    """Of what cannot be read nothing is known: the check of the whole file then says where it is wrong."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _toml(value: str) -> str:
    """A basic string; JSON's escapes are among TOML's, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
