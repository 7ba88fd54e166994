"""What is fuzzed and what must hold of it: each target takes bytes, so that every failure is a small file to replay."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from builders import CATALOGS, digest, hit, subscription
from builders import text as supported
from lxml import etree
from slack_rules import refused_message

from bot.admin_wishes import Unclear, addressed, changed, clock_time, filter_words, zone_name
from bot.commands import ADMIN_COMMANDS, COMMANDS
from bot.discord_view import pages, view_of
from bot.finding import addresses, cut_query
from bot.sample import SampleSite, sample_articles
from bot.slack_blocks import LIMITS, cost
from bot.slack_reply import payload_of
from bot.slack_words import asked
from bot.web_atom import atom
from digests.days import day_asked
from digests.errors import ChokanError, NoArticle, NotAFeed
from digests.extract import extract, text_of_html
from digests.feeds import parse_feed
from digests.layout import digest_message, pack
from digests.message import Action, Block, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Citation, Digest, RelatedLink
from digests.plain import safe
from digests.printed import html, markdown, plain
from digests.targets import read_target

URL = "https://news.example.jp/feed.xml"
TODAY = date(2026, 2, 13)
ENTRIES = 500
WORDS_KEPT = 20
TAGS = {"article", "h1", "h2", "h3", "p", "a", "br", "b", "i", "strong", "em", "ul", "ol", "li", "small", "hr"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """`run` raises for an input that breaks a promise; `samples` are what mutation begins with."""

    name: str
    run: Callable[[bytes], None]
    samples: Callable[[], Sequence[bytes]]
    tokens: tuple[bytes, ...]


# --- feeds and pages ------------------------------------------------------------------------------------------------


def feed(body: bytes) -> None:
    try:
        found = parse_feed(body, url=URL)
    except NotAFeed:
        return
    assert len(found.entries) <= ENTRIES
    assert safe(found.title) == found.title, "a feed's title is plain text"
    for entry in found.entries:
        assert entry.id, "an entry has an id"
        assert _is_web(entry.url), entry.url
        assert safe(entry.title) == entry.title, "an entry's title is plain text"
        assert "\n" not in entry.title


def page(body: bytes) -> None:
    text_of_html(body[:20_000].decode("utf-8", "replace"), URL)
    try:
        found = extract(body, url=URL)
    except NoArticle:
        return
    assert safe(found.text) == found.text, "an article's text is plain text"
    assert safe(found.title) == found.title, "an article's title is plain text"
    assert _is_web(found.url), found.url
    assert all(_is_web(link.url) for link in found.links)


def _is_web(url: str | None) -> bool:
    return url is None or url.startswith(("http://", "https://"))


# --- messages -------------------------------------------------------------------------------------------------------


def message(body: bytes) -> None:
    """Lines become blocks (`block_of`), then every renderer draws them; the same lines become a digest."""
    lines = body.decode("utf-8", "surrogateescape").split("\n")
    _drawn(message_of(lines))
    made = digest_of(lines)
    for language in CATALOGS.languages:
        _drawn(digest_message(made, CATALOGS.of(language)))
    one = hit(1, title=made.title, publisher=made.title)
    etree.fromstring(atom("https://n.example", "/atom", made.title, "/", [replace(one, digest=made)], CATALOGS))


def message_of(lines: Sequence[str]) -> Message:
    parts: list[tuple[Block, ...]] = [()]
    actions = []
    for line in lines[:400]:
        if line.startswith("="):
            parts.append(())
        elif line.startswith("!"):
            label, _, url = line[1:].partition("\x1e")
            actions.append(Action(label=label, verb="more", value=label, url=url or None))
        else:
            parts[-1] = (*parts[-1], block_of(line))
    return Message(title=lines[0], parts=tuple(Part(blocks=b) for b in parts), actions=tuple(actions[:10]))


def block_of(line: str) -> Block:
    """`#` heading, `-` and `1` lists (items between tabs), `_` small print, `.` a line, else a paragraph."""
    sign, rest = line[:1], line[1:]
    if sign == "#":
        return Heading(text=rest, level=2)
    if sign in ("-", "1"):
        return Bullets(items=tuple(spans_of(item) for item in rest.split("\t")), ordered=sign == "1")
    if sign == "_":
        return Small(spans=spans_of(rest))
    return Divider() if line == "." else Paragraph(spans=spans_of(line))


def spans_of(text: str) -> tuple[Span, ...]:
    """Spans between U+001F, each with its address after U+001E; every second is bold, every third italic."""
    found = (span.partition("\x1e") for span in text.split("\x1f"))
    return tuple(
        Span(text=words, url=url or None, bold=number % 2 == 1, italic=number % 3 == 2)
        for number, (words, _, url) in enumerate(found)
    )


def digest_of(lines: Sequence[str]) -> Digest:
    said = [line.replace("\x1f", "").replace("\x1e", "") for line in lines if line] or ["x"]
    taken = [said[number % len(said)] for number in range(8)]
    made = digest(1, sentence=taken[0])
    section = replace(made.sections[0], heading=taken[1], body=(supported(taken[2]),), citations=(1,))
    return replace(
        made,
        title=taken[3],
        sections=(section, *made.sections[1:]),
        conclusion=tuple(supported(text) for text in said[:50]),
        citations=(Citation(number=1, title=taken[4], publisher=taken[5], url=taken[6]),),
        related=(RelatedLink(title=taken[7], url=taken[6], score=1.0),),
    )


def _drawn(found: Message) -> None:
    for shown in pages(found):
        texts = [str(c["content"]) for c in _walked(_components(shown)) if c["type"] == 10]
        assert sum(len(text) for text in texts) <= 4000, "a Discord view holds 4,000 characters"
        assert all(texts), "Discord takes no empty text"
    for packed in pack(found, LIMITS, cost):
        refused_message(payload_of(packed))
    plain(found)
    markdown(found)
    tags = _Tags()
    tags.feed(html(found))
    assert set(tags.seen) <= TAGS, set(tags.seen) - TAGS
    assert all(re.match(r"https?://|#$", address) for address in tags.addresses)


def _components(shown: Message) -> list[dict[str, Any]]:
    return list(view_of(shown, key="k").to_components())  # type: ignore[no-untyped-call]


def _walked(components: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _walked(component.get("components", []))


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.addresses += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on")], "nobody's script"


# --- words people type ----------------------------------------------------------------------------------------------


def command(body: bytes) -> None:
    said = body.decode("utf-8", "replace")
    for commands in (COMMANDS, ADMIN_COMMANDS):
        found = asked(said, commands, CATALOGS)
        assert found.command in {known.name for known in commands}
        _tried(partial(changed, subscription(), _wishes(found.options)))
    day = day_asked(said, TODAY)
    assert day is None or isinstance(day, date)
    assert len(filter_words(said)) <= WORDS_KEPT
    cut_query(said)
    addresses(said)
    _tried(partial(clock_time, said))
    _tried(partial(zone_name, said))
    _tried(partial(read_target, addressed(said)))


def _wishes(options: Mapping[str, str]) -> dict[str, str]:
    known = ("at", "zone", "days", "language", "length", "layout", "include", "exclude")
    return {name: value for name, value in options.items() if name in known}


def _tried(read: Callable[[], object]) -> None:
    try:
        read()
    except (Unclear, ChokanError):
        return


# --- what mutation begins with --------------------------------------------------------------------------------------


def _sites() -> Iterator[SampleSite]:
    bases = {code: f"https://{code}.example" for code in ("ja", "en", "ref")}
    for code in bases:
        yield SampleSite(code=code, name=f"Sample {code}", articles=sample_articles(code), bases=bases)


def feed_samples() -> list[bytes]:
    corpus = sorted(path for path in (ROOT / "tests/corpus/feeds").iterdir() if not path.name.endswith("golden.json"))
    return [path.read_bytes() for path in corpus] + [site.feed() for site in _sites()]


def page_samples() -> list[bytes]:
    return [site.page(article).encode() for site in _sites() for article in site.articles[:4]]


MESSAGES = (
    "朝刊\n#見出し\n太字\x1fの\x1f文\x1ehttps://example.jp/a_(b)\n"
    "-一\t二\x1ehttps://example.jp/\n_出典\n=\n.\n!開く\x1ehttps://example.jp/",
    "Morning\n#@everyone <!here>\n**b** `c` ~~d~~ ```fence\n"
    "1- a\t1. b\t-# c\n>q\n=\n_[x](javascript:alert(1))\x1ejavascript:alert(1)",
    "\u202eabc\n\u200b\n\n=\n=\n#\n-\n_\n!\nשלום\x1f عالم \x1fa\u0301\u0301\u0301\u0301\U0001f468\u200d\U0001f469",
)
COMMAND_LINES = (
    'search "rare earth" 2025-02-13',
    "検索 「レアアース」",
    "https://example.com/a?b=c",
    "令和7年2月13日",
    "昨日",
    "subscribe <https://example.com/feed|example.com> at=07:00 zone=Asia/Tokyo weekdays layout=thread",
    "7時30分",
    "set include=a,b、c exclude=- language=ja length=full",
    "13th February 2025",
    "http://0x7f.1:80/①",
    "",
)
COMMON = (
    b"\x00",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    "\u202e\u200b\ufeff".encode(),
    "𒀫".encode(),
    b"9" * 40,
)
MARKUP = (
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"&amp;",
    b"&#x0;",
    b"&#xD800;",
    b"&lt;script&gt;",
    b"<p>",
    b"</p>",
    b"<a href=",
    b"<item>",
    b"<entry>",
    b"<title type='html'>",
    b"<title>",
    b"<guid>",
    b"<link>",
    b"javascript:alert(1)",
    b"http://[::1",
    b"<?xml version='1.0' encoding='utf-16'?>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b"xml:base='http://['",
    b'"',
    b"'",
    b"{",
    b"[",
    b"<meta charset=utf-7>",
    b"<base href='http://['>",
    b"<table><tr><td>",
    b"<script type=application/ld+json>{",
    b"<time datetime=",
    b"9999-12-31T23:59:60-99:99",
    b"<style>.a{",
    b"&{display:none}",
    b":is(.a,:not(",
    b"@media (width>1px){",
    b"--a:var(--b);color:var(--a)",
    b"filter:invert(1);mix-blend-mode:screen",
    b"}</style><p class=a>",
    b"style='display:none'",
    b"&#1;",
    b"<svg>",
    b"<template>",
    b"<pubDate>",
    b"null",
    b"1e999",
)
MARKS = (
    b"\n",
    b"\n=\n",
    b"\n#",
    b"\n-",
    b"\n_",
    b"\n!",
    b"\x1f",
    b"\x1e",
    b"\t",
    b"https://",
    b"@everyone",
    b"<@1>",
    b"**",
    b"`",
    b"](",
    b"|",
    b"x" * 3001,
    b"discord.gg/a",
    "עברית".encode(),
    "\U0001f468\u200d".encode(),
    "\u0301".encode() * 8,
    b"mailto:a@b",
    b"http://[",
    b"https://a:99999/",
    b"&lt;",
    b"<",
    b">",
    b"\\",
)
WORDS = (
    "年".encode(),
    "月".encode(),
    "日".encode(),
    b":",
    "時".encode(),
    b"/",
    b"=",
    b'"',
    "「".encode(),
    b"<",
    b"|",
    b">",
    b"at=",
    b"zone=../",
    b"at=99:99",
    b"zone=\x00",
    b"2025-02-30",
    b"9999-99-99",
    "²".encode(),
    "٣".encode(),
    "元".encode(),
    b"http://[",
    b"https://",
    b" ",
    b"&lt;",
    "令和0年".encode(),
    "令和99年".encode(),
    b"0000-01-01",
    "①".encode(),
    b"feb 29",
    b"29 feb 2100",
)

TARGETS = {
    target.name: target
    for target in (
        Target(name="feeds", run=feed, samples=feed_samples, tokens=(*COMMON, *MARKUP)),
        Target(name="pages", run=page, samples=page_samples, tokens=(*COMMON, *MARKUP)),
        Target(name="messages", run=message, samples=lambda: [m.encode() for m in MESSAGES], tokens=(*COMMON, *MARKS)),
        Target(
            name="commands", run=command, samples=lambda: [c.encode() for c in COMMAND_LINES], tokens=(*COMMON, *WORDS)
        ),
    )
}
