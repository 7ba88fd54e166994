"""Members find what they ask for, in private, and every button carries all it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from chat_world import HERE, THERE, Newsroom, headline, newsroom, verbs, words

from bot.app import poll_and_digest
from bot.commands import Press
from bot.finding import PAGE, cut_query
from bot.lookups import Lookups, Quotas
from digests.answers import ROOM
from digests.message import Message
from digests.model import Destination, Subscription
from digests.urls import article_id

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Newsroom]:
    """One for all tests here: they read, and what they write stays out of each other's way."""
    async with newsroom(tmp_path_factory.mktemp("room"), quotas=Quotas(lookups=10_000)) as found:
        await found.collect(3)
        yield found


async def test_the_newest_are_paged_in_place_and_opened_beside(room: Newsroom) -> None:
    first = await room.ask("latest")
    assert verbs(first) == ["open"] * PAGE + ["latest", "share"]
    second = await room.follow(first, "latest")
    assert (second.in_place, verbs(second)[:PAGE]) == (True, ["open"] * PAGE)
    third = await room.follow(second, "latest", 1)
    back = await room.follow(third, "latest")
    assert words(back.message) == words(second.message)
    opened = await room.follow(first, "open")
    assert (opened.in_place, verbs(opened)[0], verbs(opened)[-1]) == (False, "more", "wrong")


async def test_a_feed_is_named_by_its_address_or_its_title(room: Newsroom) -> None:
    site = room.stand.sites[1]
    for said in (site.feed_url, "site 1"):
        reply = await room.ask("latest", feed=said)
        assert len([v for v in verbs(reply) if v == "open"]) == 3
        assert headline(site.articles[0]) in words(reply.message)
    assert "ありません" in words((await room.ask("latest", feed="nowhere")).message)


async def test_a_day_is_asked_for_in_words(room: Newsroom) -> None:
    today = words((await room.ask("today")).message)
    assert today == words((await room.ask("date", day="今日")).message)
    assert str(room.world.clock().year) in today
    assert "要約はありません" in words((await room.ask("date", day="1999-02-13")).message)
    assert "読めません" in words((await room.ask("date", day="なんとなく")).message)


async def test_a_search_is_paged_with_the_same_words_however_long(room: Newsroom) -> None:
    reply = await room.ask("search", words="  の   " + "😀" * 100)
    assert verbs(reply)[-1] == "share"
    title = headline(room.stand.sites[0].articles[0])
    found = await room.ask("search", words=title)
    assert title in words(found.message)
    assert all(len(a.verb) + 1 + len(a.value) <= ROOM for a in found.message.actions)
    assert "添えて" in words((await room.ask("search", words="  ")).message)


async def test_any_address_is_digested_on_the_spot_once(room: Newsroom) -> None:
    site = room.stand.sites[2]
    room.stand.publish(1)
    reply = await room.ask("article", url=site.url(3))
    assert headline(site.articles[3]) in words(reply.message)
    again = await room.ask("article", url=site.url(3))
    assert words(again.message) == words(reply.message)
    assert "アドレス" in words((await room.ask("article", url="nonsense")).message)


async def test_related_articles_are_found_for_words_and_for_an_address(room: Newsroom) -> None:
    site = room.stand.sites[0]
    by_url = await room.ask("related", to=site.url(0))
    assert headline(site.articles[0]) in by_url.message.title
    assert words((await room.ask("related", to="選挙 交渉")).message)


async def test_a_digest_is_read_more_less_and_by_its_sources(room: Newsroom) -> None:
    opened = await room.follow(await room.ask("latest"), "open")
    full = await room.follow(opened, "more")
    less = await room.follow(full, "less")
    assert (full.in_place, less.in_place, verbs(full)[0]) == (True, True, "less")
    assert words(less.message) == words(opened.message)
    assert len(words(full.message)) >= len(words(less.message))
    article = next(action.value for action in opened.message.actions if action.verb == "more")
    assert "出典" in words((await room.press("sources", article)).message)


async def test_what_is_shared_says_who_shared_it_and_cannot_be_shared_again(room: Newsroom) -> None:
    shown = await room.ask("latest")
    reply = await room.follow(shown, "share")
    assert reply.share is not None
    assert "Aliceさんが共有" in words(reply.share)
    assert "share" not in [action.verb for action in reply.share.actions]
    assert words(shown.message) in words(reply.share)
    assert (await room.press("share", "admin-remove|x", name="Mallory")).share is None


async def test_a_complaint_is_kept_for_the_operator(room: Newsroom) -> None:
    press = Press(verb="wrong", value="a1", locale="ja", origin=HERE)
    form = room.answers.form(press)
    assert form is not None
    assert [field.name for field in form.fields] == ["text"]
    await room.press("wrong", "a1", fields={"text": " 数字が違う " + "x" * 5000})
    (said,) = await room.world.store.feedback()
    assert (said.digest, said.origin, said.text[:6], len(said.text)) == ("a1", "discord:100", "数字が違う ", 1000)


async def test_an_old_or_foreign_button_is_answered_in_words(room: Newsroom) -> None:
    for verb, value in (("open", "gone"), ("nonsense", ""), ("latest", "²|x"), ("share", ""), ("related", "0|gone")):
        assert words((await room.press(verb, value)).message)


async def test_links_in_a_message_are_offered(room: Newsroom) -> None:
    one, two = room.stand.sites[0].url(0), room.stand.sites[1].url(0)
    assert headline(room.stand.sites[0].articles[0]) in words((await room.ask("link", text=f"見て {one}。")).message)
    both = await room.ask("link", text=f"<{one}|a> ({two})")
    assert [action.value for action in both.message.actions] == [one, two]
    assert headline(room.stand.sites[1].articles[0]) in words((await room.follow(both, "article", 1)).message)
    assert "リンクはありません" in words((await room.ask("link", text="no links")).message)


async def test_suggestions_come_from_memory_after_each_round(room: Newsroom) -> None:
    await poll_and_digest(room.world)
    feeds = await room.answers.suggest("latest", "feed", "SITE", "ja", HERE)
    titles = await room.answers.suggest("article", "url", "", "ja", HERE)
    days = await room.answers.suggest("date", "day", "", "ja", HERE)
    zones = await room.answers.suggest("subscribe", "zone", "tokyo", "ja", HERE)
    assert [s.label for s in feeds] == ["Site 0", "Site 1", "Site 2", "Site 3"]
    assert (len(titles), len(days)) == (12, 25)
    assert [s.value for s in zones] == ["Asia/Tokyo"]
    assert all(len(s.label) <= 100 and len(s.value) <= 100 for s in (*feeds, *titles, *days))
    (asked,) = await room.answers.suggest("date", "day", "1999-01-02", "en", HERE)
    assert asked.value == "1999-01-02"


async def test_another_tenants_feed_is_neither_shown_nor_suggested(room: Newsroom) -> None:
    site = room.stand.sites[0]
    await room.world.store.own_feed(site.feed_url, "discord:500", room.world.clock())
    await room.world.shelf.refresh(room.world.store)
    title = headline(site.articles[0])
    assert title in words((await room.ask("search", HERE, words=title)).message)
    for origin in (THERE, None, Destination(platform="discord", channel="9")):
        assert title not in words((await room.ask("search", origin, words=title)).message).partition("\n")[2]
        pages = [await room.ask("latest", origin)]
        while "latest" in verbs(pages[-1]) and len(pages) < 4:
            turn = [a for a in pages[-1].message.actions if a.verb == "latest"][-1]
            pages.append(await room.press("latest", turn.value, origin))
        assert not any(title in words(page.message) for page in pages)
        assert "Site 0" not in [s.label for s in await room.answers.suggest("latest", "feed", "", "ja", origin)]
        assert "ありません" in words((await room.ask("latest", origin, feed=site.feed_url)).message)
        assert "Site 0" not in words((await room.ask("feeds", THERE)).message)
        assert title not in [s.label for s in await room.answers.suggest("article", "url", title, "ja", origin)]
        for day in ("今日", room.world.clock().date().isoformat()):
            assert title not in words((await room.ask("date", origin, day=day)).message)
        held = article_id(site.url(0))
        for verb in ("open", "more", "sources", "related", "article"):
            assert title not in words((await room.press(verb, held, origin)).message)
        assert (await room.press("share", f"open|{held}", origin)).share is None
        assert title not in words((await room.ask("related", origin, to=held)).message)
    assert title in words((await room.ask("article", THERE, url=site.url(0))).message)
    assert title in words((await room.ask("search", THERE, words=title)).message)
    assert title not in words((await room.ask("search", None, words=title)).message).partition("\n")[2]
    await room.world.store.disown_feed(site.feed_url, "discord:500")


async def test_a_server_that_asks_too_much_waits_and_others_do_not(tmp_path: Path) -> None:
    async with newsroom(tmp_path, feeds=False, quotas=Quotas(lookups=2)) as room:
        said = [words((await room.ask("latest")).message) for _ in range(3)]
        assert "多すぎます" in said[2]
        assert "多すぎます" not in said[1]
        assert "多すぎます" not in words((await room.ask("latest", THERE)).message)


async def test_help_names_every_command(room: Newsroom) -> None:
    for locale, names in (("ja", "最新 今日 日付 検索 記事 関連"), ("en", "latest today date search article related")):
        said = words((await room.ask("help", locale=locale)).message)
        assert [name for name in names.split() if name not in said] == []


async def test_what_a_reader_looked_up_is_a_button_away_until_it_is_forgotten(room: Newsroom) -> None:
    place = Destination(platform="slack", channel="D1", tenant="T1")
    site = room.stand.sites[0]
    title = headline(site.articles[0])
    found = await room.ask("search", place, words=f"  {title} ")
    opened = await room.ask("article", place, url=site.url(0))
    for command, given in (("help", {}), ("search", {"words": " "}), ("search", {"words": "qxzqxz"})):
        await room.ask(command, place, **given)
    kept = await room.answers.recent(place, "alice")
    assert [one.label for one in kept] == [title, cut_query(title)]
    for one, first in zip(kept, (opened, found), strict=True):
        assert words((await room.press(one.verb, one.value, place)).message) == words(first.message)
    assert await room.answers.recent(place, "bob") == ()
    assert "消しました" in words((await room.press("forget", "", place, reader="alice")).message)
    assert await room.answers.recent(place, "alice") == ()


async def test_buttons_of_a_year_ago_answer_whatever_became_of_their_subscription(room: Newsroom) -> None:
    """Also after a restart: nothing but the button's own value is needed."""
    old = (await room.follow(await room.ask("latest"), "open")).message
    order = Subscription(id="gone", destination=HERE, feeds=(room.stand.sites[0].feed_url,), language="ja")
    changed = replace(order, layout="overview", length="compact", language="en")
    for one in (order, changed, replace(order, paused=True)):
        await room.world.store.save_subscription(one)
        await answered_a_year_later(room, old)
    await room.world.store.remove_subscription(order.id)
    await answered_a_year_later(room, old)


async def answered_a_year_later(room: Newsroom, old: Message) -> None:
    later = room.world.clock() + timedelta(days=366)
    world = replace(room.world, clock=lambda: later)
    restarted = Newsroom(world, Lookups(world), room.stand)
    pressed = {action.verb: action.value for action in old.actions if not action.url}
    assert {"more", "share", "wrong"} <= set(pressed)
    for verb, value in pressed.items():
        reply = await restarted.press(verb, value, name="Alice")
        assert "保存されていません" not in words(reply.message)
        assert (reply.share is not None) == (verb == "share")
    assert words((await restarted.press("less", pressed["more"])).message) == words(old)


async def test_an_interaction_waits_for_no_work(room: Newsroom) -> None:
    """What is asked from memory is answered while every worker is taken, and without a turn of the event loop."""
    await room.world.shelf.refresh(room.world.store)
    typing = room.answers.suggest("article", "url", "", "ja", HERE)
    with pytest.raises(StopIteration) as done:
        typing.send(None)
    assert 0 < len(done.value.value) <= 25


async def test_a_feed_is_no_article_and_what_a_site_answers_is_said(room: Newsroom) -> None:
    site = room.stand.sites[0]
    said = [
        words((await room.ask("article", url=url, locale="en")).message)
        for url in (site.feed_url, room.stand.sites[1].feed_url, room.stand.sites[2].feed_url, site.url(99))
    ]
    assert [text.startswith("This is a feed, not an article.") for text in said] == [True, True, True, False]
    assert "(error 404)" in said[3]


async def test_before_anybody_subscribed_the_way_there_is_said(room: Newsroom, tmp_path: Path) -> None:
    async with newsroom(tmp_path, feeds=False) as empty:
        assert "/digest-admin 購読" in words((await empty.ask("latest")).message)
        order = Subscription(id="m", destination=HERE)
        await empty.world.store.save_subscription(order)
        assert "/digest-admin" not in words((await empty.ask("latest")).message)
    assert "/digest-admin subscribe" in words((await room.ask("help", locale="en")).message)
