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

VERSION = "3"
"""Raised whenever a prompt file or the schema changes: answers made with another version are not used again."""
MOST_TEXTS, MOST_CHARACTERS = 6, 600
MOST_HEADING, MOST_LABEL = 80, 60
MOST_LISTED = 40
"""Numbers that a schema lists at each place: providers limit how many a schema may list in all."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Said(_Form):
    text: str = Field(max_length=MOST_CHARACTERS)
    rests_on: tuple[int, ...] = Field(max_length=8)


class SaidPoint(Said):
    label: str = Field(max_length=MOST_LABEL)


class SaidSection(_Form):
    heading: str = Field("", max_length=MOST_HEADING)
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
        "write_parts": _parts(task),
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


def schema(task: Task) -> dict[str, Any]:
    """The JSON schema of what `task` asks for, in the strict form providers want: everything required, nothing more
    allowed. One section has no more texts than there are sentences for it, so that a small model comes to an end."""
    enough = MOST_TEXTS if task.sections == ROLES else len(task.numbered)
    said = _object(text=_string(longest(task.language)), rests_on=_list(_number(task), 4, least=1))
    point = _object(label=_string(MOST_LABEL), **said["properties"])
    section = _object(
        heading=_string(MOST_HEADING),
        body=_list(said, min(2, enough)),
        points=_list(point, max(0, min(3, enough - 1))),
        closing=_list(said, int(enough > 2)),
    )
    parts: dict[str, dict[str, Any]] = {
        "lead": _list(said, 2),
        **dict.fromkeys(ROLES, section),
        "conclusion": _list(said, 2),
    }
    asked = _parts(task)
    return _object(**{name: form for name, form in parts.items() if name in asked})


def longest(language: str) -> int:
    """Characters one text may have: two sentences. One that long was stopped there, by the form of the answer."""
    return MOST_CHARACTERS if language != "ja" else int(MOST_CHARACTERS / 2.5)


def _parts(task: Task) -> list[str]:
    return [*(("lead", "conclusion") if task.sections == ROLES else ()), *task.sections]


def _string(most: int) -> dict[str, Any]:
    """Bounded as `Answer` is, or closer: what the schema lets pass is read."""
    return {"type": "string", "maxLength": most}


def _number(task: Task) -> dict[str, Any]:
    """Of a sentence there is. Few are listed; of many only the ends are told."""
    numbers = [one.number for one in task.numbered]
    few = {"type": "integer", "enum": numbers}
    many = {"type": "integer", "minimum": numbers[0], "maximum": numbers[-1]}
    return few if len(numbers) <= MOST_LISTED else many


def _list(items: dict[str, Any], most: int, least: int = 0) -> dict[str, Any]:
    """Bounded, so that a small model comes to an end."""
    return {"type": "array", "items": items, "maxItems": most, **({"minItems": least} if least else {})}


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
