"""A small Discord REST server on loopback: remembers what was posted, honours nonces, fails on demand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from loopback import serving

BOT, APPLICATION, GUILD, TOKEN = 900, 901, 500, "the.right.token"
TEXT, NEWS, FORUM = 100, 105, 115
OWNER, DIRECT = 7, 5000

Json = dict[str, Any]


@dataclass
class Fault:
    """What the next matching request gets instead of an answer; `after` lets it take effect first."""

    method: str
    path: str
    status: int = 0
    code: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Json = field(default_factory=dict)
    after: bool = False
    """The request is carried out, then the answer is lost (`status` 0: the connection breaks)."""
    times: int = 1


class Stand:
    """`posted` are the message bodies that took effect, in order; `requests` everything that was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.channels: dict[int, Json] = {
            TEXT: {"id": str(TEXT), "type": 0, "guild_id": str(GUILD), "name": "news", "last_message_id": None},
            NEWS: {"id": str(NEWS), "type": 5, "guild_id": str(GUILD), "name": "wire", "last_message_id": None},
            FORUM: {
                "id": str(FORUM),
                "type": 15,
                "guild_id": str(GUILD),
                "name": "editions",
                "flags": 0,
                "available_tags": [
                    {"id": "71", "name": "朝刊", "moderated": False},
                    {"id": "72", "name": "Economy", "moderated": False},
                    {"id": "73", "name": "official", "moderated": True},
                ],
            },
        }
        self.messages: dict[int, list[Json]] = {TEXT: [], NEWS: []}
        self.posted: list[Json] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.faults: list[Fault] = []
        self.edits: list[tuple[int, Json]] = []
        self.nonces_hold = True
        self.unreachable: set[int] = set()
        self.history_hidden = False
        self.open_to_all = False
        self._next = 1000

    def fail(self, method: str, path: str, **fault: Any) -> None:
        self.faults.append(Fault(method, path, **fault))

    def asked(self, method: str, path: str) -> list[Any]:
        return [body for verb, where, body in self.requests if (verb, where) == (method, path)]

    # --- the interface ----------------------------------------------------------------------------------------------

    @web.middleware
    async def gate(self, request: web.Request, handler: Any) -> web.StreamResponse:
        text = await request.text()
        body = json.loads(text) if text else None
        path = request.path.removeprefix("/api/v10")
        self.requests.append((request.method, path, body))
        if not self._lets_in(request):
            return answer({"message": "401: Unauthorized", "code": 0}, 401)
        fault = self._fault(request.method, path)
        if fault is None:
            return await self._carried_out(request, handler)
        if fault.after:
            await self._carried_out(request, handler)
        if not fault.status:
            assert request.transport is not None
            request.transport.close()
            await asyncio.sleep(0)
        data = {"message": "as asked by the test", "code": fault.code, **fault.body}
        return answer(data, fault.status or 500, fault.headers)

    def _lets_in(self, request: web.Request) -> bool:
        """Interactions are answered without the bot's token: theirs is in the path."""
        open_path = request.path.startswith(("/gateway", "/api/v10/interactions/", "/api/v10/webhooks/"))
        return self.open_to_all or open_path or request.headers.get("Authorization") == f"Bot {TOKEN}"

    async def _carried_out(self, request: web.Request, handler: Any) -> web.StreamResponse:
        try:
            response = await handler(request)
        except web.HTTPNotFound:
            return answer({"message": "Unknown Channel", "code": 10003}, 404)
        assert isinstance(response, web.StreamResponse)
        return response

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if (fault.method, fault.path) == (method, path):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    async def me(self, request: web.Request) -> web.Response:
        return answer(user())

    async def application(self, request: web.Request) -> web.Response:
        return answer(
            {
                "id": str(APPLICATION),
                "name": "Chokan",
                "icon": None,
                "description": "",
                "summary": "",
                "verify_key": "00",
                "bot_public": True,
                "bot_require_code_grant": False,
                "owner": user(),
                "team": None,
                "flags": 0,
            }
        )

    async def channel(self, request: web.Request) -> web.Response:
        return answer(self.channels[self._channel(request)])

    async def history(self, request: web.Request) -> web.Response:
        """Like Discord's, it shows no nonce; component ids are there."""
        kept = [] if self.history_hidden else self.messages[self._channel(request)]
        messages = [{name: value for name, value in message.items() if name != "nonce"} for message in kept]
        return answer(messages[::-1][: int(request.query.get("limit", "50"))])

    async def message(self, request: web.Request) -> web.Response:
        wanted = request.match_info["message"]
        found = [m for m in self.messages[self._channel(request)] if m["id"] == wanted]
        if not found:
            raise web.HTTPNotFound
        return answer(found[0])

    async def post(self, request: web.Request) -> web.Response:
        channel, body = self._channel(request), await request.json()
        if self.channels[channel]["type"] in (15, 16):
            return answer({"message": "Cannot send messages in a non-text channel", "code": 50008}, 400)
        if self.nonces_hold:
            for message in self.messages[channel]:
                if message["nonce"] == body["nonce"]:
                    return answer(message)
        return answer(self._put(channel, body, self._id()))

    async def edited(self, request: web.Request) -> web.Response:
        id_, body = request.match_info["message"], await request.json()
        for message in self.messages[self._channel(request)]:
            if message["id"] == id_:
                self.edits.append((int(id_), body))
                message["components"] = body.get("components", [])
                return answer(message)
        return answer({"message": "Unknown Message", "code": 10008}, 404)

    async def thread_from(self, request: web.Request) -> web.Response:
        channel, id_ = self._channel(request), int(request.match_info["message"])
        if id_ in self.channels:
            return answer({"message": "A thread has already been created for this message", "code": 160004}, 400)
        body = await request.json()
        return answer(self._thread(id_, channel, body))

    async def forum_post(self, request: web.Request) -> web.Response:
        forum, body, id_ = self._channel(request), await request.json(), self._id()
        thread = self._thread(id_, forum, body)
        return answer({**thread, "message": self._put(id_, body["message"], id_)})

    async def active_threads(self, request: web.Request) -> web.Response:
        threads = [channel for channel in self.channels.values() if channel["type"] == 11]
        return answer({"threads": threads, "members": []})

    async def guild(self, request: web.Request) -> web.Response:
        return answer({"id": str(GUILD), "name": "Newsroom", "owner_id": str(OWNER)})

    async def direct(self, request: web.Request) -> web.Response:
        """A conversation with one person; those who take none are in `unreachable`."""
        person = int((await request.json())["recipient_id"])
        if person in self.unreachable:
            return answer({"message": "Cannot send messages to this user", "code": 50007}, 403)
        id_ = person + DIRECT
        self.channels[id_] = {"id": str(id_), "type": 1, "last_message_id": None, "recipients": []}
        self.messages.setdefault(id_, [])
        return answer(self.channels[id_])

    # --- the world --------------------------------------------------------------------------------------------------

    def _channel(self, request: web.Request) -> int:
        channel = int(request.match_info["channel"])
        if channel not in self.channels:
            raise web.HTTPNotFound
        return channel

    def _id(self) -> int:
        self._next += 1
        return self._next

    def _thread(self, id_: int, parent: int, body: Json) -> Json:
        self.channels[id_] = {
            "id": str(id_),
            "type": 11,
            "guild_id": str(GUILD),
            "parent_id": str(parent),
            "owner_id": str(BOT),
            "name": body["name"],
            "applied_tags": body.get("applied_tags", []),
            "last_message_id": None,
        }
        self.messages[id_] = []
        return self.channels[id_]

    def _put(self, channel: int, body: Json, id_: int) -> Json:
        self.posted.append({"channel": channel, **body})
        message = {"id": str(id_), "channel_id": str(channel), "author": user(), "nonce": body.get("nonce")}
        message["components"] = body.get("components", [])
        self.messages[channel].append(message)
        self.channels[channel]["last_message_id"] = str(id_)
        return message


def user() -> Json:
    return {"id": str(BOT), "username": "Chokan", "discriminator": "0", "avatar": None, "bot": True}


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """discord.py reads JSON only where the content type is exactly this, without a charset."""
    return web.Response(
        body=json.dumps(data).encode(), status=status, headers={"Content-Type": "application/json", **(headers or {})}
    )


@asynccontextmanager
async def stand(server: Stand | None = None, more: Sequence[web.RouteDef] = ()) -> AsyncIterator[Stand]:
    discord = server or Stand()
    app = web.Application(middlewares=[discord.gate])
    app.add_routes(
        [
            *more,
            web.get("/api/v10/users/@me", discord.me),
            web.get("/api/v10/oauth2/applications/@me", discord.application),
            web.get("/api/v10/channels/{channel}", discord.channel),
            web.get("/api/v10/channels/{channel}/messages", discord.history),
            web.post("/api/v10/channels/{channel}/messages", discord.post),
            web.get("/api/v10/channels/{channel}/messages/{message}", discord.message),
            web.patch("/api/v10/channels/{channel}/messages/{message}", discord.edited),
            web.post("/api/v10/channels/{channel}/messages/{message}/threads", discord.thread_from),
            web.post("/api/v10/channels/{channel}/threads", discord.forum_post),
            web.get("/api/v10/guilds/{guild}/threads/active", discord.active_threads),
            web.get("/api/v10/guilds/{guild}", discord.guild),
            web.post("/api/v10/users/@me/channels", discord.direct),
        ]
    )
    async with serving(app) as url:
        discord.url = f"{url}/api/v10"
        yield discord
