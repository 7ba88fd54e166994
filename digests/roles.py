"""Which of the four sections a sentence belongs to, as probabilities. The weights come from tools/train_roles.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from digests.features import Scene, dense, hashed
from digests.phrasing import phrasing_probabilities
from digests.weights import Matrix, perceptron, softmax, standardised, weights

FINE = (
    "main_event",
    "consequence",
    "evaluation",
    "previous_event",
    "current_context",
    "historical",
    "anecdotal",
    "expectation",
)
"""Discourse roles of Choubey et al. 2020 that the models tell apart inside; the four are sums of them."""
TO_ROLES = np.eye(4, dtype=np.float32)[[0, 1, 1, 2, 2, 2, 2, 3]]
"""(8, 4): which section, in the order of `model.ROLES`, each of `FINE` belongs to."""
LEXICAL_SHARE, PHRASING_SHARE = 0.2, 0.5
"""How much the second opinion counts: that of bags of words, or in English that of words in their order."""
_FAMILIES = {"ja": "ja"}


def centre_of(language: str) -> Matrix:
    """(d,): the mean vector of a language's news sentences; for a language never seen, the mean of those means."""
    model = weights("roles")
    return model.get(f"centre.{language}", model["centre"])


def centred(vectors: Matrix, centre: Matrix) -> Matrix:
    """Vectors without what all sentences of their language share, rows normalised; zero rows stay zero.

    In e5 the language weighs as much as the topic, so a model crosses languages only after this."""
    present = np.abs(vectors).sum(axis=-1, keepdims=True) > 0
    moved = np.where(present, vectors - centre, 0)
    norms = np.linalg.norm(moved, axis=-1, keepdims=True)
    return np.asarray(moved / np.where(norms > 0, norms, 1), dtype=np.float32)


def role_probabilities(scene: Scene) -> Matrix:
    """(n, 4) float32, rows sum to 1, columns in the order of `model.ROLES`. n must not be 0. Without vectors it is
    `digests.quick` that judges."""
    model = weights("roles")
    features = standardised(dense(scene, model["projection"]), model["mean"], model["spread"])
    seen = np.mean([softmax(perceptron(features, model, str(i))) for i in range(int(model["seeds"]))], axis=0)
    if scene.language == "en":
        return balanced(seen, phrasing_probabilities(scene), weights("phrasing")["bias"], PHRASING_SHARE)
    return balanced(seen, lexical_probabilities(scene, model), model[bias_name(scene.language)])


def bias_name(language: str) -> str:
    return f"bias.{'ja' if language == 'ja' else 'en'}"


def balanced(seen: Matrix, read: Matrix, bias: Matrix, share: float = LEXICAL_SHARE) -> Matrix:
    """The two models' opinions over `FINE` (n, 8), joined geometrically, as four roles with the rarer ones given
    their due; the second counts for `share`."""
    joined = softmax((1 - share) * np.log(seen + 1e-6) + share * np.log(read + 1e-6))
    four = joined @ TO_ROLES * bias
    return np.asarray(four / four.sum(axis=1, keepdims=True), dtype=np.float32)


def lexical_probabilities(scene: Scene, model: Mapping[str, Matrix]) -> Matrix:
    """(n, 8) from words alone, by logistic regression over hashed n-grams."""
    family = _FAMILIES.get(scene.language, "en")
    rows = lexical_rows(scene.texts, scene.language, model[f"lexical.{family}.hashes"], model[f"lexical.{family}.idf"])
    return softmax(rows @ model[f"lexical.{family}.w"] + model[f"lexical.{family}.b"])


def lexical_rows(texts: Sequence[str], language: str, known: Matrix, idf: Matrix) -> Matrix:
    """(n, len(known)) float32 TF-IDF rows, L2-normalised. `known`: sorted hashes."""
    rows = np.zeros((len(texts), len(known)), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        found = np.fromiter(hashed(text, language), dtype=np.int64)
        at = np.searchsorted(known, found)
        at = at[(at < len(known)) & (known[np.minimum(at, len(known) - 1)] == found)]
        row[at] = idf[at]
    norms = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(norms > 0, norms, 1), dtype=np.float32)
