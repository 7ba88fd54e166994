"""What a sentence says word by word: a convolution over the meanings of its words, beside its vector and its place.

A sentence's one vector blurs tense and modality; runs of three words keep them. Weights: tools/train_phrasing.py."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from digests.features import Scene, overlap, place, wording
from digests.weights import Matrix, softmax, standardised, weights

LONGEST = 48
"""Words of a sentence that are read; of a longer one the first 36 and the last 12."""
_LAST = 12
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][a-z]+)?|\d+|[$%?!“”\"():;,.-]")
_SCALE = 19.6
"""Square root of 384: unit vectors become rows whose entries are about one."""


def phrasing_probabilities(scene: Scene) -> Matrix:
    """(n, 8) float32 over `roles.FINE`, rows sum to 1. The scene must have vectors."""
    model = weights("phrasing")
    marks = standardised(marked(scene), model["mean"], model["spread"])
    vectors, products, around = views(scene)
    codes = _without_tail(coded(scene.texts, scene.language, model["words"]))
    runs = threes(meant(codes, model)) if codes.any() else None
    each = []
    for net in (_layers(model, seed) for seed in range(int(model["seeds"]))):
        seen = [
            np.maximum(vectors @ net["vector.w"] + net["vector.b"], 0) * 0.5,
            np.maximum(marks @ net["marks.w"] + net["marks.b"], 0) * 0.5,
            np.tanh(0.5 * (products @ net["products.w"] + net["products.b"])),
            np.tanh(0.5 * (around @ net["around.w"] + net["around.b"])),
            _read(runs, net, len(codes)),
        ]
        hidden = np.maximum(np.hstack(seen) @ net["hidden.w"] + net["hidden.b"], 0)
        each.append(softmax(hidden @ net["out.w"] + net["out.b"]))
    return np.asarray(np.mean(each, axis=0), dtype=np.float32)


def _without_tail(codes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Columns beyond the longest sentence only repeat one empty run, which two more columns already show."""
    return codes[:, : int((codes > 0).sum(axis=1).max()) + 2]


def _layers(model: Mapping[str, Matrix], seed: int) -> dict[str, Matrix]:
    prefix = f"{seed}."
    return {key.removeprefix(prefix): array for key, array in model.items() if key.startswith(prefix)}


def _read(runs: Matrix | None, net: Mapping[str, Matrix], n: int) -> Matrix:
    """(n, filters): how much each filter found in its best run of three words; without words, its bias."""
    if runs is None:
        return np.tile(np.maximum(net["words.b"], 0) * 0.5, (n, 1))
    best = np.stack([(sentence @ net["words.w"]).max(axis=0) for sentence in runs])
    return np.asarray(np.maximum(best + net["words.b"], 0) * 0.5, dtype=np.float32)


def marked(scene: Scene) -> Matrix:
    """(n, columns): place, shared terms and cues, not yet standardised."""
    return np.hstack([place(scene), overlap(scene), wording(scene)]).astype(np.float32)


def views(scene: Scene) -> tuple[Matrix, Matrix, Matrix]:
    """Vectors (n, d), their products with those of title and lead (n, 2d), and title and article (n, 2d), scaled."""
    vectors = scene.vectors
    whole = vectors.mean(axis=0)
    whole = whole / (np.linalg.norm(whole) + 1e-9)
    products = np.hstack([vectors * scene.title_vector, vectors * vectors[0]]) * 300
    around = np.tile(np.concatenate([scene.title_vector, whole]) * _SCALE, (len(vectors), 1))
    return vectors * _SCALE, products.astype(np.float32), around.astype(np.float32)


def words(text: str) -> list[str]:
    """Lower-case words, numbers as "0", and the punctuation that tells of speech and sums."""
    found = ["0" if token.isdigit() else token.lower() for token in _TOKEN.findall(text)]
    return found if len(found) <= LONGEST else found[: LONGEST - _LAST] + found[-_LAST:]


def coded(texts: Sequence[str], language: str, known: Matrix) -> NDArray[np.int64]:
    """(n, `LONGEST`): 0 where there is no word, 1 for an unknown one, else 2 + its place in the sorted hashes `known`.
    Words are known in English; other languages have none here and are told by vector and place."""
    codes = np.zeros((len(texts), LONGEST), dtype=np.int64)
    if language != "en":
        return codes
    for row, text in zip(codes, texts, strict=True):
        hashes = np.array([word_hash(word) for word in words(text)], dtype=np.int64)
        at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
        row[: len(hashes)] = np.where(known[at] == hashes, at + 2, 1)
    return codes


def meant(codes: NDArray[np.int64], model: Mapping[str, Matrix]) -> Matrix:
    """(n, words, d): what each word means; zeros for none and for an unknown one."""
    known = codes[:, :, None] > 1
    return np.where(known, model["table"][np.maximum(codes - 2, 0)] * model["scale"], 0).astype(np.float32)


def word_hash(word: str) -> int:
    return zlib.crc32(word.encode("utf-8", "ignore"))


def threes(meanings: Matrix) -> Matrix:
    """(n, words, 3d) from (n, words, d): each word between its neighbours, zeros beyond the ends."""
    edge = np.zeros_like(meanings[:, :1])
    before = np.concatenate([edge, meanings[:, :-1]], axis=1)
    after = np.concatenate([meanings[:, 1:], edge], axis=1)
    return np.concatenate([before, meanings, after], axis=2)
