"""Answers that say back what they were asked, for tests of Slack's desk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from answering import Told
from slack_stand import SlackStand

from bot.chat_slack import SlackChat
from bot.commands import Press, Progress, Reply, Request
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.message import Action, Message, Paragraph, Part, Span

CATALOGS = Catalogs(locales())


def said(text: str) -> Message:
    part = Part(blocks=(Paragraph(spans=(Span(text=text),)),))
    actions = (Action(label="More", verb="more", value="v1"), Action(label="Open", url="https://example.com/"))
    return Message(title=text, parts=(part,), actions=actions)


@dataclass
class Clerk(Told):
    """Answers with what it was asked, as badly as it is told to, and not before `free` is set where there is one."""

    requests: list[Request] = field(default_factory=list)
    presses: list[Press] = field(default_factory=list)
    free: asyncio.Event | None = None
    broken: bool = False
    more: tuple[Message, ...] = ()
    share: Message | None = None
    in_place: bool = True

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        if self.free:
            await self.free.wait()
        self.requests.append(request)
        if self.broken:
            raise RuntimeError("secret detail")
        return Reply(message=said(f"{request.command} {dict(request.options)}"), more=self.more)

    async def press(self, press: Press) -> Reply:
        self.presses.append(press)
        return Reply(message=said(f"{press.verb} {press.value}"), in_place=self.in_place, share=self.share)

    async def home(self, request: Request) -> tuple[Message, ...]:
        return (said(f"home {request.reader}"),)


def chat_for(slack: SlackStand, clerk: Clerk, **more: Any) -> SlackChat:
    tokens = {"bot_token": slack.bot_token, "app_token": slack.app_token, "signing_secret": None} | more
    return SlackChat(answers=clerk, catalogs=CATALOGS, api_url=slack.api_url, **tokens)


@contextlib.asynccontextmanager
async def at_work(slack: SlackStand) -> AsyncIterator[Clerk]:
    """A clerk whose chat is connected for as long as the block runs."""
    clerk = Clerk()
    chat = chat_for(slack, clerk)
    running = asyncio.create_task(chat.run())
    yield clerk
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    await chat.close()


def button(answer: dict[str, Any], number: int) -> dict[str, Any]:
    element: dict[str, Any] = answer["blocks"][-1]["elements"][number]
    return element
