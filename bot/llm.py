"""The optional engine: a language model writes the digest, the guard checks every sentence of it.

Whatever goes wrong leads down the chain of models to the extractive digest, which is always there; nothing is raised
and nothing is partial. What a model costs is counted before it is asked and after (`bot.llm_budget`).
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from bot.llm_budget import Budget, CapReached, Caps
from bot.llm_check import Checked, better, checked, digest_of
from bot.llm_client import Endpoint, Turn
from bot.llm_finding import finding
from bot.llm_judges import checkable
from bot.llm_prompt import VERSION, Answer, BadAnswer, Numbered, SaidSection, Task, answer_of, complaint, question
from bot.llm_search import Searcher
from bot.llm_talk import Talk, Wait
from bot.telemetry import event
from bot.world import Reads
from digests.catalog import Catalog, Catalogs
from digests.errors import ChokanError, ModelCut, ModelError, ModelFiltered, ModelOverflow, ModelRefused
from digests.model import ROLES, Article, Citation, Digest, EngineInfo, Section, Sentence, Voice
from digests.ports import Candidate, Finding
from digests.sentences import sentences
from digests.store import Ledger

log = logging.getLogger("chokan.llm")

CHECK_SECONDS = 120.0
FEWEST = 4
"""Sentences below which there is nothing to rewrite."""
SOURCE_SENTENCES = 12
LONGEST_SENTENCE = 1200
"""Characters: what is longer is no sentence and is not shown to a model."""
MOST_SHOWN = 40_000
"""Characters of an article that a model is shown: of a longer one the sentences that matter most."""
_TO_THE_MODEL = re.compile(
    r"\b(?:system|assistant|human|user)\s*[:\]>]|ignore (?:all |the )?(?:previous|above|prior)|system prompt|"
    r"as an ai|you are (?:now )?(?:a|an) |</?(?:system|article|document|instructions?)\b|"
    r"(?:これまで|上記|以前)の(?:指示|命令)を(?:無視|忘れ)|システムプロンプト|あなたは.{0,12}(?:AI|アシスタント)",
    re.IGNORECASE,
)
"""Sentences that speak to a model rather than to readers are not shown to it; the guard stands behind this."""
R = TypeVar("R")


class Runs(Protocol):
    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """What models are told: to write a digest, and to search the web."""

    digest: str
    search: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`caps`: over all, `each`: for each tenant; `concurrency`: questions to one model at once."""

    caps: Caps = field(default_factory=Caps)
    each: Caps = field(default_factory=Caps)
    concurrency: int = 2


@dataclass(frozen=True, slots=True)
class _Job:
    """One digest to write."""

    article: Article
    base: Digest
    language: str
    voice: Voice
    tenants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a model may rest on; `sources` is what `Numbered.source` counts."""

    task: Task
    sources: tuple[Citation, ...]


class LlmEngine:
    """Writes digests with the first model of a chain that gives one which stands."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        ledger: Ledger,
        runs: Runs,
        reads: Reads,
        prompts: Prompts,
        limits: Limits,
        catalogs: Catalogs,
        clock: Callable[[], datetime],
        embeddings: bool = True,
        wait: Wait = asyncio.sleep,
    ) -> None:
        """Raises ConfigError where an SDK is not installed."""
        self._budget = Budget(ledger, limits.caps, limits.each, clock)
        self._talks = [Talk(endpoint, self._budget, limits.concurrency, wait) for endpoint in endpoints]
        self._ledger, self._runs, self._prompts, self._clock = ledger, runs, prompts, clock
        self._search = Searcher(reads, ledger, prompts.search, clock)
        self._catalogs, self._embeddings = catalogs, embeddings

    async def close(self) -> None:
        for talk in self._talks:
            await talk.close()

    async def write(
        self,
        article: Article,
        base: Digest,
        citations: Sequence[Candidate],
        *,
        language: str | None = None,
        voice: Voice | None = None,
        tenants: Sequence[str] = (),
    ) -> Digest:
        """The digest a model wrote about `article`, checked; else `base`, its extractive digest, saying why. Never
        raises for what a model, a provider or the ledger does. `language`: to write in, None: the article's;
        `tenants`: whom it is for."""
        job = _Job(article, base, language or base.language_of_text, voice or Voice(), tuple(tenants))
        if sum(one.source == 0 for one in numbered_of(base, citations)) < FEWEST:
            return base
        reason = "unsupported"
        for talk in self._talks:
            try:
                made = await self._written(talk, job, citations)
            except ChokanError as error:
                reason = error.kind
                self._tell(error, article, talk.endpoint)
                continue
            if made is not None:
                return made
            event(log, "digest.untrusted", article=article.id, model=talk.endpoint.model)
        return replace(base, engine=EngineInfo(name="extractive", fallback=reason))

    async def findings(self, catalog: Catalog) -> tuple[Finding, ...]:
        """For `chokan check`: each model asked one small question, and the limits. Never raises for a model."""
        found = [await finding(talk, self._prompts.digest, catalog) for talk in self._talks]
        return (*found, *await self._budget.findings(catalog))

    def _tell(self, error: ChokanError, article: Article, endpoint: Endpoint) -> None:
        """A cap is told by the budget, once a period; everything else each time."""
        if not isinstance(error, CapReached):
            fields = {"article": article.id, "model": endpoint.model, "kind": error.kind, "error": str(error)}
            event(log, "model.failed", level=logging.WARNING, **fields)

    async def _written(self, talk: Talk, job: _Job, citations: Sequence[Candidate]) -> Digest | None:
        """Raises ModelError; None when too little of the answer stands."""
        if not checkable(job.base.language_of_text, job.language, self._embeddings):
            raise ModelRefused(f"a translation to {job.language} cannot be checked here")
        shown = _shown(job, citations, await self._search.pages(talk, job.article, job.tenants))
        key = self._key(talk.endpoint, shown.task)
        kept = await self._kept(key)
        if kept is not None:
            found = await self._check(kept, shown.task, job.article)
        else:
            found = await self._asked(talk, shown.task, job)
            await self._ledger.keep_model_answer(key, found.answer.model_dump_json(), self._clock())
        if not found.trusted:
            return None
        base = self._base(job)
        catalog = self._catalogs.of(job.language)
        length = len(job.article.text)
        return digest_of(found, base, shown.task, shown.sources, talk.endpoint.model, length, catalog)

    async def _kept(self, key: str) -> Answer | None:
        text = await self._ledger.model_answer(key)
        try:
            return None if text is None else answer_of(text)
        except BadAnswer:  # kept by another version
            return None

    def _base(self, job: _Job) -> Digest:
        """The extractive digest, for what a model leaves empty; in a translation under headings in its language."""
        if job.language == job.base.language_of_text:
            return job.base
        catalog = self._catalogs.of(job.language)

        def headed(section: Section) -> Section:
            heading = catalog(f"digest.role.{section.role}")
            body = section.body if section.addressed else (replace(section.body[0], text=catalog("digest.empty")),)
            return replace(section, heading=heading, body=body)

        sections = tuple(headed(section) for section in job.base.sections)
        return replace(job.base, language=catalog.language, sections=sections)

    def _key(self, endpoint: Endpoint, task: Task) -> str:
        """Same content, prompt, model and language: same answer."""
        parts = (VERSION, self._prompts.digest, endpoint.base_url, endpoint.model, task.language, question(task))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

    async def _asked(self, talk: Talk, task: Task, job: _Job) -> Checked:
        try:
            return await self._conversation(talk, task, job)
        except ModelOverflow as overflow:
            return await self._by_sections(talk, task, job, overflow)

    async def _by_sections(self, talk: Talk, task: Task, job: _Job, overflow: ModelError) -> Checked:
        """For a model that cannot read the whole article: each section from the sentences that belong to it. What goes
        wrong with one leaves that one empty; raises the last such error when nothing was answered at all."""
        answers: dict[str, SaidSection] = {}
        last = overflow
        for role in ROLES:
            mine = {(s.start, s.end) for s in job.base.sentences if s.role == role}
            numbered = tuple(one for one in task.numbered if one.source == 0 and (one.start, one.end) in mine)
            if not numbered:
                continue
            part = replace(task, numbered=numbered, sections=(role,))
            try:
                answers[role] = (await self._conversation(talk, part, job)).answer.section(role)
            except (ModelOverflow, ModelCut, ModelFiltered) as error:
                event(log, "model.section_failed", article=job.article.id, section=role, kind=error.kind)
                last = error
        if not answers:
            raise last
        return await self._check(Answer(**answers), task, job.article)

    async def _conversation(self, talk: Talk, task: Task, job: _Job) -> Checked:
        """An answer, and at most one better try each for its form and for what it says."""
        turns: list[Turn] = [
            {"role": "system", "content": self._prompts.digest},
            {"role": "user", "content": question(task)},
        ]
        first = await self._check(await talk.formed(turns, task, job.tenants), task, job.article)
        ask = _ask(first, task)
        if ask is None:
            return first
        turns.append({"role": "user", "content": ask})
        try:
            second = await self._check(await talk.formed(turns, task, job.tenants), task, job.article)
        except ModelError as error:
            event(log, "model.retry_failed", article=job.article.id, kind=error.kind)
            second = first
        return _chosen(first, second, task)

    async def _check(self, answer: Answer, task: Task, article: Article) -> Checked:
        written = article.published or article.first_seen
        work = (answer, task, written.date(), self._embeddings)
        return await self._runs.run(checked, *work, seconds=CHECK_SECONDS)


def _ask(found: Checked, task: Task) -> str | None:
    """What to ask once more for; None when the answer is good."""
    if found.said and found.language != task.language:
        return f"Write the whole JSON object again, every text in the language «{task.language}»."
    return complaint(found.problems) if found.problems or not found.said else None


def _chosen(first: Checked, second: Checked, task: Task) -> Checked:
    """Answers in the wrong language count for nothing. Raises ModelCut when both are."""
    right = [found for found in (first, second) if found.language == task.language or not found.said]
    if not right:
        raise ModelCut(f"the answer is in {second.language}, not in {task.language}")
    return better(*right) if len(right) == 2 else right[0]


def _shown(job: _Job, citations: Sequence[Candidate], pages: Sequence[Candidate]) -> _Shown:
    """The numbered sentences, with those of the pages a search found behind those of the citations."""
    known = {citation.url for citation in job.base.citations}
    fresh = [page.article for page in pages if page.article.url not in known]
    more = [
        Citation(number=len(job.base.citations) + n, title=a.title, publisher=a.publisher or a.site, url=a.url)
        for n, a in enumerate(fresh, 1)
    ]
    sources = (*job.base.citations, *more)
    found = [*citations, *(page for page in pages if page.article in fresh)]
    task = Task(
        title=job.article.title,
        language=job.language,
        article_language=job.base.language_of_text,
        numbered=numbered_of(replace(job.base, citations=sources), found),
        voice=job.voice,
    )
    return _Shown(task, sources)


def _shows(text: str) -> bool:
    return len(text) <= LONGEST_SENTENCE and not _TO_THE_MODEL.search(text)


def _weightiest(found: Sequence[Sentence]) -> list[Sentence]:
    """In their order, as many of the most salient as fit."""
    kept: set[int] = set()
    room = MOST_SHOWN
    for one in sorted(found, key=lambda one: -one.salience):
        room -= len(one.text)
        if room < 0:
            break
        kept.add(one.start)
    return [one for one in found if one.start in kept]


def numbered_of(base: Digest, citations: Sequence[Candidate]) -> tuple[Numbered, ...]:
    """The sentences a model may rest on: the article's, then those of the texts the digest `base` cites."""
    fit = [one for one in base.sentences if one.role is not None and _shows(one.text)]
    found = [(one.text, one.start, one.end, 0) for one in _weightiest(fit)]
    texts = {candidate.article.url: candidate.article for candidate in citations}
    for number, citation in enumerate(base.citations, 1):
        cited = texts.get(citation.url)
        if cited is not None and cited.language == base.language_of_text:
            pieces = [p for p in sentences(cited.text, cited.language) if not p.boilerplate][:SOURCE_SENTENCES]
            found += [(p.text, p.start, p.end, number) for p in pieces if _shows(p.text)]
    return tuple(
        Numbered(number=n, text=text, start=start, end=end, source=origin)
        for n, (text, start, end, origin) in enumerate(found, 1)
    )
