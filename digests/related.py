"""Related links and citations: which of the close articles are close enough to stand beside an article.

Better none than a wrong one: below a floor nothing is offered, and the same text once more is no link at all. What an
article itself links to always qualifies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from digests.model import Article, Link
from digests.retrieval import Near
from digests.urls import article_id, site_of

RELATED_FLOOR = 0.2
CITATION_FLOOR = 0.3
"""Least probability that an editor would set the link; a citation claims more than a link, so it must be surer."""


def worthy(found: Iterable[Near], floor: float) -> tuple[Near, ...]:
    """Those at or above the floor that are not copies."""
    return tuple(near for near in found if near.score >= floor and not near.copy)


def outbound(article: Article) -> tuple[Link, ...]:
    """The article's own links that lead off its site and say where: what a citation can rest on."""
    seen: set[str] = set()
    links = []
    for link in article.links:
        key = article_id(link.url)
        if site_of(link.url) == article.site or len(link.text.strip()) < 4 or key in seen or key == article.id:
            continue
        seen.add(key)
        links.append(link)
    return tuple(links)


def distinct(articles: Sequence[tuple[Article, float]], own: Article) -> tuple[tuple[Article, float], ...]:
    """Without the article itself and without a second copy of one title."""
    titles = {own.title.casefold()}
    kept = []
    for article, score in articles:
        title = article.title.casefold()
        if article.id != own.id and title not in titles:
            titles.add(title)
            kept.append((article, score))
    return tuple(kept)
