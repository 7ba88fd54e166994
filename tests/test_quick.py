"""Words alone: the terms of all sentences at once are those of each by itself, in any language, whatever the text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.quick import (
    Grams,
    grams,
    grams_below,
    hashed_vectors,
    place,
    roles_by_words,
    salience_by_words,
    shares,
    title_of,
)
from digests.vocabulary import Codes

ENGLISH = ["The council approved a flood barrier.", "Work is expected to begin in 2029.", "$3 billion, he said."]
JAPANESE = ["市議会は防潮堤の建設計画を可決した。", "工事は来春に始まる見通しだ。"]


def held(found: Grams, row: int) -> list[int]:
    return sorted(found.grams[found.gram_rows == row].tolist())


def title(text: str, language: str = "en") -> Codes:
    return title_of(grams_below(text, [], language)[0])


@pytest.mark.parametrize(("texts", "language"), [(ENGLISH, "en"), (JAPANESE, "ja")])
def test_a_sentence_has_the_same_terms_among_others_as_alone(texts: list[str], language: str) -> None:
    together = grams(texts, language)
    assert [held(together, row) for row in range(len(texts))] == [held(grams([text], language), 0) for text in texts]


def test_numbers_are_one_word() -> None:
    assert held(grams(["in 1998"], "en"), 0) == held(grams(["In 2029"], "en"), 0)


def test_runs_do_not_cross_sentences() -> None:
    assert len(grams(["あ", "い"], "ja").grams) == 0
    assert len(grams(["one", "two"], "en").grams) == 2


def test_the_share_of_the_title_counts_each_word_once() -> None:
    found = grams(["Flood, flood, flood!", "A barrier against the flood", "Nothing"], "en")
    assert shares(found, title("Flood barrier")).tolist() == [0.5, 1.0, 0.0]


def test_a_title_without_words_is_shared_by_none() -> None:
    assert shares(grams(ENGLISH, "en"), title("")).tolist() == [0.0, 0.0, 0.0]


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6), st.sampled_from(["en", "ja", "th", "ar"]))
def test_any_texts_get_roles_salience_and_vectors(texts: list[str], language: str) -> None:
    found, seats = grams(texts, language), place(texts, range(len(texts)), language)
    roles = roles_by_words(found, seats, language)
    scores = salience_by_words(found, texts, seats, title("News", language), language)
    vectors = hashed_vectors(found)
    np.testing.assert_allclose(roles.sum(axis=1), 1, atol=1e-5)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert np.isfinite(vectors).all()
    assert (np.linalg.norm(vectors, axis=1) < 1.001).all()
