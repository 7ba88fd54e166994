"""Which of the four sections a sentence belongs to, as probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from digests.cues import NAMES, cues

_WEIGHTS = {
    "development": {"announced": 0.8, "today": 0.7},
    "stakes": {"worth": 0.5, "weight": 0.8, "judged": 0.7, "result": 0.4, "blame": 0.6, "me": 0.5},
    "dynamics": {"before": 0.6, "history": 0.8, "ongoing": 0.5, "against": 0.3, "person": 0.3},
    "outlook": {"future": 1.2, "expected": 1.2, "coming": 1.0, "possible": 0.5},
}


def role_probabilities(texts: Sequence[str], language: str) -> NDArray[np.float32]:
    """(n, 4) float32, rows sum to 1, columns in the order of `model.ROLES`."""
    table = np.array([[row.get(name, 0.0) for name in NAMES] for row in _WEIGHTS.values()], dtype=np.float32)
    found = np.array([cues(text, language)[: len(NAMES)] for text in texts], dtype=np.float32).reshape(-1, len(NAMES))
    scores = found @ table.T
    scores[:, 0] += 2.0 * np.exp(-np.arange(len(texts)) / 1.5)
    scores[:, 2] += 0.5
    odds = np.exp(scores)
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)
