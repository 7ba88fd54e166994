"""Drives hostile input of one kind through the real code and holds the outcome to what must happen. Own and shared
lists of attacks use the same drivers, so a principle is written down once."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from builders import CATALOGS
from lxml import etree
from lxml.html import document_fromstring
from slack_rules import refused_message
from test_chat_discord_text import shown
from test_web_inert import LIVE, addresses, hostile_pair, rendered, wrong_with
from web_stand import BASE

from bot import discord_text, slack_text
from bot.discord_view import view_of
from bot.exchange import NotAList, read
from bot.opml import NotOpml, opml_of
from bot.slack_http import Gate
from bot.slack_reply import payload_of
from bot.telemetry import one_line
from bot.web_atom import atom
from digests.decode import decode
from digests.errors import NotAFeed
from digests.extract import text_of_html
from digests.feeds import parse_feed
from digests.layout import digest_message
from digests.message import Message
from digests.model import Feed, ParsedFeed
from digests.plain import line, safe
from digests.store import Hit

URL = "https://hostile.example/feed"
SENTENCE = "朝刊は毎朝七時に届きます。漢字とカタカナとひらがな。"
INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066\u2067\ufeff\u2028\u2029]"
    "|[\U000e0000-\U000e007f]|[\ufe00-\ufe0f]{2}|(?<=[A-Za-z])[\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)


# --- feeds ----------------------------------------------------------------------------------------------------------


def holds_feed(body: bytes) -> None:
    """Read or refused in words; ids are there and stay what they are, links go to the web, text is plain."""
    found = read_or_refused(body)
    if isinstance(found, NotAFeed):
        assert len(str(found)) < 300
        assert b"<opml" not in body or "OPML" in str(found)
        return
    again = parse_feed(body, url=URL)
    assert [entry.id for entry in found.entries] == [entry.id for entry in again.entries]
    assert len(found.entries) <= 500
    for entry in found.entries:
        assert entry.id
        assert entry.url is None or entry.url.startswith(("http://", "https://"))
        assert safe(entry.title) == entry.title
        assert len(entry.title) <= 500


def read_or_refused(body: bytes) -> ParsedFeed | NotAFeed:
    try:
        return parse_feed(body, url=URL)
    except NotAFeed as error:
        return error


def holds_charset(told: Mapping[str, str]) -> None:
    """`declared` or `xml`, `http`, `bom` and `body` describe a feed; its bytes become text, the right one where they
    say what is right."""
    body, headers, japanese = charset_bytes(told)
    text = decode(body, headers)
    assert "<script" not in text
    assert not japanese or SENTENCE in text
    holds_feed(body)
    assert len(parse_feed(body, url=URL, headers=headers).entries) == 1


def charset_bytes(told: Mapping[str, str]) -> tuple[bytes, dict[str, str], bool]:
    """The body, its headers, and whether Japanese text in it must come out whole."""
    said = told.get("body", "")
    codec = {"Shift_JIS bytes": "cp932", "EUC-JP bytes": "euc_jp", "ISO-2022-JP bytes": "iso2022_jp"}.get(said, "utf-8")
    codec = {"utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}.get(told.get("bom", ""), codec)
    words = "plain words é" if "ascii" in said else f"{SENTENCE}{said if '+A' in said else ''}"
    words = words.replace(" é", "") if "ascii" in said else words
    declared = told.get("declared") or told.get("xml")
    head = f"<?xml version='1.0' encoding='{declared}'?>" if declared else ""
    text = f"{head}<rss version='2.0'><channel><item><title>{words}</title></item></channel></rss>"
    mark = {"utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}.get(told.get("bom", ""), b"")
    headers = {"content-type": told["http"]} if "http" in told else {}
    return mark + text.encode(codec), headers, "ascii" not in said


# --- chats ----------------------------------------------------------------------------------------------------------


def messages_with(text: str) -> Iterator[Message]:
    """A digest with the text wherever text stands, as it is posted."""
    _, made = hostile_pair(text or " ", "https://news.example.jp/1")
    for language in CATALOGS.languages:
        yield digest_message(made, CATALOGS.of(language))


def holds_discord(text: str) -> None:
    """Every character is shown as it is and does nothing; no message is over a limit; links name their host."""
    literal = "\n".join(row.strip(" ") for row in discord_text.clean(text).split("\n"))
    assert shown(discord_text.inert(text)) == literal
    for message in messages_with(text):
        view = view_of(message, key="k")
        pieces = [str(c["content"]) for c in _walked(view.to_components()) if c["type"] == 10]  # type: ignore[no-untyped-call]
        assert pieces
        assert all(piece.strip() for piece in pieces)
        assert sum(map(len, pieces)) <= 4000
        said = "\n".join(pieces)
        assert set(re.findall(r"(?<!\\)\]\(([^)\s]*)\)", said)) <= {"https://news.example.jp/1"}
        assert not re.search(r"(?<!\\)(<[@#:/!tia]|@(?=everyone|here)|```|\|\|)", said)
        assert not INVISIBLE.search(said.replace("\u2068", "").replace("\u2069", "").replace("*\u200b*", "**"))


def holds_slack(text: str) -> None:
    """Slack takes the message; nothing in it pings, links, formats or unfurls."""
    for message in messages_with(text):
        body = payload_of(message)
        refused_message(body)
        assert {name: body[name] for name in ("link_names", "parse", "unfurl_links", "unfurl_media")} == {
            "link_names": False,
            "parse": "none",
            "unfurl_links": False,
            "unfurl_media": False,
        }
        assert not re.search(r"[<>]|&(?!(?:amp|lt|gt);)", body["text"])
        for element in _walked(body["blocks"]):
            assert element.get("type") not in ("user", "usergroup", "broadcast", "channel", "emoji", "date")
            if element.get("type") == "mrkdwn":
                assert re.fullmatch(r"<https?://[^<>|]+\|[^<>|*_~`]+>", element["text"])
                assert element["verbatim"] is True
            if element.get("type") == "link":
                assert element["url"] == "https://news.example.jp/1"
                assert slack_text.unmasked(element["text"], element["url"]) is None
            said = element.get("text")
            assert not isinstance(said, str) or not INVISIBLE.search(said)


def _walked(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, Mapping):
        yield dict(value)
        for inner in value.values():
            yield from _walked(inner)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for inner in value:
            yield from _walked(inner)


# --- text -----------------------------------------------------------------------------------------------------------


def holds_unicode(text: str) -> None:
    """Nothing hides, reorders or spills, wherever the text is shown; what can be seen stays."""
    for cleaned in (safe(text), line(text), discord_text.clean(text), slack_text.clean(text), one_line(line(text))):
        assert not INVISIBLE.search(cleaned.replace("\n", " "))
    assert visible(safe(text)) == visible(text)
    assert line(text) == line(line(text))
    holds_discord(text)
    holds_slack(text)
    holds_archive(text)
    for name in ("раураl.com", "аррӏе.com"):
        assert name in text or discord_text.linked(name, "https://xn--pple-43d.com/").endswith(
            "(https://xn--pple-43d.com/))"
        )


def visible(text: str) -> str:
    """The letters, digits and pictures of a text, in the form that all ways to write them share."""
    return "".join(char for char in safe(re.sub("[\x1b].*?(?:m|\x07)|[\ufe00-\ufe0f]", "", text)) if char.isalnum())


def holds_archive(text: str) -> None:
    """The pages show it as text; no address in it is live."""
    for address in ("https://news.example.jp/1", text):
        for page in rendered(text or " ", address):
            assert wrong_with(page) == []
            for link in document_fromstring(page).xpath("//a[starts-with(@href, 'http')]"):
                assert {"nofollow", "noopener"} <= set(str(link.get("rel")).split())
                assert link.get("target") is None


def holds_atom(text: str) -> None:
    """The feed is well-formed, its content is our own markup, and nothing in it hides or reorders."""
    for address in ("https://news.example.jp/1", text):
        found, made = hostile_pair(text or " ", address)
        body = atom(BASE, "/feed.atom", text, "/", [Hit(article=found, digest=made, score=1)], CATALOGS)
        assert not INVISIBLE.search(re.sub("[\n\u2068\u2069]", " ", body.decode()))
        (content,) = etree.fromstring(body).iterfind("{*}entry/{*}content")
        shown_as = document_fromstring(content.text or "-")
        assert [element.tag for element in shown_as.iter() if element.tag in LIVE] == []
        assert [url for url in addresses(shown_as) if not url.startswith(("http://", "https://", "#"))] == []


def holds_hidden(text: str) -> None:
    """Markup that hides its words gives none of them up."""
    if not re.match(r"<(?:!--|(?:p|div|span|font|section)\b)", text):
        return
    seen = "The harbour office reopened the pier on Monday after the storm had passed."
    read, _ = text_of_html(f"<p>{seen}</p>{text}<p>{seen}</p>")
    assert read.replace(seen, "").strip() == ""


# --- signatures -----------------------------------------------------------------------------------------------------


def admitted(told: Mapping[str, Any]) -> list[bool]:
    """Whether the door that listens for Slack lets the request in, and then the very same again."""
    gate = Gate(told["signing_secret"], lambda: float(told["now"]))
    named = {"X-Slack-Request-Timestamp": told["timestamp"], "X-Slack-Signature": told["signature"]}
    headers = {name: value for name, value in named.items() if value is not None}
    body = told["body"]
    raw = body if isinstance(body, bytes) else str(body).encode("utf-8", "surrogateescape")
    return [gate.admits(raw, headers) for _ in range(2)]


# --- lists of feeds -------------------------------------------------------------------------------------------------


def holds_import(told: Mapping[str, str], folder: Path) -> None:
    """A list is read within its limits or refused in one line; nothing is written anywhere."""
    (kind, value), before = next(iter(told.items())), sorted(folder.parent.rglob("*"))
    if kind == "csv-export":
        formula = opml_of([Feed(url="https://a.example/f", title=value)])
        assert read(formula, "x.opml").feeds[0].title == line(value)
    elif kind == "filename":
        refused(b"", value)
    elif kind == "sql":
        hostile = opml_of([Feed(url="https://a.example/f", title=value)])
        assert read(hostile, "x.opml").feeds[0].title == value
    else:
        refused(zipped(value) if kind == "zip" else outlines(value), "feeds.opml")
    assert sorted(folder.parent.rglob("*")) == before


def refused(data: bytes, name: str) -> None:
    with pytest.raises((NotAList, NotOpml)) as caught:
        read(data, name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300


def outlines(said: str) -> bytes:
    """`100,000 outlines`, or so many nested in each other."""
    numbers = re.findall(r"\d[\d,]*", said)
    number = int(numbers[0].replace(",", "")) if numbers else 1
    if "depth" in said or "nest" in said:
        inside = "<outline text='x'>" * number + "<outline xmlUrl='https://a.example/f'/>" + "</outline>" * number
    elif numbers:
        inside = "".join(f"<outline text='x' xmlUrl='https://a{n}.example/f'/>" for n in range(number))
    else:
        inside = f"<outline xmlUrl='{said}'/>".replace("&", "&amp;")
    return f"<opml version='2.0'><body>{inside}</body></opml>".encode()


def zipped(said: str) -> bytes:
    """An archive as described: a path that leads out, a link, a bomb."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        entry = zipfile.ZipInfo("feeds.opml" if " " in said else said)
        if "symlink" in said:
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        bundle.writestr(entry, bytes(1_000_000) if "bomb" in said or "ratio" in said else b"/etc")
    return packed.getvalue()
