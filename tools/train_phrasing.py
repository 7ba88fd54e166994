"""Retrains the word-by-word role model and writes `digests/data/phrasing.npz`; prints cross-validated figures.

    python -m tools.train_phrasing --data DIR [--cache DIR] [--folds 5] [--held 5] [--opinions FILE]

Needs torch (`pip install torch`, for training only: the weights are read with numpy) and what tools/train_roles.py
needs, whose perceptrons are judged together with this model when the biases are chosen. The seed is fixed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from digests.features import Scene
from digests.phrasing import coded, marked, views, word_hash, words
from digests.roles import FINE, PHRASING_SHARE, TO_ROLES, balanced
from digests.weights import Matrix
from tools.train_roles import HERE, Labelled, Trainer, discourse, japanese, macro_f1, scenes
from tools.vector_cache import CachedEmbedder

SEEDS, EPOCHS, BATCH, RATE, DECAY = 3, 8, 16, 2e-3, 0.03
JAPANESE_WEIGHT = 1.5
DEPTH, FILTERS, FEWEST = 64, 96, 4
"""Columns of a word's meaning, filters over runs of three words, and how often a word must be met to be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What the net sees of one article, and what each sentence may be."""

    vectors: torch.Tensor
    products: torch.Tensor
    around: torch.Tensor
    marks: torch.Tensor
    codes: torch.Tensor
    rows: torch.Tensor
    weight: torch.Tensor


class Net(nn.Module):  # type: ignore[misc]  # torch is not among what the project installs
    """As `digests.phrasing` computes it, with parts left out by chance while training."""

    def __init__(self, columns: int, width: int, table: Matrix) -> None:
        super().__init__()
        self.vector = nn.Linear(width, 96)
        self.marks = nn.Linear(columns, 64)
        self.products = nn.Linear(2 * width, 32)
        self.around = nn.Linear(2 * width, 32)
        self.table = nn.Embedding.from_pretrained(torch.tensor(table), freeze=True)
        self.words = nn.Conv1d(table.shape[1], FILTERS, 3, padding=1)
        self.hidden = nn.Linear(96 + 64 + 32 + 32 + FILTERS, 128)
        self.out = nn.Linear(128, len(FINE))
        self.alone = nn.Linear(FILTERS, len(FINE))

    def forward(self, given: Inputs) -> tuple[torch.Tensor, torch.Tensor]:
        """Scores (n, 8) of the whole net, and of the words alone."""
        vectors = functional.relu(self.vector(self._less(given.vectors, 0.3))) * 0.5
        marks = functional.relu(self.marks(self._less(given.marks, 0.2))) * 0.5
        products = torch.tanh(0.5 * self.products(given.products))
        around = torch.tanh(0.5 * self.around(self._less(given.around, 0.3)))
        seen = self._less(torch.cat([vectors, marks, products, around], -1), 0.3)
        read = self._less(self._read(given.codes), 0.4)
        hidden = functional.relu(self.hidden(torch.cat([seen, read], -1)))
        return self.out(self._less(hidden, 0.4)), self.alone(read)

    def _read(self, codes: torch.Tensor) -> torch.Tensor:
        if self.training:
            lost = (torch.rand(codes.shape) < 0.15) & (codes > 0)
            codes = torch.where(lost, torch.ones_like(codes), codes)
        meanings = self._less(self.table(codes), 0.1)
        return functional.relu(self.words(meanings.transpose(1, 2)).max(-1).values) * 0.5

    def _less(self, rows: torch.Tensor, share: float) -> torch.Tensor:
        return functional.dropout(rows, share, self.training)


def loss(scores: torch.Tensor, given: Inputs) -> torch.Tensor:
    """Cross-entropy over the fine roles and, for 30 %, over the four, labels smoothed by 5 %."""
    to_roles = torch.tensor(TO_ROLES)
    with torch.no_grad():
        likely = (torch.softmax(scores, -1) + 1e-9) * given.rows
        target = 0.95 * likely / likely.sum(-1, keepdim=True).clamp_min(1e-9) + 0.05 / len(FINE)
    fine = -(target * torch.log_softmax(scores, -1)).sum(-1)
    four = -((target @ to_roles) * torch.log(torch.softmax(scores, -1) @ to_roles + 1e-7)).sum(-1)
    return ((0.7 * fine + 0.3 * four) * given.weight).sum() / given.weight.sum()


def joined(inputs: Sequence[Inputs]) -> Inputs:
    return Inputs(**{name: torch.cat([getattr(one, name) for one in inputs]) for name in Inputs.__slots__})


def trained(inputs: Sequence[Inputs], table: Matrix, seed: int) -> Net:
    """AdamW over batches of articles of like length, the rate rising for 15 % of the steps and then falling."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = Net(inputs[0].marks.shape[1], inputs[0].vectors.shape[1], table)
    steps = EPOCHS * -(-len(inputs) // BATCH)
    adam = torch.optim.AdamW([p for p in net.parameters() if p.requires_grad], lr=RATE, weight_decay=DECAY)
    pace = torch.optim.lr_scheduler.OneCycleLR(adam, RATE, total_steps=steps, pct_start=0.15)
    lengths = np.array([len(one.rows) for one in inputs])
    net.train()
    for _ in range(EPOCHS):
        order = np.argsort(lengths * np.exp(random.normal(0, 0.25, len(lengths))))
        batches = [order[k : k + BATCH] for k in range(0, len(order), BATCH)]
        for k in random.permutation(len(batches)):
            _step(net, joined([inputs[i] for i in batches[k]]), adam, pace)
    net.eval()
    return net


def _step(net: Net, given: Inputs, adam: torch.optim.Optimizer, pace: Any) -> None:
    whole, alone = net(given)
    error = loss(whole, given) + 0.2 * loss(alone, given)
    adam.zero_grad()
    error.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 2.0)
    adam.step()
    pace.step()


def vocabulary(articles: Sequence[Labelled], embedder: CachedEmbedder) -> dict[str, Matrix]:
    """Hashes of the English words met often enough, sorted, and their meanings in `DEPTH` bytes each: the vectors of
    single words, turned to their main axes."""
    met = Counter(word for a in articles if a.language == "en" for p in a.pieces for word in words(p.text))
    kept = sorted((word for word, count in met.items() if count >= FEWEST), key=word_hash)
    vectors = embedder.embed(kept)
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    _, axes = np.linalg.eigh(vectors.T @ vectors)
    small = vectors @ axes[:, ::-1][:, :DEPTH]
    small /= small.std()
    scale = np.abs(small).max(axis=0) / 127
    hashes = np.array([word_hash(word) for word in kept], dtype=np.int64)
    return {"words": hashes, "table": (small / scale).round().astype(np.int8), "scale": scale.astype(np.float32)}


def inputs_of(articles: Sequence[Labelled], seen: Sequence[Scene], model: dict[str, Matrix]) -> list[Inputs]:
    """The net's inputs; puts the mean and spread of the marks into `model`."""
    marks = [marked(scene) for scene in seen]
    stacked = np.concatenate(marks)
    model["mean"], model["spread"] = stacked.mean(axis=0), stacked.std(axis=0) + 1e-3
    made = []
    for article, scene, row in zip(articles, seen, marks, strict=True):
        vectors, products, around = views(scene)
        counts = (article.rows.sum(axis=1) > 0) * (JAPANESE_WEIGHT if article.language == "ja" else 1.0)
        arrays = {
            "vectors": vectors,
            "products": products,
            "around": around,
            "marks": np.clip((row - model["mean"]) / model["spread"], -4, 4),
            "rows": article.rows,
            "weight": counts,
        }
        tensors = {name: torch.tensor(array.astype(np.float32)) for name, array in arrays.items()}
        codes = torch.tensor(coded(scene.texts, scene.language, model["words"]))
        made.append(Inputs(codes=codes, **tensors))
    return made


def unseen_opinions(
    perceptrons: Trainer, inputs: Sequence[Inputs], table: Matrix, folds: int, held: int
) -> dict[int, tuple[Matrix, Matrix]]:
    """What models that never saw an article think of it: perceptrons and this one (n, 8); of the first `held` folds."""
    count = len(inputs)
    opinions: dict[int, tuple[Matrix, Matrix]] = {}
    for fold in range(held):
        train = [i for i in range(count) if i % folds != fold]
        net = trained([inputs[i] for i in train], table, 0)
        seen = perceptrons.split(perceptrons.judged(perceptrons.trained(frozenset(train), 1))[0])
        for i in range(fold, count, folds):
            with torch.no_grad():
                opinions[i] = (seen[i], torch.softmax(net(inputs[i])[0], -1).numpy())
    return opinions


def kept(opinions: dict[int, tuple[Matrix, Matrix]], path: Path) -> None:
    """Writes them for tools/train_telling.py: `s0`, `r0` and so on."""
    arrays: dict[str, Any] = {
        f"{name}{i}": one for i, two in opinions.items() for name, one in zip("sr", two, strict=True)
    }
    np.savez_compressed(path, **arrays)


def settled(articles: Sequence[Labelled], opinions: dict[int, tuple[Matrix, Matrix]], language: str) -> Matrix:
    """The bias (4,) for both models together that suits the opinions best; prints what they score with it."""
    mine = [i for i in opinions if articles[i].language == language]

    def score(bias: Matrix) -> tuple[float, list[float]]:
        four = [balanced(*opinions[i], bias, PHRASING_SHARE) for i in mine]
        return macro_f1([articles[i] for i in mine], four)

    bias = np.ones(4, dtype=np.float32)
    plain = score(bias)[0]
    for role in (3, 0, 1, 3, 0, 1):
        tries = [np.where(np.arange(4) == role, bias * f, bias).astype(np.float32) for f in (0.7, 0.85, 1, 1.2, 1.45)]
        bias = max(tries, key=lambda tried: score(tried)[0])
    best = score(bias)
    print(
        f"{language} cross-validated {best[0]:.1f} {best[1]} (unbiased {plain:.1f}), bias {bias.round(2)}", flush=True
    )
    return bias


def plain_layers(net: Net) -> dict[str, Matrix]:
    """The net's arrays by name, in half precision, as `digests.phrasing` multiplies them."""
    found: dict[str, Matrix] = {}
    for name in ("vector", "marks", "products", "around", "hidden", "out"):
        layer = getattr(net, name)
        found |= {f"{name}.w": layer.weight.detach().numpy().T, f"{name}.b": layer.bias.detach().numpy()}
    runs = net.words.weight.detach().numpy()  # (filters, depth, 3)
    found |= {"words.w": runs.transpose(2, 1, 0).reshape(-1, FILTERS), "words.b": net.words.bias.detach().numpy()}
    return {name: array.astype(np.float16) for name, array in found.items()}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--folds", type=int, default=5)
    ask.add_argument("--held", type=int, default=5)
    ask.add_argument("--opinions", type=Path)
    ask.add_argument("--out", type=Path, default=HERE.parent / "digests" / "data" / "phrasing.npz")
    given = ask.parse_args()
    torch.set_num_threads(1)
    embedder = CachedEmbedder(given.cache)
    perceptrons = Trainer(discourse(given.data / "roles_train.jsonl") + japanese(given.data), embedder)
    articles = perceptrons.articles
    model = vocabulary(articles, embedder)
    table = np.vstack([np.zeros((2, DEPTH)), model["table"] * model["scale"]]).astype(np.float32)
    inputs = inputs_of(articles, scenes(articles, embedder, perceptrons.model), model)
    opinions = unseen_opinions(perceptrons, inputs, table, given.folds, given.held)
    if given.opinions:
        kept(opinions, given.opinions)
    settled(articles, opinions, "ja")
    model["bias"] = settled(articles, opinions, "en")
    model["seeds"] = np.array(SEEDS)
    for seed in range(SEEDS):
        layers = plain_layers(trained(inputs, table, seed))
        model |= {f"{seed}.{name}": array for name, array in layers.items()}
    arrays: dict[str, Any] = dict(model)
    np.savez_compressed(given.out, **arrays)
    print(f"{given.out.name}: {given.out.stat().st_size // 1024} KiB, {len(model['words'])} words")


if __name__ == "__main__":
    main()
