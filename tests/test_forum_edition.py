"""A forum gets one post an edition, with its tags and all digests below, whatever the layout."""

from __future__ import annotations

from pathlib import Path

import pytest
from chat_world import newsroom
from discord_stand import FORUM, TEXT
from discord_stand import stand as standing

from bot.delivery import deliver
from bot.jobs import publish_slot
from digests.edition import slot_now
from digests.model import Destination, Layout, Subscription


@pytest.mark.parametrize("layout", ["inline", "thread"])
async def test_a_forum_gets_one_post_an_edition(tmp_path: Path, layout: Layout) -> None:
    async with standing() as discord, newsroom(tmp_path, api_url=discord.url) as room:
        await room.collect(1)
        forum = Destination(platform="discord", channel=str(FORUM))
        order = Subscription(id="f", destination=forum, layout=layout, language="ja")
        await room.world.store.save_subscription(order)
        await publish_slot(room.world, order, slot_now(order, room.world.clock()))
        await deliver(room.world)
        threads = [channel for channel in discord.channels.values() if channel["type"] == 11]
        assert [(thread["parent_id"], thread["applied_tags"]) for thread in threads] == [(str(FORUM), ["71"])]
        assert len(discord.posted) == 5
        assert {body["channel"] for body in discord.posted} == {int(threads[0]["id"])}


async def test_only_forums_gather_an_edition(tmp_path: Path) -> None:
    async with standing() as discord, newsroom(tmp_path, feeds=False, api_url=discord.url) as room:
        chat = room.world.chats["discord"]
        places = [Destination(platform="discord", channel=str(id_)) for id_ in (FORUM, TEXT, 42)]
        assert [await chat.gathers(place) for place in places] == [True, False, False]
        discord.fail("GET", f"/channels/{FORUM}", status=403, code=50001)
        nobody = Destination(platform="discord", channel="general")
        assert await chat.gathers(nobody) is False
