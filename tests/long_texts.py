"""Long texts of whatever shape, in a dozen places of two messages at once, and what renders them."""

from __future__ import annotations

from dataclasses import replace

from builders import CATALOGS, digest, hit
from builders import text as supported
from slack_rules import refused_message

from bot.discord_view import pages, view_of
from bot.slack_blocks import LIMITS, cost
from bot.slack_reply import payload_of
from bot.web_atom import atom
from bot.web_views import digest_view
from digests.layout import digest_message, gist_of, pack
from digests.message import Bullets, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Digest, Point, Support
from digests.plain import safe
from digests.printed import html, markdown, plain

NESTED = "nested brackets"
SHAPES = {
    "sentences": "The council met on Monday and agreed to act. ",
    "one japanese line": "あ",
    "right to left": "שלום עולם ",
    "emoji": "👨\u200d👩\u200d👧 ",
    "joiners": "\u200d",
    "markup": "**_~~`|[x](http://a.example/)||",
    "backslashes": "\\",
    "mentions": "<@123456789012345678>@everyone<!channel>",
    "marks": "e\u0301\u0301\u0301\u0301\u0301",
    "nothing to see": "\u200b\u2060",
    "line ends": "\n",
    "hosts": "a.example ",
    "addresses": "https://a.example/ ",
    "entities": "&<>",
    "escapes": "\x1b[31m",
    NESTED: "",
}
"""What is repeated; brackets inside brackets have no repeated piece."""


def text_of(shape: str, length: int) -> str:
    if shape == NESTED:
        return "[(" * (length // 4) + ")]" * (length // 4)
    piece = SHAPES[shape]
    return (piece * (length // len(piece) + 1))[:length]


def carried(text: str) -> Digest:
    """A digest with the text as heading, label and sentence, as a model could write it."""
    made = digest(1, sentence=text)
    point = Point(label=text, text="x", support=(Support(start=0, end=1),))
    section = replace(made.sections[0], heading=text, body=(supported(text),), points=(point,))
    return replace(made, sections=(section, *made.sections[1:]))


def one_message(text: str) -> Message:
    """The text in every kind of block, a part each; and in a hundred pieces."""
    span = Span(text=text, url="https://a.example/", bold=True)
    pieces = tuple(Span(text=text[at : at + 2000]) for at in range(0, len(text), 2000))
    blocks = (
        *(Heading(text=text), Paragraph(spans=(span,)), Small(spans=(span,)), Bullets(items=((span,), (span,)))),
        Bullets(items=tuple((piece,) for piece in pieces)),
    )
    lines = Part(blocks=tuple(Paragraph(spans=(piece,)) for piece in pieces))
    return Message(title=text, parts=(*(Part(blocks=(block,)) for block in blocks), lines))


def on_discord(text: str) -> None:
    for message in (digest_message(carried(text), CATALOGS.of("ja")), one_message(text)):
        for page in pages(message):
            view = view_of(page, key="k")
            view.to_components()  # type: ignore[no-untyped-call]
            assert view.content_length() <= 4000
            assert view.total_children_count <= 40


def on_slack(text: str) -> None:
    for message in (digest_message(carried(text), CATALOGS.of("ja")), one_message(text)):
        for page in pack(message, LIMITS, cost):
            refused_message(payload_of(page))


def elsewhere(text: str) -> None:
    """Printed in every form, in the archive, in Atom; and cleaned as it came in."""
    message, one = digest_message(carried(text), CATALOGS.of("en")), replace(hit(1), digest=carried(text))
    for form in (plain, markdown, html):
        form(message)
    digest_view(carried(text), replace(one.article, text=text), {}, frozenset())
    atom("https://n.example", "/atom", "t", "/", [one], CATALOGS)
    safe(text)
    gist_of(carried(text))


RENDERERS = (on_discord, on_slack, elsewhere)
