"""The one border where errors of slack_sdk and aiohttp become ours. Says what to do, never a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError

from digests.errors import ChatError, ChatRefused, ChatUnavailable, ChatUnknown, DestinationClosed

DEFAULT_RETRY_AFTER = 30.0
"""Seconds to wait after a 429 that does not say how long."""

_TOKEN = frozenset(
    (
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "not_allowed_token_type",
        "org_login_required",
        "ekm_access_denied",
        "no_permission",
    )
)
CLOSED = frozenset(
    (
        "account_inactive",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "team_not_found",
    )
)
"""Slack's word that a channel, or the whole workspace, is shut to the bot."""
BAD_FORM = frozenset(("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"))
_UNSURE = frozenset(("internal_error", "fatal_error", "request_timeout", "service_unavailable"))
_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ClientHttpProxyError, aiohttp.ConnectionTimeoutError)
_LIMITED = frozenset(("ratelimited", "rate_limited"))
_ADVICE: Mapping[str, str] = {
    "channel_not_found": "no such channel for this bot; use the channel's ID (C…) and, if it is private, "
    "type /invite @Chokan in it",
    "not_in_channel": "the bot is not in this channel; type /invite @Chokan in it",
    "is_archived": "the channel is archived; unarchive it or choose another",
    "restricted_action": "the workspace does not let this bot post here; ask a workspace admin",
    "restricted_action_read_only_channel": "the channel is read-only for this bot; ask a workspace admin",
    "restricted_action_thread_only_channel": "the channel takes replies in threads only",
    "restricted_action_non_threadable_channel": "the channel takes no threads; choose the layout `inline`",
    "restricted_action_thread_locked": "the thread is locked",
    "thread_not_found": "the message this thread belongs to is gone",
    "cannot_reply_to_message": "the message this thread belongs to takes no replies",
}


@contextmanager
def slack_border(subject: str, *, token: str = "SLACK_BOT_TOKEN") -> Iterator[None]:  # noqa: S107 (a variable's name)
    """Turns whatever a call to Slack raises into a `ChatError`. `subject` begins the message, e.g. `slack:C1`;
    `token` names the environment variable the call depends on."""
    try:
        yield
    except ChatError:
        raise
    except Exception as error:
        raise translated(error, subject, token) from error


def translated(error: Exception, subject: str, token: str) -> ChatError:
    """The `ChatError` that says what `error` means for the message that was being sent."""
    found = _translated(error, subject, token)
    found.key, found.values = _words(error, token)
    return found


def _words(error: Exception, token: str) -> tuple[str, Mapping[str, object]]:
    """What the catalogs call it; "" for what they have no words for."""
    code = code_of(error)
    if isinstance(error, _UNREACHED):
        return "chat.slack.unreachable", {}
    if code in _TOKEN:
        return "chat.slack.token", {"token": token, "code": code}
    if code == "missing_scope" and isinstance(error, SlackApiError):
        return "chat.slack.missing_scope", {"scope": _field(error, "needed") or "?"}
    return (f"chat.slack.{code}" if code else ""), {}


def _translated(error: Exception, subject: str, token: str) -> ChatError:
    if isinstance(error, SlackApiError):
        return _answered(error, subject, token)
    if isinstance(error, aiohttp.InvalidURL):
        return ChatRefused(f"{subject}: SLACK_API_URL is not an address")
    # Refused, unresolved, no TLS, no way through the proxy: not a byte of the request was sent.
    if isinstance(error, _UNREACHED):
        return ChatUnavailable(f"{subject}: Slack cannot be reached ({type(error).__name__})")
    return ChatUnknown(f"{subject}: no answer from Slack ({type(error).__name__}); it may have taken the message")


def code_of(error: BaseException | None) -> str:
    """Slack's own word for what went wrong (`missing_scope`), or ''."""
    if not isinstance(error, SlackApiError):
        return ""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error") or "") if isinstance(data, Mapping) else ""


def _answered(error: SlackApiError, subject: str, token: str) -> ChatError:
    code, status = code_of(error), _status(error)
    if status == 429 or code in _LIMITED:
        return ChatUnavailable(f"{subject}: Slack asks to slow down", _retry_after(error))
    if status >= 500 or code in _UNSURE or (status == 200 and not code):
        return ChatUnknown(f"{subject}: Slack had trouble ({code or status}); it may have taken the message")
    kind = DestinationClosed if code in CLOSED else ChatRefused
    if code in _TOKEN:
        return kind(f"{subject}: Slack does not accept {token} ({code}); copy it again from the app's settings")
    if not code:
        return ChatRefused(f"{subject}: HTTP {status} instead of Slack's answer; check SLACK_API_URL")
    return kind(f"{subject}: {_advice(error, code)}")


def _advice(error: SlackApiError, code: str) -> str:
    if code == "missing_scope":
        needed = _field(error, "needed") or "a scope"
        return f"the app lacks {needed} (missing_scope); add it under OAuth & Permissions and reinstall the app"
    if code in _ADVICE:
        return f"{_ADVICE[code]} ({code})"
    notes = _field(error, "response_metadata")
    messages = notes.get("messages") if isinstance(notes, Mapping) else None
    details = "; ".join(str(message) for message in messages[:3]) if isinstance(messages, list) else ""
    return f"Slack refused it: {code}" + (f" ({details})" if details else "")


def _field(error: SlackApiError, name: str) -> object:
    data = getattr(error.response, "data", error.response)
    return data.get(name) if isinstance(data, Mapping) else None


def _status(error: SlackApiError) -> int:
    # A body that is no JSON comes with aiohttp's response (`status`), any other answer with slack_sdk's.
    response = error.response
    return int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)


def _retry_after(error: SlackApiError) -> float:
    headers = getattr(error.response, "headers", None) or {}
    try:
        return max(0.0, float(headers.get("Retry-After", DEFAULT_RETRY_AFTER)))
    except ValueError:
        return DEFAULT_RETRY_AFTER
