"""The JSON form of a digest: the stable contract, version 1, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from digests.model import (
    Citation,
    Digest,
    EngineInfo,
    Length,
    Point,
    RelatedLink,
    Role,
    Section,
    Sentence,
    Support,
    Text,
)

VERSION = 1
Json = dict[str, Any]


def digest_form(digest: Digest, *, explain: bool = False, levels: bool = False) -> Json:
    """The contract's object. `explain` adds every sentence with its scores; `levels` adds each text's length level,
    so that a stored digest can be cut to any length again."""
    form: Json = {
        "version": VERSION,
        "id": digest.id,
        "language": digest.language,
        "title": digest.title,
        "url": digest.url,
        "published": digest.published.isoformat() if digest.published else None,
        "lead": _texts(digest.lead, levels),
        "sections": [_section(section, levels) for section in digest.sections],
        "conclusion": _texts(digest.conclusion, levels),
        "citations": [
            {"number": c.number, "title": c.title, "publisher": c.publisher, "url": c.url} for c in digest.citations
        ],
        "related": [{"title": r.title, "url": r.url, "score": round(r.score, 4)} for r in digest.related],
        "engine": {"name": digest.engine.name, "model": digest.engine.model, "fallback": digest.engine.fallback},
        "language_of_text": digest.language_of_text,
    }
    if explain:
        form["sentences"] = [_sentence(sentence) for sentence in digest.sentences]
    return form


def digest_from_form(form: Mapping[str, Any]) -> Digest:
    """The digest a form was made from. Raises ValueError for another version, KeyError for a missing field."""
    if form["version"] != VERSION:
        raise ValueError(f"digest form version {form['version']} is not {VERSION}")
    return Digest(
        id=form["id"],
        language=form["language"],
        language_of_text=form["language_of_text"],
        title=form["title"],
        url=form["url"],
        published=datetime.fromisoformat(form["published"]) if form["published"] else None,
        lead=_texts_from(form["lead"]),
        sections=tuple(_section_from(section) for section in form["sections"]),
        conclusion=_texts_from(form["conclusion"]),
        citations=tuple(Citation(**c) for c in form["citations"]),
        related=tuple(RelatedLink(**r) for r in form["related"]),
        engine=EngineInfo(**form["engine"]),
    )


def _texts(texts: Sequence[Text], levels: bool) -> list[Json]:
    return [{"text": t.text, "support": _support(t.support), **({"level": t.level} if levels else {})} for t in texts]


def _support(support: Sequence[Support]) -> list[Json]:
    return [{"source": s.source, "start": s.start, "end": s.end} for s in support]


def _section(section: Section, levels: bool) -> Json:
    return {
        "role": section.role,
        "number": section.number,
        "heading": section.heading,
        "addressed": section.addressed,
        "body": _texts(section.body, levels),
        "points": [
            {"label": p.label, "text": p.text, "support": _support(p.support), **({"level": p.level} if levels else {})}
            for p in section.points
        ],
        "closing": _texts(section.closing, levels),
        "citations": list(section.citations),
    }


def _sentence(sentence: Sentence) -> Json:
    return {
        "start": sentence.start,
        "end": sentence.end,
        "text": sentence.text,
        "role": sentence.role,
        "roles": {role: round(score, 4) for role, score in sentence.roles.items()},
        "salience": round(sentence.salience, 4),
    }


def _support_from(support: Sequence[Json]) -> tuple[Support, ...]:
    return tuple(Support(source=s["source"], start=s["start"], end=s["end"]) for s in support)


def _texts_from(texts: Sequence[Json]) -> tuple[Text, ...]:
    return tuple(
        Text(text=t["text"], support=_support_from(t["support"]), level=cast(Length, t.get("level", "compact")))
        for t in texts
    )


def _section_from(form: Json) -> Section:
    return Section(
        role=cast(Role, form["role"]),
        number=form["number"],
        heading=form["heading"],
        addressed=form["addressed"],
        body=_texts_from(form["body"]),
        points=tuple(
            Point(
                label=p["label"],
                text=p["text"],
                support=_support_from(p["support"]),
                level=cast(Length, p.get("level", "standard")),
            )
            for p in form["points"]
        ),
        closing=_texts_from(form["closing"]),
        citations=tuple(form["citations"]),
    )
