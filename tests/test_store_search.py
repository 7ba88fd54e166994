"""Search finds what is there, in any script, and nothing a person types is an error or an operator."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from databases import BACKENDS, database
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from store_samples import FEED, NOW, article, digest, later, state

from bot.store import SqlStore, open_store
from bot.store.search import fts5_query
from digests.terms import index_terms, query_terms

TEXTS = {
    "quake": ("能登で地震、死者3人", "震度7を観測した。雨が降っている。津波警報も出た。"),
    "talks": ("停戦交渉が始まる", "大統領は電話会談で合意した。地震の話は出ていない。"),
    "rare": ("Rare earths: the strategic stakes", "China's exports of minerals fell. Companies worry; 1,000 jobs."),
    "thai": ("แผ่นดินไหวในเชียงใหม่", "ผู้เสียชีวิตสองคน"),
    "korean": ("서울에서 지진", "한국은 대비했다"),
    "hindi": ("दिल्ली में भूकंप", "लोग बाहर निकले"),
}

FOUND = {
    "死者": ["quake"],
    "地震": ["quake", "talks"],
    "雨": ["quake"],
    "測": ["quake"],
    "電話会談": ["talks"],
    "地震　死者": ["quake"],
    "EXPORT mineral": ["rare"],
    "company": ["rare"],
    "1000 china": ["rare"],
    "ｒａｒｅ": ["rare"],
    "แผ่นดินไหว": ["thai"],
    "한국": ["korean"],
    "भूकंप": ["hindi"],
    "警官": [],
    "": [],
    '"*" OR - :': [],
}


@pytest.fixture
async def store(url: str) -> AsyncIterator[SqlStore]:
    store = await open_store(url, now=NOW)
    await store.add_feed(FEED)
    found = [article(name, title=title, text=body) for name, (title, body) in TEXTS.items()]
    await store.save_poll(FEED.url, state(), now=NOW, articles=found)
    for name in TEXTS:
        await store.save_digest(name, digest(name), vector=b"", now=NOW)
    yield store
    await store.close()


async def names(store: SqlStore, words: str, *, limit: int = 10, offset: int = 0) -> list[str]:
    return [hit.article.id for hit in await store.search(words, limit=limit, offset=offset)]


async def test_words_of_any_script_are_found(store: SqlStore) -> None:
    assert {words: await names(store, words) for words in FOUND} == FOUND


async def test_all_words_are_wanted_and_any_will_do_only_when_no_article_has_all(store: SqlStore) -> None:
    assert await names(store, "地震 大統領") == ["talks"]
    assert set(await names(store, "津波 大統領")) == {"quake", "talks"}
    assert (await names(store, "停戦会談"))[0] == "talks"
    assert await names(store, "地震 大統領", offset=1) == []


async def test_a_word_in_the_title_counts_more_and_pages_fit_together(store: SqlStore) -> None:
    both = await store.search("地震")
    assert [hit.score for hit in both] == sorted((hit.score for hit in both), reverse=True)
    assert both[0].digest == digest("quake")
    assert [*await names(store, "地震", limit=1), *await names(store, "地震", limit=1, offset=1)] == ["quake", "talks"]


async def test_equal_articles_come_newest_first_every_time(store: SqlStore) -> None:
    twins = [article(f"twin{n}", title="双子", text="同じ文", first_seen=later(n)) for n in range(5)]
    await store.save_poll(FEED.url, state(), now=NOW, articles=twins)
    for twin in twins:
        await store.save_digest(twin.id, None, vector=b"", now=NOW, error="too short")
    assert await names(store, "双子") == ["twin4", "twin3", "twin2", "twin1", "twin0"]
    assert (await store.search("双子"))[0].digest is None


async def test_a_feed_can_be_searched_alone(store: SqlStore) -> None:
    assert len(await store.search("地震", feed=FEED.url)) == 2
    assert await store.search("地震", feed="https://no.example/") == ()


async def test_a_digest_made_again_is_found_once(store: SqlStore) -> None:
    await store.save_digest("quake", digest("quake"), vector=b"", now=NOW)
    assert await names(store, "死者") == ["quake"]


async def test_an_enormous_article_is_found_by_its_beginning(store: SqlStore) -> None:
    body = "巨大な記事。" + "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(400_000))
    huge = article("huge", feed=None, title="長い", text=body)
    await store.save_article(huge)
    await store.save_digest("huge", digest("huge"), vector=b"", now=NOW)
    assert await names(store, "巨大な記事") == ["huge"]


@pytest.mark.parametrize("backend", BACKENDS)
def test_nothing_a_person_types_is_an_error(backend: str, tmp_path: Path) -> None:
    """Property test on one live store: its loop runs by hand, since hypothesis calls a plain function."""
    with asyncio.Runner() as runner:
        context = database(backend, tmp_path)
        store = runner.run(open_store(runner.run(context.__aenter__()), now=NOW))
        runner.run(store.save_article(article("a", feed=None, text='地震 "quote" it\'s a\\b')))
        runner.run(store.save_digest("a", digest("a"), vector=b"", now=NOW))
        operators = st.sampled_from(
            ['"', "'", "*", " OR ", " AND ", "NEAR(", "^", ":", "-", "\\", "\x00", "地震", "雨", "|&!<->"]
        )

        @settings(max_examples=80, deadline=None)
        @given(st.one_of(st.text(), st.lists(operators).map("".join), st.text(alphabet="\ud800\u0301ﾊﾟ'\"\\")))
        def ask(words: str) -> None:
            runner.run(store.search(words))

        try:
            ask()
            runner.run(store.search("a" * 100_000 + " b" * 10_000 + "漢" * 10_000))
        finally:
            runner.run(store.close())
            runner.run(context.__aexit__(None, None, None))


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1))
def test_fts5_keeps_our_terms_one_for_one(words: str) -> None:
    connection = sqlite3.connect(":memory:")
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
    connection.execute(f'CREATE VIRTUAL TABLE t USING fts5(body, tokenize="{tokenize}")')
    connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    made = index_terms(words)
    connection.execute("INSERT INTO t VALUES (?)", (" ".join(made),))
    stored = [term for (term,) in connection.execute("SELECT term FROM v ORDER BY offset")]
    assert len(stored) == len(made)
    for phrase in query_terms(words):
        hits = connection.execute("SELECT count(*) FROM t WHERE t MATCH ?", (fts5_query([phrase], "all"),)).fetchone()
        assert hits == (1,)
    connection.close()


@pytest.mark.postgres
async def test_the_index_is_used_on_postgresql(tmp_path: Path) -> None:
    async with database("postgres", tmp_path) as url:
        store = await open_store(url, now=NOW)
        async with store.database.read() as connection:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            plan = await connection.execute(text("EXPLAIN SELECT 1 FROM article_terms WHERE terms @@ '''a'''::tsquery"))
            assert "ix_article_terms_terms" in "\n".join(row[0] for row in plan)
        await store.close()
