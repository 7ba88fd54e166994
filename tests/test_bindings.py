"""A number beside the day of another is unsupported; beside its own, or where nobody says whose it is, it stands."""

from __future__ import annotations

import pytest

from digests.bindings import misdated
from digests.evidence import line, source
from digests.ground import ground

ENGLISH = (
    "The ferry company reported profits of 40m yen ($270,000), compared with a loss of 98m yen in 2003.\n"
    "Fares rose 3% in March and 5% in April."
)
JAPANESE = "連絡船会社の純利益は4億円と、2023年の9億円の赤字から黒字に転じた。乗客は3月が3000人、4月が4500人だった。"


@pytest.mark.parametrize(
    ("text", "language", "summary", "wrong"),
    [
        (ENGLISH, "en", "The ferry company reported profits of 40m yen in 2003.", ("2003",)),
        (ENGLISH, "en", "In 2003 the ferry company reported profits of 40m yen.", ("2003",)),
        (ENGLISH, "en", "Fares rose 5% in March.", ("in march",)),
        (ENGLISH, "en", "The ferry company reported a loss of 98m yen in 2003.", ()),
        (ENGLISH, "en", "It reported profits of 40m yen, compared with a loss of 98m yen in 2003.", ()),
        (ENGLISH, "en", "Fares rose 5% in April.", ()),
        (ENGLISH, "en", "The ferry company reported profits of 40m yen ($270,000) in 2003.", ("2003",)),
        ("It owed 40m yen ($270,000) in 2003.", "en", "It owed 40m yen ($270,000) in 2003.", ()),
        ("In 2003 the company, which owes 98m yen, earned 40m yen.", "en", "It earned 40m yen in 2003.", ()),
        ("It sold 40m boxes in 2003. It lost 98m yen.", "en", "It lost 98m yen in 2003.", ()),
        (JAPANESE, "ja", "連絡船会社の純利益は2023年に4億円だった。", ("2023年",)),
        (JAPANESE, "ja", "2023年は9億円の赤字だった。", ()),
        (JAPANESE, "ja", "乗客は4月が4500人だった。", ()),
    ],
)
def test_whose_day_a_number_is_of(text: str, language: str, summary: str, wrong: tuple[str, ...]) -> None:
    assert misdated(line(summary, language), source(text, language)) == wrong


def test_the_guard_says_so() -> None:
    verdict = ground(ENGLISH, "The ferry company reported profits of 40m yen in 2003.", "en")
    assert [(one.reason, one.what) for one in verdict.unsupported] == [("date", ("2003",))]
