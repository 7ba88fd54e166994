"""Looking a cue up by its first word finds what searching the whole sentence for it finds."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.cues import COUNT, NAMES, counted, cues

TABLES = json.loads((files("digests") / "data" / "cues.json").read_text(encoding="utf-8"))
MANY = (
    "he'll won’t on Monday today next week going to expected in 1998 by the end of 2031 called for as a result didn't "
    "$5 long-term when he was according to last year $ it's I’m ... 二〇二五年に will_ on Mondays Expected"
)
WORDS = MANY.split()
SENTENCES = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), max_size=20).map(" ".join)


@pytest.mark.parametrize("language", TABLES)
@given(text=SENTENCES)
def test_every_cue_is_counted_as_its_expression_finds_it(language: str, text: str) -> None:
    assert list(counted(text, language)[: len(NAMES)]) == [len(re.findall(TABLES[language][n], text)) for n in NAMES]


def test_a_language_without_cues_has_its_shapes_counted() -> None:
    found = counted("Est-ce vrai? 12 % (oui)", "fr")
    assert (sum(found[: len(NAMES)]), found[len(NAMES) + 3], found[len(NAMES) + 7]) == (0, 2, 1)


@given(text=SENTENCES)
def test_rows_of_many_sentences_are_those_of_each_alone(text: str) -> None:
    both = cues([text, "He said so."], "en")
    assert both.shape == (2, COUNT)
    assert np.array_equal(both[:1], cues([text], "en"))
