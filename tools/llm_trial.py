"""Has a real, small model write digests of real articles, and counts what is printed without support (`make llm-test`).

    python -m tools.llm_trial --url http://127.0.0.1:8080/v1 [--articles FILE.jsonl…] [--n 50] [--minutes 60]
    python -m tools.llm_trial --server llama-server --model model.gguf        (starts and stops the server itself)

A model of 135 million weights invents wildly: the perfect adversary. Every printed text is looked at again, apart from
the engine: by the guard on its support alone, and by words: each number and each name of it must stand in its support.
Ends with 1 when one does not, or when a digest has not four sections in order. Without --articles: the samples.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import re
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import unicodedata
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from bot.desk import digested
from bot.llm import Limits, LlmEngine, Prompts
from bot.llm_client import Endpoint
from bot.store import open_store
from config.catalogs import locales, prompt
from digests.catalog import Catalogs
from digests.errors import FetchError
from digests.ground import ground
from digests.model import ROLES, Article, Digest, Support
from digests.ports import Response
from digests.readable import squeezed
from digests.sentences import sentences

CATALOGS = Catalogs(locales())
LEAST_SENTENCES = 5
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}|[ァ-ヺー]{3,}")


class Here:
    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        return await asyncio.to_thread(function, *args)


class Shut:
    """Nothing is fetched."""

    reading = Here()

    def clock(self) -> datetime:
        return datetime.now(UTC)

    async def fetch(self, url: str, **more: Any) -> Response:
        raise FetchError(url, "this trial fetches nothing")


def articles(paths: list[Path], count: int) -> list[Article]:
    """The `count` shortest with enough sentences, in turn from each file: a small model reads slowly."""
    rows = [_rows(path) for path in paths] if paths else [_samples()]
    sorted_rows = [sorted(one, key=lambda row: len(row["text"])) for one in rows]
    fit = [[row for row in one if _enough(row)][:count] for one in sorted_rows]
    picked = [row for place in range(count) for one in fit for row in one[place : place + 1]]
    return [_article(row) for row in picked[:count]]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _samples() -> list[dict[str, Any]]:
    folder = resources.files("config").joinpath("sample")
    found = [(language, file) for language in ("en", "ja") for file in folder.joinpath(language).iterdir()]
    return [{"id": file.name, "language": one, **tomllib.loads(file.read_text("utf-8"))} for one, file in found]


def _enough(row: dict[str, Any]) -> bool:
    return sum(not piece.boilerplate for piece in sentences(row["text"], row["language"])) >= LEAST_SENTENCES


def _article(row: dict[str, Any]) -> Article:
    now = datetime.now(UTC)
    return Article(
        id=str(row["id"]),
        url=f"https://news.example/{row['id']}",
        site="news.example",
        publisher="",
        language=row["language"],
        title=row["title"],
        text=row["text"].strip(),
        first_seen=now,
        published=now,
    )


def printed(digest: Digest) -> Iterator[tuple[str, tuple[Support, ...]]]:
    for text in (*digest.lead, *digest.conclusion):
        yield text.text, text.support
    for section in digest.sections:
        if section.addressed:
            yield from ((text.text, text.support) for text in (*section.body, *section.closing))
            yield from ((point.text, point.support) for point in section.points)


def unsupported(text: str, support: tuple[Support, ...], article: Article) -> str | None:
    """Why `text` does not rest on its `support`; None when it does."""
    spans = [article.text[one.start : one.end] for one in support if one.source == "article"]
    whole = "\n".join(spans)
    if not whole:
        return "no support"
    if squeezed(text) in squeezed(whole):
        return None
    plain = unicodedata.normalize("NFKC", whole).lower()
    said = unicodedata.normalize("NFKC", text)
    lost = [found for found in (*_NUMBER.findall(said), *_NAME.findall(said)) if found.lower() not in plain]
    if lost:
        return f"not there: {', '.join(lost)}"
    verdict = ground(whole, text, article.language, reference=article.first_seen.date())
    return f"guard: {verdict.unsupported[0].reason}" if verdict.unsupported else None


def whole(digest: Digest) -> bool:
    filled = all(section.body or section.points for section in digest.sections)
    return tuple(section.role for section in digest.sections) == ROLES and filled


async def trial(url: str, name: str, chosen: list[Article], seconds: float) -> Counter[str]:
    """Counts by what happened; prints a line an article."""
    count: Counter[str] = Counter()
    ends = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{folder}/trial.db", now=datetime.now(UTC))
        engine = LlmEngine(
            [Endpoint(base_url=url, model=name, api="chat", timeout=400, context=8192, most_tokens=900)],
            ledger=store,
            runs=Here(),
            reads=Shut(),
            prompts=Prompts(digest=prompt("digest.md"), search=prompt("search.md")),
            limits=Limits(concurrency=1),
            catalogs=CATALOGS,
            clock=lambda: datetime.now(UTC),
        )
        for article in chosen:
            if time.monotonic() > ends:
                break
            began = time.monotonic()
            base = digested(article, (), (), article.language, CATALOGS, False)
            made = await engine.write(article, base, ())
            _count(made, base, article, count)
            told = (
                f"{article.id}: {made.engine.name}, {made.engine.fallback or 'whole'}, {time.monotonic() - began:.0f} s"
            )
            print(told, flush=True)
        for row in await store.model_usage(datetime.now(UTC).date().replace(day=1)):
            count["questions"] += row.requests
            count["tokens read"] += row.tokens_in
            count["tokens written"] += row.tokens_out
        await engine.close()
        await store.close()
    return count


def _count(made: Digest, base: Digest, article: Article, count: Counter[str]) -> None:
    count["articles"] += 1
    count["four sections in order"] += whole(made)
    count[f"engine {made.engine.name}"] += 1
    if made.engine.model is None:
        count[f"fell back: {made.engine.fallback}"] += 1
    own = {text for text, _ in printed(base)}
    for text, support in printed(made):
        count["printed texts"] += 1
        count["printed texts by the model"] += text not in own
        why = unsupported(text, support, article)
        if why:
            count["unsupported"] += 1
            print(f"UNSUPPORTED in {article.id}: {why}: {text}", flush=True)


@contextmanager
def serving(binary: str, model: str) -> Iterator[str]:
    """llama.cpp's server on a free loopback port, until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [binary, "-m", model, "--host", "127.0.0.1", "--port", str(port), "--ctx-size", "8192", "--parallel", "1"]
    with tempfile.TemporaryFile() as noise:
        process = subprocess.Popen([*command, "--poll", "0"], stdout=noise, stderr=noise)
        try:
            _wait(process, f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit("the model's server ended at once; run it by hand to see why")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the model's server did not come up")


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--url", help="an OpenAI-compatible endpoint that is up")
    ask.add_argument("--server", help="llama.cpp's server")
    ask.add_argument("--model", default="model", help="a GGUF file for --server, else the model's name")
    ask.add_argument("--articles", nargs="*", type=Path, default=[])
    ask.add_argument("--n", type=int, default=50)
    ask.add_argument("--minutes", type=float, default=120.0)
    given = ask.parse_args()
    logging.disable(logging.WARNING)
    chosen = articles([path for path in given.articles if path.exists()], given.n)
    if given.server:
        with serving(given.server, given.model) as url:
            count = asyncio.run(trial(url, Path(given.model).name, chosen, 60 * given.minutes))
    elif given.url:
        count = asyncio.run(trial(given.url, given.model, chosen, 60 * given.minutes))
    else:
        ask.error("give --url, or --server with --model")
    for name, value in sorted(count.items()):
        print(f"{name}: {value}")
    print(f"unsupported texts printed: {count['unsupported']}")
    return int(bool(count["unsupported"]) or count["four sections in order"] < count["articles"])


if __name__ == "__main__":
    sys.exit(main())
