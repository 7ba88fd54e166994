"""Text without what could open a door: passwords and tokens in addresses, and tokens by the shape that their makers
gave them.

For logs, errors and `check`. Known secrets are cut where they are known (`bot.telemetry`); this is for those nobody
told us of: a feed's private address, a database's password, the ticket in an address that a library logs.
"""

from __future__ import annotations

import re

CUT = "…"
_USER = re.compile(r"((?:\b[a-z][a-z0-9+.-]{1,30}:|(?<![\w:/]))//)[^\s/?#'\"<>]{0,512}@", re.IGNORECASE)
_BARE_USER = re.compile(
    r"(?<![\w./:@-])(?!mailto:|sip:|xmpp:)[\w.+-]{1,64}:[^\s/:@'\"<>]{3,256}@(?=[\w-]{1,63}\.[\w.-]{2,})", re.IGNORECASE
)
# Addresses that are keys themselves: whoever has one may post. Nothing but the host is left.
_KEY_ADDRESS = re.compile(
    r"((?:https?://|(?<![\w./-]))(?:[a-z0-9-]+\.)*(?:discord(?:app)?\.com(?::\d+)?(?=/api/(?:v\d+/)?(?:webhooks|interactions)/)"
    r"|hooks\.slack(?:-gov)?\.com(?::\d+)?|webhook\.site|api\.telegram\.org(?=/bot)|outlook\.office\.com(?=/webhook)))/[^\s'\"<>]+",
    re.IGNORECASE,
)
# The same paths without a host, or under another: libraries log them so.
_KEY_PATH = re.compile(r"(/(?:webhooks|interactions)/\d{1,20}/)[\w-]{6,}", re.IGNORECASE)
_PARAMETER = re.compile(
    r"([?&;#](?:[\w.\[\]%-]{0,40}(?:token|secret|passw|pwd|passphrase|credential|session|signature|api_?key|auth(?!or)|jwt|ticket)"
    r"[\w.\[\]%-]{0,40}|[\w-]{0,30}key|sig|sid|pass|pw|code|hash|k)=)[^&;\s'\"<>#]+",
    re.IGNORECASE,
)
_NAME = (
    r"(?:[\w-]{0,40}[_-])?(?:password|passwd|pwd|passphrase|(?:client_?)?secret|token"
    r"|(?:api|access|private|signing)[_-]?(?:key|secret))"
)
# `DISCORD_TOKEN=…`, `"password": "…"`, `password "…"`, `X-Api-Key: …`: a value under a name that says what it is.
_QUOTE = r"\\{0,3}['\"]"
"""Also as it stands inside another quotation."""
_NAMED = re.compile(
    rf"((?<!\w){_NAME}\s?=\s?(?:{_QUOTE})?|{_QUOTE}{_NAME}{_QUOTE}\s{{0,3}}:\s{{0,3}}{_QUOTE}|\bpassword\s{{1,3}}{_QUOTE}"
    rf"|\bx-(?:[\w-]{{0,30}}-)?(?:key|token|secret)(?:{_QUOTE})?\s{{0,3}}:\s{{0,3}}(?:{_QUOTE})?)[^\s'\"\\&;,<>…]{{4,}}",
    re.IGNORECASE,
)
_SHAPES = re.compile(
    r"xox[a-z](?:\.xox[a-z])?-[\w.-]{6,}|x(?:app|wfp)-[\w-]{6,}|(?<![\w.-])[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"
    r"|(?<![\w.-])mfa\.[\w-]{20,}|(?<![\w-])(?:sk|pk|rk)[-_](?:(?:live|test)_)?[\w-]{16,}|(?<!\w)gh[pousr]_\w{20,}|github_pat_\w{20,}"
    r"|(?<!\w)(?:glpat-|npm_|pypi-|hf_|ya29\.)[\w-]{16,}|(?<!\w)SG\.[\w-]{16,}\.[\w-]{16,}|(?<![\w.])\d{6,12}:[\w-]{30,}"
    r"|(?<!\w)A[KS]IA[0-9A-Z]{16}|(?<!\w)AIza[\w-]{30,}|(?<![\w.-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|v0=[0-9a-f]{64}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,10000}?"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
)
_HEADER = re.compile(
    r"(\b(?:proxy-)?authorization['\"]?\s{0,3}[:=]\s{0,3}['\"]?(?:(?:bearer|bot|basic|token|digest)\s{1,3})?"
    r"|\bbearer\s{1,3}(?=[\w.~+/=-]{0,60}\d)|\b(?:set-)?cookie['\"]?\s{0,3}[:=]\s{0,3}['\"]?)[\w.~+/=-]{8,}",
    re.IGNORECASE,
)


def redacted(text: str) -> str:
    """`text` with "…" in place of what looks like a secret. What is left tells where it happened: scheme and host."""
    text = _KEY_ADDRESS.sub(rf"\1/{CUT}", _BARE_USER.sub(f"{CUT}@", _USER.sub(rf"\1{CUT}@", text)))
    text = _PARAMETER.sub(rf"\1{CUT}", _KEY_PATH.sub(rf"\1{CUT}", text))
    return _NAMED.sub(rf"\1{CUT}", _HEADER.sub(rf"\1{CUT}", _SHAPES.sub(CUT, text)))
