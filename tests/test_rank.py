"""`chokan rank` puts the closest articles first, leaves the query out and names what is wrong with its input."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from bot.cli import main

ARTICLES = (
    {"id": "a", "title": "Harbour bridge reopens", "text": "The harbour bridge reopened after repairs.", "lang": "en"},
    {"id": "b", "title": "Bridge repairs end", "text": "Repairs of the harbour bridge are over.", "language": "en"},
    {"id": "c", "title": "Doctors wanted", "text": "Hospitals look for physicians.", "language": "en"},
)


def ranked(corpus: Path, queries: str) -> tuple[int, list[dict[str, object]], str]:
    done = CliRunner().invoke(main, ["rank", "--fast", "--corpus", str(corpus)], input=queries)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_the_closest_comes_first_and_the_query_is_left_out(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(json.dumps(article) for article in ARTICLES), encoding="utf-8")
    code, answers, _ = ranked(corpus, json.dumps(ARTICLES[0]) + "\n")
    assert (code, answers) == (0, [{"id": "a", "ranking": ["b", "c"]}])


def test_the_day_of_publication_decides_between_like_articles(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    days = {"b": "2020-01-02T00:00:00Z", "c": "2026-05-03T00:00:00Z"}
    lines = [json.dumps({**ARTICLES[1], "id": name, "published": day}) for name, day in days.items()]
    corpus.write_text("\n".join(lines), encoding="utf-8")
    code, answers, _ = ranked(corpus, json.dumps({**ARTICLES[0], "published": "2026-05-01T09:00:00Z"}) + "\n")
    assert (code, answers) == (0, [{"id": "a", "ranking": ["c", "b"]}])


def test_an_empty_corpus_ranks_nothing(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("", encoding="utf-8")
    assert ranked(corpus, json.dumps(ARTICLES[0]) + "\n")[:2] == (0, [{"id": "a", "ranking": []}])


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("{", encoding="utf-8")
    code, answers, said = ranked(corpus, "")
    assert (code, answers) == (1, [])
    assert "line 1" in said
