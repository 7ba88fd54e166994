"""Has a real, small model write digests of real articles, and counts what is printed without support (`make llm-test`).

    python -m tools.llm_trial --serve .venv/llm [--articles FILE.jsonl…] [--n 50] [--minutes 90]
    python -m tools.llm_trial --url http://127.0.0.1:8080/v1 --model NAME        (a server that is up)

A model of 135 million weights invents wildly: the perfect adversary. What it offers, what the guard refuses and why,
and what is printed is kept in `--into`, a line an article, so that a trial that was stopped goes on where it was.
Every printed text is looked at again, apart from the engine: by the guard on its support alone, and by words
(`tools.second_look`). Ends with 1 when one does not stand, or when a digest has not four sections in order.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from bot.digesting import digested
from bot.llm import Limits, LlmEngine, Prompts
from bot.llm_check import Checked
from bot.llm_client import Endpoint
from bot.llm_prompt import Answer, Task
from config.catalogs import locales, prompt
from digests.catalog import Catalogs
from digests.errors import FetchError
from digests.model import ROLES, Article, Digest, ModelUsage, Support
from digests.ports import Response
from digests.readable import squeezed
from digests.sentences import sentences
from tools.llm_serve import serving
from tools.second_look import unsupported

CATALOGS = Catalogs(locales())
SENTENCES = (5, 9)
"""Fewest and most of an article of the trial: enough for sections, few enough for a slow machine."""
LONGEST = 1200
"""Characters."""
SEED = 6
CONTEXT, MOST_TOKENS, PATIENCE = 600, 400, 900
"""Tokens read and written, and seconds waited for: see `small`."""
PROMPT = """You rewrite news. Answer with JSON only. For the part named in write_parts write short sentences in your own
words, in the language of write_in, about what the sentences of the article say. rests_on names the numbers n of the
sentences that a text is about."""
"""Short, as `engine.prompt` allows: of the digest's own prompt a model this small only repeats the words."""
Row = dict[str, Any]


@dataclass
class Notes:
    """Runs the engine's work here and notes what it was given of a model and what it thought of that."""

    offered: dict[tuple[str, str], Row] = field(default_factory=dict)
    answers: int = 0

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        made = await asyncio.to_thread(function, *args)
        if isinstance(made, Checked):
            self._note(made, *args[:2])
        return made

    def _note(self, found: Checked, answer: Answer, task: Task) -> None:
        self.answers += 1
        stands = {(said.text, said.rests_on) for said in found.answer.texts}
        refused = {text: (reason, what) for text, reason, what in reversed(found.problems)}
        texts = {one.number: one.text for one in task.numbered}
        for said in answer.texts:
            support = "\n".join(texts[n] for n in dict.fromkeys(said.rests_on) if n in texts)
            reason, what = ("", ()) if (said.text, said.rests_on) in stands else refused[said.text]
            row = {"text": said.text, "support": support, "refused": reason, "what": list(what)}
            self.offered.setdefault((said.text, support), row)


class Tally:
    """A ledger that only adds up."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()

    async def model_answer(self, key: str) -> str | None:
        return None

    async def keep_model_answer(self, key: str, answer: str, now: datetime) -> None:
        """Each question of the trial is asked."""

    async def hold_model_usage(
        self, since: date, chosen: Callable[[Sequence[ModelUsage]], Sequence[ModelUsage]]
    ) -> None:
        for usage in chosen(()):
            await self.add_model_usage(usage)

    async def add_model_usage(self, usage: ModelUsage) -> None:
        self.count.update(questions=usage.requests, read=usage.tokens_in, written=usage.tokens_out)

    async def model_usage(self, since: date) -> tuple[ModelUsage, ...]:
        return ()


class Shut:
    """Nothing is fetched."""

    def __init__(self) -> None:
        self.reading = Notes()

    def clock(self) -> datetime:
        return datetime.now(UTC)

    async def fetch(self, url: str, **more: Any) -> Response:
        raise FetchError(url, "this trial fetches nothing")


def articles(paths: Sequence[Path], count: int) -> list[Article]:
    """`count` articles drawn by lot, in turn from each file, of those with `SENTENCES`."""
    chance = random.Random(SEED)
    files = [_rows(path) for path in paths] if paths else [_samples()]
    fit = [[row for row in rows if _fits(row)] for rows in files]
    mixed = [chance.sample(rows, len(rows)) for rows in fit]
    drawn = [row for place in range(count) for rows in mixed for row in rows[place : place + 1]]
    return [_article(row) for row in drawn[:count]]


def _rows(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _samples() -> list[Row]:
    folder = resources.files("config").joinpath("sample")
    found = [(language, file) for language in ("en", "ja") for file in folder.joinpath(language).iterdir()]
    return [{"id": file.name, "language": one, **tomllib.loads(file.read_text("utf-8"))} for one, file in found]


def _fits(row: Row) -> bool:
    if len(row["text"]) > LONGEST:
        return False
    found = sum(not piece.boilerplate for piece in sentences(row["text"], row["language"]))
    return SENTENCES[0] <= found <= SENTENCES[1]


def _article(row: Row) -> Article:
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


def whole(digest: Digest) -> bool:
    filled = all(section.body or section.points for section in digest.sections)
    return tuple(section.role for section in digest.sections) == ROLES and filled


async def told(endpoint: Endpoint, article: Article) -> Row:
    """What became of one article, as it is kept in the file."""
    began = time.monotonic()
    tally, shut = Tally(), Shut()
    engine = LlmEngine(
        [endpoint],
        ledger=tally,
        runs=shut.reading,
        reads=shut,
        prompts=Prompts(digest=PROMPT, search=prompt("search.md")),
        limits=Limits(concurrency=1),
        catalogs=CATALOGS,
        clock=shut.clock,
    )
    base = await asyncio.to_thread(digested, article, (), (), article.language, CATALOGS, False)
    made = await engine.write(article, base, ())
    await engine.close()
    return {
        "id": article.id,
        "language": article.language,
        "seconds": round(time.monotonic() - began),
        "model": endpoint.model,
        "engine": made.engine.name,
        "fallback": made.engine.fallback,
        "whole": whole(made),
        "answers": shut.reading.answers,
        **tally.count,
        "offered": list(shut.reading.offered.values()),
        "printed": [_printed(text, support, article, shut.reading, made) for text, support in printed(made)],
    }


def _printed(text: str, support: tuple[Support, ...], article: Article, notes: Notes, made: Digest) -> Row:
    said = {row["text"].strip() for row in notes.offered.values()}
    spans = "\n".join(article.text[one.start : one.end] for one in support if one.source == "article")
    return {"text": text, "support": spans, "model": made.engine.model is not None and text in said}


async def trial(endpoints: Sequence[Endpoint], chosen: Sequence[Article], into: Path, seconds: float) -> None:
    """Adds a line an article to `into`, one at a time at each of `endpoints`, whichever is free; those it has are not
    asked about again."""
    ends = time.monotonic() + seconds
    have = {row["id"] for row in _rows(into)} if into.exists() else set()
    waiting = [article for article in reversed(chosen) if article.id not in have]

    async def worker(endpoint: Endpoint) -> None:
        while waiting and time.monotonic() < ends:
            row = await told(endpoint, waiting.pop())
            if row["fallback"] in {"model-busy", "model-refused"}:
                raise SystemExit(f"{endpoint.base_url}: the model's server is gone ({row['fallback']})")
            with into.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
            print(f"{row['id']}: {row['engine']}, {row['fallback'] or 'whole'}, {row['seconds']} s", flush=True)

    await asyncio.gather(*(worker(endpoint) for endpoint in endpoints))


def report(rows: Sequence[Row]) -> tuple[Counter[str], list[str]]:
    """Counts by what happened, and what was printed without support."""
    count: Counter[str] = Counter()
    wrong: list[str] = []
    for row in rows:
        count["articles"] += 1
        count[f"articles in {row['language']}"] += 1
        count["four sections in order"] += row["whole"]
        count[f"articles for {row['model']}"] += 1
        count["questions answered"] += row.get("questions", 0)
        count["tokens read"] += row.get("read", 0)
        count["tokens written"] += row.get("written", 0)
        count[f"digests: {row['engine']}" + (f", {row['fallback']}" if row["engine"] != "llm" else "")] += 1
        for text in row["offered"]:
            count["texts offered by the model"] += 1
            count[f"refused: {text['refused']}" if text["refused"] else "let through by the guard"] += 1
            why = "" if text["refused"] else unsupported(text["text"], text["support"], row["language"])
            count["let through, and the second look objects"] += bool(why)
            if why:
                print(f"let through in {row['id']}: {why}: {text['text']}")
        for text in row["printed"]:
            count["texts printed"] += 1
            count["texts printed of the model"] += text["model"]
            copied = squeezed(text["text"]) in squeezed(text["support"])
            count["texts printed of the model, not word for word"] += text["model"] and not copied
            why = unsupported(text["text"], text["support"], row["language"])
            if why:
                wrong.append(f"{row['id']}: {why}: {text['text']}")
    return count, wrong


def small(url: str, model: str) -> Endpoint:
    """A model that reads little: articles are asked about section by section, and answers are short."""
    return Endpoint(base_url=url, model=model, api="chat", timeout=PATIENCE, context=CONTEXT, most_tokens=MOST_TOKENS)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--url", help="an OpenAI-compatible endpoint that is up")
    ask.add_argument("--model", default="model", help="its name there")
    ask.add_argument("--serve", type=Path, help="the folder of tools/llm_server.sh")
    ask.add_argument("--temperature", nargs="+", type=float, default=[0.1, 0.3, 0.6, 1.0], help="a server each")
    ask.add_argument("--penalty", type=float, default=1.1, help="for repeating")
    ask.add_argument("--articles", nargs="*", type=Path, default=[])
    ask.add_argument("--into", type=Path, default=Path(".venv/llm/trial.jsonl"))
    ask.add_argument("--n", type=int, default=50)
    ask.add_argument("--minutes", type=float, default=120.0)
    given = ask.parse_args()
    if not given.serve and not given.url:
        ask.error("give --serve, or --url with --model")
    logging.disable(logging.WARNING)
    chosen = articles([path for path in given.articles if path.exists()], given.n)
    with ExitStack() as up:
        if given.serve:
            urls = [up.enter_context(serving(given.serve, one, given.penalty)) for one in given.temperature]
            ends = [small(url, f"smollm2-135m at {one:g}") for url, one in zip(urls, given.temperature, strict=True)]
        else:
            ends = [small(given.url, given.model)]
        asyncio.run(trial(ends, chosen, given.into, 60 * given.minutes))
    count, wrong = report(_rows(given.into))
    print(*(f"{name}: {value}" for name, value in sorted(count.items())), sep="\n")
    print(*(f"UNSUPPORTED {line}" for line in wrong), f"unsupported texts printed: {len(wrong)}", sep="\n")
    return int(bool(wrong) or count["four sections in order"] < count["articles"])


if __name__ == "__main__":
    sys.exit(main())
