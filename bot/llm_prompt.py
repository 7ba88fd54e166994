"""What a language model is shown and what it may answer: numbered sentences in, texts with those numbers out.

Article text is data: it travels as JSON strings inside one JSON object, never between marks it could close. A model
names sentences by number only; titles and addresses are no part of its answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from digests.model import ROLES, Role, Voice

VERSION = "2"
"""Raised whenever a prompt file or the schema changes: answers made with another version are not used again."""
MOST_TEXTS, MOST_CHARACTERS = 6, 600


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Said(_Form):
    text: str = Field(max_length=MOST_CHARACTERS)
    rests_on: tuple[int, ...] = Field(max_length=8)


class SaidPoint(Said):
    label: str = Field(max_length=60)


class SaidSection(_Form):
    heading: str = Field("", max_length=80)
    body: tuple[Said, ...] = Field((), max_length=MOST_TEXTS)
    points: tuple[SaidPoint, ...] = Field((), max_length=MOST_TEXTS)
    closing: tuple[Said, ...] = Field((), max_length=2)

    @property
    def texts(self) -> tuple[Said, ...]:
        return (*self.body, *self.points, *self.closing)


class Answer(_Form):
    """A model's whole answer; what it left out is empty."""

    lead: tuple[Said, ...] = Field((), max_length=3)
    development: SaidSection = SaidSection()
    stakes: SaidSection = SaidSection()
    dynamics: SaidSection = SaidSection()
    outlook: SaidSection = SaidSection()
    conclusion: tuple[Said, ...] = Field((), max_length=3)

    def section(self, role: Role) -> SaidSection:
        section: SaidSection = getattr(self, role)
        return section

    @property
    def texts(self) -> tuple[Said, ...]:
        return (*self.lead, *(said for role in ROLES for said in self.section(role).texts), *self.conclusion)


class BadAnswer(Exception):
    """The answer is no JSON object of the asked form. The message says where, for the model to repair."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """One sentence the model may rest on. `source` 0 is the article, n the n-th cited text."""

    number: int
    text: str
    start: int
    end: int
    source: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question to a model."""

    title: str
    language: str
    """To write in."""
    article_language: str
    numbered: tuple[Numbered, ...]
    sections: tuple[Role, ...] = ROLES
    voice: Voice = field(default_factory=Voice)


def question(task: Task) -> str:
    """The user message: one JSON object. Hidden characters are left out, so that what is read is what was checked."""
    data: dict[str, Any] = {
        "write_in": task.language,
        "write_parts": [*(("lead", "conclusion") if task.sections == ROLES else ()), *task.sections],
        **_readers(task.voice),
        "title": visible(task.title),
        "article": [{"n": one.number, "s": visible(one.text)} for one in task.numbered if one.source == 0],
        "sources": [
            {"n": one.number, "source": one.source, "s": visible(one.text)} for one in task.numbered if one.source
        ],
    }
    return json.dumps(data, ensure_ascii=False)


def _readers(voice: Voice) -> dict[str, Any]:
    """What a subscription wishes of tone and choice; nothing when it wishes nothing."""
    wishes = {"tone": voice.tone, "audience": voice.audience, "topics": list(voice.topics)}
    said = {name: wish for name, wish in wishes.items() if wish}
    return {"readers": said} if said else {}


def complaint(problems: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """What is wrong with an answer: (text, reason, what), for the model to try once more."""
    listed = [{"text": text, "problem": reason, "not_in_support": list(what)} for text, reason, what in problems]
    return json.dumps(
        {"unsupported": listed, "ask": "Write the whole JSON object again without these."}, ensure_ascii=False
    )


def answer_of(text: str) -> Answer:
    """The answer in a model's text; a fence or chatter around the object is forgiven. Raises BadAnswer."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise BadAnswer("no JSON object in the answer")
    try:
        return Answer.model_validate_json(text[start : end + 1])
    except ValidationError as error:
        first = error.errors()[0]
        raise BadAnswer(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def schema() -> dict[str, Any]:
    """The JSON schema of `Answer` in the strict form providers ask for: everything required, nothing more allowed."""
    said = _object(text={"type": "string"}, rests_on=_list({"type": "integer"}, 4))
    point = _object(label={"type": "string"}, **said["properties"])
    section = _object(heading={"type": "string"}, body=_list(said, 2), points=_list(point, 3), closing=_list(said, 1))
    return _object(lead=_list(said, 2), **dict.fromkeys(ROLES, section), conclusion=_list(said, 2))


def _list(items: dict[str, Any], most: int) -> dict[str, Any]:
    """Bounded, so that a small model comes to an end."""
    return {"type": "array", "items": items, "maxItems": most}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def visible(text: str) -> str:
    """Without control, format and private characters, which readers do not see and models do."""
    return "".join(char for char in text if char.isprintable() or char in "\n\u3000\xa0")
