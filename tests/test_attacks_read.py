"""Hostile input of every kind that is read, shown, imported or signed, held to its principle by `attack_drivers`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attack_drivers import (
    INVISIBLE,
    admitted,
    holds_archive,
    holds_atom,
    holds_charset,
    holds_discord,
    holds_feed,
    holds_import,
    holds_slack,
    holds_unicode,
    outlines,
    zipped,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict
from slack_sdk.signature import SignatureVerifier

from bot import discord_text, slack_text
from bot.exchange import MOST_FEEDS, NotAList, read
from bot.opml import NotOpml
from bot.slack_http import Gate
from digests.plain import safe
from digests.urls import names_another_site

RSS = "<rss version='2.0'><channel>{}</channel></rss>"
FEEDS = (
    "",
    " \n",
    "\ufeff",
    "null",
    "[]",
    "{}",
    '{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": {"a": 1}, "url": ["x"]}, 7, null]}',
    "<opml version='2.0'><body/></opml>",
    "<html><body>moved</body></html>",
    "<rss/>",
    RSS.format(""),
    RSS.format("<item/>"),
    RSS.format("<item><title>one</title></item>" * 3),
    RSS.format("<item><guid>1</guid><title>a</title></item><item><guid>1</guid><title>b</title></item>"),
    RSS.format("<item><title>a</title><link>data:text/html,x</link><guid>vbscript:x</guid></item>"),
    RSS.format("<item><title>a</title><link>//127.0.0.1/x</link></item>"),
    RSS.format("<item><title>&lt;script&gt;alert(1)&lt;/script&gt;</title></item>"),
    RSS.format("<item><title>\u202eevil\u200b</title><pubDate>99999999999999999999</pubDate></item>"),
    RSS.format("<item><link>https://u:p@a.example/</link><title>" + "x" * 100_000 + "</title></item>"),
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id/><link href='jar:x!/'/></entry></feed>",
    "<?xml-stylesheet href='file:///etc/passwd'?>" + RSS.format("<item><title>a</title></item>"),
    "<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + RSS.format("<item><title>&a;</title></item>"),
    "<!DOCTYPE r [<!ENTITY % a '<!ENTITY b SYSTEM \"file:///etc/passwd\">'> %a;]>"
    + RSS.format("<item><title>&b;</title></item>"),
    "<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>" + RSS.format("<item><title>&a;</title></item>"),
    "<!DOCTYPE r PUBLIC 'x' 'http://127.0.0.1:9/'>" + RSS.format("<item><title>a</title></item>"),
    "<!DOCTYPE r [<!ATTLIST item x CDATA 'y'><!NOTATION n SYSTEM 'file:///x'>]>"
    + RSS.format("<item><title>a</title></item>"),
    RSS.format(
        "<item xmlns:i='http://www.w3.org/2001/XInclude'><title>"
        "<i:include href='file:///etc/passwd' parse='text'/></title></item>"
    ),
    RSS.format("<item><title>a</title><pubDate>Mon, 32 Foo 99999 99:99:99 +9999</pubDate></item>"),
    RSS.format("<item><title>&bogus; &#0; &#xD800; &#x110000;</title></item>"),
    RSS.format(
        "<ttl>99999999999999999999</ttl><language>../../x</language><item><link>http://[::1</link><title>a</title></item>"
    ),
    RSS.format("<item><title>a</title></item>") * 2,
    "junk" + RSS.format("<item><title>a</title></item>") + "junk",
    "<a:rss xmlns:a='x'><a:channel><a:item><a:title>t</a:title></a:item></a:channel></a:rss>",
    "<feed xmlns='http://www.w3.org/2005/Atom' xml:base='javascript:'><entry><id>a</id><link href='x'/></entry></feed>",
    "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>a</id><content src='file:///etc/passwd'/></entry></feed>",
    '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "\\ud800", "title": "\\u0000\\u202e"}]}',
    '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "a", "date_published": 1e400}]}',
    '{"items": [NaN, Infinity, {"id": 1, "content_html": []}]}',
)
CHARSETS: tuple[dict[str, str], ...] = (
    *({"declared": name} for name in ("undefined", "idna", "punycode", "base64", "zlib", "rot13", "oem", "quopri")),
    *({"declared": name, "body": "+ADw-script+AD4-"} for name in ("utf-7", "unicode-1-1-utf-7", "UTF7")),
    *({"declared": name} for name in ("", "\u00e9", "utf-8'", "x" * 40_000, "../utf-8", "none", "cp-932-")),
    *(
        {"http": f"text/xml; charset={name}", "xml": "utf-8", "body": "UTF-8 Japanese"}
        for name in ("latin-1", "utf-16", "euc-jp")
    ),
    *(
        {"xml": declared, "body": f"{name} bytes"}
        for name in ("Shift_JIS", "EUC-JP", "ISO-2022-JP")
        for declared in ("utf-8", "iso-8859-1", "us-ascii", "shift_jis", "euc-jp", "utf-16")
    ),
    *(
        {"http": f"text/xml; charset={name}", "body": "EUC-JP bytes"}
        for name in ("iso-8859-1", "utf-8", "windows-1252")
    ),
    *({"bom": name, "xml": "shift_jis"} for name in ("utf-8", "utf-16le", "utf-16be")),
    {"xml": "utf-32", "body": "ascii bytes"},
    {"http": "application/rss+xml; charset=; charset=utf-8"},
)
SHOWN = (
    "@everyone @here @Everyone ＠everyone",
    "<@1> <@!1> <@&1> <#1> <:a:1> <a:b:1> <t:1:R> </a:1> <id:home>",
    "<!channel> <!here|here> <!everyone> <!subteam^S1> <!date^1^{date}|x> <@U1> <#C1|x>",
    "&lt;!channel&gt; &amp;lt;",
    "[a](https://evil.example) [](https://evil.example) ![x](https://evil.example) [a]: https://evil.example",
    "<https://evil.example|https://bank.example>",
    "](https://evil.example) [x",
    "*a _b ~c `d ```e **f __g ~~h ||i",
    "```js\nalert(1)",
    "# a\n## b\n-# c\n- d\n* e\n1. f\n> g\n>>> h\n| i | j |\n---\n===",
    "\\*a\\_b\\",
    "discord.gg/a discord.com/invite/a dsc.gg/a https://discordapp.com/invite/a steam://run/1 tel:+1",
    "http://169.254.169.254/ javascript:alert(1) file:///etc/passwd mailto:a@b.example",
    ":skull: :custom_emoji: #general",
    "paypal.com",
    "https://www.paypal.com/signin",
    "раураl.com",
    "x" * 9_000,
    "長" * 9_000,
    "a " * 4_000,
    "\u200b" * 50,
    "",
    "\u3164\u115f\u2800",
    "e" + "\u0301" * 3_000,
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466" * 400,
    "\ufdfd" * 500,
    "a\u2028b\u2029c\x85d\x0be\x0cf\x00g",
    "\x1b[2J\x1b]0;owned\x07\x9b31m",
    "\u202eabc\u202c \u2066def\u2069 \u061cghi \u200ejkl \u200fmno",
    "\ufeffa\u2060b\u2063c\u00add\u180ee",
    "\U000e0001\U000e0068\U000e0069\U000e007f",
    "a\ufe00b\ufe0f\ufe0fc\U000e0100\U000e0101d",
    "שלום (abc) عالم 123",
    "{{7*7}} ${7*7} <%= 7 %> {% raw %} #{7}",
    "<id:customize> <id:browse> <id:guide> <id:linked-roles:123> <t:-1:F> </a b c:3> <#1:x> <::1> @silent",
    "@\u200beveryone @ev\u200deryone @\u2060here ﹫everyone @everyone\u0301 \\@everyone \\<@1>",
    '[a](<https://evil.example>) [a](https://evil.example "t") [[b]](x) [\u200b](https://evil.example) [a][1]',
    "<mailto:a@b.example|x> <tel:+1|x> <sms:+1> <slack://open|x> <discord://-/x> <a@b.example> +1 555 123 4567",
    "discord.new/x discord.gift/abc ptb.discord.com/invite/a discord.gg\\abc https\u200b://discord.gg/x",
    "<!date^1392734382^{date_num}^https://evil.example/|x> <!subteam^S1|@team> <!group> <@W1|name> <http://a|b|c>",
    "＜!here＞ ‹!here› <\u200b!here> <\u200d@U1> &#60;!here&#62; &#x3c;@U1&#x3e; &nbsp;",
    "~~~\ncode\n```ansi\n\x1b[31mred\n$$x$$ \\(x\\)",
    " # h\n\t# h\n\u3000# h\n\u00a0# h\n1) e\n10. f\n-\u00a0x\n-# small -# not",
    "*\u200bb* _\u2060i_ a*b*c snake_case_name 2*3*4 ||a|| |b|",
    ":+1: :thumbsup::skin-tone-2: :flag-jp: ＃general #C123",
    "https：//evil.example １２３．example．com пример.рф 例え.みんな hxxps://x[.]y",
    "раураⅼ.com аррӏе.com ｐａｙｐａｌ．ｃｏｍ paypal․com 𝓹𝓪𝔂𝓹𝓪𝓵.com microsоft.com/login",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f a\U000e0020b\U000e007fc",
    "😀\U000e0100\U000e0101\U000e0102 A\U000e01efB \ufe0f\ufe0f\ufe0fA\ufe0f",
    "\uffa0x\u115f\u1160 \u17b4\u17b5 \u180b\u180c\u180d\u180e\u180f \u2800\u2800a",
    "\u2061\u2062\u2063\u2064\u2065 \u206a\u206b\u206c\u206d\u206e\u206f \ufff9a\ufffab\ufffb \u034f\u061c",
    "\u2066a\u2067b\u2068c\u2069 \u202a\u202b\u202c\u202d\u202e \u2068unclosed",
    "\U0001d173\U0001d17a \U0001bca0\U0001bca3 \ufdd0\ufdef \ue000\uf8ff",
    "ก็็็็็็็็็็็็ ส็็็็็็็็็็ คี่่่่่่ x\u0489\u0488\u20dd\u20e3 ཧཱུྃཧཱུྃ",
    "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🏴‍☠️ ❤️‍🔥 \u200d👨 👨\u200d می‌خواهم क्‍ष が か\u3099",
    "\x1b[0m\x80\x9b31m\x9d0;t\x9c",
    "\ud800 \udfff\ud800 \ud83d\ude00",
    "*" * 4_000,
    "[](" * 2_000,
    "\\" * 4_000,
    "@everyone" * 500,
    "\n" * 3_000,
)
MARKUP = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<base href=//evil.example><form action=//evil.example><button>x</button></form>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>@import '//evil.example'</style>",
    "</title></style></textarea></xmp></noscript><script>alert(1)</script>",
    "\"'><script>alert(1)</script>",
    "'-alert(1)-' x=\"",
    "]]><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<img src=http://192.168.0.1/reboot>",
    "<details open ontoggle=alert(1)><video><source onerror=alert(1)><marquee onstart=alert(1)>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<svg><animate onbegin=alert(1) attributeName=x><use href=data:image/svg+xml,x><foreignObject><script>",
    "<template><script>x</script></template><portal src=//evil><embed src=//evil><a ping=//evil href=x>",
    "<meta http-equiv=set-cookie content=x><meta http-equiv=Content-Security-Policy content=x>",
    "<sc\u200bript>alert(1)</script> <scr\x00ipt> <\x00script> ＜script＞alert(1)＜/script＞",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4- ¼script¾alert(¢XSS¢)¼/script¾",
    "</script><script>alert(1)// {{constructor.constructor('alert(1)')()}} ${alert(1)} \u2028alert(1)",
    "<!--[if gte IE 4]><script>alert(1)</script><![endif]--> <?php x ?> <![CDATA[<script>x</script>]]>",
    "<plaintext><xmp><listing><isindex action=javascript:alert(1)><x onclick=alert(1)>",
)
LISTS: tuple[dict[str, str], ...] = (
    {"opml": "5,001 outlines"},
    {"opml": "nested depth 5,000"},
    {"opml": "javascript:alert()"},
    {"opml": "file:///etc/passwd"},
    {"opml": "https://user:secret@news.example/feed"},
    {"zip": "../../etc/cron.d/x"},
    {"zip": "symlink to /etc"},
    {"zip": "bomb in it"},
    {"csv-export": "=cmd|' /C calc'!A0"},
    {"filename": "a\r\nSet-Cookie: x=1"},
    {"filename": "\x1b[2J\u202e.opml"},
    {"sql": "'); DELETE FROM articles; --"},
)
SLASH = "command=%2Fdigest"
SIGNED = str(SignatureVerifier("secret").generate_signature(timestamp="1700000000", body=SLASH))
KNOCKS: tuple[tuple[dict[str, Any], bool], ...] = (
    ({}, True),
    ({"now": 1700000299}, True),
    ({"now": 1700000301}, False),
    ({"now": 1699999699}, False),
    ({"body": "command=%2Fdigest&admin=1"}, False),
    ({"body": b"\xff\xfe"}, False),
    ({"signing_secret": "other"}, False),
    ({"timestamp": "1700000001"}, False),
    *(
        ({"timestamp": odd}, False)
        for odd in (None, "", "abc", "1e9", "9" * 400, "-1", "1700000000.5", "\u0661", "nan")
    ),
    *(
        (
            {"timestamp": odd, "signature": SignatureVerifier("secret").generate_signature(timestamp=odd, body=SLASH)},
            False,
        )
        for odd in (
            "+1700000000",
            " 1700000000",
            "1700000000 ",
            "1_700_000_000",
            "01700000000",
            "１７００００００００",
            "1700000000\n",
        )
    ),
    *(
        ({"signature": odd}, False)
        for odd in (None, "", "v0=", "v0=é", SIGNED.upper(), SIGNED[3:], SIGNED[:-1], "v1" + SIGNED[2:])
    ),
    *(
        ({"signature": odd}, False)
        for odd in (f"{SIGNED} ", f" {SIGNED}", f"{SIGNED},{SIGNED}", "v0=" + "0" * 64, "\ud800")
    ),
)


@pytest.mark.parametrize("text", FEEDS)
def test_odd_feeds_behave(text: str) -> None:
    holds_feed(text.encode())


@pytest.mark.parametrize("told", CHARSETS)
def test_any_charset_ends_in_text(told: dict[str, str]) -> None:
    holds_charset(told)


@pytest.mark.parametrize("text", SHOWN)
def test_discord_shows_it_and_does_nothing(text: str) -> None:
    holds_discord(text)


@pytest.mark.parametrize("text", SHOWN)
def test_slack_shows_it_and_does_nothing(text: str) -> None:
    holds_slack(text)


@pytest.mark.parametrize("text", [text for text in SHOWN if len(text) < 1000])
def test_nothing_hides_and_nothing_reorders(text: str) -> None:
    holds_unicode(text)


@pytest.mark.parametrize("text", [*MARKUP, *SHOWN])
def test_the_archive_shows_it_as_text(text: str) -> None:
    holds_archive(text[:2000])


@pytest.mark.parametrize("text", [*MARKUP, *SHOWN])
def test_atom_shows_it_as_text(text: str) -> None:
    holds_atom(text[:2000])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([*(t for t in SHOWN if len(t) < 200), *MARKUP]) | st.text(max_size=6), max_size=6))
def test_no_mixture_of_them_is_live_anywhere(pieces: list[str]) -> None:
    text = "".join(pieces)
    holds_discord(text)
    holds_slack(text)
    assert not INVISIBLE.search(safe(text).replace("\n", " "))


@pytest.mark.parametrize("told", LISTS)
def test_a_list_of_feeds_is_read_within_limits(told: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    holds_import(told, tmp_path / "inside")


def test_a_long_list_that_is_not_too_long_is_taken_in() -> None:
    assert len(read(outlines(f"{MOST_FEEDS} outlines"), "x").feeds) == MOST_FEEDS


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE o [<!ENTITY a 'https://a.example/'>]><opml><body><outline xmlUrl='&a;'/></body></opml>",
        b"<!DOCTYPE o SYSTEM 'http://127.0.0.1:9/x.dtd' [<!ENTITY % p SYSTEM 'file:///etc/passwd'>%p;]><opml/>",
        b"<?xml version='1.0' encoding='utf-7'?><opml/>",
        b"x" * (6 << 20),
        zipped("feeds.opml"),
        b"\x00" * 100,
        b"[" * 100_000,
        b'[{"url": ' + b"9" * 5_000 + b"}]",
    ],
)
def test_lists_with_tricks_in_them_are_refused(data: bytes) -> None:
    with pytest.raises((NotAList, NotOpml)):
        read(data, "x.opml")


@pytest.mark.parametrize(("changes", "admits"), KNOCKS)
def test_only_what_slack_signed_comes_in_and_only_once(changes: dict[str, Any], admits: bool) -> None:
    told = {"signing_secret": "secret", "timestamp": "1700000000", "body": SLASH, "now": 1700000000}
    assert admitted({**told, "signature": SIGNED, **changes}) == [admits, False]


@pytest.mark.parametrize("name", ["X-Slack-Signature", "x-slack-request-timestamp"])
@pytest.mark.parametrize("other", ["", "1700000000", SIGNED])
def test_a_header_that_comes_twice_says_nothing(name: str, other: str) -> None:
    gate = Gate("secret", lambda: 1700000000.0)
    headers = CIMultiDict({"X-Slack-Request-Timestamp": "1700000000", "X-Slack-Signature": SIGNED})
    assert not gate.admits(SLASH.encode(), CIMultiDict([*headers.items(), (name, other)]))
    assert not gate.admits(SLASH.encode(), CIMultiDict([(name, other), *headers.items()]))
    assert gate.admits(SLASH.encode(), headers)


@pytest.mark.parametrize(
    ("label", "url", "poses"),
    [
        ("paypal.com", "https://evil.example/x", True),
        ("раураl.com", "https://xn--yrl-5cdtb.example/", True),
        ("Log in at www.bank.example now", "https://evil.example/", True),
        ("https://bank.example", "https://evil.example/", True),
        ("BBC.co.uk reports", "https://www.bbc.com/x", True),
        ("bbc.co.uk reports", "https://www.bbc.co.uk/x", False),
        ("Amazon.com raises prices", "https://www.amazon.com/x", False),
        ("Node.js 24 and No.1", "https://news.example/", False),
        ("The end.In short: v2.0", "https://news.example/", False),
        ("paypal․com", "https://evil.example/", True),
        ("ｐａｙｐａｌ．ｃｏｍ", "https://evil.example/", True),
        ("PayPal.Com", "https://evil.example/", True),
        ("paypal.соm", "https://evil.example/", True),
        ("例え.みんな", "https://evil.example/", True),
        ("paypal.comへログイン", "https://evil.example/", True),
        ("銀行bank.co.jpから", "https://evil.example/", True),
        ("銀行bank.co.jpから", "https://www.bank.co.jp/x", False),
        ("https：//bank.example", "https://evil.example/", True),
        ("始まった。NHKは伝えた。", "https://news.example/", False),
        ("まとめた.そして", "https://news.example/", False),
    ],
)
def test_a_label_that_names_another_site_is_known(label: str, url: str, poses: bool) -> None:
    assert names_another_site(label, url) is poses
    assert (slack_text.unmasked(label, url) is not None) is poses
    if poses:
        assert discord_text.linked(label, url).endswith("))")


def test_selectors_and_joiners_stay_where_they_have_work_to_do() -> None:
    kept = "❤\ufe0f 1\ufe0f\u20e3 ©\ufe0e 邊\U000e0100 葛\ufe00 \U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert (safe(kept), slack_text.clean(kept), discord_text.clean(kept)) == (kept, kept, kept)
