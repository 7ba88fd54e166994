"""A gateway beside the REST server on loopback: says hello, takes a token, hands out one interaction, beats."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web
from discord_stand import APPLICATION, GUILD, TEXT, TOKEN, Stand, answer, user

Json = dict[str, Any]


class Gateway:
    """`ready` is set when a client has identified; `answered` when it has edited its answer to an interaction."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.commands: list[Json] = []
        self.ready, self.answered = asyncio.Event(), asyncio.Event()
        self.callbacks: list[Json] = []
        self.edits: list[Json] = []
        self.sockets: list[web.WebSocketResponse] = []

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/v10/gateway/bot", self.address),
            web.get("/gateway", self.socket),
            web.get(f"/api/v10/applications/{APPLICATION}/commands", self.registered),
            web.put(f"/api/v10/applications/{APPLICATION}/commands", self.register),
            web.post("/api/v10/interactions/{id}/{token}/callback", self.called_back),
            web.patch(f"/api/v10/webhooks/{APPLICATION}/{{token}}/messages/@original", self.edited),
        ]

    async def say(self, event: str, data: Json, number: int) -> None:
        await self.sockets[-1].send_str(json.dumps({"op": 0, "t": event, "s": number, "d": data}))

    async def command(self, name: str, locale: str) -> None:
        """A member of the server types `/digest <name>`."""
        data = {
            "id": "8001",
            "application_id": str(APPLICATION),
            "type": 2,
            "token": "interaction.token",
            "version": 1,
            "locale": locale,
            "channel_id": str(TEXT),
            "channel": {"id": str(TEXT), "type": 1},
            "user": {"id": "77", "username": "alice", "discriminator": "0", "avatar": None},
            "entitlements": [],
            "attachment_size_limit": 1,
            "authorizing_integration_owners": {"1": "77"},
            "context": 1,
            "data": {"id": "1", "name": "digest", "type": 1, "options": [{"type": 1, "name": name, "options": []}]},
        }
        await self.say("INTERACTION_CREATE", data, 2)

    async def address(self, request: web.Request) -> web.Response:
        url = self.stand.url.replace("http://", "ws://").replace("/api/v10", "/gateway")
        limit = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1}
        return answer({"url": url, "shards": 1, "session_start_limit": limit})

    async def socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 45000}}))
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._heard(socket, json.loads(message.data))
        return socket

    async def _heard(self, socket: web.WebSocketResponse, heard: Json) -> None:
        if heard["op"] == 1:
            await socket.send_str(json.dumps({"op": 11}))
        if heard["op"] == 2 and heard["d"]["token"] != TOKEN:
            await socket.close(code=4004)
        elif heard["op"] == 2:
            application = {"id": str(APPLICATION), "flags": 0}
            ready = {
                "v": 10,
                "user": user(),
                "guilds": [],
                "session_id": "s",
                "application": application,
                "shard": [0, 1],
            }
            await self.say("READY", {**ready, "resume_gateway_url": self.stand.url.replace("http", "ws")}, 1)
            self.ready.set()

    async def registered(self, request: web.Request) -> web.Response:
        return answer(self.commands)

    async def register(self, request: web.Request) -> web.Response:
        common: Json = {"application_id": str(APPLICATION), "version": "1", "description": ""}
        common["default_member_permissions"] = None
        self.commands = [{"id": "1", **common, **command} for command in await request.json()]
        return answer(self.commands)

    async def called_back(self, request: web.Request) -> web.Response:
        self.callbacks.append(await request.json())
        interaction = {"id": request.match_info["id"], "type": 2, "response_message_ephemeral": True}
        interaction |= {"activity_instance_id": None, "response_message_id": "8002", "response_message_loading": True}
        return answer({"interaction": interaction})

    async def edited(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.edits.append(body)
        self.answered.set()
        message: Json = {"id": "8002", "channel_id": str(TEXT), "author": user(), "content": "", "type": 20}
        message |= {"embeds": [], "attachments": [], "mentions": [], "mention_roles": [], "components": []}
        message |= {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "pinned": False, "tts": False}
        return answer({**message, "mention_everyone": False, "flags": 64, "guild_id": str(GUILD)})
