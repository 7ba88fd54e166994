"""What the pages show, taken from digests and articles: sentences with the words they rest on, footnotes both ways."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from digests.layout import gist
from digests.model import Article, Citation, Digest, Point, Section, Support, Text
from digests.store import Hit
from digests.urls import article_id, web_url

CONTEXT = 48
"""Characters of the article shown before and after a span; fewer on a page with many sentences."""
ALL_CONTEXT = 1000
"""Characters before all spans of a page together, and as many after them."""
LONGEST_SPAN = 400
MOST_SOURCES = 60
"""Sentences that show their source; a page stays small however long its digest is."""
UNSPACED = ("ja", "zh", "th")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The words a sentence rests on, with what stands around them. `of` is "article" or the citation's number."""

    of: str
    before: str
    span: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A printed sentence. `number` counts those with a source; `cites` are numbers of footnotes it rests on itself."""

    text: str
    label: str = ""
    number: int = 0
    sources: tuple[Source, ...] = ()
    cites: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A footnote's number in the text, at an anchor of its own."""

    number: int
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Footnote:
    number: int
    title: str
    publisher: str
    url: str | None
    digest: str | None
    """Id of our own digest of it."""
    back: tuple[str, ...]
    """Anchors of the marks that lead here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionView:
    number: int
    heading: str
    addressed: bool
    body: tuple[Said, ...]
    points: tuple[Said, ...]
    closing: tuple[Said, ...]
    marks: tuple[Mark, ...]
    """Footnotes of the section that no single sentence claims."""
    footnotes: tuple[Footnote, ...]
    """Those first used here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedView:
    title: str
    url: str | None
    digest: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestView:
    digest: Digest
    article: Article | None
    url: str | None
    lead: tuple[Said, ...]
    sections: tuple[SectionView, ...]
    conclusion: tuple[Said, ...]
    related: tuple[RelatedView, ...]
    supported: int
    """Sentences that rest on a source."""
    space: str
    """Between two sentences: nothing in Japanese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """One line of a list."""

    id: str
    title: str
    gist: str
    more: str
    """The lead after its first sentence."""
    publisher: str
    language: str
    article: Article


def item_view(hit: Hit) -> ItemView:
    article, lead = hit.article, hit.digest.lead if hit.digest else ()
    space = "" if article.language in UNSPACED else " "
    return ItemView(
        id=article.id,
        title=article.title,
        gist=gist(lead[0].text) if lead else "",
        more=space.join(text.text for text in lead[1:])[:LONGEST_SPAN],
        publisher=article.publisher,
        language=hit.digest.language_of_text if hit.digest else article.language,
        article=article,
    )


def linked_ids(digest: Digest) -> tuple[str, ...]:
    """Ids the cited and related pages have if we hold them."""
    urls = [*(c.url for c in digest.citations), *(r.url for r in digest.related)]
    return tuple(dict.fromkeys(article_id(url) for url in urls if web_url(url)))


def digest_view(
    digest: Digest, article: Article | None, held: Mapping[str, Article], ours: frozenset[str]
) -> DigestView:
    """The page of one digest. `held`: articles of the archive by id, for the words of citations; `ours`: ids of those
    that have a page of their own."""
    texts = {f"citation:{c.number}": held[id_].text for c in digest.citations if (id_ := _id_of(c.url)) in held}
    if article:
        texts["article"] = article.text
    context = min(CONTEXT, ALL_CONTEXT // max(1, _length(digest)))
    setter = _Setter(texts, {c.number: c for c in digest.citations}, context)
    lead = setter.said(digest.lead)
    sections = [setter.section(section) for section in digest.sections]
    conclusion = setter.said(digest.conclusion)
    return DigestView(
        digest=digest,
        article=article,
        url=web_url(digest.url) if digest.url else None,
        lead=lead,
        sections=tuple(setter.with_footnotes(sections, ours)),
        conclusion=conclusion,
        related=tuple(
            RelatedView(title=r.title, url=web_url(r.url), digest=_ours(r.url, ours)) for r in digest.related
        ),
        supported=setter.supported,
        space="" if digest.language_of_text in UNSPACED else " ",
    )


class _Setter:
    """Numbers sentences and footnote marks in printed order while a page is set."""

    def __init__(self, texts: Mapping[str, str], citations: Mapping[int, Citation], context: int) -> None:
        self.texts, self.citations, self.context = texts, citations, context
        self.numbers, self.anchors = count(1), count(1)
        self.marks: dict[int, list[str]] = {}
        self.supported = 0

    def said(self, texts: Sequence[Text | Point]) -> tuple[Said, ...]:
        return tuple(self._said(text) for text in texts)

    def _said(self, text: Text | Point) -> Said:
        self.supported += bool(text.support)
        sources = tuple(self._sources(text.support))
        number = next(self.numbers) if sources else 0
        cited = sorted({n for s in text.support if (n := _cited(s.source)) in self.citations})
        return Said(
            text=text.text,
            label=text.label if isinstance(text, Point) else "",
            number=number if number <= MOST_SOURCES else 0,
            sources=sources,
            cites=tuple(self._mark(n) for n in cited),
        )

    def _sources(self, support: Sequence[Support]) -> Iterator[Source]:
        for span in support:
            text = self.texts.get(span.source, "")
            if 0 <= span.start < span.end <= len(text):
                yield _excerpt(span, text, self.context)

    def _mark(self, number: int) -> Mark:
        anchor = f"r{next(self.anchors)}"
        self.marks.setdefault(number, []).append(anchor)
        return Mark(number=number, anchor=anchor)

    def section(self, section: Section) -> SectionView:
        body, points, closing = self.said(section.body), self.said(section.points), self.said(section.closing)
        claimed = {mark.number for said in (*body, *points, *closing) for mark in said.cites}
        rest = [n for n in section.citations if n not in claimed and n in self.citations]
        return SectionView(
            number=section.number,
            heading=section.heading,
            addressed=section.addressed,
            body=body,
            points=points,
            closing=closing,
            marks=tuple(self._mark(n) for n in rest),
            footnotes=(),
        )

    def with_footnotes(self, sections: Sequence[SectionView], ours: frozenset[str]) -> Iterator[SectionView]:
        """Footnotes are known once every mark is set: each stands under the section that uses it first."""
        printed: set[int] = set()
        for section in sections:
            used = {mark.number for said in (*section.body, *section.points, *section.closing) for mark in said.cites}
            fresh = sorted((used | {mark.number for mark in section.marks}) - printed)
            printed.update(fresh)
            yield SectionView(
                number=section.number,
                heading=section.heading,
                addressed=section.addressed,
                body=section.body,
                points=section.points,
                closing=section.closing,
                marks=section.marks,
                footnotes=tuple(self._footnote(self.citations[n], ours) for n in fresh),
            )

    def _footnote(self, citation: Citation, ours: frozenset[str]) -> Footnote:
        return Footnote(
            number=citation.number,
            title=citation.title,
            publisher=citation.publisher,
            url=web_url(citation.url),
            digest=_ours(citation.url, ours),
            back=tuple(self.marks.get(citation.number, ())),
        )


def _length(digest: Digest) -> int:
    """Printed sentences."""
    inside = sum(len(s.body) + len(s.points) + len(s.closing) for s in digest.sections)
    return len(digest.lead) + inside + len(digest.conclusion)


def _excerpt(span: Support, text: str, context: int) -> Source:
    start, end = max(0, span.start - context), min(len(text), span.end + context)
    while start < span.start and _inside_word(text, start):
        start += 1
    while end > span.end and _inside_word(text, end):
        end -= 1
    inside = text[span.start : span.end]
    return Source(
        of=span.source.removeprefix("citation:"),
        before=("…" if start else "") + text[start : span.start].lstrip(),
        span=inside if len(inside) <= LONGEST_SPAN else inside[:LONGEST_SPAN] + "…",
        after=text[span.end : end].rstrip() + ("…" if end < len(text) else ""),
    )


def _inside_word(text: str, at: int) -> bool:
    """A cut here would leave half a word; Japanese can be cut anywhere."""
    return 0 < at < len(text) and text[at - 1].isascii() and text[at - 1].isalnum() and text[at].isalnum()


def _cited(source: str) -> int:
    number = source.removeprefix("citation:")
    return int(number) if source != number and number.isdecimal() else 0


def _id_of(url: str) -> str:
    return article_id(url) if web_url(url) else ""


def _ours(url: str, ours: frozenset[str]) -> str | None:
    found = _id_of(url)
    return found if found in ours else None


def feed_key(url: str) -> str:
    """A feed's name in addresses."""
    return hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()[:12]
