"""The word-by-word model gives probabilities for any text, knows words in English only, and reads long sentences."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.features import Scene
from digests.phrasing import LONGEST, coded, phrasing_probabilities, threes, word_hash, words
from digests.roles import FINE


def scene(texts: list[str], language: str) -> Scene:
    vectors = np.random.default_rng(0).standard_normal((len(texts) + 1, 384)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    paragraphs = [0] * len(texts)
    return Scene(
        texts=texts,
        paragraphs=paragraphs,
        language=language,
        title="",
        vectors=vectors[1:],
        title_vector=vectors[0],
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=80), min_size=1, max_size=5), st.sampled_from(["en", "ja", "ar", ""]))
def test_any_sentences_get_probabilities(texts: list[str], language: str) -> None:
    told = phrasing_probabilities(scene(texts, language))
    assert told.shape == (len(texts), len(FINE))
    assert np.allclose(told.sum(axis=1), 1, atol=1e-4)


def test_the_wording_changes_what_is_told_of_the_same_vector() -> None:
    told = [phrasing_probabilities(scene([text], "en"))[0, -1] for text in ("It will be sold.", "It was sold.")]
    assert told[0] > told[1]


def test_known_words_are_coded_and_others_marked_unknown() -> None:
    known = np.array(sorted(map(word_hash, ("it", "was", "sold"))))
    codes = coded(["It was xylographed."], "en", known)[0]
    assert (codes[:4] > 1).tolist() == [True, True, False, False]
    assert (codes[2], codes[4]) == (1, 0)


def test_a_long_sentence_keeps_its_beginning_and_its_end() -> None:
    found = words(" ".join(f"{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(100)))
    assert (len(found), found[0], found[-1]) == (LONGEST, "aa", "vd")


def test_other_languages_have_no_words() -> None:
    assert not coded(["工事は来春に始まる。"], "ja", np.array([word_hash("it")])).any()


def test_every_word_stands_between_its_neighbours() -> None:
    meanings = np.array([[[1.0], [2.0], [3.0]]], dtype=np.float32)
    assert threes(meanings).tolist() == [[[0, 1, 2], [1, 2, 3], [2, 3, 0]]]
