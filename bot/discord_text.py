"""Feed text made inert for Discord: nothing in it is Markdown, a mention, a link or an invisible character.

Knows characters, no components. Discord's Markdown: https://support.discord.com/hc/en-us/articles/210298617
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from digests.plain import INVISIBLE, isolated, unpiled, unselected
from digests.urls import names_another_site

LINK_LENGTH = 1000
"""A longer address is not linked: it would eat the message (Discord counts it as text)."""
BUTTON_URL_LENGTH = 512

_SPACES = re.compile("[\t\x0b\x0c\x1c-\x1f \xa0\x85\u1680\u2000-\u200a\u202f\u205f\u2800]+")
_BREAKS = re.compile("\r\n|[\r\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# U+180B to U+180D choose forms of Mongolian letters, which Discord does not show.
_HIDDEN = re.compile(f"[{INVISIBLE}\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u180b-\u180d\ufffe\uffff]")
# A joiner is kept only where it has work to do: inside emoji, and inside the scripts whose spelling needs it.
_JOINED = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17ff\ufb50-\ufdff\ufe70-\ufeff"
_PICTURES = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_LOOSE_JOINER = re.compile(f"[\u200c\u200d](?![{_JOINED}{_PICTURES}])|(?<![{_JOINED}{_PICTURES}])[\u200c\u200d]")

# Active wherever they stand. `<` opens mentions, emoji, timestamps and <urls>; `:` before `//` makes a bare link.
_INLINE = re.compile(r"[\\*_~`|\[\]<>#]|:(?=//)|@(?=everyone|here)", re.IGNORECASE)
# Hosts that Discord turns into an invitation card even without a scheme.
_INVITE = re.compile(r"(?i)(discord(?:app)?|dsc)\.(?=gg|com|me|io|li)")
_LINE_START = re.compile(r"^(\s*)(?:(\d+)(?=[.)])|(?=[-+]))")
_URL_SAFE = "/:@!$&'+,;=?%~._-"
_POSES = re.compile(r"(?i)https?:|\bwww\.|://")


def units(text: str) -> int:
    """Length in UTF-16 units: never less than what Discord counts, whichever way it counts."""
    return len(text) + sum(char > "\uffff" for char in text)


@lru_cache(maxsize=256)
def clean(text: str) -> str:
    """`text` without characters that hide, reorder or spill; white space runs are one space, line breaks stay.

    Remembered, for a message is measured several times before it is printed.
    """
    text = _SURROGATES.sub("\ufffd", _BREAKS.sub("\n", text))
    text = _LOOSE_JOINER.sub("", _HIDDEN.sub("", text))
    return unpiled(unselected(_SPACES.sub(" ", text)))


def plain(text: str) -> str:
    """`text` cleaned, on one line, for labels and names: places without Markdown."""
    return _SPACES.sub(" ", clean(text).replace("\n", " ")).strip()


def cut(text: str, limit: int) -> str:
    """At most `limit` units, with an ellipsis where something was cut off; never half a character."""
    if units(text) <= limit:
        return text
    kept = text[: limit - 1]
    while units(kept) > limit - 1:
        kept = kept[:-1]
    while kept and (unicodedata.combining(text[len(kept)]) or text[len(kept)] in "\u200d\ufe0f"):
        kept = kept[:-1]
    return kept.rstrip() + "…"


def inert(text: str) -> str:
    """`text` as it is, escaped: Discord shows the very characters and does nothing. Line breaks stay."""
    return "\n".join(_inert_line(line.strip(" ")) for line in clean(text).split("\n"))


def run(text: str) -> str:
    """As `inert`, for a piece of a line: white space at its ends stays, so that pieces can be joined."""
    return "\n".join(_inert_line(line) for line in clean(text).split("\n"))


def guarded(line: str) -> str:
    """A finished line of ours whose start must not make a list (`- x`, `1. x`, `-# x`). Idempotent."""
    return _LINE_START.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2] else f"{m[1]}\\", line)


def linked(text: str, url: str | None) -> str:
    """`text` as a masked link to `url`; plain where `url` is no web address.

    A text that poses as an address itself is shown as text with the true host beside it: a link never hides.
    """
    label, address = run(text).replace("\n", " "), discord_url(url or "")
    if not address or units(address) > LINK_LENGTH:
        return label
    if not label.strip():
        return f"[{_host(address)}]({address})"
    if _POSES.search(clean(text)) or names_another_site(clean(text), address):
        return f"{label} ([{_host(address)}]({address}))"
    lead, trail = len(label) - len(label.lstrip()), len(label.rstrip())
    return f"{label[:lead]}[{label[lead:trail]}]({address}){label[trail:]}"


def discord_url(url: str) -> str | None:
    """`url` in ASCII with everything encoded that Markdown could act on; None unless it is a plain http(s) address."""
    try:
        parts = urlsplit(_SURROGATES.sub("", url.strip()))
        host, port = parts.hostname, parts.port
        if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
            return None
        name = host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return None
    if not re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", name):
        return None
    netloc = f"[{name}]" if ":" in name else name
    path, query, fragment = (quote(part, safe=_URL_SAFE) for part in (parts.path or "/", parts.query, parts.fragment))
    return urlunsplit((parts.scheme, f"{netloc}:{port}" if port else netloc, path, query, fragment))


def _inert_line(line: str) -> str:
    escaped = _INLINE.sub(lambda match: f"\\{match[0]}", line)
    return isolated(guarded(_INVITE.sub(r"\1\\.", escaped)))


def _host(address: str) -> str:
    return _inert_line(urlsplit(address).netloc.removeprefix("www."))
