"""How a feed's server experiences us: each case of the shared list of polite manners by its id, against a real server
on loopback, with the clock set by hand. What the numbers are is ours; the ids are the list's."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import pytest
from aiohttp import web
from polite_stand import DAY, HOUR, START, WORDS, Beat, Wall, beat, rss, world_at

from bot.admin import BACKFILL
from bot.poll import discover, poll
from digests.errors import ChokanError, HostResting
from digests.model import Destination, Subscription, Validators
from digests.polling import LONGEST, RETRY_LIMIT, SHORTEST

SHARED = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "polite_cases.json"
COVERED: set[str] = set()
JITTERED = 1.1
TAGGED = {"ETag": '"v1"'}


F = TypeVar("F", bound=Callable[..., Any])


def case(*ids: str) -> Callable[[F], F]:
    """Mark a test as that of these cases."""
    COVERED.update(ids)
    return lambda test: test


def rows(*cases: tuple[Any, ...]) -> list[Any]:
    """Parameters whose first is the id of a case."""
    COVERED.update(row[0] for row in cases)
    return [pytest.param(*row[1:], id=row[0]) for row in cases]


def test_the_shared_list_is_covered() -> None:
    if not SHARED.exists():
        pytest.skip("the project's shared list of polite cases is not here")
    from test_polite_hubs import COVERED as AT_HUBS

    wanted = {row["id"] for row in json.loads(SHARED.read_text(encoding="utf-8"))}
    assert wanted - COVERED - AT_HUBS == set()


def changing(here: Beat, path: str = "/feed", **headers: str) -> str:
    """A feed with validators that answers 304 to them."""

    def answer(request: web.Request) -> web.Response:
        tag = headers.get("ETag", '"v1"')
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        body = rss(here.site.base, START, (1, 25, 49))
        return web.Response(body=body.encode(), headers={"ETag": tag, **headers})

    here.site.answers[path] = answer
    return here.site.base + path


# --- validators ---------------------------------------------------------------------------------------------------


@case("uncond-once")
async def test_only_the_very_first_request_has_no_condition_even_after_restarts(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(changing(here, **{"Last-Modified": "Mon, 02 Mar 2026 05:00:00 GMT"}))
        await here.polls(10)
        url = f"sqlite:///{here.world.store.database.name}"  # type: ignore[attr-defined]
        async with world_at(url, here.wall, [here.site]) as again:
            here.world = again
            await here.polls(10)
        asked = here.site.of("/feed")
        assert [one.conditional for one in asked] == [False] + [True] * 19


@pytest.mark.parametrize(
    "tag", ['"say \\"hi\\""', 'W/"weak-7"', "bare-word", '"' + "z" * 300 + '"', '"one,two"', '"  spaced  "']
)
@case("inm-exact")
async def test_an_etag_comes_back_byte_for_byte(tag: str, tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(ETag=tag))
        await here.polls(2)
        assert here.site.of("/feed")[1].says("If-None-Match") == tag


@case("ims-exact")
async def test_a_date_comes_back_as_it_was_written_however_odd(tmp_path: Path) -> None:
    odd = "Sun, 3 Feb 2025 9:05:00 GMT"  # a Monday, and two digits missing
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(Last_Modified=odd))
        await here.polls(2)
        assert here.site.of("/feed")[1].says("If-Modified-Since") == odd


@case("both-validators")
async def test_both_validators_are_sent_back(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(ETag='"t"', Last_Modified="Mon, 02 Mar 2026 05:00:00 GMT"))
        await here.polls(2)
        second = here.site.of("/feed")[1]
        assert (second.says("If-None-Match"), second.says("If-Modified-Since")) == (
            '"t"',
            "Mon, 02 Mar 2026 05:00:00 GMT",
        )


@case("validators-replaced")
async def test_a_new_body_replaces_both_and_the_old_ones_never_return(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(ETag='"old"', Last_Modified="Mon, 02 Mar 2026 05:00:00 GMT"))
        await here.polls(1)
        here.site.feed(ETag='"new"')
        await here.polls(4)
        later = here.site.of("/feed")[2:]
        assert {(one.says("If-None-Match"), one.says("If-Modified-Since")) for one in later} == {('"new"', None)}


@case("validators-after-304")
async def test_a_304_may_bring_a_newer_tag(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(ETag='"a"', Last_Modified="Mon, 02 Mar 2026 05:00:00 GMT"))
        await here.polls(1)
        here.site.says("/feed", 304, "", ETag='"b"')
        await here.polls(2)
        assert [one.says("If-None-Match") for one in here.site.of("/feed")] == [None, '"a"', '"b"']
        assert here.site.of("/feed")[2].says("If-Modified-Since") == "Mon, 02 Mar 2026 05:00:00 GMT"


@case("validators-not-before-commit")
async def test_what_could_not_be_saved_certifies_nothing(tmp_path: Path) -> None:
    """The crash itself is played by `make torture` (crash-04, crash-05); here the transaction fails."""
    async with beat(tmp_path) as here:
        url = await here.add(here.site.feed(ETag='"v1"'))
        engine = here.world.store.database.engine  # type: ignore[attr-defined]
        async with engine.begin() as connection:
            await connection.exec_driver_sql(
                "CREATE TRIGGER broken BEFORE INSERT ON seen BEGIN SELECT RAISE(FAIL, 'no'); END"
            )
        await here.polled()
        async with engine.begin() as connection:
            await connection.exec_driver_sql("DROP TRIGGER broken")
        assert (await here.state(url)).validators == Validators()
        here.wall.wait(HOUR)
        await here.polled()
        assert [one.conditional for one in here.site.of("/feed")] == [False] * len(here.site.of("/feed"))
        assert (await here.state(url)).validators == Validators(etag='"v1"')


@case("validators-not-on-parse-error")
async def test_a_broken_body_is_asked_for_again_without_its_tag(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.says("/feed", 200, "<rss><channel", ETag='"broken"', Content_Type="text/plain"))
        await here.polls(2)
        assert (await here.state(url)).validators == Validators()
        assert [one.conditional for one in here.site.of("/feed")] == [False, False]


@case("validators-per-url")
async def test_the_validators_of_one_address_never_go_to_another(tmp_path: Path) -> None:
    async with beat(tmp_path, sites=2) as here:
        (other,) = here.others
        await here.add(here.site.feed(ETag='"first-site"'))
        await here.polls(1)
        moved = other.feed("/new", ETag='"second-site"')
        here.site.says("/feed", 301, "", Location=moved)
        await here.polls(4)
        assert '"first-site"' not in {one.says("If-None-Match") for one in other.asked}


@case("validators-aged")
async def test_conditions_do_not_wear_out_with_age(tmp_path: Path) -> None:
    """Our choice of the two: a body we hold stays certified by its validators, however long ago it came."""
    async with beat(tmp_path) as here:
        await here.add(changing(here))
        await here.polls(1)
        here.wall.wait(9 * DAY)
        await here.polls(12)
        assert [one.conditional for one in here.site.of("/feed")] == [False] + [True] * 12


# --- how often ----------------------------------------------------------------------------------------------------


@case("interval-min")
async def test_no_feed_is_asked_twice_within_the_hour_whoever_asks(tmp_path: Path) -> None:
    """A busy feed, two subscriptions, a clock set back and on again, and a storm of previews and rounds."""
    async with beat(tmp_path) as here:
        url = await here.add(here.site.feed("/feed", *(n / 30 for n in range(1, 40)), ETag='"v1"'))
        for name in ("one", "two"):
            order = Subscription(id=name, destination=Destination(platform="console"), feeds=(url,))
            await here.world.store.save_subscription(order)
        for minute in range(0, 300, 7):
            here.wall.now = START + timedelta(minutes=minute)
            await here.polled()
        here.wall.wait(-2 * HOUR)
        await here.through(4 * HOUR, timedelta(minutes=7))
        moments = sorted(one.at for one in here.site.of("/feed"))
        gaps = [later - earlier for earlier, later in pairwise(moments)]
        assert len(moments) >= 4
        assert min(gaps) >= timedelta(minutes=59)


@case("interval-min")
async def test_a_storm_of_looks_at_a_feed_is_one_request(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = here.site.feed()
        for _ in range(20):
            assert await discover(here.world, url) == url
            here.wall.wait(timedelta(minutes=1))
        await here.add(url, backfill=BACKFILL)
        await here.polled()
        assert len(here.site.of("/feed")) == 1


@case("interval-uncond")
async def test_a_server_without_validators_is_asked_less_and_less_up_to_once_a_day(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        await here.add(here.site.feed())
        waits = await here.polls(8)
        assert waits[0] >= HOUR
        assert waits == sorted(waits)
        assert waits[-1] >= DAY


@case("restart-storm")
async def test_ten_restarts_in_five_minutes_are_no_request_more(tmp_path: Path) -> None:
    wall = Wall()
    async with beat(tmp_path) as here:
        await here.add(here.site.feed(ETag='"v1"'))
        await here.polled()
        wall.now = here.wall.now
        url = f"sqlite:///{here.world.store.database.name}"  # type: ignore[attr-defined]
        for _ in range(10):
            wall.wait(timedelta(seconds=30))
            async with world_at(url, wall, [here.site]) as again:
                assert await poll(again) == ()
        assert len(here.site.asked) == 1


@case("one-fetch-per-url")
async def test_three_hundred_subscriptions_of_a_feed_are_one_request(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.feed())
        for number in range(300):
            place = Destination(platform="discord", channel=str(number), tenant=str(number))
            await here.world.store.save_subscription(Subscription(id=f"s{number}", destination=place, feeds=(url,)))
        await here.polled()
        assert len(here.site.asked) == 1


# --- what a request looks like ------------------------------------------------------------------------------------


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


# --- what an answer asks for: (status, headers, what the channel says besides its entries, least and most wait) -----

SIX = {"Date": f"{START:%a, %d %b %Y} 06:00:00 GMT"}
QUICK = tuple(n / 60 for n in range(1, 12))
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


# --- statuses -----------------------------------------------------------------------------------------------------


@case("status-47")
async def test_a_feed_that_is_gone_is_not_asked_again(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.says("/feed", 410))
        await here.through(3 * DAY, 6 * HOUR)
        assert len(here.site.asked) == 1
        state = await here.state(url)
        assert state.stopped
        assert "gone for good" in (state.last_error or "")


@case("status-48")
async def test_a_feed_that_is_not_found_is_asked_less_and_less_and_stopped_after_thirty_days(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.says("/feed", 404))
        waits = await here.polls(8)
        assert waits == sorted(waits)
        assert DAY <= waits[-1] <= 1.1 * DAY
        await here.polls(32)
        assert (await here.state(url)).stopped
        assert here.wall.now - START < 40 * DAY


@case("status-50")
async def test_failures_back_off_with_jitter_and_are_forgotten_on_success(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        urls = [await here.add(here.site.says(f"/{name}", 500)) for name in "abcdefgh"]
        await here.polled()
        first = [(await here.state(url)).next_poll for url in urls]
        assert len(set(first)) == len(urls)
        here.site.feed("/a", ETag='"v"')
        here.wall.wait(2 * HOUR)
        await here.polled()
        assert [(await here.state(url)).failures for url in urls] == [0] + [2] * 7


@case("status-51", "status-55")
async def test_a_permanent_redirect_is_believed_the_second_time(tmp_path: Path) -> None:
    """The new address is a feed we have already: the two become one, and nothing in it is new again."""
    async with beat(tmp_path) as here:
        new = here.site.feed("/new", 1, 2, 3, ETag='"v"')
        old = await here.add(here.site.says("/old", 308, "", Location="/new"))
        await here.add(new)
        await here.polled()
        assert {health.feed.url for health in await here.world.store.feeds()} == {old, new}
        here.wall.wait(2 * DAY)
        await here.polled()
        assert [health.feed.url for health in await here.world.store.feeds()] == [new]
        here.wall.wait(2 * DAY)
        (again,) = await here.polled()
        assert again.new == 0
        assert len(here.site.of("/old")) == 2


@pytest.mark.parametrize("status", [302, 303, 307])
@case("status-52")
async def test_a_temporary_redirect_changes_nothing(status: int, tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        here.site.feed("/elsewhere", ETag='"v"')
        url = await here.add(here.site.says("/feed", status, "", Location="/elsewhere"))
        await here.polls(4)
        assert [health.feed.url for health in await here.world.store.feeds()] == [url]


@case("status-53")
async def test_a_portal_that_answers_for_everything_moves_no_feed(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        here.site.says("/portal", 200, "<html><body>Please log in.</body></html>", Content_Type="text/html")
        url = await here.add(here.site.says("/feed", 301, "", Location="/portal"))
        await here.polls(5)
        assert [health.feed.url for health in await here.world.store.feeds()] == [url]
        here.site.feed("/feed")
        here.wall.wait(DAY)
        await here.polled()
        assert (await here.state(url)).failures == 0


@case("status-54")
async def test_redirects_in_a_circle_move_nothing(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.says("/a", 301, "", Location="/b"))
        here.site.says("/b", 301, "", Location="/a")
        await here.polls(5)
        assert [health.feed.url for health in await here.world.store.feeds()] == [url]
        assert (await here.state(url)).failures == 5


@case("status-54")
async def test_redirects_that_name_another_address_each_time_move_nothing(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(f"{here.site.base}/feed")
        for turn in range(6):
            here.site.says("/feed", 301, "", Location=f"/{turn % 2}")
            here.site.feed(f"/{turn % 2}", ETag=f'"{turn}"')
            await here.polls(1)
        assert [health.feed.url for health in await here.world.store.feeds()] == [url]


@case("status-56")
async def test_not_changed_as_an_answer_to_a_first_question_is_a_failure(tmp_path: Path) -> None:
    async with beat(tmp_path) as here:
        url = await here.add(here.site.says("/feed", 304))
        await here.polls(1)
        state = await here.state(url)
        assert (state.failures, state.succeeded) == (1, None)


# --- hosts and pages ----------------------------------------------------------------------------------------------


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
