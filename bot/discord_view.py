"""A neutral message as a Discord Components V2 view. Pure: no client, no clock.

Limits: https://docs.discord.com/developers/components/reference (40 components counting nested ones, 4000 characters
over all text displays, five buttons in a row).
"""

from __future__ import annotations

import hashlib
import logging
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import Any

from discord import ButtonStyle
from discord.ui import ActionRow, Button, LayoutView, Separator, TextDisplay

from bot.discord_text import BUTTON_URL_LENGTH, cut, discord_url, guarded, inert, linked, plain, run, units
from digests.bounds import bounded
from digests.message import Action, Block, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span
from digests.ports import Limits

LIMITS = Limits(characters=3600, blocks=28, actions=10)
"""28 blocks + two rows + five buttons in each = the 40 components Discord takes."""
_LOOKED_AT = 2 * LIMITS.characters
"""Characters of a part that are cleaned and counted: what stands behind them can never be shown."""
_ROW = 5

_LABEL = 80
_CUSTOM_ID = 100
_SENTENCE_END = re.compile(r"[。．！？!?…]+[」』）】)\"'”’]*|\.+[)\"'”’]*(?=\s|$)|\n")

_log = logging.getLogger(__name__)

View = LayoutView


def view_of(message: Message, *, key: str = "") -> View:
    """The view of `message`, always acceptable to Discord: what is over a limit is cut at a sentence end with "…".

    `key` marks the first component (`mark_of`), so that a message can be recognised in a channel's history.
    """
    view: View = LayoutView(timeout=None)
    mark = mark_of(key) if key else None
    for piece in _pieces_of(message):
        view.add_item(Separator(id=mark) if piece is None else TextDisplay(piece, id=mark))
        mark = None
    buttons = _buttons(message.actions)
    for start in range(0, len(buttons), _ROW):
        view.add_item(ActionRow(*buttons[start : start + _ROW]))
    return view


def pages(message: Message) -> tuple[Message, ...]:
    """`message` as so many messages that nothing need be cut but a part that is too long for any; buttons last."""
    filled: list[list[Part]] = [[]]
    room = (LIMITS.characters, LIMITS.blocks)
    for part in message.parts:
        characters, blocks = cost(part)
        if filled[-1] and (characters > room[0] or blocks > room[1]):
            filled.append([])
            room = (LIMITS.characters, LIMITS.blocks)
        filled[-1].append(part)
        room = (room[0] - characters, room[1] - blocks)
    first = [replace(message, parts=tuple(parts), actions=()) for parts in filled[:-1]]
    return (*first, replace(message, parts=tuple(filled[-1])))


def cost(part: Part) -> tuple[int, int]:
    """What `part` takes of a message: (characters after escaping, components). Adds up over the parts of a message."""
    pieces = _pieces(bounded(part, _LOOKED_AT).blocks)
    return sum(units(piece) for piece in pieces if piece), len(pieces)


def mark_of(key: str) -> int:
    """A component id (32-bit, positive) that stands for `key`, far above the ids Discord numbers by itself."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) & 0x3FFFFFFF | 0x40000000


def bare(message: Message) -> Message:
    """The same words without links, buttons and dividers: what is left to try when Discord refuses the form."""
    parts = tuple(Part(blocks=tuple(_bare(block) for block in part.blocks)) for part in message.parts)
    return replace(message, parts=parts, actions=(), url=None, tags=())


def _bare(block: Block) -> Block:
    match block:
        case Heading():
            return Paragraph(spans=(Span(text=block.text),))
        case Bullets():
            return Paragraph(spans=(Span(text="\n".join("".join(s.text for s in item) for item in block.items)),))
        case Paragraph() | Small():
            return Paragraph(spans=(Span(text="".join(span.text for span in block.spans)),))
        case Divider():
            return Paragraph(spans=(Span(text="…"),))


def text_of(view: View) -> str:
    """What a view says, as Markdown."""
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, TextDisplay))


# --- blocks to Markdown ---------------------------------------------------------------------------------------------


def _pieces(blocks: Sequence[Block]) -> list[str | None]:
    """Texts, and None for each divider between them."""
    pieces: list[str | None] = []
    for divides, group in groupby(blocks, key=lambda block: isinstance(block, Divider)):
        if divides:
            pieces.append(None)
            continue
        text = "\n".join(filter(None, map(_markdown, group)))
        pieces += [text] if text else []
    return pieces


def _markdown(block: Block) -> str:
    match block:
        case Heading():
            text = _line((Span(text=block.text),))
            return f"{'#' * block.level} {text}" if text else ""
        case Paragraph():
            return "\n".join(_lines(block.spans))
        case Bullets():
            return "\n".join(_items(block))
        case Small():
            return "\n".join(f"-# {line}" for line in _lines(block.spans))
    return ""


def _items(bullets: Bullets) -> Iterator[str]:
    lines = filter(None, map(_line, bullets.items))
    return (f"{number}. {line}" if bullets.ordered else f"- {line}" for number, line in enumerate(lines, 1))


def _line(spans: Sequence[Span]) -> str:
    return " ".join(_lines(spans))


def _lines(spans: Sequence[Span]) -> list[str]:
    """The spans as finished lines; empty ones are left out."""
    text = ""
    for style, group in groupby(spans, key=lambda span: (span.bold, span.italic)):
        styled = _styled("".join(_run(s) for s in group), *style)
        # Two runs of asterisks side by side would be read as one.
        text += f"\u200b{styled}" if text.endswith("*") and styled.startswith("*") else styled
    return [guarded(line.strip()) for line in text.split("\n") if line.strip()]


def _run(span: Span) -> str:
    """https://docs.discord.com/developers/reference#message-formatting: a channel by its number."""
    if span.channel.isascii() and span.channel.isdigit():
        return f"<#{span.channel}>"
    return linked(span.text, span.url) if span.url else run(span.text)


def _styled(text: str, bold: bool, italic: bool) -> str:
    marks = "*" * (2 * bold + italic)
    return "\n".join(_wrapped(line, marks) for line in text.split("\n")) if marks else text


def _wrapped(line: str, marks: str) -> str:
    core = line.strip()
    if not core:
        return line
    before, after = line.split(core, 1)
    return f"{before}{marks}{core}{marks}{after}"


# --- fitting --------------------------------------------------------------------------------------------------------


def _pieces_of(message: Message) -> list[str | None]:
    """All pieces of a message within the limits; never none at all, for Discord takes no empty message."""
    pieces: list[str | None] = []
    characters, components = LIMITS.characters, LIMITS.blocks
    for whole in message.parts:
        part = bounded(whole, _LOOKED_AT)
        needs = cost(part)
        if needs[0] > characters or needs[1] > components:
            return [*pieces, *_pieces(_shortened(part.blocks, characters, components))] or _fallback(message)
        pieces += _pieces(part.blocks)
        characters, components = characters - needs[0], components - needs[1]
    return pieces or _fallback(message)


def _fallback(message: Message) -> list[str | None]:
    return [inert(cut(plain(message.title), 200)) or "…"]


def _shortened(blocks: Sequence[Block], characters: int, components: int) -> tuple[Block, ...]:
    """As many whole blocks as there is room for, and the beginning of the next."""

    def overflows(number: int) -> bool:
        needs = cost(Part(blocks=tuple(blocks[:number])))
        return needs[0] > characters or needs[1] > components

    number = bisect_left(range(1, len(blocks) + 1), True, key=overflows)
    kept = tuple(blocks[:number])
    if number == len(blocks) or cost(Part(blocks=tuple(blocks[: number + 1])))[1] > components:
        return kept
    begun = _begun(blocks[number], characters - cost(Part(blocks=kept))[0] - 1)
    return (*kept, begun) if begun else kept


def _begun(block: Block, room: int) -> Block | None:
    """The longest beginning of `block` that takes at most `room` characters."""
    if isinstance(block, Bullets):
        # An item takes three characters at least, so more than `room` of them never fit.
        number = _longest(partial(_first_items, block), range(1, min(len(block.items), room)), room)
        return _first_items(block, number) if number else None
    if isinstance(block, Heading):
        block = Paragraph(spans=(Span(text=block.text, bold=True),))
    if isinstance(block, Divider):
        return None
    plain_text = "".join(span.text for span in block.spans)[:room]
    ends = [match.end() for match in _SENTENCE_END.finditer(plain_text)]
    beginning = partial(_first_words, block)
    length = _longest(beginning, ends, room) or _longest(beginning, range(1, room), room)
    return beginning(length) if length else None


def _longest(beginning: Callable[[int], Block], lengths: Sequence[int], room: int) -> int:
    """The greatest of the ascending `lengths` whose beginning fits in `room`; 0 if there is none."""
    fitting = bisect_right(lengths, room, key=lambda length: units(_markdown(beginning(length))))
    return lengths[fitting - 1] if fitting else 0


def _first_words(block: Paragraph | Small, length: int) -> Block:
    return replace(block, spans=_first_characters(block.spans, length))


def _first_items(bullets: Bullets, number: int) -> Bullets:
    return replace(bullets, items=(*bullets.items[:number], (Span(text="…"),)))


def _first_characters(spans: Sequence[Span], length: int) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in spans:
        if length <= 0:
            break
        kept.append(replace(span, text=span.text[:length]))
        length -= len(span.text)
    return (*kept, Span(text="…"))


# --- buttons --------------------------------------------------------------------------------------------------------


def _buttons(actions: Sequence[Action]) -> list[Button[Any]]:
    buttons = {id_: button for action in actions for id_, button in _button(action)}
    return list(buttons.values())[: LIMITS.actions]


def _button(action: Action) -> Iterator[tuple[str, Button[Any]]]:
    """The button with what makes it unique in its message; nothing for one Discord would not take."""
    label = cut(plain(action.label), _LABEL)
    url = discord_url(action.url) if action.url else None
    custom_id = f"{action.verb}:{action.value}"
    if label and url and len(url) <= BUTTON_URL_LENGTH:
        yield url, Button(style=ButtonStyle.link, label=label, url=url)
    elif label and action.verb and not action.url and units(custom_id) <= _CUSTOM_ID:
        style = ButtonStyle.primary if action.primary else ButtonStyle.secondary
        yield custom_id, Button(style=style, label=label, custom_id=custom_id)
    else:
        _log.warning("discord.button_left_out verb=%s", action.verb or "open")
