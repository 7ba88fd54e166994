"""What feeds do that could lose an article, or leave a channel with words the site took back: the real poll against a
loopback site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from poll_house import TEXT, Site, polled, titles, world_of

from bot.fetch import Fetcher
from bot.jobs import digest
from bot.poll import poll
from bot.world import Runs
from digests.errors import WorkerLost

R = TypeVar("R")
OF = {"1": TEXT, "2": "プロ野球は開幕戦を行い、新人の投手が完封した。観客は三万人で、監督は次の試合にも期待した。" * 3}


def feed(site: Site, *entries: tuple[str, str, str]) -> None:
    """A feed of (id, name, title)."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{id_}</guid><title>{title}</title><link>{site.base}/{name}</link></item>"
        for id_, name, title in entries
    )
    body = f"<rss version='2.0'><channel><title>港新報</title>{items}</channel></rss>"
    site.says("/feed", body, kind="application/rss+xml")


async def test_entries_that_share_one_id_are_all_taken(site: Site, tmp_path: Path) -> None:
    feed(site, ("site", "1", "記事1"))
    for name in "123":
        site.page(name)
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        feed(site, ("site", "3", "記事3"), ("site", "2", "記事2"), ("site", "1", "記事1"))
        assert (await polled(world, f"{site.base}/feed")).new == 2
        assert await titles(world) == {"記事2", "記事3"}
        assert (await polled(world, f"{site.base}/feed")).new == 0


async def test_an_id_that_is_used_again_for_another_article_brings_it(site: Site, tmp_path: Path) -> None:
    site.page("2")
    async with world_of(site, tmp_path) as world:
        daily(site, "1", world.clock() - timedelta(hours=9))
        await polled(world, f"{site.base}/feed")
        daily(site, "2", world.clock() + timedelta(seconds=1))
        assert [(await polled(world, f"{site.base}/feed")).new for _ in range(2)] == [1, 0]


async def test_an_entry_whose_address_was_mended_comes_once(site: Site, tmp_path: Path) -> None:
    site.page("a-typo")
    site.page("a-type")
    async with world_of(site, tmp_path) as world:
        published = world.clock() - timedelta(minutes=1)
        feed(site)
        await polled(world, f"{site.base}/feed")
        daily(site, "a-typo", published)
        await polled(world, f"{site.base}/feed")
        daily(site, "a-type", published)
        assert (await polled(world, f"{site.base}/feed")).new == 0


def daily(site: Site, name: str, published: datetime) -> None:
    """A feed of one entry that always has the same id."""
    item = (
        f"<item><guid isPermaLink='false'>today</guid><title>記事{name}</title><link>{site.base}/{name}</link>"
        f"<pubDate>{published:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
    )
    site.says("/feed", f"<rss version='2.0'><channel>{item}</channel></rss>", kind="application/rss+xml")


async def test_ids_that_all_change_bring_nothing_again(site: Site, tmp_path: Path) -> None:
    feed(site, ("a1", "1", "記事1"))
    site.page("1")
    site.page("2")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        feed(site, ("a2", "2", "記事2"), ("a1", "1", "記事1"))
        assert (await polled(world, f"{site.base}/feed")).new == 1
        feed(site, ("b2", "2", "記事2"), ("b1", "1", "記事1"))
        assert (await polled(world, f"{site.base}/feed")).new == 0


async def test_a_long_feed_that_begins_with_its_oldest_entry_shows_its_newest(site: Site, tmp_path: Path) -> None:
    dated = datetime(2026, 1, 1, tzinfo=UTC)

    def archive(many: int) -> None:
        items = "".join(
            f"<item><guid>{n}</guid><title>記事{n}</title><link>{site.base}/{n}</link>"
            f"<pubDate>{dated + timedelta(hours=n):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for n in range(many)
        )
        site.says("/feed", f"<rss version='2.0'><channel>{items}</channel></rss>", kind="application/rss+xml")

    archive(600)
    site.page("600")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        archive(601)
        await polled(world, f"{site.base}/feed")
        assert await titles(world) == {"記事600"}


async def test_an_article_corrected_before_its_edition_is_carried_as_it_is_now(site: Site, tmp_path: Path) -> None:
    feed(site, ("1", "1", "記事1"))
    site.page("2")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        feed(site, ("2", "2", "四億円の港を可決"), ("1", "1", "記事1"))
        await polled(world, f"{site.base}/feed")
        feed(site, ("2", "2", "四十億円の港を可決"), ("1", "1", "記事1"))
        site.page("2", TEXT.replace("四億円", "四十億円"))
        await poll(world, urls=[f"{site.base}/feed"])
        (found,) = await world.store.claim_undigested(world.clock() + timedelta(hours=1), lease=1, limit=9)
    assert "四十億円" in found.text


@pytest.mark.parametrize("dated", [None, timedelta(days=400), timedelta(days=-3)])
async def test_a_page_is_waited_for_as_long_whatever_its_date(
    site: Site, tmp_path: Path, dated: timedelta | None
) -> None:
    site.feed("/feed", "1")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        site.feed("/feed", "2", dated=None if dated is None else world.clock() + dated)
        site.says("/2", "", status=503)
        assert (await polled(world, f"{site.base}/feed")).new == 0
        site.page("2")
        assert (await polled(world, f"{site.base}/feed")).new == 1


def ahead(hours: int) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(hours=hours)


async def test_a_page_that_never_comes_is_not_waited_for_for_ever(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        site.feed("/feed", "2", dated=world.clock() + timedelta(days=400))
        site.says("/2", "", status=503)
        for hours in (0, 7, 8):
            await poll(replace(world, clock=ahead(hours)), urls=[f"{site.base}/feed"])
        assert site.asked.count("/2") == 2


async def test_a_correction_whose_page_is_out_of_reach_is_read_later(site: Site, tmp_path: Path) -> None:
    feed(site, ("1", "1", "記事1"))
    site.page("2")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        feed(site, ("2", "2", "四億円の港を可決"))
        await polled(world, f"{site.base}/feed")
        feed(site, ("2", "2", "四十億円の港を可決"))
        site.says("/2", "", status=503)
        await polled(world, f"{site.base}/feed")
        site.page("2", TEXT.replace("四億円", "四十億円"))
        await polled(world, f"{site.base}/feed")
        (found,) = await world.store.claim_undigested(world.clock() + timedelta(hours=1), lease=1, limit=9)
    assert "四十億円" in found.text


async def test_a_page_whose_robots_txt_is_out_of_reach_is_waited_for(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    site.page("2")
    site.says("/robots.txt", "", status=503)
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        site.feed("/feed", "2", "1")
        assert (await polled(world, f"{site.base}/feed")).new == 0
        site.says("/robots.txt", "User-agent: *\nAllow: /")
        hosts, agent = [urlsplit(site.base).netloc], "Chokan/test (+https://example.org)"
        fetch = Fetcher(user_agent=agent, allow_hosts=hosts, per_host_spacing=0.0)  # one that has not asked for rules
        assert (await polled(replace(world, fetch=fetch), f"{site.base}/feed")).new == 1
        await fetch.close()


class Busy:
    """Workers of a machine that is short of everything, for as long as `busy`."""

    def __init__(self, workers: Runs, *functions: str) -> None:
        self.workers, self.functions, self.busy = workers, functions, True

    async def run(self, function: Callable[..., R], *args: Any, seconds: float) -> R:
        if self.busy and function.__name__ in self.functions:
            raise WorkerLost("its process died (SIGKILL)")
        return await self.workers.run(function, *args, seconds=seconds)


async def test_a_machine_that_is_busy_costs_no_article(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    site.page("2")
    async with world_of(site, tmp_path) as world:
        reading, thinking = Busy(world.reading, "_page"), Busy(world.thinking, "analysed", "composed")
        short = replace(world, reading=reading, thinking=thinking, embeddings=False)
        await polled(short, f"{site.base}/feed")
        site.feed("/feed", "2", "1")
        assert (await polled(short, f"{site.base}/feed")).new == 0
        reading.busy = False
        assert (await polled(short, f"{site.base}/feed")).new == 1
        await digest(short)
        thinking.busy = False
        later = replace(short, clock=lambda: datetime.now(UTC) + timedelta(minutes=6))
        await digest(later)
        assert [hit.digest is not None for hit in await world.store.latest()] == [True]


async def test_a_machine_that_stays_busy_holds_nothing_up_for_ever(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    site.page("1")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed", backfill=1)
        short = replace(world, thinking=Busy(world.thinking, "analysed"), clock=ahead(2))
        assert await digest(short) == 1
        assert (await world.store.totals(world.clock())).undigested == 0


async def test_what_a_feed_says_is_compared_in_a_worker(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a thousand long entries are seconds of work that commands would wait for."""
    monkeypatch.setattr("bot.poll.fingerprint", None)  # in this process; workers have their own
    feed(site, ("1", "1", "記事1"))
    async with world_of(site, tmp_path) as world:
        assert (await polled(world, f"{site.base}/feed")).status == "200"


async def test_a_page_that_begins_with_comments_is_read(site: Site, tmp_path: Path) -> None:
    site.feed("/feed", "1")
    site.says("/2", "<!-- a -->" * 150 + f"<html lang='ja'><article><p>{TEXT}</p></article></html>")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        site.feed("/feed", "2", "1")
        assert (await polled(world, f"{site.base}/feed")).new == 1


@pytest.mark.parametrize("canonical", ["/", "/index.html", "/feed", "/latest"])
async def test_pages_that_all_name_one_address_as_theirs_are_articles_each(
    site: Site, tmp_path: Path, canonical: str
) -> None:
    """A template's mistake: every page says that the front page is its canonical address."""
    feed(site)
    for name in "12":
        head = f"<link rel='canonical' href='{site.base}{canonical}'><title>記事{name}</title>"
        site.says(f"/{name}", f"<html lang='ja'><head>{head}</head><article><p>{OF[name]}</p></article></html>")
    async with world_of(site, tmp_path) as world:
        await polled(world, f"{site.base}/feed")
        feed(site, ("1", "1", "記事1"))
        await polled(world, f"{site.base}/feed")
        feed(site, ("2", "2", "記事2"), ("1", "1", "記事1"))
        await polled(world, f"{site.base}/feed")
        assert await titles(world) == {"記事1", "記事2"}
