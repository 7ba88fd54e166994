"""How many headings, labels and ends digests have is counted from what they print."""

from __future__ import annotations

from digests.model import Digest, Point, Section, Support, Text
from tools.richness import report

HELD = (Support(start=0, end=4),)


def test_plain_names_and_own_headings_are_told_apart_and_labels_counted() -> None:
    text = Text(text="Told.", support=HELD)
    sections = (
        Section(role="development", number=1, heading="Bus fares: what happened", addressed=True, body=(text,)),
        Section(role="stakes", number=2, heading="What is at stake", addressed=True, body=(text,)),
        Section(
            role="dynamics",
            number=3,
            heading="The forces at work",
            addressed=True,
            points=(Point(label="Driver shortage", text="Told.", support=HELD),),
        ),
        Section(role="outlook", number=4, heading="What comes next", addressed=False),
    )
    digest = Digest(
        id="a",
        language="en",
        language_of_text="en",
        title="Bus fares",
        url=None,
        published=None,
        lead=(text,),
        sections=sections,
        conclusion=(),
        citations=(),
    )
    assert report([digest]) == [
        "en: 1 digests, lead 100 %, conclusion 0 %",
        "  section 1: 1 of 1, own heading 100 %",
        "  section 2: 1 of 1, own heading 0 %",
        "  section 3: 1 of 1, own heading 0 %, labelled points 100 %, 1 labels",
        "  section 4: 0 of 1, own heading –, labelled points –, 0 labels",
    ]
