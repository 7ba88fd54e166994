"""A page → its article: title, text, language, site, links inside the text. Trafilatura finds the main text; what it
may see, what becomes of it and whether it is enough for an article is decided here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from lxml.etree import _Element
from lxml.html import HtmlElement

from digests.decode import decode
from digests.errors import NoArticle
from digests.model import Article, Entry, Feed, Link
from digests.pagemeta import (
    base_address,
    linked_data,
    metas,
    not_later,
    page_address,
    page_date,
    page_language,
    page_site,
    page_title,
    without_site,
)
from digests.plain import line, shortened
from digests.urls import article_id, canonical_url, site_of, web_url
from digests.visible import size, visible_tree, without_data

Identify = Callable[[str, str | None], str]
"""Text and a hint → ISO 639-1 code (`digests.language.identify`)."""

TEXT_LIMIT = 200_000
"""Characters of an article that are kept."""
_SHORTEST, _SHORTEST_DENSE = 80, 40
_TWICE_UP_TO = 5000
"""Elements of a page that is looked at a second time when the first look found too little."""
_LINK_LIMIT = 200
_LINK_TEXT_LIMIT = 200
_DENSE_LETTERS = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BLOCKS = frozenset({"p", "head", "item", "quote", "cell", "code", "lb", "row", "list", "table", "div", "fw", "ab"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An article page as its reader sees it. `text`: paragraphs separated by newlines, NFC, no control characters."""

    url: str
    """The canonical address where the page names one on its own site, else where it was found."""
    title: str
    text: str
    language: str | None = None
    """What the page declares; nobody has looked at the text."""
    site_name: str = ""
    links: tuple[Link, ...] = ()
    """http(s) links inside the main text, absolute, each page once, in order."""
    published: datetime | None = None


def extract(page: bytes, *, url: str, headers: Mapping[str, str] | None = None, language: str | None = None) -> Page:
    """The article on a page found at `url`. `language` outweighs what the page declares. At most 2 Mi characters and
    20,000 elements are looked at. Raises NoArticle."""
    tree = visible_tree(decode(page, headers))
    if tree is None:
        raise NoArticle(url, "this page cannot be read")
    _absolute(tree, base_address(tree, url))
    meta, data = metas(tree), linked_data(tree)
    spoken = language or page_language(tree, meta)
    address, site = page_address(tree, url), page_site(meta, data, url)
    title = page_title(tree, meta, site)
    published = page_date(tree, meta, data)
    body, text = _main_text(without_data(tree), url, title)
    if body is None or not is_enough(text):
        raise NoArticle(url)
    return Page(
        url=address,
        title=title,
        text=text,
        language=spoken,
        site_name=site,
        links=_links(body, address),
        published=published,
    )


def article_from(entry: Entry, page: Page | None, *, feed: Feed, now: datetime, identify: Identify) -> Article | None:
    """The article of a feed's entry: the page's text, or the feed's own where it says more; None when neither says
    enough. The id is that of the canonical address."""
    url = page.url if page else entry.url
    text, links = _own_text(entry)
    if page and len(page.text) >= len(text):
        text, links = page.text, page.links
    if not url or not is_enough(text):
        return None
    publisher = (page.site_name if page else "") or without_site(feed.title) or site_of(url)
    return Article(
        id=article_id(url),
        url=canonical_url(url),
        site=site_of(url),
        publisher=publisher,
        language=identify(text, (page.language if page else None) or entry.language),
        title=_title(entry, page, feed, text),
        text=text,
        links=links,
        published=not_later(entry.published or (page.published if page else None), now),
        first_seen=now,
        feed=feed.url,
        role=feed.role,
    )


def own_address(article: Article, entry: Entry, other: Article) -> Article:
    """An article whose page names an address as its own under which we hold `other`: the same one, where they say the
    same; else the page is mistaken, and the entry's address is the article's."""
    if entry.url is None or entry.url == other.url or _alike(article, other):
        return article
    return replace(article, id=article_id(entry.url), url=canonical_url(entry.url))


def _alike(one: Article, other: Article) -> bool:
    """The same headline, or half of the words in common."""
    words = [set(re.findall(r"\w{2,}", text.casefold())) for text in (one.text, other.text)]
    return one.title == other.title or 2 * len(words[0] & words[1]) >= min(map(len, words))


def is_enough(text: str) -> bool:
    """Whether a text can be called an article: 80 characters, or 40 where a character is nearly a word."""
    dense = len(_DENSE_LETTERS.findall(text[:1000])) * 2 >= len(text[:1000])
    return len(text) >= (_SHORTEST_DENSE if dense else _SHORTEST)


def text_of_html(markup: str, base: str = "") -> tuple[str, tuple[Link, ...]]:
    """Text and links (relative ones are relative to `base`) of a fragment that is article through and through: a feed's
    own content."""
    tree = visible_tree(f"<html><body><div>{markup}</div></body></html>")
    if tree is None:
        return "", ()
    _absolute(without_data(tree), base)
    return _joined(_fragment_paragraphs(tree), ""), _gathered((a.get("href"), a) for a in tree.iter("a"))


def _own_text(entry: Entry) -> tuple[str, tuple[Link, ...]]:
    if not entry.content:
        return "", ()
    text, links = text_of_html(entry.content, entry.url or "")
    own = canonical_url(entry.url or "")
    return text, tuple(link for link in links if link.url != own)


def _title(entry: Entry, page: Page | None, feed: Feed, text: str) -> str:
    """The feed's title, which editors write; the page's where the feed has none worth the name."""
    sites = (feed.title, page.site_name if page else "", site_of(entry.url or ""))
    said = without_site(entry.title, *sites)
    if said and said != entry.url and not said.endswith("…"):
        return said
    return (page.title if page else "") or said or shortened(text.split("\n", 1)[0], 120)


# --- main text ------------------------------------------------------------------------------------------------------


def _main_text(tree: HtmlElement, url: str, title: str) -> tuple[_Element | None, str]:
    """Trafilatura's body (TEI-like blocks with `ref` for links) and its text: found with precision, which keeps
    boilerplate out of digests, or without where that finds too little."""
    import trafilatura  # half a second: only where a page is read

    for precision in (True, False) if size(tree) <= _TWICE_UP_TO else (True,):
        document = trafilatura.bare_extraction(
            tree,
            url=url,
            favor_precision=precision,
            include_comments=False,
            include_links=True,
            with_metadata=False,
        )
        body = getattr(document, "body", None)
        text = _joined(_paragraphs(body), title) if body is not None else ""
        if is_enough(text):
            return body, text
    return None, ""


def _paragraphs(body: _Element) -> Iterator[str]:
    """The text of each block; a block ends where the next begins."""
    return _runs(body, _BLOCKS)


_HTML_BLOCKS = frozenset(
    {"p", "div", "br", "li", "ul", "ol", "tr", "td", "th", "table", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "section", "article", "header", "footer", "figure", "figcaption", "dl", "dt", "dd", "hr", "main", "aside"}
)


def _fragment_paragraphs(tree: HtmlElement) -> Iterator[str]:
    return _runs(tree, _HTML_BLOCKS)


def _runs(root: _Element, blocks: frozenset[str]) -> Iterator[str]:
    """Text between the borders of blocks, in document order, without recursion."""
    run: list[str] = []
    stack: list[tuple[_Element, bool]] = [(root, False)]
    while stack:
        element, leaving = stack.pop()
        if element.tag in blocks and run:
            yield "".join(run)
            run = []
        if leaving:
            run.append(element.tail or "")
            continue
        run.append(element.text or "" if isinstance(element.tag, str) else "")
        stack.append((element, True))
        stack.extend((child, False) for child in reversed(element))
    yield "".join(run)


def _joined(paragraphs: Iterable[str], title: str) -> str:
    """One paragraph a line, none twice in a row, without the title repeated on top, as long as an article may be."""
    lines: list[str] = []
    length = 0
    for paragraph in map(line, paragraphs):
        if not paragraph or paragraph == (lines[-1] if lines else title):
            continue
        length += len(paragraph) + 1
        if length > TEXT_LIMIT:
            break
        lines.append(paragraph)
    return "\n".join(lines)


def _absolute(tree: HtmlElement, base: str) -> None:
    """Makes the tree's links absolute; those that lead to no web page (`#top`, `javascript:`) are links no more."""
    for anchor in tree.iter("a"):
        href = (anchor.get("href") or "").strip()
        address = None if href.startswith("#") else web_url(href, base)
        if address:
            anchor.set("href", address)
        else:
            anchor.attrib.pop("href", None)


def _links(body: _Element, address: str) -> tuple[Link, ...]:
    own = canonical_url(address)
    found = _gathered((ref.get("target"), ref) for ref in body.iter("ref"))
    return tuple(link for link in found if link.url != own)


def _gathered(anchors: Iterable[tuple[str | None, _Element]]) -> tuple[Link, ...]:
    found: dict[str, Link] = {}
    for href, element in anchors:
        url = web_url(href)
        text = shortened(line("".join(element.itertext())), _LINK_TEXT_LIMIT)
        if url and text and len(found) < _LINK_LIMIT:
            found.setdefault(canonical_url(url), Link(url=canonical_url(url), text=text))
    return tuple(found.values())
