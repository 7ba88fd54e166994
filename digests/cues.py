"""What the wording of a sentence says of its role: counts of cue expressions, one list of names in every language."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
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
_SHAPES = tuple(
    re.compile(form)
    for form in (
        r"[「“\"『]",
        r"[」”』\"][^」”』\"]*$",
        r"^[「“\"‘『]",
        r"\d",
        r"\d[\d,.]*\s?(?:%|％|percent|per cent|パーセント)",
        r"[$€£¥]\s?\d|\d\s?(?:円|ドル|ユーロ|dollars?|euros?|億|万)",
        r"(?:19|20)\d\d",
        r"[?？]",
        r"[!！]",
        r"[（(]",
        r"[:：]",
        r"(?<=[^\W\d_]\s)[A-Z][a-z]+|[ァ-ヺー]{3,}",
    )
)
COUNT = len(NAMES) + len(_SHAPES) + 3


@lru_cache(maxsize=512)  # two models look at each sentence, once by words and once by meaning
def cues(text: str, language: str) -> NDArray[np.float32]:
    """(`COUNT`,) float32: how often each cue is met (log of 1 + n), then shapes, then where the sentence ends."""
    forms = _expressions().get(language, ())
    counts = [len(form.findall(text)) for form in (*forms, *_SHAPES)]
    if not forms:
        counts = [0] * len(NAMES) + counts
    ending = (
        float(text.endswith(("た。", "した", "だ。", "た"))),
        float(text.endswith(("る。", "い。", "る"))),
        float(text.rstrip("。.").endswith(("という", "としている", "said", "says", "とのこと"))),
    )
    return np.concatenate([np.log1p(np.array(counts, dtype=np.float32)), np.array(ending, dtype=np.float32)])


@lru_cache(maxsize=1)
def _expressions() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """Compiled expressions by language, in the order of `NAMES`; read once a process."""
    tables = json.loads((files("digests") / "data" / "cues.json").read_text(encoding="utf-8"))
    return {language: tuple(re.compile(table[name]) for name in NAMES) for language, table in tables.items()}
