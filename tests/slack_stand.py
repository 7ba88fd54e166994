"""A loopback Slack for tests: Web API, `response_url`, and Socket Mode over a real WebSocket.

Real slack_sdk and slack-bolt talk to it; it keeps what it takes and refuses what Slack refuses.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Self

from aiohttp import WSMsgType, web
from slack_acts import Acts
from slack_parts import Ack, Answered, Channel, Json, Kept, Trouble
from slack_rules import Refusal, refused_message
from slack_view_rules import refused_view

__all__ = ["Ack", "Answered", "Channel", "Kept", "SlackStand", "Trouble"]

SCOPES = "chat:write,commands,channels:read,groups:read,channels:history,groups:history,users:read"
RESPONSE_USES = 5


class SlackStand(Acts):
    """`async with SlackStand() as slack:`, then point clients at `slack.api_url`."""

    def __init__(self, *, pace: float | None = None) -> None:
        self.bot_token, self.app_token = "xoxb-stand-1", "xapp-stand-1"
        self.pace = pace
        """Refuse a second message to a channel within this many seconds."""
        self.scopes = SCOPES
        self.page = 100
        self.channels = {"C1": Channel(id="C1")}
        self.locales: dict[str, str] = {"U1": "ja-JP", "U2": "en-US"}
        self.admins = {"U2"}
        self.guests: dict[str, str] = {}
        """People of other companies in shared channels, and their own workspaces."""
        self.groups: dict[str, list[str]] = {}
        self.views: list[Json] = []
        """Every state a modal was in, in order."""
        self.windows: dict[str, Json] = {}
        """Modals as they stand, by id; the last lies on top."""
        self.homes: dict[str, Json] = {}
        """Home tabs by user."""
        self.whispers: list[Json] = []
        """Ephemeral messages over the Web API."""
        self.messages: list[Kept] = []
        self.edits: list[str] = []
        self.answers: list[Answered] = []
        self.acks: list[Ack] = []
        self.calls: list[tuple[str, Json]] = []
        self.connections = 0
        self._troubles: defaultdict[str, list[Trouble]] = defaultdict(list)
        self._sockets: list[web.WebSocketResponse] = []
        self._sent: dict[str, float] = {}
        self._uses: defaultdict[str, int] = defaultdict(int)
        self._tickets: set[str] = set()
        self._counter = itertools.count(1)
        self._clock = 0.0
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self.root = ""

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/"

    # --- being a server -----------------------------------------------------------------------------------------------

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/reply/{reply}", self._reply)
        app.router.add_get("/socket/{ticket}", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.root = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    # --- what tests say -----------------------------------------------------------------------------------------------

    def refuse(self, method: str, error: str | None = None, **trouble: Any) -> None:
        """The next call(s) of `method` meet this `Trouble`; `retry_after=` makes it a 429."""
        retry_after = trouble.pop("retry_after", None)
        if retry_after is not None:
            trouble |= {"status": 429, "headers": {"Retry-After": str(retry_after)}}
            error = error or "ratelimited"
        self._troubles[method].append(Trouble(error=error, **trouble))

    def called(self, method: str) -> list[Json]:
        return [body for name, body in self.calls if name == method]

    async def send(self, kind: str, payload: Json) -> str:
        """An envelope over the newest open connection."""
        await self.until(lambda: bool(self._open()))
        envelope = self._new("envelope")
        self._sent[envelope] = time.perf_counter()
        body = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": True}
        await self._open()[-1].send_json(body)
        return envelope

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Slack asks every client to connect anew, as it does every few hours."""
        for socket in self._open():
            await socket.send_json({"type": "disconnect", "reason": reason})

    async def drop(self) -> None:
        """Every connection is closed without a word."""
        for socket in self._open():
            await socket.close()

    async def until(self, true: Callable[[], bool], timeout: float = 60.0) -> None:
        """Wait until something has come true. Raises TimeoutError."""
        async with asyncio.timeout(timeout), self._changed:
            await self._changed.wait_for(true)

    async def ack_of(self, envelope: str) -> Ack:
        await self.until(lambda: any(ack.envelope == envelope for ack in self.acks))
        return next(ack for ack in self.acks if ack.envelope == envelope)

    async def answered(self, count: int) -> list[Answered]:
        await self.until(lambda: len(self.answers) >= count)
        return self.answers

    def reply_url(self) -> str:
        return f"{self.root}/reply/{self._new('reply')}"

    def keep(self, body: Json, channel: str = "C1") -> Kept:
        """A message that is simply there."""
        kept = Kept(channel=channel, ts=self._ts(), body=body)
        self.messages.append(kept)
        return kept

    # --- Web API ------------------------------------------------------------------------------------------------------

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method, body = request.match_info["method"], await _arguments(request)
        self.calls.append((method, body))
        trouble = self._next_trouble(method)
        if trouble is not None:
            await asyncio.sleep(trouble.delay)
        done: Json = {"ok": True}
        if trouble is None or trouble.keep:
            done = self._done(method, body, request.headers.get("Authorization", ""))
        await self._notify()
        if trouble is not None and trouble.reset and request.transport is not None:
            request.transport.abort()
        if trouble is None or (trouble.keep and trouble.status == 200 and not trouble.error and trouble.raw is None):
            limited = done.get("error") == "ratelimited"
            return self._json(done, 429, {"Retry-After": "1"}) if limited else self._json(done)
        if trouble.raw is not None:
            return web.Response(status=trouble.status, text=trouble.raw, content_type="text/html")
        return self._json({"ok": False, "error": trouble.error}, trouble.status, trouble.headers)

    def _next_trouble(self, method: str) -> Trouble | None:
        waiting = self._troubles[method]
        if not waiting:
            return None
        waiting[0].times -= 1
        return waiting.pop(0) if waiting[0].times <= 0 else waiting[0]

    def _json(self, body: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
        return web.json_response(body, status=status, headers={"x-oauth-scopes": self.scopes, **(headers or {})})

    def _done(self, method: str, body: Json, authorization: str) -> Json:
        try:
            return {"ok": True, **self._handler(method, authorization)(body)}
        except Refusal as refusal:
            more = {"response_metadata": {"messages": list(refusal.messages)}} if refusal.messages else {}
            return {"ok": False, "error": refusal.code, **more}

    def _handler(self, method: str, authorization: str) -> Callable[[Json], Json]:
        handler: Callable[[Json], Json] | None = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            raise Refusal("unknown_method")
        token = self.app_token if method == "apps.connections.open" else self.bot_token
        if authorization != f"Bearer {token}":
            raise Refusal("invalid_auth" if authorization else "not_authed")
        return handler

    def _auth_test(self, body: Json) -> Json:
        return {"user": "chokan", "user_id": "UBOT", "bot_id": "BBOT", "team": "Stand", "team_id": "T1"}

    def _apps_connections_open(self, body: Json) -> Json:
        ticket = self._new("ticket")
        self._tickets.add(ticket)
        return {"url": f"{self.root.replace('http', 'ws')}/socket/{ticket}"}

    def _chat_postMessage(self, body: Json) -> Json:  # noqa: N802 (Slack's own name)
        channel = self._channel(body)
        if not channel.is_member:
            raise Refusal("not_in_channel")
        if channel.is_archived:
            raise Refusal("is_archived")
        if body.get("thread_ts") and not any(kept.ts == body["thread_ts"] for kept in self.messages):
            raise Refusal("thread_not_found")
        refused_message(body)
        self._paced(channel.id)
        kept = self.keep(body, channel.id)
        return {"channel": channel.id, "ts": kept.ts, "message": {"type": "message", "text": body.get("text", "")}}

    def _paced(self, channel: str) -> None:
        last = next((float(kept.ts) for kept in reversed(self.messages) if kept.channel == channel), 0.0)
        if self.pace is not None and time.time() - last < self.pace:
            raise Refusal("ratelimited")

    def _chat_update(self, body: Json) -> Json:
        found = self._message(body, "ts")
        refused_message(body)
        self.messages[self.messages.index(found)] = Kept(channel=found.channel, ts=found.ts, body=body)
        self.edits.append(found.ts)
        return {"channel": found.channel, "ts": found.ts}

    def _chat_getPermalink(self, body: Json) -> Json:  # noqa: N802 (Slack's own name)
        found = self._message(body, "message_ts")
        link = f"https://stand.slack.com/archives/{found.channel}/p{found.ts.replace('.', '')}"
        return {"channel": found.channel, "permalink": link}

    def _conversations_info(self, body: Json) -> Json:
        return {"channel": vars(self._channel(body)) | {"is_channel": True}}

    def _conversations_history(self, body: Json) -> Json:
        channel = self._channel(body).id
        oldest = float(body.get("oldest") or 0)
        found = [kept for kept in self.messages if kept.channel == channel and not kept.body.get("thread_ts")]
        return self._paged([kept for kept in reversed(found) if float(kept.ts) > oldest], body)

    def _conversations_replies(self, body: Json) -> Json:
        parent = self._message(body, "ts")
        found = [kept for kept in self.messages if kept.body.get("thread_ts") == parent.ts]
        return self._paged([parent, *found], body)

    def _paged(self, found: list[Kept], body: Json) -> Json:
        start, size = int(body.get("cursor") or 0), min(self.page, int(body.get("limit") or 100))
        more = start + size < len(found)
        rows = [_row(kept, body) for kept in found[start : start + size]]
        cursor = str(start + size) if more else ""
        return {"messages": rows, "has_more": more, "response_metadata": {"next_cursor": cursor}}

    def _users_list(self, body: Json) -> Json:
        return {"members": [{"id": user, "is_admin": user in self.admins} for user in self.locales]}

    def _usergroups_users_list(self, body: Json) -> Json:
        if body.get("usergroup") not in self.groups:
            raise Refusal("no_such_subteam")
        return {"users": self.groups[body["usergroup"]]}

    def _users_info(self, body: Json) -> Json:
        user = str(body.get("user"))
        if user not in self.locales:
            raise Refusal("user_not_found")
        zone = {"ja-JP": "Asia/Tokyo"}.get(self.locales[user], "Europe/London")
        person = {"id": user, "real_name": f"Person {user}", "is_admin": user in self.admins, "tz": zone}
        person["team_id"] = self.guests.get(user, "T1")
        return {"user": {**person, **({"locale": self.locales[user]} if body.get("include_locale") else {})}}

    def _views_open(self, body: Json) -> Json:
        if not body.get("trigger_id"):
            raise Refusal("invalid_trigger_id")
        return self._viewed(body, self._new("V"))

    def _views_push(self, body: Json) -> Json:
        if len(self.windows) >= 3:
            raise Refusal("push_limit_reached")
        return self._views_open(body)

    def _views_update(self, body: Json) -> Json:
        if body.get("view_id") not in self.windows:
            raise Refusal("not_found")
        return self._viewed(body, str(body["view_id"]))

    def _views_publish(self, body: Json) -> Json:
        view = _json(body["view"])
        refused_view(view)
        self.homes[str(body["user_id"])] = view
        return {"view": view}

    def _viewed(self, body: Json, name: str) -> Json:
        view = _json(body["view"])
        refused_view(view)
        self.views.append(view)
        self.windows[name] = {**view, "id": name}
        return {"view": self.windows[name]}

    def _chat_postEphemeral(self, body: Json) -> Json:  # noqa: N802 (Slack's own name)
        self._channel(body)
        if isinstance(body.get("blocks"), str):
            body = {**body, "blocks": json.loads(body["blocks"])}
        refused_message(body)
        self.whispers.append(body)
        return {"message_ts": self._ts()}

    def _channel(self, body: Json) -> Channel:
        name = str(body.get("channel"))
        found = Channel(id=f"D{name[1:]}") if name in self.locales else self.channels.get(name)
        if found is None:
            raise Refusal("channel_not_found")
        return found

    def _message(self, body: Json, name: str) -> Kept:
        channel, ts = self._channel(body).id, str(body.get(name))
        found = next((kept for kept in self.messages if (kept.channel, kept.ts) == (channel, ts)), None)
        if found is None:
            raise Refusal("thread_not_found" if name == "ts" else "message_not_found")
        return found

    # --- response_url -------------------------------------------------------------------------------------------------

    async def _reply(self, request: web.Request) -> web.Response:
        reply, body = request.match_info["reply"], await request.json()
        try:
            self._use(reply)
            refused_message(body)
        except Refusal as refusal:
            status = 404 if refusal.code == "used_url" else 400
            return web.json_response({"ok": False, "error": refusal.code}, status=status)
        self.answers.append(Answered(reply=reply, body=body))
        await self._notify()
        return web.Response(text="ok")

    def _use(self, reply: str) -> None:
        self._uses[reply] += 1
        if self._uses[reply] > RESPONSE_USES:
            raise Refusal("used_url")

    # --- Socket Mode --------------------------------------------------------------------------------------------------

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["ticket"] not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(request.match_info["ticket"])  # an address is good for one connection
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self._open()) + 1})
        self._sockets.append(socket)
        self.connections += 1
        await self._notify()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await self._acked(json.loads(message.data))
        return socket

    async def _acked(self, said: Json) -> None:
        envelope = str(said.get("envelope_id"))
        seconds = time.perf_counter() - self._sent[envelope]
        told = said.get("payload") or {}
        if told.get("response_action") == "update":
            refused_view(told["view"])
            self.views.append(told["view"])
        self.acks.append(Ack(envelope=envelope, seconds=seconds, payload=said.get("payload")))
        await self._notify()

    def _open(self) -> list[web.WebSocketResponse]:
        return [socket for socket in self._sockets if not socket.closed]

    # --- small things -------------------------------------------------------------------------------------------------

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def _new(self, name: str) -> str:
        return f"{name}-{next(self._counter)}"

    def _ts(self) -> str:
        self._clock = max(time.time(), self._clock + 0.000_01)
        return f"{self._clock:.6f}"


def _row(kept: Kept, asked: Json) -> Json:
    metadata = (
        {"metadata": kept.body["metadata"]} if kept.body.get("metadata") and asked["include_all_metadata"] else {}
    )
    return {"type": "message", "ts": kept.ts, "text": kept.body.get("text", ""), **metadata}


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


async def _arguments(request: web.Request) -> Json:
    """slack_sdk sends JSON, forms or a query, as it sees fit."""
    if request.content_type == "application/json":
        return dict(await request.json())
    form = await request.post()
    return {**request.query, **{name: str(value) for name, value in form.items()}}
