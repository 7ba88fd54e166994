"""What the wording of a sentence says of its role: counts of cue expressions, one list of names in every language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

NAMES = (
    "future",
    "expected",
    "possible",
    "coming",
    "worth",
    "weight",
    "result",
    "judged",
    "blame",
    "against",
    "before",
    "history",
    "ongoing",
    "said",
    "announced",
    "today",
    "analyst",
    "me",
    "you",
    "person",
    "it",
    "negated",
)
"""The cues, in the order of their counts. Their expressions are in `data/cues.json`."""
_DIGIT = re.compile(r"\d")
_FIGURES = tuple(
    re.compile(form)
    for form in (
        r"\d[\d,.]*\s?(?:%|％|percent|per cent|パーセント)",
        r"[$€£¥]\s?\d|\d\s?(?:円|ドル|ユーロ|dollars?|euros?|億|万)",
        r"(?:19|20)\d\d",
    )
)
_NAME = re.compile(r"\s(?<=[^\W\d_]\s)[A-Z][a-z]+")
_KATAKANA = re.compile(r"[ァ-ヺー]{3,}")
SHAPES, ENDINGS = 12, 3
COUNT = len(NAMES) + SHAPES + ENDINGS


@lru_cache(maxsize=512)  # two models look at each sentence, once by words and once by meaning
def counted(text: str, language: str) -> tuple[int, ...]:
    """(`COUNT`,): how often each cue is met, then shapes, then where the sentence ends."""
    tables = _expressions().get(language)
    return (
        *(tables.counts(text) if tables else [0] * len(NAMES)),
        *_shapes(text),
        text.endswith(("た。", "した", "だ。", "た")),
        text.endswith(("る。", "い。", "る")),
        text.rstrip("。.").endswith(("という", "としている", "said", "says", "とのこと")),
    )


def cues(texts: Sequence[str], language: str) -> NDArray[np.float32]:
    """(n, `COUNT`) float32: of each text how often each cue and shape is met (log of 1 + n), and where it ends (1)."""
    table = np.array([counted(text, language) for text in texts], dtype=np.float32).reshape(len(texts), COUNT)
    table[:, :-ENDINGS] = np.log1p(table[:, :-ENDINGS])
    return table


def _shapes(text: str) -> Sequence[int]:
    """How often each of `SHAPES` is met: quotations opened, closed for good and opening it, figures, shares, sums,
    years, questions, cries, brackets, colons, names."""
    figures = len(_DIGIT.findall(text))
    return (
        sum(map(text.count, '「“"『')),
        int(any(mark in text for mark in '」”』"')),
        int(text.startswith(("「", "“", '"', "‘", "『"))),
        figures,
        *((len(form.findall(text)) if figures else 0) for form in _FIGURES),
        text.count("?") + text.count("？"),
        text.count("!") + text.count("！"),
        text.count("（") + text.count("("),
        text.count(":") + text.count("："),
        len(_NAME.findall(text)) + (0 if text.isascii() else len(_KATAKANA.findall(text))),
    )


class _Cues:
    """The expressions of one language. Where they all begin with a word (English), only those are tried at a word that
    begin with it: each word is looked up once a process instead of in every sentence."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self._forms = tuple(re.compile(table[name]) for name in NAMES)
        heads = [_heads(table[name]) for name in NAMES]
        self._heads = tuple(re.compile("|".join(each)) if each else None for each in heads)
        self._everywhere = [(k, form) for k, form in enumerate(self._forms) if self._heads[k] is None]
        self._any = re.compile("|".join(head for each in heads for head in each) or r"(?!)")
        self._at = lru_cache(maxsize=16384)(self._beginning)

    def counts(self, text: str) -> list[int]:
        """How often each cue is met, without overlap."""
        found, ends = [0] * len(NAMES), [0] * len(NAMES)
        for k, form in self._everywhere:
            found[k] = len(form.findall(text))
        if len(self._everywhere) == len(NAMES):
            return found
        for word in _WORD.finditer(text):
            for k in self._at(word.group()):
                if word.start() >= ends[k] and (match := self._forms[k].match(text, word.start())):
                    found[k], ends[k] = found[k] + 1, match.end()
        return found

    def _beginning(self, word: str) -> tuple[int, ...]:
        """The cues that may begin with `word`."""
        if not self._any.fullmatch(word):
            return ()
        return tuple(k for k, head in enumerate(self._heads) if head and head.fullmatch(word))


_WORD = re.compile(r"\w+|['’$€£¥]")
_WORDS_ONLY = re.compile(r"\\b\(\?:(?P<body>.*?)\)\\b(?P<more>\|\[[^]\w]+\])?")
_GROUPS = re.compile(r"[()\[\]|]|\\.| |['’]|[^()\[\]| '’\\]+")


def _heads(form: str) -> list[str]:
    """Expressions for the first words of `\\b(?:one|two words|…)\\b`; none for a form of any other kind."""
    whole = _WORDS_ONLY.fullmatch(form)
    if not whole:
        return []
    heads = [_first(each) for each in _alternatives(whole["body"])]
    if whole["more"]:
        heads.append(whole["more"][1:])
    return heads if all(heads) else []


def _alternatives(body: str) -> list[str]:
    """`a|b(?:c|d)` → `a`, `b(?:c|d)`; one empty string for brackets that do not match."""
    found, depth = [""], 0
    for piece in _GROUPS.findall(body):
        depth += (piece in {"(", "["}) - (piece in {")", "]"})
        if depth < 0:
            return [""]
        if piece == "|" and not depth:
            found.append("")
        else:
            found[-1] += piece
    return found


def _first(alternative: str) -> str:
    """What stands before the first space or apostrophe, which may not be inside a group; empty when it is."""
    if alternative.startswith("['’]"):
        return "['’]"
    head = re.split(r"\[['’ -]+\]| ", alternative, maxsplit=1)[0]
    return head if head.count("(") == head.count(")") and head.count("[") == head.count("]") else ""


@lru_cache(maxsize=1)
def _expressions() -> Mapping[str, _Cues]:
    """The cues by language, in the order of `NAMES`; read once a process."""
    tables = json.loads((files("digests") / "data" / "cues.json").read_text(encoding="utf-8"))
    return {language: _Cues(table) for language, table in tables.items()}
