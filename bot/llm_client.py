"""One language model behind an OpenAI-compatible endpoint, through the `openai` SDK: Responses where it is offered,
Chat Completions elsewhere. Streams, so that a long answer keeps its connection; an answer without an end is none.

The SDK is imported only here and only when a model is configured. Its errors become `ModelError`s here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

from digests.errors import (
    ConfigError,
    ModelBusy,
    ModelCut,
    ModelError,
    ModelFiltered,
    ModelOverflow,
    ModelRefused,
    ModelTimeout,
)

Api = Literal["auto", "responses", "chat"]
MOST_ANSWER = 64_000
"""Characters of an answer that are read; a model that does not stop is stopped."""
_TOO_LONG = (
    "context_length_exceeded",
    "maximum context length",
    "context size",
    "exceeds the available context",
    "too many tokens",
)
_NO_SCHEMA = ("response_format", "json_schema", "text.format", "structured output")


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is and what it costs. `price_in`, `price_out`: money for a million tokens; 0: free or unknown."""

    base_url: str
    model: str
    key: str = ""
    api: Api = "auto"
    timeout: float = 120.0
    price_in: float = 0.0
    price_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    text: str
    tokens_in: int = 0
    tokens_out: int = 0


Turn = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": …}"""


class ModelClient:
    """Asks one endpoint. Remembers which API and which form of structured output it understands."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises ConfigError where the SDK is not installed."""
        try:
            import openai
        except ImportError:
            raise ConfigError('engine: a language model needs the openai package: pip install "chokan[llm]"') from None
        self.endpoint = endpoint
        self._sdk: Any = openai
        self._client: Any = openai.AsyncOpenAI(
            api_key=endpoint.key or "none", base_url=endpoint.base_url, timeout=endpoint.timeout, max_retries=0
        )
        self._responses = endpoint.api != "chat"
        self._structured = True
        self._limit = "max_tokens"

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        """The model's answer to a conversation. Raises ModelError."""
        try:
            async with asyncio.timeout(self.endpoint.timeout):  # the SDK's own timeout starts again with every byte
                return await self._negotiated(turns, schema, most_tokens)
        except TimeoutError:
            raise ModelTimeout(f"{self.endpoint.model}: no answer within {self.endpoint.timeout:g} seconds") from None

    async def _negotiated(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        while True:
            try:
                return await self._asked(turns, schema, most_tokens)
            except _Unknown as unknown:
                self._forget(unknown)

    def _forget(self, unknown: _Unknown) -> None:
        if unknown.what == "api":
            self._responses = False
        elif unknown.what == "limit":
            self._limit = "max_completion_tokens"
        else:
            self._structured = False

    async def _asked(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        async with self._translated():
            made = await (self._respond if self._responses else self._chat)(turns, schema, most_tokens)
        if not made.text.strip():
            raise ModelCut(f"{self.endpoint.model}: the answer is empty")
        return _counted(made, turns)

    async def _respond(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        form = {"format": {"type": "json_schema", "name": "digest", "schema": schema, "strict": True}}
        stream = await self._client.responses.create(
            model=self.endpoint.model,
            input=turns,
            max_output_tokens=most_tokens,
            store=False,
            stream=True,
            **({"text": form} if self._structured else {}),
        )
        pieces: list[str] = []
        async for event in self._events(stream):
            if event.type == "response.output_text.delta":
                pieces.append(event.delta)
                self._bounded(pieces)
            elif event.type in {"response.completed", "response.incomplete", "response.failed", "error"}:
                return self._ended(event, "".join(pieces))
        raise ModelCut(f"{self.endpoint.model}: the stream ended in the middle")

    async def _events(self, stream: Any) -> AsyncIterator[Any]:
        """The stream's events. A connection lost from here on is an answer cut in the middle."""
        try:
            async for event in stream:
                yield event
        except self._sdk.APITimeoutError:
            raise
        except self._sdk.APIConnectionError as error:
            raise ModelCut(f"{self.endpoint.model}: the stream broke off") from error

    def _ended(self, event: Any, text: str) -> Completion:
        """Raises ModelError unless the response is complete."""
        if event.type == "response.completed":
            usage = event.response.usage
            return Completion(
                text=text or event.response.output_text,
                tokens_in=usage.input_tokens if usage else 0,
                tokens_out=usage.output_tokens if usage else 0,
            )
        if event.type == "response.incomplete":
            reason = getattr(event.response.incomplete_details, "reason", None)
            self._finished("content_filter" if reason == "content_filter" else "length")
        raise ModelBusy(f"{self.endpoint.model}: the provider failed while answering")

    async def _chat(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        form = {"type": "json_schema", "json_schema": {"name": "digest", "schema": schema, "strict": True}}
        stream = await self._client.chat.completions.create(
            model=self.endpoint.model,
            messages=turns,
            **{self._limit: most_tokens},
            stream=True,
            stream_options={"include_usage": True},
            **({"response_format": form} if self._structured else {}),
        )
        pieces: list[str] = []
        finish, usage = None, (0, 0)
        async for chunk in self._events(stream):
            for choice in chunk.choices[:1]:
                pieces.append(choice.delta.content or "")
                self._bounded(pieces)
                finish = choice.finish_reason or finish
            if chunk.usage:
                usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        self._finished(finish)
        return Completion(text="".join(pieces), tokens_in=usage[0], tokens_out=usage[1])

    def _bounded(self, pieces: list[str]) -> None:
        if sum(map(len, pieces)) > MOST_ANSWER:
            raise ModelCut(f"{self.endpoint.model}: the answer does not end")

    def _finished(self, reason: str | None) -> None:
        if reason == "content_filter":
            raise ModelFiltered(f"{self.endpoint.model}: the provider's content filter withheld the answer")
        if reason != "stop":
            what = "is longer than allowed" if reason == "length" else "ended in the middle"
            raise ModelCut(f"{self.endpoint.model}: the answer {what}")

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        sdk, model = self._sdk, self.endpoint.model
        try:
            yield
        except sdk.APITimeoutError:
            raise ModelTimeout(f"{model}: no answer within {self.endpoint.timeout:g} seconds") from None
        except sdk.APIStatusError as error:
            raise self._status(error) from error
        except sdk.APIConnectionError as error:
            raise ModelBusy(f"{model}: {self.endpoint.base_url} cannot be reached") from error
        except sdk.OpenAIError as error:
            raise ModelCut(f"{model}: the provider's answer cannot be read: {error}") from error
        except (ModelError, _Unknown):
            raise
        except (
            OSError,
            ValueError,
            AttributeError,
            TypeError,
        ) as error:  # a broken stream, whatever the SDK makes of it
            raise ModelCut(f"{model}: the stream broke off") from error
        except Exception as error:
            if type(error).__module__.split(".")[0] not in {"httpx", "httpcore", "h11"}:
                raise
            raise ModelCut(f"{model}: the stream broke off") from error

    def _status(self, error: Any) -> Exception:
        status, said = error.status_code, f"{error} {error.body} {error.code}".lower()
        model = self.endpoint.model
        if status in (404, 405, 501) and self._responses and self.endpoint.api == "auto" and "model" not in said:
            return _Unknown("api")
        if any(mark in said for mark in _TOO_LONG):
            return ModelOverflow(f"{model}: the article is longer than the model can read")
        if "content_filter" in said or "content_policy" in said:
            return ModelFiltered(f"{model}: the provider's content filter refused the article")
        if status == 400 and "max_completion_tokens" in said and self._limit == "max_tokens":
            return _Unknown("limit")
        if status in (400, 422) and self._structured and any(mark in said for mark in _NO_SCHEMA):
            return _Unknown("schema")
        if status in (408, 409, 429) or status >= 500:
            return ModelBusy(f"{model}: the provider answered {status}", _seconds(error.response.headers))
        hint = "; check LLM_API_KEY" if status in (401, 403) else "; check engine.model" if status == 404 else ""
        return ModelRefused(f"{model}: the provider answered {status}{hint}")


class _Unknown(Exception):
    """The endpoint does not know an API (`api`), structured output (`schema`) or `max_tokens` (`limit`)."""

    def __init__(self, what: Literal["api", "schema", "limit"]) -> None:
        super().__init__(what)
        self.what = what


def _seconds(headers: Any) -> float | None:
    """Retry-After in seconds; a date is rare here and counts as none."""
    try:
        return max(0.0, float(headers.get("retry-after")))
    except (TypeError, ValueError):
        return None


def _counted(made: Completion, turns: list[Turn]) -> Completion:
    """With an estimate where the provider does not say what it counted: costs are never zero by omission."""
    if made.tokens_in or made.tokens_out:
        return made
    return replace(
        made, tokens_in=sum(estimated_tokens(t["content"]) for t in turns), tokens_out=estimated_tokens(made.text)
    )


def estimated_tokens(text: str) -> int:
    """A cautious guess: a third of the UTF-8 bytes, which is one token a Japanese character."""
    return len(text.encode("utf-8", "replace")) // 3 + 1
