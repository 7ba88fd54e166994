"""How the bot gets into a place: Discord's invite link with the permissions it needs and no other, and the manifest
that makes its Slack app in one paste."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from bot.commands import GROUPS
from digests.catalog import Catalog, Catalogs

DISCORD_SCOPES = ("bot", "applications.commands")
EVENTS = ("app_mention", "app_home_opened")
BOT_NAME = "chokan"
"""As people on Slack mention it; Slack takes a-z, 0-9, -, _ and . here."""
PARTS = re.compile(r"[A-Za-z0-9_-]+")


def application_of(token: str) -> str | None:
    """The application's number, which a Discord bot token begins with; None for what is no such token."""
    first, dot, _ = token.partition(".")
    if not dot or not PARTS.fullmatch(first):
        return None
    try:
        number = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return number if number.isdigit() else None


def discord_invite(application: str) -> str:
    """Where an admin of a Discord server lets the bot in."""
    import discord  # heavy, and wanted only here

    from bot.discord_check import PERMISSIONS

    permissions = discord.Permissions(**dict.fromkeys(PERMISSIONS, True))
    return discord.utils.oauth_url(application, permissions=permissions, scopes=DISCORD_SCOPES)


def slack_manifest(catalogs: Catalogs, language: str, *, url: str = "") -> str:
    """The app as JSON, to paste at api.slack.com/apps → Create New App → From a manifest. With `url`, where Slack
    reaches `/slack/events`, requests come over HTTP; without it over Socket Mode, which needs no public address.

    https://docs.slack.dev/reference/app-manifest
    """
    from bot.slack_check import SCOPES  # with Slack's library behind it

    catalog = catalogs.of(language)
    where = {"request_url": f"{url.rstrip('/')}/slack/events"} if url else {}
    menus = {"message_menu_options_url": where["request_url"]} if url else {}
    manifest: dict[str, Any] = {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": catalog("edition.name"),
            "description": catalog("web.tagline"),
            "background_color": "#8c1c13",
        },
        "features": {
            "bot_user": {"display_name": BOT_NAME, "always_online": True},
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": True,
            },
            "shortcuts": _shortcuts(catalog),
            "slash_commands": _slash_commands(catalog, where.get("request_url")),
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **where},
            "interactivity": {"is_enabled": True, **where, **menus},
            "socket_mode_enabled": not url,
            "org_deploy_enabled": False,
            "token_rotation_enabled": False,
        },
    }
    return json.dumps(manifest, ensure_ascii=False, indent=2)


def _shortcuts(catalog: Catalog) -> list[dict[str, str]]:
    """The search window from anywhere, and «Digest this link» on a message."""
    search, link = catalog("slack.shortcut"), catalog("command.link.label")
    about = catalog("slack.search.placeholder")
    return [
        {"name": search, "type": "global", "callback_id": "digest_search", "description": about},
        {"name": link, "type": "message", "callback_id": "digest_link", "description": link},
    ]


def _slash_commands(catalog: Catalog, url: str | None) -> list[dict[str, Any]]:
    return [
        {
            "command": f"/{group}",
            "description": catalog(f"{table[0].section}.{group}.about"),
            "usage_hint": " | ".join(command.name for command in table),
            "should_escape": False,
            **({"url": url} if url else {}),
        }
        for group, table in GROUPS.items()
    ]
