"""Trained weights as plain data: arrays by name, and the few formulas that turn features into scores."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


@lru_cache(maxsize=4)
def weights(name: str) -> Mapping[str, Matrix]:
    """The arrays of `digests/data/<name>.npz`, read once a process, half precision turned to float32."""
    with (files("digests") / "data" / f"{name}.npz").open("rb") as file, np.load(file, allow_pickle=False) as archive:
        return {key: _widened(archive[key]) for key in archive.files}


def _widened(array: NDArray[np.generic]) -> Matrix:
    return array.astype(np.float32) if array.dtype == np.float16 else array  # type: ignore[return-value]


def softmax(scores: Matrix) -> Matrix:
    """Rows that sum to 1."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    odds /= odds.sum(axis=1, keepdims=True)
    return odds if odds.dtype == np.float32 else np.asarray(odds, dtype=np.float32)


def standardised(features: Matrix, mean: Matrix, spread: Matrix) -> Matrix:
    return np.asarray(np.minimum(np.maximum((features - mean) / spread, -4), 4), dtype=np.float32)


def perceptron(features: Matrix, layers: Mapping[str, Matrix], prefix: str) -> Matrix:
    """One hidden layer of rectified units, then scores (n, classes), not yet a softmax."""
    hidden = np.maximum(features @ layers[f"{prefix}.w1"] + layers[f"{prefix}.b1"], 0)
    return np.asarray(hidden @ layers[f"{prefix}.w2"] + layers[f"{prefix}.b2"], dtype=np.float32)
