"""Messages and answers that the Discord tests share, and Discord's own description of its interface where it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from answering import Told

from bot.commands import Press, Progress, Reply, Request, Suggestion
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.message import Action, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Destination

CATALOGS = Catalogs(locales())
_SPEC = Path(os.environ.get("DISCORD_OPENAPI", Path(__file__).parents[2] / "shared" / "spec" / "discord-openapi.json"))


def text(value: str, **style: Any) -> Paragraph:
    return Paragraph(spans=(Span(text=value, **style),))


def said(*paragraphs: str, title: str = "朝刊") -> Message:
    return Message(title=title, parts=tuple(Part(blocks=(text(p),)) for p in paragraphs))


DIGEST = Message(
    title="レアアースをめぐる交渉が始まる",
    language="ja",
    parts=(
        Part(
            blocks=(
                Heading(text="レアアースをめぐる交渉が始まる", level=1),
                text("両国は停戦に向けた交渉を始めた。"),
            )
        ),
        Part(
            blocks=(
                Heading(text="1. 交渉開始とその意義"),
                Paragraph(
                    spans=(Span(text="首脳は電話で会談した。"), Span(text="(1)", url="https://example.jp/a_(b)"))
                ),
                Small(
                    spans=(Span(text="(1) "), Span(text="会談の記録", url="https://example.jp/c"), Span(text=" – 通信"))
                ),
            )
        ),
        Part(
            blocks=(
                Divider(),
                Heading(text="3. 内外の駆け引き"),
                Bullets(
                    items=(
                        (Span(text="資源: ", bold=True), Span(text="価格が上がる。")),
                        (Span(text="同盟: ", bold=True), Span(text="支持が減る。")),
                    )
                ),
            )
        ),
    ),
    actions=(
        Action(label="続きを読む", verb="more", value="d41d8cd9", primary=True),
        Action(label="原文", url="https://example.jp/news?id=1"),
    ),
)


class Desk(Told):
    """Answers as told, and remembers what was asked."""

    def __init__(self, message: Message = DIGEST) -> None:
        self.message = message
        self.more: tuple[Message, ...] = ()
        self.in_place = True
        self.share: Message | None = None
        self.error: Exception | None = None
        self.asked: list[Request | Press] = []

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        return self._told(request)

    async def press(self, press: Press) -> Reply:
        return self._told(press)

    async def suggest(
        self, command: str, option: str, typed: str, locale: str, origin: Destination | None
    ) -> tuple[Suggestion, ...]:
        if self.error:
            raise self.error
        return await super().suggest(command, option, typed, locale, origin)

    async def home(self, request: Request) -> tuple[Message, ...]:
        return (said(f"home {request.reader}"),)

    def _told(self, asked: Request | Press) -> Reply:
        self.asked.append(asked)
        if self.error:
            raise self.error
        return Reply(message=self.message, more=self.more, in_place=self.in_place, share=self.share)


@cache
def discords_rules() -> Callable[[str, Any], list[str]] | None:
    """A function from (schema name, body) to violations of Discord's OpenAPI document; None where it is absent."""
    if not _SPEC.is_file():
        return None
    jsonschema = __import__("jsonschema")
    document = json.loads(_SPEC.read_text(encoding="utf-8"))

    def violations(name: str, body: Any) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(body)]

    return violations
