"""Which section a citation supports. Every URL comes from a candidate that was really fetched or read in a feed."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from digests.model import Article, Citation, RelatedLink, Section
from digests.ports import Candidate
from digests.readable import squeezed
from digests.terms import terms

MOST = 3
MOST_A_SECTION = 2
MOST_RELATED = 3
LEAST_SHARED = 2.0
"""Weighted terms a citation must share with a section to be printed under it."""
LINKED = 1.0
"""Score of what the article itself links to: its author's own source, printed whatever words it shares."""
WEAK = 0.5
"""Candidates below this share of the best one's score are dropped."""
_OPENING = 400


@dataclass(frozen=True, slots=True)
class _Fit:
    candidate: Candidate
    section: int
    strength: float


def cited(
    sections: Sequence[Section], citations: Sequence[Candidate], article: Article
) -> tuple[tuple[Section, ...], tuple[Citation, ...]]:
    """The sections with the numbers of their citations, and the citations, numbered in order of use."""
    fits = _fitting(sections, _worthy(citations, article))
    if not fits and not any(section.citations for section in sections):
        return tuple(sections), ()
    placed: dict[int, list[Candidate]] = {}
    for fit in fits:
        under = placed.setdefault(fit.section, [])
        if len(under) < MOST_A_SECTION and sum(map(len, placed.values())) < MOST:
            under.append(fit.candidate)
    ordered = [candidate for i in sorted(placed) for candidate in placed[i]]
    numbers = {candidate.article.url: n for n, candidate in enumerate(ordered, 1)}
    marked = tuple(
        replace(section, citations=tuple(numbers[c.article.url] for c in placed.get(i, ())))
        for i, section in enumerate(sections)
    )
    return marked, tuple(_citation(c, numbers[c.article.url]) for c in ordered)


def linked(related: Sequence[Candidate], article: Article, cited_urls: Iterable[str]) -> tuple[RelatedLink, ...]:
    """The first three related articles, none the article itself, none cited already."""
    taken = set(cited_urls)
    kept = [c for c in _distinct(related, article) if c.article.url not in taken]
    return tuple(RelatedLink(title=c.article.title, url=c.article.url, score=c.score) for c in kept[:MOST_RELATED])


def _citation(candidate: Candidate, number: int) -> Citation:
    source = candidate.article
    return Citation(
        number=number, title=source.title or source.url, publisher=source.publisher or source.site, url=source.url
    )


def _distinct(candidates: Sequence[Candidate], article: Article) -> list[Candidate]:
    """In order of score, without the article itself, without a URL or a story twice."""
    seen = {article.url, article.id}
    titles = {squeezed(article.title).casefold()} - {""}
    kept = []
    for candidate in sorted(candidates, key=lambda c: -c.score):
        source, title = candidate.article, squeezed(candidate.article.title).casefold()
        if source.url in seen or source.id in seen or title in titles or not source.url:
            continue
        seen |= {source.url, source.id}
        kept.append(candidate)
        titles |= {title} - {""}
    return kept


def _worthy(candidates: Sequence[Candidate], article: Article) -> list[Candidate]:
    kept = _distinct(candidates, article)
    best = max((c.score for c in kept), default=0.0)
    return [c for c in kept if c.score >= WEAK * best]


def _fitting(sections: Sequence[Section], candidates: Sequence[Candidate]) -> list[_Fit]:
    """Each candidate with the section it shares most with, strongest first; those that share too little are dropped."""
    if not candidates:
        return []
    bags = [_bag(section) for section in sections]
    spread = Counter(term for bag in bags for term in bag)
    fits = []
    for candidate in candidates:
        own = _terms(candidate.article)
        shared = [_shared(own, bag, spread, len(bags)) for bag in bags]
        best = max(range(len(bags)), key=lambda i: (shared[i], -i))
        if shared[best] >= LEAST_SHARED or (candidate.score >= LINKED and bags[best]):
            fits.append(_Fit(candidate, best, shared[best] * (0.5 + candidate.score)))
    return sorted(fits, key=lambda fit: -fit.strength)


def _bag(section: Section) -> frozenset[str]:
    if not section.addressed:
        return frozenset()
    texts = [t.text for t in section.body] + [p.text for p in section.points] + [t.text for t in section.closing]
    return frozenset(terms(" ".join(texts)))


def _terms(article: Article) -> dict[str, float]:
    weights = dict.fromkeys(terms(article.text[:_OPENING]), 1.0)
    weights.update(dict.fromkeys(terms(article.title), 2.0))
    return {term: weight for term, weight in weights.items() if len(term) > 1}


def _shared(own: dict[str, float], bag: frozenset[str], spread: Counter[str], parts: int) -> float:
    """Shared terms, those that every section has counting little, by the section's length."""
    total = sum(weight * math.log(1 + parts / spread[term]) for term, weight in own.items() if term in bag)
    return total / (1 + math.log1p(len(bag) / 40))
