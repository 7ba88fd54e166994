"""A simulated Discord for tests: one server, one channel, one member, and our bot in it."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import Any

import simcord
from discord_samples import CATALOGS, DIGEST, Desk, discords_rules

from bot.chat_discord import DiscordChat
from digests.model import Destination

SCHEMAS = {
    ("POST", "/channels/*/messages"): "MessageCreateRequest",
    ("POST", "/channels/*/messages/*/threads"): "CreateTextThreadWithMessageRequest",
    ("PATCH", "/webhooks/*/messages/@original"): "IncomingWebhookUpdateRequestPartial",
    ("POST", "/webhooks/*"): "IncomingWebhookRequestPartial",
    ("PUT", "/applications/*/commands"): "ApplicationCommandUpdateRequest",
}


def words(components: list[dict[str, Any]]) -> str:
    return "\n".join(c["content"] for c in components if c["type"] == 10)


class House:
    """A simulated Discord with one server, one channel, one member, and our bot in it."""

    def __init__(self, env: simcord.Env, chat: DiscordChat, desk: Desk) -> None:
        self.env, self.chat, self.desk = env, chat, desk
        self.guild = env.create_guild("Newsroom")
        self.channel = self.guild.create_text_channel("news")
        self.alice = self.guild.add_member(env.create_user("alice"))

    def writes(self) -> list[Any]:
        return [r for r in self.env.http_requests if r.method == "PUT" and r.path.endswith("/commands")]

    async def restart(self) -> None:
        self.chat = DiscordChat(token="t", answers=self.desk, catalogs=CATALOGS)
        await self.env.restart_bot(self.chat.client)

    def speaks_japanese(self) -> None:
        """From now on everybody's client is set to Japanese (the simulation knows English only)."""
        [feed] = self.env.backend.subscribers

        def translated(event: str, payload: Any) -> None:
            feed(event, {**payload, "locale": "ja"} if event == "INTERACTION_CREATE" else payload)

        self.env.backend.subscribers[:] = [translated]

    async def post(self, key: str = "k1", channel: Any = None, **options: Any) -> Any:
        to = Destination(platform="discord", channel=str((channel or self.channel).id))
        given: dict[str, Any] = {"parent": None, "unknown": False, "silent": False, **options}
        return await self.chat.post(to, given.pop("message", DIGEST), key=key, **given)

    def violations(self) -> tuple[list[str], set[str]]:
        """What of everything sent Discord's own description does not allow, and which schemas were met."""
        rules = discords_rules()
        assert rules is not None
        found: list[str] = []
        seen: set[str] = set()
        for request in self.env.http_requests:
            for (method, path), schema in SCHEMAS.items():
                if request.method == method and fnmatch(request.path, path) and request.json is not None:
                    bodies = request.json if isinstance(request.json, list) else [request.json]
                    found += [problem for body in bodies for problem in rules(schema, body)]
                    seen.add(schema)
        return found, seen
