"""What a page says about itself: title, site, language, date, canonical address. Only declarations, no guesses."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from lxml.html import HtmlElement

from digests.plain import line, shortened
from digests.quantities import squeezed
from digests.said import sane
from digests.urls import site_of, web_url

_DATES = (
    "article:published_time",
    "og:published_time",
    "datepublished",
    "parsely-pub-date",
    "dc.date.issued",
    "dc.date",
    "pubdate",
    "date",
    "publish-date",
    "sailthru.date",
)
_SEPARATORS = r"\s*(?:[|｜\-–—‐―:：»«/／・·•]|::|\|\|)\s*"
_TAIL = re.compile(rf"{_SEPARATORS}(?!.*(?:\s[|\-–—»]\s|[|｜]))(.{{1,60}})$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d{1,9})?\s?(?:Z|[+-]\d{2}:?\d{2})?)?")
_JSON_LIMIT = 200_000


def metas(tree: HtmlElement) -> dict[str, str]:
    """`<meta>` contents by lower-case property, name or itemprop; the first of each."""
    found: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").strip().lower()
        if name and meta.get("content"):
            found.setdefault(name, meta.get("content"))
    return found


def linked_data(tree: HtmlElement) -> tuple[dict[str, Any], ...]:
    """The objects of the page's JSON-LD, graphs opened; unreadable ones are passed over."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json" and script.text and len(script.text) <= _JSON_LIMIT:
            found.extend(_objects(script.text))
    return tuple(found)


def _objects(text: str) -> Iterator[dict[str, Any]]:
    try:
        loaded = json.loads(text, strict=False, parse_int=lambda digits: 0 if len(digits) > 30 else int(digits))
    except (ValueError, RecursionError):
        return
    for item in loaded if isinstance(loaded, list) else [loaded]:
        if isinstance(item, dict):
            yield item
            graph = item.get("@graph")
            yield from (node for node in graph if isinstance(node, dict)) if isinstance(graph, list) else ()


def articles(data: tuple[dict[str, Any], ...]) -> Iterator[dict[str, Any]]:
    """Objects that are articles of some kind (NewsArticle, BlogPosting, Report…)."""
    for item in data:
        if re.search(r"Article|Posting|Report\b", str(item.get("@type"))):
            yield item


def page_title(tree: HtmlElement, meta: dict[str, str], site: str) -> str:
    """The headline: what the page tells social networks, else its only `<h1>`, else `<title>`; without the site."""
    headings = [text for h1 in tree.iter("h1") if (text := line(" ".join(h1.itertext())))]
    told = line(meta.get("og:title") or meta.get("twitter:title") or "")
    written = line(" ".join(next((title.itertext() for title in tree.iter("title")), ())))
    only = headings[0] if len(headings) == 1 else ""
    return shortened(without_site(told or only or written or (headings[0] if headings else ""), site))


def without_site(title: str, *sites: str) -> str:
    """`title` without a tail (or a head) that only names the site: `News | Example Times` → `News`."""
    names = {_key(site) for site in sites if site.strip()}
    found = _TAIL.search(title)
    if found and found.start() > 0 and _key(found[1]) in names:
        return title[: found.start()].strip()
    head = re.match(r"(.{1,60}?)\s*(?:[|｜»]|:\s)\s*(?=\S)", title)
    if head and _key(head[1]) in names:
        return title[head.end() :].strip()
    return title


def _key(name: str) -> str:
    return squeezed(name.casefold())


def page_language(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    """The primary language the page declares (`ja-JP` → `ja`), or None."""
    declared = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    for said in (declared, meta.get("content-language", ""), meta.get("og:locale", "")):
        code = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", said)
        if code:
            return code[1].lower()
    return None


def page_site(meta: dict[str, str], data: tuple[dict[str, Any], ...], url: str) -> str:
    """The site's own name, or an empty text."""
    told = line(meta.get("og:site_name") or meta.get("application-name") or "")
    if told and not told.startswith(("http://", "https://", "@")):
        return shortened(told, 100)
    for item in articles(data):
        publisher = item.get("publisher")
        name = publisher.get("name") if isinstance(publisher, dict) else None
        if isinstance(name, str) and line(name):
            return shortened(line(name), 100)
    return ""


def page_date(tree: HtmlElement, meta: dict[str, str], data: tuple[dict[str, Any], ...]) -> datetime | None:
    """When the page says it was published, in UTC; a time without a zone is read as UTC."""
    said = [str(item["datePublished"]) for item in articles(data) if item.get("datePublished")]
    said += [meta[name] for name in _DATES if name in meta]
    said += [element.get("datetime") for element in tree.iter("time") if element.get("datetime")][:1]
    return next((moment for text in said if (moment := _moment(text))), None)


def _moment(text: str) -> datetime | None:
    found = _ISO.search(text[:100])
    if not found:
        return None
    try:
        return sane(datetime.fromisoformat(re.sub(r"\s(?=Z|[+-])", "", found[0])))
    except ValueError:
        return None


def not_later(moment: datetime | None, now: datetime) -> datetime | None:
    """`moment`, unless it lies more than a day ahead: then nobody knows when it was."""
    return moment if moment and moment <= now.astimezone(UTC) + timedelta(days=1) else None


def base_address(tree: HtmlElement, url: str) -> str:
    """What the page's relative links are relative to: its `<base href>`, else its own address."""
    return next((web_url(base.get("href"), url) or url for base in tree.iter("base")), url)


def page_address(tree: HtmlElement, url: str) -> str:
    """The canonical address where the page names one on its own site, else `url`."""
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split():
            named = web_url(link.get("href"), url)
            return named if named and _is_sibling(named, url) else url
    return url


def _is_sibling(named: str, url: str) -> bool:
    """Same site, and not the mere front page, of it or of a part, that careless templates put on every page."""
    front, here = (_AUTHORITY.sub("", address).partition("?")[0] or "/" for address in (named, url))
    front = _INDEX.sub("/", front)
    below = here.removeprefix(front) if front.endswith("/") and here.startswith(front) else ""
    return site_of(named) == site_of(url) and (not _INDEX.sub("", f"/{below}") or bool(_FORM_OF_IT.fullmatch(below)))


_AUTHORITY = re.compile(r"\A[a-z]+://[^/]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:(?:index|default|home)(?:\.\w{1,5})?)?\Z", re.IGNORECASE)
_FORM_OF_IT = re.compile(r"(?:amp|page/\d{1,4}|\d{1,4}|print|mobile)(?:\.html?)?/?", re.IGNORECASE)
"""What follows an article's own address where a page is but another form of it."""
