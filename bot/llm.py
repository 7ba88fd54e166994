"""The optional engine: a language model writes the digest, the guard checks every sentence of it.

Whatever goes wrong leads down the chain of models to the extractive digest, which is always there; nothing is raised
and nothing is partial. What a model costs is counted before it is asked and after.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol, TypeVar

from bot.llm_check import Checked, better, checked, digest_of
from bot.llm_client import Completion, Endpoint, ModelClient, Turn, estimated_tokens
from bot.llm_prompt import (
    VERSION,
    Answer,
    BadAnswer,
    Numbered,
    Task,
    answer_of,
    complaint,
    question,
    schema,
)
from bot.telemetry import event
from digests.errors import ChokanError, ModelBusy, ModelCut, ModelError, ModelOverflow
from digests.model import ROLES, Article, Digest, EngineInfo, ModelUsage, Role
from digests.ports import Candidate, Ledger
from digests.sentences import sentences

log = logging.getLogger("chokan.llm")

CHECK_SECONDS = 60.0
MOST_TOKENS = 4000
"""Tokens an answer may have: four sections and a conclusion have room in half of them."""
MOST_WAIT = 20.0
"""Seconds a provider may ask us to wait before the next engine is tried instead."""
FEWEST = 4
"""Sentences below which there is nothing to rewrite."""
SOURCE_SENTENCES = 12
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


class CapReached(ModelError):
    """The day's or the month's money or tokens are used up."""

    kind = "model-cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most a day and a month (UTC), for each tenant and for all; 0: no limit."""

    money_day: float = 0.0
    money_month: float = 0.0
    tokens_day: int = 0
    tokens_month: int = 0


class LlmEngine:
    """Writes digests with the first model of a chain that gives one which stands."""

    def __init__(
        self,
        endpoints: Sequence[Endpoint],
        *,
        ledger: Ledger,
        runs: Runs,
        prompt: str,
        caps: Caps,
        concurrency: int = 2,
        clock: Callable[[], datetime],
        wait: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`prompt`: the system prompt. Raises ConfigError where the SDK is not installed."""
        self._clients = [ModelClient(endpoint) for endpoint in endpoints]
        self._ledger, self._runs, self._prompt, self._caps = ledger, runs, prompt, caps
        self._clock, self._wait = clock, wait
        self._free = asyncio.Semaphore(concurrency)
        self._said: set[date] = set()

    async def close(self) -> None:
        for client in self._clients:
            await client.close()

    async def write(self, article: Article, base: Digest, citations: Sequence[Candidate]) -> Digest:
        """The digest a model wrote about `article`, checked; else `base`, its extractive digest, saying why. Never
        raises for what a model, a provider or the ledger does."""
        numbered = numbered_of(article, base, citations)
        if sum(one.source == 0 for one in numbered) < FEWEST:
            return base
        reason = "unsupported"
        for client in self._clients:
            try:
                async with self._free:
                    made = await self._written(client, article, base, numbered)
            except ChokanError as error:
                reason = error.kind
                self._tell(error, article, client)
                continue
            if made is not None:
                return made
            event(log, "digest.untrusted", article=article.id, model=client.endpoint.model)
        return replace(base, engine=EngineInfo(name="extractive", fallback=reason))

    def _tell(self, error: ChokanError, article: Article, client: ModelClient) -> None:
        """A cap is told once a day; everything else each time."""
        if isinstance(error, CapReached):
            today = self._clock().date()
            if today in self._said:
                return
            self._said.add(today)
        fields = {"article": article.id, "model": client.endpoint.model, "kind": error.kind, "error": str(error)}
        event(log, "model.failed", level=logging.WARNING, **fields)

    async def _written(
        self, client: ModelClient, article: Article, base: Digest, numbered: tuple[Numbered, ...]
    ) -> Digest | None:
        """Raises ModelError; None when too little of the answer stands."""
        task = Task(title=article.title, language=base.language_of_text, numbered=numbered)
        key = self._key(client, task)
        kept = await self._ledger.model_answer(key)
        if kept is not None:
            found = await self._check(answer_of(kept), task, article)
        else:
            found = await self._asked(client, task, article, base)
            await self._ledger.keep_model_answer(key, found.answer.model_dump_json(), self._clock())
        if not found.trusted:
            return None
        return digest_of(found, base, numbered, client.endpoint.model, len(article.text))

    def _key(self, client: ModelClient, task: Task) -> str:
        """Same content, prompt, model and language: same answer."""
        parts = (VERSION, self._prompt, client.endpoint.base_url, client.endpoint.model, task.language, question(task))
        return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()

    async def _asked(self, client: ModelClient, task: Task, article: Article, base: Digest) -> Checked:
        try:
            return await self._conversation(client, task, article)
        except ModelOverflow:
            answers = [await self._part(client, task, role, article, base) for role in ROLES]
            whole = Answer(**dict(zip(ROLES, (a.section(r) for a, r in zip(answers, ROLES, strict=True)), strict=True)))
            return await self._check(whole, task, article)

    async def _part(self, client: ModelClient, task: Task, role: Role, article: Article, base: Digest) -> Answer:
        """One section from the sentences that belong to it, for a model that cannot read the whole article."""
        mine = {(s.start, s.end) for s in base.sentences if s.role == role}
        numbered = tuple(one for one in task.numbered if one.source == 0 and (one.start, one.end) in mine)
        if not numbered:
            return Answer()
        part = replace(task, numbered=numbered, sections=(role,))
        try:
            return (await self._conversation(client, part, article)).answer
        except ModelOverflow:
            return Answer()

    async def _conversation(self, client: ModelClient, task: Task, article: Article) -> Checked:
        """An answer, and at most one better try each for its form and for what it says."""
        turns: list[Turn] = [
            {"role": "system", "content": self._prompt},
            {"role": "user", "content": question(task)},
        ]
        first = await self._check(await self._formed(client, turns), task, article)
        ask = _ask(first, task)
        if ask is None:
            return first
        turns.append({"role": "user", "content": ask})
        try:
            second = await self._check(await self._formed(client, turns), task, article)
        except ModelError as error:
            event(log, "model.retry_failed", article=article.id, kind=error.kind)
            second = first
        return _chosen(first, second, task)

    async def _formed(self, client: ModelClient, turns: list[Turn]) -> Answer:
        """A well-formed answer; malformed JSON is sent back once. `turns` grows by what was said."""
        said = await self._complete(client, turns)
        try:
            answer = answer_of(said.text)
        except BadAnswer as bad:
            turns += [
                {"role": "assistant", "content": said.text},
                {"role": "user", "content": f"That is not the JSON object asked for ({bad}). Write only that object."},
            ]
            said = await self._complete(client, turns)
            try:
                answer = answer_of(said.text)
            except BadAnswer as again:
                raise ModelCut(f"{client.endpoint.model}: the answer is not the JSON asked for: {again}") from None
        turns.append({"role": "assistant", "content": said.text})
        return answer

    async def _complete(self, client: ModelClient, turns: list[Turn]) -> Completion:
        await self._afford(client.endpoint, turns)
        try:
            made = await client.complete(turns, schema(), MOST_TOKENS)
        except ModelBusy as busy:
            if (busy.retry_after or 0) > MOST_WAIT:
                raise
            await self._wait(busy.retry_after if busy.retry_after is not None else 1.0)
            made = await client.complete(turns, schema(), MOST_TOKENS)
        await self._account(client.endpoint, made)
        return made

    async def _afford(self, endpoint: Endpoint, turns: list[Turn]) -> None:
        """Raises CapReached when what this question may cost is more than is left of a cap."""
        caps, today = self._caps, self._clock().date()
        if caps == Caps():
            return
        tokens = sum(estimated_tokens(turn["content"]) for turn in turns)
        estimate = endpoint.cost(tokens, MOST_TOKENS // 2)
        rows = await self._ledger.model_usage(today.replace(day=1))
        for name, spent, money, most in (
            ("day", [row for row in rows if row.day == today], caps.money_day, caps.tokens_day),
            ("month", list(rows), caps.money_month, caps.tokens_month),
        ):
            dear = money and sum(row.cost for row in spent) + estimate > money
            long = most and sum(row.tokens_in + row.tokens_out for row in spent) + tokens > most
            if dear or long:
                raise CapReached(
                    f"the {name}'s limit for language models is reached; digests are extractive until then"
                )

    async def _account(self, endpoint: Endpoint, made: Completion) -> None:
        event(log, "model.answered", model=endpoint.model, tokens_in=made.tokens_in, tokens_out=made.tokens_out)
        await self._ledger.add_model_usage(
            ModelUsage(
                day=self._clock().date(),
                model=endpoint.model,
                requests=1,
                tokens_in=made.tokens_in,
                tokens_out=made.tokens_out,
                cost=endpoint.cost(made.tokens_in, made.tokens_out),
            )
        )

    async def _check(self, answer: Answer, task: Task, article: Article) -> Checked:
        written = article.published or article.first_seen
        work = (answer, task.numbered, task.title, task.language, written.date())
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


def numbered_of(article: Article, base: Digest, citations: Sequence[Candidate]) -> tuple[Numbered, ...]:
    """The sentences a model may rest on: the article's, then those of the texts the extractive digest cites."""
    found = [
        (one.text, one.start, one.end, 0)
        for one in base.sentences
        if one.role is not None and not _TO_THE_MODEL.search(one.text)
    ]
    texts = {candidate.article.url: candidate.article for candidate in citations}
    for number, citation in enumerate(base.citations, 1):
        cited = texts.get(citation.url)
        if cited is not None and cited.language == base.language_of_text:
            pieces = [p for p in sentences(cited.text, cited.language) if not p.boilerplate][:SOURCE_SENTENCES]
            found += [(p.text, p.start, p.end, number) for p in pieces if not _TO_THE_MODEL.search(p.text)]
    return tuple(
        Numbered(number=n, text=text, start=start, end=end, source=origin)
        for n, (text, start, end, origin) in enumerate(found, 1)
    )
