"""A neutral message as Slack blocks and as the text of its notification. Pure: no client, no clock.

Inline text goes into `rich_text`, where nothing a feed says is markup (and where bold works inside Japanese words).
Limits: https://docs.slack.dev/reference/block-kit/blocks and, for the total, what Slack was seen to refuse.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Literal

from bot.slack_text import clean, cut, escaped, line, pieces, slack_url, unlinked, unmasked, weight
from digests.bounds import bounded
from digests.message import Action, Block, Bullets, Divider, Heading, Message, Paragraph, Part, Small, Span
from digests.plain import isolated
from digests.ports import Limits

Json = dict[str, Any]
Vessel = Literal["header", "rich", "context", "divider"]

LIMITS = Limits(characters=9000, blocks=45, actions=5)
"""Slack takes 50 blocks and was seen to refuse (`msg_blocks_too_long`) from about 11,300 characters in all; the
difference is left to the buttons."""

_LOOKED_AT = 2 * LIMITS.characters
"""Characters of a part that are cleaned and counted: what stands behind them can never be shown."""
TEXT_LENGTH = 4000
_HEADER = 150
_ELEMENT = 2900
_CONTEXT_ELEMENT = 2000
_CONTEXT_ELEMENTS = 10
_BUTTON_LABEL = 75
_BUTTON_VALUE = 2000
_ACTION_ID = 255
_BUTTONS = 25
_BUTTON_ROOM = 2000
_CHANNEL = re.compile("[CG][A-Z0-9]{1,20}")
"""Conversations that have a name; a direct message has none."""
_MORE = Small(spans=(Span(text="…"),))
# What mrkdwn would act on inside a link's label; such small print is set as rich text instead.
_LIVE = re.compile(r"[*_~`|]|:[\w+-]+:")


def blocks_of(message: Message) -> list[Json]:
    """The blocks of `message`, always acceptable to Slack: what is over a limit is cut at a sentence end, with "…"."""
    blocks = [block for part in _fitting(message) for block in _rendered(part)]
    blocks += _buttons(message.actions)
    return blocks or _rendered(Part(blocks=(Paragraph(spans=(Span(text=cut(line(message.title), _ELEMENT) or "…"),)),)))


def text_of(message: Message) -> str:
    """What the blocks say, for notifications and screen readers: at most 4000 characters, escaped, nothing live."""
    rows = [row for part in _fitting(message) for block in part.blocks for row in _rows(block)]
    plain = "\n".join(row for row in rows if row.strip()) or line(message.title) or "…"
    for room in (TEXT_LENGTH, TEXT_LENGTH - 500, TEXT_LENGTH // 2):
        text = escaped(unlinked(cut(plain, room)))
        if len(text) + sum(char > "\uffff" for char in text) <= TEXT_LENGTH:
            return text
    return escaped(unlinked(cut(plain, TEXT_LENGTH // 4)))


def cost(part: Part) -> tuple[int, int]:
    """What `part` takes of a message: characters (texts and addresses, as Slack counts them) and blocks."""
    blocks = _rendered(bounded(part, _LOOKED_AT))
    return _characters(blocks), len(blocks)


def fits(message: Message) -> bool:
    """False where `blocks_of` has to cut something."""
    return _fitting(message) == message.parts


def button_id(verb: str, number: int) -> str:
    """The `action_id` a press comes back with; buttons that open a page have no verb."""
    return f"chokan:{verb}:{number}"


def verb_of(action_id: str) -> str | None:
    """The verb of a `button_id`; None for a button that is not ours or only opens a page."""
    name, _, rest = action_id.partition(":")
    verb = rest.rpartition(":")[0]
    return verb if name == "chokan" and verb else None


# --- making it fit ----------------------------------------------------------------------------------------------------


def _fitting(message: Message) -> tuple[Part, ...]:
    room, slots = LIMITS.characters, LIMITS.blocks
    kept: list[Part] = []
    for whole in message.parts:
        part = bounded(whole, _LOOKED_AT)
        characters, blocks = cost(part)
        if characters > room or blocks > slots:
            return (*kept, _shortened_part(part, room, slots))
        kept.append(part)
        room, slots = room - characters, slots - blocks
    return tuple(kept)


def _shortened_part(part: Part, room: int, slots: int) -> Part:
    room -= cost(Part(blocks=(_MORE,)))[0]
    printed = [block for block in part.blocks if not _blank(block)]

    def overflows(number: int) -> bool:
        characters, blocks = cost(Part(blocks=tuple(printed[:number])))
        return characters > room or blocks >= slots

    number = bisect_left(range(1, len(printed) + 1), True, key=overflows)
    kept = tuple(printed[:number])
    if number < len(printed):
        last = _shortened(printed[number], room - cost(Part(blocks=kept))[0])
        if last is not None and cost(Part(blocks=(*kept, last)))[1] <= slots:
            return Part(blocks=(*kept, last))
    return Part(blocks=(*kept, _MORE)) if slots > 0 and room >= 0 else Part(blocks=())


def _shortened(block: Block, room: int) -> Block | None:
    """`block` cut to `room` characters; None where nothing readable would be left."""
    for share in (room, room * 4 // 5, room // 2):
        shorter = _cut_block(block, share)
        if share > 1 and shorter is not None and cost(Part(blocks=(shorter,)))[0] <= room:
            return shorter
    return None


def _cut_block(block: Block, room: int) -> Block | None:
    if isinstance(block, Heading):
        return replace(block, text=cut(clean(block.text), room))
    if isinstance(block, Bullets):
        items = _cut_items(block.items, room)
        return replace(block, items=items) if items else None
    if isinstance(block, Divider):
        return None
    spans = _cut_spans(block.spans, room)
    return replace(block, spans=spans) if spans else None


def _cut_items(items: Sequence[tuple[Span, ...]], room: int) -> tuple[tuple[Span, ...], ...]:
    kept: list[tuple[Span, ...]] = []
    for item in items:
        size = sum(_span_weight(span) for span in item)
        if size > room:
            last = _cut_spans(item, room)
            return (*kept, last) if last else (*kept, (Span(text="…"),))
        kept.append(item)
        room -= size
    return tuple(kept)


def _cut_spans(spans: Sequence[Span], room: int) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in spans:
        size = _span_weight(span)
        if size > room:
            address = weight(slack_url(span.url) or "")
            text = cut(clean(span.text), room - address)
            return (*kept, replace(span, text=text)) if text else (*kept, Span(text="…"))
        kept.append(span)
        room -= size
    return tuple(kept)


def _span_weight(span: Span) -> int:
    return weight(clean(span.text)) + weight(slack_url(span.url) or "")


def _characters(value: object) -> int:
    """Weight of every text, address and value in a structure of blocks."""
    if isinstance(value, list):
        return sum(_characters(item) for item in value)
    if not isinstance(value, dict):
        return 0
    return sum(
        weight(item) if isinstance(item, str) and key in ("text", "url", "value", "channel_id") else _characters(item)
        for key, item in value.items()
    )


# --- blocks -----------------------------------------------------------------------------------------------------------


def _rendered(part: Part) -> list[Json]:
    blocks: list[Json] = []
    printed = [block for block in part.blocks if not _blank(block)]
    for vessel, group in groupby(printed, key=_vessel):
        if vessel == "rich":
            blocks.append({"type": "rich_text", "elements": list(_rich(list(group)))})
        else:
            blocks += [_single(block) for block in group]
    return blocks


def _blank(block: Block) -> bool:
    if isinstance(block, Divider):
        return False
    if isinstance(block, Heading):
        return not line(block.text)
    if isinstance(block, Bullets):
        return not any(_items(block))
    return not _printed(block.spans)


def _vessel(block: Block) -> Vessel:
    if isinstance(block, Divider):
        return "divider"
    if isinstance(block, Heading):
        return "header" if block.level == 1 and weight(isolated(line(block.text))) <= _HEADER else "rich"
    return "context" if isinstance(block, Small) and _is_context(block) else "rich"


def _single(block: Block) -> Json:
    """The block of its own that a heading, small print or a divider is."""
    if isinstance(block, Heading):
        return {"type": "header", "text": _plain(isolated(line(block.text)))}
    if isinstance(block, Small):
        return {"type": "context", "elements": list(_context(block.spans))}
    return {"type": "divider"}


def _rich(blocks: Sequence[Block]) -> Iterator[Json]:
    for listed, group in groupby(blocks, key=lambda block: isinstance(block, Bullets)):
        if listed:
            yield from (_list(block) for block in group if isinstance(block, Bullets))
        else:
            yield {"type": "rich_text_section", "elements": list(_section(list(group)))}


def _section(blocks: Sequence[Block]) -> Iterator[Json]:
    """Headings and paragraphs as one run of text: a section has no space around it, so the blank lines are ours."""
    for before, block in zip((None, *blocks), blocks, strict=False):
        if before is not None:
            yield {"type": "text", "text": "\n" if isinstance(before, Heading) else "\n\n"}
        if isinstance(block, Heading):
            yield from _elements((Span(text=line(block.text), bold=True),))
        elif isinstance(block, Paragraph | Small):
            yield from _elements(block.spans)


def _list(block: Bullets) -> Json:
    items = [list(_elements(item)) for item in _items(block)]
    return {
        "type": "rich_text_list",
        "style": "ordered" if block.ordered else "bullet",
        "elements": [{"type": "rich_text_section", "elements": item} for item in items],
    }


def _items(block: Bullets) -> list[tuple[Span, ...]]:
    return [item for item in block.items if _printed(item)]


def _printed(spans: Iterable[Span]) -> bool:
    return any(clean(span.text).strip() for span in spans)


def _elements(spans: Iterable[Span]) -> Iterator[Json]:
    for span in spans:
        if _CHANNEL.fullmatch(span.channel):
            yield {"type": "channel", "channel_id": span.channel}
            continue
        style = {name: True for name in ("bold", "italic") if getattr(span, name)}
        url = slack_url(span.url)
        beside = unmasked(clean(span.text), url) if url else None
        # A label that poses as another site's address is text, and the link shows where it leads.
        label = None if beside else url
        for piece in pieces(isolated(clean(span.text)), _ELEMENT):
            yield _element(piece, label, style)
        if beside:
            yield _element(beside, url, style)


def _element(text: str, url: str | None, style: Json) -> Json:
    element: Json = {"type": "link", "url": url, "text": text} if url else {"type": "text", "text": text}
    return {**element, "style": style} if style else element


def _is_context(block: Small) -> bool:
    if any(span.url and (_LIVE.search(span.text) or unmasked(span.text, span.url)) for span in block.spans):
        return False
    elements = list(_context(block.spans))
    return len(elements) <= _CONTEXT_ELEMENTS and all(
        weight(element["text"]) <= _CONTEXT_ELEMENT for element in elements
    )


def _context(spans: Iterable[Span]) -> Iterator[Json]:
    for url, run in groupby(spans, key=lambda span: slack_url(span.url)):
        text = isolated(line("".join(span.text for span in run)))
        if text and url:
            yield {"type": "mrkdwn", "text": f"<{escaped(url)}|{escaped(text)}>", "verbatim": True}
        elif text:
            yield _plain(text)


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


# --- buttons ----------------------------------------------------------------------------------------------------------


def _buttons(actions: Sequence[Action]) -> list[Json]:
    elements: list[Json] = []
    for number, action in enumerate(actions):
        button = _button(action, number)
        if button and _characters([*elements, button]) <= _BUTTON_ROOM and len(elements) < _BUTTONS:
            elements.append(button)
    return [{"type": "actions", "elements": elements}] if elements else []


def _button(action: Action, number: int) -> Json | None:
    """None for a button that could not come back to us whole, or leads nowhere."""
    url = slack_url(action.url)
    label = isolated(cut(line(action.label), _BUTTON_LABEL - 2))
    name = button_id("" if action.url else action.verb, number)
    if not label or not (url if action.url else action.verb):
        return None
    if weight(name) > _ACTION_ID or weight(action.value) > _BUTTON_VALUE:
        return None
    if name + action.value != clean(name + action.value):
        return None
    button: Json = {"type": "button", "action_id": name, "text": _plain(label)}
    button |= {"url": url} if url else ({"value": action.value} if action.value else {})
    return {**button, "style": "primary"} if action.primary else button


# --- the notification -------------------------------------------------------------------------------------------------


def _rows(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        yield isolated(line(block.text))
    elif isinstance(block, Bullets):
        for number, item in enumerate(_items(block), start=1):
            yield f"{number}. {_said(item)}" if block.ordered else f"• {_said(item)}"
    elif not isinstance(block, Divider):
        yield _said(block.spans)


def _said(spans: Iterable[Span]) -> str:
    shown = (f"#{span.text}" if span.channel else span.text for span in spans)
    return "".join(isolated(clean(text)) for text in shown).strip()
