"""The index finds what is close, at once and only where asked; floors and copies keep wrong links out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.related import CITATION_FLOOR, worthy
from digests.retrieval import Near, common, packed, profile, timely, unpacked
from digests.retrieval_dates import day_of, days_apart
from digests.retrieval_index import BLOCK, DIMENSION, Index
from digests.retrieval_terms import MOST, signature

BRIDGE = ("Harbour bridge reopens after repairs", "The harbour bridge reopened to traffic after two years of repairs.")
FERRY = ("Ferries fill in for the bridge", "While the harbour bridge was closed, ferries carried commuters.")
DOCTORS = ("Too few doctors in the country", "Rural hospitals search for physicians, a survey of clinics shows.")


def unit(seed: int) -> np.ndarray:
    vector = np.random.default_rng(seed).standard_normal(DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def test_an_added_article_is_found_at_once_and_the_unrelated_comes_last() -> None:
    index = Index()
    for name, (title, text) in {"ferry": FERRY, "doctors": DOCTORS}.items():
        index.add(name, profile(title, text, np.zeros(1, dtype=np.float32)), site="a.example", role="source")
    found = index.nearest(profile(*BRIDGE, np.zeros(1, dtype=np.float32)), count=5)
    assert [near.article for near in found] == ["ferry", "doctors"]
    assert worthy(found[1:], CITATION_FLOOR) == ()


def test_site_role_and_the_article_itself_narrow_the_search() -> None:
    index = Index()
    for name, site, role in (("a", "x", "source"), ("b", "y", "source"), ("c", "x", "reference")):
        index.add(name, profile(*FERRY, unit(1)), site=site, role=role)
    query = profile(*FERRY, unit(1))
    assert [n.article for n in index.nearest(query, count=5, site="x", role="source")] == ["a"]
    assert [n.article for n in index.nearest(query, count=5, role="source", leave_out="a")] == ["b"]
    assert index.nearest(query, count=5, site="nowhere") == ()


def test_the_last_profile_of_an_article_counts() -> None:
    index = Index()
    index.add("a", profile(*DOCTORS, unit(1)))
    index.add("a", profile(*BRIDGE, unit(2)))
    assert len(index) == 1
    assert [n.article for n in index.nearest(profile(*BRIDGE, unit(2)), count=5)] == ["a"]


def test_the_same_text_once_more_is_a_copy_and_no_link() -> None:
    index = Index()
    for number in range(20):
        index.add(str(number), profile(f"Title {number} word{number}", f"text about thing{number}", unit(number)))
    index.add("copy", profile(*BRIDGE, unit(99)))
    best = index.nearest(profile(*BRIDGE, unit(99)), count=1)
    assert (best[0].article, best[0].copy) == ("copy", True)
    assert worthy(best, 0.0) == ()


def test_rows_of_several_blocks_are_searched_exactly() -> None:
    index = Index()
    for number in range(BLOCK + 5):
        index.add(str(number), profile(f"number{number}", "", unit(number)))
    for wanted in (0, BLOCK - 1, BLOCK, BLOCK + 4):
        assert index.nearest(profile("", "", unit(wanted)), count=1)[0].article == str(wanted)
        assert index.nearest(profile(f"number{wanted}", "", unit(1)), count=2)[0].words <= 1


def test_what_all_news_has_in_common_brings_no_two_articles_together() -> None:
    style, subject, other = np.eye(DIMENSION, dtype=np.float32)[:3]
    query, like, alien = style + subject, style / 5 + subject, style + other
    found = {}
    for name, taken in (("with", None), ("without", style[None] * np.float32(0.9))):
        index = Index(common=taken)
        for key, vector in (("like", like), ("alien", alien)):
            index.add(key, profile("", "", vector / np.linalg.norm(vector), "en"))
        index.add("words alone", profile(*BRIDGE, np.zeros(1, dtype=np.float32), "fr"))
        found[name] = index.measured(profile("", "", query / np.linalg.norm(query), "en"))[1]
        assert index.measured(profile(*BRIDGE, np.zeros(1, dtype=np.float32), "en"))[1].tolist() == [0, 0, 0]
    assert found["without"][0] - found["without"][1] > found["with"][0] - found["with"][1]
    assert found["with"][2] == found["without"][2] == 0


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_cosines_are_those_of_vectors_without_centre_and_common_part(seed: int) -> None:
    centre, taken = unit(seed + 1) * np.float32(0.4), unit(seed + 2) * np.float32(0.8)
    index = Index({"en": centre}, taken[None])
    rows = [unit(seed + 10 + number) for number in range(5)]
    for number, row in enumerate(rows):
        index.add(str(number), profile(str(number), "", row, "en"))
    mean = (sum(rows) + 50 * centre) / 55
    root = np.eye(DIMENSION) - (1 - np.sqrt(1 - taken @ taken)) / (taken @ taken) * np.outer(taken, taken)
    moved = np.array([root @ (row - mean) for row in rows])
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    assert np.allclose(index.measured(profile("", "", rows[0], "en"))[1], moved @ moved[0], atol=0.02)


def test_the_directions_shipped_take_off_no_more_than_there_is() -> None:
    kept = common()
    assert kept.shape[1] == DIMENSION
    assert np.linalg.eigvalsh(np.eye(DIMENSION) - kept.T @ kept).min() > 0


def test_a_profile_survives_its_bytes_and_other_bytes_are_none() -> None:
    made = profile(*BRIDGE, unit(3), "en")
    back = unpacked(packed(made), "en")
    assert back is not None
    assert back.terms.tolist() == made.terms.tolist()
    assert np.allclose(back.vector, made.vector, atol=1e-3)
    assert [unpacked(data) for data in (b"", b"\x00", b"\xff\xff", b"\x00\x00\x01")] == [None] * 4


def test_a_profile_keeps_its_day_and_one_stored_before_there_were_days_has_none() -> None:
    made = profile(*BRIDGE, unit(3), "en", date(2026, 7, 9))
    back = unpacked(packed(made), "en")
    assert back is not None
    assert (back.day, back.terms.tolist()) == (date(2026, 7, 9).toordinal(), made.terms.tolist())
    older = unpacked(packed(profile(*BRIDGE, unit(3), "en")), "en")
    assert older is not None
    assert older.day == 0


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("朝日新聞によると、7月5日夕方に火災があった。9月1日に発表した。", "ja", 187),
        ("The talks ended on January 9, officials said.", "en", 9),
        ("The talks ended on 9 January, officials said.", "en", 9),
        ("Sáng 14/7, cơ quan công an khám xét.", "vi", 196),
        ("Shares rose 14/7 in trading.", "en", 0),
        ("1/3 số hộ dân đã nhận tiền.", "vi", 0),
        ("99/99 and 31/13", "vi", 0),
        ("会議は22日に開かれた。", "ja", 0),
    ],
)
def test_the_first_day_that_a_text_names_is_its_day(text: str, language: str, day: int) -> None:
    assert day_of("", text, language) == day


def test_days_are_counted_round_the_year_unless_both_have_one() -> None:
    new_year, christmas = date(2026, 1, 1).toordinal(), date(2024, 12, 25).toordinal()
    assert days_apart(1, np.array([1, 360, 0], dtype=np.int32))[:2] == pytest.approx([0, 6.2], abs=0.1)
    assert np.isnan(days_apart(1, np.array([0], dtype=np.int32))).all()
    assert np.isnan(days_apart(0, np.array([1], dtype=np.int32))).all()
    assert days_apart(new_year, np.array([christmas, 360], dtype=np.int32)) == pytest.approx([372, 7], abs=2)


def test_of_two_like_articles_the_one_of_the_same_weeks_comes_first() -> None:
    index = Index()
    days = {"long ago": date(2019, 3, 1), "then": date(2026, 3, 3), "now": date(2026, 7, 8)}
    for name, day in days.items():
        index.add(name, profile(*FERRY, np.zeros(1, dtype=np.float32), "en", day))
    query = profile(*BRIDGE, np.zeros(1, dtype=np.float32), "en", date(2026, 7, 9))
    assert index.nearest(query, count=1)[0].article == "now"
    undated = profile(*BRIDGE, np.zeros(1, dtype=np.float32), "en")
    assert len({near.score for near in index.nearest(undated, count=3)}) == 1


@given(st.integers(0, 800_000), st.lists(st.integers(0, 800_000), max_size=20))
def test_nearness_in_time_never_outweighs_what_articles_are_about(day: int, others: list[int]) -> None:
    added = timely(day, np.array(others, dtype=np.int32))
    assert np.isfinite(added).all()
    assert (np.abs(added) < 0.1).all()


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_is_indexed_and_found_with_a_probability(title: str, text: str) -> None:
    assert len(signature(title, text)) <= MOST
    index = Index()
    index.add("a", profile(title, text, unit(1)))
    (found,) = index.nearest(profile(text, title, unit(2)), count=3)
    assert 0 <= found.score <= 1


@given(st.binary(max_size=100))
def test_any_bytes_are_a_profile_or_none(data: bytes) -> None:
    made = unpacked(data)
    assert made is None or np.isfinite(made.vector).all()


def test_below_the_floor_nothing_is_offered() -> None:
    weak = Near(article="a", score=0.1, words=0.1, cosine=0.1)
    sure = Near(article="b", score=0.9, words=0.3, cosine=0.6)
    assert worthy([weak, sure], CITATION_FLOOR) == (sure,)
