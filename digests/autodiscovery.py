"""A web page → the feeds it offers: what it declares first, then what it merely links to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser

from digests.decode import decode
from digests.plain import title_from_text
from digests.urls import web_url

_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/feed+json",
    "application/json",
    "application/rdf+xml",
    "application/x-rss+xml",
    "text/rss+xml",
    "text/atom+xml",
)
_PLAUSIBLE = re.compile(
    r"(?:^|[/?&=._-])(?:rss|atom|feeds?|rdf|index\.xml|feed\.json)(?:$|[/?&=._#-]|\d)", re.IGNORECASE
)
_ELSEWHERE = re.compile(
    r"feedly\.com|inoreader\.com|netvibes\.com|add\.my\.yahoo|newsblur\.com|feedbin\.com", re.IGNORECASE
)
_JSON_API = re.compile(r"/wp-json(?:/|$)|oembed", re.IGNORECASE)
_READ = 1024 * 1024
_LIMIT = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLink:
    """A feed a page offers. `declared`: by `<link rel="alternate">`; else it is a guess from an ordinary link."""

    url: str
    title: str
    declared: bool = True


def feed_links(page: bytes, *, url: str, headers: Mapping[str, str] | None = None) -> tuple[FeedLink, ...]:
    """The feeds `page` offers, at most 50: declared ones in document order with their titles, then plausible
    `<a href>`. Addresses are absolute http(s), each once. Never raises."""
    reader = _Reader()
    reader.feed(decode(page, headers)[:_READ])
    reader.close()
    base = web_url(reader.base, url) or url
    found: dict[str, FeedLink] = {}
    for declared, offers in ((True, reader.declared), (False, reader.guessed)):
        for link in _resolved(offers, base, declared=declared):
            found.setdefault(link.url, link)
    return tuple(found.values())[:_LIMIT]


def _resolved(offers: list[tuple[str, str]], base: str, *, declared: bool) -> Iterator[FeedLink]:
    for href, title in offers:
        address = web_url(re.sub(r"\Afeed:(?://)?(?=https?:)|\Afeed(?=://)", _as_http, href.strip()), base)
        if address:
            yield FeedLink(url=address.split("#")[0], title=title_from_text(title), declared=declared)


def _as_http(found: re.Match[str]) -> str:
    return "http" if found[0] == "feed" else ""


class _Reader(HTMLParser):
    """Collects; decides nothing about addresses."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.declared: list[tuple[str, str]] = []
        self.guessed: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("base", "link", "a"):
            return
        said = {name: value or "" for name, value in reversed(attrs)}
        href = said.get("href", "")
        if tag == "base":
            self.base = self.base or href
        elif tag == "link" and _declares_feed(said):
            self.declared.append((href, said.get("title", "")))
        elif tag == "a" and _PLAUSIBLE.search(href[:500]) and not _ELSEWHERE.search(href[:500]):
            self.guessed.append((href, said.get("title", "")))


def _declares_feed(said: Mapping[str, str]) -> bool:
    relations = said.get("rel", "").lower().split()
    kind = said.get("type", "").split(";")[0].strip().lower()
    if "href" not in said or _JSON_API.search(said["href"][:500]):
        return False
    return ("alternate" in relations and kind in _TYPES) or ("feed" in relations and "stylesheet" not in relations)
