"""Reports of one event are grouped, other articles are not, whatever else stands beside them."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.analysis import Analyser
from digests.embed import E5Embedder
from digests.retrieval import profile
from digests.stories import APART, FOLLOWS, grouped, same_story

NONE = np.zeros(1, dtype=np.float32)
NOW = datetime(2025, 3, 1, tzinfo=UTC)


def chances(rows: list[list[float]]) -> np.ndarray:
    return np.array(rows, dtype=np.float32)


def test_agreeing_reports_are_one_group_and_the_rest_stand_alone() -> None:
    assert grouped(chances([[1, 0.9, 0.1], [0.9, 1, 0.1], [0.1, 0.1, 1]])) == ((0, 1), (2,))


def test_one_sure_pair_does_not_drag_a_third_along() -> None:
    assert grouped(chances([[1, 0.9, 0.4], [0.9, 1, 0.0], [0.4, 0.0, 1]])) == ((0, 1), (2,))


def test_reports_too_far_apart_in_time_are_not_merged() -> None:
    sure = chances([[1, 0.9], [0.9, 1]])
    assert grouped(sure, [NOW, NOW + APART]) == ((0, 1),)
    assert grouped(sure, [NOW, NOW + APART + timedelta(seconds=1)]) == ((0,), (1,))


def test_the_same_report_under_two_titles_is_one_story_among_others() -> None:
    told = [
        ("Quake of 6.1 shakes Ardenia", "A quake of magnitude 6.1 shook Ardenia on Friday, killing four in Lome."),
        ("Four killed in Ardenia quake", "Four people died in Lome when a magnitude 6.1 quake shook Ardenia Friday."),
        ("Central bank holds rates", "The central bank left interest rates unchanged and warned of inflation."),
        ("Striker joins rivals", "The striker signed a contract for three seasons with the city's rivals."),
    ]
    found = same_story([profile(title, text, NONE) for title, text in told], [title for title, _ in told])
    assert found[0, 1] == found[1, 0]
    assert found[0, 1] > found[0, 2:].max()


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("ja", {("earthquake-shiomi-offing", "earthquake-water-supply"), ("rare-metal-accord", "rare-metal-fishery")}),
        ("en", set[tuple[str, str]]()),
    ],
)
def test_of_the_sample_articles_only_true_follow_ups_are_told(language: str, told: set[tuple[str, str]]) -> None:
    folder = files("config").joinpath("sample", language)
    names = sorted(file.name.removesuffix(".toml") for file in folder.iterdir())
    rows = [tomllib.loads(folder.joinpath(f"{name}.toml").read_text("utf-8")) for name in names]
    analyser = Analyser(E5Embedder())
    vectors = [analyser.analyse(row["title"], row["text"], language).article_vector for row in rows]
    made = [profile(row["title"], row["text"], vector, language) for row, vector in zip(rows, vectors, strict=True)]
    sure = np.argwhere(np.triu(same_story(made, [row["title"] for row in rows]) >= FOLLOWS, 1))
    assert {(names[one], names[other]) for one, other in sure} == told


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=80)), max_size=6))
def test_any_articles_give_symmetric_probabilities_and_whole_groups(told: list[tuple[str, str]]) -> None:
    found = same_story([profile(title, text, NONE) for title, text in told], [title for title, _ in told])
    assert np.array_equal(found, found.T)
    assert ((found >= 0) & (found <= 1)).all()
    assert sorted(row for group in grouped(found) for row in group) == list(range(len(told)))
