"""What every reader of feeds must get right, whatever format a feed is in."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.errors import NotAFeed
from digests.feeds import fresh, parse_feed
from digests.model import Entry, ParsedFeed

CORPUS = Path(__file__).parent / "corpus" / "feeds"
FEEDS = sorted(path for path in CORPUS.iterdir() if not path.name.endswith(".golden.json"))
URL = "https://feeds.example/all"


def rss(items: str, channel: str = "<title>T</title><link>https://x.example/</link>") -> bytes:
    return f"<rss version='2.0'><channel>{channel}{items}</channel></rss>".encode()


def golden_form(feed: ParsedFeed) -> Any:
    return json.loads(json.dumps(asdict(feed), default=lambda moment: moment.isoformat()))


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_corpus(path: Path) -> None:
    """Drop a feed and its `.golden.json` into the folder and it is tested."""
    expected = json.loads(path.with_name(f"{path.name}.golden.json").read_text("utf-8"))
    assert golden_form(parse_feed(path.read_bytes(), url=URL)) == expected


@pytest.mark.parametrize("path", FEEDS, ids=lambda path: path.name)
def test_ids_do_not_depend_on_where_or_when_a_feed_was_fetched(path: Path) -> None:
    body = path.read_bytes()
    here = parse_feed(body, url=URL)
    there = parse_feed(body, url="http://mirror.example/other.xml")
    assert [entry.id for entry in there.entries] == [entry.id for entry in here.entries]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"<!doctype html><html><head><title>Just a moment...</title></head></html>", "web page"),
        (b"<?xml version='1.0'?><opml version='2.0'><body/></opml>", "OPML"),
        (b"{}", "JSON"),
        (b"[1, 2]", "JSON"),
        (b'{"version": "https://jsonfeed.org/version/1", "items": [', "JSON"),
        (b"[" * 200_000, "JSON"),
        (b"/etc/passwd", "not an RSS"),
        (b"http://127.0.0.1:1/feed.xml", "not an RSS"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(NotAFeed, match=reason):
        parse_feed(body, url=URL)


def test_a_body_that_is_a_path_is_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_bytes(rss("<item><title>secret</title></item>"))
    with pytest.raises(NotAFeed):
        parse_feed(str(secret).encode(), url=URL)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert parse_feed(b"<rss version='2.0'><channel></channel></rss>", url=URL).entries == ()


def test_external_entities_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    body = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'.encode() + rss("<item><title>a&x;b</title></item>")
    assert "secret" not in parse_feed(body, url=URL).entries[0].title.replace("&x;", "")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.example"]
)
def test_links_that_are_no_web_address_are_dropped(link: str) -> None:
    entry = f'<entry><id>1</id><title>t</title><link href="{link}"/></entry>'
    body = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert parse_feed(body.encode(), url=URL).entries[0].url is None


def test_relative_links_follow_the_home_page_not_the_feed_host() -> None:
    feed = parse_feed(rss("<item><link>a/1.html</link></item>", "<link>https://site.example/blog/</link>"), url=URL)
    assert feed.entries[0].url == "https://site.example/blog/a/1.html"


def test_relative_links_follow_xml_base_first() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><link href="https://site.example/"/>'
        '<entry xml:base="https://base.example/x/"><id>1</id><link href="1"/></entry></feed>'
    )
    assert parse_feed(body.encode(), url=URL).entries[0].url == "https://base.example/x/1"


def test_without_a_home_page_the_feed_address_is_the_base() -> None:
    feed = parse_feed(rss("<item><link>/a</link></item>", ""), url=URL)
    assert feed.entries[0].url == "https://feeds.example/a"


def test_the_link_of_an_rss_item_goes_before_its_atom_link() -> None:
    item = (
        "<item xmlns:atom='http://www.w3.org/2005/Atom'><link>https://x.example/page</link>"
        "<atom:link rel='alternate' type='text/html' href='https://x.example/atom'/></item>"
    )
    assert parse_feed(rss(item), url=URL).entries[0].url == "https://x.example/page"


def test_relative_ids_are_names_and_not_bent_into_paths() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html" xml:base="/.rss?limit=50">c</content>'
        '<id>t3_42</id><link href="https://x.example/1"/></entry></feed>'
    )
    assert parse_feed(body.encode(), url=URL).entries[0].id == "t3_42"


def test_entries_without_id_or_link_keep_a_stable_id() -> None:
    body = rss("<item><title>a</title></item><item><title>a</title></item><item><title>b</title></item>")
    first, second, third = (entry.id for entry in parse_feed(body, url=URL).entries)
    assert first == second != third


@pytest.mark.parametrize(
    "date", ["Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "soon", "1" * 9999]
)
def test_absurd_dates_are_no_dates(date: str) -> None:
    entry = parse_feed(rss(f"<item><title>t</title><pubDate>{date}</pubDate></item>"), url=URL).entries[0]
    assert (entry.title, entry.published) == ("t", None)


def test_dates_are_aware_and_utc() -> None:
    item = "<item><title>t</title><pubDate>Thu, 13 Feb 2025 00:30:00 +0900</pubDate></item>"
    assert parse_feed(rss(item), url=URL).entries[0].published == datetime(2025, 2, 12, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("AT&amp;amp;T", "AT&T"),
        ("  two\n  lines ", "two lines"),
        ("e\u0301te\u0301 か\u3099", "été が"),
        ("pay\u200bpal \u202eabc\u202c\u2066x", "paypal abcx"),
        ("a\u2028b", "a b"),
        ("family 👨\u200d👩\u200d👧 stays", "family 👨\u200d👩\u200d👧 stays"),
        ("1 &lt; 2 and &lt;noise&gt;", "1 < 2 and <noise>"),
        ("&lt;img src=x onerror=alert(1)&gt;News", "News"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("Z" + "\u0351" * 60, "Z" + "\u0351" * 4),
        ("x" * 9000, "x" * 499 + "…"),
    ],
)
def test_titles_are_plain_text(written: str, read: str) -> None:
    assert parse_feed(rss(f"<item><title>{written}</title></item>"), url=URL).entries[0].title == read


def test_at_most_500_entries_are_read_and_the_rest_is_counted() -> None:
    items = "".join(f"<item><title>t{n}</title><guid>{n}</guid></item>" for n in range(700))
    feed = parse_feed(rss(items), url=URL)
    assert (len(feed.entries), feed.skipped, feed.entries[499].id) == (500, 200, "499")


def test_a_long_json_feed_is_cut_too() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": str(n)} for n in range(700)]}
    parsed = parse_feed(json.dumps(feed).encode(), url=URL)
    assert (len(parsed.entries), parsed.skipped) == (500, 200)


def test_the_longer_of_content_and_summary_is_kept() -> None:
    item = (
        "<item xmlns:content='http://purl.org/rss/1.0/modules/content/'><description>stub</description>"
        "<content:encoded>&lt;p&gt;the whole article&lt;/p&gt;</content:encoded></item>"
    )
    assert parse_feed(rss(item), url=URL).entries[0].content == "<p>the whole article</p>"


@pytest.mark.parametrize("reference", ["&#x110000;", "&#xD800;", "&#99999999999999;", "&#0;", "&#x1b;"])
def test_characters_that_cannot_be_cost_nothing(reference: str) -> None:
    feed = parse_feed(rss(f"<item><title>a{reference}b & c</title></item>"), url=URL)
    assert feed.entries[0].title in ("ab & c", "a\ufffdb & c")


def test_an_entry_the_parser_stumbles_over_costs_only_itself() -> None:
    # an end without a start: feedparser deletes what it never stored
    bad = "<item><title>bad</title></creativeCommons:license></item>"
    feed = parse_feed(rss(f"<item><title>first</title></item>{bad}<item><title>last</title></item>"), url=URL)
    assert [entry.title for entry in feed.entries] == ["first", "last"]
    assert (feed.title, feed.skipped) == ("T", 1)


def test_fresh_keeps_order_and_names_each_id_once() -> None:
    entries = [Entry(id=name, url=None, title=f"{name}{n}") for n, name in enumerate("abcab")]
    assert [entry.title for entry in fresh(entries, dict.fromkeys(("b", "zz"), datetime(2026, 1, 5, tzinfo=UTC)))] == [
        "a0",
        "c2",
    ]


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss><channel><item>", b"<feed><entry><id>", b'{"items": [']))
def test_any_body_is_a_feed_or_refused(body: bytes, opening: bytes) -> None:
    try:
        feed = parse_feed(opening + body, url=URL)
    except NotAFeed:
        return
    assert all(entry.id for entry in feed.entries)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["id", "url", "title", "content_text", "date_published", "authors"]), JSON))
def test_a_json_item_of_any_types_never_costs_its_feed(item: dict[str, Any]) -> None:
    good = {"id": "good", "title": "good"}
    feed = parse_feed(json.dumps({"items": [item, good]}).encode(), url=URL)
    assert feed.entries[-1].id == "good"
