"""Vectors have unit length, the same text has the same vector, and like texts are closer than unlike ones."""

import numpy as np
import pytest

from digests.embed import E5Embedder, LexicalEmbedder
from digests.ports import Embedder

TEXTS = [
    "The central bank raised interest rates on Monday.",
    "Interest rates were raised by the central bank.",
    "The striker scored twice in the final.",
]


@pytest.fixture(params=[E5Embedder, LexicalEmbedder], scope="module")
def embedder(request: pytest.FixtureRequest) -> Embedder:
    made: Embedder = request.param()
    return made


def test_rows_have_unit_length_and_an_empty_text_is_a_zero_row(embedder: Embedder) -> None:
    lengths = np.linalg.norm(embedder.embed([*TEXTS, "", " \n"]), axis=1)
    np.testing.assert_allclose(lengths, [1, 1, 1, 0, 0], atol=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert (0, embedder.dimension) == embedder.embed([]).shape


def test_like_texts_are_closer_than_unlike_ones(embedder: Embedder) -> None:
    close = embedder.embed(TEXTS) @ embedder.embed(TEXTS).T
    assert close[0, 1] > close[0, 2]


def test_a_text_has_one_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    np.testing.assert_allclose(embedder.embed(TEXTS)[1], embedder.embed([TEXTS[1]])[0], atol=1e-5)


def test_hostile_text_has_a_vector(embedder: Embedder) -> None:
    assert np.isfinite(embedder.embed(["\x00", "\ud800", "x" * 100_000, "😀" * 500, "\u202e مرحبا"])).all()
