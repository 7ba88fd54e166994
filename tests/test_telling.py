"""Section 1 tells the main event: the scorer looks at place, title and roles, and more is told where it is unsure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.analysis import Analyser
from digests.columns import columns
from digests.lines import Line, lines
from digests.plan import MOST_MAIN, plan
from digests.telling import marked, rank, telling

ANALYSER = Analyser(None)
VOTE = (
    "The council of Northfield voted on Monday to raise bus fares by a fifth. The vote was 12 to 9. "
    "Fuel costs doubled last year and pushed the operator into debt. Unions oppose the rise and have called a strike. "
    "The new fares will take effect in May. A review is expected next year."
)
TITLE = "Northfield raises bus fares"


def test_the_opening_that_names_the_title_tells_the_main_event() -> None:
    analysis = ANALYSER.analyse(TITLE, VOTE, "en")
    told = telling(columns(analysis, lines(analysis)))
    assert int(told.argmax()) == 0
    assert float(told[0]) > 0.5


def test_a_caption_before_the_dateline_does_not_tell_it() -> None:
    text = f"The council of Northfield votes on bus fares on Monday.\n(Xinhua/Li Lei)\nNORTHFIELD (Xinhua) -- {VOTE}"
    analysis = ANALYSER.analyse(TITLE, text, "en")
    made = plan(analysis, lines(analysis))
    opening = min(made.lines[k].print.start for group in made.groups for k in group)
    assert opening >= text.index("The council of Northfield voted")


def test_no_more_than_enough_is_told() -> None:
    analysis = ANALYSER.analyse(TITLE, VOTE, "en")
    assert 1 <= len(plan(analysis, lines(analysis)).groups[0]) <= MOST_MAIN


def test_elsewhere_the_roles_and_the_place_decide() -> None:
    analysis = ANALYSER.analyse("運賃を値上げ", "市は運賃を値上げした。組合は反対している。来年見直す予定だ。", "ja")
    shown = lines(analysis)
    seen = columns(analysis, shown)
    told = telling(seen)
    assert told.tolist() == pytest.approx([line.sentence.roles["development"] for line in shown])
    assert (rank(seen, told) > told).all()


def test_words_of_the_title_are_counted() -> None:
    analysis = ANALYSER.analyse(TITLE, VOTE, "en")
    seen = columns(analysis, lines(analysis))
    assert seen.titled[0] > seen.titled[1]


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=300), st.sampled_from(["en", "ja", "vi"]))
def test_any_line_gets_a_chance(text: str, language: str) -> None:
    analysis = ANALYSER.analyse("Title", f"{text}\nThe council voted on Monday.", language)
    shown: tuple[Line, ...] = lines(analysis)
    seen = columns(analysis, shown)
    told = telling(seen)
    assert marked(seen).shape == (len(shown), 14)
    assert np.isfinite(told).all()
    assert ((told >= 0) & (told <= 1)).all()
