"""What of a part can matter to a message: nobody cleans and measures 200,000 characters to show 4,000. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from digests.message import Block, Bullets, Divider, Heading, Part, Span

SPANS = 1000
"""Most pieces of text of a part that are looked at."""
_MORE = Span(text="…")


class _Room:
    """What may still be taken."""

    def __init__(self, characters: int) -> None:
        self.characters, self.spans = characters, SPANS

    @property
    def is_left(self) -> bool:
        return self.characters > 0 and self.spans > 0

    def take(self, text: str) -> str:
        """The beginning of `text`, with an ellipsis where it was cut."""
        taken = text[: max(0, self.characters)]
        self.characters -= max(1, len(text))
        self.spans -= 1
        return taken if len(taken) == len(text) else f"{taken}…"


def bounded(part: Part, characters: int) -> Part:
    """`part` itself, or where it is longer than `characters` its beginning: far more than a platform takes, so that
    cutting it well is left to the platform's renderer."""
    if _size(part) <= characters and _spans(part) <= SPANS:
        return part
    return Part(blocks=tuple(_taken(part.blocks, _Room(characters))))


def _size(part: Part) -> int:
    return sum(len(text) for block in part.blocks for text in _texts(block))


def _spans(part: Part) -> int:
    return sum(1 for block in part.blocks for _ in _texts(block))


def _texts(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield block.text
    elif isinstance(block, Bullets):
        yield from (span.text for item in block.items for span in item or (_MORE,))
    elif isinstance(block, Divider):
        yield ""
    else:
        yield from (span.text for span in block.spans or (_MORE,))


def _taken(blocks: Sequence[Block], room: _Room) -> Iterator[Block]:
    for block in blocks:
        if not room.is_left:
            return
        if isinstance(block, Divider):
            room.take("")
            yield block
        elif isinstance(block, Heading):
            yield replace(block, text=room.take(block.text))
        elif isinstance(block, Bullets):
            yield replace(block, items=tuple(_items(block.items, room)))
        else:
            yield replace(block, spans=_cut(block.spans, room))


def _items(items: Sequence[tuple[Span, ...]], room: _Room) -> Iterator[tuple[Span, ...]]:
    for item in items:
        if not room.is_left:
            return
        yield _cut(item, room) or (Span(text=room.take("")),)


def _cut(spans: Sequence[Span], room: _Room) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in spans:
        if not room.is_left:
            return (*kept, _MORE)
        kept.append(replace(span, text=room.take(span.text)))
    return tuple(kept)
