"""Words of a text for comparing two texts: surface, stem, and whether a word carries content. Pure; no model but
SudachiPy's dictionary for Japanese."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from digests.language import morphemes
from digests.stems import FUNCTION, stem
from digests.wordlists import words_of

_ENGLISH = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*|[%$£€¥]")
_CONTRACTED = re.compile(r"n['’]t\b")
_POSSESSIVE = re.compile(r"\s?['’]s\b")
_JOINT = re.compile(r"[,;:()\"“”.!?–—]|\s-\s|``|''")
_CANNOT = {"ca": "can", "wo": "will", "sha": "shall"}
_HAN = re.compile(
    r"[\u3400-\u9fff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]|[^\W\u3400-\u9fff\u0e00-\u109f\u1780-\u17ff]+"
)
_CONTENT_JA = frozenset({"名詞", "動詞", "形容詞", "形状詞", "副詞", "代名詞"})
_EMPTY_JA = words_of(
    "する ある なる いる できる おる 為る 有る 居る 成る 出来る こと もの ため とき よう 事 物 為 時 様"
    " これ それ 此れ 其れ"
)


_MANNERS_JA = frozenset({"ます", "です", "氏", "さん"})
"""Politeness and titles: leaving them out or putting them in says nothing else."""


@dataclass(frozen=True, slots=True)
class Token:
    """`stem` is what is compared. `content`: it means something by itself. `name`: a proper noun. `pos`: Japanese."""

    surface: str
    stem: str
    content: bool
    name: bool = False
    pos: str = ""
    joint: bool = False
    """Punctuation stands before it."""


@lru_cache(maxsize=4096)
def tokens(text: str, language: str) -> tuple[Token, ...]:
    """Tokens of `text` in order, punctuation left out."""
    clean = unicodedata.normalize("NFKC", text)
    if language == "ja":
        return tuple(_japanese(clean))
    if language in {"zh", "th", "lo", "km", "my"}:
        return tuple(Token(char, char, True) for char in _HAN.findall(clean.lower()))
    return tuple(_spaced(clean))


def _spaced(text: str) -> list[Token]:
    text = _POSSESSIVE.sub(" ", _CONTRACTED.sub(" not", text))
    found = []
    end = 0
    for match in _ENGLISH.finditer(text):
        surface = match.group()
        lower = _CANNOT.get(surface.lower(), surface.lower())
        joint = bool(_JOINT.search(text, end, match.start()))
        found.append(Token(lower, stem(lower), lower not in FUNCTION, surface[:1].isupper(), joint=joint))
        end = match.end()
    return found


def _japanese(text: str) -> list[Token]:
    return [
        Token(
            m.surface.lower(),
            m.base.lower(),
            m.pos in _CONTENT_JA and m.base not in _EMPTY_JA and m.kind != "非自立可能",
            m.kind == "固有名詞",
            m.pos,
        )
        for m in morphemes(text)
        if m.pos not in {"補助記号", "空白"} and m.base not in _MANNERS_JA
    ]
