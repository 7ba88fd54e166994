"""Feed text made harmless for Slack: what may be sent, how much of it Slack counts, where it may be cut.

Knows characters, no blocks.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from digests.plain import BLANK, INVISIBLE, unpiled, unselected
from digests.urls import names_another_site, site_of

URL_LENGTH = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element (`url`)"""

_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
# Variation selectors (U+FE00, U+E0100) stay: Japanese names are written with them.
_HIDDEN = re.compile(f"[{INVISIBLE}\x00-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
# Joiners make emoji families and Persian words; a joiner beside ASCII only hides something.
_JOINER_RUN = re.compile("[\u200c\u200d]{2,}")
_LOOSE_JOINER = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])")

_ENDS = re.compile("[。．！？!?…]+[」』）】)\"'”’]*|\\.+[)\"'”’]*(?=\\s)")
_PAUSES = re.compile(r"[\s、，,;；:：]+")
_CLINGING = re.compile(
    "[\u0300-\u036f\u200c\u200d\u20d0-\u20ff\u3099\u309a\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
)

_LINKABLE = re.compile(r"(?<=[^\s.])\.(?=[^\W\d])|(?<=[A-Za-z]):(?=//)|@(?=\w)")
_JOIN = "\u2060"


@lru_cache(maxsize=256)
def clean(text: str) -> str:
    """`text` without characters that hide, reorder or break what is printed; line breaks become newlines.

    Remembered, for a message is measured several times before it is printed.
    """
    text = _BREAKS.sub("\n", text).replace("\t", " ").replace(BLANK, " ")
    text = _HIDDEN.sub("", _SURROGATES.sub("\ufffd", text))
    return unpiled(unselected(_LOOSE_JOINER.sub("", _JOINER_RUN.sub("\u200d", text))))


def line(text: str) -> str:
    """`text` cleaned, on one line, without white space around it."""
    return " ".join(clean(text).split())


def escaped(text: str) -> str:
    """The three characters that begin Slack's control sequences, as entities.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unlinked(text: str) -> str:
    """Bare addresses and domain names with a word joiner inside: they read the same and never become links."""
    return _LINKABLE.sub(lambda match: match[0] + _JOIN, text)


def weight(text: str) -> int:
    """Characters of `text` as the strictest reading of Slack counts: UTF-16 units of the escaped text."""
    units = len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
    return units + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))


def cut(text: str, room: int) -> str:
    """`text` of at most `room` weight: cut after a sentence if one ends late enough, else at a pause, and then "…"."""
    if weight(text) <= room:
        return text
    head = _head(text, room - 1)
    for joints in (_ENDS, _PAUSES):
        ends = [match.end() for match in joints.finditer(head)]
        if ends and ends[-1] > len(head) // 2:
            return head[: ends[-1]].rstrip() + "…"
    return head + "…" if room > 0 else ""


def pieces(text: str, room: int) -> list[str]:
    """`text` in consecutive pieces of at most `room` weight each; nothing is lost. `room` ≥ 5."""
    found = []
    while text:
        head = _head(text, room) or text[0]
        found.append(head)
        text = text[len(head) :]
    return found


def slack_url(url: str | None) -> str | None:
    """`url` as Slack takes it (ASCII, at most 3000 characters); None for what is no http(s) address."""
    if not url or _HIDDEN.search(url) or _SURROGATES.search(url):
        return None
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not host or not re.fullmatch(r"[\w.:-]+", host):
        return None
    path, query, fragment = (quote(part, safe="%/:=&?~#+!$,;'@()*[]-._") for part in parts[2:])
    netloc = f"[{host}]{port}" if ":" in host else host + port
    found = urlunsplit((parts.scheme, netloc, path, query, fragment))
    return found if len(found) <= URL_LENGTH else None


def unmasked(text: str, url: str) -> str | None:
    """What to set beside a label that names another site than its link leads to; None where it names none."""
    return f" ({site_of(url)})" if names_another_site(text, url) else None


def _head(text: str, room: int) -> str:
    """The longest beginning of at most `room` weight that does not part a character from its marks."""
    text = text[: max(room, 0) + 1]  # no character weighs less than one: what comes later does not matter
    if weight(text) <= room:
        return text
    whole = end = bisect_right(range(len(text)), room, key=lambda size: weight(text[:size])) - 1
    while 0 < end < len(text) and (_CLINGING.match(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[: end or whole]
