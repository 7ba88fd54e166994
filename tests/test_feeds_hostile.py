"""Input made to stop a reader: each is read or refused in seconds, in a process that would be killed otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pebble import ProcessPool

from digests.autodiscovery import feed_links
from digests.errors import ChokanError
from digests.extract import extract
from digests.feeds import parse_feed

SECONDS = 20.0
URL = "https://hostile.example/x"


def rss(item: str, doctype: str = "") -> bytes:
    item = f"<item><title>x</title>{item}</item>"
    return f"{doctype}<rss version='2.0'><channel><title>t</title>{item}</channel></rss>".encode()


ENTITIES = "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(12))
ATTRIBUTES = " ".join(f"a{n}='1'" for n in range(50_000))
FEEDS: dict[str, Callable[[], bytes]] = {
    "nested entities": lambda: rss("<description>&e12;</description>", f"<!DOCTYPE r [<!ENTITY e0 'ha'>{ENTITIES}]>"),
    "many declarations": lambda: rss(
        "", "<!DOCTYPE r [" + "".join(f"<!ENTITY n{n} 'x'>" for n in range(40_000)) + "]>"
    ),
    "many attributes": lambda: rss(f"<x {ATTRIBUTES}/>"),
    "many attributes in markup": lambda: rss(f"<description><![CDATA[<p {ATTRIBUTES}>]]></description>"),
    "open comments": lambda: rss(f"<description>{'&lt;!--' * 60_000}</description>"),
    "open styles": lambda: rss(f"<description>{'&lt;style&gt;' * 60_000}</description>"),
    "deep nesting": lambda: rss(f"<description>{'&lt;div&gt;' * 40_000}</description>"),
    "deep elements": lambda: rss("<a>" * 40_000),
    "bare less-than": lambda: rss("<" * 900_000),
    "bare ampersands": lambda: rss("&" * 900_000),
    "endless date": lambda: rss(f"<pubDate>{'1' * 900_000}</pubDate>"),
    "endless title": lambda: (
        b"<rss><channel><title>" + b"A" * 4_000_000 + b"</title><item><title>x</title></item></channel></rss>"
    ),
    "many entries": lambda: b"<rss><channel>" + b"<item><title>x</title></item>" * 50_000 + b"</channel></rss>",
    "big integers": lambda: b'{"items": [{"id": ' + b"9" * 100_000 + b"}]}",
    "deep JSON": lambda: b'{"items": ' + b"[" * 100_000,
}
PAGES: dict[str, Callable[[], bytes]] = {
    "paragraphs": lambda: b"<p>" * 100_000,
    "filled paragraphs": lambda: b"<article>" + b"<p>Some words in a paragraph that goes on.</p>" * 20_000,
    "nesting": lambda: b"<div>" * 100_000 + b"x",
    "line breaks": lambda: b"<article><p>" + b"a<br>" * 24_000,
    "attributes": lambda: f"<p {ATTRIBUTES}>x".encode(),
    "comments": lambda: b"<!--" * 200_000,
    "links": lambda: b"<a href=x>y</a>" * 24_000,
    "style rules": lambda: b"<style>" + b"@media{a{" * 30_000 + b"</style>x",
    "style attribute": lambda: b"<p style='" + b"left:-9999" * 100_000 + b"'>x",
    "long text": lambda: b"<article><p>" + b"word " * 900_000,
}


def parsed(body: bytes) -> str:
    try:
        return f"{len(parse_feed(body, url=URL).entries)} entries"
    except ChokanError as error:
        return error.kind


def extracted(body: bytes) -> str:
    feed_links(body, url=URL)
    try:
        return f"{len(extract(body, url=URL).text)} characters"
    except ChokanError as error:
        return error.kind


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPool]:
    with ProcessPool(max_workers=1) as workers:
        yield workers


@pytest.mark.parametrize("name", FEEDS)
def test_hostile_feeds_end(name: str, pool: ProcessPool) -> None:
    outcome = pool.schedule(parsed, args=(FEEDS[name](),), timeout=SECONDS).result()
    assert outcome in ("1 entries", "500 entries", "not-a-feed")


@pytest.mark.parametrize("name", PAGES)
def test_hostile_pages_end(name: str, pool: ProcessPool) -> None:
    outcome = pool.schedule(extracted, args=(PAGES[name](),), timeout=SECONDS).result()
    assert outcome == "no-article" or outcome.endswith("characters")
