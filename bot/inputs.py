"""Articles a person hands over: a JSON line, a file, a page. Says in one line what is wrong with an input."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from digests.decode import decode
from digests.errors import ChokanError
from digests.extract import extract
from digests.language import identify
from digests.model import Article
from digests.urls import site_of, web_url

M = TypeVar("M", bound=BaseModel)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadInput(ChokanError):
    kind = "bad-input"


class Record(BaseModel):
    """One line of `--jsonl`: the fields of the JSON contract; others are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int
    title: str = ""
    text: str = ""
    url: str | None = None
    language: str | None = None
    published: AwareDatetime | datetime | None = None
    html: str | None = None


def read_line(model: type[M], line: str, number: int) -> M:
    """What one JSON line says. Raises BadInput naming the line."""
    try:
        return model.model_validate(json.loads(line))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the line"
        raise BadInput(f"line {number}: {key}: {first['msg'].lower()}") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"line {number}: not JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError):  # what Python's reader refuses of good JSON
        raise BadInput(f"line {number}: not JSON that can be read: nested too deeply, or a number too long") from None


def article_of(record: Record) -> Article:
    """The article of a record; with `html` and no text, the page's main text. Raises NoArticle."""
    url = web_url(record.url) or ""
    if record.html and not record.text:
        page = extract(record.html.encode(), url=url or "http://localhost/", language=record.language)
        return _article(record, page.title or record.title, page.text, url)
    return _article(record, record.title, record.text, url)


def _article(record: Record, title: str, text: str, url: str) -> Article:
    published = record.published
    if published and published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    site = site_of(url) if url else ""
    return Article(
        id=str(record.id),
        url=url,
        site=site,
        publisher=site,
        language=record.language or identify(text or title),
        title=title,
        text=text,
        published=published,
        first_seen=published or EPOCH,
    )


def article_of_file(data: bytes, name: str) -> Article:
    """The article in a text or HTML file; a text file's first line is its headline when a blank line follows it.

    Raises BadInput for what is neither, NoArticle for a page without one.
    """
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{name}: not a text file")
    text = decode(data, {})
    if text.lstrip()[:200].lower().startswith(("<!doctype html", "<html")):
        return article_of(Record(id=name, title=Path(name).stem, html=text))
    if not text.strip():
        raise BadInput(f"{name}: empty")
    head, _, rest = text.strip().partition("\n")
    headed = rest.startswith("\n") and len(head) <= 120
    return article_of(Record(id=name, title=head if headed else "", text=rest.strip() if headed else text.strip()))
