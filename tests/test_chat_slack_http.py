"""Slack over HTTP: signed requests are answered, others are not, repeats are dropped."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest
from slack_clerk import Clerk, chat_for
from slack_sdk.signature import SignatureVerifier
from slack_stand import SlackStand

from bot.commands import Suggestion
from bot.slack_http import PATH, Gate, Listen
from digests.errors import ChatRefused, NotListening


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Door:
    """Our HTTP end, as Slack knows it."""

    def __init__(self, slack: SlackStand, clerk: Clerk, port: int) -> None:
        self.slack, self.clerk, self.url = slack, clerk, f"http://127.0.0.1:{port}{PATH}"

    async def send(self, body: str, kind: str, secret: str = "right", later: int = 0) -> int:
        """The status it was acknowledged with. `later`: seconds by which Slack's clock is ahead of ours."""
        stamp = str(int(time.time()) + later)
        signature = str(SignatureVerifier(secret).generate_signature(timestamp=stamp, body=body))
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return answer.status

    async def read(self, body: str, kind: str) -> str:
        """What stands in the acknowledgement."""
        stamp = str(int(time.time()))
        signature = str(SignatureVerifier("right").generate_signature(timestamp=stamp, body=body))
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signature}
        async with aiohttp.ClientSession() as session, session.post(self.url, data=body, headers=headers) as answer:
            return await answer.text()

    async def command(self, text: str, secret: str = "right", trigger: str = "t") -> int:
        told = {"command": "/digest", "text": text, "user_id": "U1", "channel_id": "C1", "team_id": "T1"}
        body = urlencode({**told, "trigger_id": trigger, "response_url": self.slack.reply_url()})
        return await self.send(body, "application/x-www-form-urlencoded", secret)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    port, clerk = free_port(), Clerk()
    async with SlackStand() as slack:
        chat = chat_for(slack, clerk, signing_secret="right", listen=Listen(port=port))
        running = asyncio.create_task(chat.run())
        found = Door(slack, clerk, port)
        for _ in range(100):
            with contextlib.suppress(aiohttp.ClientError):
                await found.send("{}", "application/json")
                break
            await asyncio.sleep(0.05)
        yield found
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running
        await chat.close()


async def test_a_signed_command_is_acknowledged_at_once_and_answered(door: Door) -> None:
    door.clerk.free = asyncio.Event()
    assert await door.command("latest") == 200
    assert door.slack.answers == []
    door.clerk.free.set()
    await door.slack.answered(1)


async def test_an_unsigned_command_is_refused(door: Door) -> None:
    assert await door.command("latest", "wrong") == 401
    assert door.clerk.requests == []


SIGNED_BADLY = {
    "a timestamp that is no number": (b"abc", b"v0=00", b"a=b"),
    "a timestamp of 5,000 digits": (b"9" * 5000, b"v0=00", b"a=b"),
    "a signature that is not ASCII": (b"now", "v0=é".encode(), b"a=b"),
    "a signature that is not UTF-8": (b"now", b"v0=\xe9", b"a=b"),
    "a body that is not UTF-8": (b"now", b"v0=00", b"\xff\xfe"),
    "a body that is not JSON": (b"now", b"v0=00", b"{"),
    "no signature": (b"now", b"", b"a=b"),
}


@pytest.mark.parametrize("name", SIGNED_BADLY)
async def test_what_a_verifier_stumbles_over_is_refused_like_any_forgery(door: Door, name: str) -> None:
    stamp, signature, body = SIGNED_BADLY[name]
    stamp = str(int(time.time())).encode() if stamp == b"now" else stamp
    head = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json; charset=nope\r\n"
        b"X-Slack-Request-Timestamp: %s\r\nX-Slack-Signature: %s\r\nContent-Length: %d\r\n\r\n"
    ) % (PATH.encode(), stamp, signature, len(body))
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(door.url).port)
    writer.write(head + body)
    answer = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    assert answer.split(b" ")[1] == b"401"
    assert door.clerk.requests == []


async def test_a_redelivered_event_is_answered_once_and_the_address_is_proved(door: Door) -> None:
    event = {"type": "app_mention", "user": "U1", "text": "<@UBOT> x", "channel": "C1", "ts": "2.0"}
    body = json.dumps({"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": event})
    assert [await door.send(body, "application/json", later=n) for n in range(3)] == [200] * 3
    await door.slack.until(lambda: bool(door.slack.whispers))
    assert len(door.clerk.requests) == 1
    challenge = json.dumps({"type": "url_verification", "challenge": "c", "token": "stand"})
    assert await door.send(challenge, "application/json") == 200


async def test_a_replay_within_the_window_is_refused(door: Door) -> None:
    body = json.dumps({"type": "event_callback", "event_id": "Ev2", "team_id": "T1", "event": {"type": "message"}})
    assert [await door.send(body, "application/json", later=9) for _ in range(3)] == [200, 401, 401]


def signed(stamp: int, body: bytes = b"x") -> dict[str, str]:
    signature = SignatureVerifier("secret").generate_signature(timestamp=str(stamp), body=body)
    return {"X-Slack-Request-Timestamp": str(stamp), "X-Slack-Signature": str(signature)}


def test_the_gate_knows_every_request_again_for_as_long_as_it_is_valid() -> None:
    now = [1000.0]
    gate = Gate("secret", lambda: now[0])
    assert [gate.admits(b"x", signed(1000)), gate.admits(b"x", signed(1000))] == [True, False]
    now[0] = 1299.0
    assert [gate.admits(b"x", signed(1000)), gate.admits(b"x", signed(1001))] == [False, True]
    now[0] = 1301.0
    assert [gate.admits(b"y", signed(1000, b"y")), gate.admits(b"y", signed(1602, b"y"))] == [False, False]


def test_what_the_gate_remembers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.slack_http.REMEMBERED", 10)
    gate = Gate("secret", lambda: 1000.0)
    assert all(gate.admits(b"%d" % n, signed(1000, b"%d" % n)) for n in range(100))
    assert len(gate._seen) <= 11


async def test_the_home_tab_and_the_search_menu_work_over_http_too(door: Door) -> None:
    event = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"}
    body = json.dumps({"type": "event_callback", "event_id": "Ev9", "team_id": "T1", "event": event})
    assert await door.send(body, "application/json") == 200
    await door.slack.until(lambda: "U1" in door.slack.homes)
    assert "home U1" in str(door.slack.homes["U1"])
    door.clerk.suggestions = (Suggestion(label="地震の記事", value="a1"), Suggestion(label="選挙", value="a2"))
    asked = {"type": "block_suggestion", "user": {"id": "U1"}, "team": {"id": "T1"}, "view": {"type": "modal"}}
    asked |= {"action_id": "chokan:pick:0", "block_id": "pick", "value": "地震"}
    sent = await door.read(urlencode({"payload": json.dumps(asked)}), "application/x-www-form-urlencoded")
    assert [option["value"] for option in json.loads(sent)["options"]] == ["a1"]


async def test_http_needs_its_secret_and_its_address(door: Door) -> None:
    port = int(door.url.split(":")[2].split("/")[0])
    with pytest.raises(ChatRefused, match="SLACK_SIGNING_SECRET"):
        await chat_for(door.slack, Clerk(), listen=Listen(port=port)).run()
    with pytest.raises(NotListening):
        await chat_for(door.slack, Clerk(), signing_secret="right", listen=Listen(port=port)).run()
