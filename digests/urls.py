"""Addresses of feeds and articles: one spelling for one page, and which of them belong to the same site."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from tld import get_tld

_PORTS = {"http": 80, "https": 443}
# Parameters that tell the site who sent the reader and never which page is meant.
_TRACKING = re.compile(
    r"(?:utm_[a-z_]+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|ttclid|yclid|igshid|igsh|mc_cid|mc_eid|mkt_tok|"
    r"_hsenc|_hsmi|hsctatracking|vero_id|oly_anon_id|oly_enc_id|wickedid|_openstat|ns_source|ns_mchannel|ns_campaign|"
    r"at_medium|at_campaign|at_custom\d|at_link_[a-z_]+|cmpid|ncid|ocid|_ga|_gl|s_cid|srsltid|guce_referrer(?:_sig)?|ref_src|ref_url)",
    re.IGNORECASE,
)
_LIMIT = 4096
_WRITTEN = re.compile(r"(?:https?://|\bwww\.)([^\s/?#]{1,253})", re.IGNORECASE)
# A domain name in running text: what ends it is no Latin letter, and Japanese may follow at once. `Node.Js` at the end
# of a sentence is none, so only the oldest endings are known with a capital.
_NAMED = re.compile(
    r"(?:[\w-]{1,63}\.|[A-Za-z0-9-]{1,63}。){1,10}"
    r"(?:(?:[a-z]{2,24}|[A-Z]{2,24}|Com|Net|Org|xn--[\w-]{1,59})(?![A-Za-z0-9_-])|(?=[a-zA-Z]{0,23}[^\x00-\x7f])[^\W\d_]{2,24}(?![\w-]))"
)
_BEFORE_A_NAME = re.compile(r"^.*[\u3040-\u30ff\u3400-\u9fff](?=[A-Za-z0-9-]+[.。])")
"""Japanese words that a name follows without a space."""
_MIXED = re.compile("(?=.*[A-Za-z]).*[\u0370-\u03ff\u0400-\u052f]")
"""Latin letters among Greek or Cyrillic ones."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"{}|^`]")


def web_url(url: str | None, base: str = "") -> str | None:
    """`url` resolved against `base`, or None when it is no http(s) address with a host, or a monstrous one. An address
    with a user name in it is a lie about the host or a secret: None."""
    if not url or len(url) > _LIMIT:
        return None
    url = _CONTROL.sub("", url).strip()
    try:
        parts = urlsplit(urljoin(_CONTROL.sub("", base), url))
        usable = parts.scheme.lower() in _PORTS and bool(parts.hostname) and "@" not in parts.netloc
        usable = usable and (parts.port or 1) > 0
    except ValueError:
        return None
    return urlunsplit(parts) if usable else None


def canonical_url(url: str) -> str:
    """One spelling for one page: scheme and host in lower case (IDNA), no default port, no fragment, no tracking
    parameters (the order of the others is kept), an empty path as `/`. What is no URL comes back as it was."""
    try:
        parts = urlsplit(url.strip())
        host = _host(parts)
        port = parts.port
    except ValueError:
        return url.strip()
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        return url.strip()
    authority = host if port in (None, _PORTS[scheme]) else f"{host}:{port}"
    return urlunsplit((scheme, authority, _quoted(parts.path) or "/", _kept(parts.query), ""))


def article_id(url: str) -> str:
    """24 hexadecimal digits of SHA-256 of the canonical URL. http and https are one page."""
    address = canonical_url(url)
    return hashlib.sha256(re.sub(r"\Ahttps?:", "", address).encode("utf-8", "replace")).hexdigest()[:24]


def site_of(url: str) -> str:
    """The registrable host (`news.example.co.jp` → `example.co.jp`); an address, `localhost` or a host without a known
    suffix stays as it is, with its port when that is not the default."""
    try:
        parts = urlsplit(url)
        host, port = _host(parts), parts.port
    except ValueError:
        return ""
    if _is_address(host) or "." not in host:
        return host if port in (None, _PORTS.get(parts.scheme.lower())) else f"{host}:{port}"
    known = get_tld(f"http://{host}/", as_object=True, fail_silently=True, search_private=True)
    registrable = getattr(known, "fld", None)
    return str(registrable) if registrable else host.removeprefix("www.")


def names_another_site(text: str, url: str) -> bool:
    """Whether a text shows an address or a domain name that is not of the site `url` leads to (`раураl.com`, as it
    looks, is not `paypal.com`)."""
    site, text = site_of(url), unicodedata.normalize("NFKC", text[:_LIMIT])
    named = (_site_named(found[0]) for found in _NAMED.finditer(text))
    addressed = (site_of(f"http://{found[1]}/") for found in _WRITTEN.finditer(text))
    return any(other not in ("", site) for other in (*named, *addressed))


def _site_named(name: str) -> str:
    """Empty for what only looks like a domain: `Node.js`. An ending of two scripts (`.соm`) is meant to be misread."""
    name = _BEFORE_A_NAME.sub("", name)
    ending = re.split("[.。]", name)[-1]
    if _MIXED.match(ending):
        return name
    try:
        host = name.lower().encode("idna").decode("ascii")
    except UnicodeError:
        return name
    known = get_tld(f"http://{host}/", as_object=True, fail_silently=True, search_private=True)
    return str(getattr(known, "fld", None) or "")


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    """Characters a URL cannot hold, escaped as browsers do; what is escaped already stays as it is."""
    if text.isascii() and not _UNSAFE.search(text):
        return text
    return quote(text, safe="%/:=&?~#+!$,;'@()*[]-._")


def _kept(query: str) -> str:
    return "&".join(
        _quoted(pair) for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.split("=", 1)[0])
    )
