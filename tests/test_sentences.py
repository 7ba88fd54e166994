"""Sentences have exact offsets, survive quotations and abbreviations, and boilerplate is told from news."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests.sentences import LONGEST, sentences


def texts(text: str, language: str) -> list[str]:
    return [piece.text for piece in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "Mr. Smith of the U.S. Senate paid $1.5 million.",
                "He went to the U.S.",
                "The end came at 5 p.m. Monday.",
            ],
        ),
        ("en", ["“It is good. Really good,” he said.", "J. K. Rowling and Dr. Jones agreed (they met. once)."]),
        ("en", ["Is it No. 5?", "No!", "Wait… what?", "He felt ill.", "Police came, e.g. Inspector Lee."]),
        (
            "ja",
            [
                "彼は「行く。きっと行く。」と述べた。",
                "「やめる。」",
                "田中氏はそう語った。",
                "本当か？",
                "値は3.5％だ。",
            ],
        ),
        ("ja", ["Yahoo!ニュースによると、モーニング娘。の公演は(3日。予定)だった！"]),
        ("zh", ["今天天气好。", "“我们去吧。”", "他说。", "真的吗？"]),
        ("ko", ["안녕하세요.", "오늘은 3.5% 상승했다."]),
        ("vi", ["TP. HCM có PGS.TS. Nguyễn.", "Ông nói vậy."]),
        ("de", ["Am 3. Oktober kam Dr. Müller.", "Er ging z.B. heim."]),
        ("ar", ["مرحبا بكم.", "كيف الحال؟"]),
        ("hi", ["यह पहला है।", "यह दूसरा है।"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(language: str, expected: list[str]) -> None:
    joined = ("" if language in ("ja", "zh") else " ").join(expected)
    assert expected == texts(joined, language)


def test_a_headline_without_full_stop_ends_at_its_line() -> None:
    assert texts("Stocks fall again\n\nShares fell on Friday.\n• one\n• two", "en") == [
        "Stocks fall again",
        "Shares fell on Friday.",
        "one",
        "two",
    ]


def test_a_tokenised_full_stop_ends_a_sentence_before_a_small_letter() -> None:
    assert texts("He left the ring . then he came back .", "en") == ["He left the ring .", "then he came back ."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("NEW YORK (Reuters) - Stocks fell.", "Stocks fell."),
        ("TOKYO, June 9 (Xinhua) -- Stocks fell.", "Stocks fell."),
        ("(Reuters) - Stocks fell.", "Stocks fell."),
        ("PARIS, France – Stocks fell.", "Stocks fell."),
        ("【2006年5月30日】株価が下落した。", "株価が下落した。"),
        ("【ワシントン共同】株価が下落した。", "株価が下落した。"),
        ("The deal - signed on Monday - is big.", "The deal - signed on Monday - is big."),
        ("「決定」―首相は述べた。", "「決定」―首相は述べた。"),
    ],
)
def test_a_dateline_is_no_part_of_the_sentence(text: str, expected: str) -> None:
    assert [expected] == texts(text, "ja" if "。" in text else "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("共同通信によると、市長は3日に辞任した。", "市長は3日に辞任した。"),
        ("青波新聞・月島タイムズなど各社の報道によると、市長は3日に辞任した。", "市長は3日に辞任した。"),
        ("青波新聞が9日付で報じたところによれば市長は3日に辞任した。", "市長は3日に辞任した。"),
        ("県警によると、市長は3日に辞任した。", "県警によると、市長は3日に辞任した。"),
        ("青波新聞と県警によると、市長は3日に辞任した。", "青波新聞と県警によると、市長は3日に辞任した。"),
        ("青波新聞の3日の報道によると、市長は同日に辞任した。", "青波新聞の3日の報道によると、市長は同日に辞任した。"),
        ("青波新聞によると、休刊だ。", "青波新聞によると、休刊だ。"),
    ],
)
def test_crediting_other_media_is_no_part_of_the_sentence(text: str, expected: str) -> None:
    assert [expected] == texts(text, "ja")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("鉄道2014年鉄道関連ニュース汐見線が開業青波線で脱線事故共同通信によると、", "白浦線は9日に全線で再開した。"),
        ("鉄道2014年鉄道関連ニュース汐見線が開業寝台特急がラストラン", "9月13日午後、白浦線の電車が止まった。"),
        ("鉄道2014年鉄道関連ニュース汐見線が開業寝台特急がラストラン", "白浦市は2月3日、汐見線の復活を決めた。"),
    ],
)
def test_a_sentence_begins_behind_the_headlines_glued_to_it(text: str, expected: str) -> None:
    assert [(expected, False)] == [(piece.text, piece.boilerplate) for piece in sentences(text + expected, "ja")]


def test_headlines_glued_to_a_sentence_no_one_can_tell_from_them_are_boilerplate() -> None:
    text = "鉄道2014年鉄道関連ニュース汐見線が開業寝台特急がラストラン終日、電車が止まった。"
    assert [piece.boilerplate for piece in sentences(text, "ja")] == [True]


@pytest.mark.parametrize(
    "line",
    [
        "FILE PHOTO: A woman walks past a bank.",
        "REUTERS/Ann Lee/File Photo",
        "(Xinhua/Li Lei)",
        "Slideshow (3 Images)",
        "By Ann Lee and Bob Ray",
        "(Reporting by Ann Lee; Editing by Bob Ray)",
        "Read more",
        "Click here for more",
        "Share this article",
        "Advertisement",
        "(Corrects paragraph 3 to show the right year)",
        "($1 = 14.9056 rand)",
        "© 2024 The Paper. All rights reserved.",
        "pic.twitter.com/abc123",
        "A voter casts his ballot in Riga, Latvia, October 6, 2018.",
        "(共同)",
        "写真説明：記者会見する首相",
        "続きを読む",
        "【関連記事】株価の行方",
        "訂正：初出時に誤りがありました。",
        "無断転載を禁じます。",
        "（田中記者）",
        "共同通信、青波新聞、月島タイムズなどが伝えた。",
        "青波地質研究所、May 15,2008 19:30:15。",
        "月島杏「青波知事選、擁立の動きが活発に」。",
        "犬の名前の大調査-青波どっとコム。",
        "青波新聞など報道機関各社は、昨日の試合の結果を伝えた。",
    ],
)
def test_boilerplate_is_marked(line: str) -> None:
    assert {True} == {piece.boilerplate for piece in sentences(line, "ja" if ord(line[-2]) > 0x2E80 else "en")}


@pytest.mark.parametrize(
    "line",
    [
        "The trip will mark his first visit to China since he took office on May 24, 2017.",
        "Read the bill before you vote, he said.",
        "Reuters reported on Monday that shares had fallen.",
        "By Monday the river had risen two metres.",
        "Photographs of the scene showed burnt cars.",
        "関連記事が週刊誌に掲載され、首相は説明に追われた。",
        "写真家の田中氏が死去した。",
        "共同通信によると、会談は3日に開かれる。",
        "首相が辞任の意向を固めたと青波新聞が伝えた。",
        "漁協の反発は強く、青波新聞は社説で計画の撤回を報じた。",
    ],
)
def test_news_is_not_boilerplate(line: str) -> None:
    assert [piece.boilerplate for piece in sentences(line, "ja" if line[-1] == "。" else "en")] == [False]


def test_what_stands_before_an_early_dateline_is_boilerplate() -> None:
    text = "A storm brought heavy rain to the coast.\n(Xinhua/Li Lei)\nOSLO, Jan. 18 (Xinhua) -- A storm hit."
    assert [piece.boilerplate for piece in sentences(text, "en")] == [True, True, False]


def test_what_stands_before_a_late_dateline_is_news() -> None:
    text = "Nothing moved.\n" * 9 + "OSLO (Reuters) - A storm hit."
    assert not any(piece.boilerplate for piece in sentences(text, "en"))


def test_a_dateline_ahead_of_everything_marks_nothing() -> None:
    text = "OSLO (Reuters) - A storm hit. It rained.\nROME (Reuters) - The sun shone."
    assert [piece.boilerplate for piece in sentences(text, "en")] == [False, False, False]


def test_a_shouted_line_is_a_heading() -> None:
    pieces = sentences("Shares fell.\nTRICKY TIMING\nIt was late.", "en")
    assert [piece.heading for piece in pieces] == [False, True, False]


@given(text=st.text(max_size=400), language=st.sampled_from(["en", "ja", "th", "ar", "zh", "vi"]))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_ordered_spans_of_itself(text: str, language: str) -> None:
    at = 0
    for piece in sentences(text, language):
        assert at <= piece.start < piece.end <= len(text)
        assert piece.text == text[piece.start : piece.end]
        assert piece.text == piece.text.strip()
        at = piece.end


@pytest.mark.parametrize("unit", ["x", "あ", "Hello there. ", "「あ。", "（", '"', "\n", ". . ", "By A ", "(", "a. "])
def test_half_a_megabyte_of_anything_is_split(unit: str) -> None:
    text = unit * (400_000 // len(unit))
    pieces = sentences(text, "en")
    assert all(len(piece.text) <= LONGEST for piece in pieces)
