"""What a request of ours looks like, and how long an answer makes us wait: cases by their ids on a real server."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from polite_cases import JITTERED, QUICK, TAGGED, case, rows
from polite_stand import DAY, HOUR, START, beat, rss

from digests.errors import HostResting
from digests.polling import LONGEST, RETRY_LIMIT, SHORTEST


@case("no-cookies", "no-referer", "no-query-junk", "no-head", "no-extra-urls", "ua", "accept")
async def test_a_request_says_who_we_are_and_nothing_else(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        here.site.says("/", 200, "<html><link rel=icon href=/favicon.ico>home</html>", Content_Type="text/html")
        await here.add(f"{here.site.base}/start?b=2&a=%7E1")
        here.site.says("/start", 302, "", Location="/feed?x=1", Set_Cookie="id=7; Path=/")
        here.site.feed(Set_Cookie="id=8; Path=/", ETag='"v"')
        await here.polls(3)
        assert [one.path for one in here.site.asked] == ["/start?b=2&a=%7E1", "/feed?x=1"] * 3
        assert {one.method for one in here.site.asked} == {"GET"}
        allowed = {"host", "user-agent", "accept", "accept-encoding", "if-none-match"}
        assert {name.decode().lower() for one in here.site.asked for name, _ in one.headers} <= allowed
        (agent,) = {one.says("User-Agent") for one in here.site.asked}
        assert agent is not None
        assert agent.startswith("Chokan/")
        assert "(+https://" in agent
        assert all("application/rss+xml" in (one.says("Accept") or "") for one in here.site.asked)


@case("gzip")
async def test_gzip_is_offered_and_unpacked(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        packed = gzip.compress(rss(here.site.base, START, (1, 2, 3)).encode())
        url = await here.add(here.site.says("/feed", 200, packed, Content_Encoding="gzip"))
        await here.polled()
        assert here.site.asked[0].says("Accept-Encoding") == "gzip"
        assert (await here.state(url)).failures == 0


# (status, headers, what the channel says besides its entries, least and most wait)

SIX = {"Date": f"{START:%a, %d %b %Y} 06:00:00 GMT"}
AT = f"{START:%a, %d %b %Y}"
FLOOR = 3600.0


@pytest.mark.parametrize(
    ("status", "headers", "more", "hours_ago", "least", "most"),
    rows(
        ("retry-22", 429, {}, "", QUICK, FLOOR, 2 * 3600),
        ("retry-23", 429, {"Retry_After": "7300"}, "", QUICK, 7300, 7300 * JITTERED),
        ("retry-24", 503, {"Retry_After": "7300"}, "", QUICK, 7300, 7300 * JITTERED),
        ("retry-25", 429, {"Retry_After": "90"}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("retry-26", 429, {"Retry_After": f"{AT} 09:00:00 GMT", **SIX}, "", QUICK, 10800, 11880),
        ("retry-27", 429, {"Retry_After": f"{AT} 10:00:00 +0100", **SIX}, "", QUICK, 10800, 11880),
        ("retry-27", 429, {"Retry_After": f"{AT} 09:00:00", **SIX}, "", QUICK, 10800, 11880),
        ("retry-28", 429, {"Retry_After": "-90000"}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("retry-28", 503, {"Retry_After": "Sat, 02 Mar 2024 09:00:00 GMT"}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("retry-29", 429, {"Retry_After": str(40 * 86400)}, "", QUICK, RETRY_LIMIT, RETRY_LIMIT * JITTERED),
        ("retry-30", 503, {"Retry_After": "soon"}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("retry-31", 200, {"Retry_After": "80000", **TAGGED}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("retry-32", 429, {"Retry_After": f"{AT} 23:00:00 GMT", "Date": f"{AT} 21:00:00 GMT"}, "", QUICK, 7200, 7920),
        ("cache-34", 200, {"Cache_Control": "public, max-age=9000", **TAGGED}, "", QUICK, 9000, 9000 * JITTERED),
        ("cache-35", 200, {"Cache_Control": "max-age=plenty", **TAGGED}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("cache-36", 200, {"Cache_Control": "max-age=99999999", **TAGGED}, "", QUICK, LONGEST, LONGEST * JITTERED),
        ("cache-37", 200, {"Expires": f"{AT} 08:30:00 GMT", **SIX, **TAGGED}, "", QUICK, 9000, 9900),
        ("cache-37", 200, {"Expires": f"{AT} 06:10:00 GMT", **SIX, **TAGGED}, "", QUICK, 600, 3960),
        (
            "cache-38", 200,
            {"Cache_Control": "max-age=7200", "Expires": f"{AT} 18:00:00 GMT", **TAGGED}, "", QUICK, 7200, 7920,
        ),
        ("cache-39", 200, {"Cache_Control": "no-cache, max-age=80000", **TAGGED}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("cache-40", 200, {"Expires": "0", **TAGGED}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("adaptive-41", 200, TAGGED, "<ttl>180</ttl>", QUICK, 10800, 10800 * JITTERED),
        (
            "adaptive-42", 200, TAGGED,
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>1</sy:updateFrequency>", QUICK,
            3600, 3600 * JITTERED,
        ),
        (
            "adaptive-43", 200, TAGGED,
            "<skipHours>" + "".join(f"<hour>{n}</hour>" for n in range(24)) + "</skipHours>", QUICK,
            FLOOR, DAY.total_seconds(),
        ),
        ("adaptive-44", 200, TAGGED, "<skipDays><day>Monday</day></skipDays>", QUICK, FLOOR, FLOOR * JITTERED),
        ("adaptive-45", 200, TAGGED, "", (24 * 60, 24 * 75), LONGEST, LONGEST * JITTERED),
        ("adaptive-46", 200, TAGGED, "", tuple(n / 2 for n in range(1, 300)), SHORTEST, FLOOR * JITTERED),
        ("status-49", 401, {}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("status-49", 403, {}, "", QUICK, FLOOR, FLOOR * JITTERED),
        ("host-62", 403, {"CF_Mitigated": "challenge"}, "", QUICK, 6 * 3600, 6 * 3600 * JITTERED),
    ),
)  # fmt: skip
async def test_the_wait_an_answer_asks_for(
    status: int, headers: dict[str, str], more: str, hours_ago: tuple[float, ...], least: float, most: float,
    tmp_path: Path,
) -> None:  # fmt: skip
    async with beat(tmp_path) as here:
        body = rss(here.site.base, START, hours_ago, more) if status == 200 else ""
        url = await here.add(here.site.says("/feed", status, body, **headers))
        (wait,) = await here.polls(1)
        assert least <= wait.total_seconds() <= most
        if "CF_Mitigated" in headers:
            assert "challenge" in ((await here.state(url)).last_error or "")


@case("retry-33")
async def test_a_429_on_one_feed_gives_its_whole_host_a_rest_and_no_other(tmp_path: Path) -> None:
    async with beat(tmp_path, sites=2) as here:
        (other,) = here.others
        tired = await here.add(here.site.says("/a", 429, "", Retry_After="10800"))
        waiting = [await here.add(here.site.feed(path)) for path in ("/b", "/c")]
        well = await here.add(other.feed("/d"))
        await here.polled()
        assert [one.path for one in here.site.asked] == ["/a"]
        assert len(other.asked) == 1
        for url in waiting:
            state = await here.state(url)
            assert (state.failures, state.next_poll is not None and state.next_poll >= START + 3 * HOUR) == (0, True)
        with pytest.raises(HostResting, match="slow down"):
            await here.world.fetch(f"{here.site.base}/page", kind="page")
        here.wall.wait(4 * HOUR)
        here.site.feed("/a")
        await here.polled()
        assert {one.path for one in here.site.asked} == {"/a", "/b", "/c"}
        assert (await here.state(tired)).failures == 0
        assert (await here.state(well)).failures == 0
