"""How the hosts of many feeds experience us, and when pages are read: cases by their ids on a real server."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from polite_cases import QUICK, case
from polite_stand import START, WORDS, beat

from digests.errors import ChokanError


@case("host-57")
async def test_fifty_feeds_of_one_host_are_asked_one_at_a_time(tmp_path: Path) -> None:
    """The second between two requests is `test_fetch_manners`'s; here it is nought, so that the test is quick."""
    async with beat(tmp_path) as here:
        for number in range(50):
            await here.add(here.site.feed(f"/{number}"))
        assert len(await here.polled()) == 50
        assert here.site.most_at_once == 1


@case("host-58")
async def test_a_thousand_feeds_do_not_come_back_in_one_instant(tmp_path: Path) -> None:
    """Ten hosts at once here, never more than 32 whatever there are; the moments they are due again are spread."""
    async with beat(tmp_path, sites=10) as here:
        for site in (here.site, *here.others):
            for number in range(10):
                await here.add(site.feed(f"/{number}", *QUICK, ETag='"v"'))
        await here.polled()
        due = [health.state.next_poll for health in await here.world.store.feeds()]
        assert len(set(due)) == 100
        assert max(d for d in due if d) - min(d for d in due if d) > timedelta(minutes=4)


@case("host-59")
async def test_a_slow_host_with_many_feeds_holds_up_nobody_else(tmp_path: Path) -> None:
    async with beat(tmp_path, sites=2) as here:
        (other,) = here.others
        released = asyncio.Event()

        async def slow(_: web.Request) -> web.Response:
            await released.wait()
            return web.Response(status=500)

        for number in range(40):
            here.site.answers[f"/{number}"] = slow
            await here.add(f"{here.site.base}/{number}")
        quick = await here.add(other.feed())
        round_ = asyncio.create_task(here.polled())
        while not other.asked or (await here.state(quick)).succeeded is None:
            await asyncio.sleep(0.01)
        assert len(here.site.asked) == 1
        released.set()
        await round_


@case("host-60", "host-61", "host-63")
async def test_pages_are_read_once_and_only_where_the_site_lets_us(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        page = f"<html><title>Harbour</title><article><p>{'Page: ' + WORDS}</p></article></html>"
        here.site.says("/robots.txt", 200, "User-agent: *\nDisallow: /a/20260302040000")
        here.site.feed("/feed", 1, 2, 3, 50)
        for hours, headers in ((1, {}), (2, {}), (3, {"X-Robots-Tag": "noai, max-snippet:20"})):
            path = f"/a/{START - timedelta(hours=hours):%Y%m%d%H%M%S}"
            named = {name.replace("-", "_"): value for name, value in headers.items()}
            here.site.says(path, 200, page, Content_Type="text/html", **named)
        await here.add(f"{here.site.base}/feed", backfill=3)
        await here.polls(3)
        articles = await here.world.store.claim_undigested(here.wall.now, lease=1, limit=9)
        from_page = {article.url.rsplit("/", 1)[1]: "Page:" in article.text for article in articles}
        assert from_page == {"20260302050000": True, "20260302040000": False, "20260302030000": False}
        pages = [one.path for one in here.site.asked if one.path.startswith("/a/")]
        assert sorted(pages) == ["/a/20260302030000", "/a/20260302050000"]
        with pytest.raises(ChokanError, match="X-Robots-Tag: noai"):
            await here.world.fetch(f"{here.site.base}/a/20260302030000", kind="page")
