"""A model's answer, checked and set as a digest: what its sentences do not support is left out. CPU work, in a worker.

Titles, addresses and offsets come from what we hold, by the numbers the model named; never from its words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TypeVar

from bot.llm_judges import Judge, judge_of
from bot.llm_prompt import (
    MOST_HEADING,
    MOST_LABEL,
    MOST_TEXTS,
    Answer,
    Numbered,
    Said,
    SaidPoint,
    SaidSection,
    Task,
    longest,
)
from bot.llm_speech import bare
from digests.catalog import Catalog
from digests.compose import unaddressed
from digests.language import identify
from digests.model import LENGTHS, ROLES, Citation, Digest, EngineInfo, Length, Point, Role, Section, Support, Text
from digests.readable import base, problems, squeezed

LEAST_KEPT = 0.5
"""Share of the texts that must stand; with less, the whole answer is not trusted."""
LEAST_SECTIONS = 2
SHARE = 0.6
"""Most of an article's characters that a digest prints."""
WIDER = 2.5
"""English letters for one Japanese character, in translations."""
_MARKUP = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|net|org|io|example|jp)\b|@(?:everyone|here|channel)|<[@!#/a-z]|\]\(|&[a-z]+;|```|\*\*",
    re.I,
)
_GOES_ON = (",", "、", ";", ":", "，", "(", "（")
_PART = re.compile(
    r"[a-z]+[\s,]|.*\b(?:and|but|so|or),? (?:although|though|while|because|if|when|since|unless)\b[^,;]*\Z", re.DOTALL
)
"""An English sentence that lacks its beginning, or what it was about to say: “…, and, although it rained.”"""
"""What no sentence ends with."""
T = TypeVar("T", Text, Point)
Problem = tuple[str, str, tuple[str, ...]]
"""(text, reason, what)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The answer without what is unsupported. `kept` of `said` texts stand; `language` is that of the whole."""

    answer: Answer
    problems: tuple[Problem, ...]
    said: int
    kept: int
    language: str

    @property
    def trusted(self) -> bool:
        filled = sum(bool(self.answer.section(role).texts) for role in ROLES)
        return self.kept >= max(1, LEAST_KEPT * self.said) and filled >= LEAST_SECTIONS


@dataclass
class _Checker:
    """Checks each text against the sentences it names; remembers what was wrong and what was said before."""

    task: Task
    judge: Judge
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @cached_property
    def numbered(self) -> dict[int, Numbered]:
        return {one.number: one for one in self.task.numbered}

    def texts(self, texts: Iterable[Said]) -> tuple[Said, ...]:
        return tuple(said for said in texts if self._stands(said))

    def _stands(self, said: Said) -> bool:
        problem = self._problem(said)
        if problem:
            self.problems.append((said.text, *problem))
        return problem is None

    def _problem(self, said: Said) -> tuple[str, tuple[str, ...]] | None:
        key = squeezed(said.text)
        if not key or key in self.seen:
            return "repeated", ()
        self.seen.add(key)
        if _MARKUP.search(unicodedata.normalize("NFKC", said.text)) or not said.text.isprintable():
            return "markup", ()
        if len(said.text) >= longest(self.task.language) or self._unfinished(said.text.strip()):
            return "cut", ()
        odd = problems(said.text.strip(), self.task.language, opening=False)
        if odd:
            return odd[0], ()
        named = tuple(sorted({n for n in said.rests_on if n in self.numbered}))
        if not named or len(named) < len(set(said.rests_on)):
            return "no such sentence", ()
        if self._bare(said.text, named):
            return "speech", ()
        wrong = self.judge.wrong(said.text, named)
        return (wrong.reason, wrong.what) if wrong else None

    def _unfinished(self, text: str) -> bool:
        return text.endswith(_GOES_ON) or (base(self.task.language) == "en" and _PART.match(text) is not None)

    def _bare(self, text: str, named: Sequence[int]) -> bool:
        """Speech without its marks; in a translation nobody can tell by words."""
        task = self.task
        said = [self.numbered[number].text for number in named]
        return task.language == task.article_language and bare(text, said, task.language)

    def heading(self, text: str, most: int) -> str:
        """The heading, or nothing when it is cut at `most` characters or names what the article does not."""
        bad = len(text) >= most or _MARKUP.search(text) or not text.isprintable() or self.judge.foreign(text)
        return "" if bad else " ".join(text.split())

    def section(self, said: SaidSection) -> SaidSection:
        points = [point for point in said.points if self._stands(point)]
        named = tuple(point for point in points if self.heading(point.label, MOST_LABEL))
        unnamed = tuple(Said(text=point.text, rests_on=point.rests_on) for point in points if point not in named)
        body = (*self.texts(said.body), *unnamed)[:MOST_TEXTS]
        closing = self.texts(said.closing)
        if not body and not named:
            body, closing = closing, ()
        return SaidSection(heading=self.heading(said.heading, MOST_HEADING), body=body, points=named, closing=closing)


def checked(answer: Answer, task: Task, reference: date | None, embeddings: bool) -> Checked:
    """`answer` without its unsupported texts. `reference`: the day the article was written. `embeddings`: whether the
    model of meaning may be loaded, which translations need."""
    checker = _Checker(task, judge_of(task, reference, embeddings))
    lead = checker.texts(answer.lead)
    sections = {role: checker.section(answer.section(role)) for role in ROLES}
    clean = Answer(lead=lead, conclusion=checker.texts(answer.conclusion), **sections)
    written = " ".join(said.text for said in answer.texts)
    return Checked(
        answer=clean,
        problems=tuple(checker.problems),
        said=len(answer.texts),
        kept=len(clean.texts),
        language=identify(written, task.language),
    )


def better(first: Checked, second: Checked) -> Checked:
    """Part for part, whichever try kept more."""

    def size(texts: Sequence[Said]) -> int:
        return sum(len(said.text) for said in texts)

    one, other = first.answer, second.answer
    sections = {role: max(one.section(role), other.section(role), key=lambda s: size(s.texts)) for role in ROLES}
    merged = Answer(
        lead=max(one.lead, other.lead, key=size), conclusion=max(one.conclusion, other.conclusion, key=size), **sections
    )
    merged = _without_repeats(merged)
    return replace(first, answer=merged, said=max(first.said, second.said), kept=len(merged.texts))


def _without_repeats(answer: Answer) -> Answer:
    seen: set[str] = set()

    def fresh(texts: Iterable[Said]) -> Iterator[Said]:
        for said in texts:
            if squeezed(said.text) not in seen:
                seen.add(squeezed(said.text))
                yield said

    lead = tuple(fresh(answer.lead))
    sections = {
        role: SaidSection(
            heading=section.heading,
            body=tuple(fresh(section.body)),
            points=tuple(p for p in fresh(section.points) if isinstance(p, SaidPoint)),
            closing=tuple(fresh(section.closing)),
        )
        for role in ROLES
        for section in [answer.section(role)]
    }
    return Answer(lead=lead, conclusion=tuple(fresh(answer.conclusion)), **sections)


@dataclass
class _Setter:
    """Sets checked texts: spans for numbers, citations numbered in order of first use."""

    numbered: dict[int, Numbered]
    sources: Sequence[Citation]
    used: list[int] = field(default_factory=list)

    def support(self, said: Said) -> tuple[Support, ...]:
        return tuple(self._span(self.numbered[n]) for n in dict.fromkeys(said.rests_on))

    def _span(self, one: Numbered) -> Support:
        origin = f"citation:{self.cite(one.source)}" if one.source else "article"
        return Support(source=origin, start=one.start, end=one.end)

    def cite(self, number: int) -> int:
        if number not in self.used:
            self.used.append(number)
        return self.used.index(number) + 1

    def text(self, said: Said, level: Length) -> Text:
        return Text(text=said.text.strip(), support=self.support(said), level=level)

    def section(self, role: Role, said: SaidSection, base: Section) -> Section:
        if not said.texts:
            return replace(base, citations=tuple(self.cite(n) for n in base.citations))
        body = tuple(self.text(one, LENGTHS[min(i, 2)]) for i, one in enumerate(said.body))
        points = tuple(
            Point(
                label=point.label.strip(),
                text=point.text.strip(),
                support=self.support(point),
                level="standard" if i < 3 else "full",
            )
            for i, point in enumerate(said.points)
        )
        closing = tuple(self.text(one, "standard") for one in said.closing)
        texts = (*said.body, *said.points, *said.closing)
        cited = {self.numbered[n].source for one in texts for n in one.rests_on if self.numbered[n].source}
        return replace(
            base,
            heading=said.heading or base.heading,
            addressed=True,
            body=body,
            points=points,
            closing=closing,
            citations=tuple(sorted(self.cite(number) for number in cited)),
        )

    def citations(self) -> tuple[Citation, ...]:
        return tuple(replace(self.sources[n - 1], number=i) for i, n in enumerate(self.used, 1))


def digest_of(
    found: Checked, base: Digest, task: Task, sources: Sequence[Citation], model: str, length: int, catalog: Catalog
) -> Digest:
    """The checked answer as a digest. Parts it left empty come from `base`, the extractive digest, and are named in
    `engine.fallback`. `sources`: what `Numbered.source` counts. `length`: characters of the article."""
    share = 1.0 if task.language == task.article_language else WIDER
    answer = _fitting(found.answer, int(length * share) if task.language != "ja" else length)
    setter = _Setter({one.number: one for one in task.numbered}, sources)
    lead = tuple(setter.text(said, "compact") for said in answer.lead)
    told = _Told(answer, setter.numbered)
    sections = tuple(
        setter.section(role, answer.section(role), _untold(section, told, catalog))
        for role, section in zip(ROLES, base.sections, strict=True)
    )
    filled = [s.role for s in sections if not answer.section(s.role).texts and s.addressed]
    conclusion = tuple(setter.text(said, "standard") for said in answer.conclusion)
    return replace(
        base,
        lead=lead or told.new(base.lead),
        sections=sections,
        conclusion=conclusion or told.new(base.conclusion),
        citations=setter.citations(),
        language_of_text=task.language,
        engine=EngineInfo(name="llm", model=model, fallback=f"extractive: {', '.join(filled)}" if filled else None),
    )


class _Told:
    """What an answer says already: its words, and the sentences that one of its texts rests on alone."""

    def __init__(self, answer: Answer, numbered: Mapping[int, Numbered]) -> None:
        self._words = {squeezed(said.text) for said in answer.texts}
        alone = [numbered[said.rests_on[0]] for said in answer.texts if len(set(said.rests_on)) == 1]
        self._spans = [(one.start, one.end) for one in alone if not one.source]

    def new(self, texts: tuple[T, ...]) -> tuple[T, ...]:
        """Those of `texts` that say something else: nothing is printed twice, in other words neither."""
        return tuple(text for text in texts if not self._has(text))

    def _has(self, text: Text | Point) -> bool:
        return squeezed(text.text) in self._words or any(_within(text.support, span) for span in self._spans)


def _within(support: Sequence[Support], span: tuple[int, int]) -> bool:
    inside = (one.source == "article" and span[0] <= one.start and one.end <= span[1] for one in support)
    return bool(support) and all(inside)


def _untold(section: Section, told: _Told, catalog: Catalog) -> Section:
    """A section of the extractive digest without what the answer tells elsewhere; an empty one says so."""
    body, points, closing = told.new(section.body), told.new(section.points), told.new(section.closing)
    if not body and not points:
        body, closing = tuple(replace(text, level="compact") for text in closing[:1]), ()
    if body or points:
        return replace(section, body=body, points=points, closing=closing)
    return unaddressed(section.role, section.number, catalog)


def _fitting(answer: Answer, length: int) -> Answer:
    """Cut to `SHARE` of the article: closings first, then points, then conclusions; never a section's first text."""
    steps: tuple[Callable[[Answer], Answer], ...] = (
        lambda a: _each(a, lambda s: s.model_copy(update={"closing": ()}) if s.body or s.points else s),
        lambda a: _each(a, lambda s: s.model_copy(update={"points": s.points[:2]})),
        lambda a: a.model_copy(update={"conclusion": a.conclusion[:1]}),
        lambda a: _each(a, lambda s: s.model_copy(update={"body": s.body[:1]})),
        lambda a: _each(a, lambda s: s.model_copy(update={"points": s.points[: 0 if s.body else 1]})),
    )
    for step in steps:
        if sum(len(said.text) for said in answer.texts) <= SHARE * length:
            break
        answer = step(answer)
    return answer


def _each(answer: Answer, change: Callable[[SaidSection], SaidSection]) -> Answer:
    return answer.model_copy(update={role: change(answer.section(role)) for role in ROLES})
