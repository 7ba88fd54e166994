"""Words looked up once: they have the terms that each text has by itself, and say what its expressions say."""

from hypothesis import given
from hypothesis import strategies as st

from digests.bearing import bearings
from digests.readable import problems
from digests.terms import is_plain, terms
from digests.vocabulary import NOTHING, each, words
from digests.wording import SELF, VERB

PLAIN = st.lists(
    st.sampled_from(
        ["Ports’", "port's", "ports", "1,000", "1,0000", "3rd", "“We", "it”", "it's", "'s", "$5", "a-b", "—"]
    ),
    max_size=8,
).map(" ".join)


@given(st.lists(PLAIN, min_size=1, max_size=4))
def test_words_have_the_terms_of_each_text(texts: list[str]) -> None:
    found = each(words(texts))
    assert all(is_plain(text) for text in texts)
    codes = [set(told.terms.tolist()) - {NOTHING} if told.terms is not None else set() for told in found]
    bags = [set(terms(text)) for text in texts]
    assert [len(each_code) for each_code in codes] == [len(bag) for bag in bags]
    assert [len(code & codes[0]) for code in codes] == [len(bag & bags[0]) for bag in bags]


@given(st.lists(st.text(max_size=40).filter(lambda text: "\n" not in text), min_size=1, max_size=5))
def test_any_texts_have_words(texts: list[str]) -> None:
    assert len(each(words(texts))) == len(texts)


def test_what_is_not_plain_has_no_terms() -> None:
    assert [told.terms is None for told in each(words(["A café in Łódź…"]))] == [True]


def test_words_say_whether_there_is_a_verb_and_whether_one_speaks_of_himself() -> None:
    (spoken,) = each(words(["I resigned."]))
    (bare,) = each(words(["The mayor of Northfield."]))
    assert (spoken.says & VERB, spoken.says & SELF, bare.says & VERB) == (VERB, SELF, 0)
    assert "no verb" in problems("The mayor of Northfield.", "en", opening=True)


def test_a_bearing_is_told_by_a_word_or_by_a_phrase() -> None:
    assert bearings("Prices rose by 5 percent, the steepest rise.", "en") == {"price", "turning"}
    assert bearings("The first of them came last.", "en") == frozenset()
    assert bearings("It is the first time that unions oppose it.", "en") == {"turning", "force"}
