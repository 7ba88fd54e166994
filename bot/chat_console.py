"""The console channel: an edition set in the terminal with rich, where Japanese takes two columns a character."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from bot.linebreaks import Wrapped, hung
from digests.errors import ChatRefused
from digests.message import Block, Bullets, Divider, Heading, Message, Part, Small, Span
from digests.model import Destination
from digests.outbox import Posted
from digests.ports import Finding, Limits

LIMITS = Limits(characters=1_000_000, blocks=10_000, actions=0)
WIDTH = 96
"""Widest a line of text is set, in columns: longer lines are hard to read."""
_NUMBER = re.compile(r"\d+ {2}")
CONTROL = dict.fromkeys((*range(9), *range(11, 32), *range(127, 160)))
"""Control characters: nothing a feed says may steer the terminal."""


class ConsoleChat:
    """The `Chat` port over a terminal. Every message arrives: nothing is refused, nothing repeated."""

    platform = "console"
    limits = LIMITS

    def __init__(self, console: Console) -> None:
        self.console = console

    def cost(self, part: Part) -> tuple[int, int]:
        return (sum(len(str(block)) for block in part.blocks), len(part.blocks))

    def connected(self) -> bool:
        return True

    async def keepers(self, destination: Destination, first: str) -> tuple[Destination, ...]:
        """Who reads the terminal reads the log."""
        return ()

    async def gathers(self, destination: Destination) -> bool:
        return False

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        self.console.print(rendered(message, self.console.width))
        return Posted(ref=key)

    async def edit(self, destination: Destination, message: Message, *, ref: str, key: str) -> None:
        """Raises `ChatRefused`."""
        raise ChatRefused("what is printed stays as it is")

    async def run(self) -> None:
        """Nothing to connect to."""

    async def check(self, destinations: Sequence[Destination], language: str = "en") -> tuple[Finding, ...]:
        return ()

    async def close(self) -> None:
        """Nothing to close."""


def rendered(message: Message, width: int) -> RenderableType:
    """A message as one sheet: a headline on a bar, then its parts with room between them."""
    blocks = [block for part in message.parts for block in part.blocks]
    head, rest = (blocks[0], blocks[1:]) if blocks and isinstance(blocks[0], Heading) else (None, blocks)
    sheet: list[RenderableType] = []
    if isinstance(head, Heading):
        sheet.append(_Headline(head.text))
    sheet += [_set(block) for block in rest]
    return Padding(Group(*sheet), (1, max(0, width - WIDTH), 0, 0))


def _set(block: Block) -> RenderableType:
    if isinstance(block, Heading):
        return Padding(_text(block.text, "bold cyan"), (1, 0, 0, 1))
    if isinstance(block, Divider):
        return Rule(style="dim")
    if isinstance(block, Bullets):
        return _bullets(block)
    if isinstance(block, Small):
        return Padding(Wrapped(_spans(block.spans, "dim")), (0, 1, 0, 3))
    return _lines(block.spans)


@dataclass(frozen=True, slots=True)
class _Headline:
    """A bar of colour; without colours, a line of equals signs. No box is drawn: in some Japanese terminals the
    characters for boxes take two columns, in others one (Unicode TR 11, "ambiguous")."""

    text: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, WIDTH)
        if console.color_system is None:
            yield Text(self.text.translate(CONTROL), "bold")
            yield Text("=" * width)
        else:
            yield Padding(_text(self.text, "bold white"), (0, 1, 0, 1), style="on #005f87", expand=True)


def _lines(spans: Sequence[Span]) -> RenderableType:
    """A paragraph; what follows a line break in it stands under its first line, further in. Where that begins with a
    number, its own second line stands there too."""
    first, *rest = _spans(spans, "").split("\n")
    number = _NUMBER.match(first.plain)
    head = hung(first[: number.end()], first[number.end() :]) if number else Wrapped(first)
    return Group(Padding(head, (0, 1, 0, 3)), *(Padding(Wrapped(line), (0, 1, 0, 7)) for line in rest))


def _bullets(block: Bullets) -> RenderableType:
    """A hanging indent, so that a point's second line stands under its first."""
    return Padding(Group(*(hung(Text("•"), _spans(item, ""), width=1) for item in block.items)), (0, 1, 0, 3))


def _spans(spans: Sequence[Span], base: str) -> Text:
    text = Text(style=base)
    for span in spans:
        style = Style(bold=span.bold or None, italic=span.italic or None, link=_safe(span.url))
        text.append(span.text.translate(CONTROL), style)
    return text


def _text(text: str, style: str) -> Text:
    return Text(text.translate(CONTROL), style=style)


def _safe(url: str | None) -> str | None:
    return url.translate(CONTROL) if url and url.startswith(("http://", "https://")) else None
