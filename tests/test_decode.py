"""Any bytes become text: the right text where anything in them says what is right."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests.decode import clean, codec_of, decode, without_declaration

SENTENCE = "朝刊は毎朝七時に届きます。カタカナとひらがなと漢字、そして数字123。"


@pytest.mark.parametrize("charset", ["utf-8", "shift_jis", "cp932", "euc-jp", "iso-2022-jp"])
def test_japanese_without_any_declaration_is_recognised(charset: str) -> None:
    assert decode(SENTENCE.encode(charset)) == SENTENCE


@pytest.mark.parametrize("charset", ["shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "windows-1251"])
def test_a_true_http_charset_is_believed(charset: str) -> None:
    text = {"gb18030": "早报", "big5": "早報", "euc-kr": "조간신문", "windows-1251": "Утро"}.get(charset, SENTENCE)
    assert decode(text.encode(charset), {"Content-Type": f'text/xml; charset="{charset}"'}) == text


@pytest.mark.parametrize("charset", ["Shift_JIS", "EUC-JP", "ISO-8859-1", "utf-8"])
def test_a_true_xml_declaration_is_believed(charset: str) -> None:
    text = f"<?xml version='1.0' encoding='{charset}'?><t>" + ("café" if "8859" in charset else SENTENCE) + "</t>"
    assert decode(text.encode(charset)) == text


def test_an_html_declaration_is_believed() -> None:
    page = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=euc-jp"></head>{SENTENCE}'
    assert decode(page.encode("euc-jp")) == page


@pytest.mark.parametrize("lie", ["iso-8859-1", "us-ascii", "shift_jis", "euc-jp", "windows-1252", "no-such-charset"])
def test_utf8_proves_itself_against_a_wrong_header(lie: str) -> None:
    assert decode(SENTENCE.encode(), {"content-type": f"text/xml; charset={lie}"}) == SENTENCE


@pytest.mark.parametrize("truth", ["shift_jis", "euc-jp"])
def test_a_feed_that_wrongly_claims_utf8_is_not_lost(truth: str) -> None:
    text = f"<?xml version='1.0' encoding='utf-8'?><title>{SENTENCE}</title>"
    assert decode(text.encode(truth)) == text


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_byte_order_mark_outweighs_everything(charset: str) -> None:
    assert decode(SENTENCE.encode(charset), {"content-type": "text/xml; charset=iso-8859-1"}) == SENTENCE


def test_utf16_without_a_mark_is_seen_by_its_first_bytes() -> None:
    assert decode("<a>朝</a>".encode("utf-16-le")) == "<a>朝</a>"
    assert decode("<a>朝</a>".encode("utf-16-be")) == "<a>朝</a>"


def test_ascii_that_claims_utf16_stays_ascii() -> None:
    body = b"<?xml version='1.0' encoding='utf-16'?><a>plain</a>"
    assert decode(body) == body.decode()


@pytest.mark.parametrize(
    "label",
    ["undefined", "unicode_escape", "raw_unicode_escape", "hex", "utf-7", "mbcs", "../../etc/passwd", "x" * 9000],
)
def test_charsets_no_sender_may_choose_are_not_believed(label: str) -> None:
    body = b"+ADw-script+AD4- \\u0041 4142"
    assert codec_of(label) is None
    assert decode(body, {"content-type": f"text/html; charset={label}"}) == body.decode()


def test_of_two_http_charsets_the_first_counts() -> None:
    headers = {"content-type": "application/rss+xml; charset=euc-jp; charset=shift_jis"}
    assert decode(SENTENCE.encode("euc-jp"), headers) == SENTENCE


def test_one_bad_byte_does_not_change_the_charset() -> None:
    body = SENTENCE.encode() + b"\xff" + SENTENCE.encode()
    assert decode(body) == f"{SENTENCE}\ufffd{SENTENCE}"


def test_a_text_cut_inside_a_character_keeps_its_charset() -> None:
    assert decode(SENTENCE.encode()[:-1])[:-1] == SENTENCE[:-1]


def test_western_text_without_a_declaration_is_windows_1252() -> None:
    assert decode("naïve “quotes” – déjà vu, señor".encode("cp1252")) == "naïve “quotes” – déjà vu, señor"


def test_control_characters_go_and_white_space_stays() -> None:
    assert clean("a\x00b\x08c\x1b[0m\td\ne\rf\ufffe\ud800") == "abc[0m\td\ne\rf"


def test_the_xml_declaration_goes() -> None:
    assert without_declaration("\ufeff <?xml version='1.0' encoding='euc-jp'?><rss/>") == "<rss/>"


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/html; charset=shift_jis", "charset=", "text/xml; charset=utf-16"]),
)
def test_any_bytes_give_clean_text(body: bytes, header: str) -> None:
    text = decode(body, {"content-type": header})
    assert text == clean(text)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=200))
def test_marked_utf8_comes_back_whole(text: str) -> None:
    assert decode(codecs.BOM_UTF8 + text.encode()) == clean(text)


def test_western_text_is_never_taken_for_japanese() -> None:
    for words in (
        "Les élèves français étaient à Besançon où l'été fut très ensoleillé",
        "Überall größere Äpfel",
        "¤¤ ¥¥ ¥¤",
    ):
        body = f"<?xml version='1.0' encoding='iso-8859-1'?><t>{words}</t>".encode("cp1252")
        assert words in decode(body)
