"""A text of 100,000 characters, of whatever shape, in a dozen places of two messages at once, is rendered within the
limits of every platform. How long that takes is measured by `tools/bench_rendering.py`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from long_texts import RENDERERS, SHAPES, text_of

LONG = 100_000


@pytest.mark.parametrize("render", RENDERERS, ids=lambda render: render.__name__)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_text_is_rendered_within_the_limits(shape: str, render: Callable[[str], None]) -> None:
    render(text_of(shape, LONG))
