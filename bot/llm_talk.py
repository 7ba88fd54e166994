"""A conversation with one model: the question, and at most one better try each for the answer's form and for what it
says. Rate, cost and waiting are kept here."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from bot.llm_budget import Budget
from bot.llm_client import Completion, Endpoint, Turn, client_of, estimated_tokens, unfinished
from bot.llm_prompt import Answer, BadAnswer, Task, answer_of, schema
from bot.pace import Pace
from digests.errors import ModelBusy, ModelCut, ModelError, ModelOverflow, ModelTimeout

log = logging.getLogger("chokan.llm")

MOST_WAIT = 20.0
"""Seconds a provider may ask us to wait before the next engine is tried instead."""
SEARCH_TOKENS = 1500
"""Tokens an answer to a search may have: only its citations are read."""
Wait = Callable[[float], Awaitable[None]]


class Talk:
    """One endpoint of the chain, asked no more often and no more at once than is set."""

    def __init__(self, endpoint: Endpoint, budget: Budget, concurrency: int, wait: Wait = asyncio.sleep) -> None:
        """Raises ConfigError where the endpoint's SDK is not installed."""
        self.endpoint = endpoint
        self._client, self._budget, self._wait = client_of(endpoint), budget, wait
        self._free = asyncio.Semaphore(concurrency)
        self._pace = Pace(endpoint.requests_minute / 60) if endpoint.requests_minute else None

    async def close(self) -> None:
        await self._client.close()

    async def formed(self, turns: list[Turn], task: Task, tenants: Sequence[str]) -> Answer:
        """A well-formed answer; malformed JSON is sent back once. `turns` grows by what was said. Raises ModelError."""
        said = await self.complete(turns, task, tenants)
        try:
            answer = answer_of(said.text)
        except BadAnswer as bad:
            turns += [
                {"role": "assistant", "content": said.text},
                {"role": "user", "content": f"That is not the JSON object asked for ({bad}). Write only that object."},
            ]
            said = await self.complete(turns, task, tenants)
            try:
                answer = answer_of(said.text)
            except BadAnswer as again:
                raise ModelCut(f"{self.endpoint.model}: the answer is not the JSON asked for: {again}") from None
        turns.append({"role": "assistant", "content": said.text})
        return answer

    async def complete(self, turns: list[Turn], task: Task, tenants: Sequence[str], most: int = 0) -> Completion:
        """One answer in the form `task` asks for. Raises ModelError."""
        most = most or self.endpoint.most_tokens
        return await self._asked(turns, tenants, most, lambda: self._client.complete(turns, schema(task), most))

    async def search(self, turns: list[Turn], tenants: Sequence[str]) -> tuple[str, ...]:
        """The pages a web search by the provider cites. Raises ModelError."""
        return (
            await self._asked(turns, tenants, SEARCH_TOKENS, lambda: self._client.search(turns, SEARCH_TOKENS))
        ).urls

    async def _asked(
        self, turns: list[Turn], tenants: Sequence[str], most: int, ask: Callable[[], Awaitable[Completion]]
    ) -> Completion:
        self._measured(turns, most)
        async with self._free:
            held = await self._budget.held(self.endpoint, turns, tenants)
            try:
                made = await self._patiently(ask)
            except (ModelCut, ModelTimeout):  # paid for all the same
                await self._budget.account(self.endpoint, unfinished(turns, most), held)
                raise
            except ModelError:
                await self._budget.release(self.endpoint, held)
                raise
            await self._budget.account(self.endpoint, made, held)
        return made

    def _measured(self, turns: Sequence[Turn], most: int) -> None:
        """Some servers cut a long question without a word: what cannot fit is not asked."""
        context = self.endpoint.context
        if context and sum(estimated_tokens(turn["content"]) for turn in turns) + min(most, context // 4) > context:
            raise ModelOverflow(f"{self.endpoint.model}: the article is longer than its {context} tokens of context")

    async def _patiently(self, ask: Callable[[], Awaitable[Completion]]) -> Completion:
        """Once more after a 429 or a 5xx, when the wait is short."""
        try:
            return await self._turn(ask)
        except ModelBusy as busy:
            if (busy.retry_after or 0) > MOST_WAIT:
                raise
            await self._wait(busy.retry_after if busy.retry_after is not None else 1.0)
            return await self._turn(ask)

    async def _turn(self, ask: Callable[[], Awaitable[Completion]]) -> Completion:
        if self._pace is not None:
            await self._pace.turn()
        return await ask()
