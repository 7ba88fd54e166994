"""What people do in a loopback Slack: type commands, press buttons, fill in forms, open tabs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slack_parts import Ack, Json
from slack_view_rules import refused_options


class Acts:
    """Each act is an envelope over the newest connection; its id comes back."""

    async def send(self, kind: str, payload: Json) -> str:
        raise NotImplementedError

    async def ack_of(self, envelope: str) -> Ack:
        raise NotImplementedError

    def reply_url(self) -> str:
        raise NotImplementedError

    def _new(self, name: str) -> str:
        raise NotImplementedError

    def _ts(self) -> str:
        raise NotImplementedError

    async def send_command(
        self, text: str, *, user: str = "U1", channel: str = "C1", command: str = "/digest", trigger: str | None = None
    ) -> str:
        """Somebody types a slash command; the envelope's id."""
        payload = {
            "token": "stand",
            "command": command,
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": "T1",
            "trigger_id": trigger or self._new("trigger"),
            "response_url": self.reply_url(),
        }
        return await self.send("slash_commands", payload)

    async def press(
        self,
        button: Mapping[str, Any],
        *,
        user: str = "U1",
        channel: str = "C1",
        ephemeral: bool = True,
        trigger: str | None = None,
    ) -> str:
        """Somebody presses a button as it stands in a message of ours; the envelope's id."""
        return await self._act(
            "block_actions",
            user,
            channel={"id": channel},
            container={"type": "message", "is_ephemeral": ephemeral},
            trigger_id=trigger or self._new("trigger"),
            response_url=self.reply_url(),
            actions=[self._action(button)],
        )

    async def send_form(self, view: Json, fields: Mapping[str, Any], *, user: str = "U1") -> str:
        """Somebody fills in a modal of ours and sends it; the envelope's id."""
        state = {"values": {name: {name: element} for name, element in fields.items()}}
        trigger = self._new("trigger")
        return await self._act("view_submission", user, trigger_id=trigger, view={"id": "V1", **view, "state": state})

    async def press_in(self, view: Json, button: Mapping[str, Any], *, user: str = "U1", chosen: str = "") -> str:
        """Somebody presses a button of a window of ours, or picks `chosen` from a menu; the envelope's id."""
        option = {"text": {"type": "plain_text", "text": chosen}, "value": chosen}
        return await self._act(
            "block_actions",
            user,
            container={"type": "view", "view_id": view.get("id", "V0")},
            view={"id": "V0", **view},
            trigger_id=self._new("trigger"),
            actions=[{**self._action(button), **({"selected_option": option} if chosen else {})}],
        )

    async def type_in(self, view: Json, action_id: str, typed: str, *, user: str = "U1") -> list[Json]:
        """Somebody types into a menu that is searched; the options offered."""
        typing = {"view": view, "action_id": action_id, "block_id": "b1", "value": typed}
        ack = await self.ack_of(await self._act("block_suggestion", user, **typing))
        refused_options(ack.payload or {})
        return list((ack.payload or {})["options"])

    async def use_global_shortcut(self, *, user: str = "U1") -> str:
        """Somebody picks our shortcut from the menu of shortcuts; the envelope's id."""
        return await self._act("shortcut", user, callback_id="digest_search", trigger_id=self._new("trigger"))

    async def use_shortcut(self, text: str, *, user: str = "U1", channel: str = "C1") -> str:
        """Somebody picks «Digest this link» on a message that says `text`; the envelope's id."""
        return await self._act(
            "message_action",
            user,
            callback_id="digest_link",
            channel={"id": channel},
            trigger_id=self._new("trigger"),
            response_url=self.reply_url(),
            message={"type": "message", "text": text, "ts": self._ts()},
        )

    async def _act(self, kind: str, user: str, **more: Any) -> str:
        who = {"token": "stand", "user": {"id": user, "team_id": "T1"}, "team": {"id": "T1"}}
        return await self.send("interactive", {"type": kind, **who, **more})

    def _action(self, button: Mapping[str, Any]) -> Json:
        action = {name: button[name] for name in ("type", "action_id", "value") if name in button}
        return {**action, "block_id": "b1", "action_ts": self._ts()}

    async def send_event(self, event: Mapping[str, Any], *, event_id: str | None = None) -> str:
        """An event of the Events API; the envelope's id."""
        payload = {"type": "event_callback", "event_id": event_id or self._new("Ev"), "team_id": "T1", "event": event}
        return await self.send("events_api", payload)
