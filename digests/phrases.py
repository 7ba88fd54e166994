"""Noun phrases as they stand in a sentence: what a heading or a label can be made of. Invents no word.

Japanese by runs of parts of speech (SudachiPy), English by a light chunker over function words and verb forms, other
languages by runs of longer or capitalised words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from digests.phrase import Phrase
from digests.phrases_en import english_phrases
from digests.phrases_ja import japanese_phrases
from digests.readable import base


def phrases(text: str, language: str) -> tuple[Phrase, ...]:
    """The noun phrases of a sentence, in order."""
    finder = _FINDERS.get(base(language), _other)
    return tuple(finder(text))


_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_HAN = re.compile(r"[\u3400-\u9fff]{2,12}")
_HAN_BREAK = re.compile(
    r"[的了在是和与與及或并並也都而但从從到对對被把将將为為有就这這那其之等]|表示|认为|認為|指出|宣布|已经|已經|可能|没有|沒有|进行|進行"
)


def _chinese(text: str) -> list[Phrase]:
    found, at = [], 0
    for piece in _HAN_BREAK.split(text):
        at = text.index(piece, at)
        for match in _HAN.finditer(piece):
            size = min(1.0, len(match.group()) / 6)
            found.append(
                Phrase(match.group(), at + match.start(), at + match.end(), size * (1 - 0.4 * at / max(1, len(text))))
            )
        at += len(piece)
    return found


def _other(text: str) -> list[Phrase]:
    """Runs of up to four words that are long or capitalised inside the sentence."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    for match in [*_WORD.finditer(text), None]:
        if match and (not run or text[run[-1].end() : match.start()].isspace()) and _weighty(match) and len(run) < 4:
            run.append(match)
            continue
        if run:
            body = text[run[0].start() : run[-1].end()]
            weight = (0.6 if len(run) == 1 else 1.0) * (1 - 0.4 * run[0].start() / len(text))
            found.append(Phrase(body, run[0].start(), run[-1].end(), weight))
        run = [match] if match and _weighty(match) else []
    return found


def _weighty(match: re.Match[str]) -> bool:
    word = match.group()
    return (
        len(word) > 4
        or (match.start() > 0 and word[0].isupper() and len(word) > 1)
        or (len(word) > 1 and not word.isascii())
    )


_FINDERS: dict[str, Callable[[str], Sequence[Phrase]]] = {"ja": japanese_phrases, "en": english_phrases, "zh": _chinese}


@lru_cache(maxsize=256)
def cached(text: str, language: str) -> tuple[Phrase, ...]:
    """`phrases`, remembered: headings and labels ask for the same sentences."""
    return phrases(text, language)
