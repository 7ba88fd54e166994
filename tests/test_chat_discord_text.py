"""What a feed says is shown as it is and does nothing on Discord."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.discord_text import clean, cut, discord_url, guarded, inert, linked, plain, units

ISOLATES = str.maketrans("", "", "\u2068\u2069")
NASTY = st.text(
    st.sampled_from(list("\\*_~`|[]()<>@#&!:/.-+1 \n\u3000日本語aeh\u200b\u202e\u200d\u0301\U0001f468א")), max_size=40
)
TEXTS = st.one_of(st.text(max_size=60), NASTY)


def shown(markdown: str) -> str:
    """What Discord shows of text in which nothing is live; fails on anything live."""
    literal = ""
    for line in markdown.translate(ISOLATES).split("\n"):
        assert not re.match(r"\s*([-+*]|\d+[.)]|-?#{1,3}|>{1,3})(\s|$)", line), f"a list, heading or quote: {line!r}"
        rest = re.sub(r"\\[^0-9A-Za-z\s]", "\0", line)
        assert not re.search(r"[*_~`|\[\]<>\\#]", rest), f"live markup: {line!r}"
        assert not re.search(r"(?i)(\w+://|@everyone|@here|discord(app)?\.(gg|com))", rest), f"live: {line!r}"
        literal += re.sub(r"\\([^0-9A-Za-z\s])", r"\1", line) + "\n"
    return literal.removesuffix("\n")


@given(TEXTS)
@example("@everyone <@1> <@&2> <#3> <:a:4> <a:b:5> <t:6:R> </ban:7> <id:customize> @here")
@example("# a\n## b\n- c\n1. d\n-# e\n> f\n>>> g\n* h\n+ i\n 2) j")
@example("[a](https://b) ![c](d) <https://e> https://f discord.gg/g ||h|| `i` ```j **k** __l__ ~~m~~ \\* \\")
@example("　- 見出し\n\u200b- b\n\u2066# c")
def test_inert_text_is_shown_literally_and_nothing_in_it_is_live(text: str) -> None:
    expected = "\n".join(line.strip(" ") for line in clean(text).split("\n"))
    assert expected == shown(inert(text))


@given(TEXTS)
def test_no_character_that_hides_or_reorders_is_left(text: str) -> None:
    kept = clean(text)
    bad = [
        c for c in kept if (unicodedata.category(c) in ("Cc", "Cs") and c != "\n") or c in "\u200b\u202e\u2066\ufeff"
    ]
    assert bad == []
    assert clean(kept) == kept


def test_joiners_stay_where_spelling_or_emoji_needs_them() -> None:
    assert clean("می\u200cخواهم 👨\u200d👩\u200d👧 a\u200db") == "می\u200cخواهم 👨\u200d👩\u200d👧 ab"


def test_stacked_marks_do_not_spill_into_other_lines() -> None:
    assert clean("a" + "\u0301" * 500) == "a" + "\u0301" * 4
    assert clean("か\u3099").replace("か\u3099", "が") == "が"


def test_right_to_left_words_are_set_apart() -> None:
    assert inert("خبر عاجل") == "\u2068خبر عاجل\u2069"
    assert inert("日本 abc") == "日本 abc"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "//example.com/x",
        "https://bank.example@evil.example/",
        "https://",
        "https://exa mple.com/",
        "http://[::1",
        "https://a:99999/",
        "data:text/html,x",
        "",
    ],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    assert discord_url(url) is None
    assert linked("題名", url) == "題名"


def test_addresses_are_encoded_so_that_they_cannot_end_their_link() -> None:
    url = "https://例え.jp/記事 (1)/**a**?q=<b>|c`#d"
    expected = "https://xn--r8jz45g.jp/%E8%A8%98%E4%BA%8B%20%281%29/%2A%2Aa%2A%2A?q=%3Cb%3E%7Cc%60#d"
    assert f"[題名]({expected})" == linked("題名", url)
    assert expected == discord_url(expected)


@given(TEXTS, TEXTS)
def test_a_link_goes_only_where_it_says_and_its_text_stays_inert(text: str, path: str) -> None:
    made = linked(text, f"https://example.jp/{path}")
    links = re.findall(r"(?<!\\)\[((?:\\.|[^\]\\])*)\]\((https://example\.jp/[^()\s*<>]*)\)", made)
    assert len(links) <= 1
    for label, address in links:
        shown(label)
        made = made.replace(f"[{label}]({address})", "")
    shown(made)


def test_a_link_whose_text_poses_as_an_address_shows_the_true_host() -> None:
    assert (
        linked("https://bank.example", "https://evil.example/x")
        == r"https\://bank.example ([evil.example](https://evil.example/x))"
    )


def test_a_link_without_text_shows_its_host_and_a_very_long_one_is_not_linked() -> None:
    assert linked(" \u200b ", "https://example.jp") == "[example.jp](https://example.jp/)"
    assert linked("題名", "https://example.jp/" + "a" * 5000) == "題名"


@given(TEXTS, st.integers(1, 30))
def test_cut_text_is_never_longer_than_asked(text: str, limit: int) -> None:
    assert units(cut(plain(text), limit)) <= limit


@given(TEXTS)
def test_guarding_twice_is_guarding_once(text: str) -> None:
    once = guarded(plain(text))
    assert once == guarded(once)
