"""Whom to tell on Discord when something is wrong with a channel: who set it up, else who owns the server."""

from __future__ import annotations

import logging

import discord

from bot.discord_errors import asking
from digests.errors import ChatRefused
from digests.model import Destination

_log = logging.getLogger(__name__)


async def keepers(client: discord.Client, destination: Destination, first: str) -> tuple[Destination, ...]:
    """Direct messages to them, best first; none to those who take none. Raises `ChatUnavailable`."""
    owner = await _owner(client, destination)
    people = dict.fromkeys(int(one) for one in (first, owner) if one.isascii() and one.isdigit())
    places = [await _direct(client, person) for person in people]
    return tuple(place for place in places if place is not None)


async def _owner(client: discord.Client, destination: Destination) -> str:
    """Who owns the server of a channel; empty where Discord does not show it to us any more."""
    try:
        with asking(destination.channel, "View Channel"):
            guild = destination.tenant or await _guild_of(client, destination)
            return str((await client.http.get_guild(int(guild), with_counts=False))["owner_id"]) if guild else ""
    except ChatRefused as error:
        _log.info("discord.owner_unknown destination=%s error=%s", destination, error)
        return ""


async def _guild_of(client: discord.Client, destination: Destination) -> str:
    if not (destination.channel.isascii() and destination.channel.isdigit()):
        return ""
    channel = await client.http.get_channel(int(destination.channel))
    return str(channel.get("guild_id") or "")


async def _direct(client: discord.Client, person: int) -> Destination | None:
    try:
        with asking(person):
            channel = await client.http.start_private_message(person)
    except ChatRefused as error:
        _log.info("discord.no_direct_message error=%s", error)
        return None
    return Destination(platform="discord", channel=str(channel["id"]))
