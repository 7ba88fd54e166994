"""A text reduced to its letters and figures, character by character: `str.translate` does in one go, several times as
fast, what an expression does match by match. And what was found out about a word, remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")
_TYPED = {"“": '"', "”": '"', "‘": "`", "’": "'", "–": "-", "—": "-"}
_MOST_CHARACTERS = 8192


class Letters(dict[int, str | None]):
    """A table for `str.translate`: letters, figures and the characters `kept` stay, each other one becomes `other`
    (None: it is left out). Characters are looked up when they are first met."""

    def __init__(self, other: str | None, kept: str = "") -> None:
        super().__init__()
        self._other, self._kept = other, kept
        self._bytes: bytes | None = None
        self._gone = b""

    def bare(self, text: str) -> str:
        """`text.translate` of this table; of what is ASCII by bytes, in a tenth of the time."""
        if not text.isascii():
            return text.translate(self)
        if self._bytes is None:
            chars = [(chr(code), self[code]) for code in range(128)]
            self._gone = "".join(char for char, made in chars if made is None).encode()
            self._bytes = bytes(ord(made or " ") for _, made in chars) + bytes(128)
        return text.encode().translate(self._bytes, self._gone).decode()

    def __missing__(self, point: int) -> str | None:
        if len(self) >= _MOST_CHARACTERS:
            self.clear()
        char = chr(point)
        found = self[point] = char if char.isalnum() or char in self._kept else self._other
        return found


class Remembered(dict[str, Value]):
    """What `function` says of a word, remembered: `map(table.__getitem__, words)` asks it of many words without a call
    for those it has met. At `most` words it forgets them all."""

    def __init__(self, function: Callable[[str], Value], most: int = 16384) -> None:
        super().__init__()
        self._function, self._most = function, most

    def __missing__(self, word: str) -> Value:
        if len(self) >= self._most:
            self.clear()
        value = self[word] = self._function(word)
        return value


def typed(text: str) -> str:
    """The text with a typewriter's quotation marks and dashes: plain ASCII for most that is written in English, and
    what is ASCII is translated many times as fast."""
    if not text.isascii():
        for mark, plain in _TYPED.items():
            if mark in text:
                text = text.replace(mark, plain)
    return text
