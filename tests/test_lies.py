"""A model that lies well: the source's own words turned. Held-out lies are caught, each rule does what it says."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from digests.ground import ground
from tools.lies import FOLDER, HALVES, LANGUAGES, told


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_lies_are_caught_in_the_half_the_rules_were_not_made_on(language: str) -> None:
    pairs = list(told(language))
    for half, caught in zip(HALVES, (0.95, 0.88), strict=True):
        some = [one for one in pairs if one.half == half]
        assert len(some) >= 80
        assert sum(bool(one.caught) for one in some) >= caught * len(some)
        assert sum(bool(one.blamed) for one in some) <= 0.09 * len(some)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_pair_differs_and_has_its_kind(language: str) -> None:
    texts = tomllib.loads((FOLDER / f"{language}.toml").read_text("utf-8"))["text"]
    pairs = [pair for one in texts for pair in one["pairs"]]
    assert len(pairs) >= 160
    assert all(true != lie for _, true, lie in pairs)
    assert len({kind for kind, _, _ in pairs}) >= 15


EN = (
    "Mayor Tom Hale said the Blue Line might open in June. Governor Ida Brook agreed. Norvik beat Halden on Friday. "
    "The port of Norvik employs 900 people, the port of Halden 400. "
    "At least 30 boats sank after the storm hit the bay. Some of the boats belonged to fishermen. "
    "Critics claim the new breakwater is too weak. Rents in Norvik rose to 700 euros a month. "
    "The council will sell the old customs house if a buyer is found."
)
JA = (
    "波瀬市の原島徹市長は、青葉線が6月に開業する可能性があると述べた。波瀬港は日置港を買収した。"
    "従業員は波瀬港が900人、日置港が400人。嵐の後に少なくとも30隻が沈んだ。船の一部は漁師のものだった。"
    "波瀬の家賃は月7万円に上昇した。市は税関の建物を売却する方針だ。"
)


@pytest.mark.parametrize(
    ("text", "language", "summary", "reason"),
    [
        (EN, "en", "Halden beat Norvik on Friday.", "exchanged"),
        (EN, "en", "The port of Norvik employs 400 people.", "number"),
        (EN, "en", "At most 30 boats sank after the storm.", "degree"),
        (EN, "en", "All of the boats belonged to fishermen.", "degree"),
        (EN, "en", "Rents in Norvik fell to 700 euros a month.", "contrary"),
        (EN, "en", "Rents in Norvik rose to 700 euros a week.", "degree"),
        (EN, "en", "At least 30 boats sank before the storm hit the bay.", "contrary"),
        (EN, "en", "The new breakwater is too weak.", "modality"),
        (EN, "en", "The council will sell the old customs house.", "modality"),
        (EN, "en", "Governor Tom Hale said the Blue Line might open in June.", "role"),
        (EN, "en", "Critics claim the new breakwater is too weak.", None),
        (EN, "en", "Norvik beat Halden.", None),
        (JA, "ja", "日置港は波瀬港を買収した。", "exchanged"),
        (JA, "ja", "従業員は波瀬港が400人、日置港が900人。", "number"),
        (JA, "ja", "嵐の後に最大30隻が沈んだ。", "degree"),
        (JA, "ja", "船は全て漁師のものだった。", "degree"),
        (JA, "ja", "波瀬の家賃は月7万円に低下した。", "contrary"),
        (JA, "ja", "市は税関の建物を売却した。", "modality"),
        (JA, "ja", "波瀬市の原島徹知事は、青葉線が6月に開業する可能性があると述べた。", "role"),
        (JA, "ja", "波瀬港は日置港を買収した。", None),
        (JA, "ja", "嵐の後に30隻が沈んだ。", None),
    ],
)
def test_what_is_turned_is_told_with_its_reason(text: str, language: str, summary: str, reason: str | None) -> None:
    found = [one.reason for one in ground(text, summary, language).unsupported]
    assert found == ([reason] if reason else [])


def test_whose_report_it_is_belongs_to_a_sentence() -> None:
    text = "浜辺新聞によると、市は橋の工事を来年始める。山辺新聞によると、県は空港の拡張を断念した。"
    assert ground(text, "山辺新聞によると、県は空港の拡張を断念した。", "ja").supported
    assert not ground(text, "浜辺新聞によると、県は空港の拡張を断念した。", "ja").supported


def test_a_word_that_a_line_points_back_to_may_be_named() -> None:
    text = "A museum of clocks opened in Norvik. It shows more than 3,000 clocks."
    assert ground(text, "The museum shows more than 3,000 clocks.", "en").supported
    assert not ground(text, "The museum shows fewer than 3,000 clocks.", "en").supported


def test_the_table_is_printed() -> None:
    command = [sys.executable, "-m", "tools.lies", "--language", "ja", "--missed"]
    told_there = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent, timeout=120
    ).stdout
    rows = [row.split(" | ")[0].strip("| ") for row in told_there.splitlines() if row.startswith("| ")]
    assert rows[0] == "kind"
    assert rows[-1] == "all"
    assert rows[2:-1] == sorted(rows[2:-1])
