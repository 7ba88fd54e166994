"""Rule 7: what must not stand in a digest, and what may."""

from __future__ import annotations

import pytest

from digests.quotations import within_quotations
from digests.readable import problems


@pytest.mark.parametrize(
    ("text", "language", "problem"),
    [
        ("これは新しい計画である。", "ja", "dangling"),
        ("同氏は会見で述べた。", "ja", "dangling"),
        ("今後同社は工場を閉じる。", "ja", "dangling"),
        ("資源経済に詳しい同大の教授は「急ぐな」と話す。", "ja", "dangling"),
        ("3人は容疑を認めている。", "ja", "dangling"),
        ("今後この2隻は港に入れない。", "ja", "dangling"),
        ("他の3隻は沖で待った。", "ja", "dangling"),
        ("青波署によると、4人は無事だった。", "ja", "dangling"),
        ("当日青波港で式があった。", "ja", "dangling"),
        ("なお『青波丸』は2回目の航海である。", "ja", "connective"),
        ("他にも、3隻が沈んだ。", "ja", "connective"),
        ("It was the first such deal.", "en", "dangling"),
        ("The following year the bridge was closed.", "en", "dangling"),
        ("Under that plan, the bridge was closed.", "en", "dangling"),
        ("During the same week, the bridge was closed.", "en", "dangling"),
        ("Criticised for the closing of the bridge, he resigned.", "en", "dangling"),
        ("Doing a deal with them would open the bridge.", "en", "dangling"),
        ("Since taking over the ferries in 1986, he has built nine piers.", "en", "dangling"),
        ("With the bridge shut, this is a problem for Northfield.", "en", "dangling"),
        ("The most recent was a bridge over the Shiomi.", "en", "dangling"),
        ("The one possible exception is the bridge.", "en", "dangling"),
        ("Much of that traffic crosses the bridge.", "en", "dangling"),
        ("None more so than Ann Arbour, who paid for the bridge.", "en", "dangling"),
        ("Like northern ports, those towns were built on coal.", "en", "dangling"),
        ("The spokesman said that the bridge was closed.", "en", "dangling"),
        ("(A map of the bridge is on page nine.)", "en", "aside"),
        ("Elsewhere, the bridges were open.", "en", "connective"),
        ("The bridge was “uniquely placed” to help, she suggested.", "en", "dangling"),
        ("By May the bridge should carry buses again, he added.", "en", "dangling"),
        ("青波新聞によれば、そのうち2か所が壊れた。", "ja", "dangling"),
        ("青波線大地震に支援相次ぐ、青波線大地震の被害が拡大、海の深さ訂正、" * 3 + "震源は19 km。", "ja", "headlines"),
        ("When my mother heard of it she was angry.", "en", "first person"),
        ("残った上記3隻は沈んだ。", "ja", "dangling"),
        ("Rick Snow of Northfield and other councillors.", "en", "no verb"),
        ("They are now building a bridge.", "en", "dangling"),
        ("Ella firmó el acuerdo.", "es", "dangling"),
        ("しかし、計画は止まった。", "ja", "connective"),
        ("昨年それが和解し、活動を再開した。", "ja", "dangling"),
        ("今回はその部品を入力に使う。", "ja", "dangling"),
        ("However, the plan stopped.", "en", "connective"),
        ("市長は「橋を直すと述べた。", "ja", "half quotation"),
        ('The mayor said "we will.', "en", "half quotation"),
        ('"We will not stop," he said.', "en", "quotation without speaker"),
        ("「直ちに直す」", "ja", "quotation without speaker"),
        ("By Jane Doe", "en", "byline"),
        ("Reporting by Jane Doe; editing by Max Roe.", "en", "byline"),
        ("FILE PHOTO: A bridge in the snow.", "en", "caption"),
        ("写真＝青空市提供。", "ja", "caption"),
        ("Click here to read the full story.", "en", "prompt"),
        ("続きを読むにはこちら。", "ja", "prompt"),
        ("橋の工事が始まる(2016年7月25日)。", "ja", "link list"),
        ("A headline without an end", "en", "no sentence end"),
        ("…", "ja", "empty"),
    ],
)
def test_says_what_is_wrong(text: str, language: str, problem: str) -> None:
    assert problem in problems(text, language, opening=True)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("政府は新しい計画を「画期的だ」と評価した。", "ja"),
        ("このほど青空市は橋の工事を始めた。", "ja"),
        ("青空市と合同の訓練で、共同の計画を試した。", "ja"),
        ('"We will not stop," said Mayor Gray.', "en"),
        ("During this year the bank raised its rates.", "en"),
        ("Parents of the pupils told him.", "en"),
        ("Prices fell.", "en"),
        ("Since Mayor Gray shut the bridge, he has built a pier.", "en"),
        ("The spokesman for Northfield said that the bridge was closed.", "en"),
        ("“I like my bridge,” said Mayor Gray.", "en"),
        ("Mayor Gray sang ‘My Way’ in the rain.", "en"),
        ("The bank raised its rates to 5 % (from 4 %).", "en"),
        ("遺伝子の機能を調べて遺伝子の機能を止め、その影響を調べることで遺伝子の機能を解明できる。" * 2, "ja"),
        ("市场上周大幅上涨。", "zh"),
    ],
)
def test_says_nothing_of_a_sound_sentence(text: str, language: str) -> None:
    assert problems(text, language, opening=True) == ()


def test_behind_its_sentence_a_pronoun_is_no_problem() -> None:
    assert problems("It was the first such deal.", "en", opening=False) == ()


def test_sentences_of_a_quotation_that_goes_on_are_known_by_their_place() -> None:
    text = 'Ann Gray said: "It was bad. Players who want the ball did not. We lost. "I know that," she said. It rained.'
    starts = [text.index(part) for part in ("Ann", "Players", "We lost", '"I know', "It rained")]
    assert within_quotations(text, starts) == {starts[1], starts[2]}


def test_a_new_line_ends_a_quotation_that_nobody_closed() -> None:
    text = 'Ann Gray said: "The goal was bad.\nThe match was over. Then it rained.'
    assert within_quotations(text, [0, text.index("The match"), text.index("Then")]) == frozenset()
