"""Sets a plan as a digest: sections in order, framing sentence, labelled points, closing; and cuts it to a length.

Knows no scores but those it is given, and prints nothing that does not stand in the article.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from digests.analysis import Analysis
from digests.catalog import Catalog
from digests.headings import heading, kind_of, topics
from digests.labels import labels
from digests.lines import Line
from digests.model import LENGTHS, ROLES, Length, Point, Role, Section, Support, Text
from digests.plan import Plan
from digests.readable import base
from digests.worth import CONCLUSION, LEAD

POINTED: tuple[Role, ...] = ("dynamics", "outlook")
POINTS_AT_STANDARD = 3
LEAST_FOR_CLOSING = 5
"""Units a section needs before one of them closes it."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A line and those printed right behind it because they point back at it."""

    lines: tuple[Line, ...]
    worth: float

    @property
    def index(self) -> int:
        return self.lines[0].index

    def text(self, language: str) -> str:
        return ("" if base(language) in {"ja", "zh", "th"} else " ").join(line.print.text for line in self.lines)

    @property
    def support(self) -> tuple[Support, ...]:
        return tuple(Support(start=line.print.start, end=line.print.end) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Draft:
    """One section before it has a heading. `body` and `closing` are ready, `points` still lack labels."""

    role: Role
    body: tuple[Text, ...] = ()
    points: tuple[tuple[Unit, Length], ...] = ()
    closing: tuple[Text, ...] = ()

    def texts(self, language: str) -> list[str]:
        return [t.text for t in self.body] + [u.text(language) for u, _ in self.points] + [t.text for t in self.closing]


def sections(analysis: Analysis, plan: Plan, catalog: Catalog) -> tuple[Section, ...]:
    """The four sections, always, in order; one the article says nothing about holds one honest line."""
    language = analysis.language
    drafts = [_draft(role, units(plan, g), language) for g, role in enumerate(ROLES)]
    opening = [line.print.text for line in _lines(plan, LEAD)]
    heads = topics([d.texts(language) for d in drafts], opening, analysis.title, analysis.text, language)
    kind = kind_of(analysis.title, drafts[0].texts(language), language)
    used = [topic.text for topic in heads if topic]
    made = []
    for number, (draft, topic) in enumerate(zip(drafts, heads, strict=True), 1):
        texts = draft.texts(language)
        if not texts:
            made.append(unaddressed(draft.role, number, catalog))
            continue
        names = labels([u.text(language) for u, _ in draft.points], used, analysis.title, analysis.text, language)
        used += [name for name in names if name]
        title = heading(draft.role, topic, texts, kind, language, catalog)
        made.append(_set(draft, names, number, title, language))
    return tuple(made)


def _set(draft: Draft, names: Sequence[str | None], number: int, title: str, language: str) -> Section:
    """The section as it is printed. A point without a label is told in the body, or behind the points where it stands
    so in the article."""
    told = [(unit, level) for name, (unit, level) in zip(names, draft.points, strict=True) if name is None]
    first = min((u.index for name, (u, _) in zip(names, draft.points, strict=True) if name), default=None)
    behind = [row for row in told if first is not None and row[0].index > first and len(row[0].lines) == 1]
    before = [row for row in told if row not in behind]
    body = sorted((*draft.body, *_told(before)), key=lambda text: text.support[0].start)
    closing = sorted((*draft.closing, *_told(behind)), key=lambda text: text.support[0].start)
    points = tuple(
        Point(label=name, text=unit.text(language), support=unit.support, level=level)
        for name, (unit, level) in zip(names, draft.points, strict=True)
        if name is not None
    )
    return Section(
        role=draft.role,
        number=number,
        heading=title,
        addressed=True,
        body=tuple(body),
        points=points,
        closing=tuple(closing),
    )


def _told(points: Sequence[tuple[Unit, Length]]) -> list[Text]:
    return [_text(line, level) for unit, level in points for line in unit.lines]


def unaddressed(role: Role, number: int, catalog: Catalog) -> Section:
    """A section the article says nothing (more) about, with the one line that says so."""
    line = Text(text=catalog("digest.empty"), support=())
    return Section(role=role, number=number, heading=catalog(f"digest.role.{role}"), addressed=False, body=(line,))


def lead(plan: Plan) -> tuple[Text, ...]:
    return tuple(_text(line, "compact") for line in _lines(plan, LEAD))


def conclusion(plan: Plan) -> tuple[Text, ...]:
    return tuple(_text(line, "standard") for line in _lines(plan, CONCLUSION))


def _lines(plan: Plan, group: int) -> list[Line]:
    return [plan.lines[i] for i in plan.groups[group]]


def _text(line: Line, level: Length) -> Text:
    return Text(text=line.print.text, support=(Support(start=line.print.start, end=line.print.end),), level=level)


def units(plan: Plan, group: int) -> list[Unit]:
    """The lines of a part in article order, each with those that lean on it."""
    found: list[Unit] = []
    for i in plan.groups[group]:
        line = plan.lines[i]
        if not line.opens and found and found[-1].lines[-1].index == line.index - 1:
            found[-1] = Unit((*found[-1].lines, line), found[-1].worth)
        else:
            found.append(Unit((line,), float(plan.worth[i, group])))
    return found


def _draft(role: Role, parts: Sequence[Unit], language: str) -> Draft:
    if not parts:
        return Draft(role)
    return _pointed(role, parts) if role in POINTED else Draft(role, body=_prose(parts))


def _prose(parts: Sequence[Unit]) -> tuple[Text, ...]:
    """Body text: the best sentence at every length, the second from standard on, the rest in full."""
    ranked = sorted(parts, key=lambda unit: -unit.worth)
    texts: list[Text] = []
    for unit in parts:
        rank = ranked.index(unit)
        texts += [_text(line, LENGTHS[min(2, rank + k)]) for k, line in enumerate(unit.lines)]
    return tuple(texts)


def _pointed(role: Role, parts: Sequence[Unit]) -> Draft:
    """A framing sentence, the better of the first two, points, and with enough of them a closing sentence."""
    frame = max(parts[:2], key=lambda unit: (unit.worth, -unit.index))
    rest = [unit for unit in parts if unit is not frame]
    closing: tuple[Text, ...] = ()
    if len(parts) >= LEAST_FOR_CLOSING and len(rest[-1].lines) == 1:
        closing = (_text(rest.pop().lines[0], "standard"),)
    best = sorted(rest, key=lambda unit: -unit.worth)[:POINTS_AT_STANDARD]
    body = tuple(_text(line, "compact" if k == 0 else "standard") for k, line in enumerate(frame.lines))
    points = tuple((unit, _level(unit in best)) for unit in rest)
    return Draft(role, body, points, closing)


def _level(best: bool) -> Length:
    return "standard" if best else "full"
