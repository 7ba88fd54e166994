"""RSS, Atom, RDF and CDF through feedparser, which is handed tamed UTF-8 and never a string it could open as a file."""

from __future__ import annotations

import calendar
import html
import io
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import feedparser
from feedparser.datetimes import _parse_date
from feedparser.sanitizer import _sanitize_html

from digests.decode import without_declaration
from digests.errors import NotAFeed
from digests.said import ENTRY_LIMIT, Markup, SaidEntry, SaidFeed, sane
from digests.visible import without_attribute_floods

Node = Mapping[str, Any]
_JST = timezone(timedelta(hours=9))

_RESOLVED_UP_TO = 128 * 1024
"""Characters of a feed. feedparser's reader of markup, which resolves links, is quadratic on hostile markup."""
_TITLE_UP_TO = 10_000
_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)(?=[\s>/])", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:item|entry)\s{0,9}>", re.IGNORECASE)
_DOCTYPE = re.compile(r"<!DOCTYPE\s[^\[<>]{0,1000}\[", re.IGNORECASE)
_DOCTYPE_LIMIT = 16 * 1024
_CHARACTER = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,4000})|([0-9]{1,4000}));")
_FAILURES = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What feedparser lets through when a feed is odder than its authors thought."""
_LONG_DATE = re.compile(
    r"(<(?:[\w.-]{1,40}:)?(?:pubDate|date|updated|published|modified|issued|created)\b[^<>]{0,200}>)[^<]{200,}"
)
_DATE = re.compile(r"<(?:[\w.-]{1,40}:)?(?:pubDate|date|updated|published|issued)(?:\s[^<>]{0,200})?>([^<]{1,100})</")
_WRITTEN_ID = re.compile(r"<(?:id|guid)(?:\s[^<>]{0,200})?>([^<]{1,1024})</", re.IGNORECASE)
_END = re.compile(r"</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|channel)\s{0,20}>", re.IGNORECASE)
_TAIL = 4096
"""Characters at the end of a document among which its last tag is looked for: some sites append a comment."""
_BARE_SIGNS = re.compile(r"[<&]{1000,}")
_PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}
_ALTERNATE = ("alternate", "http://www.iana.org/assignments/relation/alternate")
_PLAIN_DATE = re.compile(
    r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?(?:\s*[(（][^)）]{1,5}[)）])?(?:[\sT]*(\d{1,2})[:時](\d{2})(?:[:分](\d{2}))?)?"
)


def read_xml(text: str, *, url: str, headers: Mapping[str, str]) -> SaidFeed:
    """The feed in `text`. Raises NotAFeed when there is none. Time is about linear in the length of `text`."""
    tamed, dropped = tame(without_declaration(text))
    parsed, lost = _parsed_or_salvaged(tamed, url, headers)
    if not parsed.get("version") and not parsed.entries:
        raise NotAFeed(url, _what_it_is(text))
    feed: Node = parsed.feed
    entries, broken = _entries(_with_written_ids(parsed.entries, tamed)[:ENTRY_LIMIT], parsed.get("version") or "")
    return SaidFeed(
        title=_title(feed),
        title_kind=_kind(feed.get("title_detail"), parsed.get("version") or ""),
        link=_text(feed, "link") or _link(feed) or _loose_link(feed),
        self_link=_related(feed, "self"),
        language=_text(feed, "language") or _detail(feed, "title_detail").get("language"),
        ttl=_ttl(feed),
        hub=_related(feed, "hub"),
        entries=entries,
        skipped=dropped + lost + broken + max(0, len(parsed.entries) - ENTRY_LIMIT),
        cut=not _END.search(text[-_TAIL:]),
    )


def tame(text: str) -> tuple[str, int]:
    """`text` without what makes parsers slow: entries over the limit, tags with hundreds of attributes, a huge DTD,
    long runs of bare signs, endless dates. Also how many entries were left out."""
    text = _CHARACTER.sub(_possible_character, text)
    text = _LONG_DATE.sub(r"\1", _BARE_SIGNS.sub("", without_attribute_floods(_without_dtd(text))))
    starts = [found.start() for found in _ENTRY.finditer(text)]
    if len(starts) <= ENTRY_LIMIT:
        return text, 0
    left_out = len(starts) - ENTRY_LIMIT
    if _begins_with_the_oldest(text[starts[0] : starts[1]], text[starts[-1] :]):
        return text[: starts[0]] + text[starts[left_out] :], left_out
    tail = max((found.end() for found in _ENTRY_END.finditer(text, starts[-1])), default=len(text))
    return text[: starts[ENTRY_LIMIT]] + text[tail:], left_out


def _begins_with_the_oldest(first: str, last: str) -> bool:
    one, other = _DATE.search(first), _DATE.search(last)
    told = [_parse_date(found[1].strip()) for found in (one, other) if found]
    return len(told) == 2 and None not in told and told[0] < told[1]


def _possible_character(reference: re.Match[str]) -> str:
    """The reference, unless no text may hold its character: feedparser's lenient reader trips over those."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    allowed = code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF
    return reference[0] if allowed else "\ufffd" if code >= 0xD800 else ""


def _without_dtd(text: str) -> str:
    found = _DOCTYPE.search(text, 0, _DOCTYPE_LIMIT)
    end = text.find("]>", found.end()) if found else -1
    return text[: found.start()] + text[end + 2 :] if found and end - found.start() > _DOCTYPE_LIMIT else text


def _parsed_or_salvaged(text: str, url: str, headers: Mapping[str, str]) -> tuple[Any, int]:
    """feedparser's result and how many entries were lost to it: one entry that it stumbles over costs only itself.
    Raises NotAFeed when the feed cannot be read even without entries."""
    try:
        return _parsed(text, headers), 0
    except _FAILURES:
        starts = [found.start() for found in _ENTRY.finditer(text)] or [len(text)]
    tail = max((found.end() for found in _ENTRY_END.finditer(text, starts[-1])), default=len(text))
    try:
        whole = _parsed(text[: starts[0]] + text[tail:], headers)
    except _FAILURES as error:
        raise NotAFeed(url, "this feed is too broken to be read") from error
    lost = 0
    for start, end in pairwise([*starts, tail]):
        try:
            whole.entries.extend(_parsed(text[: starts[0]] + text[start:end] + text[tail:], headers).entries)
        except _FAILURES:
            lost += 1
    return whole, lost


def _parsed(text: str, headers: Mapping[str, str]) -> Any:
    given = {"content-type": "application/xml; charset=utf-8"}
    for name, value in headers.items():
        if name.lower() in ("content-location", "content-language"):
            given[name.lower()] = value
    return feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers=given,
        # What hides text from people (styles, `hidden`) must still be there when the text is taken: see `visible.py`.
        sanitize_html=False,
        resolve_relative_uris=len(text) <= _RESOLVED_UP_TO,
    )


def _what_it_is(text: str) -> str:
    start = text[:2000].lstrip().lower()
    if not start:
        return "the answer is empty"
    if "<opml" in start:
        return "this is an OPML list of feeds; import it instead"
    if "<html" in start or "<!doctype html" in start:
        return "this is a web page, not a feed"
    return "this is not an RSS, Atom or JSON feed"


def _entries(nodes: list[Node], version: str) -> tuple[tuple[SaidEntry, ...], int]:
    entries, broken = [], 0
    for node in nodes:
        try:
            entries.append(_entry(node, version))
        except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
            broken += 1
    return tuple(entries), broken


def _entry(node: Node, version: str) -> SaidEntry:
    return SaidEntry(
        id=_text(node, "id") or _text(node, "dc_identifier"),
        link=_text(node, "feedburner_origlink") or _link(node),
        title=_title(node),
        title_kind=_kind(node.get("title_detail"), version),
        content=_content(node),
        author=_text(node, "author") or "",
        published=_moment(node, "published") or _moment(node, "created"),
        updated=_moment(node, "updated"),
        language=_detail(node, "title_detail").get("language"),
    )


def _with_written_ids(nodes: list[Node], text: str) -> list[Node]:
    """The entries with their ids as they are written where feedparser bent them: it resolves relative ones like links,
    and without a base of their own against what another element left over."""
    starts = [found.start() for found in _ENTRY.finditer(text)]
    if not starts or len(starts) != len(nodes):
        return nodes
    pieces = (text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True))
    return [_with_written_id(node, piece) for node, piece in zip(nodes, pieces, strict=True)]


def _with_written_id(node: Node, piece: str) -> Node:
    read, found = _text(node, "id"), _WRITTEN_ID.search(piece)
    if not read or not found:
        return node
    written = html.unescape(found[1]).strip()
    bent = "/" + written.lstrip("./")
    return {**node, "id": written} if written and read == bent else node


def _text(node: Node, key: str) -> str | None:
    value = node.get(key)
    return value if isinstance(value, str) else None


def _title(node: Node) -> str | None:
    """The title; one of markup keeps its harmless tags only."""
    title = _text(node, "title")
    if not title or _detail(node, "title_detail").get("type") not in ("text/html", "application/xhtml+xml"):
        return title
    sanitized: str = _sanitize_html(title[:_TITLE_UP_TO], "utf-8", "text/html")
    return sanitized


def _detail(node: Node, key: str) -> Node:
    value = node.get(key)
    return value if isinstance(value, Mapping) else {}


def _kind(detail: object, version: str) -> Markup:
    """Only Atom says what a title is."""
    if not version.startswith("atom") or not isinstance(detail, Mapping):
        return "loose"
    return "text" if detail.get("type") == "text/plain" else "html"


def _links(node: Node) -> list[Node]:
    return [link for link in node.get("links") or () if isinstance(link, Mapping) and isinstance(link.get("href"), str)]


def _link(node: Node) -> str | None:
    """The page an entry is about. In RSS, `<link>` goes before `<atom:link rel="alternate">`, which feedparser would
    prefer when it stands below: the first alternate wins."""
    said = _text(node, "link")
    alternates = [link["href"] for link in _links(node) if link.get("rel") in _ALTERNATE and _is_page(link)]
    if said and said not in alternates:
        return said
    return str(alternates[0]) if alternates else said


def _is_page(link: Node) -> bool:
    return str(link.get("type") or "text/html").lower() in ("text/html", "application/xhtml+xml")


def _loose_link(feed: Node) -> str | None:
    """`<atom:link>` whose prefix was never declared."""
    link = _detail(feed, "atom_link")
    href = link.get("href")
    return href if isinstance(href, str) and link.get("rel", "alternate") == "alternate" else None


def _related(node: Node, relation: str) -> str | None:
    return next((str(link["href"]) for link in _links(node) if link.get("rel") == relation), None)


def _content(node: Node) -> str:
    """The longest of content and summary: some feeds put a stub in one and the article in the other."""
    found = [part for part in node.get("content") or () if isinstance(part, Mapping)]
    found.append(_detail(node, "summary_detail"))
    return max((_as_html(part) for part in found), key=len)


def _as_html(part: Node) -> str:
    value = part.get("value")
    if not isinstance(value, str):
        return ""
    return html.escape(value, quote=False).replace("\n", "<br>") if part.get("type") == "text/plain" else value


def _moment(node: Node, key: str) -> datetime | None:
    written, parsed = _text(node, key) or "", node.get(f"{key}_parsed")
    # feedparser takes the year out of these and fills up the rest from today's date
    if not isinstance(parsed, time.struct_time) or "年" in written[:100]:
        return _from_words(written)
    return _from_tuple(parsed)


def _from_tuple(parsed: time.struct_time) -> datetime | None:
    """feedparser's tuples are UTC: `timegm`, never `mktime`."""
    try:
        return sane(datetime.fromtimestamp(calendar.timegm(parsed), UTC))
    except (OverflowError, ValueError, OSError):
        return None


def _from_words(text: str) -> datetime | None:
    """Dates feedparser does not know: `2025年2月14日 07:00` (in Japan's time), `2025/2/14` (in UTC)."""
    found = _PLAIN_DATE.search(text[:100])
    if not found:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return sane(datetime(year, month, day, hour, minute, second, tzinfo=_JST if "年" in found[0] else UTC))
    except ValueError:
        return None


def _ttl(feed: Node) -> float | None:
    """Seconds: `<ttl>` is in minutes, `sy:updatePeriod` is divided by `sy:updateFrequency`."""
    minutes = _number(_text(feed, "ttl"))
    if minutes:
        return minutes * 60
    period = _PERIODS.get((_text(feed, "sy_updateperiod") or "").strip().lower())
    return period / (_number(_text(feed, "sy_updatefrequency")) or 1.0) if period else None


def _number(text: str | None) -> float | None:
    text = (text or "").strip()
    return float(text) if re.fullmatch(r"[0-9]{1,9}(?:\.[0-9]{1,3})?", text) and float(text) > 0 else None
