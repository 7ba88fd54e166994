"""A digest is cut to a length, and its citations stand where they belong."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from config.catalogs import locales
from digests.analysis import Analyser
from digests.catalog import Catalogs
from digests.choose import NOWHERE, Problem, chosen, redundancy
from digests.cite import cited, linked
from digests.compose import sections
from digests.lengths import shortened
from digests.lines import lines
from digests.model import Article, Citation, Digest, Point, Section, Support, Text
from digests.plan import Plan
from digests.ports import Candidate

NOW = datetime(2025, 2, 13, tzinfo=UTC)


def text(words: str, level: str = "compact") -> Text:
    return Text(text=words, support=(Support(start=0, end=len(words)),), level=level)  # type: ignore[arg-type]


def point(label: str, words: str, level: str = "standard") -> Point:
    return Point(label=label, text=words, support=(Support(start=0, end=len(words)),), level=level)  # type: ignore[arg-type]


def section(number: int, **parts: object) -> Section:
    role = ("development", "stakes", "dynamics", "outlook")[number - 1]
    return Section(role=role, number=number, heading=role, addressed=True, **parts)  # type: ignore[arg-type]


DIGEST = Digest(
    id="a",
    language="en",
    language_of_text="en",
    title="Bridge",
    url=None,
    published=None,
    lead=(text("The lead."),),
    sections=(
        section(1, body=(text("One."), text("Two.", "standard"), text("Three.", "full")), citations=(2,)),
        section(2, body=(text("Cost."),)),
        section(
            3,
            body=(text("Frame."),),
            points=(point("A", "First."), point("B", "Second.", "full")),
            closing=(text("Close.", "standard"),),
            citations=(1, 2),
        ),
        section(4, body=(text("Next."),)),
    ),
    conclusion=(text("The end.", "standard"),),
    citations=(
        Citation(number=1, title="one", publisher="p", url="https://example.com/1"),
        Citation(number=2, title="two", publisher="p", url="https://example.com/2"),
        Citation(number=3, title="three", publisher="p", url="https://example.com/3"),
    ),
)


def words_of(digest: Digest) -> list[str]:
    texts: list[str] = [t.text for t in digest.lead]
    for part in digest.sections:
        texts += [t.text for t in part.body] + [p.text for p in part.points] + [t.text for t in part.closing]
    return texts + [t.text for t in digest.conclusion]


def test_compact_is_the_lead_and_one_sentence_a_section() -> None:
    assert words_of(shortened(DIGEST, "compact")) == ["The lead.", "One.", "Cost.", "Frame.", "Next."]


def test_standard_leaves_out_what_only_full_prints() -> None:
    left_out = set(words_of(DIGEST)) - set(words_of(shortened(DIGEST, "standard")))
    assert {"Three.", "Second."} == left_out


def test_full_is_everything() -> None:
    assert words_of(DIGEST) == words_of(shortened(DIGEST, "full"))


def test_citations_are_numbered_in_order_of_use_and_unused_ones_dropped() -> None:
    cut = shortened(DIGEST, "full")
    assert [(c.number, c.title) for c in cut.citations] == [(1, "two"), (2, "one")]
    assert [s.citations for s in cut.sections] == [(1,), (), (2, 1), ()]


# --- choosing ---------------------------------------------------------------------------------------------------------


def problem(values: list[list[float]], **given: object) -> Problem:
    n, groups = len(values), len(values[0])
    standard: dict[str, object] = {
        "values": np.array(values),
        "redundancy": np.zeros((n, n)),
        "sizes": np.ones(n),
        "caps": (1,) * groups,
        "bonuses": ((0.0,),) * groups,
        "budget": 100.0,
        "pins": {},
    }
    return Problem(**(standard | given))  # type: ignore[arg-type]


def test_the_whole_is_better_than_section_by_section() -> None:
    """Greedily, sentence 0 goes to group 0 and nothing is left for group 1."""
    values = [[0.9, 0.8], [0.7, -np.inf]]
    assert chosen(problem(values)) == (1, 0)


def test_two_sentences_that_say_the_same_are_never_both_chosen() -> None:
    alike = redundancy(np.ones((2, 4), dtype=np.float32), None)
    assert sorted(chosen(problem([[0.9], [0.8]], redundancy=alike, caps=(2,)))) == [NOWHERE, 0]


def test_the_budget_holds_but_for_what_is_pinned() -> None:
    got = chosen(problem([[0.9], [0.8], [0.7]], caps=(3,), budget=2.0))
    assert got == (0, 0, NOWHERE)
    assert chosen(problem([[0.9], [0.8], [0.7]], caps=(3,), budget=0.5, pins={2: 0})) == (NOWHERE, NOWHERE, 0)


# --- citing -----------------------------------------------------------------------------------------------------------


def article(key: str, title: str, words: str = "", site: str = "other.example") -> Article:
    url = f"https://{site}/{key}"
    return Article(id=key, url=url, site=site, publisher=site, language="en", title=title, text=words, first_seen=NOW)


OWN = article("own", "North Bridge to be rebuilt", site="example.com")
SECTIONS = (
    section(1, body=(text("The city will rebuild the North Bridge."),)),
    section(2, body=(text("The harbour toll revenue of the shipping companies is at stake."),)),
    section(3, body=(text("Shop owners oppose the closure."),)),
    Section(role="outlook", number=4, heading="", addressed=False, body=(Text(text="Nothing.", support=()),)),
)


def test_a_citation_stands_under_the_section_it_supports() -> None:
    toll = Candidate(article=article("toll", "Harbour toll revenue of shipping companies falls"), score=0.9)
    shops = Candidate(article=article("shop", "Shop owners oppose bridge closure"), score=0.8)
    sections, citations = cited(SECTIONS, (shops, toll), OWN)
    assert [s.citations for s in sections] == [(), (1,), (2,), ()]
    assert [c.title for c in citations] == [
        "Harbour toll revenue of shipping companies falls",
        "Shop owners oppose bridge closure",
    ]


def test_neither_the_article_itself_nor_a_stranger_nor_a_story_twice_is_cited() -> None:
    again = article("again", "Shop owners oppose bridge closure", site="third.example")
    candidates = (
        Candidate(article=OWN, score=1.0),
        Candidate(article=article("shop", "Shop owners oppose bridge closure"), score=0.8),
        Candidate(article=again, score=0.7),
        Candidate(article=article("odd", "Penguins win the cup"), score=0.8),
    )
    _, citations = cited(SECTIONS, candidates, OWN)
    assert [c.url for c in citations] == ["https://other.example/shop"]


def test_related_links_are_three_and_never_a_citation() -> None:
    near = [Candidate(article=article(f"n{i}", f"Story {i}", site="example.com"), score=1 - i / 10) for i in range(6)]
    links = linked((Candidate(article=OWN, score=1.0), *near), OWN, ["https://example.com/n0"])
    assert [f"https://example.com/n{i}" for i in (1, 2, 3)] == [link.url for link in links]


TOLD = (
    "The council of Northfield raised bus fares by a tenth on Monday.",
    "A driver shortage pushed the bus operator deep into debt last winter.",
    "Thomas Arbour, who heads the council, was born in Northfield.",
)


def dynamics(*order: int) -> Section:
    """Section 3 of an article of `TOLD`, with those sentences in it."""
    analysis = Analyser(None).analyse("Northfield raises bus fares", " ".join(TOLD), "en")
    found = lines(analysis)
    groups = ((0,), (), order, (), (), ())
    made = Plan(found, groups, np.zeros((len(found), len(groups))))
    return sections(analysis, made, Catalogs(locales()).of("en"))[2]


def test_a_section_of_one_sentence_that_names_a_force_is_one_labelled_point_at_every_length() -> None:
    alone = dynamics(1)
    assert [(p.label, p.text, p.level) for p in alone.points] == [("Driver shortage", TOLD[1], "compact")]
    assert not alone.body


def test_what_has_no_label_frames_the_points() -> None:
    both = dynamics(1, 2)
    assert [p.label for p in both.points] == ["Driver shortage"]
    assert [t.text for t in both.body] == [TOLD[2]]


def test_a_japanese_sentence_without_its_subject_stands_only_behind_the_one_that_names_it() -> None:
    told = (
        "青波市の渡し船は11日から旅客を乗せて走り始めた。",
        "国の検査に合格し、毎日12往復する。",
        "白浦町の浜口町長は船を見送った。",
    )
    analysis = Analyser(None).analyse("青波市の渡し船が運航を開始", "".join(told), "ja")
    assert [line.opens for line in lines(analysis)] == [True, False, True]
