"""What a model leaves of a sentence or a section is whole, or not printed."""

from __future__ import annotations

import pytest
from llm_house import ENGLISH, JAPANESE, extractive, printed, said, written
from llm_house import store as store
from llm_stand import copying

from bot.store import SqlStore

pytest.importorskip("openai", reason="the extra llm is not installed")


@pytest.mark.parametrize(
    "text",
    [
        "kelp covered less than 1 percent of the rock in 2017.",
        "Kelp covered less than 1 percent of the rock in 2017 and, although it covered 38 percent.",
    ],
)
async def test_an_english_sentence_has_a_beginning_and_an_end(store: SqlStore, text: str) -> None:
    lead = {"lead": [said(text, 3)]}
    made, stand = await written(store, lambda asked: copying(asked, extra=lead), article=ENGLISH)
    assert text not in printed(made)
    assert '"cut"' in stand.asked[1]["turns"][-1]["content"]


async def test_a_section_of_which_only_the_closing_stands_opens_with_it(store: SqlStore) -> None:
    text = extractive(JAPANESE).sentences[3].text
    closing = {
        "heading": "",
        "body": [said("火星人が首相官邸を占拠した。", 4)],
        "points": [],
        "closing": [said(text, 4)],
    }
    made, _ = await written(store, lambda asked: copying(asked, extra={"stakes": closing}))
    assert [(one.text, one.level) for one in made.sections[1].body] == [(text, "compact")]
    assert (made.sections[1].points, made.sections[1].closing) == ((), ())
