"""What matters comes first, is about the headline, and is never boilerplate."""

from digests.analysis import Analyser

TEXT = (
    "The harbour authority closed the port on Friday after a crane fell into the basin. Nobody was hurt. "
    "“I have never seen anything like it,” one of us said. Ships were sent to other ports. Is it safe now?"
)


def saliences(title: str, text: str) -> list[float]:
    return [sentence.salience for sentence in Analyser(None).analyse(title, text).sentences]


def test_the_lead_matters_most() -> None:
    found = saliences("", TEXT)
    assert found[0] == max(found)


def test_a_sentence_the_headline_is_about_gains() -> None:
    assert saliences("Ships sent to other ports", TEXT)[3] > saliences("", TEXT)[3]


def test_an_empty_text_has_no_sentences() -> None:
    assert saliences("Title", "") == []
