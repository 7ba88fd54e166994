"""Markup → plain text, and text hygiene: what a title or a paragraph may hold when it leaves the reading rooms."""

from __future__ import annotations

import html
import re
import unicodedata

_TAGS = (
    "a|abbr|acronym|address|article|aside|b|bdi|bdo|big|blockquote|br|center|cite|code|dd|del|dfn|div|dl|dt|em|"
    "figcaption|figure|font|footer|h[1-6]|header|hr|i|iframe|img|input|ins|kbd|li|link|main|mark|nobr|ol|p|picture|pre|q|"
    "rp|rt|ruby|s|samp|section|small|source|span|strike|strong|sub|sup|svg|table|tbody|td|th|tr|tt|u|ul|var|video|wbr"
)
# Only tags of HTML: "a < b" and "the <tag> element" are what somebody wrote about, not markup.
_TAG = re.compile(rf"</?(?:{_TAGS})(?:\s[^<>]{{0,2000}})?/?>", re.IGNORECASE)
_OPENED = re.compile(r"<(script|style)\b[^>]{0,500}>|<!(--)", re.IGNORECASE)
_CLOSED = {
    "script": re.compile(r"</script\s{0,9}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,9}>", re.IGNORECASE),
    "--": re.compile("-->"),
}
_BREAKS = re.compile(r"<(?:br|/?p|/?div|/?li|/?h[1-6])\b[^<>]{0,2000}>", re.IGNORECASE)
# Bidi controls reorder the text around them, zero-width and tag characters hide text. Joiners between emoji stay.
# So do fillers (Hangul, Khmer), grapheme joiners, and what shorthand and musical notation leave unseen.
INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
"""The inside of a character class. Joiners and selectors are not in it: they have work to do."""
_HIDDEN = re.compile(f"[{INVISIBLE}]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_JOINER = re.compile(
    "(?<![\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff])\u200d|\u200d(?![\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff])|\u200c"
)
# A selector chooses a form of the character before it (emoji, Han); anywhere else, or in rows, it only carries bytes.
_SELECTOR = re.compile(
    "(?<![#*0-9\u00a9\u00ae\u203c-\u2bff\u3030\u303d\u3297\u3299\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0003ffff])"
    "[\ufe00-\ufe0f]|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_ESCAPE_SEQUENCE = re.compile("\x1b(?:\\[[0-9;?]{0,32}[ -/]?[@-~]|\\][^\x07\x1b]{0,256}(?:\x07|\x1b\\\\)?)")
_MARKS = 4
"""Most combining marks on one character; no writing system stacks more, only text that wants to spill does."""
BLANK = "\u2800"
"""Braille's space: nothing is seen of it, so it may stand for none but a space."""
TITLE_LIMIT = 500
"""Characters of a title that are kept: far above any honest headline."""


def safe(text: str) -> str:
    """`text` in NFC, without control, zero-width, bidi and tag characters and without piles of combining marks.
    Line ends stay, U+2028, U+2029 and U+0085 become line ends; emoji keep their joiners."""
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = (
        text.replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\u2028", "\n")
        .replace("\u2029", "\n")
        .replace("\x85", "\n")
        .replace(BLANK, " ")
    )
    text = _JOINER.sub("", unselected(_HIDDEN.sub("", _CONTROL.sub("", text))))
    return unicodedata.normalize("NFC", unpiled(text))


def unselected(text: str) -> str:
    """`text` without variation selectors that select nothing."""
    return _SELECTOR.sub("", text)


def unpiled(text: str) -> str:
    """`text` with at most four combining marks on a character, of whatever script."""
    if text.isascii():
        return text
    marks = "".join(sorted(char for char in set(text) if unicodedata.category(char) in ("Mn", "Me")))
    return re.sub(f"([{marks}]{{{_MARKS}}})[{marks}]+", r"\1", text) if marks else text


def line(text: str) -> str:
    """Safe text on one line, its white space folded."""
    return " ".join(safe(text).split())


def isolated(text: str) -> str:
    """Each line that has right-to-left characters set apart (FSI … PDI), so that it cannot reorder its neighbours."""
    if not _RIGHT_TO_LEFT.search(text):
        return text
    return "\n".join(f"\u2068{row}\u2069" if _RIGHT_TO_LEFT.search(row) else row for row in text.split("\n"))


def without_tags(markup: str) -> str:
    """Markup without its tags, with its entities read; breaks and paragraphs become spaces."""
    return html.unescape(_TAG.sub("", _BREAKS.sub(" ", _without_code(markup))))


def _without_code(markup: str) -> str:
    """Without scripts, styles and comments. What is never closed is looked for once, so that time grows with length."""
    kept, at, endless = [], 0, set()
    while found := _OPENED.search(markup, at):
        kind = (found[1] or found[2]).lower()
        closed = None if kind in endless else _CLOSED[kind].search(markup, found.end())
        kept.append(markup[at : found.start()] if closed else markup[at : found.end()])
        if closed:
            kept.append(" ")
        else:
            endless.add(kind)
        at = closed.end() if closed else found.end()
    return "".join((*kept, markup[at:]))


def title_from_markup(markup: str) -> str:
    """A title that its format says is HTML, as people read it."""
    return shortened(line(html.unescape(without_tags(markup[: TITLE_LIMIT * 20]))))


def title_from_anything(markup: str) -> str:
    """A title nobody says the format of: twice-escaped markup (`&lt;b&gt;`, `&amp;amp;`) is common in RSS, so it is
    read twice."""
    return title_from_markup(without_tags(markup[: TITLE_LIMIT * 20]))


def title_from_text(text: str) -> str:
    """A title that its format says is plain text; only entities left over from escaping twice are read."""
    return shortened(line(html.unescape(text[: TITLE_LIMIT * 20])))


def shortened(text: str, limit: int = TITLE_LIMIT) -> str:
    """`text`, at most `limit` characters long, cut at a space where there is one near and marked with an ellipsis."""
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    space = cut.rfind(" ", limit * 3 // 4)
    return (cut[:space] if space > 0 else cut).rstrip() + "…"
