"""Which sentences matter, 0 to 1: place, closeness to the whole, wording. Weights come from tools/train_salience.py."""

from __future__ import annotations

import numpy as np

from digests.features import Scene, overlap, place, wording
from digests.weights import Matrix, standardised, weights

TITLE_SHARE = 0.6
"""How much a headline's words and meaning add to a score of spread 1; not learnt, for the references have no title."""
_OF_TITLE = (12,)
_SHARED_WITH_TITLE = (0, 1)


def salience(scene: Scene, roles: Matrix) -> Matrix:
    """(n,) float32 in 0..1; only the order within an article is learnt. `roles` (n, 4): probabilities in the order of
    `model.ROLES`. n must not be 0."""
    model = weights("salience")
    family = "ja" if scene.language == "ja" else "en"
    features = salience_features(scene, roles)
    scores = standardised(features, model[f"{family}.mean"], model[f"{family}.spread"]) @ model[f"{family}.w"]
    return np.asarray(1 / (1 + np.exp(-0.6 * (scores + TITLE_SHARE * title_closeness(scene)))), dtype=np.float32)


def salience_features(scene: Scene, roles: Matrix) -> Matrix:
    """(n, columns): everything but the title, so that a model never leans on it."""
    seat, shared = place(scene), overlap(scene)
    return np.hstack(
        [
            np.delete(seat, _OF_TITLE, axis=1),
            np.delete(shared, _SHARED_WITH_TITLE, axis=1),
            roles,
            wording(scene),
        ]
    )


def title_closeness(scene: Scene) -> Matrix:
    """(n,) with mean 0: how much of the title's words and meaning a sentence holds, against the article's others."""
    seen = overlap(scene)[:, 0] + scene.vectors @ scene.title_vector
    spread = float(seen.std())
    return np.asarray((seen - seen.mean()) / spread if spread > 1e-6 else np.zeros_like(seen), dtype=np.float32)
