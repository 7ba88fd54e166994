"""Who people on Slack are: their language, their name, whether they may change what is posted, whom to tell of trouble.

Asks Slack and remembers for a few minutes; what Slack does not tell is left out.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import slack_border
from digests.errors import ChatError, ChatRefused

log = logging.getLogger(__name__)

_REMEMBERED = 2000
_SECONDS = 300.0
_AGAIN = 10.0
"""Seconds until somebody is asked for again of whom Slack told nothing: an admin is none until then."""
_WAIT = 3.0
_KEEPERS = 3
"""Most workspace admins that are tried one after the other."""
_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What Slack says of a person; `until` on our clock."""

    until: float
    locale: str | None = None
    zone: str = ""
    name: str = ""
    admin: bool = False


class SlackPeople:
    """`admins`: ids of people (U…, W…) and user groups (S…) who may change subscriptions besides the workspace's own
    admins."""

    def __init__(self, client: AsyncWebClient, admins: Sequence[str] = ()) -> None:
        self._client = client
        self._named = tuple(one for one in admins if not one.startswith("S"))
        self._groups = tuple(one for one in admins if one.startswith("S"))
        self._profiles: OrderedDict[str, Profile] = OrderedDict()
        self._asking: dict[str, asyncio.Task[Profile]] = {}
        self._members: dict[str, tuple[float, frozenset[str]]] = {}
        self._home = ""

    def lives_at(self, me: Mapping[str, Any]) -> None:
        """`me`: what Slack says of our token (auth.test): the workspace, or organisation, whose admins are ours."""
        self._home = str(me.get("enterprise_id" if me.get("is_enterprise_install") else "team_id") or "")

    async def profile(self, user: object) -> Profile:
        """Locale, name and rights as the person's profile says; nothing of it where Slack does not tell."""
        now = asyncio.get_running_loop().time()
        if not isinstance(user, str) or not user:
            return Profile(until=now)
        known = self._profiles.get(user)
        if known is None or known.until < now:
            asking = self._asking.get(user) or self._ask(user, now)
            known = await asyncio.shield(asking)
            self._profiles[user] = known
            if len(self._profiles) > _REMEMBERED:
                self._profiles.popitem(last=False)
        return known

    def _ask(self, user: str, now: float) -> asyncio.Task[Profile]:
        """Asked once, however many wait for the answer."""
        asking = self._asking[user] = asyncio.create_task(self._asked(user, now))
        asking.add_done_callback(lambda _: self._asking.pop(user, None))
        return asking

    def known(self, user: object) -> Profile:
        """What is known without asking."""
        return self._profiles.get(str(user)) or Profile(until=0.0)

    async def _asked(self, user: str, now: float) -> Profile:
        named = user in self._named or user in await self._grouped(now + _SECONDS)
        try:
            with slack_border(f"slack user {user}"):
                async with asyncio.timeout(_WAIT):
                    found = await self._client.users_info(user=user, include_locale=True)
        except ChatError as error:
            log.info("slack.profile_unknown error=%s", error.kind)
            return Profile(until=now + _AGAIN, admin=named)
        person: Mapping[str, Any] = found.get("user") or {}
        shown: Mapping[str, Any] = person.get("profile") or {}
        return Profile(
            until=now + _SECONDS,
            locale=str(person.get("locale") or "") or None,
            zone=str(person.get("tz") or ""),
            name=str(shown.get("display_name") or person.get("real_name") or person.get("name") or ""),
            admin=named or (self._is_of_here(person) and bool(person.get("is_admin") or person.get("is_owner"))),
        )

    def _is_of_here(self, person: Mapping[str, Any]) -> bool:
        """Not an admin of a company a channel is shared with: Slack tells their rights at their own home.
        https://docs.slack.dev/apis/slack-connect"""
        across: Mapping[str, Any] = person.get("enterprise_user") or {}
        homes = {person.get("team_id"), across.get("enterprise_id"), *(across.get("teams") or ())} - {None, ""}
        return not self._home or not homes or self._home in homes

    async def _grouped(self, until: float) -> frozenset[str]:
        """Members of the groups that may change subscriptions; a group Slack does not tell of has none."""
        found: set[str] = set()
        for group in self._groups:
            known = self._members.get(group)
            if known is None or known[0] < until - _SECONDS:
                known = (until, await self._members_of(group))
                self._members[group] = known
            found |= known[1]
        return frozenset(found)

    async def _members_of(self, group: str) -> frozenset[str]:
        try:
            with slack_border(f"slack group {group}"):
                async with asyncio.timeout(_WAIT):
                    answer = await self._client.usergroups_users_list(usergroup=group)
        except ChatError as error:
            log.warning("slack.group_unknown group=%s error=%s", group, error)
            return frozenset()
        return frozenset(str(user) for user in answer.get("users") or ())

    async def keepers(self, first: str) -> tuple[str, ...]:
        """Ids of those to tell of trouble, best first: `first`, whom the settings name, the workspace's own admins.

        Raises `ChatUnavailable`, `ChatUnknown`."""
        grouped = await self._grouped(asyncio.get_running_loop().time() + _SECONDS)
        known = [*([first] if first else []), *self._named, *sorted(grouped)]
        return tuple(dict.fromkeys(known or await self._workspace_admins()))

    async def _workspace_admins(self) -> list[str]:
        """The workspace's owners, then its admins; none where Slack does not let us look (users:read)."""
        try:
            with slack_border("slack users"):
                answer = await self._client.users_list(limit=_PAGE)
        except ChatRefused as error:
            log.warning("slack.admins_unknown error=%s", error)
            return []
        people: list[Mapping[str, Any]] = [p for p in answer.get("members") or () if not p.get("deleted")]
        ranked = sorted(
            (p for p in people if p.get("is_admin") or p.get("is_owner")),
            key=lambda p: (not p.get("is_primary_owner"), not p.get("is_owner")),
        )
        return [str(person["id"]) for person in ranked[:_KEEPERS]]
