"""Admins subscribe, change and ask why from chat; a tenant sees and changes only what is its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest
import pytest_asyncio
from builders import article
from chat_world import HERE, THERE, Newsroom, headline, newsroom, words
from slack_parts import Channel
from slack_stand import SlackStand

from bot.admin_words import reasons
from bot.commands import Press, Reply, Request
from bot.lookups import Quotas
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.message import Message, Paragraph, Span
from digests.model import Destination, Subscription
from digests.reasons import BY_ADMIN

JA = Catalogs(locales()).of("ja")
NEXT_DOOR = replace(HERE, channel="101")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Newsroom]:
    async with newsroom(tmp_path_factory.mktemp("admin"), feeds=False, quotas=Quotas(lookups=9_999)) as found:
        found.stand.publish(4)
        yield found


@pytest_asyncio.fixture(loop_scope="module")
async def room(house: Newsroom) -> AsyncIterator[Newsroom]:
    """The one house, swept after each test."""
    yield house
    for order in await house.world.store.subscriptions():
        await house.world.store.remove_subscription(order.id)
    for health in await house.world.store.feeds():
        await house.world.store.remove_feed(health.feed.url)
    for url, tenants in (await house.world.store.feed_owners()).items():
        for tenant in tenants:
            await house.world.store.disown_feed(url, tenant)


async def only(room: Newsroom) -> Subscription:
    (order,) = await room.world.store.subscriptions()
    return order


async def subscribed(room: Newsroom, site: int = 0, origin: Destination = HERE, **wishes: str) -> Reply:
    return await room.ask("subscribe", origin, url=room.stand.sites[site].feed_url, **wishes)


async def test_a_pasted_site_becomes_a_subscription_and_is_previewed_as_it_will_look(room: Newsroom) -> None:
    reply = await subscribed(room)
    order = await only(room)
    assert (order.destination, order.feeds) == (HERE, (room.stand.sites[0].feed_url,))
    assert (order.at, order.zone, order.language, order.origin) == (time(7), "Asia/Tokyo", "ja", "chat")
    assert "購読しました" in words(reply.message)
    newest = [headline(a) for a in room.stand.sites[0].articles[3:0:-1]]
    overview, *digests = [words(message) for message in reply.more]
    assert [title for title in newest if title not in overview] == []
    assert [title in digest for title, digest in zip(newest, digests, strict=True)] == [True] * 3
    assert [a.verb for a in reply.message.actions] == [
        "admin-send-now",
        "admin-edit",
        "admin-filters",
        "admin-pause",
        "admin-remove",
    ]


async def test_an_address_in_a_form_is_previewed_and_asked_about_before_anything_is_subscribed(room: Newsroom) -> None:
    site = room.stand.sites[0]
    offered = await room.press("admin-new", "", admin=True, fields={"url": site.feed_url})
    assert (len(offered.more), await room.world.store.subscriptions()) == (4, ())
    (button,) = offered.message.actions
    form = room.answers.form(Press(verb=button.verb, value=button.value, locale="ja", origin=HERE, admin=True))
    assert form is not None
    assert offered.form is not None
    given = {field.name: field.value for field in offered.form.fields}
    assert (given["at"], given["zone"], given["days"], given["language"]) == (
        "07:00",
        "Asia/Tokyo",
        "0,1,2,3,4,5,6",
        "ja",
    )
    await room.press(form.verb, form.value, admin=True, fields={"at": "06:15", "days": "0,4", "layout": "inline"})
    order = await only(room)
    assert (order.at, order.weekdays, order.layout) == (time(6, 15), frozenset({0, 4}), "inline")
    assert order.feeds == (site.feed_url,)


async def test_the_servers_locale_sets_language_and_zone(room: Newsroom) -> None:
    options = {"url": room.stand.sites[0].feed_url}
    asked = Request(command="subscribe", options=options, locale="ja", origin=HERE, admin=True, house="de")
    await room.answers.answer(asked)
    order = await only(room)
    assert (order.zone, order.language) == ("Europe/Berlin", "en")


async def test_wishes_are_kept_and_can_be_changed_one_by_one(room: Newsroom) -> None:
    await subscribed(room, at="6時半"[:2] + "30分", zone="Europe/Berlin", days="weekdays", layout="overview")
    await room.ask("edit", length="compact", include="選挙、地震", language="en")
    order = await only(room)
    assert (order.at, order.zone, order.weekdays) == (time(6, 30), "Europe/Berlin", frozenset(range(5)))
    assert (order.layout, order.length, order.language) == ("overview", "compact", "en")
    assert order.include == ("選挙", "地震")
    await room.ask("edit", include="-")
    assert (await only(room)).include == ()


async def test_a_second_site_joins_the_channels_edition(room: Newsroom) -> None:
    await subscribed(room, 0)
    await subscribed(room, 1)
    assert len((await only(room)).feeds) == 2
    assert "すでに" in words((await subscribed(room, 1)).message)


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"at": "25:00"}, "時刻として読めません"),
        ({"zone": "Mars/Base"}, "タイムゾーン"),
        ({"layout": "sideways"}, "選べません"),
        ({"url": "not an address"}, "うまく"),
    ],
)
async def test_what_cannot_be_done_is_said_in_plain_words_and_changes_nothing(
    room: Newsroom, wishes: dict[str, str], said: str
) -> None:
    reply = await room.ask("subscribe", HERE, **{"url": room.stand.sites[0].feed_url, **wishes})
    assert said in f"{reply.message.title}{words(reply.message)}"
    assert await room.world.store.subscriptions() == ()
    assert await room.world.store.feeds() == ()


async def test_members_and_direct_messages_change_nothing(room: Newsroom) -> None:
    options = {"url": room.stand.sites[0].feed_url}
    member = Request(command="subscribe", options=options, locale="ja", origin=HERE)
    direct = replace(member, admin=True, origin=replace(HERE, tenant=""))
    said = [words((await room.answers.answer(request)).message) for request in (member, direct)]
    assert ["管理者だけ" in said[0], "ダイレクトメッセージ" in said[1]] == [True, True]
    assert await room.world.store.subscriptions() == ()


async def test_a_subscription_is_paused_resumed_and_removed_by_its_buttons(room: Newsroom) -> None:
    card = await subscribed(room)
    value = card.message.actions[0].value
    refused = await room.press("admin-pause", value)
    assert "管理者だけ" in words(refused.message)
    paused = await room.press("admin-pause", value, admin=True)
    assert (await only(room)).paused
    assert [a.verb for a in paused.message.actions] == ["admin-resume", "admin-edit", "admin-filters", "admin-remove"]
    await room.press("admin-resume", value, admin=True)
    assert not (await only(room)).paused
    asked = await room.press("admin-remove", value, admin=True)
    assert [a.verb for a in asked.message.actions] == ["admin-card", "admin-remove-yes"]
    assert (await only(room)).id == value
    await room.press("admin-remove-yes", value, admin=True)
    assert await room.world.store.subscriptions() == ()
    assert await room.world.store.feeds() == ()


async def test_a_tenant_neither_sees_nor_changes_another_ones(room: Newsroom) -> None:
    await subscribed(room)
    order = await only(room)
    for command in ("list", "feeds", "why"):
        said = words((await room.ask(command, THERE)).message)
        assert order.id not in said
        assert order.feeds[0] not in said
    for verb in ("admin-pause", "admin-remove", "admin-send-now"):
        assert "ありません" in words((await room.press(verb, order.id, THERE, admin=True)).message)
    assert await only(room) == order
    assert order.id in words((await room.ask("list", NEXT_DOOR)).message)


async def test_why_knows_nothing_of_what_only_another_tenants_feed_brought(room: Newsroom) -> None:
    await subscribed(room, 0, HERE)
    await subscribed(room, 1, THERE)
    await room.collect()
    address = room.stand.sites[0].url(3)
    for origin, known in ((HERE, True), (THERE, False)):
        said = words((await room.ask("why", origin, article=address)).message)
        assert ("どのフィードにも" not in said) == known


async def test_two_tenants_share_a_feed_and_each_lets_go_of_its_own(room: Newsroom) -> None:
    await subscribed(room, 0, HERE)
    await subscribed(room, 0, THERE)
    url = room.stand.sites[0].feed_url
    assert (await room.world.store.feed_owners())[url] == {"discord:500", "discord:600"}
    await room.ask("remove", HERE)
    assert (await room.world.store.feed_owners())[url] == {"discord:600"}
    assert [health.feed.url for health in await room.world.store.feeds()] == [url]


async def test_quotas_hold_for_each_tenant(tmp_path: Path) -> None:
    async with newsroom(tmp_path, feeds=False, quotas=Quotas(feeds=1, subscriptions=1)) as small:
        small.stand.publish(1)
        await subscribed(small, 0)
        assert "上限" in words((await subscribed(small, 1, NEXT_DOOR)).message)
        assert "購読しました" in words((await subscribed(small, 1, THERE)).message)


async def test_the_operators_subscription_is_paused_from_chat_but_not_changed(room: Newsroom) -> None:
    mine = Subscription(id="file", destination=Destination(platform="discord", channel="100"), origin="file")
    await room.world.store.save_subscription(mine)
    assert "設定ファイル" in words((await room.ask("edit", at="08:00")).message)
    assert "設定ファイル" in words((await room.ask("remove")).message)
    await room.ask("pause")
    assert (await only(room)).paused_reason == BY_ADMIN


async def test_an_edition_is_sent_now_and_why_tells_of_it(room: Newsroom) -> None:
    await subscribed(room)
    assert "まだ配信はありません" in words((await room.ask("why")).message)
    await room.collect(0)
    assert "記事3本" in words((await room.ask("send-now")).message)
    said = words((await room.ask("why")).message)
    assert "未投稿のメッセージが" in said
    assert "次の配信" in said
    address = room.stand.sites[0].url(3)
    assert "掲載" in words((await room.ask("why", article=address)).message)
    assert "どのフィードにも" in words((await room.ask("why", article="https://nowhere.example/")).message)
    await room.ask("pause")
    assert "先に再開" in words((await room.ask("send-now")).message)


async def test_whoever_has_just_subscribed_can_send_at_once_and_nothing_new_posts_nothing(room: Newsroom) -> None:
    await subscribed(room, 3)
    assert "記事3本" in words((await room.ask("send-now")).message)
    (made,) = await room.world.store.editions(subscription=(await only(room)).id)
    assert "何も投稿しません" in words((await room.ask("send-now")).message)
    assert await room.world.store.editions(subscription=made.subscription) == (made,)


async def test_a_feed_nobody_has_read_yet_is_not_called_well(room: Newsroom) -> None:
    await subscribed(room)
    assert "· Site 0" in words((await room.ask("feeds")).message)
    assert "まだ取得していません" in words((await room.ask("feeds")).message)


async def test_a_card_names_the_feed_the_channel_and_the_next_edition(room: Newsroom) -> None:
    card = (await subscribed(room)).message
    assert "Site 0\n07:00 Asia/Tokyo、毎日 · 標準 · 一覧とスレッド · 日本語" in words(card)
    assert "次の配信: " in words(card)
    assert [span.channel for span in spans(card) if span.channel] == [HERE.channel]
    paused = words((await room.ask("pause")).message)
    assert ["一時停止中（管理者の操作）" in paused, "次の配信" in paused] == [True, False]
    english = await room.answers.answer(Request(command="list", locale="en", origin=HERE, admin=True))
    assert "paused (by an admin)" in words(english.message)


def spans(message: Message) -> list[Span]:
    paragraphs = [block for part in message.parts for block in part.blocks if isinstance(block, Paragraph)]
    return [span for block in paragraphs for span in block.spans]


async def test_a_site_in_the_form_of_the_channels_subscription_joins_it(room: Newsroom) -> None:
    """The form always gives every wish: three sites are one edition all the same, unless one is to come otherwise."""
    await subscribed(room, 0, at="06:15", layout="inline")
    for site, changes in ((1, {}), (2, {"at": "18:00"})):
        offered = await room.press("admin-new", "", admin=True, fields={"url": room.stand.sites[site].feed_url})
        assert offered.form is not None
        given = {field.name: field.value for field in offered.form.fields}
        assert (given["at"], given["layout"]) == ("06:15", "inline")
        await room.press("admin-subscribe", offered.form.value, admin=True, fields={**given, **changes})
    orders = sorted(await room.world.store.subscriptions(), key=lambda order: order.at)
    assert [(order.at, len(order.feeds)) for order in orders] == [(time(6, 15), 2), (time(18), 1)]


async def test_a_channel_never_gets_one_feed_twice_on_a_day(room: Newsroom) -> None:
    await subscribed(room, days="weekdays")
    assert "すでに" in words((await subscribed(room, at="18:00")).message)
    assert "購読しました" in words((await subscribed(room, days="weekends")).message)


async def test_where_there_are_several_each_has_a_button(room: Newsroom) -> None:
    await subscribed(room, 0)
    await subscribed(room, 1, at="18:00")
    asked = await room.ask("pause")
    names = [order.id for order in await room.world.store.subscriptions()]
    assert [(action.verb, action.value) for action in asked.message.actions] == [("admin-pause", n) for n in names]
    await room.press("admin-pause", names[1], admin=True)
    assert [order.paused for order in await room.world.store.subscriptions()] == [False, True]
    assert names[0] in words((await room.ask("edit", at="08:00")).message)
    assert len((await room.ask("preview", subscription=names[0])).more) == 4


async def test_a_channel_that_takes_no_posts_is_told_at_once(tmp_path: Path) -> None:
    async with SlackStand() as slack:
        slack.channels["C2"] = Channel(id="C2", is_member=False)
        tokens = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.api_url,
        }
        async with newsroom(tmp_path, feeds=False, environment=tokens) as house:
            house.stand.publish(1)
            shut = Destination(platform="slack", channel="C2", tenant="T1")
            reply = await subscribed(house, 0, shut)
            assert "購読しました" in words(reply.message)
            assert "/invite @Chokan" in words(reply.more[0])
            assert "/invite @Chokan" in words((await house.ask("send-now", shut)).message)
            assert await house.world.store.editions(subscription=(await only(house)).id) == ()


async def test_help_is_no_unknown_word(room: Newsroom) -> None:
    said = words((await room.ask("list", unclear="help")).message)
    assert ["わかりません" in said, "/digest-admin 購読 URL" in said] == [False, True]


async def test_what_is_no_command_is_answered_with_what_there_is(room: Newsroom) -> None:
    said = words((await room.ask("list", unclear="subscirbe https://x.example/")).message)
    assert ["「subscirbe https://x.example/」はわかりません" in said, "/digest-admin 購読 URL" in said] == [True, True]


async def test_a_site_none_of_whose_articles_can_be_read_is_subscribed_without_a_promise(tmp_path: Path) -> None:
    async with newsroom(tmp_path, feeds=False) as shut:
        shut.stand.publish(1)
        shut.stand.sites[0].broken = True
        reply = await subscribed(shut, 0)
        assert ("見本はありません" in words(reply.message), reply.more) == (True, ())


async def test_a_preview_posts_and_keeps_nothing(room: Newsroom) -> None:
    reply = await room.ask("preview", url=room.stand.sites[2].feed_url)
    assert (len(reply.more), [action.verb for action in reply.message.actions]) == (4, ["admin-subscribe"])
    assert await room.world.store.subscriptions() == ()
    assert await room.world.store.feeds() == ()
    assert "まだ購読がありません" in words((await room.ask("preview")).message)


async def test_feeds_are_listed_with_how_they_do(room: Newsroom) -> None:
    await subscribed(room)
    await room.collect(0)
    assert "✓ Site 0" in words((await room.ask("feeds")).message)


async def test_every_reason_has_its_words() -> None:
    now = article().first_seen
    order = Subscription(id="s", destination=HERE, feeds=(article().feed or "",), created=now)
    said = [
        reasons(order, article(), (), now, JA),
        reasons(replace(order, feeds=("https://other.example/",)), article(), (), now, JA),
        reasons(replace(order, exclude=("見出し",)), article(), (), now, JA),
        reasons(order, article(first_seen=now.replace(year=2020)), (), now, JA),
        reasons(replace(order, paused=True), article(), (), now, JA),
        reasons(order, None, (), now, JA),
    ]
    keys = ("to-come", "other-feed", "filtered", "too-old", "paused-now", "unknown")
    assert said == [[JA(f"admin.why.{key}", name="s")] for key in keys]
