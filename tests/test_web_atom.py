"""Digests as Atom and sitemap: valid, complete, and the same ids for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from atom_rules import atom_faults
from lxml import etree
from store_samples import FEED, NOW, article, digest, edition, later, subscription
from web_stand import BASE, SITE, Answer, Stand, archive

from bot.web_access import token_of
from bot.web_views import feed_key
from digests.model import Feed, Text

OTHER = Feed(url="https://other.example/feed", title="Other", added=NOW)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        yield stand


async def test_the_feed_holds_the_digests_newest_first(web: Stand) -> None:
    await web.holds("a")
    await web.holds("b", at=later(60))
    answer = await web.get("/feed.atom", Accept_Language="ja")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.body)
    assert (feed.bozo, feed.version, feed.feed.title) == (False, "atom10", "朝刊: 要約")
    assert [(e.id, e.link, e.title) for e in feed.entries] == [
        (f"tag:chokan.example.jp,2026-01-01:/d/{name}", f"{BASE}/d/{name}", f"見出し {name}") for name in ("b", "a")
    ]
    entry = feed.entries[0]
    assert (entry.updated[:19], entry.published) == ("2026-01-05T22:01:00", "2026-01-05T21:00:00Z")
    assert (entry.author, entry.summary) == ("例新聞", "本文 b。")
    assert entry.content[0].type == "text/html"
    assert entry.content[0].language == "ja"
    assert entry.content[0].value.count("<h2>") == 5


async def test_the_feed_is_valid_by_rfc_4287(web: Stand) -> None:
    await web.holds("a", "b")
    for path in ("/feed.atom", f"/feeds/{feed_key(FEED.url)}/feed.atom"):
        assert faults(await web.get(path), path) == []


async def test_an_empty_feed_is_valid_too_and_does_not_change(web: Stand) -> None:
    first, second = await web.get("/feed.atom"), await web.get("/feed.atom")
    assert faults(first, "/feed.atom") == []
    assert first.headers["etag"] == second.headers["etag"]


def faults(answer: Answer, path: str) -> list[str]:
    return atom_faults(answer.body, answer.headers["content-type"], BASE + path, NOW + timedelta(days=1))


async def test_what_strangers_wrote_keeps_the_feed_valid(web: Stand) -> None:
    odd = "<b>x</b> & <script>alert(1)</script> \ud800 &lt;i&gt; ]]>"
    made = replace(digest("a"), title="Fish & chips < 3", lead=(Text(text=odd, support=()),), url="javascript:alert(1)")
    await web.keeps([(article("a", publisher=odd, url="https://example.jp/?a=1&b=2"), made)])
    wrong = faults(await web.get("/feed.atom"), "/feed.atom")
    assert wrong == ["entry: summary holds markup though it is text"]  # the article's own words, escaped


def test_the_checker_finds_what_is_wrong() -> None:
    bad = b"""<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id><title/><updated>2026-01-05</updated><wrong/>
    <link rel="self" href="/feed"/><entry><id>tag:a,2026:1</id><title>a</title><updated>2026-01-05T00:00:00Z</updated>
    <content type="html">&lt;p onclick="x"&gt;&lt;a href="/b"&gt;</content></entry></feed>"""
    found = atom_faults(bad, "text/xml", f"{BASE}/feed", NOW)
    for part in (
        "served as",
        "unknown wrong",
        "no author",
        "is no IRI",
        "(3.3)",
        "link /feed",
        "alternates",
        "title is blank",
    ):
        assert any(part in fault for fault in found), part
    assert {"entry: content with onclick='x'", "entry: content with a relative address '/b'"} <= set(found)


async def test_each_feed_has_an_atom_feed_of_its_own(web: Stand) -> None:
    await web.holds("a")
    await web.holds("b", feed=OTHER)
    found = feedparser.parse((await web.get(f"/feeds/{feed_key(OTHER.url)}/feed.atom")).body)
    assert [entry.title for entry in found.entries] == ["見出し b"]


async def test_a_subscriptions_feed_holds_what_its_editions_carried(web: Stand) -> None:
    await web.holds("a", "b", "c", "d")
    await web.store.save_subscription(subscription("mine"))
    await web.store.save_edition(edition("e1", of="mine", day=5, articles=("a",)), ())
    await web.store.save_edition(edition("e2", of="mine", day=6, articles=("c", "d")), ())
    token = token_of(SITE.secret or "", "mine")
    path = f"/s/mine/feed.atom?token={token}"
    answer = await web.get(path)
    found = feedparser.parse(answer.body)
    assert [entry.title for entry in found.entries] == ["見出し c", "見出し d", "見出し a"]
    assert found.feed.id == "tag:chokan.example.jp,2026-01-01:/s/mine/feed.atom"
    assert answer.headers["cache-control"] == "private, no-store"
    assert faults(answer, path) == []


async def test_the_sitemap_names_every_digest_and_nothing_private(web: Stand) -> None:
    await web.holds("a")
    await web.store.save_article(article("looked-up", feed=None))
    await web.store.save_digest("looked-up", digest("looked-up"), vector=b"", now=NOW)
    root = etree.fromstring((await web.get("/sitemap.xml")).body)
    places = [loc.text for loc in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert places == [f"{BASE}/", f"{BASE}/d/a"]
    assert f"Sitemap: {BASE}/sitemap.xml" in (await web.get("/robots.txt")).text


async def test_a_title_of_nothing_printable_still_makes_a_valid_entry(web: Stand) -> None:
    made = replace(digest("a"), title="\x00\u200b", lead=())
    await web.keeps([(article("a", publisher="\x01", published=None), made)])
    answer = await web.get("/feed.atom")
    assert faults(answer, "/feed.atom") == []
    (entry,) = feedparser.parse(answer.body).entries
    assert (entry.title, entry.author) == ("a", "example.jp")
