"""Markup → plain text: what is dropped with all it holds, and what is not looked for twice."""

from __future__ import annotations

import re

import pytest

from digests import plain
from digests.plain import without_tags


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<script>b</script>c", "a c"),
        ("a<STYLE type='x'>b < c</style >d", "a d"),
        ("a<!-- b <script> -->c", "a c"),
        ("a<script>b</script>c<style>d</style>e<!--f-->g", "a c e g"),
        ("a<script>" + "b" * 50_000 + "</script>c", "a c"),
        ("a<script>b", "a<script>b"),
        ("a<!--b<script>c</script>d", "a<!--b d"),
        ("a<script>b</style>c<style>d</style>e", "a<script>b</style>c e"),
    ],
)
def test_scripts_styles_and_comments_go_with_what_they_hold(markup: str, text: str) -> None:
    assert without_tags(markup) == text


class Counted:
    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern, self.asked = pattern, 0

    def search(self, text: str, at: int) -> re.Match[str] | None:
        self.asked += 1
        return self.pattern.search(text, at)


@pytest.mark.parametrize(("kind", "opening"), [("script", "<script>"), ("style", "<style>"), ("--", "<!--")])
def test_what_is_never_closed_is_looked_for_once(monkeypatch: pytest.MonkeyPatch, kind: str, opening: str) -> None:
    counted = Counted(plain._CLOSED[kind])
    monkeypatch.setitem(plain._CLOSED, kind, counted)
    assert without_tags(opening * 5000).count(opening) == 5000
    assert counted.asked == 1
