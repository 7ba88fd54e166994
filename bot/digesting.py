"""The CPU work of a digest, as plain functions that worker processes run: no port, no clock, no database.

The engine is imported where the work is done: the process that only hands work out starts fast and stays small. A
worker keeps one analyser (model and tokenizer load lazily, once a process) and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from digests.catalog import Catalogs
from digests.model import Article, Digest
from digests.ports import Candidate, Embedder

if TYPE_CHECKING:
    from digests.analysis import Analyser, Analysis


@cache
def embedder(embeddings: bool) -> Embedder:
    """This process's model of meaning: sentence embeddings where they can be loaded, or words alone."""
    from digests.embed import LexicalEmbedder, default_embedder

    return default_embedder() if embeddings else LexicalEmbedder()


@cache
def analyser(embeddings: bool) -> Analyser:
    """This process's analyser."""
    from digests.analysis import Analyser

    return Analyser(embedder(embeddings))


def analysed(article: Article, embeddings: bool) -> Analysis:
    """Sentences, roles, salience and vectors of one article."""
    return analyser(embeddings).analyse(article.title, article.text, article.language)


def composed(
    article: Article,
    analysis: Analysis,
    related: Sequence[Candidate],
    citations: Sequence[Candidate],
    language: str,
    catalogs: Catalogs,
) -> Digest:
    """The four-section digest of an article that has been analysed."""
    from digests.extractive import ExtractiveEngine

    return ExtractiveEngine(_Analysed(analysis), catalogs).digest(article, related, citations, language)


@dataclass(frozen=True, slots=True)
class _Analysed:
    """An analyser that has done its work already."""

    analysis: Analysis

    def analyse(self, title: str, text: str, language: str | None = None) -> Analysis:
        return self.analysis


def digested(
    article: Article,
    related: Sequence[Candidate],
    citations: Sequence[Candidate],
    language: str,
    catalogs: Catalogs,
    embeddings: bool,
) -> Digest:
    """Both steps in one process: `chokan digest`, where nothing is looked up in between."""
    return composed(article, analysed(article, embeddings), related, citations, language, catalogs)
