"""Bytes and headers → a feed's entries, tidied; and which of them are new. Knows neither network nor memory."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from digests.decode import decode
from digests.jsonfeed import looks_like_json, read_json
from digests.model import Entry, ParsedFeed
from digests.plain import line, shortened, title_from_anything, title_from_markup, title_from_text, without_tags
from digests.said import Markup, SaidEntry, SaidFeed
from digests.urls import article_id, canonical_url, web_url

_TITLE_FROM_CONTENT = 120
_ID_LIMIT = 1024
_AUTHOR_LIMIT = 200


def parse_feed(body: bytes, *, url: str, headers: Mapping[str, str] | None = None) -> ParsedFeed:
    """The feed in `body`, fetched from `url` (after redirects). Reads RSS, Atom, RDF, CDF and JSON Feed, 500 entries at
    most; a broken entry is left out and counted. Titles are plain text, links absolute http(s), dates UTC, entry ids
    never empty and the same at every poll. Raises NotAFeed."""
    return _tidied(read_feed(body, url=url, headers=headers), url)


def read_feed(body: bytes, *, url: str, headers: Mapping[str, str] | None = None) -> SaidFeed:
    """The feed in its own words: markup in titles, ids and links as they are written. Raises NotAFeed."""
    text = decode(body, headers)
    if looks_like_json(text):
        return read_json(text, url=url)
    from digests.xmlfeed import read_xml  # feedparser is large, and only the workers read feeds

    return read_xml(text, url=url, headers=headers or {})


def names_of(entry: Entry) -> tuple[str, ...]:
    """What an entry is known by: its id, and the page it leads to."""
    return (entry.id, f"page {article_id(entry.url)}") if entry.url else (entry.id,)


def fresh(entries: Iterable[Entry], shown: Mapping[str, datetime]) -> tuple[Entry, ...]:
    """The entries the feed has not shown before, each id once, in the feed's order. `shown`: since when it has shown
    each of their names. An id or a page that comes back beside another is the same entry still, under a new id or a
    moved address, unless it was published after its old name was first seen: some feeds use an id again."""
    new: dict[str, Entry] = {}
    for entry in entries:
        names = names_of(entry)
        since = [shown[name] for name in names if name in shown]
        if not since or (len(since) < len(names) and _came_after(entry, max(since))):
            new.setdefault(entry.id, entry)
    return tuple(new.values())


def _came_after(entry: Entry, since: datetime) -> bool:
    return entry.issued and entry.published is not None and entry.published > since


def base_of(said: SaidFeed, url: str) -> str:
    """What relative links are relative to: the home page, since feeds are often served from another host; else the
    address the feed calls its own."""
    return web_url(said.link, url) or web_url(said.self_link, url) or url


def _tidied(said: SaidFeed, url: str) -> ParsedFeed:
    base = base_of(said, url)
    entries = _told_apart([_entry(entry, base) for entry in said.entries if _says_something(entry)])
    return ParsedFeed(
        title=_title(said.title, said.title_kind),
        link=web_url(said.link, url),
        entries=entries,
        language=_language(said.language),
        ttl=said.ttl,
        hub=web_url(said.hub, url),
        topic=web_url(said.self_link, url),
        skipped=said.skipped + len(said.entries) - len(entries),
        cut=said.cut,
    )


def _told_apart(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """An id that stands at several pages (`0`, the site's name) says nothing: those are called by their page."""
    pages: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        pages[entry.id].add(canonical_url(entry.url) if entry.url else "")
    return tuple(
        replace(entry, id=_bounded(canonical_url(entry.url))) if entry.url and len(pages[entry.id]) > 1 else entry
        for entry in entries
    )


def _says_something(said: SaidEntry) -> bool:
    return any(text and text.strip() for text in (said.id, said.link, said.title, said.content))


def _entry(said: SaidEntry, base: str) -> Entry:
    link = _page(said, base)
    title = _title(said.title, said.title_kind) or _first_words(said.content)
    return Entry(
        id=_id(said, link, title),
        url=link,
        title=title or shortened(line(link or "")),
        content=said.content,
        author=shortened(line(without_tags(said.author[: _AUTHOR_LIMIT * 10])), _AUTHOR_LIMIT),
        published=said.published or said.updated,
        updated=said.updated,
        language=_language(said.language),
        issued=said.published is not None,
    )


def _title(title: str | None, kind: Markup) -> str:
    read = {"text": title_from_text, "html": title_from_markup, "loose": title_from_anything}[kind]
    return read(title or "")


def _page(said: SaidEntry, base: str) -> str | None:
    """An entry without a usable link may carry it as its id (RSS permalinks, Atom ids that are addresses)."""
    return web_url(said.link, base) or web_url(said.id)


def _first_words(content: str) -> str:
    return shortened(line(without_tags(content[: _TITLE_FROM_CONTENT * 40])), _TITLE_FROM_CONTENT)


def _id(said: SaidEntry, link: str | None, title: str) -> str:
    """guid, else link, else a hash of what does not change from poll to poll."""
    if said.id and said.id.strip():
        return _bounded(said.id.strip())
    if link:
        return _bounded(canonical_url(link))
    moment = said.published or said.updated
    words = f"{title}\n{moment.isoformat() if moment else ''}"
    return f"hash:{_digest(words)}"


def _bounded(text: str) -> str:
    return text if len(text) <= _ID_LIMIT else f"hash:{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def _language(code: str | None) -> str | None:
    """`ja-JP` → `ja`; None for what is no language code."""
    primary = (code or "").strip().replace("_", "-").split("-")[0].lower()
    return primary if primary.isalpha() and primary.isascii() and 2 <= len(primary) <= 3 else None
