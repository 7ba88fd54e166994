"""The right words in the wrong places: who did it and to whom, a number of another thing, one's words in another's
mouth."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from digests.clauses import Clause, clauses, likeness
from digests.evidence import Line
from digests.quantities import Quantity, known
from digests.stems import stems_of
from digests.tokens import Token
from digests.wordlists import VERBS, words_of

_MUTUAL = words_of(
    "meet marri talk discuss agree play face draw divorc join speak partner 会談 合意 協議 対戦 結婚 提携 協力 戦う"
)
"""Stems of what two do to each other."""
_VERB_STEMS = stems_of(" ".join(VERBS))
_MOST = 0.75
"""Share of a sentence's words that must be a line's for their order to say something."""
_MARGIN = 1.5
"""How much more the words around a number must be like those around another number (`likeness`)."""
_DAYS = frozenset({"year", "month", "day", "hour", "minute"})
_SCORE = re.compile(r"\d\s?[-–対]\s?\d|\b(?:19|20)\d\d\b")
_PASSIVE_JA = frozenset({"れる", "られる"})
_SUBJECT, _OBJECT = frozenset({"は", "が", "も"}), frozenset({"を", "に", "と", "から", "へ"})
_OWNER = re.compile(r"\b([A-Z][\w'’-]+)|([一-龥々ァ-ヶー]+)(?:さん|氏)?(?:[はがも]|(?=\($))")
_COUNTED = re.compile(r"[\s-]?([a-z]+|[^\W\d_ぁ-ん])")


def exchanged(sentence: Line, support: Sequence[Line], language: str) -> bool:
    """Do two things or persons stand in each other's place, compared with a line of the source?"""
    said = [sentence.words, *(clause.words for clause in clauses(sentence.text, language))]
    for one in support:
        written = [one.words, *(clause.words for clause in clauses(one.text, language))]
        if _passive(said[0]) == _passive(written[0]) and _crossed(said[0], written[0]):
            return True
        if language == "ja" and any(_roles_turned(here, there) for here in said for there in written):
            return True
    return False


def _crossed(said: Sequence[Token], written: Sequence[Token]) -> bool:
    """Is `a … b` of the source `b … a` here, around the same words?"""
    once = _once(said) & _once(written)
    at = {stem: n for n, stem in enumerate(word.stem for word in written if word.stem in once and word.content)}
    runs: list[list[int]] = []
    here = [word.stem for word in said if word.stem in once and word.content]
    for one in here:
        if runs and at[one] == runs[-1][-1] + 1:
            runs[-1].append(at[one])
        else:
            runs.append([at[one]])
    if len(here) < _MOST * len({word.stem for word in said if word.content}):
        return False
    return any(_swap(runs, n, list(at)) for n in range(len(runs) - 2))


def _swap(runs: Sequence[Sequence[int]], n: int, there: Sequence[str]) -> bool:
    """Are three neighbouring runs a, middle, b of the source's words b, middle, a, and all the others in order?"""
    first, middle, third = runs[n : n + 3]
    undone = [*itertools.chain(*runs[:n]), *third, *middle, *first, *itertools.chain(*runs[n + 3 :])]
    moved = {there[at] for at in (*first, *third)}
    return undone == sorted(undone) and moved.isdisjoint(_VERB_STEMS) and _MUTUAL.isdisjoint(there[at] for at in middle)


def _once(words: Sequence[Token]) -> set[str]:
    """Stems of content words that stand in it once."""
    stems = [word.stem for word in words if word.content]
    return {stem for stem in stems if stems.count(stem) == 1}


def _passive(words: Sequence[Token]) -> bool:
    return any(word.stem in _PASSIVE_JA or word.surface == "by" for word in words)


def _roles_turned(said: Sequence[Token], written: Sequence[Token]) -> bool:
    """Japanese: does what has は or が there have を or に here, and the other way round?"""
    if _passive(said) != _passive(written):
        return False
    here, there = _roles(said), _roles(written)
    turned = here[0] & there[1] and here[1] & there[0]
    return bool(turned) and _MUTUAL.isdisjoint(word.stem for word in said)


def _roles(words: Sequence[Token]) -> tuple[set[str], set[str]]:
    """Stems of the nouns right before a particle of the subject, and of an object, but for those of both."""
    subjects, objects = set[str](), set[str]()
    noun: list[str] = []
    for word in words:
        if word.pos == "助詞" and word.surface in _SUBJECT:
            subjects.update(noun)
        elif word.pos == "助詞" and word.surface in _OBJECT:
            objects.update(noun)
        if word.surface[:1].isdigit() or word.pos == "接尾辞":
            continue
        noun = [*noun, word.stem] if word.content and word.pos == "名詞" else []
    return subjects - objects, objects - subjects


def misplaced(said: Sequence[Clause], written: Sequence[Clause]) -> tuple[str, ...]:
    """Numbers of a sentence, as written, that the source has of something else, where it has another such number of
    this."""
    numbers = _numbers(written)
    return tuple(
        one.folded[number.start : number.end]
        for one in said
        for number in _counted(one)
        if _of_another(number, one, written, numbers | _numbers([one])) or _of_another_name(number, one, written)
    )


def _numbers(clauses: Sequence[Clause]) -> frozenset[str]:
    return frozenset(word.stem for clause in clauses for word in clause.words if word.stem[:1].isdigit())


def _counted(one: Clause) -> list[Quantity]:
    """Amounts: no dates, no scores, no years."""
    scores = [match.span() for match in _SCORE.finditer(one.folded)]
    free = [q for q in one.quantities if not any(q.start < end and q.end > start for start, end in scores)]
    return [q for q in free if q.unit not in _DAYS]


def _of_another(number: Quantity, one: Clause, written: Sequence[Clause], numbers: frozenset[str]) -> bool:
    kind = _kind(number, one.folded)
    own = other = 0.0
    for clause in written:
        near = likeness(one, clause, numbers)
        if known(number, clause.quantities):
            own = max(own, near)
        elif any(_kind(q, clause.folded) == kind and not known(q, one.quantities) for q in clause.quantities):
            other = max(other, near)
    return other >= own + _MARGIN


def _of_another_name(number: Quantity, one: Clause, written: Sequence[Clause]) -> bool:
    """Is it the number of a name which, in the source, has another one of its kind, and this one has another name?"""
    owner, kind = _owner(number, one), _kind(number, one.folded)
    owners = {_owner(q, clause) for clause in written for q in clause.quantities if known(number, [q])} - {""}
    if not owner or not owners or any(owner in other or other in owner for other in owners):
        return False
    return any(
        owner == _owner(q, clause)
        and not known(q, one.quantities)
        and (not kind or _kind(q, clause.folded) in {kind, ""})
        for clause in written
        for q in clause.quantities
    )


def _owner(number: Quantity, clause: Clause) -> str:
    """The last name before a number: a capitalised word, or what stands before は, が or the number's bracket."""
    found = list(_OWNER.finditer(clause.text, 0, number.start))
    return next((part for part in found[-1].groups() if part), "") if found else ""


def _kind(number: Quantity, text: str) -> str:
    counted = _COUNTED.match(text, number.end)
    return number.unit or (counted.group(1) if counted else "")
