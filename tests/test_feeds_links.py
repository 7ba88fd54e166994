"""From a page to its feeds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.autodiscovery import FeedLink, feed_links

URL = "https://site.example/news/"


def found(page: str) -> list[tuple[str, str]]:
    return [(link.url, link.title) for link in feed_links(page.encode(), url=URL)]


def test_declared_feeds_come_in_document_order_with_their_titles() -> None:
    page = """<html><head>
      <LINK REL=alternate TYPE="application/atom+xml" title="All &amp; more" href="/atom.xml">
      <link rel="alternate" type="application/rss+xml; charset=utf-8" href='rss.xml'/>
      <link rel="alternate stylesheet" type="text/css" href="/style.css">
      <link rel="alternate" type="application/feed+json" title="JSON" href="https://cdn.example/feed.json">
      <link rel="alternate" hreflang="ja" href="/ja/"></head>"""
    assert found(page) == [
        ("https://site.example/atom.xml", "All & more"),
        ("https://site.example/news/rss.xml", ""),
        ("https://cdn.example/feed.json", "JSON"),
    ]


def test_plausible_links_follow_the_declared_ones() -> None:
    page = """<link rel="alternate" type="application/rss+xml" href="/feed">
      <a href="/about">About</a> <a href="/blog/rss.xml">RSS</a> <a href="/feed">same</a>
      <a href="https://feedly.com/i/subscription/feed/x">Feedly</a> <a href="/feedback">Feedback</a>"""
    links = feed_links(page.encode(), url=URL)
    assert links == (
        FeedLink(url="https://site.example/feed", title=""),
        FeedLink(url="https://site.example/blog/rss.xml", title="", declared=False),
    )


def test_base_href_is_followed() -> None:
    page = '<base href="https://other.example/x/"><link rel="alternate" type="application/rss+xml" href="f.xml">'
    assert found(page) == [("https://other.example/x/f.xml", "")]


@pytest.mark.parametrize(
    "href", ["javascript:alert(1)", "data:application/rss+xml,x", "file:///etc/passwd", "http://[", ""]
)
def test_addresses_that_cannot_be_fetched_are_not_offered(href: str) -> None:
    page = f'<link rel="alternate" type="application/rss+xml" href="{href}"><a href="{href}#rss">x</a>'
    assert found(page + '<a href="/rss">RSS</a>') == [("https://site.example/rss", "")]


@pytest.mark.parametrize("href", ["feed://site.example/rss", "feed:http://site.example/rss"])
def test_feed_scheme_is_http(href: str) -> None:
    assert found(f'<link rel="alternate" type="application/rss+xml" href="{href}">') == [
        ("http://site.example/rss", "")
    ]


def test_a_page_in_another_charset_is_read() -> None:
    page = '<meta charset="shift_jis"><link rel="alternate" type="application/rss+xml" title="朝の新聞" href="/f">'
    assert feed_links(page.encode("cp932"), url=URL)[0].title == "朝の新聞"


def test_a_page_of_links_is_cut() -> None:
    page = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{n}">' for n in range(1000))
    assert len(found(page)) == 50


def test_declarations_inside_comments_do_not_count() -> None:
    assert found('<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->') == []


@given(st.binary(max_size=300))
def test_any_bytes_give_links_or_none(page: bytes) -> None:
    assert all(link.url.startswith(("http://", "https://")) for link in feed_links(b"<link " + page, url=URL))
