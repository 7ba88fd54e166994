"""One article analysed: language, sentences with role and salience, vectors. What the digest and the index are made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from digests.embed import LexicalEmbedder
from digests.language import identify
from digests.model import ROLES, Sentence
from digests.ports import Embedder, Vectors
from digests.roles import role_probabilities
from digests.sentences import Piece, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`sentences[i]` and `vectors[i]` belong to `pieces[i]`; vectors are (n, d) float32, rows L2-normalised or zero."""

    title: str
    text: str
    language: str
    pieces: tuple[Piece, ...]
    sentences: tuple[Sentence, ...]
    vectors: Vectors
    title_vector: NDArray[np.float32]
    article_vector: NDArray[np.float32]


class Analyser:
    """Analyses articles with one embedder; without one, by words alone."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder: Embedder = embedder or LexicalEmbedder()

    def analyse(self, title: str, text: str, language: str | None = None) -> Analysis:
        """Every sentence of `text` with its scores. `language` is a hint; any text at all is answered."""
        code = identify(text or title, language)
        pieces = sentences(text, code)
        vectors = self._embedder.embed([title, *(piece.text for piece in pieces)])
        roles = role_probabilities([piece.text for piece in pieces], code)
        salience = _salience(pieces, vectors[1:])
        return Analysis(
            title=title,
            text=text,
            language=code,
            pieces=pieces,
            sentences=tuple(_sentence(p, row, float(s)) for p, row, s in zip(pieces, roles, salience, strict=True)),
            vectors=vectors[1:],
            title_vector=vectors[0],
            article_vector=_unit(vectors[0] * 2 + (vectors[1:] * salience[:, None]).sum(axis=0)),
        )


def _salience(pieces: tuple[Piece, ...], vectors: Vectors) -> NDArray[np.float32]:
    if not pieces:
        return np.zeros(0, dtype=np.float32)
    ordinary = np.array([not piece.boilerplate for piece in pieces])
    centre = _unit((vectors * ordinary[:, None]).sum(axis=0))
    position = 1 / np.maximum(1, np.cumsum(ordinary))
    return np.asarray(np.clip(0.6 * position + 0.4 * (vectors @ centre), 0, 1) * ordinary, dtype=np.float32)


def _sentence(piece: Piece, row: NDArray[np.float32], salience: float) -> Sentence:
    roles = {role: round(float(p), 4) for role, p in zip(ROLES, row, strict=True)}
    role = None if piece.boilerplate else max(ROLES, key=roles.__getitem__)
    return Sentence(start=piece.start, end=piece.end, text=piece.text, role=role, roles=roles, salience=salience)


def _unit(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    norm = float(np.linalg.norm(vector))
    return np.asarray(vector / norm if norm else vector, dtype=np.float32)
