"""A backup is whole while others write, goes into either kind of database, and overwrites nothing by mistake."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import pytest
from databases import BACKENDS, database
from sqlalchemy import text
from store_archive import VECTOR, everything, filled
from store_samples import NOW, article, digest

from bot.store import SqlStore, open_store
from bot.store.backup import back_up, restore
from digests.errors import NotABackup, StoreError


@pytest.mark.parametrize("origin", BACKENDS)
@pytest.mark.parametrize("target", BACKENDS)
async def test_a_backup_goes_into_either_database(origin: str, target: str, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with database(origin, tmp_path / "a") as url:
        store = await filled(url)
        wanted = await everything(store)
        counts = await back_up(url, file)
        await store.close()
    assert counts["articles"] == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["backup.db"]
    async with database(target, tmp_path / "b") as url:
        assert dict(await restore(file, url, replace=False)) == dict(counts)
        again = await open_store(url, now=NOW)
        assert await everything(again) == wanted
        assert [hit.article.id for hit in await again.search("停戦交渉")] == ["a1"]
        await again.save_article(article("a3", feed=None))  # numbers go on behind those that were copied
        assert {row[1] for row in (await everything(again))["articles"]} == {"a1", "a2", "a3"}
        await again.close()


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_backup_under_load_is_one_moment_of_the_archive(backend: str, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(database(backend, tmp_path))
        store = await filled(url)
        stack.push_async_callback(store.close)
        writing = asyncio.create_task(_write_on(store))
        files = [tmp_path / f"backup-{n}.db" for n in range(3)]
        for file in files:
            await asyncio.sleep(0.05)
            await back_up(url, file)
        writing.cancel()
        with suppress(asyncio.CancelledError):
            await writing
    sizes = []
    for n, file in enumerate(files):
        copy = f"sqlite:///{tmp_path}/copy-{n}.db"
        await restore(file, copy, replace=False)
        restored = await open_store(copy, now=NOW)
        rows = await everything(restored)
        async with restored.database.read() as connection:
            assert (await connection.execute(text("PRAGMA foreign_key_check"))).all() == []
            assert await connection.scalar(text("PRAGMA integrity_check")) == "ok"
        await restored.close()
        # Article, index mark and vector are written in one transaction: a backup has all of them or none.
        digested = {row[0] for row in rows["digests"]}
        assert {row[1] for row in rows["articles"]} >= digested
        assert {row[1] for row in rows["vectors"]} == digested
        sizes.append(len(rows["articles"]))
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


async def _write_on(store: SqlStore) -> None:
    for n in range(10_000):
        name = f"more-{n}"
        await store.save_article(article(name, feed=None))
        await store.save_digest(name, digest(name), vector=VECTOR, now=NOW)


async def test_an_archive_is_not_overwritten_by_mistake(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chokan.db"
    await (await filled(url)).close()
    file = tmp_path / "backup.db"
    await back_up(url, file)
    with pytest.raises(StoreError, match="--replace"):
        await restore(file, url, replace=False)
    later = await open_store(url, now=NOW)
    await later.remove_subscription("s")
    await later.close()
    await restore(file, url, replace=True)
    again = await open_store(url, now=NOW)
    assert [one.id for one in await again.subscriptions()] == ["s"]
    await again.close()
    old = await open_store(f"sqlite:///{tmp_path}/chokan.db.before-restore", now=NOW)
    assert await old.subscriptions() == ()
    await old.close()


async def test_nothing_is_restored_under_a_running_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chokan.db"
    store = await filled(url)
    file = tmp_path / "backup.db"
    await back_up(url, file)
    assert await store.alone()
    with pytest.raises(StoreError, match="stop it"):
        await restore(file, url, replace=True)
    await store.close()


async def test_what_is_no_backup_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/chokan.db"
    await (await filled(url)).close()
    before = (tmp_path / "chokan.db").read_bytes()
    foreign = tmp_path / "foreign.db"
    with sqlite3.connect(foreign) as connection:
        connection.execute("CREATE TABLE t (x)")
    connection.close()
    garbage = tmp_path / "garbage.db"
    garbage.write_bytes(b"not a database" * 100)
    good = tmp_path / "good.db"
    await back_up(url, good)
    cut = tmp_path / "cut.db"
    cut.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    for file in (foreign, garbage, cut, tmp_path / "missing.db"):
        with pytest.raises(NotABackup, match=str(file)):
            await restore(file, url, replace=True)
    assert (tmp_path / "chokan.db").read_bytes() == before


async def test_there_is_nothing_to_back_up_where_no_database_is(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such database"):
        await back_up(f"sqlite:///{tmp_path}/chokan.db", tmp_path / "backup.db")
    assert list(tmp_path.iterdir()) == []
