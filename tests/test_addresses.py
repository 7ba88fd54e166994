"""Which addresses are public, and how a stranger's URL is read."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.addresses import is_local_name, is_public
from digests.errors import AddressNotAllowed, BadUrl, FetchError
from digests.targets import joined, read_target, shown

BLOCKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "::/96",
    "::ffff:0:0:0/96",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
]
EDGES = [
    "1.0.0.0",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.254",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "172.15.255.254",
    "172.32.0.0",
    "191.255.255.255",
    "192.0.1.0",
    "192.167.255.254",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2000::",
    "2001:200::",
    "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
    "2001:db9::",
    "2003::",
    "2400:cb00::1",
    "3ffe:ffff::",
    "::ffff:9.9.9.9",
    "64:ff9b::909:909",
]


@pytest.mark.parametrize("block", BLOCKS)
def test_special_blocks_are_shut_from_end_to_end(block: str) -> None:
    network = ipaddress.ip_network(block)
    for address in (network[0], network[network.num_addresses // 2], network[-1]):
        assert not is_public(str(address)), address


@pytest.mark.parametrize("address", EDGES)
def test_their_neighbours_are_open(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "example.com", "127.1", "::1%lo", "2400::1%eth0", "1.2.3.4/8", "0x8.8.8.8"])
def test_what_is_no_plain_address_is_not_public(text: str) -> None:
    assert not is_public(text)


@given(st.ip_addresses(v=4))
def test_an_address_inside_another_is_judged_like_itself(address: ipaddress.IPv4Address) -> None:
    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(f"{prefix}{address}") == is_public(str(address))


@given(st.ip_addresses(v=4))
def test_what_the_standard_library_calls_private_is_never_public(address: ipaddress.IPv4Address) -> None:
    assert not (is_public(str(address)) and (address.is_private or address.is_multicast or address.is_reserved))


@given(st.ip_addresses(v=6))
def test_only_global_unicast_is_public(address: ipaddress.IPv6Address) -> None:
    carries = address.ipv4_mapped is not None or address in ipaddress.ip_network("64:ff9b::/96")
    assert carries or not is_public(str(address)) or address.is_global


@pytest.mark.parametrize("name", ["localhost", "printer", "a.localhost", "nas.local", "db.internal", "x.home.arpa"])
def test_names_of_this_network_are_local(name: str) -> None:
    assert is_local_name(name)


def test_other_names_are_not() -> None:
    assert not any(is_local_name(name) for name in ("news.test", "local.news.test", "localhost.news.test"))


# --- reading a URL ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("http://News.Test", "http://news.test/"),
        (" https://news.test:443/a?b#c\n", "https://news.test/a?b"),
        ("https://news.test:8443/", "https://news.test:8443/"),
        ("http://news.test./a//b/../c?x=%zz&y=%7e", "http://news.test/a//b/../c?x=%zz&y=%7e"),
        ("https://新聞.test/朝刊?日=一", "https://xn--efvv70d.test/%E6%9C%9D%E5%88%8A?%E6%97%A5=%E4%B8%80"),
        ("http://news.test?q=1", "http://news.test/?q=1"),
        ("http://news.test/a b", "http://news.test/a%20b"),
        ("http://[2400:CB00:0::1]:80/", "http://[2400:cb00::1]/"),
        ("feed://news.test/rss", "http://news.test/rss"),
        ("feed:https://news.test/rss", "https://news.test/rss"),
        ("http://under_score.test/", "http://under_score.test/"),
        ("HTTPS://%6Eews.test/", "https://news.test/"),
        ("https://news.test/@user/feed", "https://news.test/@user/feed"),
    ],
)
def test_a_url_is_read_as_it_was_meant(raw: str, url: str) -> None:
    assert read_target(raw).url == url


@pytest.mark.parametrize(
    "host",
    [
        "0177.0.0.1",
        "0x7f.0x1",
        "2130706434",
        "127.2",
        "00.0",
        "010.0.0.1",
        "1.2.3.4.5",
        "256.1.1.1",
        "7F.0X1",
        "1.2.3.0x",
        "４２．１",
        "①②⑦.1",
        "[fe80::2%eth1]",
        "[::2%25lo]",
        "%31%32%37.1",
        "news.test.1",
        "۱۲۷.۰.۰.۱",
        "१२७.०.०.१",
        "๑๒๗.๐.๐.๑",
        "١٢٧.٠.٠.١",
        "𝟏𝟐𝟕.𝟎.𝟎.𝟏",
        "❶❷❼.⓿.⓿.❶",
        "➀➁➆.0.0.➀",
        "⒈⒉⒎.0.0.1",
        "¹²⁷.₀.₀.¹",
        "127。0．0｡1",
        "０ｘ７ｆ.１",
        "8.8.8.８",
        "loc\u00adalhost",
        "loc\u200dalhost",
        "loc\u2060alhost",
        "loc\ufe0falhost",
        "localhoſt",
        "ⓛⓞⓒⓐⓛⓗⓞⓢⓣ",
        "𝓁ℴ𝒸𝒶𝓁𝒽ℴ𝓈𝓉",
        "ｎａｓ．ｌｏｃａｌ",
        "127%E3%80%820%E3%80%820%E3%80%821",
        "4294967297",
        "017700000001",
        "0x17f000001",
        "127.00.0.1",
        "127.0.0.0x1",
        "[::ffff:127.0.0.1%25lo]",
    ],
)
def test_odd_ways_to_write_an_address_are_not_allowed(host: str) -> None:
    with pytest.raises(AddressNotAllowed):
        read_target(f"http://{host}/")


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "news.test",
        "//news.test/",
        "http:news.test",
        "http:///news.test",
        "http://",
        "http://user@news.test/",
        "http://news.test\\@other.test/",
        "http://news.test:80:80/",
        "http://news.test:-1/",
        "http://news.test:８０/",
        "http://news.test:70000/",
        "http://[::1",
        "http://[news.test]/",
        "http://new s.test/",
        "http://news.test\x00/",
        "http://news.test/\r\nHost: other",
        "http://news..test/",
        "http://-news.test/",
        "http://xn--.test/",
        "http://" + "n" * 64 + ".test/",
        "http://" + "n." * 127 + "test/",
        "http://news.test/" + "p" * 8192,
        "http://news.test/\udcff",
        "http://a／b.test/",
        "http://a℀b.test/",
        "gopher://news.test/",
        "httpſ://news.test/",
        "ｈttp://news.test/",
        "http：//news.test/",
        "http:／／news.test/",
        "\ufeffhttp://news.test/",
        "http\u200b://news.test/",
        "feed:feed:http://127.0.0.1/",
        "feeds://news.test/",
        "webcal://news.test/",
        "http+unix://%2fvar%2frun%2fdocker.sock/x",
        "http://@news.test/",
        "http://a@b@news.test/",
        "http://news.test%2f@other.test/",
        "http://news.test%40other.test/",
        "http://127.0.0.1%2f.news.test/",
        "http://news.test\u00a0/",
        "http:\\\\127.0.0.1/",
        "http:/\\127.0.0.1/",
        "http://news.test:8_0/",
        "http://news.test:+80/",
        "http://news.test:٨٠/",
        "http://news.test:0x50/",
        "http://[::1]@news.test/",
        "http://[::ffff:0177.0.0.1]/",
        "http://[::①]/",
        "http://[v1.x]/",
        "http://a＠b.test/",
        "http://a：80.test/",
        "file:///etc/hostname",
        "javascript:alert(1)",
        "feed:file:///etc/hostname",
        "view-source:http://news.test/",
        "http://%ff.test/",
        "http://%00.test/",
    ],
)
def test_malformed_and_ambiguous_urls_are_refused(raw: str) -> None:
    with pytest.raises(BadUrl):
        read_target(raw)


@given(st.text(max_size=60).map(lambda text: f"http://{text}") | st.text(max_size=60))
def test_any_text_is_read_or_refused_in_our_words(raw: str) -> None:
    try:
        target = read_target(raw)
    except FetchError as error:
        said = str(error)
    else:
        said = target.url
        assert read_target(target.url) == target
    assert "\n" not in said


@pytest.mark.parametrize(
    "raw",
    [
        "https://me:s3cret@news.test/feed",
        "https://me:s3/cret@news.test/feed",
        "me:s3cret@news.test",
        "http://me:" + "s3cret" * 60 + "@news.test/",
        "ftp://me:s3cret@news.test/",
        "http://me:s3cret@news.test\\x/",
    ],
)
def test_no_password_is_shown(raw: str) -> None:
    assert "s3cret" not in shown(raw)
    with pytest.raises(BadUrl) as caught:
        read_target(raw)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "url"),
    [
        (b"/b", "https://news.test/b"),
        (b"b?c", "https://news.test/dir/b?c"),
        (b"//other.test/x", "https://other.test/x"),
        (b"http://other.test", "http://other.test/"),
        ("https://news.test/朝".encode(), "https://news.test/%E6%9C%9D"),
        (b"https://caf\xc3\xa9.test/", "https://xn--caf-dma.test/"),
        (b"?page=2", "https://news.test/dir/a?page=2"),
        (b"", "https://news.test/dir/a"),
    ],
)
def test_a_location_is_joined_to_where_it_came_from(location: bytes, url: str) -> None:
    assert joined(read_target("https://news.test/dir/a"), location).url == url


@pytest.mark.parametrize("location", [b"http://[::1/", b"http://a\\b/", b"gopher://x/", b"/\x00", b"x" * 9000, b"//@/"])
def test_a_bad_location_is_a_bad_url(location: bytes) -> None:
    with pytest.raises(BadUrl):
        joined(read_target("https://news.test/dir/a"), location)
