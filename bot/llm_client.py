"""One language model behind an endpoint: what every provider's client does alike. Streams, so that a long answer keeps
its connection; an answer without an end is none.

The SDKs are imported only where a model is configured. Their errors, which have one shape, become `ModelError`s here.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import urlsplit

from digests.errors import (
    ModelBusy,
    ModelCut,
    ModelError,
    ModelFiltered,
    ModelOverflow,
    ModelRefused,
    ModelTimeout,
)

Api = Literal["auto", "responses", "chat", "anthropic"]
MOST_ANSWER = 64_000
"""Characters of an answer that are read; a model that does not stop is stopped."""
MOST_COUNTED = 10_000_000
"""Tokens of one question or answer; a provider that counts more miscounts."""
MISCOUNTED = 10
"""Our estimate is cautious, but not that many times too high."""
_TOO_LONG = (
    "context_length_exceeded",
    "maximum context length",
    "context size",
    "context window",
    "exceeds the available context",
    "too many tokens",
    "prompt is too long",
    "request_too_large",
)
_NO_SCHEMA = ("response_format", "json_schema", "text.format", "structured output", "tool_choice", "tools")
_BOUNDS = ("maxLength", "maxItems", "minItems", "minimum", "maximum")
_FOREIGN = frozenset({"httpx", "httpx2", "httpcore", "httpcore2", "h11"})
_HTTP_OF_SDK = (OSError, ValueError, AttributeError, TypeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a model is and what it costs. `price_in`, `price_out`: money for a million tokens; 0: free or unknown.
    `context`: tokens it can read, question and answer together; 0: it says so itself when there are too many.
    `requests_minute`: most questions a minute; 0: as many as there are."""

    base_url: str
    model: str
    name: str = ""
    key: str = ""
    api: Api = "auto"
    timeout: float = 120.0
    context: int = 0
    most_tokens: int = 4000
    requests_minute: float = 0.0
    web_search: bool = False
    price_in: float = 0.0
    price_out: float = 0.0

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        return (tokens_in * self.price_in + tokens_out * self.price_out) / 1_000_000

    @property
    def anthropic(self) -> bool:
        host = urlsplit(self.base_url).hostname or ""
        return self.api == "anthropic" or (self.api == "auto" and host.endswith("anthropic.com"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model said. `urls`: the pages it cites, when it was asked to search the web."""

    text: str
    tokens_in: int = 0
    tokens_out: int = 0
    urls: tuple[str, ...] = ()


class Pieces:
    """A text that comes in pieces; how many there were, empty ones too."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self.characters = self.many = 0

    def add(self, piece: str) -> None:
        """Raises TypeError for what is no text."""
        self.characters += len(piece + "")
        self.many += 1
        self._pieces.append(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)


Turn = dict[str, str]
"""{"role": "system" | "user" | "assistant", "content": …}"""
Ask = Callable[[], Awaitable[Completion]]


class ModelClient(ABC):
    """Asks one endpoint. Remembers which API and which form of structured output it understands."""

    def __init__(self, endpoint: Endpoint, sdk: Any, client: Any) -> None:
        self.endpoint = endpoint
        self._sdk, self._client = sdk, client
        self._structured = self._bounds = True

    async def close(self) -> None:
        await self._client.close()

    async def complete(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        """The model's answer to a conversation, in the form of `schema` where it can. Raises ModelError."""

        def form() -> dict[str, Any]:
            return schema if self._bounds else unbounded(schema)

        return await self._within(lambda: self._answer(turns, form(), most_tokens), turns)

    async def search(self, turns: list[Turn], most_tokens: int) -> Completion:
        """What the model found on the web: text, and the pages it cites. Raises ModelError."""
        return await self._within(lambda: self._found(turns, most_tokens), turns)

    @abstractmethod
    async def _answer(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion: ...

    @abstractmethod
    async def _found(self, turns: list[Turn], most_tokens: int) -> Completion: ...

    def _forget(self, unknown: Unknown) -> None:
        """Do without what the endpoint does not know."""
        if unknown.what == "bounds":
            self._bounds = False
        else:
            self._structured = False

    async def _within(self, ask: Ask, turns: list[Turn]) -> Completion:
        try:
            async with asyncio.timeout(self.endpoint.timeout):  # the SDK's own timeout starts again with every byte
                return _counted(await self._negotiated(ask), turns)
        except TimeoutError:
            raise ModelTimeout(f"{self.endpoint.model}: no answer within {self.endpoint.timeout:g} seconds") from None

    async def _negotiated(self, ask: Ask) -> Completion:
        while True:
            try:
                async with self._translated():
                    made = await ask()
            except Unknown as unknown:
                self._forget(unknown)
                continue
            if not made.text.strip() and not made.urls:
                raise ModelCut(f"{self.endpoint.model}: the answer is empty")
            return made

    async def _events(self, stream: Any) -> AsyncIterator[Any]:
        """The stream's events. A connection lost from here on is an answer cut in the middle."""
        try:
            async for event in stream:
                yield event
        except self._sdk.APITimeoutError:
            raise
        except self._sdk.APIConnectionError as error:
            raise ModelCut(f"{self.endpoint.model}: the stream broke off") from error

    def _bounded(self, heard: Pieces) -> None:
        if max(heard.characters, heard.many) > MOST_ANSWER:
            raise ModelCut(f"{self.endpoint.model}: the answer does not end")

    def _finished(self, reason: str | None) -> None:
        """Raises ModelError unless the answer came to its end."""
        if reason in {"content_filter", "refusal"}:
            raise ModelFiltered(f"{self.endpoint.model}: the provider's content filter withheld the answer")
        if reason == "model_context_window_exceeded":
            raise ModelOverflow(f"{self.endpoint.model}: the article is longer than the model can read")
        if reason not in {"stop", "end_turn", "tool_use", "stop_sequence"}:
            what = "is longer than allowed" if reason in {"length", "max_tokens"} else "ended in the middle"
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
        except self._base_error() as error:
            raise ModelCut(f"{model}: the provider's answer cannot be read: {error}") from error
        except (ModelError, Unknown):
            raise
        except _HTTP_OF_SDK as error:  # a broken stream, whatever the SDK makes of it
            raise ModelCut(f"{model}: the stream broke off") from error
        except Exception as error:
            if type(error).__module__.split(".")[0] not in _FOREIGN:
                raise
            raise ModelCut(f"{model}: the stream broke off") from error

    @abstractmethod
    def _base_error(self) -> type[Exception]: ...

    def _unknown(self, status: int, said: str) -> Unknown | None:
        """What of the question the endpoint does not know, going by its complaint."""
        if status not in (400, 422) or not self._structured:
            return None
        if self._bounds and any(bound.lower() in said for bound in _BOUNDS):
            return Unknown("bounds")
        return Unknown("schema") if any(mark in said for mark in _NO_SCHEMA) else None

    def _status(self, error: Any) -> Exception:
        status, said = error.status_code, f"{error} {error.body} {getattr(error, 'code', '')}".lower()
        model = self.endpoint.model
        if any(mark in said for mark in _TOO_LONG) or status == 413:
            return ModelOverflow(f"{model}: the article is longer than the model can read")
        if "content_filter" in said or "content_policy" in said:
            return ModelFiltered(f"{model}: the provider's content filter refused the article")
        unknown = self._unknown(status, said)
        if unknown is not None:
            return unknown
        if status in (408, 409, 429) or status >= 500:
            return ModelBusy(f"{model}: the provider answered {status}", _seconds(error.response.headers), status)
        hint = "; check LLM_API_KEY" if status in (401, 403) else "; check engine.model" if status == 404 else ""
        return ModelRefused(f"{model}: the provider answered {status}{hint}", status)


class Unknown(Exception):
    """The endpoint does not know an API (`api`), structured output (`schema`), lengths in it (`bounds`) or `max_tokens`
    (`limit`)."""

    def __init__(self, what: Literal["api", "schema", "bounds", "limit"]) -> None:
        super().__init__(what)
        self.what = what


def client_of(endpoint: Endpoint) -> ModelClient:
    """The client that speaks the endpoint's language. Raises ConfigError where its SDK is not installed."""
    if endpoint.anthropic:
        from bot.llm_anthropic import AnthropicClient

        return AnthropicClient(endpoint)
    from bot.llm_openai import OpenAIClient

    return OpenAIClient(endpoint)


def cited(pairs: list[str]) -> tuple[str, ...]:
    """Addresses in order, each once."""
    return tuple(dict.fromkeys(url for url in pairs if url))


def unbounded(form: Any) -> Any:
    """A schema without lengths, for a provider whose structured output does not know them."""
    if isinstance(form, dict):
        return {name: unbounded(value) for name, value in form.items() if name not in _BOUNDS}
    return [unbounded(value) for value in form] if isinstance(form, list) else form


def _seconds(headers: Any) -> float | None:
    """Retry-After in seconds; a date is rare here and counts as none."""
    try:
        return max(0.0, float(headers.get("retry-after")))
    except (TypeError, ValueError):
        return None


def _counted(made: Completion, turns: list[Turn]) -> Completion:
    """With an estimate where the provider does not say what it counted, or says what cannot be: costs are never zero by
    omission, and never less than that."""
    counts = (made.tokens_in, made.tokens_out)
    tokens_in, tokens_out = sum(estimated_tokens(t["content"]) for t in turns), estimated_tokens(made.text)
    possible = all(type(count) is int and 0 <= count <= MOST_COUNTED for count in counts)
    if possible and sum(counts) * MISCOUNTED >= tokens_in + tokens_out:
        return made
    return replace(made, tokens_in=tokens_in, tokens_out=tokens_out)


def unfinished(turns: Sequence[Turn], most: int) -> Completion:
    """What an answer without an end is taken to have cost: half of the `most` tokens it might have had."""
    return Completion(text="", tokens_in=sum(estimated_tokens(t["content"]) for t in turns), tokens_out=most // 2)


def estimated_tokens(text: str) -> int:
    """A cautious guess: a third of the UTF-8 bytes, which is one token a Japanese character."""
    return len(text.encode("utf-8", "replace")) // 3 + 1
