"""A lead says what a piece is about, a conclusion looks back on it or ahead: on marks made by hand, without a model."""

from __future__ import annotations

import numpy as np
import pytest

from digests.analysis import Analyser
from digests.columns import columns
from digests.ends import as_conclusion, as_lead
from digests.lines import Line, lines
from digests.marks import Marks, given, marked, sound
from digests.model import Sentence
from digests.trim import Trimmed


def line(text: str, index: int = 1) -> Line:
    sentence = Sentence(start=0, end=len(text), text=text, role=None, roles={}, salience=0.0)
    return Line(index, sentence, Trimmed(text, 0, len(text)), True)


def marks(
    *,
    roles: tuple[float, float, float, float] = (0.1, 0.5, 0.2, 0.2),
    salience: float = 0.8,
    about: float = 0.6,
    place: float = 0.1,
    titled: float = 2,
    sound: bool = True,
    given: bool = False,
    ahead: bool = False,
    turning: bool = False,
) -> Marks:
    return Marks(
        roles=np.array([roles]),
        salience=np.array([salience]),
        telling=np.array([salience]),
        about=np.array([about]),
        place=np.array([place]),
        odd=np.array([0.0]),
        titled=np.array([titled]),
        sound=np.array([sound]),
        given=np.array([given]),
        ahead=np.array([ahead]),
        turning=np.array([turning]),
    )


RISE = "The rise in bus fares is the biggest since the company was founded."
BACKGROUND = (0.1, 0.3, 0.55, 0.05)
LONG_AGO = (0.0, 0.1, 0.9, 0.0)
JUDGED = (0.0, 0.9, 0.1, 0.0)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (marks(titled=0), RISE),
        (marks(about=0.1), RISE),
        (marks(sound=False), RISE),
        (marks(given=True), RISE),
        (marks(roles=BACKGROUND, salience=0.4), RISE),
        (marks(roles=BACKGROUND), "Ann Arbour said the rise in fares had come too early."),
        (marks(roles=LONG_AGO, about=0.45), RISE),
        (marks(roles=(0.05, 0.05, 0.05, 0.05)), RISE),
        (marks(place=0.9), RISE),
        (marks(), "Ann Arbour scored first, and the visitors never came back into the match."),
        (marks(), "Ann Arbour wants it replaced by a tax on the buses of Northfield."),
        (marks(), "The court of Northfield then decided that the fares were too high."),
        (marks(), "Born in Northfield, Ann Arbour has driven its buses for nine years."),
        (marks(), "Ann Arbour called it “the wrong rise at the wrong time for everybody who rides”."),
    ],
)
def test_what_tells_nothing_of_the_whole_does_not_lead(made: Marks, text: str) -> None:
    assert as_lead(made, [line(text)], "en").tolist() == [-np.inf]


@pytest.mark.parametrize("made", [marks(), marks(place=0.5), marks(roles=BACKGROUND, place=0.5)])
def test_what_the_title_names_leads(made: Marks) -> None:
    assert np.isfinite(as_lead(made, [line(RISE)], "en")).all()


def test_a_look_ahead_leads_where_the_title_is_but_touched() -> None:
    fares = "The fares of two other towns will follow by the spring of the next year."
    assert np.isfinite(as_lead(marks(place=0.5, titled=1, ahead=True), [line(fares)], "en")).all()
    assert not np.isfinite(as_lead(marks(place=0.5, titled=1), [line(fares)], "en")).any()
    assert not np.isfinite(as_lead(marks(place=0.9, titled=1, ahead=True), [line(fares)], "en")).any()


def test_what_the_news_is_about_leads_though_it_is_no_news() -> None:
    assert np.isfinite(as_lead(marks(roles=LONG_AGO, about=0.8), [line(RISE)], "en")).all()


def test_japanese_leads_ask_for_less() -> None:
    told = "青波市のバスの運賃は市の発足以来最大の上げ幅となった。"
    assert np.isfinite(as_lead(marks(roles=LONG_AGO), [line(told)], "ja")).all()
    assert not np.isfinite(as_lead(marks(place=0.5, titled=1, ahead=True, salience=0.4), [line(told)], "ja")).any()


def test_what_sets_the_scene_leads_where_nothing_better_does() -> None:
    scene = marks(roles=BACKGROUND, salience=0.85, titled=1)
    assert np.isfinite(as_lead(scene, [line("Ann Arbour runs the buses of Northfield since the spring.")], "en")).all()
    assert as_lead(scene, [line(RISE)], "en") < as_lead(marks(), [line(RISE)], "en")
    assert not np.isfinite(as_lead(scene, [line("Five of the ten buses of Northfield ran on Monday.")], "en")).any()


def test_words_alone_tell_by_their_order() -> None:
    article = "Northfield raises bus fares. Ann Arbour drives a bus. The buses of Northfield are old. Rain fell."
    analysis = Analyser(None).analyse("Northfield raises bus fares", article, "en")
    found = marked(columns(analysis, lines(analysis)))
    assert sorted(found.telling.tolist()) == pytest.approx(np.linspace(0.2, 0.95, len(found.telling)).tolist())
    assert found.telling.argsort().tolist() == found.salience.argsort().tolist()


def test_what_was_long_ago_does_not_lead() -> None:
    assert as_lead(marks(), [line("In 2003, the bus fares of Northfield were a tenth lower.")], "en").tolist() == [
        -np.inf
    ]


def test_a_late_challenge_concludes() -> None:
    challenge = "The challenge for Northfield is to keep the drivers of its buses."
    assert np.isfinite(as_conclusion(marks(place=0.9, about=0.27, roles=BACKGROUND), [line(challenge)], "en")).all()


def test_a_japanese_conclusion_judges_or_looks_ahead_in_words() -> None:
    made = marks(place=0.9, roles=JUDGED)
    plain, judging = line("青波市のバスは港の前に止まった。"), line("青波市のバスには運転手の確保が必要だ。")
    assert as_conclusion(made, [plain], "ja").tolist() == [-np.inf]
    assert np.isfinite(as_conclusion(made, [judging], "ja")).all()


def test_behind_the_opening_of_a_japanese_article_nothing_leads() -> None:
    rise = line("青波市のバス運賃の値上げは、創業以来最大の幅になる。")
    assert np.isfinite(as_lead(marks(place=0.15), [rise], "ja")).all()
    assert as_lead(marks(place=0.16), [rise], "ja").tolist() == [-np.inf]


def test_what_somebody_says_concludes_nothing() -> None:
    said = 'Ann Arbour said: "The rise in bus fares will be the last of them for many years to come."'
    assert as_conclusion(marks(place=0.9, ahead=True), [line(said)], "en").tolist() == [-np.inf]


def test_a_turning_point_leads_before_a_detail() -> None:
    assert as_lead(marks(turning=True), [line(RISE)], "en") > as_lead(marks(), [line(RISE)], "en")


@pytest.mark.parametrize(
    "made",
    [
        marks(place=0.1, ahead=True),
        marks(place=0.9, about=0.1, ahead=True),
        marks(place=0.9, titled=0, ahead=True),
        marks(place=0.9, roles=BACKGROUND),
        marks(place=0.9, roles=LONG_AGO, ahead=True),
        marks(place=0.4, ahead=True),
    ],
)
def test_a_fact_from_anywhere_concludes_nothing(made: Marks) -> None:
    assert as_conclusion(made, [line(RISE)], "en").tolist() == [-np.inf]


def test_a_scene_of_the_match_and_one_thing_more_conclude_nothing() -> None:
    made = marks(place=0.9, roles=(0.1, 0.8, 0.1, 0.0))
    assert np.isfinite(as_conclusion(made, [line(RISE)], "en")).all()
    for text in (
        "Ann Arbour missed a penalty and the crowd of Northfield sighed.",
        "Ann Arbour also rejected the rise.",
    ):
        assert as_conclusion(made, [line(text)], "en").tolist() == [-np.inf]


def test_a_late_look_ahead_concludes() -> None:
    assert np.isfinite(as_conclusion(marks(place=0.9, roles=BACKGROUND, ahead=True), [line(RISE)], "en")).all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The plans face trouble in the upper house.", True),
        ("The new trend has taken hold quickly.", True),
        ("The plans of the council face trouble.", False),
        ("The fares rise in May.", False),
        ("Plans face trouble.", False),
    ],
)
def test_a_thing_the_title_does_not_name_is_not_spoken_of_as_known(text: str, expected: bool) -> None:
    assert given(text, "Northfield raises bus fares") is expected


def test_what_the_title_names_may_be_spoken_of_as_known() -> None:
    assert not given("The plans face trouble in the upper house.", "Northfield plans new fares")


def test_a_pronoun_ahead_of_any_name_does_not_stand_alone() -> None:
    assert not sound(line("When asked he called the rise in fares a mistake."), "en")
    assert sound(line("Ann Arbour called the rise in fares her mistake."), "en")
