"""`chokan rank` puts the closest articles first, leaves the query out and names what is wrong with its input."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import main
from bot.inputs import Record
from bot.ranking import LATER, TITLE, parts, vector_of

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


@pytest.mark.parametrize(("language", "lead"), [("en", 400), ("ja", 160)])
def test_a_vector_is_of_opening_title_and_a_passage_after_the_opening(language: str, lead: int) -> None:
    text = "".join(chr(0x61 + number // lead) for number in range(3 * lead))
    made = parts(Record(id=1, title="T", text=text, language=language))
    assert made == {"T\n" + lead * "a": 1.0, "T": TITLE, lead * "b": LATER}
    assert list(parts(Record(id=1, title="T", text=text[: lead + 9], language=language))) == ["T\n" + lead * "a", "T"]
    known = dict(zip(made, np.eye(3, dtype=np.float32), strict=True))
    vector = vector_of(Record(id=1, title="T", text=text, language=language), known)
    assert vector == pytest.approx(np.array([1, TITLE, LATER]) / np.linalg.norm([1, TITLE, LATER]))
    assert not vector_of(Record(id=1, title="another", text="", language=language), known).any()


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
