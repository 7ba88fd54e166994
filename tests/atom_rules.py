"""A strict checker of Atom feeds: what RFC 4287 requires, and what the W3C's feed validator warns of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from lxml import etree
from lxml.html import fragment_fromstring

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
KNOWN = {
    "feed": {"id", "title", "updated", "author", "link", "generator", "subtitle", "rights", "icon", "logo", "entry"},
    "entry": {"id", "title", "updated", "published", "author", "link", "summary", "content", "category", "source"},
    "author": {"name", "uri", "email"},
}
ONCE = ("id", "title", "updated")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
UNSAFE = {"script", "style", "iframe", "object", "embed", "form", "meta", "link", "base", "applet", "frame"}


def atom_faults(body: bytes, content_type: str, location: str, now: datetime) -> list[str]:
    """Everything wrong or warned of; `location`: where it was fetched. Sections are RFC 4287's."""
    return list(_faults(body, content_type, location, now))


def _faults(body: bytes, content_type: str, location: str, now: datetime) -> Iterator[str]:
    if not content_type.startswith("application/atom+xml") or "charset=utf-8" not in content_type.lower():
        yield f"served as {content_type}"
    root = etree.fromstring(body)
    if root.tag != f"{ATOM}feed" or root.getroottree().docinfo.encoding.lower() != "utf-8":
        yield f"root {root.tag}"
    yield from _element(root, "feed", now)
    selves = [link.get("href") for link in root.findall(f"{ATOM}link[@rel='self']")]
    if selves != [location]:
        yield f"self {selves} is not {location}"
    entries = root.findall(f"{ATOM}entry")
    for entry in entries:
        yield from _element(entry, "entry", now)
    for name in ("id", "updated"):
        values = Counter(entry.findtext(f"{ATOM}{name}") for entry in entries)
        yield from (f"{name} {value} of {many} entries" for value, many in values.items() if many > 1)
    moments = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    if moments and max(map(_moment, moments)) != _moment(root.findtext(f"{ATOM}updated") or ""):
        yield "the feed is not as new as its newest entry"


def _element(element: etree._Element, kind: str, now: datetime) -> Iterator[str]:
    names = Counter(str(child.tag).removeprefix(ATOM) for child in element)
    yield from (f"{kind}: unknown {name}" for name in names if name not in KNOWN[kind])
    yield from (f"{kind}: {names[name]} × {name}" for name in ONCE if names[name] != 1)
    if not names["author"]:
        yield f"{kind}: no author (4.1.1, 4.1.2)"
    for author in element.findall(f"{ATOM}author"):
        if not (author.findtext(f"{ATOM}name") or "").strip():
            yield f"{kind}: author without a name (3.2.1)"
    id_ = element.findtext(f"{ATOM}id") or ""
    if not urlsplit(id_).scheme or id_ != id_.strip():
        yield f"{kind}: id {id_!r} is no IRI (4.2.6)"
    for name in ("updated", "published"):
        for moment in element.findall(f"{ATOM}{name}"):
            if not INSTANT.fullmatch(moment.text or "") or _moment(moment.text or "") > now:
                yield f"{kind}: {name} {moment.text} (3.3)"
    yield from (f"{kind}: {fault}" for fault in (*_links(element), *_texts(element)))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _links(element: etree._Element) -> Iterator[str]:
    links = element.findall(f"{ATOM}link")
    for link in links:
        parts = urlsplit(link.get("href", ""))
        if parts.scheme not in ("http", "https") or not parts.netloc:
            yield f"link {link.get('href')} (4.2.7.1)"
    alternates = Counter((link.get("type"), link.get("hreflang")) for link in links if link.get("rel") == "alternate")
    if not alternates or max(alternates.values()) > 1:
        yield f"alternates {dict(alternates)} (4.1.1, 4.1.2)"


def _texts(element: etree._Element) -> Iterator[str]:
    for name in ("title", "summary", "content", "subtitle"):
        for text in element.findall(f"{ATOM}{name}"):
            said, kind = text.text or "", text.get("type", "text")
            if not said.strip():
                yield f"{name} is blank"
            if kind == "text" and re.search(r"<[a-z/!]|&(?:amp|lt|#\d+);", said):
                yield f"{name} holds markup though it is text"
            if kind == "html":
                yield from _html(said)
            if not re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text.get(LANG, "und")):
                yield f"language {text.get(LANG)}"


def _html(said: str) -> Iterator[str]:
    for element in fragment_fromstring(said, create_parent="div").iter():
        if element.tag in UNSAFE:
            yield f"content with <{element.tag}>"
        for name, value in element.attrib.items():
            if name.startswith("on") or name == "style" or value.strip().lower().startswith(("javascript:", "data:")):
                yield f"content with {name}={value!r}"
            if name in ("href", "src") and urlsplit(value).scheme not in ("http", "https", "mailto"):
                yield f"content with a relative address {value!r}"
