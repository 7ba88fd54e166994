"""Training in numpy alone: a perceptron with one hidden layer and a logistic regression, both by Adam."""

from __future__ import annotations

import numpy as np

from digests.weights import Matrix, softmax

BATCH = 128


def posterior(scores: Matrix, allowed: Matrix) -> Matrix:
    """Where only the section is known, the target is the model's own opinion within that section's fine roles."""
    odds = softmax(scores) * allowed + 1e-9 * allowed
    return np.asarray(odds / odds.sum(axis=1, keepdims=True), dtype=np.float32)


class Adam:
    """Kingma & Ba 2015, with a step that falls linearly to zero."""

    def __init__(self, arrays: list[Matrix], rate: float, steps: int, decay: float) -> None:
        self._arrays, self._rate, self._steps, self._decay, self._t = arrays, rate, steps, decay, 0
        self._mean = [np.zeros_like(array) for array in arrays]
        self._square = [np.zeros_like(array) for array in arrays]

    def step(self, gradients: list[Matrix]) -> None:
        self._t += 1
        rate = self._rate * (1 - self._t / (self._steps + 1))
        for array, gradient, mean, square in zip(self._arrays, gradients, self._mean, self._square, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            update = mean / (1 - 0.9**self._t) / (np.sqrt(square / (1 - 0.999**self._t)) + 1e-8)
            array -= rate * (update + (self._decay * array if array.ndim > 1 else 0))


def train_perceptron(
    features: Matrix, allowed: Matrix, weight: Matrix, *, seed: int, hidden: int = 128, epochs: int = 8
) -> dict[str, Matrix]:
    """Layers `w1 b1 w2 b2`. `allowed` (n, classes) marks the classes a row may be; `weight` (n,) how much it counts."""
    random = np.random.default_rng(seed)
    n, columns, classes = len(features), features.shape[1], allowed.shape[1]
    layers = {
        "w1": (random.standard_normal((columns, hidden)) / np.sqrt(columns)).astype(np.float32),
        "b1": np.zeros(hidden, dtype=np.float32),
        "w2": (random.standard_normal((hidden, classes)) / np.sqrt(hidden)).astype(np.float32),
        "b2": np.zeros(classes, dtype=np.float32),
    }
    adam = Adam(list(layers.values()), 1e-3, epochs * -(-n // BATCH), 0.03)
    for _ in range(epochs):
        order = random.permutation(n)
        for start in range(0, n, BATCH):
            rows = order[start : start + BATCH]
            adam.step(_gradients(features[rows], allowed[rows], weight[rows], layers, random))
    return layers


def _gradients(
    x: Matrix, allowed: Matrix, weight: Matrix, layers: dict[str, Matrix], random: np.random.Generator
) -> list[Matrix]:
    """Of the cross-entropy, with a third of the inputs and half of the hidden units left out by chance."""
    x = x * (random.random(x.shape, dtype=np.float32) > 0.3) / 0.7
    before = x @ layers["w1"] + layers["b1"]
    kept = (random.random(before.shape, dtype=np.float32) > 0.5) / np.float32(0.5)
    hidden = np.maximum(before, 0) * kept
    scores = hidden @ layers["w2"] + layers["b2"]
    target = 0.95 * posterior(scores, allowed) + 0.05 / allowed.shape[1]
    error = (softmax(scores) - target) * weight[:, None] / len(x)
    back = (error @ layers["w2"].T) * kept * (before > 0)
    found = (x.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
    return [np.asarray(gradient, dtype=np.float32) for gradient in found]


def train_logistic(features: Matrix, allowed: Matrix, *, steps: int = 60, decay: float = 0.02) -> dict[str, Matrix]:
    """Weights `w` (columns, classes) and `b`, over whole batches."""
    w = np.zeros((features.shape[1], allowed.shape[1]), dtype=np.float32)
    b = np.zeros(allowed.shape[1], dtype=np.float32)
    adam = Adam([w, b], 0.15, steps, decay)
    for _ in range(steps):
        scores = features @ w + b
        error = (softmax(scores) - posterior(scores, allowed)) / len(features)
        adam.step([np.asarray(g, dtype=np.float32) for g in (features.T @ error, error.sum(axis=0))])
    return {"w": w, "b": b}
