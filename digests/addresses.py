"""Which Internet addresses and names a URL given by a stranger may lead to: our own table, opinion on paper only.

An address passes when it is global unicast and in none of the special-purpose blocks below. Blocks that carry an IPv4
address inside (mapped, NAT64) are judged by it; the other transition mechanisms are shut as a whole.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and its updates), and what clouds put on public-looking ones.
# https://www.iana.org/assignments/iana-ipv4-special-registry
_SHUT_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # carrier-grade NAT, RFC 6598 (and one cloud's metadata, 100.100.100.200)
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # Azure's host agent, on a public-looking address
        "169.254.0.0/16",  # link-local, RFC 3927: cloud metadata
        "172.16.0.0/12",  # private, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890 (and one cloud's metadata, 192.0.0.192)
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # automatic multicast tunneling, RFC 7450
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112, and limited broadcast
    )
)

# Everything outside 2000::/3 is not global unicast (RFC 4291): loopback, unspecified, IPv4-compatible (::/96),
# IPv4-translated (::ffff:0:0:0/96), NAT64 for local use (64:ff9b:1::/48), discard (100::/64), SRv6 (5f00::/16),
# unique local (fc00::/7), link-local (fe80::/10), site-local (fec0::/10), multicast (ff00::/8).
_GLOBAL_V6 = IPv6Network("2000::/3")
# https://www.iana.org/assignments/iana-ipv6-special-registry
_SHUT_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # IETF protocol assignments: Teredo, ORCHID, benchmarking, AMT, AS112 …
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056: carries any IPv4 address inside
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3fff::/20",  # documentation, RFC 9637
    )
)
_CARRIES_V4 = (
    IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291
    IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052: all a network without IPv4 has for most of the web
)

# Names that by definition mean this machine or this network (RFC 6761, RFC 6762, RFC 8375, ICANN's .internal).
_LOCAL_SUFFIXES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home.arpa", "onion")


def is_public(address: str) -> bool:
    """May a URL given by a stranger lead to this IP address? What is no address, or has a zone, may not."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return _is_public_v4(found) if isinstance(found, IPv4Address) else _is_public_v6(found)


def is_local_name(host: str) -> bool:
    """Is this lower-case host name one that only means something here? Names of one label are."""
    return "." not in host or any(host.endswith(f".{suffix}") for suffix in _LOCAL_SUFFIXES)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in _SHUT_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None:
        return False
    if any(address in block for block in _CARRIES_V4):
        return _is_public_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _GLOBAL_V6 and not any(address in block for block in _SHUT_V6)
