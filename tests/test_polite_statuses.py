"""What becomes of a feed that is gone, fails, or moves: cases by their ids on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from polite_cases import case
from polite_stand import DAY, HOUR, START, beat


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
