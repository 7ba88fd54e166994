"""The terminal edition: Japanese set by its own rules, nothing in a feed steers the terminal."""

from __future__ import annotations

import io
from itertools import pairwise

from builders import CATALOGS, digest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bot.chat_console import ConsoleChat, rendered
from bot.linebreaks import NO_END, NO_START, breaks
from digests.layout import digest_message
from digests.message import Bullets, Heading, Message, Paragraph, Part, Span
from digests.model import Destination


def printed(message: Message, width: int = 60) -> str:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(rendered(message, width))
    return out.getvalue()


def lines(text: str, width: int) -> list[str]:
    cuts = [0, *breaks(text, width), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def test_a_line_never_begins_with_a_closing_mark() -> None:
    assert lines("国と県、市による「協議会」を設ける。", 8) == ["国と県、", "市による", "「協議", "会」を設", "ける。"]


def test_a_word_of_another_script_stays_whole() -> None:
    assert lines("開発はTokyo Labsが行う", 10) == ["開発は", "Tokyo Labs", "が行う"]


@given(st.text(alphabet="国県市、。「」（）abc 12ー・", max_size=200), st.integers(4, 40))
def test_lines_hold_all_of_the_text_within_the_width(text: str, width: int) -> None:
    made = lines(text, width)
    assert "".join(made) == text
    for line in made:
        assert cell_len(line) <= width or not any(
            line[n] not in NO_START and line[n - 1] not in NO_END for n in range(1, len(line))
        ) or cell_len(line.rstrip()) <= width  # fmt: skip


def test_a_digest_is_set_with_its_four_sections() -> None:
    said = printed(digest_message(digest(), CATALOGS.of("ja")))
    assert [f" {n}. 話題の" in said for n in "1234"] == [True] * 4


def test_no_line_is_wider_than_the_terminal() -> None:
    words = "白浦漁業協同組合の浜崎辰男組合長は10日、汐見県庁で要望書を手渡した。" * 5
    blocks = (Heading(text=words, level=1), Paragraph(spans=(Span(text=words),)), Bullets(items=((Span(text=words),),)))
    said = printed(Message(title="t", parts=(Part(blocks=blocks),)), 50)
    assert max(cell_len(line) for line in said.splitlines()) <= 50


def test_all_lines_of_a_numbered_headline_stand_under_its_first() -> None:
    spans = (
        Span(text="12  "),
        Span(text="断水なお1万1000戸 汐見県沖地震、復旧は12日以降に"),
        Span(text="\n市が発表した。"),
    )
    said = printed(Message(title="t", parts=(Part(blocks=(Paragraph(spans=spans),)),)), 30)
    assert [line.rstrip() for line in said.splitlines() if line.strip()] == [
        "   12  断水なお1万1000戸 汐見",
        "       県沖地震、復旧は12日以",
        "       降に",
        "       市が発表した。",
    ]


def test_control_characters_of_a_feed_do_not_reach_the_terminal() -> None:
    text = "a\x1b[31mred\x07\x9b2J"
    blocks = (Heading(text=text), Paragraph(spans=(Span(text=text, url="https://x.example/\x1b"),)))
    said = printed(Message(title="t", parts=(Part(blocks=blocks),)))
    assert not set(said) & {"\x1b", "\x07", "\x9b"}


async def test_posting_prints() -> None:
    out = io.StringIO()
    chat = ConsoleChat(Console(file=out, width=60))
    message = digest_message(digest(), CATALOGS.of("ja"))
    posted = await chat.post(
        Destination(platform="console"), message, key="k", parent=None, unknown=False, silent=False
    )
    assert posted.ref == "k"
    assert "見出し1" in out.getvalue()
