"""Who decides whether a model's sentence rests on what it names: the guard in the article's own language, or across
languages for a translation. CPU work, in a worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from bot.digesting import embedder
from bot.llm_prompt import Numbered, Task
from digests.across import LANGUAGES, Shelf, shelf, translated, unknown_names
from digests.embed import LexicalEmbedder
from digests.errors import ModelRefused
from digests.evidence import Line, Source, line, source
from digests.ground import Unsupported, judged
from digests.sentences import sentences
from digests.signals import signals


class Judge(Protocol):
    def wrong(self, text: str, named: tuple[int, ...]) -> Unsupported | None:
        """What is wrong with `text` resting on the sentences `named`."""

    def foreign(self, text: str) -> bool:
        """Does a heading or label name what the article does not?"""


def judge_of(task: Task, reference: date | None, embeddings: bool) -> Judge:
    """Raises ModelRefused for a translation that nobody here can check."""
    if task.language == task.article_language:
        return _Same(task, reference)
    if not comparable(task.article_language, task.language, embeddings):
        raise ModelRefused(f"a translation from {task.article_language} to {task.language} cannot be checked here")
    return _Across(task, reference)


def checkable(article_language: str, language: str, embeddings: bool) -> bool:
    """Can what is written in `language` about such an article be checked here at all?"""
    same = article_language == language
    return same or (embeddings and {article_language, language} <= LANGUAGES)


def comparable(article_language: str, language: str, embeddings: bool) -> bool:
    """As `checkable`, where this process has the model of meaning that two languages need."""
    return checkable(article_language, language, embeddings) and not isinstance(embedder(True), LexicalEmbedder)


class _Origins:
    """The sentences a model may name, prepared when first named."""

    def __init__(self, task: Task, reference: date | None) -> None:
        self.task, self.reference = task, reference
        self._numbered = {one.number: one for one in task.numbered}
        self._prepared: dict[tuple[int, ...], Source] = {}

    def __call__(self, named: tuple[int, ...]) -> Source:
        if named not in self._prepared:
            text = "\n".join(self._numbered[n].text for n in named)
            self._prepared[named] = source(text, self.task.article_language, self.reference)
        return self._prepared[named]

    def whole(self) -> Source:
        text = "\n".join((self.task.title, *(one.text for one in self.task.numbered)))
        return source(text, self.task.article_language, self.reference)


class _Same:
    """The article's own language."""

    def __init__(self, task: Task, reference: date | None) -> None:
        self._origins = _Origins(task, reference)
        self._whole = self._origins.whole()

    def wrong(self, text: str, named: tuple[int, ...]) -> Unsupported | None:
        pieces = _pieces(text, self._origins.task.language)
        verdict = judged([self._line(piece) for piece in pieces], self._origins(named))
        return verdict.unsupported[0] if verdict.unsupported else None

    def foreign(self, text: str) -> bool:
        findings = signals(self._line(text), self._whole).findings
        return bool(findings.numbers or findings.dates or findings.names)

    def _line(self, text: str) -> Line:
        return line(text, self._origins.task.language, self._origins.reference)


class _Across:
    """Another language than the article's."""

    def __init__(self, task: Task, reference: date | None) -> None:
        self._origins = _Origins(task, reference)
        self._whole = self._origins.whole()
        self._places = {one.number: place for place, one in enumerate(task.numbered)}
        self._shelf = _shelf(task.numbered)

    def wrong(self, text: str, named: tuple[int, ...]) -> Unsupported | None:
        task, here = self._origins.task, [self._places[number] for number in named]
        for piece in _pieces(text, task.language):
            one = line(piece, task.language, self._origins.reference)
            found = translated(one, task.language, self._origins(named), here, self._shelf, embedder(True))
            if found is not None:
                return found
        return None

    def foreign(self, text: str) -> bool:
        language = self._origins.task.language
        one = line(text, language, self._origins.reference)
        return bool(one.quantities or one.dates or unknown_names(one, language, self._whole))


@lru_cache(maxsize=4)
def _shelf(numbered: Sequence[Numbered]) -> Shelf:
    """An answer and its correction are checked against the same lines."""
    return shelf([one.text for one in numbered], embedder(True))


def _pieces(text: str, language: str) -> list[str]:
    return [piece.text for piece in sentences(text, language)] or [text]
