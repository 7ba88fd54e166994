"""What is wrong with a Discord set-up, in the words of Discord's own settings. Asks REST only; never raises."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import discord

from bot.discord_errors import asking
from digests.errors import ChatError
from digests.model import Destination
from digests.ports import Finding

CLIENT_WORDS = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "create_public_threads": "Create Public Threads",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
_ALWAYS = ("view_channel", "read_message_history")
_BY_KIND = {
    discord.ChannelType.text: ("send_messages", "create_public_threads", "send_messages_in_threads"),
    discord.ChannelType.news: ("send_messages", "create_public_threads", "send_messages_in_threads"),
    discord.ChannelType.forum: ("send_messages", "send_messages_in_threads"),
    discord.ChannelType.public_thread: ("send_messages_in_threads",),
    discord.ChannelType.private_thread: ("send_messages_in_threads",),
    discord.ChannelType.news_thread: ("send_messages_in_threads",),
}
_NO_PLACE = frozenset({discord.ChannelType.category, discord.ChannelType.media})

_log = logging.getLogger(__name__)


def bot_finding(client: discord.Client) -> Finding:
    """Which bot the token belongs to."""
    user, app = client.user, client.application
    name = f"{user} ({user.id})" if user else "unknown"
    if app is not None and app.interactions_endpoint_url:
        return Finding(
            subject="discord",
            ok=False,
            text=f"signed in as {name}, but commands go to {app.interactions_endpoint_url}",
            fix="clear the Interactions Endpoint URL in the Discord developer portal",
        )
    return Finding(subject="discord", ok=True, text=f"signed in as {name}")


async def channel_finding(client: discord.Client, destination: Destination) -> Finding:
    """Whether the bot can do in a channel what it has to."""
    subject = str(destination)
    try:
        with asking(destination.channel, "View Channel"):
            return await _looked_at(client, destination)
    except ChatError as error:
        return Finding(subject=subject, ok=False, text=str(error), fix="see the message; then run the check again")
    except Exception as error:  # a check must tell, not break
        _log.exception("discord.check_failed destination=%s", subject)
        return Finding(subject=subject, ok=False, text=f"could not be checked ({type(error).__name__})")


async def _looked_at(client: discord.Client, destination: Destination) -> Finding:
    subject = str(destination)
    if not (destination.channel.isascii() and destination.channel.isdigit()):
        fix = "write discord:123… with the channel's number (right-click the channel, Copy Channel ID)"
        return Finding(subject=subject, ok=False, text="no Discord channel number", fix=fix)
    channel = await client.fetch_channel(int(destination.channel))
    if isinstance(channel, discord.abc.PrivateChannel):
        return Finding(subject=subject, ok=True, text="a direct message; there are no threads, all is posted inline")
    where = f"#{channel.name}"
    if channel.type in _NO_PLACE:
        return Finding(subject=subject, ok=False, text=f"{where} is a {channel.type.name}", fix="choose a text channel")
    missing = _missing(channel.type, await _permissions(client, channel))
    if not missing:
        return Finding(subject=subject, ok=True, text=f"{where} ({channel.type.name}): everything needed is allowed")
    return _lacking(subject, where, missing)


def _lacking(subject: str, where: str, missing: Sequence[str]) -> Finding:
    names = ", ".join(CLIENT_WORDS[name] for name in missing)
    fix = f"in Discord: Edit Channel → Permissions → the bot's role → allow {names}"
    only_history = list(missing) == ["read_message_history"]
    return Finding(subject=subject, ok=only_history, text=f"{where}: missing {names}", fix=fix, warning=only_history)


def _missing(kind: discord.ChannelType, permissions: discord.Permissions) -> list[str]:
    needed = (*_ALWAYS[:1], *_BY_KIND.get(kind, ("send_messages",)), *_ALWAYS[1:])
    return [name for name in needed if not getattr(permissions, name)]


async def _permissions(
    client: discord.Client, channel: discord.abc.GuildChannel | discord.Thread
) -> discord.Permissions:
    """The bot's permissions in a channel, reckoned from roles and overwrites as REST gives them."""
    assert client.user is not None, "signed in"
    guild = await client.fetch_guild(channel.guild.id)
    me = await guild.fetch_member(client.user.id)
    id_ = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
    home = await guild.fetch_channel(id_)
    assert not isinstance(home, discord.Thread), "a thread's parent is none"
    return home.permissions_for(me)
