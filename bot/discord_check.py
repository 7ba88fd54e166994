"""What is wrong with a Discord set-up, in the words of Discord's own settings. Asks REST only; never raises."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import discord

from bot.discord_errors import asking
from digests.catalog import Catalog
from digests.errors import ChatError
from digests.model import Destination
from digests.ports import Finding

PERMISSIONS = (
    "view_channel",
    "send_messages",
    "create_public_threads",
    "send_messages_in_threads",
    "read_message_history",
)
"""All the bot can need, by discord.py's names; the client's own are `check.discord.<name>` in the catalogs."""
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


def bot_finding(client: discord.Client, words: Catalog) -> Finding:
    """Which bot the token belongs to."""
    user, app = client.user, client.application
    name = f"{user} ({user.id})" if user else "–"
    if app is not None and app.interactions_endpoint_url:
        text = words("check.discord.elsewhere", name=name, url=app.interactions_endpoint_url)
        return Finding(subject="discord", ok=False, text=text, fix=words("check.discord.elsewhere.fix"))
    return Finding(subject="discord", ok=True, text=words("check.discord.ok", name=name))


async def channel_finding(client: discord.Client, destination: Destination, words: Catalog) -> Finding:
    """Whether the bot can do in a channel what it has to."""
    subject = str(destination)
    try:
        with asking(destination.channel, words("check.discord.view_channel")):
            return await _looked_at(client, destination, words)
    except ChatError as error:
        return Finding(subject=subject, ok=False, text=error.worded(words), fix=words("check.discord.again"))
    except Exception as error:  # a check must tell, not break
        _log.exception("discord.check_failed destination=%s", subject)
        text = words("check.discord.unchecked", error=type(error).__name__)
        return Finding(subject=subject, ok=False, text=text)


async def _looked_at(client: discord.Client, destination: Destination, words: Catalog) -> Finding:
    subject = str(destination)
    if not (destination.channel.isascii() and destination.channel.isdigit()):
        text, fix = words("check.discord.no-number"), words("check.discord.no-number.fix")
        return Finding(subject=subject, ok=False, text=text, fix=fix)
    channel = await client.fetch_channel(int(destination.channel))
    if isinstance(channel, discord.abc.PrivateChannel):
        return Finding(subject=subject, ok=True, text=words("check.discord.direct"))
    where = f"#{channel.name}"
    if channel.type in _NO_PLACE:
        text = words("check.discord.no-place", channel=where, kind=channel.type.name)
        return Finding(subject=subject, ok=False, text=text, fix=words("check.discord.no-place.fix"))
    missing = _missing(channel.type, await _permissions(client, channel))
    if not missing:
        text = words("check.discord.allowed", channel=where, kind=channel.type.name)
        return Finding(subject=subject, ok=True, text=text)
    return _lacking(subject, where, missing, words)


def _lacking(subject: str, where: str, missing: Sequence[str], words: Catalog) -> Finding:
    """The permissions by their names in the client of whoever asks."""
    names = words("check.discord.and").join(words(f"check.discord.{name}") for name in missing)
    text, fix = words("check.discord.missing", channel=where, names=names), words("check.discord.allow", names=names)
    only_history = list(missing) == ["read_message_history"]
    return Finding(subject=subject, ok=only_history, text=text, fix=fix, warning=only_history)


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
