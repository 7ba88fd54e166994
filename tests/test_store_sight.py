"""One tenant never sees what another's private feeds brought or what it looked up, on both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from databases import BACKENDS, database
from store_samples import FEED, NOW, article, digest, later, state, subscription

from bot.store import SqlStore, open_store
from digests.edition import edition_of
from digests.model import Destination, Feed, RelatedLink, Slot
from digests.store import PUBLIC, Viewer
from digests.urls import article_id

MINE, THEIRS = "discord:1", "slack:T9"
OURS = Feed(url="https://private.example/feed")
EYES: tuple[Viewer, ...] = (None, MINE, THEIRS, PUBLIC)


@pytest.fixture(params=BACKENDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SqlStore]:
    """Holds one article of a public feed, one of a feed of `MINE`, and one that `MINE` looked up."""
    async with database(request.param, tmp_path) as url:
        store = await open_store(url, now=NOW)
        await store.add_feed(FEED)
        await store.own_feed(OURS.url, MINE, NOW)
        await store.add_feed(OURS, public=False)
        await bring(store, FEED, "public")
        await bring(store, OURS, "private")
        await store.save_article(article("asked", feed=None), asker=MINE)
        await store.save_digest("asked", digest("asked"), vector=b"", now=NOW)
        yield store
        await store.close()


async def bring(store: SqlStore, feed: Feed, *names: str) -> None:
    found = [article(name, feed=feed.url) for name in names]
    await store.save_poll(feed.url, state(), now=NOW, articles=found)
    for name in names:
        await store.save_digest(name, digest(name), vector=b"", now=NOW)


ALL = ["asked", "private", "public"]


async def seen(store: SqlStore, viewer: Viewer) -> list[str]:
    """By every way of asking, which must agree."""
    ways = [
        await store.visible(ALL, viewer),
        {one.id for one in await store.articles(ALL, viewer=viewer)},
        set(await store.digests(ALL, viewer=viewer)),
        {hit.article.id for hit in await store.search("見出し", viewer=viewer)},
        {name for name in ALL if await store.article(name, viewer=viewer)},
        {name for name in ALL if await store.digest(name, viewer=viewer)},
    ]
    assert all(way == ways[0] for way in ways)
    return sorted(ways[0])


async def listed(store: SqlStore, viewer: Viewer) -> list[str]:
    """In lists, which hold what feeds brought."""
    newest = [hit.article.id for hit in await store.latest(viewer=viewer)]
    assert newest == [name for name, _ in await store.digested(limit=9, viewer=viewer)]
    return sorted(newest)


async def test_everybody_sees_what_is_public_and_a_tenant_its_own_as_well(store: SqlStore) -> None:
    expected = [ALL, ALL, ["public"], ["public"]]
    assert [await seen(store, viewer) for viewer in EYES] == expected
    assert [await listed(store, viewer) for viewer in EYES] == [[n for n in e if n != "asked"] for e in expected]
    feeds = [[health.feed.url for health in await store.feeds(viewer=viewer)] for viewer in EYES]
    assert feeds == [[FEED.url, OURS.url], [FEED.url, OURS.url], [FEED.url], [FEED.url]]
    assert await store.latest(feed=OURS.url, viewer=THEIRS) == ()
    assert await store.search("見出し", feed=OURS.url, viewer=PUBLIC) == ()


async def test_a_page_of_a_search_is_full_though_others_have_more_that_fits(store: SqlStore) -> None:
    await bring(store, OURS, *(f"p{number}" for number in range(40)))
    await bring(store, FEED, *(f"q{number}" for number in range(7)))
    pages = [await store.search("見出し", limit=4, offset=4 * page, viewer=THEIRS) for page in range(3)]
    found = [hit.article.id for page in pages for hit in page]
    assert sorted(found) == sorted(["public", *(f"q{number}" for number in range(7))])


async def test_who_subscribes_to_a_feed_sees_its_archive(store: SqlStore) -> None:
    await store.own_feed(OURS.url, THEIRS, NOW)
    assert await seen(store, THEIRS) == ["private", "public"]
    await store.disown_feed(OURS.url, THEIRS)
    assert await seen(store, THEIRS) == ["public"]


async def test_a_feed_the_operator_adds_is_everybodys_with_all_it_brought(store: SqlStore) -> None:
    await store.add_feed(OURS)
    assert (await store.feed_owners(), await seen(store, PUBLIC)) == ({}, ["private", "public"])


async def test_what_a_public_feed_brings_too_is_public_whichever_came_first(store: SqlStore) -> None:
    await store.save_poll(FEED.url, state(), now=NOW, articles=[article("private"), article("asked")])
    await store.save_poll(OURS.url, state(), now=NOW, articles=[article("public", feed=OURS.url)])
    assert await seen(store, PUBLIC) == ALL


async def test_a_feed_that_was_public_and_becomes_a_tenants_is_hidden_but_for_what_others_brought(
    store: SqlStore,
) -> None:
    await bring(store, FEED, "only-here")
    await store.add_feed(Feed(url="https://public.example/feed"))
    await store.save_poll("https://public.example/feed", state(), now=NOW, articles=[article("public")])
    await store.own_feed(FEED.url, THEIRS, NOW)
    assert await store.visible(["only-here", "public"], MINE) == {"public"}
    assert await store.visible(["only-here", "public"], THEIRS) == {"only-here", "public"}


async def test_what_a_removed_feed_brought_stays_what_it_was(store: SqlStore) -> None:
    await store.remove_feed(FEED.url)
    await store.remove_feed(OURS.url)
    await store.own_feed(FEED.url, THEIRS, later(1))
    assert [await seen(store, viewer) for viewer in EYES] == [ALL, ALL, ["public"], ["public"]]


async def test_a_private_feed_that_moves_to_a_public_one_leaves_what_it_brought_private(store: SqlStore) -> None:
    await store.save_poll(OURS.url, state(), now=NOW, moved_to=FEED.url)
    assert [await seen(store, viewer) for viewer in (MINE, PUBLIC)] == [ALL, ["public"]]


async def test_an_address_is_shared_by_all_who_know_it_unless_a_private_feed_says_what_is_there(
    store: SqlStore,
) -> None:
    named = {name: await store.asked_for(name, THEIRS) for name in (*ALL, "new")}
    assert {name for name, given in named.items() if given == name} == {"asked", "public", "new"}
    assert await seen(store, THEIRS) == ["asked", "public"]
    own = named["private"]
    assert (own, await store.asked_for("private", MINE)) == (await store.asked_for("private", THEIRS), "private")
    await store.save_article(article(own, feed=None), asker=THEIRS)
    everywhere = [await store.visible([own, "private"], viewer) for viewer in (MINE, THEIRS, PUBLIC, "discord:@7")]
    assert everywhere == [{"private"}, {own}, set(), set()]


async def test_a_digest_links_only_to_what_its_reader_may_see(store: SqlStore) -> None:
    links = [RelatedLink(title=name, url=f"https://news.example.jp/{name}", score=0.9) for name in ("a", "b", "c")]
    ids = [article_id(link.url) for link in links]
    await bring(store, OURS, ids[0])
    await bring(store, FEED, ids[1], "linking")
    linking = replace(digest("linking"), related=tuple(links))
    await store.save_digest("linking", linking, vector=b"", now=NOW)
    wanted = subscription(destination=Destination(platform="slack", channel="C", tenant="T9"), feeds=(FEED.url,))
    hits = [
        *(await store.search("linking", viewer=THEIRS)),
        *(await store.latest(feed=FEED.url, viewer=THEIRS)),
        *(await store.unpublished(wanted, since=NOW)),
    ]
    digests = [await store.digest("linking", viewer=THEIRS), *(h.digest for h in hits if h.article.id == "linking")]
    assert [[link.title for link in one.related] if one else None for one in digests] == [["b", "c"]] * 4
    assert {hit.public for hit in hits} == {True}
    mine = await store.digest("linking", viewer=MINE)
    assert mine == linking


async def test_an_article_may_be_linked_where_all_its_readers_may_read(store: SqlStore) -> None:
    await bring(store, OURS, "private-2")
    assert await store.linkable("public", [*ALL, "private-2"]) == {"public"}
    assert await store.linkable("private", [*ALL, "private-2"]) == {"private", "public", "private-2"}
    await store.own_feed("https://theirs.example/feed", THEIRS, NOW)
    theirs = Feed(url="https://theirs.example/feed")
    await store.add_feed(theirs, public=False)
    await store.save_poll(theirs.url, state(), now=NOW, articles=[article("private", feed=theirs.url)])
    assert await store.linkable("private", ["public", "private-2"]) == {"public"}
    assert await store.linkable("unknown", ALL) == {"public"}


async def test_titles_say_whose_they_are(store: SqlStore) -> None:
    found = await store.titles(public=9, private=9)
    assert {one.id: one.tenants for one in found} == {"public": None, "private": frozenset({MINE})}
    assert await store.titles(public=0, private=0) == ()


async def test_who_may_read_an_edition_may_read_what_it_carried(store: SqlStore) -> None:
    order = subscription()
    slot = Slot(subscription=order.id, day=NOW.date(), time=order.at, at=NOW)
    hits = await store.latest(feed=OURS.url)
    await store.save_edition(edition_of(order, slot, hits, NOW), ())
    assert [await store.carriers(name) for name in ("private", "public")] == [(order.id,), ()]
