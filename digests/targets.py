"""A URL as a stranger wrote it, read once and strictly: what we check here is exactly what is later dialled.

Where URL parsers disagree (backslashes, user names, numbers as hosts), the URL is refused instead of guessed at.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urljoin

import idna

from digests.addresses import is_local_name
from digests.errors import AddressNotAllowed, BadUrl, FetchError

MAX_URL = 8192
"""Longest URL in bytes; servers rarely take more (RFC 9110, 4.1 asks for 8000)."""
DEFAULT_PORTS = {"http": 80, "https": 443}

_PARTS = re.compile(r"(https?)://([^/?#]*)([^?#]*)(\?[^#]*)?(?:#.*)?", re.IGNORECASE | re.DOTALL | re.ASCII)
_BRACKETED = re.compile(r"\[([^\[\]]*)\](?::([0-9]*))?")
_NAMED = re.compile(r"([^:\[\]]*)(?::([0-9]*))?")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\\\\]")
_OTHER_SCHEME = re.compile(r"(?i)(?:feed|itpc|pcast):(?=//|https?://)")
_TO_ENCODE = re.compile(r'[^!-~]|["<>]')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_DOTTED_QUAD = re.compile(r"(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where one GET goes. `url` is pure ASCII without fragment; `host` is lower case, without brackets or final dot."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    """Path and query."""

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{_in_url(self.host)}:{self.port}"

    @property
    def is_literal(self) -> bool:
        return ":" in self.host or _DOTTED_QUAD.fullmatch(self.host) is not None


def read_target(raw: str) -> Target:
    """Raises `BadUrl` for what is malformed or ambiguous, `AddressNotAllowed` for odd ways to write an IP address."""
    text = _plain_scheme(raw.strip())
    _refuse_unreadable(raw, text)
    parts = _PARTS.fullmatch(text)
    if parts is None:
        raise BadUrl(shown(raw), "only addresses that begin with http:// or https:// can be read")
    scheme, authority, path, query = parts[1].lower(), parts[2], parts[3], parts[4] or ""
    host, port = _host_and_port(raw, authority, DEFAULT_PORTS[scheme])
    path = _TO_ENCODE.sub(_encoded, (path or "/") + query)
    address = _in_url(host) if port == DEFAULT_PORTS[scheme] else f"{_in_url(host)}:{port}"
    return Target(url=f"{scheme}://{address}{path}", scheme=scheme, host=host, port=port, path=path)


def spelled(url: str) -> str:
    """`url` as it is dialled, so that two spellings of one address can be told to be one; what is refused stays."""
    try:
        return read_target(url).url
    except FetchError:
        return url


def joined(base: Target, location: bytes) -> Target:
    """Where a `Location` header (its raw bytes) leads from `base`; read as strictly as any URL."""
    text = "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in location.strip(b" \t"))
    if _CONTROL.search(text) or len(text) > MAX_URL:
        raise BadUrl(base.url, "redirects to a malformed address")
    try:
        return read_target(urljoin(base.url, text))
    except ValueError as error:
        raise BadUrl(base.url, "redirects to a malformed address") from error


def shown(raw: str) -> str:
    """`raw` fit for an error text or a log: one short line, and without user name and password."""
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _without_user(raw.strip()))
    return text if len(text) <= 200 else text[:199] + "…"


def _without_user(text: str) -> str:
    parts = _PARTS.fullmatch(text)
    if parts is None or not _looks_whole(parts[2]):
        return text.rpartition("@")[2]
    return text


def read_authority(text: str) -> tuple[str, int]:
    """`host` or `host:port`, as it may stand in a URL, with the host in canonical form; port 0 where none is given.
    An IPv6 address needs brackets only before a port. Raises `BadUrl` or `AddressNotAllowed`."""
    bare_ipv6 = text.count(":") > 1 and not text.startswith("[")
    return _host_and_port(text, f"[{text}]" if bare_ipv6 else text, 0)


def _looks_whole(authority: str) -> bool:
    return bool(authority) and (_NAMED.fullmatch(authority) or _BRACKETED.fullmatch(authority)) is not None


def _plain_scheme(text: str) -> str:
    """`feed:https://…` and `feed://…`, as some sites still link their feeds, are HTTP in disguise."""
    rest = _OTHER_SCHEME.sub("", text, count=1) if _OTHER_SCHEME.match(text) else text
    return f"http:{rest}" if rest.startswith("//") and rest != text else rest


def _refuse_unreadable(raw: str, text: str) -> None:
    if len(text) > MAX_URL or len(text.encode("utf-8", "surrogatepass")) > MAX_URL:
        raise BadUrl(shown(raw), f"longer than {MAX_URL} bytes")
    if _CONTROL.search(text):
        raise BadUrl(shown(raw), "has control characters or backslashes in it")


def _host_and_port(raw: str, authority: str, default: int) -> tuple[str, int]:
    if "@" in authority:
        raise BadUrl(shown(raw), "has a user name or password in it, which is not supported")
    bracketed, named = _BRACKETED.fullmatch(authority), _NAMED.fullmatch(authority)
    if bracketed is not None:
        return _ipv6(raw, bracketed[1]), _port(raw, bracketed[2], default)
    if named is None:
        raise BadUrl(shown(raw), "the host or port is malformed")
    port = _port(raw, named[2], default)
    return _name(raw, named[1]), port


def _port(raw: str, digits: str | None, default: int) -> int:
    if not digits:
        return default
    if len(digits) > 5 or int(digits) > 65535:
        raise BadUrl(shown(raw), "the port is not a number up to 65535")
    return int(digits)


def _ipv6(raw: str, text: str) -> str:
    if "%" in text:  # a zone means an interface of this machine
        raise AddressNotAllowed(shown(raw))
    try:
        return ipaddress.IPv6Address(text).compressed
    except ValueError as error:
        raise BadUrl(shown(raw), "there is no IPv6 address in the brackets") from error


def _name(raw: str, text: str) -> str:
    """The host as the resolver will be asked for it. Numbers that a C library takes for an address are refused."""
    text = unquote(text)
    if not text.isascii() and _is_disguised(text):
        raise AddressNotAllowed(shown(raw))
    host = _ascii_name(raw, text)
    host = host.removesuffix(".")
    labels = host.split(".")
    if _NUMBER.fullmatch(labels[-1]):
        if _DOTTED_QUAD.fullmatch(host):
            return host
        raise AddressNotAllowed(shown(raw))
    if not host or len(host) > 253 or not all(_is_label(label) for label in labels):
        raise BadUrl(shown(raw), "the host name is malformed" if host else "there is no host name")
    return host


def _is_disguised(text: str) -> bool:
    """Whether a host reads as an address or as a name of this machine once its digits, whatever their script or frame,
    are digits and what cannot be seen is gone: nobody writes an honest host so."""
    seen = (char for char in text if unicodedata.category(char) != "Cf" and not "\ufe00" <= char <= "\ufe0f")
    plain = unicodedata.normalize("NFKC", "".join(_digit(char) for char in seen)).lower()
    plain = plain.replace("\u3002", ".").rstrip(".")
    if not plain.isascii():
        return False
    return _NUMBER.fullmatch(plain.rpartition(".")[2]) is not None or is_local_name(plain)


def _digit(char: str) -> str:
    found = unicodedata.digit(char, None)
    return char if found is None else str(found)


def _ascii_name(raw: str, text: str) -> str:
    """UTS #46: what a browser makes of full-width digits, soft hyphens and Japanese names."""
    if text.isascii():
        return text.lower()
    if len(text) > 255:
        raise BadUrl(shown(raw), "the host name is too long")
    try:
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
        return mapped if mapped.isascii() else idna.encode(mapped, uts46=True).decode("ascii")
    except UnicodeError as error:  # IDNAError is one
        raise BadUrl(shown(raw), "the host name is malformed") from error


def _is_label(label: str) -> bool:
    if _LABEL.fullmatch(label) is None:
        return False
    if not label.startswith("xn--"):
        return True
    try:
        return bool(label[4:].encode("ascii").decode("punycode"))
    except UnicodeError:
        return False


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())
