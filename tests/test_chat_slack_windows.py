"""Windows on Slack with the real bolt client: the Home tab, the search that follows one's typing, and subscribing from
a pasted address, over an archive that is really there."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import time
from typing import Any

import pytest
import pytest_asyncio
from chat_world import Newsroom, headline, newsroom
from slack_clerk import CATALOGS
from slack_stand import SlackStand

from bot.finding import PAGE
from digests.model import Destination, Subscription

JA, EN = CATALOGS.of("ja"), CATALOGS.of("en")
HERE = Destination(platform="slack", channel="C1", tenant="T1")
MEMBER, ADMIN = "U1", "U2"
Json = dict[str, Any]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class House:
    slack: SlackStand
    room: Newsroom

    def top(self) -> Json:
        """The window that lies on top, as it stands."""
        return list(self.slack.windows.values())[-1]

    async def shows(self, words: str) -> Json:
        """Wait until the window on top says so."""
        await self.slack.until(lambda: bool(self.slack.windows) and words in str(self.top()))
        return self.top()

    async def home(self, user: str, having: str = "window-search") -> Json:
        """The Home tab, once it is there with a button of that verb."""
        self.slack.homes.pop(user, None)
        await self.slack.send_event({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"})
        await self.slack.until(lambda: bool(buttons(self.slack.homes.get(user, {"blocks": []}), having)))
        return self.slack.homes[user]


def tokens_of(slack: SlackStand) -> dict[str, str]:
    tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
    return {**tokens, "SLACK_API_URL": slack.api_url}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with (
        SlackStand() as slack,
        newsroom(tmp_path_factory.mktemp("windows"), environment=tokens_of(slack)) as room,
    ):
        await room.collect()
        await room.world.shelf.refresh(room.world.store)
        running = asyncio.create_task(room.world.chats["slack"].run())
        yield House(slack, room)
        running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await running


@pytest_asyncio.fixture(loop_scope="module")
async def house(built: House) -> AsyncIterator[House]:
    built.slack.windows.clear()
    yield built
    for order in await built.room.world.store.subscriptions():
        await built.room.world.store.remove_subscription(order.id)


def buttons(view: Json, verb: str) -> list[Json]:
    found = [e for block in view["blocks"] if block["type"] == "actions" for e in block["elements"]]
    return [element for element in found if element["action_id"].startswith(f"chokan:{verb}:")]


def order_of(house: House, **changes: Any) -> Subscription:
    feed = house.room.stand.sites[0].feed_url
    order = Subscription(id="morning", destination=HERE, feeds=(feed,), zone="Asia/Tokyo", language="ja")
    return replace(order, **changes)


# --- the Home tab -----------------------------------------------------------------------------------------------------


async def test_the_home_tab_shows_news_subscriptions_and_settings_in_the_readers_language(house: House) -> None:
    await house.room.world.store.save_subscription(order_of(house))
    admin, member = await house.home(ADMIN, having="admin-pause"), await house.home(MEMBER)
    assert [word in str(member) for word in ("morning", JA("front.settings"), JA("front.member"))] == [True] * 3
    assert [word in str(admin) for word in ("morning", EN("front.settings"), EN("front.admin"))] == [True] * 3
    titles = [headline(article) for site in house.room.stand.sites for article in site.articles[:4]]
    assert sum(title in str(member) for title in titles) == PAGE
    assert [len(buttons(view, "admin-pause")) for view in (member, admin)] == [0, 1]
    assert [len(buttons(view, "share")) for view in (member, admin)] == [0, 0]


async def test_a_change_is_seen_on_every_home_tab_that_was_opened(house: House) -> None:
    await house.room.world.store.save_subscription(order_of(house))
    await house.home(MEMBER)
    page = await house.home(ADMIN, having="admin-pause")
    await house.slack.press_in(page, buttons(page, "admin-pause")[0], user=ADMIN)
    await house.shows(EN("admin.pause.done"))
    await house.slack.until(lambda: JA("reason.by-admin") in str(house.slack.homes[MEMBER]))
    await house.slack.until(lambda: bool(buttons(house.slack.homes[ADMIN], "admin-resume")))
    assert (await house.room.world.store.subscriptions())[0].paused


async def test_what_is_opened_from_the_home_tab_opens_in_a_window_and_turns_there(house: House) -> None:
    page = await house.home(MEMBER)
    await house.slack.press_in(page, buttons(page, "open")[0])
    digest = await house.shows(JA("edition.action.more"))
    assert buttons(digest, "share") == []
    await house.slack.press_in(digest, buttons(digest, "more")[0])
    full = await house.shows(JA("edition.action.less"))
    assert full["id"] == digest["id"]


async def test_recent_lookups_stand_on_the_home_tab_until_they_are_forgotten(house: House) -> None:
    await house.slack.use_global_shortcut()
    window = await house.shows(JA("slack.search.hint"))
    (menu,) = buttons(window, "pick")
    await house.slack.press_in(window, menu, chosen="search:地震")
    await house.shows(JA("command.search.title", words="地震"))
    page = await house.home(MEMBER, having="search")
    assert "地震" in str(buttons(page, "search"))
    await house.slack.press_in(page, buttons(page, "forget")[0])
    await house.slack.until(lambda: buttons(house.slack.homes[MEMBER], "search") == [])


# --- the search window ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["shortcut", "command", "button"])
async def test_search_opens_from_everywhere_and_shows_what_is_picked(house: House, way: str) -> None:
    if way == "shortcut":
        await house.slack.use_global_shortcut()
    elif way == "command":
        await house.slack.send_command("")
    else:
        page = await house.home(MEMBER)
        await house.slack.press_in(page, buttons(page, "window-search")[0])
    window = await house.shows(JA("slack.search.hint"))
    (menu,) = buttons(window, "pick")
    wanted = house.room.stand.sites[0].articles[2]
    offered = await house.slack.type_in(window, menu["action_id"], headline(wanted)[:8])
    assert offered[0]["value"].startswith("search:")
    (chosen,) = [option["value"] for option in offered if option["text"]["text"][:20] == headline(wanted)[:20]]
    await house.slack.press_in(window, menu, chosen=chosen)
    shown = await house.shows(JA("edition.action.original"))
    assert (shown["id"], len(buttons(shown, "pick"))) == (window["id"], 1)
    assert bool(buttons(shown, "share")) is (way == "command")


async def test_pages_turn_in_the_window_they_stand_in(house: House) -> None:
    page = await house.home(ADMIN)
    await house.slack.press_in(page, buttons(page, "latest")[0], user=ADMIN)
    second = await house.shows(EN("edition.action.back"))
    await house.slack.press_in(second, buttons(second, "latest")[1], user=ADMIN)
    await house.slack.until(lambda: house.top()["blocks"] != second["blocks"])
    assert list(house.slack.windows) == [second["id"]]


async def test_the_menu_offers_the_newest_titles_before_anything_is_typed(house: House) -> None:
    await house.slack.use_global_shortcut(user=ADMIN)
    window = await house.shows(EN("slack.search.hint"))
    (menu,) = buttons(window, "pick")
    assert len(await house.slack.type_in(window, menu["action_id"], "", user=ADMIN)) == 16


async def test_what_is_shared_from_a_window_goes_to_the_channel_it_was_opened_in(house: House) -> None:
    before = len(house.slack.answers)
    await house.slack.send_command("search", user=ADMIN)
    window = await house.shows(EN("slack.search.hint"))
    await house.slack.press_in(window, buttons(window, "pick")[0], chosen="search:the", user=ADMIN)
    found = await house.shows(EN("command.search.title", words="the"))
    await house.slack.press_in(found, buttons(found, "share")[0], user=ADMIN)
    answers = await house.slack.answered(before + 1)
    assert answers[-1].body["response_type"] == "in_channel"
    assert EN("command.share.by", name="Person U2") in answers[-1].body["text"]


async def test_any_article_is_digested_with_progress_shown_in_place(house: House) -> None:
    house.room.stand.publish(1)
    before = len(house.slack.answers)
    await house.slack.send_command(f"article {house.room.stand.sites[1].url(4)}", user=ADMIN)
    told = [answer.body for answer in (await house.slack.answered(before + 3))[before:]]
    assert [one["text"] for one in told[:2]] == [EN("command.progress.reading"), EN("command.progress.digesting")]
    assert [one["replace_original"] for one in told] == [False, True, True]
    assert headline(house.room.stand.sites[1].articles[4]) in told[2]["text"]
    await house.slack.send_command(f"article {house.room.stand.sites[1].url(4)}", user=ADMIN)
    again = (await house.slack.answered(before + 4))[before + 3 :]
    assert [one.body["replace_original"] for one in again] == [False]


# --- subscribing ------------------------------------------------------------------------------------------------------


async def test_a_pasted_address_is_previewed_and_subscribed_to_from_menus(house: House) -> None:
    site = house.room.stand.sites[0]
    await house.slack.send_command("subscribe", user=ADMIN, command="/digest-admin")
    first = await house.shows(EN("admin.new.hint"))
    pasted = {
        "url": {"type": "plain_text_input", "value": site.feed_url},
        "channel": {"type": "conversations_select", "selected_conversation": "C1"},
    }
    sent = await house.slack.send_form(first, pasted, user=ADMIN)
    ack = await house.slack.ack_of(sent)
    assert (ack.payload or {})["response_action"] == "update"
    second = await house.shows(EN("admin.form.zone"))
    shown = [headline(a) in str(second["blocks"]) for a in site.articles[:4]]
    assert sum(shown) == 3
    assert str(second["blocks"]).count(EN("edition.action.more")) == 3
    given = {block["block_id"]: block["element"] for block in second["blocks"] if block["type"] == "input"}
    assert list(given) == ["channel", "at", "zone", "days", "length", "layout", "language"]
    assert (given["at"]["initial_time"], given["zone"]["initial_option"]["value"]) == ("07:00", "Europe/London")
    assert given["language"]["initial_option"]["value"] == "en"
    zones = await house.slack.type_in(second, "zone", "tokyo", user=ADMIN)
    assert [zone["value"] for zone in zones] == ["Asia/Tokyo"]
    filled: Json = {name: {"selected_option": element.get("initial_option")} for name, element in given.items()}
    filled |= {
        "channel": {"selected_conversation": "C1"},
        "at": {"selected_time": "06:30"},
        "zone": {"selected_option": zones[0]},
        "days": {"selected_options": [{"value": "0"}, {"value": "4"}]},
    }
    await house.slack.send_form(second, filled, user=ADMIN)
    await house.shows(EN("admin.subscribe.done"))
    (order,) = await house.room.world.store.subscriptions()
    assert (order.at, order.zone, order.weekdays) == (time(6, 30), "Asia/Tokyo", frozenset({0, 4}))
    assert (order.destination, order.feeds, order.keeper) == (HERE, (site.feed_url,), ADMIN)


async def test_an_address_without_a_feed_is_said_over_the_form_as_it_was_filled_in(house: House) -> None:
    await house.slack.send_command("subscribe", user=ADMIN, command="/digest-admin")
    first = await house.shows(EN("admin.new.hint"))
    await house.slack.send_form(first, {"url": {"value": "http://127.0.0.1:9/x"}}, user=ADMIN)
    again = await house.shows("127.0.0.1:9")
    assert EN("command.error.address-not-allowed") in str(again)
    assert await house.room.world.store.subscriptions() == ()


async def test_a_member_gets_no_form_and_changes_nothing(house: House) -> None:
    before = len(house.slack.answers)
    await house.slack.send_command("subscribe", user=MEMBER, command="/digest-admin")
    answers = await house.slack.answered(before + 1)
    assert JA("admin.not-allowed") in answers[-1].body["text"]
    assert house.slack.windows == {}


async def test_a_subscription_is_changed_through_its_forms(house: House) -> None:
    await house.room.world.store.save_subscription(order_of(house))
    await house.room.world.shelf.refresh(house.room.world.store)
    page = await house.home(ADMIN, having="admin-edit")
    await house.slack.press_in(page, buttons(page, "admin-edit")[0], user=ADMIN)
    form = await house.shows(EN("admin.form.zone"))
    await house.slack.send_form(form, {"at": {"selected_time": "21:15"}}, user=ADMIN)
    await house.shows(EN("admin.edit.done"))
    await house.slack.press_in(page, buttons(page, "admin-filters")[0], user=ADMIN)
    form = await house.shows(EN("admin.form.include"))
    await house.slack.send_form(form, {"include": {"value": "地震、選挙"}, "exclude": {"value": None}}, user=ADMIN)
    await house.slack.until(lambda: "地震, 選挙" in str(house.slack.homes[ADMIN]))
    (order,) = await house.room.world.store.subscriptions()
    assert (order.at, order.include, order.exclude) == (time(21, 15), ("地震", "選挙"), ())


async def test_a_group_of_the_settings_may_change_subscriptions_too(house: House) -> None:
    house.slack.groups["S1"] = [MEMBER]
    people = house.room.world.chats["slack"]._people  # type: ignore[attr-defined]
    people._groups = ("S1",)
    people._profiles.clear()
    try:
        await house.home(MEMBER)
        await house.slack.until(lambda: len(buttons(house.slack.homes[MEMBER], "admin-new")) == 1)
    finally:
        people._groups = ()
        people._profiles.clear()


async def test_a_check_from_chat_asks_for_no_second_socket(house: House) -> None:
    before = len(house.slack.called("apps.connections.open"))
    found = await house.room.world.chats["slack"].check((HERE,), "ja")
    assert [finding.ok for finding in found] == [True] * len(found)
    assert len(house.slack.called("apps.connections.open")) == before
