"""OpenAI-compatible endpoints through the `openai` SDK: Responses where it is offered, Chat Completions elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.llm_client import Completion, Endpoint, ModelClient, Pieces, Turn, Unknown, cited
from digests.errors import ConfigError, ModelBusy, ModelCut

_ENDS = frozenset({"response.completed", "response.incomplete", "response.failed", "error"})


class OpenAIClient(ModelClient):
    """Finds out by asking which of the two APIs, which limit and whether a schema the endpoint understands."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises ConfigError where the SDK is not installed."""
        try:
            import openai
        except ImportError:
            raise ConfigError('engine: a language model needs the openai package: pip install "chokan[llm]"') from None
        client = openai.AsyncOpenAI(
            api_key=endpoint.key or "none", base_url=endpoint.base_url, timeout=endpoint.timeout, max_retries=0
        )
        super().__init__(endpoint, openai, client)
        self._responses = endpoint.api != "chat"
        self._limit = "max_tokens"

    def _base_error(self) -> type[Exception]:
        error: type[Exception] = self._sdk.OpenAIError
        return error

    def _forget(self, unknown: Unknown) -> None:
        if unknown.what == "api":
            self._responses = False
        elif unknown.what == "limit":
            self._limit = "max_completion_tokens"
        else:
            super()._forget(unknown)

    def _unknown(self, status: int, said: str) -> Unknown | None:
        if status in (404, 405, 501) and self._responses and self.endpoint.api == "auto" and "model" not in said:
            return Unknown("api")
        if status == 400 and "max_completion_tokens" in said and self._limit == "max_tokens":
            return Unknown("limit")
        return super()._unknown(status, said)

    async def _answer(self, turns: list[Turn], schema: dict[str, Any], most_tokens: int) -> Completion:
        form: dict[str, Any] = {"type": "json_schema", "name": "digest", "schema": schema, "strict": True}
        if self._responses:
            return await self._respond(turns, most_tokens, {"text": {"format": form}} if self._structured else {})
        asked = {"type": form.pop("type"), "json_schema": form}
        return await self._chat(turns, most_tokens, {"response_format": asked} if self._structured else {})

    async def _found(self, turns: list[Turn], most_tokens: int) -> Completion:
        if self._responses:
            return await self._respond(turns, most_tokens, {"tools": [{"type": "web_search"}]})
        return await self._chat(turns, most_tokens, {"web_search_options": {}})

    async def _respond(self, turns: list[Turn], most_tokens: int, more: dict[str, Any]) -> Completion:
        stream = await self._client.responses.create(
            model=self.endpoint.model, input=turns, max_output_tokens=most_tokens, store=False, stream=True, **more
        )
        pieces = Pieces()
        urls: list[str] = []
        async for event in self._events(stream):
            if event.type == "response.output_text.delta":
                pieces.add(event.delta)
                self._bounded(pieces)
            elif event.type == "response.output_text.annotation.added":
                urls += _url(event.annotation)
            elif event.type in _ENDS:
                return self._ended(event, str(pieces), urls)
        raise ModelCut(f"{self.endpoint.model}: the stream ended in the middle")

    def _ended(self, event: Any, text: str, urls: list[str]) -> Completion:
        """Raises ModelError unless the response is complete."""
        if event.type == "response.completed":
            usage = event.response.usage
            return Completion(
                text=text or event.response.output_text,
                tokens_in=usage.input_tokens if usage else 0,
                tokens_out=usage.output_tokens if usage else 0,
                urls=cited([*urls, *_annotated(event.response)]),
            )
        if event.type == "response.incomplete":
            reason = getattr(event.response.incomplete_details, "reason", None)
            self._finished("content_filter" if reason == "content_filter" else "length")
        raise ModelBusy(f"{self.endpoint.model}: the provider failed while answering", status=500)

    async def _chat(self, turns: list[Turn], most_tokens: int, more: dict[str, Any]) -> Completion:
        stream = await self._client.chat.completions.create(
            model=self.endpoint.model,
            messages=turns,
            **{self._limit: most_tokens},
            stream=True,
            stream_options={"include_usage": True},
            **more,
        )
        pieces = Pieces()
        urls: list[str] = []
        finish, usage = None, (0, 0)
        async for chunk in self._events(stream):
            for choice in chunk.choices[:1]:
                pieces.add("" if choice.delta.content is None else choice.delta.content)
                self._bounded(pieces)
                for annotation in getattr(choice.delta, "annotations", None) or ():
                    urls += _url(annotation)
                finish = choice.finish_reason or finish
            if chunk.usage:
                usage = (chunk.usage.prompt_tokens, chunk.usage.completion_tokens)
        self._finished(finish)
        return Completion(text=str(pieces), tokens_in=usage[0], tokens_out=usage[1], urls=cited(urls))


def _annotated(response: Any) -> Iterator[str]:
    for item in response.output or ():
        for content in getattr(item, "content", None) or ():
            for annotation in getattr(content, "annotations", None) or ():
                yield from _url(annotation)


def _url(annotation: Any) -> list[str]:
    """The address of a URL citation, in the form of either API; none of any other annotation."""
    form = annotation if isinstance(annotation, dict) else annotation.model_dump()
    if form.get("type") != "url_citation":
        return []
    nested = form.get("url_citation")
    url = nested.get("url") if isinstance(nested, dict) else form.get("url")
    return [url] if isinstance(url, str) else []
