"""A digest at the lengths it is printed in. Apart from `digests.compose`, so that whoever only prints digests need not
load the engine that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from digests.model import LENGTHS, Citation, Digest, Length, Section, Text


def shortened(digest: Digest, length: Length) -> Digest:
    """The digest as it is printed at `length`: texts of that level and below, citations renumbered in order of use."""
    allowed = LENGTHS[: LENGTHS.index(length) + 1]
    if length == LENGTHS[-1] and not digest.citations:
        return digest  # nothing to leave out, nothing to number
    cut = [_cut(section, allowed) for section in digest.sections]
    used = list(dict.fromkeys(n for section in cut for n in section.citations))
    numbers = {old: new for new, old in enumerate(used, 1)}
    known = {c.number: c for c in digest.citations}
    return replace(
        digest,
        lead=_kept(digest.lead, allowed),
        sections=tuple(replace(s, citations=tuple(numbers[n] for n in s.citations)) for s in cut),
        conclusion=_kept(digest.conclusion, allowed),
        citations=tuple(_numbered(known[old], new) for old, new in numbers.items()),
    )


def _cut(section: Section, allowed: Sequence[Length]) -> Section:
    return replace(
        section,
        body=_kept(section.body, allowed),
        points=tuple(point for point in section.points if point.level in allowed),
        closing=_kept(section.closing, allowed),
    )


def _kept(texts: Sequence[Text], allowed: Sequence[Length]) -> tuple[Text, ...]:
    return tuple(text for text in texts if text.level in allowed)


def _numbered(citation: Citation, number: int) -> Citation:
    return replace(citation, number=number)
