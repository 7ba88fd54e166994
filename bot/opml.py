"""OPML 2.0, the format feed readers exchange their lists in: read with lxml without entities and network.

What of it is taken in, `bot.exchange` decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from digests.errors import ChokanError
from digests.model import Feed, FeedRole


class NotOpml(ChokanError):
    kind = "not-opml"


def feeds_of(data: bytes, name: str) -> Iterator[Feed]:
    """The feeds of an OPML file, in order, as they are written there. Raises `NotOpml`."""
    for outline in _root(data, name).iter("{*}outline"):
        url = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        if url:
            role: FeedRole = "reference" if outline.get("category") == "reference" else "source"
            yield Feed(url=url, title=outline.get("title") or outline.get("text") or "", role=role)


def _root(data: bytes, name: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotOpml(f"{name}: not OPML: {error}") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotOpml(f"{name}: has a document type of its own, which no list needs; it is not read")
    return root


def opml_of(feeds: Sequence[Feed]) -> bytes:
    """An OPML 2.0 file of these feeds; reference feeds carry category="reference"."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = "Chokan"
    body = etree.SubElement(root, "body")
    for feed in feeds:
        attributes = {"type": "rss", "text": feed.title or feed.url, "xmlUrl": feed.url}
        if feed.site:
            attributes["htmlUrl"] = feed.site
        if feed.role == "reference":
            attributes["category"] = "reference"
        etree.SubElement(body, "outline", attributes)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8", pretty_print=True))
