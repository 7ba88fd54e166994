"""What is printed where: the lead, the sections of short articles, the conclusion; proved on whole digests by words."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from importlib import resources

import pytest

from config.catalogs import locales
from digests.analysis import Analyser
from digests.catalog import Catalogs
from digests.extractive import ExtractiveEngine
from digests.model import Article, Digest
from digests.readable import digest_problems, printed

ENGINE = ExtractiveEngine(Analyser(None), Catalogs(locales()))
FERRY = """青波汽船は7日、青波港と月島を結ぶ航路に自動運航フェリーを4月から投入すると発表した。\
自動運航フェリーが旅客を乗せる定期便となるのは、国内で初めてである。\
青波汽船では昨年、船長2人の退職で最終便が午後5時に繰り上がった。\
船員組合は、乗組員を3人に増やすよう求めて計画に反対している。\
運賃は据え置かれる。\
国は事故の責任の分担を定める法改正案を秋の国会に出す予定だ。\
県内の他の6航路も導入を検討しており、青波の成績が全国の試金石になりそうだ。\
住民の間では期待と不安の声が交じる。"""
VOTE = (
    "The council of Northfield voted on Monday to raise bus fares by a fifth. The vote was 12 to 9. "
    "It is the biggest rise in fares since the bus company was founded. Fuel costs doubled last year and pushed the "
    "operator into debt. Unions oppose the rise and have called a strike. “We will not drive for less,” said their "
    "leader, Ann Arbour. The operator lost 4 million dollars in 2023. The new fares will take effect in May. "
    "Whether they bring back balance is uncertain. A review is expected next year."
)


def digest(title: str, text: str, language: str) -> Digest:
    article = Article(
        id="a",
        url="",
        site="",
        publisher="",
        language=language,
        title=title,
        text=text,
        first_seen=datetime(2025, 1, 1, tzinfo=UTC),
    )
    return ENGINE.digest(article, (), (), "auto")


def sample(language: str, slug: str) -> tuple[str, str, str]:
    data = tomllib.loads(resources.files("config").joinpath("sample", language, f"{slug}.toml").read_text("utf-8"))
    return data["title"], data["text"].strip(), language


CASES = [("自動運航フェリー、青波港に就航へ", FERRY, "ja"), ("Northfield raises bus fares", VOTE, "en")]
WHOLE = [
    *(sample("ja", slug) for slug in ("railway-line-future", "earthquake-shiomi-offing")),
    *(sample("en", slug) for slug in ("mayor-housing-vote", "antibiotic-trial")),
]
"""Articles long enough for a lead, a conclusion and labelled points."""


@pytest.mark.parametrize(("title", "text", "language"), CASES)
def test_the_event_is_told_before_anything_else(title: str, text: str, language: str) -> None:
    made = digest(title, text, language)
    first = next(iter(printed(made)))[2]
    assert first.support[0].start == 0 or made.sections[0].body[0].support[0].start == 0


@pytest.mark.parametrize(("title", "text", "language"), CASES)
def test_most_sections_of_a_short_article_hold_something(title: str, text: str, language: str) -> None:
    addressed = [section.addressed for section in digest(title, text, language).sections]
    assert addressed.count(True) >= 3


@pytest.mark.parametrize(("title", "text", "language"), CASES)
def test_a_digest_reads_well_and_prints_nothing_twice(title: str, text: str, language: str) -> None:
    assert digest_problems(digest(title, text, language)) == ()


@pytest.mark.parametrize(("title", "text", "language"), WHOLE)
def test_lead_and_conclusion_are_statements_of_the_reporter(title: str, text: str, language: str) -> None:
    made = digest(title, text, language)
    assert made.lead
    assert made.conclusion
    assert [t.text for t in (*made.lead, *made.conclusion) if t.text[0] in "“「" or t.text.endswith("?")] == []


@pytest.mark.parametrize(("title", "text", "language"), WHOLE)
def test_every_point_has_a_label_of_its_own_sentence(title: str, text: str, language: str) -> None:
    points = [point for section in digest(title, text, language).sections for point in section.points]
    assert points
    assert [p.label for p in points if p.label.casefold() not in p.text.casefold()] == []
