"""The built-in engine: an article in, a four-section digest out, every sentence the article's own. No network,
no LLM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from digests.analysis import Analysis
from digests.catalog import Catalogs
from digests.cite import cited, linked
from digests.compose import conclusion, lead, sections
from digests.lines import lines
from digests.model import Article, Digest, EngineInfo
from digests.plan import plan
from digests.ports import Candidate


class Analyses(Protocol):
    """`digests.analysis.Analyser`, or one who has done its work before."""

    def analyse(self, title: str, text: str, language: str | None = None) -> Analysis: ...


class ExtractiveEngine:
    """Implements `ports.Engine`: analyse, plan, set, cite."""

    def __init__(self, analyser: Analyses, catalogs: Catalogs) -> None:
        self._analyser, self._catalogs = analyser, catalogs

    def digest(
        self, article: Article, related: Sequence[Candidate], citations: Sequence[Candidate], language: str
    ) -> Digest:
        """The digest at full length; `language` is that of headings and fixed lines, `auto` the article's own."""
        analysis = self._analyser.analyse(article.title, article.text, article.language or None)
        chrome = analysis.language if language in {"", "auto"} else language
        catalog = self._catalogs.of(chrome)
        made = plan(analysis, lines(analysis))
        marked, sources = cited(sections(analysis, made, catalog), citations, article)
        return Digest(
            id=article.id,
            language=catalog.language,
            language_of_text=analysis.language,
            title=article.title,
            url=article.url or None,
            published=article.published,
            lead=lead(made),
            sections=marked,
            conclusion=conclusion(made),
            citations=sources,
            related=linked(related, article, [c.url for c in sources]),
            engine=EngineInfo(name="extractive"),
            sentences=analysis.sentences,
        )
