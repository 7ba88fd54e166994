"""Posting to Discord's REST interface, at most once for one key. Needs no gateway.

A message carries its key twice: as `nonce`, by which Discord itself drops a repeat for a few minutes, and as the id of
its first component, by which it is found again in the channel's history at any later time.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import discord
from discord.http import handle_message_parameters

from bot.discord_errors import BAD_FORM, NO_THREADS_HERE, THREAD_EXISTS, WRONG_TOKEN, asking, sending
from bot.discord_text import cut, plain
from bot.discord_view import bare, mark_of, view_of
from digests.errors import ChatRefused, ChatUnknown, DestinationClosed, HistoryHidden
from digests.message import Message
from digests.model import Destination
from digests.outbox import Posted

NONCE_WINDOW = 120.0
"""Seconds for which a nonce surely holds; Discord says "the past few minutes"."""

_ANSWER_WITHIN = 120.0
_HISTORY = 100
_REMEMBERED = 1000
_THREAD_NAME = 100
_TAGS = 5
_ARCHIVE_AFTER: Literal[4320] = 4320  # minutes: an edition's thread stays in sight over a weekend
_FORUMS = frozenset({15, 16})
_TAG_REQUIRED = 1 << 4
_THREADABLE = frozenset({0, 5})
_SILENT, _NO_EMBEDS = 1 << 12, 1 << 2
_QUIET = discord.AllowedMentions.none()

_log = logging.getLogger(__name__)
Json = Mapping[str, Any]
V = TypeVar("V")
Posts = Callable[["Place", int, Message, str, bool], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known of a channel; `kind` is Discord's channel type, None where we were not told."""

    id: int
    kind: int | None = None
    guild: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    """Tag ids by name in lower case, those that anyone may set."""
    tag_required: bool = False

    def permalink(self, message: int, channel: int | None = None) -> str | None:
        if not self.guild and self.kind is None:
            return None
        return f"https://discord.com/channels/{self.guild or '@me'}/{channel or self.id}/{message}"


class Poster:
    """Posts messages through a client that is logged in. Remembers a little, needs none of it after a restart."""

    def __init__(self, client: discord.Client, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._places: dict[int, Place] = {}
        self._tried: dict[str, float] = {}
        self._titles: dict[str, str] = {}
        self._threads: dict[str, int] = {}

    async def post(
        self, destination: Destination, message: Message, *, key: str, parent: str | None, unknown: bool, silent: bool
    ) -> Posted:
        """As `Chat.post`. Raises `ChatRefused`, `ChatUnavailable`, `ChatUnknown`."""
        place = await self._place(destination)
        channel = await self._thread(parent, message) if parent else place.id
        posts = self._post_in_forum if channel == place.id and place.kind in _FORUMS else self._post_message
        found = await self._found(place, channel, message, key) if unknown else None
        id_ = found or await self._sent(posts, place, channel, message, key, silent)
        self._tried.pop(key, None)
        return self._posted(place, channel, id_, message)

    async def _sent(self, posts: Posts, place: Place, channel: int, message: Message, key: str, silent: bool) -> int:
        """Post; what Discord finds in bad form, and so certainly did not take, is said again in plain words."""
        try:
            return await posts(place, channel, message, key, silent)
        except DestinationClosed as error:
            if channel == place.id:
                raise
            raise ChatRefused(str(error)) from error  # a thread is shut, which says nothing of its channel
        except ChatRefused as error:
            if not (isinstance(error.__cause__, discord.HTTPException) and error.__cause__.code == BAD_FORM):
                raise
            _log.warning("discord.plain key=%s channel=%s error=%s", key, channel, error)
            return await posts(place, channel, bare(message), key, silent)

    async def edit(self, message: Message, *, ref: str, key: str) -> None:
        """Put `message` in the place of the one at `ref`. Raises `ChatRefused`, `ChatUnavailable`."""
        channel, _, id_ = ref.partition("/")
        try:
            await self._put(int(channel), int(id_), message, key)
        except ChatRefused as error:
            if not (isinstance(error.__cause__, discord.HTTPException) and error.__cause__.code == BAD_FORM):
                raise
            await self._put(int(channel), int(id_), bare(message), key)

    async def _put(self, channel: int, id_: int, message: Message, key: str) -> None:
        flags = discord.MessageFlags._from_value(_NO_EMBEDS)
        with (
            asking(channel),
            handle_message_parameters(view=view_of(message, key=key), flags=flags, allowed_mentions=_QUIET) as params,
        ):
            async with asyncio.timeout(_ANSWER_WITHIN):
                await self._client.http.edit_message(channel, id_, params=params)

    async def is_forum(self, destination: Destination) -> bool:
        """Is the destination a forum or media channel? Raises `ChatError` where Discord does not answer."""
        return (await self._place(destination)).kind in _FORUMS

    def _posted(self, place: Place, channel: int, id_: int, message: Message) -> Posted:
        if channel != place.id:
            return Posted(ref=f"{channel}/{id_}", thread=str(channel), permalink=place.permalink(id_, channel))
        if place.kind in _FORUMS:
            return Posted(ref=f"{id_}/{id_}", thread=str(id_), permalink=place.permalink(id_, id_))
        ref = f"{channel}/{id_}"
        _remember(self._titles, ref, message.title)
        threads = place.kind is None or place.kind in _THREADABLE
        return Posted(ref=ref, thread=ref if threads else str(channel), permalink=place.permalink(id_))

    # --- sending ----------------------------------------------------------------------------------------------------

    async def _post_message(self, place: Place, channel: int, message: Message, key: str, silent: bool) -> int:
        flags = discord.MessageFlags._from_value(_NO_EMBEDS | (_SILENT if silent else 0))
        _remember(self._tried, key, self._clock())
        with (
            sending(channel),
            handle_message_parameters(
                view=view_of(message, key=key), nonce=key, flags=flags, allowed_mentions=_QUIET
            ) as params,
        ):
            async with asyncio.timeout(_ANSWER_WITHIN):
                return _id_of(await self._client.http.send_message(channel, params=params))

    async def _post_in_forum(self, place: Place, channel: int, message: Message, key: str, silent: bool) -> int:
        """A forum post is a thread and its first message in one; both bear one id. It knows no nonce."""
        flags = discord.MessageFlags._from_value(_NO_EMBEDS | (_SILENT if silent else 0))
        thread = {
            "name": _thread_name(message.title),
            "auto_archive_duration": _ARCHIVE_AFTER,
            "applied_tags": _tags(place, message.tags),
        }
        with (
            sending(channel),
            handle_message_parameters(
                view=view_of(message, key=key), flags=flags, allowed_mentions=_QUIET, channel_payload=thread
            ) as params,
        ):
            async with asyncio.timeout(_ANSWER_WITHIN):
                return _id_of(await self._client.http.start_thread_in_forum(channel, params=params))

    # --- where ------------------------------------------------------------------------------------------------------

    async def _place(self, destination: Destination) -> Place:
        id_ = _channel_id(destination)
        known = self._client.get_channel(id_)
        if known is not None:
            return _place_seen(known)
        if id_ not in self._places:
            place = await self._place_asked(id_)
            if place is None:
                return Place(id=id_, guild=destination.tenant)
            self._places[id_] = place
        return self._places[id_]

    async def _place_asked(self, id_: int) -> Place | None:
        """None for a channel that may not be looked at: the post itself will be judged by Discord."""
        try:
            with asking(id_, "View Channel"):
                return _place_told(await self._client.http.get_channel(id_))
        except (KeyError, TypeError):
            return None
        except ChatRefused as error:
            if str(error) == WRONG_TOKEN:
                raise
            return None

    async def _thread(self, parent: str, message: Message) -> int:
        """The channel that replies to `parent` go to: its thread, made when the first reply comes."""
        if parent in self._threads:
            return self._threads[parent]
        channel, _, start = parent.partition("/")
        thread = await self._started(int(channel), int(start), parent, message) if start else int(channel)
        _remember(self._threads, parent, thread)
        return thread

    async def _started(self, channel: int, start: int, parent: str, message: Message) -> int:
        name = _thread_name(self._titles.get(parent) or await self._title(channel, start) or message.title)
        with asking(channel, "Create Public Threads and Read Message History"):
            try:
                await self._client.http.start_thread_with_message(
                    channel, start, name=name, auto_archive_duration=_ARCHIVE_AFTER
                )
            except discord.HTTPException as error:
                if error.code in NO_THREADS_HERE:
                    return channel
                if error.code != THREAD_EXISTS:
                    raise
        return start

    async def _title(self, channel: int, start: int) -> str:
        """The first line of a message of ours, after a restart forgot it; empty where it cannot be read."""
        try:
            with asking(channel):
                return _first_line(await self._client.http.get_message(channel, start))
        except ChatRefused:
            return ""

    # --- looking for an earlier try ---------------------------------------------------------------------------------

    async def _found(self, place: Place, channel: int, message: Message, key: str) -> int | None:
        """The id of the message an earlier try with this key left behind, None if there is none.

        Raises `HistoryHidden` where it cannot be read and the nonce may no longer hold: rather held than twice.
        """
        if channel == place.id and place.kind in _FORUMS:
            return await self._found_in_forum(place, message, key)
        history = await self._history(channel)
        if history is not None:
            return next((_id_of(m) for m in history if self._ours(m) and _bears(m, key)), None)
        if self._clock() - self._tried.get(key, -math.inf) < NONCE_WINDOW:
            return None
        raise HistoryHidden(
            f"a message for channel {channel} may have been posted already, and the bot may not look for it: "
            "give it Read Message History there, see whether the message arrived, and publish again if not"
        )

    async def _history(self, channel: int) -> Sequence[Json] | None:
        """Newest first; None where it is hidden: Discord then says 403, or shows an empty list."""
        with asking(channel, "Read Message History"):
            try:
                messages = await self._client.http.logs_from(channel, _HISTORY)
                hidden = not messages and (await self._client.http.get_channel(channel)).get("last_message_id")
            except discord.Forbidden:
                return None
        return None if hidden else messages

    async def _found_in_forum(self, place: Place, message: Message, key: str) -> int | None:
        with asking(place.id, "View Channel and Read Message History"):
            active = await self._client.http.get_active_threads(int(place.guild))
            name = _thread_name(message.title)
            for thread in active["threads"]:
                if thread.get("parent_id") == str(place.id) and thread.get("name") == name:
                    start = await self._client.http.get_message(int(thread["id"]), int(thread["id"]))
                    if self._ours(start) and _bears(start, key):
                        return int(thread["id"])
        return None

    def _ours(self, message: Json) -> bool:
        return self._client.user is not None and int(message["author"]["id"]) == self._client.user.id


def _bears(message: Json, key: str) -> bool:
    components: Sequence[Json] = message.get("components") or ({},)
    return message.get("nonce") == key or components[0].get("id") == mark_of(key)


def _id_of(answer: Any) -> int:
    """The id in Discord's answer. Raises `ChatUnknown` for an answer that is not Discord's (a proxy's page)."""
    try:
        return int(answer["id"])
    except (TypeError, KeyError, ValueError) as error:
        raise ChatUnknown("what answered is not Discord; check DISCORD_API_URL") from error


def _channel_id(destination: Destination) -> int:
    if destination.channel.isascii() and destination.channel.isdigit():
        return int(destination.channel)
    raise ChatRefused(
        f"{destination} is no Discord channel: write discord:123… with the channel's number "
        "(right-click the channel, Copy Channel ID)"
    )


def _place_seen(channel: Any) -> Place:
    """A channel as the gateway's cache has it."""
    guild = getattr(channel, "guild", None)
    tags = getattr(channel, "available_tags", ())
    return Place(
        id=channel.id,
        kind=channel.type.value,
        guild=str(guild.id) if guild else "",
        tags={tag.name.casefold(): str(tag.id) for tag in tags if not tag.moderated},
        tag_required=bool(tags) and channel.flags.require_tag,
    )


def _place_told(channel: Any) -> Place:
    """A channel as REST describes it."""
    tags = channel.get("available_tags") or ()
    return Place(
        id=int(channel["id"]),
        kind=channel.get("type"),
        guild=str(channel.get("guild_id") or ""),
        tags={tag["name"].casefold(): str(tag["id"]) for tag in tags if not tag.get("moderated")},
        tag_required=bool((channel.get("flags") or 0) & _TAG_REQUIRED),
    )


def _tags(place: Place, wanted: Sequence[str]) -> list[str]:
    """Those of the wanted tags that the forum has; where it insists on one and has none of them, its first."""
    names = dict.fromkeys(tag.casefold() for tag in wanted)
    ids = [place.tags[name] for name in names if name in place.tags]
    return ids[:_TAGS] or ([*place.tags.values()][:1] if place.tag_required else [])


def _thread_name(title: str) -> str:
    return cut(plain(title), _THREAD_NAME) or "Chokan 朝刊"


def _first_line(message: Json) -> str:
    texts = (component["content"] for component in message.get("components") or () if component.get("content"))
    line = next(texts, "").split("\n")[0].lstrip("#- ")
    return line.replace("\\", "").replace("**", "")


def _remember(memory: dict[str, V], key: str, value: V) -> None:
    memory.setdefault(key, value)
    while len(memory) > _REMEMBERED:
        del memory[next(iter(memory))]
