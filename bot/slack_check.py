"""What `chokan check` says of Slack: tokens, scopes, membership, and what to do about each. Posts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_errors import code_of, slack_border
from digests.errors import ChatError
from digests.model import Destination
from digests.ports import Finding

_NEEDED: Mapping[str, str] = {"chat:write": "to post", "commands": "for /digest"}
_WANTED: Mapping[str, str] = {
    "channels:history": "to look for a message after a crash instead of holding it back",
    "groups:history": "the same, in private channels",
    "channels:read": "to check channels",
    "groups:read": "to check private channels",
    "users:read": "to answer readers in their own language",
}
SCOPES = (*_NEEDED, *_WANTED, "app_mentions:read", "usergroups:read")
"""Scopes of a bot that can do everything."""
_REINSTALL = "add it under OAuth & Permissions and reinstall the app"


async def checked(client: AsyncWebClient, app_token: str, destinations: Sequence[Destination]) -> tuple[Finding, ...]:
    """One line for each thing looked at; never raises."""
    try:
        with slack_border("slack"):
            me = await client.auth_test()
    except ChatError as error:
        fix = "set SLACK_BOT_TOKEN to the Bot User OAuth Token (xoxb-…) of the app"
        return (Finding(subject="slack token", ok=False, text=str(error), fix=fix),)
    scopes = _scopes(me.headers)
    name = f"{me.get('user') or 'bot'} in {me.get('team') or me.get('team_id') or 'the workspace'}"
    found = [Finding(subject="slack token", ok=True, text=f"signed in as {name}"), *_scope_findings(scopes)]
    found.append(await _socket_finding(client, app_token))
    found += [await _channel_finding(client, destination, scopes) for destination in destinations]
    return tuple(found)


def _scopes(headers: Mapping[str, str]) -> frozenset[str]:
    """Of `x-oauth-scopes`; empty where a proxy has dropped the header."""
    said = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return frozenset(scope.strip() for scope in said.split(",") if scope.strip())


def _scope_findings(scopes: frozenset[str]) -> list[Finding]:
    if not scopes:
        return [Finding(subject="slack scopes", ok=True, warning=True, text="Slack did not say which scopes there are")]
    lacking = [
        Finding(subject="slack scopes", ok=not needed, warning=not needed, text=f"no {scope} ({why})", fix=_REINSTALL)
        for needed, wishes in ((True, _NEEDED), (False, _WANTED))
        for scope, why in wishes.items()
        if scope not in scopes
    ]
    return lacking or [Finding(subject="slack scopes", ok=True, text="all there")]


async def _socket_finding(client: AsyncWebClient, app_token: str) -> Finding:
    subject = "slack socket mode"
    fix = "set SLACK_APP_TOKEN to an app-level token (xapp-…) with connections:write, and turn Socket Mode on"
    if not app_token:
        return Finding(
            subject=subject, ok=True, warning=True, text="SLACK_APP_TOKEN is not set: no commands or buttons", fix=fix
        )
    try:
        with slack_border("slack", token="SLACK_APP_TOKEN"):  # noqa: S106 (a variable's name)
            await client.apps_connections_open(app_token=app_token)
    except ChatError as error:
        return Finding(subject=subject, ok=False, text=str(error), fix=fix)
    return Finding(subject=subject, ok=True, text="SLACK_APP_TOKEN is accepted")


async def _channel_finding(client: AsyncWebClient, destination: Destination, scopes: frozenset[str]) -> Finding:
    subject = str(destination)
    try:
        with slack_border(subject):
            answer = await client.conversations_info(channel=destination.channel)
    except ChatError as error:
        if code_of(error.__cause__) == "missing_scope":
            return Finding(subject=subject, ok=True, warning=True, text=f"cannot be checked: {error}", fix=_REINSTALL)
        return Finding(subject=subject, ok=False, text=str(error), fix="type /invite @Chokan in the channel")
    return _membership(subject, answer.get("channel") or {}, scopes)


def _membership(subject: str, channel: Mapping[str, Any], scopes: frozenset[str]) -> Finding:
    name = f"#{channel.get('name') or channel.get('id') or '?'}"
    if channel.get("is_archived"):
        return Finding(subject=subject, ok=False, text=f"{name} is archived", fix="unarchive it or choose another")
    open_to_all = not channel.get("is_private") and "chat:write.public" in scopes
    if channel.get("is_member") or channel.get("is_im") or open_to_all:
        return Finding(subject=subject, ok=True, text=f"{name} can be posted to")
    return Finding(subject=subject, ok=False, text=f"not a member of {name}", fix="type /invite @Chokan in the channel")
