"""Sentences get the section a reader would give them, in English and Japanese, with vectors and without."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.analysis import MOST_EMBEDDED, Analyser, Analysis
from digests.embed import E5Embedder
from digests.model import ROLES
from digests.weights import weights

ENGLISH = (
    "The city council approved a $40 million flood barrier on Monday. The vote was nine to two. "
    "The harbour handles goods worth $3 billion a year, and a flood would cost thousands of jobs. "
    "The river last burst its banks in 1998, when 300 homes were destroyed. "
    "Work is expected to begin next spring and will be finished by 2029."
)
JAPANESE = (
    "市議会は3日、総額40億円の防潮堤の建設計画を可決した。賛成は9人、反対は2人だった。"
    "港では年間3000億円の貨物が扱われており、浸水すれば地域経済に深刻な影響が出る恐れがある。"
    "この川は1998年にも氾濫し、300戸が全壊した経緯がある。工事は来春に始まり、2029年までに完成する見通しだ。"
)


@pytest.fixture(params=["meaning", "words"], scope="module")
def analyser(request: pytest.FixtureRequest) -> Analyser:
    return Analyser(E5Embedder() if request.param == "meaning" else None)


@pytest.mark.parametrize(
    ("title", "text"), [("Council approves flood barrier", ENGLISH), ("防潮堤の建設を可決", JAPANESE)]
)
def test_the_news_opens_and_what_is_expected_closes(analyser: Analyser, title: str, text: str) -> None:
    roles = [sentence.role for sentence in analyser.analyse(title, text).sentences]
    assert (roles[0], roles[-1]) == ("development", "outlook")


def test_probabilities_sum_to_one_and_the_role_is_the_likeliest(analyser: Analyser) -> None:
    for sentence in analyser.analyse("", ENGLISH).sentences:
        assert set(ROLES) == set(sentence.roles)
        assert sum(sentence.roles.values()) == pytest.approx(1, abs=1e-3)
        assert max(sentence.roles, key=sentence.roles.__getitem__) == sentence.role


def test_boilerplate_has_no_role_and_no_salience(analyser: Analyser) -> None:
    sentence = analyser.analyse("", f"{ENGLISH}\nREUTERS/Ann Lee").sentences[-1]
    assert (sentence.role, sentence.salience) == (None, 0.0)


def test_vectors_stand_beside_the_sentences(analyser: Analyser) -> None:
    found = analyser.analyse("Council approves flood barrier", ENGLISH)
    assert len(found.pieces) == len(found.sentences) == len(found.vectors)
    assert np.linalg.norm(found.article_vector) == pytest.approx(1, abs=1e-4)


def test_a_very_long_article_embeds_a_bounded_number_of_sentences() -> None:
    asked: list[int] = []

    class Counting(E5Embedder):
        def embed(self, texts):  # type: ignore[no-untyped-def]
            asked.append(len(texts))
            return np.eye(self.dimension, dtype=np.float32)[[i % self.dimension for i in range(len(texts))]]

    found = Analyser(Counting()).analyse("A title", "The river rose again on Monday. " * 5000)
    assert asked == [MOST_EMBEDDED + 1]
    assert all(0 <= sentence.salience <= 1 for sentence in found.sentences)


@given(text=st.text(max_size=300), title=st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_text_is_analysed(text: str, title: str) -> None:
    found: Analysis = Analyser(None).analyse(title, text)
    assert all(0 <= sentence.salience <= 1 for sentence in found.sentences)
    assert np.isfinite(found.article_vector).all()


def test_the_weights_hold_what_the_models_read_and_nothing_else() -> None:
    model = weights("roles")
    layers = {f"{seed}.{name}" for seed in range(int(model["seeds"])) for name in ("w1", "b1", "w2", "b2")}
    words = {f"lexical.{code}.{name}" for code in ("en", "ja") for name in ("hashes", "idf", "w", "b")}
    by_language = {f"{name}.{code}" for code in ("en", "ja") for name in ("bias", "centre")}
    assert set(model) == {"seeds", "centre", "projection", "mean", "spread"} | layers | words | by_language
