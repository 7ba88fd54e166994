"""The store's answers to the web, on SQLite and on PostgreSQL: one edition, all digests, counts."""

from __future__ import annotations

from store_samples import DISCORD, FEED, NOW, article, digest, edition, later, parts, state, subscription

from bot.store import SqlStore
from digests.model import Feed
from digests.store import Totals


async def holds(store: SqlStore, *names: str) -> None:
    await store.add_feed(FEED)
    for seconds, name in enumerate(names):
        found = article(name, first_seen=later(seconds))
        await store.save_poll(FEED.url, state(), now=found.first_seen, seen=[name], articles=[found])
        await store.save_digest(name, digest(name), vector=b"\x00<" * 4, now=found.first_seen)


async def test_an_edition_is_found_by_its_id_with_its_articles_in_order(store: SqlStore) -> None:
    await holds(store, "a", "b", "c")
    await store.save_subscription(subscription())
    saved = edition("e1", articles=("c", "a"))
    await store.save_edition(saved, ())
    assert await store.edition("e1") == saved
    assert await store.edition("no") is None


async def test_digests_are_listed_newest_first_without_what_no_feed_brought(store: SqlStore) -> None:
    await holds(store, "a", "b", "c")
    await store.save_article(article("looked-up", feed=None))
    await store.save_digest("looked-up", digest("looked-up"), vector=b"", now=NOW)
    await store.save_poll(FEED.url, state(), now=NOW, articles=[article("undigested")])
    listed = [("c", later(2)), ("b", later(1)), ("a", later(0))]
    assert list(await store.digested(limit=9)) == listed
    assert list(await store.digested(limit=1, offset=1)) == listed[1:2]


async def test_totals_of_an_empty_store_are_nothing(store: SqlStore) -> None:
    assert await store.totals(NOW) == Totals(
        articles=0, digests=0, undigested=0, oldest_undigested=None, oldest_delivery=None, oldest_poll=None
    )


async def test_totals_tell_what_there_is_and_what_has_waited_longest(store: SqlStore) -> None:
    await holds(store, "a", "b")
    waiting = [article(name, first_seen=later(-seconds)) for name, seconds in (("x", 60), ("y", 600))]
    await store.save_poll(FEED.url, state(next_poll=later(-5)), now=NOW, articles=waiting)
    await store.add_feed(Feed(url="https://gone.example/feed"))
    await store.save_poll("https://gone.example/feed", state(next_poll=later(-99), stopped=True), now=NOW)
    await store.save_subscription(subscription())
    made = edition("e", articles=("a",))
    await store.save_edition(made, parts("e", 2, to=DISCORD))
    assert await store.totals(made.made) == Totals(
        articles=4,
        digests=2,
        undigested=2,
        oldest_undigested=later(-600),
        oldest_delivery=made.made,
        oldest_poll=later(-5),
    )


async def test_what_is_not_due_yet_does_not_wait(store: SqlStore) -> None:
    await holds(store, "a")
    await store.save_subscription(subscription())
    made = edition("e", articles=("a",))
    await store.save_edition(made, parts("e", 1, to=DISCORD))
    assert (await store.totals(later(-1))).oldest_delivery is None
