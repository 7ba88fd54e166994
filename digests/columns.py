"""What several rooms ask of all printable lines of an article, found out once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digests.analysis import Analysis
from digests.choose import Floats
from digests.letters import Remembered
from digests.lines import Line
from digests.model import ROLES
from digests.ports import Vectors
from digests.readable import base
from digests.terms import bags

_KANA = re.compile(r"[ぁ-ゖー]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Of each of n lines, in article order. `language` is the article's without a region."""

    analysis: Analysis
    lines: tuple[Line, ...]
    language: str
    texts: tuple[str, ...]
    sizes: tuple[int, ...]
    """Characters that are printed."""
    chances: Floats
    """(n, 4): of the roles, in the order of `ROLES`."""
    salience: Floats
    vectors: Vectors
    bags: tuple[frozenset[str], ...]
    """Its different terms that are no grammar (pairs of kana)."""
    titled: tuple[int, ...]
    """How many of the title's terms it names."""


def columns(analysis: Analysis, lines: Sequence[Line]) -> Columns:
    """`lines` must not be empty."""
    texts = tuple([line.print.text for line in lines])
    sentences = [line.sentence for line in lines]
    title, *held = _distinctive([analysis.title, *texts])
    return Columns(
        analysis=analysis,
        lines=tuple(lines),
        language=base(analysis.language),
        texts=texts,
        sizes=tuple(map(len, texts)),
        chances=np.array([[sentence.roles.get(role, 0.0) for role in ROLES] for sentence in sentences]),
        salience=np.array([sentence.salience for sentence in sentences]),
        vectors=analysis.vectors[[line.index for line in lines]],
        bags=tuple(held),
        titled=tuple([len(title & bag) for bag in held]),
    )


def _distinctive(texts: Sequence[str]) -> list[frozenset[str]]:
    """The terms of each text that are no grammar."""
    found = bags(texts)
    if all(map(str.isascii, texts)):
        return found
    return [frozenset([term for term in bag if not _GRAMMAR[term]]) for bag in found]


_GRAMMAR = Remembered(lambda term: _KANA.fullmatch(term) is not None)
