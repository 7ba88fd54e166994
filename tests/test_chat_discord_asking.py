"""Menus, forms, sharing and the admin's commands through the real client against a simulated Discord."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from discord_house import House, words
from discord_samples import CATALOGS, DIGEST, Desk, discords_rules, said

from bot.admin_forms import order_form
from bot.commands import Field, Form, Press, Progress, Reply, Request, Suggestion
from bot.discord_forms import filled_in, modal_of
from digests.model import Destination, Subscription

pytestmark = pytest.mark.simcord(shard_count=1)

KINDS = (Suggestion(label="誤り", value="w"), Suggestion(label="不明", value="u"))
COMPLAINT = Form(
    title="誤り・不明点",
    verb="wrong",
    value="d41d8cd9",
    send="送信",
    fields=(
        Field(name="text", label="どこが誤りですか", long=True),
        Field(
            name="kind",
            label="種類",
            choices=(Suggestion(label="誤り", value="w"), Suggestion(label="不明", value="u")),
        ),
    ),
)


class Patient(Desk):
    """Tells of each step."""

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        for step in ("1/2", "2/2"):
            if progress:
                await progress(said(step))
        return await super().answer(request)


def admin_of(house: House) -> Any:
    role = house.guild.create_role("editors", permissions=discord.Permissions(manage_guild=True))
    return house.guild.add_member(house.env.create_user("carol"), roles=[role])


async def test_a_link_in_any_message_is_digested_from_its_menu(house: House) -> None:
    message = await house.alice.send(house.channel, "見て https://news.example/a と https://news.example/b")
    result = await house.alice.context_menu(house.channel, "Digest this link", message)
    assert (result.acknowledged, result.ephemeral) == (True, True)
    (asked,) = house.desk.asked
    assert isinstance(asked, Request)
    assert (asked.command, asked.options["text"]) == ("link", message.content)


async def test_the_menu_finds_what_our_own_messages_link_to(house: House) -> None:
    await house.post()
    assert house.channel.last_message is not None
    await house.alice.context_menu(house.channel, "Digest this link", house.channel.last_message)
    (asked,) = house.desk.asked
    assert isinstance(asked, Request)
    assert "https://example.jp/news?id=1" in asked.options["text"]


async def test_the_menu_is_named_in_japanese_too(house: House) -> None:
    menu = next(command for command in house.writes()[0].json if command["type"] == 3)
    assert menu["name_localizations"] == {"ja": "リンクを要約"}


async def test_a_form_is_opened_sent_and_answered_privately_even_after_a_restart(house: House) -> None:
    house.desk.opens = COMPLAINT
    await house.post()
    await house.restart()
    assert house.channel.last_message is not None
    shown = await house.alice.click(house.channel.last_message, label="続きを読む")
    assert shown.modal is not None
    assert (shown.modal["title"], shown.modal["custom_id"]) == ("誤り・不明点", "wrong:d41d8cd9")
    await house.restart()
    house.desk.message = said("ありがとうございます")
    result = await house.alice.submit_modal(shown, {"text": "数字が違う", "kind": ["w"]})
    assert result.ephemeral
    (press,) = house.desk.asked
    assert isinstance(press, Press)
    assert (press.verb, press.value, press.fields) == ("wrong", "d41d8cd9", {"text": "数字が違う", "kind": "w"})
    assert house.chat.client._connection._view_store._modals == {}


async def test_a_form_left_empty_is_sent_all_the_same(house: House) -> None:
    house.desk.opens = COMPLAINT
    await house.post()
    assert house.channel.last_message is not None
    shown = await house.alice.click(house.channel.last_message, label="続きを読む")
    await house.alice.submit_modal(shown, {})
    (press,) = house.desk.asked
    assert isinstance(press, Press)
    assert set(press.fields.values()) == {""}


async def test_what_is_shared_stands_in_the_channel_and_says_who_did_it(house: House) -> None:
    shown = await house.alice.slash(house.channel, "digest latest")
    assert shown.response is not None
    house.desk.in_place, house.desk.share, house.desk.message = False, said("みんなへ"), said("共有しました")
    result = await house.alice.click(shown.response, label="続きを読む")
    public = [message for message in result.followups if not message.ephemeral]
    assert [words(message.components) for message in public] == ["みんなへ"]
    assert words(shown.response.components) != "共有しました"
    press = house.desk.asked[-1]
    assert isinstance(press, Press)
    assert press.name == "alice"


async def test_nobody_shares_where_they_or_the_bot_may_not_write(house: House) -> None:
    everyone = house.guild.default_role
    quiet = house.guild.create_text_channel(
        "announcements", overwrites={everyone: discord.PermissionOverwrite(send_messages=False)}
    )
    shown = await house.alice.slash(quiet, "digest latest")
    assert shown.response is not None
    house.desk.in_place, house.desk.share = False, said("みんなへ")
    result = await house.alice.click(shown.response, label="続きを読む")
    assert [message for message in result.followups if not message.ephemeral] == []
    assert CATALOGS.of("en")("command.share.refused") in words(result.followups[0].components)


async def test_an_answer_goes_on_in_the_messages_that_belong_to_it(house: House) -> None:
    house.desk.more = (said("一"), said("二"), DIGEST)
    result = await house.alice.slash(house.channel, "digest latest")
    assert [words(message.components)[:1] for message in result.followups[:2]] == ["一", "二"]
    assert len(result.followups) == 3
    assert all(message.ephemeral for message in result.followups)


# --- admins -----------------------------------------------------------------------------------------------------------


async def test_admin_commands_are_for_those_who_manage_the_server_and_for_servers_only(house: House) -> None:
    admin = next(command for command in house.writes()[0].json if command["name"] == "digest-admin")
    assert int(admin["default_member_permissions"]) == discord.Permissions(manage_guild=True).value
    assert (admin["contexts"], admin["integration_types"]) == ([0], [0])
    assert "digest-admin" not in " ".join(house.alice.available_commands(house.channel))
    carol = admin_of(house)
    assert "digest-admin" in " ".join(carol.available_commands(house.channel))


async def test_an_admin_subscribes_with_choices_from_menus(house: House) -> None:
    carol = admin_of(house)
    result = await carol.slash(
        house.channel, "digest-admin subscribe", url="https://news.example", layout="inline", at="06:30"
    )
    assert result.ephemeral
    (asked,) = house.desk.asked
    assert isinstance(asked, Request)
    assert (asked.command, asked.admin) == ("subscribe", True)
    assert asked.options == {"url": "https://news.example", "layout": "inline", "at": "06:30"}


async def test_choices_and_options_are_localised(house: House) -> None:
    admin = next(command for command in house.writes()[0].json if command["name"] == "digest-admin")
    subscribe = next(option for option in admin["options"] if option["name"] == "subscribe")
    layout = next(option for option in subscribe["options"] if option["name"] == "layout")
    assert (subscribe["name_localizations"], layout["name_localizations"]) == ({"ja": "購読"}, {"ja": "表示"})
    assert [choice["value"] for choice in layout["choices"]] == ["thread", "inline", "overview"]
    assert layout["choices"][1]["name_localizations"] == {"ja": "すべてチャンネルに"}


async def test_a_button_on_a_public_message_gives_a_member_no_rights(house: House) -> None:
    await house.post()
    assert house.channel.last_message is not None
    await house.alice.click(house.channel.last_message, label="続きを読む")
    await admin_of(house).click(house.channel.last_message, label="続きを読む")
    assert [press.admin for press in house.desk.asked] == [False, True]


async def test_forms_menus_and_shares_are_what_discord_describes(house: House) -> None:
    if discords_rules() is None:
        pytest.skip("Discord's OpenAPI document is not here (set DISCORD_OPENAPI to its path)")
    shown = await house.alice.slash(house.channel, "digest latest")
    assert shown.response is not None
    house.desk.in_place, house.desk.share = False, said("みんなへ")
    await house.alice.click(shown.response, label="続きを読む")
    house.desk.opens = COMPLAINT
    form = await house.alice.click(shown.response, label="続きを読む")
    await house.alice.submit_modal(form, {"text": "x"})
    found, seen = house.violations()
    assert found == []
    assert "ApplicationCommandUpdateRequest" in seen


async def test_progress_is_shown_where_the_answer_will_stand(house: House) -> None:
    house.chat.client.tree.desk._answers = Patient()
    await house.alice.slash(house.channel, "digest article", url="https://news.example.jp/1")
    sent = [r for r in house.env.http_requests if r.method == "PATCH" and r.path.endswith("/@original")]
    edits: list[Any] = [request.json for request in sent]
    assert [words(edit["components"])[:3] for edit in edits[:2]] == ["1/2", "2/2"]
    assert len(edits) == 3


async def test_a_subscriptions_form_fits_discord_and_comes_back_with_its_days(house: House) -> None:
    order = Subscription(id="morning", destination=Destination(platform="discord", channel="1"), zone="Europe/Kyiv")
    form = order_form("admin-subscribe", "https://news.example.jp/feed", order, CATALOGS.of("ja"))
    body = modal_of(form).to_dict()
    rules = discords_rules()
    assert rules is None or rules("ModalInteractionCallbackRequestData", body) == []
    fields = [label["component"] for label in body["components"]]
    assert [field["custom_id"] for field in fields] == ["at", "zone", "days", "length", "layout"]
    assert (fields[2]["min_values"], fields[2]["max_values"]) == (1, 7)
    assert [o["value"] for o in fields[1]["options"] if o.get("default")] == ["Europe/Kyiv"]
    assert max(len(field["options"]) for field in fields) == 25
    sent = [{"type": 18, "component": {"type": 3, "custom_id": "days", "values": ["0", "4"]}}]
    assert dict(filled_in(sent)) == {"days": "0,4"}
