"""A language model engine for tests: real samples, a real store, the real SDKs against `llm_stand`."""

from __future__ import annotations

import tomllib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from builders import CATALOGS
from builders import article as blank
from llm_stand import Json, Stand, Step, standing

from bot.digesting import digested
from bot.llm import Limits, LlmEngine, Prompts
from bot.llm_client import Endpoint
from bot.store import SqlStore, open_store
from bot.world import Reads
from config.catalogs import prompt
from digests.errors import FetchError
from digests.model import ROLES, Article, Digest
from digests.ports import Response

NOW = datetime(2026, 2, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    yield store
    await store.close()


@cache
def sample(language: str, slug: str) -> Article:
    data = tomllib.loads(resources.files("config").joinpath("sample", language, f"{slug}.toml").read_text("utf-8"))
    changes = {"id": slug, "language": language, "title": data["title"], "text": data["text"].strip()}
    return blank(1, **changes, published=data["published"])


@cache
def extractive(article: Article) -> Digest:
    return digested(article, (), (), article.language, CATALOGS, False)


JAPANESE = sample("ja", "rare-metal-accord")
ENGLISH = sample("en", "kelp-forest-return")


class Here:
    """Runs at once, in this process."""

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        return function(*args)


class Waits(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


class Shut:
    """Nothing can be fetched."""

    reading = Here()

    def clock(self) -> datetime:
        return NOW

    async def fetch(self, url: str, **more: Any) -> Response:
        raise FetchError(url, "shut")


def engine(
    store: SqlStore,
    *stands: Stand,
    limits: Limits | None = None,
    waits: Waits | None = None,
    reads: Reads | None = None,
    embeddings: bool = True,
    **more: Any,
) -> LlmEngine:
    endpoints = [
        Endpoint(**{"base_url": stand.url, "model": f"m{n}", "key": "sk-test", "timeout": 5.0, **more})
        for n, stand in enumerate(stands, 1)
    ]
    return LlmEngine(
        endpoints,
        ledger=store,
        runs=Here(),
        reads=reads or Shut(),
        prompts=Prompts(digest=prompt("digest.md"), search=prompt("search.md")),
        limits=limits or Limits(),
        catalogs=CATALOGS,
        clock=lambda: NOW,
        embeddings=embeddings,
        wait=Waits() if waits is None else waits,
    )


def spoken(api: str) -> dict[str, Any]:
    """What makes an engine speak `api`: it finds out, or is told."""
    return {"api": api} if api == "anthropic" else {"responses": api == "responses"}


async def written(store: SqlStore, *script: Step, article: Article = JAPANESE, **more: Any) -> tuple[Digest, Stand]:
    options = {name: more.pop(name) for name in ("responses", "schemas", "usage") if name in more}
    async with standing(*script, **options) as stand:
        model = engine(store, stand, **more)
        made = await model.write(article, extractive(article), ())
        await model.close()
    return made, stand


def printed(digest: Digest) -> list[str]:
    found = [*digest.lead, *digest.conclusion]
    for section in digest.sections:
        if section.addressed:
            found += [*section.body, *section.closing]
    points = [point.text for section in digest.sections for point in section.points]
    return [text.text for text in found] + points


def whole(digest: Digest) -> bool:
    return tuple(section.role for section in digest.sections) == ROLES and all(printed(digest))


def said(text: str, *numbers: int) -> Json:
    return {"text": text, "rests_on": list(numbers)}
