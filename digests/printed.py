"""A neutral message as plain text, Markdown or HTML. Whatever an article says stays text: nothing of it is live."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from digests.message import Block, Bullets, Divider, Heading, Message, Small, Span

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~@&])")


def plain(message: Message) -> str:
    """Headings, paragraphs and bullets as lines; a link's address follows its words in angle brackets."""
    return "\n".join(_plain(block) for block in _blocks(message)).strip() + "\n"


def markdown(message: Message) -> str:
    """CommonMark, with every character of the text escaped that could mean something."""
    return "\n\n".join(_markdown(block) for block in _blocks(message)) + "\n"


def html(message: Message) -> str:
    """One <article>, semantic and without styles, scripts or third-party addresses."""
    body = "\n".join(_html(block) for block in _blocks(message))
    return f'<article lang="{escape(message.language)}">\n{body}\n</article>\n'


def _blocks(message: Message) -> list[Block]:
    return [block for part in message.parts for block in part.blocks]


def _plain(block: Block) -> str:
    if isinstance(block, Heading):
        return f"\n{block.text}"
    if isinstance(block, Divider):
        return "—"
    if isinstance(block, Bullets):
        return "\n".join(f"• {_plain_spans(item)}" for item in block.items)
    return _plain_spans(block.spans)


def _plain_spans(spans: Sequence[Span]) -> str:
    return "".join(f"{span.text} <{span.url}>" if span.url else span.text for span in spans)


def _markdown(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_escaped(block.text)}"
    if isinstance(block, Divider):
        return "---"
    if isinstance(block, Bullets):
        return "\n".join(f"- {_join(item, _markdown_span)}" for item in block.items)
    text = _join(block.spans, _markdown_span)
    return f"<small>{text}</small>" if isinstance(block, Small) else text


def _markdown_span(span: Span) -> str:
    text = _escaped(span.text)
    text = f"**{text}**" if span.bold and text.strip() == text and text else text
    return f"[{text}]({_address(span.url)})" if span.url else text


def _html(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if isinstance(block, Divider):
        return "<hr>"
    if isinstance(block, Bullets):
        return "<ul>" + "".join(f"<li>{_join(item, _html_span)}</li>" for item in block.items) + "</ul>"
    text = _join(block.spans, _html_span)
    return f"<p><small>{text}</small></p>" if isinstance(block, Small) else f"<p>{text}</p>"


def _html_span(span: Span) -> str:
    text = escape(span.text).replace("\n", "<br>")
    text = f"<strong>{text}</strong>" if span.bold else f"<em>{text}</em>" if span.italic else text
    return f'<a href="{escape(_address(span.url))}" rel="nofollow noopener">{text}</a>' if span.url else text


def _join(spans: Sequence[Span], render: Callable[[Span], str]) -> str:
    return "".join(render(span) for span in spans)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split("\n")))


def _address(url: str | None) -> str:
    """An http(s) address with nothing in it that ends a link; `#` for anything else."""
    safe = url is not None and url.startswith(("http://", "https://"))
    return quote(url, safe=":/?#@!$&*+,;=%~._-[]", errors="replace") if safe and url else "#"
