"""A noun phrase of a sentence, in any language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of `text[start:end]`. `weight` (0..1) is how well its place in the sentence suits a label; `event`: it
    names something that happens; `name`: it is but the name of a person or a place; `simple`: a single word; `force`:
    it names what pushes or is open, not who or where (in languages without lists of such nouns anything may)."""

    text: str
    start: int
    end: int
    weight: float
    event: bool = False
    name: bool = False
    simple: bool = False
    force: bool = True
