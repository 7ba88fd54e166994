"""Retrains the role models and writes `digests/data/roles.npz`; prints cross-validated and development figures.

    python -m tools.train_roles --data DIR [--cache DIR] [--folds 5]

DIR holds `roles_train.jsonl`, `roles_dev.jsonl` (NewsDiscourse) and `articles_ja.jsonl`, whose labels are in
`tools/labels/roles_ja.jsonl`. Needs numpy and the project, nothing else; the seed is fixed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from digests.features import Scene, dense, hashed
from digests.model import ROLES
from digests.roles import FINE, TO_ROLES, balanced, bias_name, centred, lexical_rows
from digests.sentences import Piece, sentences
from digests.weights import Matrix, perceptron, softmax, standardised
from tools.learning import train_logistic, train_perceptron
from tools.vector_cache import CachedEmbedder

HERE = Path(__file__).parent
SEEDS = 4
PROJECTED = 64
VOCABULARY = {"en": 3000, "ja": 2000}
JAPANESE_WEIGHT = 2.0
"""There are six times as many English sentences; each Japanese one counts this much."""
Gold = Sequence[tuple[int, int, str | None, str | None]]
"""Spans with their section and, where known, their fine role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An article with gold spans; `rows` says what each of its pieces may be: (n, 8), zero rows count for nothing."""

    language: str
    title: str
    pieces: tuple[Piece, ...]
    gold: Gold
    rows: Matrix


def labelled(title: str, text: str, language: str, gold: Gold) -> Labelled:
    pieces = tuple(p for p in sentences(text, language) if not p.boilerplate or p.heading)
    rows = np.array([_allowed(piece, gold) for piece in pieces], dtype=np.float32).reshape(-1, len(FINE))
    return Labelled(language=language, title=title, pieces=pieces, gold=gold, rows=rows)


def _allowed(piece: Piece, gold: Gold) -> Matrix:
    start, end, role, fine = max(gold, key=lambda g: min(piece.end, g[1]) - max(piece.start, g[0]))
    if role is None or min(piece.end, end) - max(piece.start, start) <= 0.5 * (piece.end - piece.start):
        return np.zeros(len(FINE), dtype=np.float32)
    if fine in FINE:
        return np.asarray(np.eye(len(FINE), dtype=np.float32)[FINE.index(fine)])
    return TO_ROLES[:, ROLES.index(role)]


def read(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def discourse(path: Path) -> list[Labelled]:
    """Articles whose sentences are listed in order, with `roles` and `fine` beside them."""
    return [labelled(row["title"], row["text"], row["language"], _spans(row)) for row in read(path)]


def _spans(row: dict[str, Any]) -> Gold:
    at = 0
    gold: list[tuple[int, int, str | None, str | None]] = []
    for sentence, role, fine in zip(row["sentences"], row["roles"], row["fine"], strict=True):
        start = max(at, row["text"].find(sentence, at))
        at = start + len(sentence)
        gold.append((start, at, role, fine))
    return gold


def japanese(data: Path) -> list[Labelled]:
    texts = {row["id"]: row for row in read(data / "articles_ja.jsonl")}
    rows = [row for row in read(HERE / "labels" / "roles_ja.jsonl") if row["id"] in texts]
    gold = [[(label["start"], label["end"], label["role"], None) for label in row["labels"]] for row in rows]
    found = [texts[row["id"]] for row in rows]
    return [labelled(row["title"], row["text"], "ja", spans) for row, spans in zip(found, gold, strict=True)]


def scenes(articles: Sequence[Labelled], embedder: CachedEmbedder, model: dict[str, Matrix]) -> list[Scene]:
    """What the models see of each article."""
    made = []
    for article in articles:
        texts = [piece.text for piece in article.pieces]
        vectors = centred(embedder.embed([article.title, *texts]), model[f"centre.{article.language}"])
        made.append(
            Scene(
                texts=texts,
                paragraphs=[piece.paragraph for piece in article.pieces],
                language=article.language,
                title=article.title,
                vectors=vectors[1:],
                title_vector=vectors[0],
            )
        )
    return made


def centres(articles: Sequence[Labelled], embedder: CachedEmbedder) -> dict[str, Matrix]:
    """The mean vector of each language's sentences, and of all languages' means for the rest."""
    found = {}
    for language in ("en", "ja"):
        texts = [piece.text for a in articles if a.language == language for piece in a.pieces]
        found[f"centre.{language}"] = embedder.embed(texts).mean(axis=0)
    return found | {"centre": np.mean(list(found.values()), axis=0)}


class Trainer:
    """Holds the features of all articles, so that folds only choose rows."""

    def __init__(self, articles: Sequence[Labelled], embedder: CachedEmbedder) -> None:
        self.articles = articles
        self.model = centres(articles, embedder)
        full = scenes(articles, embedder, self.model)
        stacked = np.concatenate([scene.vectors for scene in full])
        _, axes = np.linalg.eigh(stacked.T @ stacked)
        self.model["projection"] = axes[:, ::-1][:, :PROJECTED].astype(np.float32)
        self.features = np.concatenate([dense(scene, self.model["projection"]) for scene in full])
        self.rows = np.concatenate([article.rows for article in articles])
        self.texts = [piece.text for article in articles for piece in article.pieces]
        self.of_language = np.array([a.language for a in articles for _ in a.pieces])

    def trained(self, articles: frozenset[int], seeds: int) -> dict[str, Matrix]:
        """A model from the articles of these numbers, without its biases."""
        rows = np.array([i in articles for i, a in enumerate(self.articles) for _ in a.pieces])
        chosen = rows & (self.rows.sum(axis=1) > 0)
        weight = np.where(self.of_language == "ja", JAPANESE_WEIGHT, 1.0).astype(np.float32)[chosen]
        model = dict(self.model, seeds=np.array(seeds))
        mean, spread = self.features[chosen].mean(axis=0), self.features[chosen].std(axis=0) + 1e-3
        model |= {"mean": mean, "spread": spread}
        known = standardised(self.features[chosen], mean, spread)
        for seed in range(seeds):
            layers = train_perceptron(known, self.rows[chosen], weight, seed=seed)
            model |= {f"{seed}.{name}": array for name, array in layers.items()}
        for language in VOCABULARY:
            model |= self._lexical(chosen & (self.of_language == language), language)
        return model

    def _lexical(self, chosen: Matrix, language: str) -> dict[str, Matrix]:
        texts = [self.texts[i] for i in np.flatnonzero(chosen)]
        roles = self.rows[chosen] @ TO_ROLES / self.rows[chosen].sum(axis=1, keepdims=True)
        known, idf = vocabulary([hashed(text, language) for text in texts], roles, VOCABULARY[language])
        layers = train_logistic(lexical_rows(texts, language, known, idf), self.rows[chosen])
        arrays = {"hashes": known, "idf": idf, **layers}
        return {f"lexical.{language}.{name}": array for name, array in arrays.items()}

    def judged(self, model: dict[str, Matrix]) -> tuple[Matrix, Matrix]:
        """Opinions (n, 8) of perceptrons and of words, for every piece of every article."""
        features = standardised(self.features, model["mean"], model["spread"])
        each = [softmax(perceptron(features, model, str(i))) for i in range(int(model["seeds"]))]
        read_ = np.zeros((len(features), len(FINE)), dtype=np.float32)
        for language in VOCABULARY:
            mine = np.flatnonzero(self.of_language == language)
            known, idf = model[f"lexical.{language}.hashes"], model[f"lexical.{language}.idf"]
            rows = lexical_rows([self.texts[i] for i in mine], language, known, idf)
            read_[mine] = softmax(rows @ model[f"lexical.{language}.w"] + model[f"lexical.{language}.b"])
        return np.mean(each, axis=0), read_

    def split(self, opinions: Matrix) -> list[Matrix]:
        """One matrix an article."""
        return np.split(opinions, np.cumsum([len(article.pieces) for article in self.articles])[:-1])


def vocabulary(bags: Sequence[set[int]], roles: Matrix, size: int) -> tuple[Matrix, Matrix]:
    """The `size` hashes that tell most of the role (chi-square), sorted, and how rare each is."""
    totals: dict[int, Matrix] = {}
    for bag, row in zip(bags, roles, strict=True):
        for term in bag:
            totals[term] = totals[term] + row if term in totals else row
    known = np.array(sorted(term for term, row in totals.items() if row.sum() >= 4), dtype=np.int64)
    seen = np.array([totals[int(term)] for term in known])
    expected = seen.sum(axis=1, keepdims=True) * roles.mean(axis=0)
    told = ((seen - expected) ** 2 / expected).sum(axis=1)
    best = np.sort(np.argsort(-told)[:size])
    rarity = np.log(len(bags) / seen[best].sum(axis=1))
    return np.asarray(known[best]), np.asarray(rarity, dtype=np.float32)


def macro_f1(articles: Sequence[Labelled], guessed: Sequence[Matrix]) -> tuple[float, list[float]]:
    """Mean F1 of the four roles in percent, and each; a gold sentence gets the role of the piece it overlaps most."""
    pairs = [pair for article, four in zip(articles, guessed, strict=True) for pair in _pairs(article, four)]
    gold, told = np.array([g for g, _ in pairs]), np.array([t for _, t in pairs])
    each = []
    for role in range(4):
        both = ((gold == role) & (told == role)).sum()
        each.append(200 * both / max(1, (gold == role).sum() + (told == role).sum()))
    return float(np.mean(each)), [round(float(f1), 1) for f1 in each]


def _pairs(article: Labelled, four: Matrix) -> Iterator[tuple[int, int]]:
    for start, end, role, _ in article.gold:
        if role is None:
            continue
        shared = [min(end, p.end) - max(start, p.start) for p in article.pieces]
        best = int(np.argmax(shared)) if shared else -1
        yield ROLES.index(role), int(four[best].argmax()) if shared and shared[best] > 0 else -1


def best_bias(articles: Sequence[Labelled], seen: Sequence[Matrix], read_: Sequence[Matrix]) -> Matrix:
    """Factors of the four roles that make macro-F1 best on held-out opinions, by coordinate ascent."""
    bias = np.ones(4, dtype=np.float32)

    def score(tried: Matrix) -> float:
        return macro_f1(articles, [balanced(s, r, tried) for s, r in zip(seen, read_, strict=True)])[0]

    for _ in range(2):
        for role in (3, 0, 1):
            tries = [
                np.where(np.arange(4) == role, bias * f, bias).astype(np.float32) for f in (0.7, 0.85, 1, 1.2, 1.45)
            ]
            bias = max(tries, key=score)
    return bias


def cross_validated(trainer: Trainer, folds: int) -> dict[str, Matrix]:
    """Biases chosen on held-out folds; prints what the held-out folds score."""
    count = len(trainer.articles)
    held_out = np.zeros_like(trainer.rows), np.zeros_like(trainer.rows)
    for fold in range(folds):
        model = trainer.trained(frozenset(i for i in range(count) if i % folds != fold), 1)
        held = np.array([i % folds == fold for i, a in enumerate(trainer.articles) for _ in a.pieces])
        for whole, part in zip(held_out, trainer.judged(model), strict=True):
            whole[held] = part[held]
    biases = {}
    for language in VOCABULARY:
        mine = [i for i, a in enumerate(trainer.articles) if a.language == language]
        articles = [trainer.articles[i] for i in mine]
        parts = [[trainer.split(whole)[i] for i in mine] for whole in held_out]
        bias = best_bias(articles, *parts)
        biases[bias_name(language)] = bias
        plain = macro_f1(articles, [balanced(s, r, np.ones(4, dtype=np.float32)) for s, r in zip(*parts, strict=True)])
        score = macro_f1(articles, [balanced(s, r, bias) for s, r in zip(*parts, strict=True)])
        print(f"{language} cross-validated {score[0]:.1f} {score[1]}", end=" ")
        print(f"(unbiased {plain[0]:.1f}), bias {bias.round(2)}")
    return biases


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--cache", type=Path)
    ask.add_argument("--folds", type=int, default=5)
    ask.add_argument("--out", type=Path, default=HERE.parent / "digests" / "data" / "roles.npz")
    given = ask.parse_args()
    articles = discourse(given.data / "roles_train.jsonl") + japanese(given.data)
    trainer = Trainer(articles, CachedEmbedder(given.cache))
    print(f"{len(articles)} articles, {len(trainer.rows)} sentences")
    biases = cross_validated(trainer, given.folds)
    model = trainer.trained(frozenset(range(len(articles))), SEEDS) | biases
    given.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(given.out, **{k: _narrowed(v) for k, v in model.items()})
    print(f"{given.out.name}: {given.out.stat().st_size // 1024} KiB")


def _narrowed(array: Matrix) -> Any:
    return array.astype(np.float16) if array.dtype == np.float32 and array.ndim > 1 else array


if __name__ == "__main__":
    main()
