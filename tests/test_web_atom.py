"""Digests as Atom and sitemap: valid, complete, and the same ids for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from store_samples import FEED, NOW, article, digest, edition, later, subscription
from web_stand import BASE, SITE, Answer, Stand, archive

from bot.web_access import token_of
from bot.web_views import feed_key
from digests.model import Feed

ATOM = "{http://www.w3.org/2005/Atom}"
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
    assert (entry.updated, entry.published) == ("2026-01-05T22:01:00Z", "2026-01-05T21:00:00Z")
    assert (entry.author, entry.summary) == ("例新聞", "本文 b。")
    assert entry.content[0].type == "text/html"
    assert entry.content[0].language == "ja"
    assert entry.content[0].value.count("<h2>") == 5


async def test_the_feed_is_valid_by_rfc_4287(web: Stand) -> None:
    await web.holds("a", "b")
    assert faults(await web.get("/feed.atom")) == []
    assert faults(await web.get(f"/feeds/{feed_key(FEED.url)}/feed.atom")) == []


async def test_an_empty_feed_is_valid_too_and_does_not_change(web: Stand) -> None:
    first, second = await web.get("/feed.atom"), await web.get("/feed.atom")
    assert faults(first) == []
    assert first.headers["etag"] == second.headers["etag"]


def faults(answer: Answer) -> list[str]:
    """What the format asks of a feed and its entries (RFC 4287, 4.1.1 and 4.1.2) and this one lacks."""
    root = etree.fromstring(answer.body)
    wrong = [f"feed: {name}" for name in ("id", "title", "updated", "author") if len(root.findall(ATOM + name)) != 1]
    ids = [root.findtext(f"{ATOM}id")]
    for entry in root.iter(f"{ATOM}entry"):
        wrong += [
            f"entry: {name}" for name in ("id", "title", "updated", "author") if len(entry.findall(ATOM + name)) != 1
        ]
        wrong += [] if any(e.get("rel") == "alternate" for e in entry.iter(f"{ATOM}link")) else ["entry: alternate"]
        ids.append(entry.findtext(f"{ATOM}id"))
    wrong += [] if len(set(ids)) == len(ids) else ["ids: not unique"]
    relations = [e.get("rel") for e in root.findall(f"{ATOM}link")]
    return wrong + ([] if relations == ["self", "alternate"] else [f"links: {relations}"])


async def test_each_feed_has_an_atom_feed_of_its_own(web: Stand) -> None:
    await web.holds("a")
    await web.holds("b", feed=OTHER)
    found = feedparser.parse((await web.get(f"/feeds/{feed_key(OTHER.url)}/feed.atom")).body)
    assert [entry.title for entry in found.entries] == ["見出し b"]


async def test_a_subscriptions_feed_holds_what_its_editions_carried(web: Stand) -> None:
    await web.holds("a", "b", "c")
    await web.store.save_subscription(subscription("mine"))
    await web.store.save_edition(edition("e1", of="mine", day=5, articles=("a",)), ())
    await web.store.save_edition(edition("e2", of="mine", day=6, articles=("c", "a")), ())
    token = token_of(SITE.secret or "", "mine")
    answer = await web.get(f"/s/mine/feed.atom?token={token}")
    found = feedparser.parse(answer.body)
    assert [entry.title for entry in found.entries] == ["見出し c", "見出し a"]
    assert found.feed.id == "tag:chokan.example.jp,2026-01-01:/s/mine/feed.atom"
    assert answer.headers["cache-control"] == "private, no-store"
    assert faults(answer) == []


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
    assert faults(answer) == []
    (entry,) = feedparser.parse(answer.body).entries
    assert (entry.title, entry.author) == ("a", "example.jp")
