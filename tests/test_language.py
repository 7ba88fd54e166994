"""Languages are told from script, model and hint; words are found in texts of any kind."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.language import identify, words


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("ja", "首相は3日、記者会見で辞任を表明した。"),
        ("zh", "国务院总理昨天在北京会见了代表团。"),
        ("ko", "대통령은 기자회견에서 사임을 발표했다."),
        ("en", "The prime minister said on Monday that he would resign."),
        ("de", "Der Bundeskanzler hat am Montag seinen Rücktritt angekündigt."),
        ("vi", "Thủ tướng cho biết hôm thứ Hai rằng ông sẽ từ chức."),
        ("th", "นายกรัฐมนตรีกล่าวเมื่อวันจันทร์ว่าจะลาออก"),
        ("ru", "Премьер-министр заявил в понедельник, что уйдёт в отставку."),
        ("ar", "قال رئيس الوزراء يوم الاثنين إنه سيستقيل من منصبه."),
        ("ja", "iPhoneの新モデルをAppleが発表、Pro MaxとAirの二種類"),
    ],
)
def test_the_language_of_a_sentence_is_told(expected: str, text: str) -> None:
    assert expected == identify(text)


@pytest.mark.parametrize(
    ("expected", "text", "hint"),
    [("de", "OK", "de-AT"), ("ja", "首相辞任", "ja"), ("fr", "", "fr"), ("en", "", None), ("en", "123", "not a code!")],
)
def test_a_hint_decides_when_the_text_is_too_short(expected: str, text: str, hint: str | None) -> None:
    assert expected == identify(text, hint)


def test_a_wrong_hint_does_not_outweigh_a_clear_text() -> None:
    assert identify("The prime minister said on Monday that he would resign from office.", "ja") == "en"


def test_japanese_words_are_found_without_spaces() -> None:
    assert words("首相は、辞任を表明した。", "ja") == ("首相", "は", "辞任", "を", "表明", "し", "た")


def test_other_words_are_folded() -> None:
    assert ("café", "１２".replace("１２", "12"), "tokyo") == words("Café １２ ＴＯＫＹＯ!", "en")


def test_japanese_words_can_be_asked_for_by_many_threads_at_once() -> None:
    texts = [f"第{n}回の会議は東京で開かれた。" * 300 for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: words(text, "ja"), texts))
    assert [words(text, "ja") for text in texts] == found


@given(text=st.text(max_size=200), hint=st.one_of(st.none(), st.text(max_size=6)))
@settings(max_examples=100, deadline=None)
def test_any_text_has_a_language(text: str, hint: str | None) -> None:
    assert identify(text, hint).isalpha()
