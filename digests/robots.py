"""What a site's robots.txt says to us (RFC 9309): read once in linear time, then asked path by path.

Written here because the reader we tried needs a minute for a 200 KB file of many groups with many rules, and a
stranger chooses that file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RULES = 5000
"""Rules kept of one file; pages of a host are asked for one by one, so matching stays in milliseconds."""
_PATTERN = 2048
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_SIZED = ("max-snippet", "max-image-preview", "max-video-preview")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """`pieces` are what stands between the asterisks; `whole`: the pattern ended in `$`."""

    allow: bool
    pieces: tuple[str, ...]
    whole: bool
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Robots:
    """The rules of one site that concern us."""

    rules: tuple[Rule, ...] = ()

    def allows(self, path: str) -> bool:
        """`path` with its query. The longest matching rule decides, `Allow` where two are as long (RFC 9309, 2.2.2)."""
        canonical = _canonical(path)
        found = max((rule for rule in self.rules if _matches(rule, canonical)), key=_weight, default=None)
        return found is None or found.allow or canonical == "/robots.txt"


def read_robots(text: str, agent: str) -> Robots:
    """The rules for `agent`, our product token (`Chokan`), else those for `*`. Reads any text; raises nothing."""
    reader = _Reader(agent.lower())
    for line in text.removeprefix("\ufeff").splitlines():
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            reader.take(key.strip().lower(), value.strip())
    return Robots(rules=tuple(reader.ours if reader.named else reader.everyones))


class _Reader:
    """Goes down the file once, knowing only whether the group it stands in is ours or everyone's."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self.ours: list[Rule] = []
        self.everyones: list[Rule] = []
        self.named = False
        self._in_head = self._is_ours = self._is_everyones = False

    def take(self, key: str, value: str) -> None:
        if key == "user-agent":
            self._take_agent(value)
        elif key in ("allow", "disallow"):
            self._in_head = False
            self._take_rule(key == "allow", value)

    def _take_agent(self, value: str) -> None:
        if not self._in_head:
            self._is_ours = self._is_everyones = False
        token = _TOKEN.match(value)
        self._is_ours |= token is not None and token[0].lower() == self._agent
        self._is_everyones |= value == "*"
        self._in_head = True
        self.named |= self._is_ours

    def _take_rule(self, allow: bool, value: str) -> None:
        if not value or len(value) > _PATTERN:
            return
        for rules, wanted in ((self.ours, self._is_ours), (self.everyones, self._is_everyones)):
            if wanted and len(rules) < _RULES:
                rules.append(_rule(allow, value))


def _rule(allow: bool, pattern: str) -> Rule:
    whole = pattern.endswith("$")
    canonical = _canonical(pattern.removesuffix("$"))
    return Rule(allow=allow, pieces=tuple(canonical.split("*")), whole=whole, length=len(pattern))


def _matches(rule: Rule, path: str) -> bool:
    """Each piece at its first place after the one before, which never rules out a match; no backtracking."""
    first, *middle = rule.pieces
    if not middle:
        return path == first if rule.whole else path.startswith(first)
    if not path.startswith(first):
        return False
    at, last = len(first), middle.pop()
    for piece in middle:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return path.endswith(last) and len(path) - len(last) >= at if rule.whole else path.find(last, at) >= 0


def _weight(rule: Rule) -> tuple[int, bool]:
    return rule.length, rule.allow


def _canonical(path: str) -> str:
    """Escapes in one form (RFC 9309, 2.2.2), so that `%7Ea` and `~a`, `あ` and `%E3%81%82` compare equal."""
    return _ESCAPE.sub(_one_form, "".join(_escaped(char) for char in path) if not path.isascii() else path)


def _one_form(match: re.Match[str]) -> str:
    char = chr(int(match[1], 16))
    return char if char in _UNRESERVED else match[0].upper()


def _escaped(char: str) -> str:
    return char if char.isascii() else "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


UNWANTED = ("noarchive", "noai")
"""Words of X-Robots-Tag after which a page is neither kept nor read by machines; the feed's own text is taken."""


def unwanted(header: str, agent: str) -> str:
    """The word of an `X-Robots-Tag` that asks us to leave the page alone, or "". `googlebot: noarchive` is said to
    another; several headers come joined with commas."""
    to = agent.lower()
    for rule in header.lower().split(","):
        name, colon, words = rule.partition(":")
        if colon and _TOKEN.fullmatch(name.strip()) and name.strip() not in ("unavailable_after", *_SIZED):
            to, rule = name.strip(), words
        if to == agent.lower() and rule.strip() in UNWANTED:
            return rule.strip()
    return ""
