"""Anthropic's Messages API through the `anthropic` SDK. The form of the answer is that of a tool it must call."""

from __future__ import annotations

from typing import Any

from bot.llm_client import Completion, Endpoint, ModelClient, Pieces, Turn, cited
from digests.errors import ConfigError, ModelCut

_SEARCHES = 3
"""Web searches one question may take."""


class AnthropicClient(ModelClient):
    """Asks a Claude model."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises ConfigError where the SDK is not installed."""
        try:
            import anthropic
        except ImportError:
            raise ConfigError('engine: this model needs the anthropic package: pip install "chokan[llm]"') from None
        client = anthropic.AsyncAnthropic(
            api_key=endpoint.key or "none",
            base_url=endpoint.base_url.rstrip("/").removesuffix("/v1"),  # the SDK adds it
            timeout=endpoint.timeout,
            max_retries=0,
        )
        super().__init__(endpoint, anthropic, client)

    def _base_error(self) -> type[Exception]:
        error: type[Exception] = self._sdk.AnthropicError
        return error

    async def _answer(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        tool = {"name": "digest", "description": "Takes the finished digest.", "input_schema": schema}
        forced = {"tools": [tool], "tool_choice": {"type": "tool", "name": "digest"}}
        return await self._messages(turns, most_tokens, forced if self._structured else {})

    async def _found(self, turns: list[Turn], most_tokens: int) -> Completion:
        tool = {"type": "web_search_20250305", "name": "web_search", "max_uses": _SEARCHES}
        return await self._messages(turns, most_tokens, {"tools": [tool]})

    async def _messages(self, turns: list[Turn], most_tokens: int, more: dict[str, Any]) -> Completion:
        stream = await self._client.messages.create(
            model=self.endpoint.model,
            system="\n\n".join(turn["content"] for turn in turns if turn["role"] == "system"),
            messages=[turn for turn in turns if turn["role"] != "system"],
            max_tokens=most_tokens,
            stream=True,
            **more,
        )
        heard = _Heard()
        async for event in self._events(stream):
            heard.take(event)
            self._bounded(heard.pieces)
            if event.type == "message_stop":
                self._finished("stop" if heard.reason == "pause_turn" and heard.urls else heard.reason)
                return heard.completion()
        raise ModelCut(f"{self.endpoint.model}: the stream ended in the middle")


class _Heard:
    """What a stream of events has said so far."""

    def __init__(self) -> None:
        self.pieces = Pieces()
        self.urls: list[str] = []
        self.reason: str | None = None
        self._in = self._out = 0

    def take(self, event: Any) -> None:
        if event.type == "message_start":
            self._in = event.message.usage.input_tokens
        elif event.type == "content_block_delta":
            self._delta(event.delta)
        elif event.type == "message_delta":
            self.reason = event.delta.stop_reason
            self._out = event.usage.output_tokens

    def _delta(self, delta: Any) -> None:
        if delta.type == "text_delta":
            self.pieces.add(delta.text)
        elif delta.type == "input_json_delta":
            self.pieces.add(delta.partial_json)
        elif delta.type == "citations_delta":
            url = getattr(delta.citation, "url", None)
            self.urls += [url] if isinstance(url, str) else []

    def completion(self) -> Completion:
        return Completion(text=str(self.pieces), tokens_in=self._in, tokens_out=self._out, urls=cited(self.urls))
