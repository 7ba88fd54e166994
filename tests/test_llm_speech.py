"""What somebody said is printed between marks or as said; a model that leaves that away is not believed."""

from __future__ import annotations

import pytest

from bot.llm_speech import bare

COACH = (
    'Hill told the radio: "We were in front for an hour but we threw it away, we really threw it away.',
    '"The early goal gave us a mountain to climb and the side lost heart," he added.',
)
OWNER = ("Hill added that it was pointless to build a new ground without a new side.",)
PLAIN = ("The side lost by two goals after an hour in front.", "World War I began in 1914.")
VISIT = ("We went to see the new dam.", '"It holds," the engineer said.')
KEEPER = ("館長は「この絵は二度と町の外へ出してはならないものだ」と話した。", "展示は5月に終わる。")


@pytest.mark.parametrize(
    ("text", "support", "language", "found"),
    [
        ("We were in front for an hour but we threw it away.", COACH, "en", True),
        ("The early goal gave us a mountain to climb.", COACH, "en", True),
        ("The side lost heart.", COACH, "en", True),
        ('"The early goal gave us a mountain to climb.', COACH, "en", True),
        ('Hill said the side "lost heart".', COACH, "en", False),
        ('"The early goal gave us a mountain to climb and the side lost heart," he added.', COACH, "en", False),
        ("Hill said that the side lost heart after the early goal.", COACH, "en", False),
        ("It was pointless to build a new ground without a new side.", OWNER, "en", True),
        ("Hill thought it was pointless to build a new ground without a new side.", OWNER, "en", False),
        ("The side was in front for an hour.", PLAIN, "en", False),
        ("World War I began in 1914.", PLAIN, "en", False),
        ("We went to see the new dam.", VISIT, "en", False),
        ("この絵は二度と町の外へ出してはならないものだ。", KEEPER, "ja", True),
        ("館長は、この絵は二度と町の外へ出してはならないものだと話した。", KEEPER, "ja", False),
        ("館長は「この絵は二度と町の外へ出してはならないものだ」と話した。", KEEPER, "ja", False),
        ("展示は5月に終わる。", KEEPER, "ja", False),
    ],
)
def test_words_out_of_a_mouth_keep_their_marks(text: str, support: tuple[str, ...], language: str, found: bool) -> None:
    assert bare(text, support, language) is found
