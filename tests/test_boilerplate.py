"""A line that may begin with anything is only tried where one of a few words stands: none may be missing."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests.boilerplate import FAR, is_floating, marked

TABLES: dict[str, Any] = json.loads((files("digests") / "data" / "boilerplate.json").read_text(encoding="utf-8"))
FLOATING = [form for forms in TABLES["lines"].values() for form in forms if is_floating(form)]


@pytest.mark.parametrize("form", FLOATING)
def test_whatever_a_floating_form_finds_holds_one_of_the_words(form: str) -> None:
    @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(form, fullmatch=True))
    def holds(text: str) -> None:
        assert FAR.search(text) or any(word in text for word in TABLES["inside"])

    holds()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("ウィクショナリーに新の項目があります。", "note"),
        ("青波市の港についての主な動きをまとめてみる。", "note"),
        ("市が示した条件は次の通り。", "note"),
        ("晴れ青波市:北風、汐見町:無風、白浦町:南風、浜口町:晴れ。", "note"),
        ("青波市は対策をまとめた。", None),
        ("A man walks by, via Reuters", "credit"),
        ("Reporting by Jane Doe", "byline"),
        ("Read more about the vote", "prompt"),
        ("The council approved the plan on Monday.", None),
    ],
)
def test_each_kind_is_still_told(text: str, kind: str | None) -> None:
    assert marked([text], "en") == [kind]
