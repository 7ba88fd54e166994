"""Polling against a real loopback site: what is new is taken once, what fails costs nobody else, nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from poll_house import TEXT, Site, polled, titles, world_of

from bot.poll import discover, poll
from digests.errors import NoSuchHost, NotAFeed
from digests.model import Feed


async def test_a_new_feed_is_seeded_and_posts_nothing_old(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1", "2")
    async with world_of(site, tmp_path) as world:
        assert (await polled(world, f"{site.base}/feed")).new == 0
        assert site.asked == ["/feed"]


async def test_backfill_takes_as_many_as_asked(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1", "2", "3")
    site.page("1")
    site.page("2")
    async with world_of(site, tmp_path) as world:
        assert (await polled(world, f"{site.base}/feed", backfill=2)).new == 2
        assert await titles(world) == {"記事1", "記事2"}


async def test_of_what_one_poll_brings_the_newest_counts_as_seen_last(site: Site, tmp_path: Path) -> None:
    """Feeds begin with the newest; what is listed as the latest does too."""
    site.feed("/feed", "3", "2", "1")
    for name in "123":
        site.page(name)
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed", backfill=3)
        brought = await world.store.claim_undigested(world.clock(), lease=1, limit=100)
    assert [a.title for a in sorted(brought, key=lambda a: a.first_seen)] == ["記事1", "記事2", "記事3"]
    assert max(a.first_seen for a in brought) - min(a.first_seen for a in brought) == timedelta(microseconds=2)


async def test_what_appears_later_is_taken_once(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    site.page("2")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        site.feed("/feed", "2", "1")
        assert [(await polled(world, f"{site.base}/feed")).new for _ in range(2)] == [1, 0]


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (200, "", "application/xml", "empty"),
        (200, "<html><body>Just a page.</body></html>", "text/html", "page"),
        (404, "", "text/html", "404"),
        (410, "", "text/html", "gone"),
        (429, "", "text/html", "429"),
        (503, "", "text/html", "503"),
    ],
)
async def test_a_bad_answer_is_said_and_keeps_its_feed(
    site: Site, tmp_path: Path, status: int, body: str, kind: str, said: str
) -> None:
    site.says("/feed", body, status=status, kind=kind)
    async with world_of(site, tmp_path) as world:
        result = await polled(world, f"{site.base}/feed")
        assert said in (result.error or "").lower()
        (health,) = await world.store.feeds()
        assert (health.state.failures, health.state.last_error) == (1, result.error)


async def test_one_broken_feed_never_costs_the_others(site: Site, tmp_path: Path) -> None:
    site.feed("/good", "1")
    site.page("1")
    site.says("/bad", "nonsense")
    async with world_of(site, tmp_path) as world:
        for path in ("bad", "good"):
            await world.store.add_feed(Feed(url=f"{site.base}/{path}", backfill=5, added=world.clock()))
        results = await poll(world)
        assert sorted(result.new for result in results) == [0, 1]


async def test_a_page_that_fails_for_now_is_waited_for_and_not_lost(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1", dated=datetime.now(UTC) - timedelta(minutes=5))
    site.says("/1", "", status=503)
    async with world_of(site, tmp_path) as world:
        assert (await polled(world, f"{site.base}/feed", backfill=5)).new == 0
        site.page("1")
        (health,) = await world.store.feeds()
        assert health.state.validators.etag is None
        assert (await polled(world, f"{site.base}/feed", backfill=5)).new == 1


async def test_a_page_without_an_article_falls_back_to_the_feed(site: Site, tmp_path: Path) -> None:
    item = f"<item><guid>1</guid><title>港</title><link>{site.base}/1</link><description>{TEXT}</description></item>"
    site.says("/feed", f"<rss version='2.0'><channel><title>t</title>{item}</channel></rss>", kind="application/xml")
    site.says("/1", "<html><nav>menu</nav></html>")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed", backfill=1)
        (article,) = await world.store.claim_undigested(world.clock(), lease=1, limit=9)
        assert article.text == TEXT


async def test_an_address_of_a_site_becomes_that_of_its_feed(site: Site, tmp_path: Path) -> None:
    site.says("/", '<html><link rel="alternate" type="application/rss+xml" href="/feed"></html>')
    site.feed("/feed", "1")
    site.page("1")
    async with world_of(site, tmp_path) as world:
        await world.store.add_feed(Feed(url=f"{site.base}/", backfill=1, added=world.clock()))
        results = await poll(world)
        assert [(result.status, result.new) for result in results] == [("moved", 0), ("200", 1)]
        assert [health.feed.url for health in await world.store.feeds()] == [f"{site.base}/feed"]


async def test_two_pages_that_name_each_other_are_not_followed_for_ever(site: Site, tmp_path: Path) -> None:
    for path, other in (("/a", "/b"), ("/b", "/a")):
        site.says(path, f'<html><link rel="alternate" type="application/rss+xml" href="{other}"></html>')
    async with world_of(site, tmp_path) as world:
        await world.store.add_feed(Feed(url=f"{site.base}/a", added=world.clock()))
        await poll(world)
        assert len(site.asked) == 2


async def test_discovery_says_when_there_is_no_feed(site: Site, tmp_path: Path) -> None:
    site.says("/", "<html>nothing</html>")
    async with world_of(site, tmp_path) as world:
        with pytest.raises(NotAFeed, match="give the address of its RSS or Atom feed"):
            await discover(world, f"{site.base}/")
        with pytest.raises(NoSuchHost, match="check the spelling"):
            await discover(world, "https://no-such-host.invalid/feed")
