"""The operator's verbs as they are typed: status, export and import, backup and restore."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_cli import archive, chokan, folder  # noqa: F401 (the fixture stands for every test here)

CONFIG = """
[[feeds]]
url = "https://news.example.jp/feed.xml"

[[subscriptions]]
id = "morning"
destination = "console"
at = "06:30"
zone = "Asia/Tokyo"
"""


def test_status_says_how_things_stand(folder: Path) -> None:  # noqa: F811
    archive()
    (folder / "chokan.toml").write_text(CONFIG, encoding="utf-8")
    result = chokan("status")
    assert result.exit_code == 0
    assert "not running" in result.output
    assert "articles: 2, digests: 2" in result.output
    assert "06:30" in result.output
    (folder / "chokan.toml").write_text(f'language = "ja"\n{CONFIG}', encoding="utf-8")
    assert "記事: 2、要約: 2" in chokan("status").output
    form = json.loads(chokan("status", "--json").output)
    assert form["subscriptions"][0]["id"] == "morning"
    assert form["feeds"] == {"count": 1, "failing": []}


def test_a_message_that_was_sent_waits_no_longer(folder: Path) -> None:  # noqa: F811
    archive()
    (folder / "chokan.toml").write_text(CONFIG, encoding="utf-8")
    assert chokan("publish", "morning").exit_code == 0
    form = json.loads(chokan("status", "--json").output)
    assert form["subscriptions"][0]["messages"]["sent"] > 0
    assert sum(form["waiting"].values()) == 0
    assert "messages waiting: 0" in chokan("status").output


def test_status_tells_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.cli_status import _shown

    assert _shown("postgresql://me:geheim@db.example/chokan") == "postgresql://db.example/chokan"


def test_what_is_exported_here_is_imported_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    archive()
    (folder / "chokan.toml").write_text(CONFIG, encoding="utf-8")
    text = chokan("export").output
    other = folder / "other"
    other.mkdir()
    monkeypatch.chdir(other)
    (other / "list.json").write_text(text, encoding="utf-8")
    first, second = chokan("import", "list.json"), chokan("import", "list.json")
    assert "feeds: 1 added" in first.output
    assert "subscriptions: 1 added" in first.output
    assert "feeds: 0 added, 1 already there" in second.output
    assert json.loads(chokan("export").output)["subscriptions"][0]["at"] == "06:30:00"
    assert "https://news.example.jp/feed.xml" in chokan("export", "--format", "opml").output


def test_a_feed_that_is_here_in_another_spelling_is_here_already(folder: Path) -> None:  # noqa: F811
    config = CONFIG.replace("https://news.example.jp/", "https://News.example.jp:443/")
    (folder / "chokan.toml").write_text(config, encoding="utf-8")
    form = json.loads(chokan("export").output)
    assert [feed["url"] for feed in form["feeds"]] == ["https://News.example.jp:443/feed.xml"]
    form["subscriptions"] = [{**form["subscriptions"][0], "id": "other", "feeds": ["https://news.example.jp/feed.xml"]}]
    (folder / "list.json").write_text(json.dumps(form), encoding="utf-8")
    assert "feeds: 0 added, 1 already there" in chokan("import", "list.json").output
    orders = json.loads(chokan("export").output)["subscriptions"]
    assert [order["feeds"] for order in orders if order["id"] == "other"] == [["https://News.example.jp:443/feed.xml"]]


def test_a_file_that_lists_nothing_is_one_line(folder: Path) -> None:  # noqa: F811
    (folder / "notes.txt").write_text("dear diary\n", encoding="utf-8")
    result = chokan("import", "notes.txt")
    assert result.exit_code == 1
    assert result.stderr.startswith("chokan: notes.txt: no feed in it")


def test_backup_and_restore(folder: Path) -> None:  # noqa: F811
    archive()
    assert "2 articles" in chokan("backup", "one.db").output
    again = chokan("backup", "one.db")
    assert again.exit_code == 1
    assert "--force" in again.stderr
    assert chokan("backup", "one.db", "--force").exit_code == 0
    refused = chokan("restore", "one.db")
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    assert "2 articles" in chokan("restore", "one.db", "--replace").output
    assert (folder / "chokan.db.before-restore").exists()
    assert "白浦で地震" in chokan("search", "地震").output
    assert "no such folder" in chokan("backup", "nowhere/one.db").stderr
