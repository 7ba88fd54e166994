"""Lists go out and come back whole; what other programs export is read; what is no list is refused in one line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.exchange import MOST_BYTES, NotAList, exported, read
from bot.opml import NotOpml, opml_of
from digests.errors import ChokanError
from digests.model import Destination, Feed, Subscription

FEEDS = (
    Feed(url="https://news.example.jp/feed", title="例新報", backfill=3),
    Feed(url="https://data.example.org/rss", role="reference"),
)
ORDER = Subscription(
    id="morning",
    destination=Destination(platform="discord", channel="1", tenant="2"),
    feeds=(FEEDS[0].url,),
    at=time(6, 30),
    zone="Asia/Tokyo",
    weekdays=frozenset({0, 2}),
    include=("港",),
    paused=True,
    paused_reason="by hand",
)


def test_our_own_json_comes_back_as_it_went() -> None:
    listed = read(exported(FEEDS, [ORDER]).encode(), "chokan.json")
    assert listed.feeds == FEEDS
    assert listed.subscriptions == (ORDER,)


def test_opml_of_feed_readers_is_read() -> None:
    assert [feed.url for feed in read(opml_of(FEEDS), "feeds.opml").feeds] == [feed.url for feed in FEEDS]


BAD = ("javascript:alert(1)", "https://me:s3cret@news.example/feed", "http://0x7f.1/feed", "http://a b.example/")


@pytest.mark.parametrize(
    "data",
    [
        b"<opml><body>%s</body></opml>"
        % b"".join(b"<outline xmlUrl='%s'/>" % url.encode() for url in (*BAD, FEEDS[0].url)),
        json.dumps(
            [{"url": url} for url in ("http://0x7f.1/feed", "https://me:s3cret@news.example/feed", FEEDS[0].url)]
        ).encode(),
        f"url\nhttp://0x7f.1/feed\nhttps://me:s3cret@news.example/feed\n{FEEDS[0].url}\n".encode(),
        json.dumps(
            {
                "chokan": 1,
                "feeds": [
                    {"url": "http://0x7f.1/feed"},
                    {"url": "https://me:s3cret@news.example/feed"},
                    {"url": FEEDS[0].url},
                ],
            }
        ).encode(),
    ],
)
def test_addresses_that_could_never_be_fetched_are_left_out_and_said(data: bytes) -> None:
    listed = read(data, "feeds")
    assert [feed.url for feed in listed.feeds] == [FEEDS[0].url]
    assert len(listed.left_out) in (2, 4)
    assert [line for line in listed.left_out if line.startswith("http://0x7f.1/feed: address not allowed")]
    assert "s3cret" not in "".join(listed.left_out)


def test_a_list_of_nothing_but_bad_addresses_says_what_is_wrong_with_the_first() -> None:
    for data in (b"<opml><body><outline xmlUrl='ftp://a.example/'/></body></opml>", b"http://0x7f.1/feed\n"):
        with pytest.raises(ChokanError, match=r"no feed in it; (ftp://a.example/: only|http://0x7f.1/feed: address)"):
            read(data, "feeds")


@pytest.mark.parametrize(
    "text",
    [
        "Title,Feed URL,Channel\n例新報,https://a.example/feed,news\nB,https://b.example/rss,news\n",
        "name;url\n例新報;https://a.example/feed\nB;https://b.example/rss\n",
        "https://a.example/feed\nhttps://b.example/rss\n",
        "\ufeffurl\thostname\nhttps://a.example/feed\ta\nhttps://b.example/rss\tb\n",
    ],
)
def test_csv_by_its_headings_or_by_its_addresses(text: str) -> None:
    assert [feed.url for feed in read(text.encode(), "feeds.csv").feeds] == [
        "https://a.example/feed",
        "https://b.example/rss",
    ]


@pytest.mark.parametrize(
    "form",
    [
        [{"title": "A", "url": "https://a.example/feed"}, {"title": "B", "url": "https://b.example/rss"}],
        {"feeds": {"x": {"link": "https://a.example/feed"}, "y": {"feed_url": "https://b.example/rss"}}},
        {"results": [{"feed": {"title": "A", "url": "https://a.example/feed", "connections": []}}]},
    ],
)
def test_json_of_other_bots(form: object) -> None:
    assert read(json.dumps(form).encode(), "feeds.json").feeds[0].url == "https://a.example/feed"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no feed in it"),
        (b"hello\nworld\n", "no feed in it"),
        (b"PK\x03\x04rest", "zip"),
        (b"[" * 100_000, "not JSON"),
        (b'{"chokan": 9}', "another version"),
        (b" " * (MOST_BYTES + 1), "MiB"),
        (json.dumps([{"url": f"https://a.example/{n}"} for n in range(6000)]).encode(), "split"),
        (b'{"chokan": 1, "subscriptions": [{"id": "x", "at": "25:00"}]}', "subscription \u00abx\u00bb"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(data: bytes, said: str) -> None:
    with pytest.raises(NotAList, match=said):
        read(data, "file")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/x", "https://a b/", "=1+1"]
)
def test_only_web_addresses_are_taken(url: str) -> None:
    with pytest.raises(ChokanError):
        read(f"url\n{url}\n".encode(), "feeds.csv")


SPELLINGS = ("HTTPS://News.Example.jp:443/feed", "https://news.example.jp/feed#top", "https://news.example.jp/feed")


@pytest.mark.parametrize(
    "data",
    [
        opml_of([Feed(url=url) for url in SPELLINGS]),
        "\n".join(SPELLINGS).encode(),
        json.dumps([{"url": url} for url in SPELLINGS]).encode(),
        exported([Feed(url=url) for url in SPELLINGS], []).encode(),
    ],
)
def test_spellings_of_one_address_are_one_feed(data: bytes) -> None:
    assert [feed.url for feed in read(data, "feeds").feeds] == ["https://news.example.jp/feed"]


def test_a_subscription_goes_on_naming_its_feeds() -> None:
    listed = read(exported([Feed(url=SPELLINGS[0])], [replace(ORDER, feeds=SPELLINGS[:1])]).encode(), "chokan.json")
    assert listed.subscriptions[0].feeds == tuple(feed.url for feed in listed.feeds)


@pytest.mark.parametrize("form", ["x", 7, None, ["x", 7, None], {"url": "https://a.example/f"}])
def test_our_own_json_with_something_else_in_its_lists_names_no_feed(form: object) -> None:
    for made in ({"chokan": 1, "feeds": form}, {"chokan": 1, "subscriptions": form}):
        with pytest.raises(NotAList, match=r"no feed in it|subscription «\?»"):
            read(json.dumps(made).encode(), "chokan.json")


@pytest.mark.parametrize(("backfill", "kept"), [(3, 3), ("many", 0), (-1, 0), (10**30, 0), (None, 0)])
def test_a_backfill_nobody_could_configure_is_none(backfill: object, kept: int) -> None:
    form = {"chokan": 1, "feeds": [{"url": FEEDS[0].url, "backfill": backfill}]}
    assert read(json.dumps(form).encode(), "chokan.json").feeds[0].backfill == kept


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        listed = read(data, "file")
    except (NotAList, NotOpml):
        return
    assert all(feed.url.startswith(("http://", "https://")) for feed in listed.feeds)
