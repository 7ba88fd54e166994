"""OPML 2.0, the format feed readers exchange their lists in: read with lxml, entities and network off."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from digests.errors import ChokanError
from digests.model import Feed


class NotOpml(ChokanError):
    kind = "not-opml"


def feeds_of(data: bytes, name: str) -> tuple[Feed, ...]:
    """The feeds of an OPML file, in order, each once. Raises `NotOpml`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise NotOpml(f"{name}: not OPML: {error.msg}") from error
    found: dict[str, Feed] = {}
    for outline in root.iter("{*}outline"):
        url = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        if url.startswith(("http://", "https://")):
            title = " ".join((outline.get("title") or outline.get("text") or "").split())
            reference = outline.get("category") == "reference"
            found.setdefault(url, Feed(url=url, title=title, role="reference" if reference else "source"))
    if not found:
        raise NotOpml(f'{name}: no feed in it; an OPML file has <outline xmlUrl="…"> elements')
    return tuple(found.values())


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
