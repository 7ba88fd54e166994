"""Conditional requests as a feed's server sees them, and how often it sees any: cases by their ids on a real server,
with the clock set by hand."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from polite_cases import case, changing
from polite_stand import DAY, HOUR, START, Wall, beat, world_at

from bot.admin import BACKFILL
from bot.poll import discover, poll
from digests.model import Destination, Subscription, Validators


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
