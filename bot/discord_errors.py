"""The one place where errors of discord.py and its connection become ours, with what to do about them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, DestinationClosed

WRONG_TOKEN = "DISCORD_TOKEN is wrong or was reset; copy the bot's token from the Discord developer portal"  # noqa: S105 - a sentence

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, MISSING_ACCESS, NO_TEXT_HERE, MISSING_PERMISSIONS = 10003, 50001, 50008, 50013
WRONG_CHANNEL_TYPE, THREAD_EXISTS = 50024, 160004
NO_THREADS_HERE = frozenset({NO_TEXT_HERE, WRONG_CHANNEL_TYPE, 160006, 160007})
"""Threads cannot be made: the kind of channel, or too many active threads."""

BAD_FORM = 50035
CLOSED = frozenset({UNKNOWN_CHANNEL, 10004, MISSING_ACCESS, 50007, MISSING_PERMISSIONS})
"""Discord's own word that a place is shut to us; a bare 403 may as well be a proxy's."""

_REFUSALS = {
    10003: "there is no channel {channel}; check its number, and that the bot is in that server",
    10004: "the bot is no longer in the server of channel {channel}; invite it again",
    10008: "the message to reply to in channel {channel} was deleted",
    30007: "the server has reached a limit of Discord's ({text})",
    50001: "the bot cannot see channel {channel}; invite it to the server and give it View Channel there",
    50007: "this member takes no direct messages from the bot (channel {channel})",
    50013: "the bot lacks a permission in channel {channel}; give it {needs}",
    50083: "the thread {channel} is archived; give the bot Send Messages in Threads, or unarchive it",
    160005: "the thread {channel} is locked; give the bot Manage Threads, or unlock it",
}


@contextmanager
def asking(channel: object = "", needs: str = "View Channel and Send Messages") -> Iterator[None]:
    """Translate errors of a request that posts nothing: without an answer, nothing has happened.

    Raises `ChatRefused`, `ChatUnavailable`."""
    try:
        yield
    except _FOREIGN as error:
        found = translated(error, channel, needs)
        raise (ChatUnavailable(str(found)) if isinstance(found, ChatUnknown) else found) from error


@contextmanager
def sending(channel: object, needs: str = "View Channel and Send Messages") -> Iterator[None]:
    """Translate errors of a request that posts: without an answer, the message may be there.

    Raises `ChatRefused`, `ChatUnavailable`, `ChatUnknown`."""
    try:
        yield
    except _FOREIGN as error:
        raise translated(error, channel, needs) from error


_FOREIGN = (discord.DiscordException, aiohttp.ClientError, OSError, asyncio.TimeoutError, RuntimeError)
# RuntimeError: aiohttp and discord.py say "Session is closed" and the like with it.


def translated(error: BaseException, channel: object, needs: str) -> ChatError:
    """Our error for one of theirs; `ChatUnknown` where a request was out and no answer came."""
    match error:
        case discord.LoginFailure():
            return _worded(ChatRefused(WRONG_TOKEN), "chat.discord.token")
        case discord.RateLimited():
            return ChatUnavailable("Discord asks to slow down", error.retry_after)
        case discord.HTTPException():
            return _answered(error, channel, needs)
        case discord.ConnectionClosed() | discord.GatewayNotFound() | discord.PrivilegedIntentsRequired():
            return _disconnected(error)
        case aiohttp.ClientConnectorError():
            why = error.os_error.strerror or error.os_error
            return _worded(ChatUnavailable(f"Discord cannot be reached ({why})"), "chat.discord.unreachable", why=why)
        case discord.DiscordException():
            return ChatRefused(f"discord.py refused: {_one_line(error)}")
        case RuntimeError():
            return ChatUnavailable(f"the connection to Discord is closed ({_one_line(error)})")
    return ChatUnknown(f"the connection to Discord was lost ({type(error).__name__})")


def _worded(error: ChatError, key: str, **values: object) -> ChatError:
    """The error with the catalog's words for it."""
    error.key, error.values = key, values
    return error


def _answered(error: discord.HTTPException, channel: object, needs: str) -> ChatError:
    if error.status == 401:
        return _worded(ChatRefused(WRONG_TOKEN), "chat.discord.token")
    if error.status == 429:
        return ChatUnavailable("Discord asks to slow down", _retry_after(error))
    if error.status >= 500:
        return ChatUnknown(f"Discord had an error of its own (HTTP {error.status})")
    text = _one_line(error.text) or str(error.status)
    reason = _REFUSALS.get(error.code or _code_of(error.status))
    if reason is None:
        return ChatRefused(f"Discord refused a message for channel {channel}: {text}")
    kind = DestinationClosed if error.code in CLOSED else ChatRefused
    found = kind(f"Discord: {reason.format(channel=channel, needs=needs, text=text)}")
    found.key = f"chat.discord.{error.code or _code_of(error.status)}"
    found.values = {"channel": channel, "needs": needs, "text": text}
    return found


def _code_of(status: int) -> int:
    """What a bare 403 or 404 (a proxy's, or Discord's without a body) most likely means."""
    return {403: MISSING_ACCESS, 404: UNKNOWN_CHANNEL}.get(status, 0)


def _disconnected(error: Exception) -> ChatError:
    if isinstance(error, discord.ConnectionClosed) and error.code == 4004:
        return ChatRefused(WRONG_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return ChatRefused("Discord refuses an intent; Chokan needs none of the privileged ones")
    return ChatUnavailable(f"Discord's gateway closed the connection ({_one_line(error)})")


def _retry_after(error: discord.HTTPException) -> float | None:
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except ValueError:
        return None


def _one_line(text: object) -> str:
    return " ".join(str(text).split())[:200]
