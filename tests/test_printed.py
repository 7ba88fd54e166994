"""Text, Markdown and HTML of a message: whatever an article says is text and nothing more."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from builders import CATALOGS, digest
from hypothesis import given
from hypothesis import strategies as st

from digests.layout import digest_message
from digests.message import Heading, Message, Paragraph, Part, Span
from digests.printed import html, markdown, plain

ATTACK = "<script>alert(1)</script> [x](javascript:alert(1)) @everyone **b** `c`"


def message(text: str, url: str | None = None) -> Message:
    blocks = (Heading(text=text), Paragraph(spans=(Span(text=text, url=url),)))
    return Message(title=text, parts=(Part(blocks=blocks),))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs).get("href")))


def tags(text: str) -> list[tuple[str, str | None]]:
    reader = Tags()
    reader.feed(text)
    return reader.seen


def test_markup_in_an_article_is_dead_in_html() -> None:
    assert [tag for tag, _ in tags(html(message(ATTACK)))] == ["article", "h2", "p"]


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_text_or_address_makes_a_tag_of_its_own(text: str, url: str) -> None:
    found = tags(html(message(text, url)))
    assert {tag for tag, _ in found} <= {"article", "h2", "p", "a", "br"}
    assert all(href is None or href == "#" or re.match(r"https?://", href) for _, href in found)


def test_markup_in_an_article_is_escaped_in_markdown() -> None:
    said = markdown(message(ATTACK))
    assert "\\<script\\>" in said
    assert "\\[x\\]\\(javascript" in said
    assert "\\*\\*b\\*\\*" in said


def test_an_address_that_is_not_http_is_no_link() -> None:
    assert "](#)" in markdown(message("a", "javascript:alert(1)"))


def test_plain_text_has_the_whole_digest() -> None:
    said = plain(digest_message(digest(), CATALOGS.of("ja")))
    assert [line for line in said.splitlines() if line][:3] == ["見出し1", "要旨の一文。", "1. 話題のdevelopment"]
