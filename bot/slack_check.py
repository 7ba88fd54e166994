"""What `chokan check` says of Slack: tokens, scopes, membership, and what to do about each. Posts nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.clocks import Clocks
from bot.slack_errors import code_of, slack_border
from digests.catalog import Catalog
from digests.errors import ChatError, ChatUnavailable
from digests.model import Destination
from digests.ports import Finding

_NEEDED = ("chat:write", "commands")
_WANTED = ("channels:history", "groups:history", "channels:read", "groups:read", "users:read")
"""What each is for stands in the catalogs: `check.slack.scope.<scope>`."""
SCOPES = (*_NEEDED, *_WANTED, "app_mentions:read", "usergroups:read")
"""Scopes of a bot that can do everything."""


async def checked(
    client: AsyncWebClient,
    app_token: str,
    destinations: Sequence[Destination],
    words: Catalog,
    clocks: Clocks,
    connected: bool,
) -> tuple[Finding, ...]:
    """One line for each thing looked at; never raises. `connected`: the socket is open, so its token is right."""
    subject = words("check.slack.token")
    try:
        with slack_border("slack"):
            me = await client.auth_test()
    except ChatError as error:
        fix = words("check.network.fix" if isinstance(error, ChatUnavailable) else "check.slack.token.fix")
        return (Finding(subject=subject, ok=False, text=error.worded(words), fix=fix),)
    clocks.heard("slack", me.headers)
    scopes = _scopes(me.headers)
    team = me.get("team") or me.get("team_id") or ""
    signed = words("check.slack.token.ok", name=me.get("user") or "bot", workspace=team)
    found = [Finding(subject=subject, ok=True, text=signed), *_scope_findings(scopes, words)]
    found.append(await _socket_finding(client, app_token, words, connected))
    found += [await _channel_finding(client, destination, scopes, words) for destination in destinations]
    return tuple(found)


def _scopes(headers: Mapping[str, str]) -> frozenset[str]:
    """Of `x-oauth-scopes`; empty where a proxy has dropped the header."""
    said = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return frozenset(scope.strip() for scope in said.split(",") if scope.strip())


def _scope_findings(scopes: frozenset[str], words: Catalog) -> list[Finding]:
    subject = words("check.slack.scopes")
    if not scopes:
        return [Finding(subject=subject, ok=True, warning=True, text=words("check.slack.scopes.unknown"))]
    lacking = [
        Finding(
            subject=subject,
            ok=not needed,
            warning=not needed,
            text=words("check.slack.scopes.missing", scope=scope, why=words(f"check.slack.scope.{scope}")),
            fix=words("check.slack.scopes.fix", scope=scope),
        )
        for needed, wishes in ((True, _NEEDED), (False, _WANTED))
        for scope in wishes
        if scope not in scopes
    ]
    return lacking or [Finding(subject=subject, ok=True, text=words("check.slack.scopes.ok"))]


async def _socket_finding(client: AsyncWebClient, app_token: str, words: Catalog, connected: bool) -> Finding:
    subject, fix = words("check.slack.socket"), words("check.slack.socket.fix")
    if connected:  # Slack counts how often a socket is asked for
        return Finding(subject=subject, ok=True, text=words("check.slack.socket.ok"))
    if not app_token:
        return Finding(subject=subject, ok=True, warning=True, text=words("check.slack.socket.none"), fix=fix)
    try:
        with slack_border("slack", token="SLACK_APP_TOKEN"):  # noqa: S106 (a variable's name)
            await client.apps_connections_open(app_token=app_token)
    except ChatError as error:
        return Finding(subject=subject, ok=False, text=error.worded(words), fix=fix)
    return Finding(subject=subject, ok=True, text=words("check.slack.socket.ok"))


async def _channel_finding(
    client: AsyncWebClient, destination: Destination, scopes: frozenset[str], words: Catalog
) -> Finding:
    subject, invite = str(destination), words("check.slack.channel.invite")
    try:
        with slack_border(subject):
            answer = await client.conversations_info(channel=destination.channel)
    except ChatError as error:
        said = error.worded(words)
        if code_of(error.__cause__) == "missing_scope":
            text, fix = words("check.slack.channel.unknown", reason=said), words("check.slack.channel.reinstall")
            return Finding(subject=subject, ok=True, warning=True, text=text, fix=fix)
        return Finding(subject=subject, ok=False, text=said, fix=invite)
    return _membership(subject, answer.get("channel") or {}, scopes, words)


def _membership(subject: str, channel: Mapping[str, Any], scopes: frozenset[str], words: Catalog) -> Finding:
    name = f"#{channel.get('name') or channel.get('id') or '?'}"
    if channel.get("is_archived"):
        text, fix = words("check.slack.channel.archived", channel=name), words("check.slack.channel.unarchive")
        return Finding(subject=subject, ok=False, text=text, fix=fix)
    open_to_all = not channel.get("is_private") and "chat:write.public" in scopes
    if channel.get("is_member") or channel.get("is_im") or open_to_all:
        return Finding(subject=subject, ok=True, text=words("check.slack.channel.ok", channel=name))
    text = words("check.slack.channel.stranger", channel=name)
    return Finding(subject=subject, ok=False, text=text, fix=words("check.slack.channel.invite"))
