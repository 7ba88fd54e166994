"""One page, one address, one id; and which pages are of one site."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.urls import article_id, canonical_url, site_of, web_url


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://Example.COM:80/A?b=1#top", "http://example.com/A?b=1"),
        ("https://example.com:443", "https://example.com/"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://e.example/a?utm_source=x&id=2&fbclid=y&page=1&gclid=", "https://e.example/a?id=2&page=1"),
        ("https://e.example/a?z=1&a=2", "https://e.example/a?z=1&a=2"),
        ("https://e.example/a?utm_medium=rss", "https://e.example/a"),
        ("https://e.example/a?q=utm_source", "https://e.example/a?q=utm_source"),
        ("https://user:pass@e.example/a", "https://e.example/a"),
        ("https://日本.example/朝?夕=刊", "https://xn--wgv71a.example/%E6%9C%9D?%E5%A4%95=%E5%88%8A"),
        ("https://e.example/%E6%9C%9D", "https://e.example/%E6%9C%9D"),
        ("https://e.example./a", "https://e.example/a"),
        ("http://[::1]:8080/a", "http://[::1]:8080/a"),
        ("not a url", "not a url"),
        ("http://[broken", "http://[broken"),
        ("http://e.example:99999/", "http://e.example:99999/"),
    ],
)
def test_canonical_url(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


def test_the_ids_of_one_page_agree() -> None:
    spellings = ["https://E.example/a?utm_source=rss", "http://e.example/a#x", "https://e.example:443/a"]
    assert {article_id(url) for url in spellings} == {article_id("https://e.example/a")}
    assert len(article_id("https://e.example/a")) == 24


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.example.com/a", "example.com"),
        ("https://news.example.co.jp/a", "example.co.jp"),
        ("https://someone.github.io/a", "someone.github.io"),
        ("http://127.0.0.1:8077/a", "127.0.0.1:8077"),
        ("http://127.0.0.1/a", "127.0.0.1"),
        ("http://localhost:80/a", "localhost"),
        ("http://[::1]:8080/a", "[::1]:8080"),
        ("https://www.site.example/a", "site.example"),
        ("nonsense", ""),
        ("http://[broken", ""),
    ],
)
def test_site(url: str, site: str) -> None:
    assert site_of(url) == site


@pytest.mark.parametrize(
    "url", ["", None, "javascript:x", "ftp://e.example/", "http://", "http:///a", "http://e.example:0x/"]
)
def test_what_is_no_web_address(url: str | None) -> None:
    assert web_url(url) is None


@given(st.text(max_size=80))
def test_any_text_has_a_canonical_form_that_stays(text: str) -> None:
    once = canonical_url(f"https://e.example/{text}")
    assert canonical_url(once) == once


@given(st.text(max_size=60), st.text(max_size=60))
def test_resolving_never_raises_and_gives_only_web_addresses(url: str, base: str) -> None:
    resolved = web_url(url, base)
    assert resolved is None or resolved.lower().startswith(("http://", "https://"))
