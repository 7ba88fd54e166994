"""The command line as a person types it: verbs, one-line errors, exit codes, JSON where a script wants it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from builders import NOW, article, digest
from typer.testing import CliRunner, Result

from bot.cli import main
from bot.store import open_store
from digests.model import Feed, FeedState

VERBS = ("run", "poll", "digest", "publish", "search", "latest", "feeds", "check", "rank")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every test stands in an empty folder with an empty environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "SLACK_BOT_TOKEN", "DATABASE_URL", "CHOKAN_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def chokan(*words: str, **keywords: Any) -> Result:
    return CliRunner().invoke(main, list(words), **keywords)


def archive() -> None:
    """A database with two digested articles, where `chokan` looks for one."""

    async def fill() -> None:
        store = await open_store("sqlite:///chokan.db")
        await store.add_feed(Feed(url="https://news.example.jp/feed.xml", title="例新報", added=NOW))
        articles = [article(1, title="白浦で地震"), article(2, title="港の計画を可決")]
        await store.save_poll("https://news.example.jp/feed.xml", FeedState(polled=NOW), now=NOW, articles=articles)
        for number in (1, 2):
            await store.save_digest(f"a{number}", digest(number), vector=b"", now=NOW)
        await store.close()

    asyncio.run(fill())


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    result = chokan(verb, "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.parametrize("words", [(), ("digest",), ("digest", "x", "--format", "pdf"), ("digest", "x", "--length", "long"), ("nonsense",)])  # fmt: skip  # noqa: E501
def test_wrong_use_ends_with_2(words: tuple[str, ...]) -> None:
    assert chokan(*words).exit_code == 2


def test_wrong_configuration_is_one_line_and_ends_with_1(folder: Path) -> None:
    (folder / "chokan.toml").write_text('langage = "ja"\n', encoding="utf-8")
    result = chokan("latest")
    assert result.exit_code == 1
    assert result.stderr == "chokan: chokan.toml:1: unknown key «langage»; did you mean «language»?\n"


def test_a_database_that_cannot_be_opened_is_one_line(folder: Path) -> None:
    (folder / "chokan.db").write_text("this is no database, but long enough to look at" * 50, encoding="utf-8")
    result = chokan("latest")
    assert result.exit_code == 1
    assert result.stderr.startswith("chokan: ")
    assert result.stderr.count("\n") == 1


def test_search_finds_a_two_character_word() -> None:
    archive()
    result = chokan("search", "地震", "--json")
    assert result.exit_code == 0
    assert [hit["title"] for hit in json.loads(result.output)] == ["白浦で地震"]


def test_search_without_an_answer_says_so_and_ends_with_1() -> None:
    archive()
    result = chokan("search", "見当たらない言葉")
    assert result.exit_code == 1
    assert "Nothing found for “見当たらない言葉”" in result.output


def test_latest_lists_what_is_there() -> None:
    archive()
    assert [hit["id"] for hit in json.loads(chokan("latest", "--json").output)] == ["a2", "a1"]
    assert "白浦で地震" in chokan("latest").output


def test_feeds_go_out_as_opml_and_come_back(folder: Path) -> None:
    archive()
    (folder / "feeds.opml").write_text(chokan("feeds", "export").output, encoding="utf-8")
    assert chokan("feeds", "remove", "https://news.example.jp/feed.xml").exit_code == 0
    assert json.loads(chokan("feeds", "list", "--json").output) == []
    assert "1 added, 0 already there" in chokan("feeds", "import", "feeds.opml").output
    assert [feed["url"] for feed in json.loads(chokan("feeds", "list", "--json").output)] == [
        "https://news.example.jp/feed.xml"
    ]


def test_the_list_of_feeds_is_in_the_operators_language(folder: Path) -> None:
    (folder / "chokan.toml").write_text('language = "ja"\n', encoding="utf-8")
    assert "まだフィードがありません" in chokan("feeds", "list").output
    archive()
    assert "役割" in chokan("feeds", "list").output
    assert json.loads(chokan("feeds", "list", "--json").output)[0]["health"] == "fine"


def test_what_an_import_leaves_out_is_said(folder: Path) -> None:
    rows = "".join(f"<outline xmlUrl='ftp://{number}.example/'/>" for number in range(25))
    text = f"<opml><body>{rows}<outline xmlUrl='https://news.example.jp/f'/></body></opml>"
    (folder / "feeds.opml").write_text(text, encoding="utf-8")
    said = chokan("feeds", "import", "feeds.opml").output
    assert "feeds: 1 added" in said
    assert "left out: ftp://0.example/: only addresses that begin with http" in said
    assert (said.count("left out: ftp"), "left out: 5 more" in said) == (20, True)


@pytest.mark.parametrize("text", ["", "not xml", "<opml version='2.0'><body/></opml>"])
def test_what_is_no_opml_is_refused(folder: Path, text: str) -> None:
    (folder / "feeds.opml").write_text(text, encoding="utf-8")
    result = chokan("feeds", "import", "feeds.opml")
    assert result.exit_code == 1
    assert result.stderr.startswith("chokan: feeds.opml: no")


def test_removing_a_feed_nobody_added_says_so() -> None:
    result = chokan("feeds", "remove", "https://example.com/feed")
    assert (result.exit_code, "no such feed" in result.stderr) == (1, True)


def test_adding_a_private_address_is_refused_and_an_operator_hears_what_opens_it() -> None:
    result = chokan("feeds", "add", "http://127.0.0.1/feed")
    assert result.stderr.startswith("chokan: http://127.0.0.1/feed: address not allowed (only public addresses")
    assert (result.exit_code, "allow_hosts" in result.stderr) == (1, True)


def test_publishing_an_unknown_subscription_names_those_there_are() -> None:
    result = chokan("publish", "nope")
    assert result.exit_code == 1
    assert "no subscription «nope»; there are: terminal" in result.stderr


def test_a_dry_run_prints_the_edition_and_keeps_it_for_later() -> None:
    archive()
    for _ in range(2):
        result = chokan("publish", "--dry-run")
        assert result.exit_code == 0


def test_check_is_content_with_an_empty_start_and_says_what_to_do_next() -> None:
    result = chokan("check", "--json")
    assert result.exit_code == 0
    findings = {line["subject"]: line for line in json.loads(result.output)}
    assert findings["feeds"]["fix"].startswith("chokan feeds add")


def test_check_finds_a_subscription_without_a_token(folder: Path) -> None:
    (folder / "chokan.toml").write_text('[[subscriptions]]\nid = "a"\ndestination = "discord:1"\n', encoding="utf-8")
    result = chokan("check")
    assert result.exit_code == 1
    assert "set DISCORD_TOKEN in the environment" in result.output


def test_a_file_is_digested_in_four_sections(folder: Path) -> None:
    (folder / "a.txt").write_text(
        "港の計画を可決\n\n市議会は13日、港の計画を可決した。費用は4億円だ。", encoding="utf-8"
    )
    form = json.loads(chokan("digest", "a.txt", "--format", "json", "--fast").output)
    assert [section["role"] for section in form["sections"]] == ["development", "stakes", "dynamics", "outlook"]
    assert form["title"] == "港の計画を可決"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("none.txt", None, "No such file"), ("empty.txt", b"", "empty"), ("binary", b"\x7fELF\0\0\0", "not a text file")],
)
def test_a_file_without_an_article_is_one_line(folder: Path, name: str, data: bytes | None, said: str) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    result = chokan("digest", name)
    assert result.exit_code == 1
    assert said in result.stderr


def test_json_lines_come_back_in_order_and_a_bad_line_costs_only_itself() -> None:
    rows = [{"id": n, "title": "", "text": f"議会は{n}日、計画を可決した。工事は四月に始まる。"} for n in range(1, 6)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    lines.insert(2, "{nonsense")
    result = chokan("digest", "--jsonl", "--fast", input="\n".join(lines))
    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [1, 2, 3, 4, 5]
    assert "line 3: not JSON" in result.stderr


@pytest.mark.parametrize("line", ["[" * 100_000, '{"id": ' + "9" * 5_000 + "}"])
@pytest.mark.parametrize("words", [("digest", "--jsonl", "--fast"), ("ground", "--jsonl"), ("rank", "--fast")])
def test_json_that_no_reader_takes_is_one_line_too(folder: Path, words: tuple[str, ...], line: str) -> None:
    (folder / "corpus.jsonl").write_text(line, encoding="utf-8")
    result = chokan(*words, *(("--corpus", "corpus.jsonl") if words[0] == "rank" else ()), input=line)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert "line 1: not JSON that can be read" in result.stderr


def test_half_a_character_is_printed_as_json_escapes_it(folder: Path) -> None:
    row = r'{"id": "\ud83d", "title": "\ud83d", "text": "The \ud83d council voted. It met.", "summary": "\ud83d."}'
    (folder / "c.jsonl").write_text(row, encoding="utf-8")
    for line in ("digest --jsonl --fast", "ground --jsonl", "rank --fast --corpus c.jsonl"):
        result = chokan(*line.split(), input=row)
        assert (result.exit_code, json.loads(result.stdout)["id"]) == (0, "\ud83d")


def test_an_empty_archive_says_how_to_begin_and_a_feed_nobody_has_is_named() -> None:
    assert "chokan feeds add https://" in chokan("poll").output
    result = chokan("latest", "--feed", "https://nowhere.example/feed")
    assert (result.exit_code, "no such feed; see: chokan feeds list" in result.output) == (1, True)
