"""The sample site is complete and consistent: fields, lengths, names used once, links that lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

SAMPLE = Path(__file__).parent.parent / "config" / "sample"
FOLDERS = {"ja": "ja", "en": "en", "reference": "ref"}
"""Folder of the sample, and the first part of its articles' paths on the server."""
FILES = sorted(path for folder in FOLDERS for path in (SAMPLE / folder).glob("*.toml"))
NEWS = [path for path in FILES if path.parent.name != "reference"]
REFERENCES = [path for path in FILES if path.parent.name == "reference"]
SECTIONS = {"politics", "business", "science", "disaster", "sport", "culture", "local", "health", "technology"}


def article(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sentences(text: str) -> list[str]:
    """Counts well enough for a length check: full stops outside quotations."""
    bare = re.sub(r"「[^」]*」|“[^”]*”", "Q", text)
    bare = re.sub(r"\b(a\.m|p\.m|Dr|Feb)\.", r"\1", bare)
    ends = re.split(r"(?<=[。])|(?<=[.?!Q])\s+(?=[A-Z“Q])|\n+", bare)
    return [end for end in ends if end.strip()]


def url(path: Path) -> str:
    return f"/{FOLDERS[path.parent.name]}/{path.stem}"


def named(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_there_are_enough_articles_of_each_language_and_references() -> None:
    counts = Counter(path.parent.name for path in FILES)
    assert counts["ja"] >= 10
    assert counts["en"] >= 6
    assert counts["reference"] >= 6


def test_the_site_file_names_every_site() -> None:
    names = tomllib.loads((SAMPLE / "site.toml").read_text(encoding="utf-8"))
    assert {"ja", "en", "reference"} == set(names)
    assert all(site["name"] and site["tagline"] for site in names.values())


@pytest.mark.parametrize("path", NEWS, ids=named)
def test_a_news_article_has_every_field_and_no_other(path: Path) -> None:
    data = article(path)
    assert {"title", "published", "section", "author", "text"} == set(data) - {"links"}
    assert isinstance(data["published"], datetime)
    assert data["published"].tzinfo is not None
    assert data["section"] in SECTIONS
    assert data["title"].strip() == data["title"] != ""
    assert data["author"].strip() == data["author"] != ""


@pytest.mark.parametrize("path", REFERENCES, ids=named)
def test_a_reference_names_its_publisher_and_language_and_is_short(path: Path) -> None:
    data = article(path)
    assert {"title", "published", "publisher", "section", "author", "language", "text"} == set(data) - {"links"}
    assert data["published"].tzinfo is not None
    assert data["language"] in {"ja", "en"}
    assert 5 <= len(sentences(data["text"])) <= 10


@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_language_covers_many_sections(language: str) -> None:
    sections = {article(path)["section"] for path in NEWS if path.parent.name == language}
    assert len(sections) >= 6


def test_one_article_is_very_short_one_very_long_and_the_others_real_in_length() -> None:
    lengths = {named(path): len(sentences(article(path)["text"])) for path in NEWS}
    longest = max(lengths, key=lengths.__getitem__)
    short = {name for name, length in lengths.items() if length <= 3}
    assert lengths[longest] >= 35
    assert {"ja/bridge-reopened", "en/harbour-seal"} == short
    others = {name: length for name, length in lengths.items() if name not in short | {longest}}
    assert {name: length for name, length in others.items() if not 9 <= length <= 20} == {}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_the_text_is_plain_paragraphs(path: Path) -> None:
    text = article(path)["text"]
    assert not re.search(r"[<>]|https?:|\*\*|\]\(", text)
    assert "\n\n\n" not in text
    assert all(paragraph.strip() for paragraph in text.strip().split("\n\n"))
    assert text.count("「") == text.count("」")
    assert text.count("“") == text.count("”")


def test_titles_slugs_and_sentences_are_used_once() -> None:
    titles = Counter(article(path)["title"] for path in FILES)
    slugs = Counter(path.stem for path in FILES)
    said = Counter(line for path in FILES for line in sentences(article(path)["text"]) if len(line) > 12)
    assert [name for counts in (titles, slugs, said) for name, times in counts.items() if times > 1] == []


@pytest.mark.parametrize("path", FILES, ids=named)
def test_every_link_leads_to_a_page_of_the_sample_and_its_text_is_in_the_article(path: Path) -> None:
    data = article(path)
    pages = {url(page) for page in FILES} - {url(path)}
    links = data.get("links", [])
    assert [link["url"] for link in links if link["url"] not in pages] == []
    assert [1] * len(links) == [data["text"].count(link["text"]) for link in links]
    assert len({link["url"] for link in links}) == len(links)


def test_every_reference_is_linked_from_the_news() -> None:
    linked = {link["url"] for path in NEWS for link in article(path).get("links", [])}
    assert set() == {url(path) for path in REFERENCES} - linked


def test_follow_ups_appear_after_the_article_they_follow() -> None:
    for later, earlier in [
        ("rare-metal-fishery", "rare-metal-accord"),
        ("earthquake-water-supply", "earthquake-shiomi-offing"),
    ]:
        after, before = article(SAMPLE / "ja" / f"{later}.toml"), article(SAMPLE / "ja" / f"{earlier}.toml")
        assert after["published"] > before["published"]
        assert f"/ja/{earlier}" in {link["url"] for link in after["links"]}
