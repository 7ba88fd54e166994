"""A provider of language models on loopback: Chat Completions, Responses, Messages, streamed, with every way to fail.

It answers by a script: one step a question, the last one for ever. A step is a text, a function of what was
asked, or a fault.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from loopback import serving

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """`status`: an error answer. `cut`: the stream breaks after so many pieces. `finish`: how it says it ended.
    `hang`: seconds of silence before anything."""

    status: int = 200
    body: Json | None = None
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    finish: str = "stop"
    hang: float = 0.0
    text: str = '{"lead": []}'
    cites: tuple[str, ...] = ()
    """Addresses a web search found."""
    counts: tuple[Any, Any] | None = None
    """Tokens of the question and of the answer, as it claims them; None: what a test expects."""
    pieces: tuple[Any, ...] | None = None
    """What it streams instead of `text`, cut up as it likes."""


Step = str | Fault | Callable[[Json], str]


@dataclass
class Stand:
    """What a test sets and sees. `asked`: every question, as {"api", "question", "turns", "body"}; `searched`: every
    web search. A search is answered by `found`, not by the script."""

    script: list[Step]
    found: tuple[str, ...] = ()
    responses: bool = True
    schemas: bool = True
    usage: bool = True
    search: bool = True
    """Whether it can search the web; otherwise it refuses."""
    url: str = ""
    asked: list[Json] = field(default_factory=list)
    searched: list[Json] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def step(self) -> Step:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]


@asynccontextmanager
async def standing(*script: Step, **more: Any) -> AsyncIterator[Stand]:
    """A provider that follows `script`, for as long as the block runs."""
    stand = Stand(list(script), **more)
    app = web.Application()
    app.router.add_post("/v1/chat/completions", lambda request: _answer(stand, request, "chat"))
    if stand.responses:
        app.router.add_post("/v1/responses", lambda request: _answer(stand, request, "responses"))
    app.router.add_post("/v1/messages", lambda request: _answer(stand, request, "anthropic"))
    async with serving(app) as base:
        stand.url = f"{base}/v1"
        yield stand


async def _answer(stand: Stand, request: web.Request, api: str) -> web.StreamResponse:
    body = await request.json()
    stand.keys.append(request.headers.get("Authorization") or f"Bearer {request.headers.get('X-Api-Key', '')}")
    if _searches(body):
        return await _searched(stand, request, api, body)
    if not stand.schemas and {"response_format", "text", "tools"} & set(body):
        return web.json_response({"error": {"message": "response_format json_schema is not supported"}}, status=400)
    turns = _turns(body, api)
    asked = {"api": api, "turns": turns, "body": body, "question": json.loads(turns[1]["content"])}
    stand.asked.append(asked)
    step = stand.step()
    fault = step if isinstance(step, Fault) else Fault()
    await asyncio.sleep(fault.hang)
    if fault.status != 200:
        return web.json_response(fault.body or {"error": {"message": "x"}}, status=fault.status, headers=fault.headers)
    text = fault.text if isinstance(step, Fault) else step if isinstance(step, str) else step(asked)
    text = copying(asked) if text == "copy" else text
    return await _stream(stand, request, api, text, fault)


def _turns(body: Json, api: str) -> list[Json]:
    if api == "anthropic":
        return [{"role": "system", "content": body["system"]}, *body["messages"]]
    turns: list[Json] = body["input"] if api == "responses" else body["messages"]
    return turns


def _searches(body: Json) -> bool:
    return "web_search_options" in body or any("web_search" in tool.get("type", "") for tool in body.get("tools", ()))


async def _searched(stand: Stand, request: web.Request, api: str, body: Json) -> web.StreamResponse:
    stand.searched.append({"api": api, "turns": _turns(body, api)})
    if not stand.search:
        return web.json_response({"error": {"message": "no search here"}}, status=400)
    return await _stream(stand, request, api, "Others say more.", Fault(cites=stand.found))


async def _stream(stand: Stand, request: web.Request, api: str, text: str, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    pieces = [text[i : i + 40] for i in range(0, len(text), 40)] if fault.pieces is None else list(fault.pieces)
    make = {"chat": _chat_events, "responses": _response_events, "anthropic": _message_events}[api]
    events = make(stand, pieces, fault)
    for number, event in enumerate(events):
        if fault.cut is not None and number >= fault.cut:
            assert request.transport is not None
            request.transport.close()
            return response
        name = f"event: {event['type']}\n" if api != "chat" else ""
        await response.write(f"{name}data: {json.dumps(event)}\n\n".encode())
    if api == "chat":
        await response.write(b"data: [DONE]\n\n")
    return response


def _chat_events(stand: Stand, pieces: list[str], fault: Fault) -> list[Json]:
    base = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "stand"}
    made = [
        {**base, "choices": [{"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}]}
        for piece in pieces
    ]
    noted = [{"type": "url_citation", "url_citation": {"url": url, "title": "t"}} for url in fault.cites]
    made.append({**base, "choices": [{"index": 0, "delta": {"annotations": noted}, "finish_reason": None}]})
    made.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": fault.finish}]})
    if stand.usage:
        said, heard = fault.counts or (1000, 200)
        counts = {"prompt_tokens": said, "completion_tokens": heard, "total_tokens": 1200}
        made.append({**base, "choices": [], "usage": counts})
    return made


def _response_events(stand: Stand, pieces: list[str], fault: Fault) -> list[Json]:
    done = fault.finish == "stop"
    details = (
        None if done else {"reason": "content_filter" if fault.finish == "content_filter" else "max_output_tokens"}
    )
    said, heard = fault.counts or (1000, 200)
    usage = {
        "input_tokens": said,
        "output_tokens": heard,
        "total_tokens": 1200,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
    }
    response = {
        "id": "r1",
        "object": "response",
        "created_at": 1,
        "model": "stand",
        "status": "completed" if done else "incomplete",
        "incomplete_details": details,
        "output": [],
        "parallel_tool_calls": False,
        "tool_choice": "none",
        "tools": [],
        "usage": usage if stand.usage else None,
    }
    made: list[Json] = [
        {
            "type": "response.output_text.delta",
            "item_id": "m1",
            "output_index": 0,
            "content_index": 0,
            "sequence_number": number,
            "delta": piece,
            "logprobs": [],
        }
        for number, piece in enumerate(pieces)
    ]
    made += [
        {
            "type": "response.output_text.annotation.added",
            "item_id": "m1",
            "output_index": 0,
            "content_index": 0,
            "annotation_index": number,
            "sequence_number": len(pieces) + number,
            "annotation": {"type": "url_citation", "url": url, "title": "t", "start_index": 0, "end_index": 1},
        }
        for number, url in enumerate(fault.cites)
    ]
    end = "response.completed" if done else "response.incomplete"
    return [*made, {"type": end, "sequence_number": len(made), "response": response}]


_REASONS = {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}


def _message_events(stand: Stand, pieces: list[str], fault: Fault) -> list[Json]:
    said, heard = (fault.counts or (1000, 200)) if stand.usage else (0, 0)
    usage = {"input_tokens": said, "output_tokens": 1}
    message = {"id": "m1", "type": "message", "role": "assistant", "model": "stand", "content": [], "usage": usage}
    start = {"type": "message_start", "message": {**message, "stop_reason": None, "stop_sequence": None}}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    kind = {"type": "text_delta"}
    made = [{"type": "content_block_delta", "index": 0, "delta": {**kind, "text": piece}} for piece in pieces]
    place = {"type": "web_search_result_location", "cited_text": "x", "encrypted_index": "e", "title": "t"}
    made += [
        {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "citations_delta", "citation": {**place, "url": url}},
        }
        for url in fault.cites
    ]
    ended = {"stop_reason": _REASONS[fault.finish], "stop_sequence": None}
    counted = {"output_tokens": heard}
    return [
        start,
        block,
        *made,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": counted},
        {"type": "message_stop"},
    ]


def copying(asked: Json, *, extra: Json | None = None) -> str:
    """An honest model: it copies the article's sentences, in order, into the parts."""
    lines = [one for one in asked["question"]["article"] if len(one["s"]) > 15]
    said = [{"text": one["s"].strip(), "rests_on": [one["n"]]} for one in lines]
    parts = asked["question"]["write_parts"]
    answer: Json = {}
    for part in parts:
        if not said:
            break
        if part in {"lead", "conclusion"}:
            answer[part] = [said.pop(0)]
        else:
            answer[part] = {"heading": "", "body": [said.pop(0)], "points": [], "closing": []}
    return json.dumps({**answer, **(extra or {})}, ensure_ascii=False)
