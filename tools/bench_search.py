"""How long a search by words and meaning takes over many short Japanese articles, beside FTS5's own trigram tokenizer
on the same texts.

Run as `python tools/bench_search.py [ARTICLES]`; the texts are made up here, from a fixed seed. Their vectors are
mixtures of real sentences' vectors and noise; the questions' are made by a worker, as in the program.
"""

from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `chokan` itself does
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from sqlalchemy import text

from bot.app import THINKING_MEMORY
from bot.links import Links
from bot.ranking import embedded
from bot.seeking import DEEP, Seeker
from bot.store import SqlStore, open_store
from bot.store.rows import article_row
from bot.store.tables import articles, vectors
from bot.workers import Workers
from digests.model import Article
from digests.ports import Vectors
from digests.retrieval import Profile, packed
from digests.store import PUBLIC
from digests.terms import index_terms

NOW = datetime(2026, 1, 5, tzinfo=UTC)
TIMES = 5
"""Each question is asked, of each way."""
PLACES = tuple("東京 大阪 能登 福島 札幌 仙台 沖縄 広島 京都 熊本 新潟 長野 神戸 横浜 青森 秋田 高知 鹿児島".split())  # noqa: SIM905
THINGS = tuple(
    (  # noqa: SIM905
        "地震 津波 台風 大雨 選挙 首相 外相 会談 停戦 交渉 株価 円安 物価 賃金 半導体 原発 電力 人口 医療 感染 学校 "
        "優勝 監督 投手 裁判 判決 逮捕 事故 火災 死者 避難 復旧 予算 増税 輸出 輸入 関税 資源 衛星 研究 論文 人工知能"
    ).split()
)
DEEDS = ("発表した", "観測された", "開かれた", "決まった", "求めた", "批判した", "始まった", "続いている", "見込まれる")
QUERIES = (
    *("死者", "地震", "半導体", "停戦交渉", "雨", "鹿児島", "発表", "大雨警報"),
    *("地震 死者", "能登 避難", "人工知能 研究", "物価 賃金 東京", "関税 輸出 首相"),
)


def made_up(number: int, dice: random.Random) -> Article:
    """A headline and about 200 characters."""
    said = "".join(
        f"{dice.choice(PLACES)}で{dice.choice(THINGS)}と{dice.choice(THINGS)}が{dice.choice(DEEDS)}。"
        for _ in range(10)
    )
    return Article(
        id=f"{number:08}",
        url=f"https://news.example.jp/{number}",
        site="example.jp",
        publisher="例",
        language="ja",
        title=f"{dice.choice(PLACES)}の{dice.choice(THINGS)}、{dice.choice(THINGS)}{dice.randint(1, 99)}",
        text=said,
        first_seen=NOW + timedelta(seconds=number),
    )


def meanings(samples: Vectors, many: int, seed: int) -> Vectors:
    """(many, d) unit vectors: each between two of the samples, with as much noise as an article's own words add."""
    dice = np.random.default_rng(seed)
    first, second = dice.integers(len(samples), size=(2, many))
    share = dice.uniform(0.5, 1.0, size=(many, 1))
    made = share * samples[first] + (1 - share) * samples[second]
    made += dice.normal(0, 0.3 / np.sqrt(made.shape[1]), size=made.shape)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


async def fill(store: SqlStore, many: int, samples: Vectors) -> float:
    """Seconds it takes to store and index `many` articles, a thousand to a transaction."""
    dice = random.Random(1)
    none = np.zeros(0, dtype=np.uint32)
    started = time.perf_counter()
    insert = text("INSERT INTO article_terms(rowid, title, body) VALUES(:number, :title, :body)")
    for first in range(0, many, 1_000):
        chunk = [made_up(number, dice) for number in range(first, min(many, first + 1_000))]
        rows = [{**article_row(a), "searchable": True, "indexed": NOW, "number": int(a.id) + 1} for a in chunk]
        found = [
            {"number": int(a.id) + 1, "title": " ".join(index_terms(a.title)), "body": " ".join(index_terms(a.text))}
            for a in chunk
        ]
        async with store.database.write() as connection:
            await connection.execute(articles.insert(), rows)
            await connection.execute(insert, found)
            made = meanings(samples, len(chunk), first)
            packs = [packed(Profile(terms=none, vector=vector)) for vector in made]
            pairs = [{"article": a.id, "vector": pack} for a, pack in zip(chunk, packs, strict=True)]
            await connection.execute(vectors.insert(), pairs)
    return time.perf_counter() - started


def trigrams(path: Path, many: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIRTUAL TABLE t USING fts5(title, body, content='', tokenize='trigram')")
    dice = random.Random(1)
    made = (made_up(number, dice) for number in range(many))
    connection.executemany("INSERT INTO t(title, body) VALUES(?, ?)", ((a.title, a.text) for a in made))
    connection.commit()
    return connection


def by_trigram(connection: sqlite3.Connection, words: str) -> int:
    match = " AND ".join(f'"{word}"' for word in words.split())
    rows = connection.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY bm25(t, 4.0, 1.0) LIMIT 10", (match,))
    return len(rows.fetchall())


async def timed(ask: Callable[[str], object], words: str) -> tuple[float, float]:
    """Milliseconds on the clock, and of this process's processor time."""
    started, worked = time.perf_counter(), time.process_time()
    answer = ask(words)
    if asyncio.iscoroutine(answer):
        await answer
    return (time.perf_counter() - started) * 1_000, (time.process_time() - worked) * 1_000


def quantile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


async def main(many: int) -> None:
    thinking = Workers(processes=1, memory=THINKING_MEMORY)
    dice = random.Random(2)
    said = [sentence for number in range(60) for sentence in made_up(number, dice).text.split("。")[:3]]
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:///{folder}/chokan.db", now=NOW)
        samples = await thinking.run(embedded, said, True, seconds=300.0)
        print(f"{many} articles stored and indexed in {await fill(store, many, samples):.0f} s", flush=True)
        three = trigrams(Path(folder) / "trigram.db", many)
        links = Links(store)
        began = time.perf_counter()
        await links.alike(samples[0], "ja", 1)
        print(f"the index of meanings read in {time.perf_counter() - began:.0f} s, once", flush=True)
        asked = (thinking, links, store)
        await compare(store, three, asked)
        three.close()
        await store.close()
    await thinking.close()


async def compare(store: SqlStore, three: sqlite3.Connection, asked: tuple[Workers, Links, SqlStore]) -> None:
    thinking, links, _ = asked

    async def both(words: str) -> object:
        """A fresh seeker each time: no answer may be remembered. It waits for the meaning however long it takes."""
        seeker = Seeker(store, links, thinking, patience=30.0)
        return await seeker.search(words, limit=10, viewer=PUBLIC)

    async def by_words(words: str) -> object:
        seeker = Seeker(store, links, thinking, embeddings=False)
        return await seeker.search(words, limit=10, viewer=PUBLIC)

    ways: dict[str, Callable[[str], object]] = {
        "words and meaning": both,
        "words alone": by_words,
        "trigram alone": lambda words: by_trigram(three, words),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    worked: dict[str, list[float]] = {name: [] for name in ways}
    print(f"{'median ms':<16}" + "".join(f"{name:>20}" for name in ways) + f"{'hits: ours':>12}{'trigram':>9}")
    for words in QUERIES:
        row = []
        for name, ask in ways.items():
            took = [await timed(ask, words) for _ in range(TIMES)]
            times[name] += [clock for clock, _ in took]
            worked[name] += [cpu for _, cpu in took]
            row.append(quantile([clock for clock, _ in took], 0.5))
        found = len(await store.found(words, limit=DEEP, viewer=PUBLIC))
        print(f"{words:<16}" + "".join(f"{one:>20.1f}" for one in row) + f"{found:>12}{by_trigram(three, words):>9}")
    for name, all_ in times.items():
        cpu = f"processor time p50 {quantile(worked[name], 0.5):.1f} ms, p95 {quantile(worked[name], 0.95):.1f} ms"
        print(f"{name}: p50 {quantile(all_, 0.5):.1f} ms, p95 {quantile(all_, 0.95):.1f} ms; {cpu}")
    print(f"load of the machine meanwhile: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
