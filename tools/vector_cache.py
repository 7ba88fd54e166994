"""Sentence vectors kept on disk between training runs, because embedding is what takes the time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from digests.embed import E5Embedder, prepared
from digests.ports import Vectors


class CachedEmbedder:
    """An embedder that remembers in `folder` (files `c_*.npz`: texts `k` as JSON, vectors `v` as float16)."""

    dimension = E5Embedder.dimension

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._known, self._embedder = folder, dict[str, Vectors](), E5Embedder()
        for path in sorted(folder.glob("c_*.npz")) if folder else ():
            with np.load(path, allow_pickle=False) as archive:
                self._known.update(zip(json.loads(str(archive["k"])), archive["v"], strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As `E5Embedder.embed`; only texts never seen before take time."""
        keys = [prepared(text) if text.strip() else "" for text in texts]
        new = [key for key in dict.fromkeys(keys) if key and key not in self._known]
        if new:
            self._remember(new, self._embedder.embed(new))
        zero = np.zeros(self.dimension, dtype=np.float32)
        return np.array([self._known[key] if key else zero for key in keys], dtype=np.float32).reshape(-1, zero.size)

    def _remember(self, texts: list[str], vectors: Vectors) -> None:
        self._known.update(zip(texts, vectors.astype(np.float16), strict=True))
        if self._folder:
            self._folder.mkdir(parents=True, exist_ok=True)
            name = hashlib.sha256("".join(texts).encode()).hexdigest()[:12]
            np.savez(self._folder / f"c_{name}.npz", v=vectors.astype(np.float16), k=json.dumps(texts))
