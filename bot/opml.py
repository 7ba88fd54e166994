"""OPML 2.0, the format feed readers exchange their lists in: read with lxml without entities and network, in limits."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from digests.errors import ChokanError, FetchError
from digests.model import Feed
from digests.plain import line, shortened
from digests.targets import read_target


class NotOpml(ChokanError):
    kind = "not-opml"


LARGEST = 5 * 1024 * 1024
"""Bytes of a list that are read."""
MOST = 5000
"""Feeds of one list; who really reads more imports in parts."""
_TITLE = 200


def feeds_of(data: bytes, name: str) -> tuple[tuple[Feed, ...], tuple[str, ...]]:
    """The feeds of an OPML file, in order, each once, and a line for each address that our fetcher would refuse without
    asking anybody. Raises `NotOpml`."""
    name = line(name)
    if len(data) > LARGEST:
        raise NotOpml(f"{name}: larger than {LARGEST // 1024} KiB, not read")
    found: dict[str, Feed] = {}
    left_out: dict[str, None] = {}
    for outline in _root(data, name).iter("{*}outline"):
        said = (outline.get("xmlUrl") or outline.get("xmlurl") or "").strip()
        try:
            url = read_target(said).url if said else ""
        except FetchError as error:
            left_out[line(str(error))] = None
            continue
        if url:
            title = shortened(line(outline.get("title") or outline.get("text") or ""), _TITLE)
            reference = outline.get("category") == "reference"
            found.setdefault(url, Feed(url=url, title=title, role="reference" if reference else "source"))
    if not found:
        first = f"; {next(iter(left_out))}" if left_out else '; an OPML file has <outline xmlUrl="…"> elements'
        raise NotOpml(f"{name}: no feed in it{first}")
    if len(found) > MOST:
        raise NotOpml(f"{name}: {len(found)} feeds; at most {MOST} can be imported at once")
    return tuple(found.values()), tuple(left_out)


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
