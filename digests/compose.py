"""Sets a plan as a digest: sections in order, framing sentence, labelled points, closing; and cuts it to a length.

Knows no scores but those it is given, and prints nothing that does not stand in the article.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from digests.analysis import Analysis
from digests.catalog import Catalog
from digests.headings import heading, kind_of
from digests.labels import labels
from digests.lines import Line
from digests.model import LENGTHS, ROLES, Length, Point, Role, Section, Support, Text
from digests.plan import Plan
from digests.readable import base
from digests.topics import topics
from digests.worth import CONCLUSION, LEAD

Named = Callable[[Sequence[str]], Sequence[str | None]]
"""Texts → their labels, None where there is none."""
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
    """One section before it has a heading: `body` is ready, of the `units` some may become labelled points."""

    role: Role
    body: tuple[Text, ...] = ()
    units: tuple[Unit, ...] = ()

    def texts(self, language: str) -> list[str]:
        """What the section tells at every length but the full one, which its heading must suit as well."""
        return [t.text for t in self.body if t.level != "full"] + [u.text(language) for u in self.units]


def sections(analysis: Analysis, plan: Plan, catalog: Catalog) -> tuple[Section, ...]:
    """The four sections, always, in order; one the article says nothing about holds one honest line."""
    language = analysis.language
    drafts = [_draft(role, units(plan, g)) for g, role in enumerate(ROLES)]
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
        named = partial(labels, avoid=tuple(used), title=analysis.title, article=analysis.text, language=language)
        title = heading(draft.role, topic, texts, kind, language, catalog)
        section = _set(draft, number, title, language, named)
        used += [point.label for point in section.points]
        made.append(section)
    return tuple(made)


def _set(draft: Draft, number: int, title: str, language: str, named: Named) -> Section:
    """The section as it is printed. A unit without a label is told in the body, or behind the points where it stands
    so in the article."""
    units = draft.units
    every = named([u.text(language) for u in units])
    frame = _frame(units, every) if units else None
    rest = [unit for unit in units if unit is not frame]
    given = [name for unit, name in zip(units, every, strict=True) if unit is not frame]
    names = named([u.text(language) for u in rest]) if len(rest) < len(units) and not all(given) else given
    last = rest.pop() if frame and len(units) >= LEAST_FOR_CLOSING and len(rest[-1].lines) == 1 else None
    levels = _levels(rest, frame)
    rows = list(zip(rest, names, levels, strict=False))
    first = min((u.index for u, name, _ in rows if name), default=None)
    told = [(u, level) for u, name, level in rows if name is None]
    behind = [row for row in told if first is not None and row[0].index > first and len(row[0].lines) == 1]
    before = [row for row in told if row not in behind]
    body = [*draft.body, *_framing(frame), *_told(before)]
    closing = [*_told(behind), *([_text(last.lines[0], "standard")] if last else [])]
    return Section(
        role=draft.role,
        number=number,
        heading=title,
        addressed=True,
        body=tuple(sorted(body, key=_start)),
        points=tuple(
            Point(label=name, text=u.text(language), support=u.support, level=level) for u, name, level in rows if name
        ),
        closing=tuple(sorted(closing, key=_start)),
    )


def _frame(units: Sequence[Unit], names: Sequence[str | None]) -> Unit | None:
    """What frames the points: the better of the first two, or the one of them that has no label; a section of one
    labelled sentence has no frame."""
    if len(units) == 1:
        return None if names[0] else units[0]
    bare = [unit for unit, name in zip(units[:2], names, strict=False) if not name]
    return bare[0] if len(bare) == 1 else max(units[:2], key=lambda unit: (unit.worth, -unit.index))


def _framing(frame: Unit | None) -> list[Text]:
    lines = frame.lines if frame else ()
    return [_text(line, "compact" if k == 0 else "standard") for k, line in enumerate(lines)]


def _levels(units: Sequence[Unit], frame: Unit | None) -> list[Length]:
    """The best units are printed at standard length, the others in full; at every length what stands alone."""
    if frame is None:
        return ["compact" for _ in units]
    best = sorted(units, key=lambda unit: -unit.worth)[:POINTS_AT_STANDARD]
    return ["standard" if unit in best else "full" for unit in units]


def _start(text: Text) -> int:
    return text.support[0].start


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


def _draft(role: Role, parts: Sequence[Unit]) -> Draft:
    return Draft(role, units=tuple(parts)) if role in POINTED else Draft(role, body=_prose(parts))


def _prose(parts: Sequence[Unit]) -> tuple[Text, ...]:
    """Body text: the best sentence at every length, the second from standard on, the rest in full."""
    ranked = sorted(parts, key=lambda unit: -unit.worth)
    texts: list[Text] = []
    for unit in parts:
        rank = ranked.index(unit)
        texts += [_text(line, LENGTHS[min(2, rank + k)]) for k, line in enumerate(unit.lines)]
    return tuple(texts)
