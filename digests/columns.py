"""What several rooms ask of all printable lines of an article, found out once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter

import numpy as np

from digests.analysis import TITLE, Analysis
from digests.choose import Floats
from digests.letters import Remembered
from digests.lines import Line
from digests.model import ROLES
from digests.ports import Vectors
from digests.readable import base
from digests.terms import bags
from digests.vocabulary import NOTHING

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
    terms: Vectors
    """(n, terms) float32: 1 for each term that a line holds and that is no grammar (pairs of kana)."""
    titled: tuple[int, ...]
    """How many of the title's terms it names."""
    says: tuple[int, ...] | None
    """What the words of an English one say (`wording.said`)."""


def columns(analysis: Analysis, lines: Sequence[Line]) -> Columns:
    """`lines` must not be empty."""
    texts = tuple([line.print.text for line in lines])
    sentences = [line.sentence for line in lines]
    table, titled = _terms(analysis, lines)
    says = [line.told.says for line in lines if line.told]
    return Columns(
        analysis=analysis,
        lines=tuple(lines),
        language=base(analysis.language),
        texts=texts,
        sizes=tuple(map(len, texts)),
        chances=np.array([_chances(sentence.roles) for sentence in sentences]),
        salience=np.array([sentence.salience for sentence in sentences]),
        vectors=analysis.vectors[[line.index for line in lines]],
        terms=table,
        titled=tuple(titled.astype(int).tolist()),
        says=tuple(says) if base(analysis.language) == "en" and len(says) == len(lines) else None,
    )


def _terms(analysis: Analysis, lines: Sequence[Line]) -> tuple[Vectors, Vectors]:
    """Which terms each line holds, and how many of the title's."""
    title = analysis.told.get(TITLE)
    rows = [line.told.terms for line in lines if line.told and line.told.terms is not None]
    if title is None or title.terms is None or len(rows) < len(lines):
        return _held(bags([analysis.title, *(line.print.text for line in lines)]))
    held = np.concatenate([_NOTHING, *rows]) << _LINE_BITS
    held[1:] |= np.arange(len(rows)).repeat([len(row) for row in rows])
    held.sort()
    terms = held >> _LINE_BITS
    new = np.ones(len(terms), dtype=np.bool_)
    np.not_equal(terms[1:], terms[:-1], out=new[1:])
    known = terms[new]
    table = np.zeros((len(rows), len(known)), dtype=np.float32)
    table[held & (1 << _LINE_BITS) - 1, new.cumsum() - 1] = 1
    table[:, 0] = 0  # NOTHING is no term
    in_title = np.zeros(len(known), dtype=np.float32)
    at = known[:-1].searchsorted(title.terms)
    in_title[at[known[at] == title.terms]] = 1
    return table, table @ in_title


def _held(found: Sequence[frozenset[str]]) -> tuple[Vectors, Vectors]:
    """The same of terms as words, the title's first."""
    title, *rows = [frozenset([term for term in bag if not _GRAMMAR[term]]) for bag in found]
    terms = list(chain.from_iterable(rows))
    column = {term: k for k, term in enumerate(dict.fromkeys(terms))}
    table = np.zeros((len(rows), max(1, len(column))), dtype=np.float32)
    table[np.repeat(np.arange(len(rows)), list(map(len, rows))), list(map(column.__getitem__, terms))] = 1
    return table, np.array([len(title & row) for row in rows], dtype=np.float32)


_chances = itemgetter(*ROLES)
_LINE_BITS = 16
_NOTHING = np.array([NOTHING])
_GRAMMAR = Remembered(lambda term: _KANA.fullmatch(term) is not None)
