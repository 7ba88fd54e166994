"""What an article is found by, beside its vector: its first distinctive terms, hashed, with how often they occur.

Beside `terms` there are whole runs of katakana or kanji (names) and the first five letters of longer words, which hold
inflected and related words together («elect», «election»; a name in Portuguese and in English) without a stemmer.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from digests.terms import terms

MOST = 192
"""Distinct terms kept of one article: those of its title, then in reading order (news says first what matters)."""
LONGEST = 1200
"""Characters of the body that are read for them."""
TITLE = 2
"""How often a term of the title counts."""
PREFIX = 5

Signature = NDArray[np.uint32]
"""(m,) 24 bits of a term's CRC-32, then 8 bits of how often it occurs; each term once."""

_GRAMMAR = re.compile("^[\u3041-\u3096\u30fc]+$")
_NAMES = re.compile("[\u30a1-\u30fa\u30fc]{3,}|[\u3005\u4e00-\u9fff]{3,}")


def signature(title: str, text: str) -> Signature:
    """The terms of an article. Same on every machine; empty for a text without letters or digits."""
    counts: Counter[int] = Counter()
    for term in content_terms(title):
        counts[_hash(term)] += TITLE
    for term in content_terms(text[:LONGEST]):
        key = _hash(term)
        if key in counts or len(counts) < MOST:
            counts[key] += 1
    kept = list(counts.items())[:MOST]
    return np.array([key << 8 | min(count, 255) for key, count in kept], dtype=np.uint32)


def content_terms(text: str) -> Iterator[str]:
    """Terms that can say what a text is about; bigrams of hiragana alone are grammar and left out."""
    for term in terms(text):
        if not _GRAMMAR.match(term):
            yield term
            if len(term) > PREFIX and term.isalpha():
                yield f"{term[:PREFIX]}*"
    yield from _NAMES.findall(unicodedata.normalize("NFKC", text))


def _hash(term: str) -> int:
    return zlib.crc32(term.encode("utf-8", "replace")) >> 8
