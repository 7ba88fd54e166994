"""One article analysed: language, sentences with role and salience, vectors. What digest and index are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from digests.embed import LexicalEmbedder
from digests.features import Scene
from digests.language import identify
from digests.model import ROLES, Sentence
from digests.ports import Embedder, Vectors
from digests.quick import (
    LONGEST,
    grams_below,
    hashed_vectors,
    place,
    roles_by_words,
    salience_by_words,
    title_of,
)
from digests.roles import centre_of, centred, role_probabilities
from digests.salience import salience
from digests.sentences import Piece, sentences
from digests.vocabulary import Told, each

MOST_EMBEDDED = 120
"""Sentences of one article that are embedded; of a longer one the first and the most salient by words alone."""
_FIRST = 40
TITLE = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """`sentences[i]` and `vectors[i]` belong to `pieces[i]`; vectors are (n, d) float32, rows L2-normalised, or zero
    for sentences that were not embedded (boilerplate, the tail of a very long article)."""

    title: str
    text: str
    language: str
    pieces: tuple[Piece, ...]
    sentences: tuple[Sentence, ...]
    vectors: Vectors
    title_vector: NDArray[np.float32]
    article_vector: NDArray[np.float32]
    """(d,) L2-normalised: title, lead and the most salient sentences; what an index is searched with."""
    told: Mapping[int, Told] = field(default_factory=dict, repr=False)
    """What is known of the words of piece k, and of the title's (`TITLE`), where it was found on the way."""


class Analyser:
    """Analyses articles with one embedder; without one, by words alone."""

    def __init__(self, embedder: Embedder | None) -> None:
        self._embedder: Embedder = embedder or LexicalEmbedder()
        self._lexical = isinstance(self._embedder, LexicalEmbedder)

    def analyse(self, title: str, text: str, language: str | None = None) -> Analysis:
        """Every sentence of `text` with its scores. `language` is a hint; any text at all is answered."""
        code = identify(text if text.strip() else title, language)
        pieces = sentences(text, code)
        judged = [i for i, piece in enumerate(pieces) if piece.heading or not piece.boilerplate]
        roles, scores, vectors, title_vector, told = _by_words(title, code, pieces, judged)
        if not self._lexical:
            vectors, title_vector = self._embedded(title, pieces, _chosen(judged, pieces, scores))
            roles, scores = _by_meaning(title, code, pieces, vectors, title_vector, roles, scores)
        return Analysis(
            title=title,
            text=text,
            language=code,
            pieces=pieces,
            sentences=_scored(pieces, roles, scores),
            vectors=vectors,
            title_vector=title_vector,
            article_vector=_whole(title_vector, vectors, scores),
            told=told,
        )

    def _embedded(self, title: str, pieces: tuple[Piece, ...], chosen: list[int]) -> tuple[Vectors, Vectors]:
        made = self._embedder.embed([title, *(pieces[i].text for i in chosen)])
        vectors = np.zeros((len(pieces), made.shape[1]), dtype=np.float32)
        vectors[chosen] = made[1:]
        return vectors, made[0]


def _by_words(
    title: str, language: str, pieces: tuple[Piece, ...], judged: list[int]
) -> tuple[Vectors, Vectors, Vectors, Vectors, Mapping[int, Told]]:
    """Roles (n, 4), salience (n,), hashed vectors (n, d) and the title's (d,); boilerplate keeps even roles, no
    salience, and no vector. And what is known of the words."""
    texts = [pieces[i].text for i in judged]
    headed, found, words = grams_below(title, texts, language)
    told = dict(zip([*judged, TITLE], each(words), strict=True)) if words else {}
    for i in [i for i, text in zip((*judged, TITLE), (*texts, title), strict=True) if len(text) > LONGEST]:
        told.pop(i, None)  # only its beginning was read
    hashed = hashed_vectors(headed)
    four, salient = np.zeros((0, len(ROLES)), dtype=np.float32), np.zeros(0, dtype=np.float32)
    if judged:
        seats = place(texts, [pieces[i].paragraph for i in judged], language)
        four = roles_by_words(found, seats, language)
        salient = salience_by_words(found, texts, seats, title_of(headed), language)
    roles, scores = _among(judged, pieces, four, 1 / len(ROLES)), _among(judged, pieces, salient, 0)
    vectors = _among(judged, pieces, hashed[:-1], 0)
    return roles, _without_boilerplate(scores, pieces), vectors, hashed[-1], told


def _among(judged: list[int], pieces: tuple[Piece, ...], found: Vectors, other: float) -> Vectors:
    """What was found of the pieces that were judged, among all; `other` for the rest."""
    if len(judged) == len(pieces):
        return found
    out = np.full((len(pieces), *found.shape[1:]), other, dtype=np.float32)
    out[judged] = found
    return out


def _by_meaning(
    title: str,
    language: str,
    pieces: tuple[Piece, ...],
    vectors: Vectors,
    title_vector: Vectors,
    roles: Vectors,
    scores: Vectors,
) -> tuple[Vectors, Vectors]:
    """The same, better, for the sentences that have vectors; the others keep what their words gave them."""
    chosen = np.flatnonzero(np.abs(vectors).sum(axis=1) > 0)
    if not len(chosen):
        return roles, scores
    centre = centre_of(language)
    near, near_title = centred(vectors[chosen], centre), centred(title_vector, centre)
    scene = _scene(title, language, [pieces[i] for i in chosen], near, near_title)
    roles, scores = roles.copy(), scores * 0.5
    roles[chosen] = role_probabilities(scene)
    scores[chosen] = salience(scene, roles[chosen])
    return roles, _without_boilerplate(scores, pieces)


def _scene(title: str, language: str, pieces: list[Piece], vectors: Vectors, title_vector: Vectors) -> Scene:
    return Scene(
        texts=[piece.text for piece in pieces],
        paragraphs=[piece.paragraph for piece in pieces],
        language=language,
        title=title,
        vectors=vectors,
        title_vector=title_vector,
    )


def _chosen(judged: list[int], pieces: tuple[Piece, ...], scores: Vectors) -> list[int]:
    """Which sentences are embedded."""
    if len(judged) <= MOST_EMBEDDED:
        return judged
    rest = sorted(judged[_FIRST:], key=lambda i: -float(scores[i]))[: MOST_EMBEDDED - _FIRST]
    return judged[:_FIRST] + sorted(rest)


def _without_boilerplate(scores: Vectors, pieces: tuple[Piece, ...]) -> Vectors:
    scores[[piece.boilerplate for piece in pieces]] = 0
    return scores


def _scored(pieces: tuple[Piece, ...], roles: Vectors, scores: Vectors) -> tuple[Sentence, ...]:
    """The pieces as sentences with their scores; those that belong to no section have no role."""
    best = roles.argmax(axis=1).tolist()
    rows = roles.astype(np.float64).round(4).tolist()
    return tuple(
        Sentence(
            start=piece.start,
            end=piece.end,
            text=piece.text,
            role=ROLES[likeliest] if piece.heading or not piece.boilerplate else None,
            roles=dict(zip(ROLES, row, strict=True)),
            salience=score,
        )
        for piece, likeliest, row, score in zip(
            pieces, best, rows, scores.astype(np.float64).round(4).tolist(), strict=True
        )
    )


def _whole(title_vector: Vectors, vectors: Vectors, scores: Vectors) -> Vectors:
    """The title as heavy as three sentences, and up to twelve sentences by their salience."""
    top = np.argsort(-scores, kind="stable")[:12]
    weight = scores[top] / max(1e-6, float(scores[top].sum())) if len(top) else scores[top]
    total = title_vector * 0.5 + (vectors[top] * weight[:, None]).sum(axis=0)
    norm = float(np.sqrt(total @ total))
    return np.asarray(total / norm if norm else total, dtype=np.float32)
