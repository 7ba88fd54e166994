"""Private answers as neutral messages: a digest with its buttons, its sources, what is shared. Knows no platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digests.catalog import Catalog
from digests.layout import digest_actions, digest_message
from digests.lengths import shortened
from digests.message import Action, Block, Bullets, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Digest

ROOM = 100
"""Most characters of a button's verb and value together: what Discord carries."""

_HERE = "\0"
"""Stands for a channel while words are filled in: no text of anybody's has it."""


def standard_answer(digest: Digest, catalog: Catalog, page: str | None = None) -> Message:
    """A digest at its usual length for one reader, with all buttons. `page`: where the archive shows it."""
    message = digest_message(shortened(digest, "standard"), catalog, page)
    return replace(message, actions=_private(digest_actions(digest, catalog), "open", digest.id, catalog))


def full_answer(digest: Digest, catalog: Catalog, page: str | None = None) -> Message:
    """The whole digest; its first button goes back to the usual length."""
    less = Action(label=catalog("edition.action.less"), verb="less", value=digest.id)
    actions = (less, *(action for action in digest_actions(digest, catalog) if action.verb != "more"))
    return replace(digest_message(digest, catalog, page), actions=_private(actions, "more", digest.id, catalog))


def _private(actions: Sequence[Action], verb: str, value: str, catalog: Catalog) -> tuple[Action, ...]:
    """With a button to share: before the last, which is the complaint."""
    return (*actions[:-1], *share_action(verb, value, catalog), *actions[-1:])


def share_action(verb: str, value: str, catalog: Catalog) -> tuple[Action, ...]:
    """The button that shows this answer to the channel; none where it would not fit."""
    action = Action(label=catalog("edition.action.share"), verb="share", value=f"{verb}|{value}")
    return (action,) if fits(action) else ()


def fits(action: Action) -> bool:
    length = len(action.verb) + 1 + sum(1 + (char > "\uffff") for char in action.value)
    return length <= ROOM


def sources_message(digest: Digest, catalog: Catalog) -> Message:
    """Where the digest comes from: the article itself, then what is cited, each a link."""
    title = catalog("command.sources.title", title=digest.title)
    blocks: list[Block] = [Heading(text=title, level=2)]
    rows: list[tuple[Span, ...]] = []
    if digest.url:
        rows.append((Span(text=digest.title, url=digest.url),))
    for citation in digest.citations:
        publisher = f" – {citation.publisher}" if citation.publisher else ""
        link = Span(text=citation.title, url=citation.url)
        rows.append((Span(text=f"({citation.number}) "), link, Span(text=publisher)))
    if rows:
        blocks.append(Bullets(items=tuple(rows)))
    blocks.append(Small(spans=(Span(text=catalog("command.sources.note")),)))
    return Message(title=title, parts=(Part(blocks=tuple(blocks)),), language=catalog.language)


def shared(message: Message, name: str, catalog: Catalog) -> Message:
    """The answer as everybody gets to see it, saying who showed it."""
    line = Part(blocks=(Small(spans=(Span(text=catalog("command.share.by", name=name)),)),))
    actions = tuple(action for action in message.actions if action.verb != "share")
    return replace(message, parts=(*message.parts, line), actions=actions)


def described(
    title: str, texts: Sequence[str | tuple[Span, ...]], catalog: Catalog, actions: Sequence[Action] = ()
) -> Message:
    """A heading and paragraphs, each a part of its own."""
    parts = [Part(blocks=(Heading(text=title, level=2),))]
    runs = [(Span(text=text),) if isinstance(text, str) else text for text in texts if text]
    parts += [Part(blocks=(Paragraph(spans=run),)) for run in runs]
    return Message(title=title, parts=tuple(parts), actions=tuple(actions), language=catalog.language)


def naming_channel(catalog: Catalog, key: str, channel: str, **values: object) -> tuple[Span, ...]:
    """The catalog's words with a channel in the place of their `{channel}`, for whichever platform names it."""
    before, mark, after = catalog(key, channel=_HERE, **values).partition(_HERE)
    named = (Span(text=channel, channel=channel),) if mark else ()
    return tuple(span for span in (Span(text=before), *named, Span(text=after)) if span.text)
