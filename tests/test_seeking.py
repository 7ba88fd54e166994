"""A search answers by words and by meaning, by words alone while no worker is free, and its pages fit together."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from store_samples import FEED, NOW, article, digest, state

from bot.links import Links, profile_of
from bot.seeking import DEEP, Seeker
from bot.store import SqlStore
from digests.errors import WorkerFailed
from digests.fusion import fused
from digests.model import Feed
from digests.ports import Vectors
from digests.retrieval import packed
from digests.retrieval_index import DIMENSION
from digests.spelling import mended, mistakes
from digests.store import PUBLIC


class Thinker:
    """A worker that knows what few words mean; `free` says when it has time."""

    def __init__(self, **meanings: int) -> None:
        self.meanings, self.free, self.asked = meanings, asyncio.Event(), 0
        self.broken = False
        self.free.set()

    async def run(self, function: Callable[..., Any], *args: Any, seconds: float) -> Any:
        self.asked += 1
        await self.free.wait()
        if self.broken:
            raise WorkerFailed("no model here")
        (text,) = args[0]
        return np.stack([pointing(self.meanings.get(text, 9))])


def pointing(place: int) -> Vectors:
    vector = np.full(DIMENSION, 0.01, dtype=np.float32)
    vector[place] = 1
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


@pytest.fixture
async def store(store: SqlStore) -> SqlStore:
    await store.add_feed(FEED)
    return store


async def bring(
    store: SqlStore, name: str, title: str, place: int = 8, feed: Feed = FEED, language: str = "ja"
) -> None:
    found = article(name, title=title, text=f"{title}。", feed=feed.url, language=language)
    await store.save_poll(feed.url, state(), now=NOW, articles=[found])
    await store.save_digest(name, digest(name), vector=packed(profile_of(found, pointing(place))), now=NOW)


async def others(store: SqlStore, number: int = 12) -> None:
    for each in range(number):
        await bring(store, f"other{each}", f"別の話題{each}", 20 + each)


async def ids(seeker: Seeker, words: str, limit: int = 10, offset: int = 0, viewer: str = PUBLIC) -> list[str]:
    return [hit.article.id for hit in await seeker.search(words, limit=limit, offset=offset, viewer=viewer)]


async def test_what_has_the_words_and_what_means_the_same_are_found_together(store: SqlStore) -> None:
    await others(store)
    await bring(store, "both", "津波の死者", 3)
    await bring(store, "words", "死者の数", 4)
    await bring(store, "meaning", "Fatalities rise", 3, language="ja")
    seeker = Seeker(store, Links(store), Thinker(死者=3), patience=9)
    found = await ids(seeker, "死者")
    assert (found[0], set(found)) == ("both", {"both", "words", "meaning"})


async def test_words_alone_answer_while_no_worker_is_free_and_meaning_the_next_time(store: SqlStore) -> None:
    await others(store)
    await bring(store, "words", "死者の数", 4)
    await bring(store, "meaning", "犠牲になった人", 3)
    thinker = Thinker(死者=3)
    thinker.free.clear()
    seeker = Seeker(store, Links(store), thinker, patience=0)
    for _ in range(3):
        assert await ids(seeker, "死者") == ["words"]
    assert thinker.asked == 1
    thinker.free.set()
    while len(await ids(seeker, "死者")) < 2:
        await asyncio.sleep(0.01)


async def test_without_a_model_words_alone_answer(store: SqlStore) -> None:
    await others(store)
    await bring(store, "words", "死者の数", 4)
    thinker = Thinker()
    thinker.broken = True
    assert await ids(Seeker(store, Links(store), thinker, patience=9), "死者") == ["words"]
    without = Seeker(store, Links(store), thinker, embeddings=False)
    assert (await ids(without, "死者"), thinker.asked) == (["words"], 1)


async def test_words_that_mean_nothing_find_nothing(store: SqlStore) -> None:
    await others(store)
    seeker = Seeker(store, Links(store), Thinker(), patience=9)
    assert await ids(seeker, "qxzqxz") == []
    assert await ids(seeker, "  ") == []


async def test_pages_fit_together_also_below_what_is_fused(store: SqlStore) -> None:
    names = [f"n{number}" for number in range(DEEP + 30)]
    found = [article(name, title=f"死者の数 {name}", text="本文。") for name in names]
    await store.save_poll(FEED.url, state(), now=NOW, articles=found)
    for one in found:
        vector = packed(profile_of(one, pointing(3 if one.id in names[:5] else 30)))
        await store.save_digest(one.id, digest(one.id), vector=vector, now=NOW)
    thinker = Thinker(死者=3)
    seeker = Seeker(store, Links(store), thinker, patience=9)
    pages = [await ids(seeker, "死者", 20, offset) for offset in range(0, DEEP + 60, 20)]
    shown = [one for page in pages for one in page]
    assert sorted(shown) == sorted(names)
    assert thinker.asked == 1
    thinker.free.clear()
    assert await ids(seeker, "死者", 20, 20) == pages[1]


async def test_what_means_the_same_is_for_those_who_may_see_it(store: SqlStore) -> None:
    ours = Feed(url="https://private.example/feed")
    await store.own_feed(ours.url, "discord:1", NOW)
    await store.add_feed(ours, public=False)
    await others(store)
    await bring(store, "secret", "犠牲になった人", 3, ours)
    seeker = Seeker(store, Links(store), Thinker(死者=3), patience=9)
    assert [await ids(seeker, "死者", viewer=viewer) for viewer in (PUBLIC, "slack:2", "discord:1")] == [
        [],
        [],
        ["secret"],
    ]


async def test_a_misspelt_word_is_taken_for_the_one_that_was_meant(store: SqlStore) -> None:
    await others(store)
    for name, title in (("a", "Earthquake hits the coast"), ("b", "Parliament votes on tariffs"), ("c", "A quiet day")):
        await bring(store, name, title, 5, language="en")
    seeker = Seeker(store, Links(store), Thinker(), embeddings=False)
    for typed, meant in (("earthqauke", ["a"]), ("Erathquake coast", ["a"]), ("parliment", ["b"]), ("tarifs", ["b"])):
        assert await ids(seeker, typed) == meant
    assert await ids(seeker, "xylophone") == []


def test_the_commonest_of_the_closest_words_is_meant() -> None:
    known = {"earthquake": 3, "quake": 9, "election": 5, "erection": 1, "lections": 9}
    assert mended("earthqake", known) == "earthquake"
    assert mended("eletcion", known) == "election"
    assert mended("zebra", known) == "zebra"
    assert [mistakes(*pair, 2) for pair in (("ab", "ba"), ("abc", "abd"), ("abcd", "abd"), ("abcdef", "fedcba"))] == [
        1,
        1,
        1,
        3,
    ]


def test_what_stands_in_both_lists_comes_first_and_nothing_is_lost() -> None:
    assert fused(("a", "b", "c"), ("c", "d")) == ("c", "a", "b", "d")
    assert fused(("a", "b"), ()) == ("a", "b")
    assert fused() == ()
