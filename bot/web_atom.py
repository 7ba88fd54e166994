"""Digests as Atom (RFC 4287) and as a sitemap (sitemaps.org, 0.9): written by an XML library, never by hand."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from lxml import etree

from digests.catalog import Catalogs
from digests.layout import digest_message
from digests.model import Article
from digests.plain import line, safe
from digests.printed import html
from digests.store import Hit
from digests.urls import web_url

ATOM = "http://www.w3.org/2005/Atom"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
START = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed; also the date in the authority of our tags."""


def atom(base: str, path: str, title: str, page: str, hits: Sequence[Hit], catalogs: Catalogs) -> bytes:
    """The feed at `base` + `path` with these digests, newest first; `page`: where a person reads the same."""
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    _add(root, "id", _tag(base, path.partition("?")[0]))
    _add(root, "title", line(title))
    _add(root, "updated", max((_updated(hit.article) for hit in hits), default=_instant(START)))
    _add(root, "link", rel="self", type="application/atom+xml", href=base + path)
    _add(root, "link", rel="alternate", type="text/html", href=base + page)
    _add(root, "generator", "Chokan")
    author = _add(root, "author")
    _add(author, "name", "Chokan")
    token = path.partition("?")[2]
    for hit in hits:
        _entry(root, base, hit, catalogs, f"?{token}" if token else "")
    return _written(root)


def _entry(root: etree._Element, base: str, hit: Hit, catalogs: Catalogs, token: str) -> None:
    article, digest = hit.article, hit.digest
    if digest is None:
        return
    path = f"/d/{quote(article.id, safe='')}"
    entry = _add(root, "entry")
    _add(entry, "id", _tag(base, path))
    _add(entry, "title", line(digest.title) or article.id)
    _add(entry, "updated", _updated(article))
    if article.published:
        _add(entry, "published", _instant(article.published))
    _add(entry, "link", rel="alternate", type="text/html", href=base + path + token)
    original = web_url(article.url)
    if original:
        _add(entry, "link", rel="via", href=original)
    author = _add(entry, "author")
    _add(author, "name", line(article.publisher) or line(article.site) or "?")
    if digest.lead:
        _add(entry, "summary", safe(digest.lead[0].text))
    content = _add(entry, "content", safe(html(digest_message(digest, catalogs.of(digest.language)))), type="html")
    content.set(_XML_LANG, _language(digest.language_of_text))


def sitemap(base: str, digests: Sequence[tuple[str, datetime]]) -> bytes:
    """The front page and one address a digest; at most 50,000 of them (sitemaps.org)."""
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap={None: SITEMAP})
    for path, changed in [("/", None), *((f"/d/{quote(id_, safe='')}", at) for id_, at in digests)]:
        url = etree.SubElement(root, f"{{{SITEMAP}}}url")
        etree.SubElement(url, f"{{{SITEMAP}}}loc").text = base + path
        if changed:
            etree.SubElement(url, f"{{{SITEMAP}}}lastmod").text = _instant(changed)
    return _written(root)


def _written(root: etree._Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{ATOM}}}{name}", {k: _NOT_XML.sub("", v) for k, v in attributes.items()})
    if text:
        element.text = _NOT_XML.sub("", text)
    return element


def _tag(base: str, path: str) -> str:
    """RFC 4151: an id that stays what it is wherever the entry moves within the site."""
    return f"tag:{urlsplit(base).hostname},{START.date().isoformat()}:{path}"


def _updated(article: Article) -> str:
    """When it came, to the second. What one poll brought came at one instant, and feed readers take entries of one
    instant for one change: a fraction made from the id, always the same, keeps them apart."""
    fraction = int(hashlib.sha256(article.id.encode("utf-8", "surrogatepass")).hexdigest()[:8], 16) % 1_000_000
    return f"{article.first_seen.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{fraction:06}Z"


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _language(code: str) -> str:
    return code if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", code) else "und"
