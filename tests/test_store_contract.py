"""The store keeps its word on SQLite and on PostgreSQL: polls, articles, digests."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text
from store_samples import FEED, NOW, article, digest, later, published, state, subscription

from bot.store import SqlStore, open_store
from digests.errors import NotFound, StoreError
from digests.model import Feed, FeedState
from digests.outbox import Outbox
from digests.store import Ledger, Store

OTHER = Feed(url="https://other.example.jp/feed")
CITED = Feed(url="https://reference.example/feed", role="reference")


async def test_the_store_is_the_port(store: SqlStore) -> None:
    port: Store = store  # the type checker proves it; here, that nothing is forgotten
    asked = {name for duty in (Store, Ledger, Outbox) for name in vars(duty) if not name.startswith("_")}
    assert asked <= set(dir(port))


# --- feeds -----------------------------------------------------------------------------------------------------------


async def test_a_feed_is_added_once_and_comes_back_as_it_was(store: SqlStore) -> None:
    added = [await store.add_feed(FEED), await store.add_feed(replace(FEED, title="x", role="reference", backfill=3))]
    (health,) = await store.feeds()
    assert added == [True, False]
    assert health.feed == replace(FEED, role="reference", backfill=3)
    assert health.state == FeedState()


async def test_a_poll_comes_back_as_it_was_saved(store: SqlStore) -> None:
    await store.add_feed(FEED)
    learnt = state(failures=2, failing_since=NOW, last_error="x", interval=60.5, note="500 of 900 entries")
    new = await store.save_poll(FEED.url, learnt, now=NOW, articles=[article("a"), article("b")], title="題", site="s")
    (health,) = await store.feeds()
    assert (new, health.state, health.articles) == (2, learnt, 2)
    assert (health.feed.title, health.feed.site) == ("題", "s")
    assert await store.articles(["b", "no", "a"]) == (article("b"), article("a"))


async def test_a_crash_inside_a_poll_leaves_nothing_of_it(store: SqlStore) -> None:
    await store.add_feed(FEED)
    broken = replace(article("z"), site=None)  # type: ignore[arg-type]
    with pytest.raises(StoreError, match="contradicts"):
        await store.save_poll(FEED.url, state(), now=NOW, seen=["1"], articles=[article("a"), broken])
    (health,) = await store.feeds()
    assert (health.state, health.articles) == (FeedState(), 0)
    assert await store.shown(FEED.url, ["1"]) == {}
    assert await store.article("a") is None


@pytest.mark.parametrize("patience", [0.001, 0.02])
async def test_a_poll_given_up_on_is_whole_and_leaves_the_store_usable(store: SqlStore, patience: float) -> None:
    await store.add_feed(FEED)
    many = [article(f"a{number}") for number in range(300)]
    polls = [asyncio.create_task(store.save_poll(FEED.url, state(), now=NOW, articles=many)) for _ in range(3)]
    await asyncio.sleep(patience)
    for poll in polls:
        poll.cancel()
    await asyncio.gather(*polls, return_exceptions=True)
    (health,) = await store.feeds()
    assert health.articles in (0, 300)
    assert await store.save_poll(FEED.url, state(), now=NOW, articles=many) == 300 - health.articles


async def test_only_entries_never_shown_are_unseen_however_odd_their_ids(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.add_feed(OTHER)
    odd = ["x" * 100_000, "a\x00b", "\ud800", "", "日本"]
    await store.save_poll(FEED.url, state(), now=NOW, seen=odd)
    assert set(await store.shown(FEED.url, [*odd, "new"])) == set(odd)
    assert await store.shown(OTHER.url, odd) == {}
    many = [str(number) for number in range(2_000)]
    await store.save_poll(FEED.url, state(), now=NOW, seen=many)
    assert set(await store.shown(FEED.url, many)) == set(many)


async def test_due_feeds_are_claimed_once_and_again_when_the_lease_runs_out(store: SqlStore) -> None:
    for feed in (FEED, OTHER):
        await store.add_feed(feed)
    first = await store.claim_due_feeds(NOW, lease=60, limit=1)
    second = await store.claim_due_feeds(NOW, lease=60, limit=9)
    assert [h.feed.url for h in (*first, *second)] == [FEED.url, OTHER.url]
    assert await store.claim_due_feeds(later(59), lease=60, limit=9) == ()
    assert len(await store.claim_due_feeds(later(60), lease=60, limit=9)) == 2


async def test_a_saved_poll_releases_the_lease_and_sets_the_next(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.claim_due_feeds(NOW, lease=9_999, limit=1)
    await store.save_poll(FEED.url, state(next_poll=later(100)), now=NOW)
    assert await store.claim_due_feeds(later(99), lease=1, limit=1) == ()
    assert len(await store.claim_due_feeds(NOW, lease=1, limit=1, urls=[FEED.url])) == 1
    assert len(await store.claim_due_feeds(later(100), lease=1, limit=1)) == 1


async def test_a_stopped_feed_is_not_due_until_it_is_resumed(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(stopped=True, failures=5, failing_since=NOW), now=NOW)
    assert await store.claim_due_feeds(later(9_999), lease=1, limit=1) == ()
    assert [await store.resume_feed(FEED.url, NOW), await store.resume_feed("no", NOW)] == [True, False]
    (health,) = await store.claim_due_feeds(NOW, lease=1, limit=1)
    assert (health.state.failures, health.state.failing_since) == (0, None)


async def test_two_processes_never_claim_the_same_feed(url: str, store: SqlStore) -> None:
    for number in range(12):
        await store.add_feed(Feed(url=f"https://{number}.example/"))
    second = await open_store(url, now=NOW)
    claims = [s.claim_due_feeds(NOW, lease=60, limit=2) for s in (store, second) * 6]
    urls = [health.feed.url for claim in await asyncio.gather(*claims) for health in claim]
    rest = await second.claim_due_feeds(NOW, lease=60, limit=99)
    await second.close()
    assert len(set(urls)) == len(urls)
    assert len(urls) + len(rest) == 12


async def test_removing_a_feed_keeps_the_archive_and_adding_it_again_starts_anew(store: SqlStore) -> None:
    await published(store, "a")
    assert [await store.remove_feed(FEED.url), await store.remove_feed(FEED.url)] == [True, False]
    assert await store.feeds() == ()
    assert [hit.article.id for hit in await store.latest(feed=FEED.url)] == ["a"]
    assert await store.save_poll(FEED.url, state(), now=NOW, articles=[article("late")]) == 0
    assert await store.add_feed(FEED)
    assert await store.shown(FEED.url, ["a"]) == {}
    assert (await store.feeds())[0].state == FeedState()


async def test_a_moved_feed_changes_its_address_everywhere(store: SqlStore) -> None:
    await published(store, "a")
    await store.save_subscription(subscription(feeds=(FEED.url,)))
    await store.save_poll(FEED.url, state(), now=NOW, moved_to=OTHER.url)
    assert [h.feed.url for h in await store.feeds()] == [OTHER.url]
    assert (await store.subscriptions())[0].feeds == (OTHER.url,)
    assert (await store.articles(["a"]))[0].feed == OTHER.url
    assert set(await store.shown(OTHER.url, ["a"])) == {"a"}


async def test_a_feed_that_moves_to_one_we_know_becomes_one_with_it(store: SqlStore) -> None:
    await published(store, "a", "both")
    await published(store, "b", "both", feed=OTHER)
    await store.save_subscription(subscription(feeds=(FEED.url, OTHER.url)))
    await store.save_poll(FEED.url, state(), now=NOW, moved_to=OTHER.url)
    (health,) = await store.feeds()
    assert (health.feed.url, health.articles) == (OTHER.url, 3)
    assert (await store.subscriptions())[0].feeds == (OTHER.url,)
    assert set(await store.shown(OTHER.url, ["a", "b", "both"])) == {"a", "b", "both"}


# --- articles and digests --------------------------------------------------------------------------------------------


async def test_an_article_in_two_feeds_is_stored_once_and_reaches_subscribers_of_either(store: SqlStore) -> None:
    await published(store, "a")
    await published(store, "a", feed=OTHER, seconds=50)
    for feeds in ((FEED.url,), (OTHER.url,), ()):
        found = await store.unpublished(subscription(feeds=feeds), since=NOW)
        assert [hit.article.id for hit in found] == ["a"]
    assert len(await store.latest()) == 1
    late = await store.unpublished(subscription(feeds=(OTHER.url,)), since=later(50))
    assert [hit.article.id for hit in late] == ["a"]


async def test_a_looked_up_article_becomes_its_feeds_when_the_feed_shows_it(store: SqlStore) -> None:
    await store.save_article(article("a", feed=None))
    await store.save_digest("a", digest("a"), vector=b"", now=NOW)
    assert await store.latest() == ()
    await store.add_feed(FEED)
    assert await store.save_poll(FEED.url, state(), now=later(90), articles=[article("a", first_seen=later(90))]) == 0
    (hit,) = await store.unpublished(subscription(), since=later(60))
    assert hit.article == article("a", first_seen=later(90))
    assert len(await store.latest(feed=FEED.url)) == 1


async def test_reference_articles_are_indexed_but_never_shown(store: SqlStore) -> None:
    await published(store, "r", feed=CITED)
    everything = subscription(feeds=(CITED.url,))
    assert (await store.latest(), await store.search("見出し")) == ((), ())
    assert await store.unpublished(everything, since=NOW) == ()
    _, rows = await store.vectors()
    assert [(row.article, row.role) for row in rows] == [("r", "reference")]


async def test_an_article_of_a_reference_and_a_source_feed_is_a_source(store: SqlStore) -> None:
    await published(store, "a", feed=CITED)
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=later(60), articles=[article("a", first_seen=later(60))])
    (again,) = await store.claim_undigested(later(60), lease=60, limit=9)
    assert again == article("a", first_seen=later(60))
    await store.save_digest("a", digest("a"), vector=b"", now=later(60))
    await store.save_poll(CITED.url, state(), now=later(90), articles=[article("a", role="reference")])
    assert [hit.article.role for hit in await store.latest()] == ["source"]
    assert len(await store.search("見出し")) == 1


async def test_a_looked_up_article_of_a_reference_feed_leaves_the_search(store: SqlStore) -> None:
    await store.save_article(article("a", feed=None))
    await store.save_digest("a", digest("a"), vector=b"", now=NOW)
    assert len(await store.search("見出し")) == 1
    await published(store, "a", feed=CITED)
    assert await store.search("見出し") == ()
    assert await store.digest("a") == digest("a")


async def test_undigested_articles_are_claimed_oldest_first_by_one_process(url: str, store: SqlStore) -> None:
    await store.add_feed(FEED)
    found = [article(f"{number:02}", first_seen=later(-number)) for number in range(20)]
    await store.save_poll(FEED.url, state(), now=NOW, articles=found)
    second = await open_store(url, now=NOW)
    oldest = await store.claim_undigested(NOW, lease=60, limit=2)
    claims = await asyncio.gather(*(s.claim_undigested(NOW, lease=60, limit=3) for s in (store, second) * 5))
    names = [a.id for claim in (oldest, *claims) for a in claim]
    rest = await second.claim_undigested(NOW, lease=60, limit=99)
    await second.close()
    assert [a.id for a in oldest] == ["19", "18"]
    assert len(set(names)) == len(names)
    assert len(names) + len(rest) == 20
    assert len(await store.claim_undigested(later(60), lease=60, limit=99)) == 20


async def test_a_looked_up_article_is_first_left_to_who_looked_it_up(store: SqlStore) -> None:
    await store.save_article(article("a", feed=None))
    assert await store.claim_undigested(later(10), lease=1, limit=9) == ()
    assert len(await store.claim_undigested(later(300), lease=1, limit=9)) == 1


async def test_a_digest_comes_back_as_it_was_and_outlives_a_later_failure(store: SqlStore) -> None:
    await published(store, "a", "b")
    await store.save_digest("a", None, vector=b"", now=NOW, error="worker died")
    assert await store.digest("a") == digest("a")
    assert await store.digests(["b", "no", "a"]) == {"b": digest("b"), "a": digest("a")}
    with pytest.raises(NotFound):
        await store.save_digest("no", digest("no"), vector=b"", now=NOW)


async def test_the_vector_cursor_passes_every_row_once_and_sees_what_was_made_anew(store: SqlStore) -> None:
    await published(store, "a", "b", "c")
    cursor, first = await store.vectors(limit=2)
    end, second = await store.vectors(cursor)
    await store.save_digest("a", digest("a"), vector=b"\x01\x02", now=NOW)
    _, third = await store.vectors(end)
    assert [row.article for row in (*first, *second)] == ["a", "b", "c"]
    assert [(row.article, row.vector) for row in third] == [("a", b"\x01\x02")]
    assert await store.vectors(end + 9) == (end + 9, ())


async def test_latest_is_newest_first_within_its_window(store: SqlStore) -> None:
    for seconds, name in enumerate(("a", "b", "c", "d")):
        await published(store, name, seconds=seconds)
    await store.save_poll(FEED.url, state(), now=NOW, articles=[article("undigested", first_seen=later(9))])
    window = await store.latest(since=later(1), until=later(3))
    page = await store.latest(limit=2, offset=1)
    assert [hit.article.id for hit in window] == ["c", "b"]
    assert [hit.article.id for hit in page] == ["c", "b"]
    assert await store.latest(feed="no") == ()


async def test_what_no_database_can_hold_becomes_a_mark_of_the_same_width(store: SqlStore) -> None:
    odd = article("a", feed=None, title="a\x00b", text="x\ud800\U0001f600y")
    await store.save_article(odd)
    (kept,) = await store.articles(["a"])
    assert (kept.title, kept.text) == ("a\ufffdb", "x\ufffd\U0001f600y")


async def test_a_naive_datetime_is_a_mistake_of_ours(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="naive"):
        await store.save_article(article("a", feed=None, published=NOW.replace(tzinfo=None)))


async def test_what_was_saved_is_there_after_a_restart(url: str, store: SqlStore) -> None:
    await published(store, "a")
    await store.close()
    again = await open_store(url, now=NOW)
    hits = await again.search("見出し")
    rows = await again.feeds()
    async with again.database.read() as connection:
        versions = (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
    await again.close()
    assert ([hit.article.id for hit in hits], len(rows), versions) == (["a"], 1, ["0011_clocks"])


async def test_an_old_address_goes_on_meaning_the_feed_that_moved(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://new.example/feed")
    assert await store.add_feed(FEED) is False
    await store.save_subscription(subscription(feeds=(FEED.url,)))
    assert [health.feed.url for health in await store.feeds()] == ["https://new.example/feed"]
    assert [s.feeds for s in await store.subscriptions()] == [("https://new.example/feed",)]


async def test_old_addresses_follow_every_move_and_a_feed_may_come_home(store: SqlStore) -> None:
    await store.add_feed(FEED)
    for old, new in ((FEED.url, "https://b.example/"), ("https://b.example/", "https://c.example/")):
        await store.save_poll(old, state(), now=NOW, moved_to=new)
    assert await store.add_feed(FEED) is False
    await store.save_poll("https://c.example/", state(), now=NOW, moved_to=FEED.url)
    assert [health.feed.url for health in await store.feeds()] == [FEED.url]
    assert await store.add_feed(Feed(url="https://b.example/")) is False


async def test_a_removed_feed_is_not_found_by_its_old_address(store: SqlStore) -> None:
    await store.add_feed(FEED)
    await store.save_poll(FEED.url, state(), now=NOW, moved_to="https://new.example/feed")
    await store.remove_feed("https://new.example/feed")
    assert await store.add_feed(FEED) is True
