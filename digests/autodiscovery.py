"""A web page → the feeds it offers: what it declares first, then what it merely links to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from lxml.html import HtmlElement

from digests.decode import decode
from digests.pagemeta import base_address
from digests.plain import title_from_text
from digests.urls import web_url
from digests.visible import parsed_tree

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
    tree = parsed_tree(decode(page, headers))
    if tree is None:
        return ()
    base = base_address(tree, url)
    declared = _resolved(_offered(tree, _is_declared, "link"), base, declared=True)
    guessed = _resolved(_offered(tree, _is_plausible, "a"), base, declared=False)
    found: dict[str, FeedLink] = {}
    for link in chain(declared, guessed):
        found.setdefault(link.url, link)
    return tuple(found.values())[:_LIMIT]


def _resolved(offers: Iterable[tuple[str, str]], base: str, *, declared: bool) -> Iterator[FeedLink]:
    for href, title in offers:
        address = web_url(re.sub(r"\Afeed:(?://)?(?=https?:)|\Afeed(?=://)", _as_http, href.strip()), base)
        if address:
            yield FeedLink(url=address.split("#")[0], title=title_from_text(title), declared=declared)


def _as_http(found: re.Match[str]) -> str:
    return "http" if found[0] == "feed" else ""


def _offered(tree: HtmlElement, offers: Callable[[HtmlElement], bool], tag: str) -> Iterator[tuple[str, str]]:
    for element in tree.iter(tag):
        if offers(element):
            yield element.get("href"), element.get("title") or ""


def _is_declared(link: HtmlElement) -> bool:
    href, relations = link.get("href"), (link.get("rel") or "").lower().split()
    kind = (link.get("type") or "").split(";")[0].strip().lower()
    if not href or _JSON_API.search(href[:500]):
        return False
    return ("alternate" in relations and kind in _TYPES) or ("feed" in relations and "stylesheet" not in relations)


def _is_plausible(anchor: HtmlElement) -> bool:
    href = (anchor.get("href") or "")[:500]
    return bool(_PLAUSIBLE.search(href)) and not _ELSEWHERE.search(href)
