"""Numbers are the same number however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.quantities import known, quantities


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3兆2000億円", [(3.2e12, "jpy")]),
        ("約1億2千万円", [(1.2e8, "jpy")]),
        ("１２，３００人", [(12300, "")]),
        ("二十五人と二〇二六年", [(25, ""), (2026, "year")]),
        ("七割", [(70, "%")]),
        ("3〜5％", [(3, "%"), (5, "%")]),
        ("一方で統一する", []),
        ("$1.2 billion", [(1.2e9, "usd")]),
        ("£7.5bn", [(7.5e9, "gbp")]),
        ("twenty-five thousand", [(25000, "")]),
        ("half a million", [(5e5, "")]),
        ("20 per cent", [(20, "%")]),
        ("5 to 7 per cent", [(5, "%"), (7, "%")]),
        ("no one knows", []),
    ],
)
def test_a_quantity_is_read(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(q.value, q.unit) for q in quantities(text)] == expected


def test_units_must_agree_where_both_are_written() -> None:
    (dollars,), (euros,), (bare,) = quantities("$5"), quantities("€5"), quantities("5")
    assert (known(dollars, [euros]), known(dollars, [bare]), known(bare, [euros])) == (False, True, True)


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert all(q.start < q.end for q in quantities(text))
