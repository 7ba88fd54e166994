"""`chokan ground`: is every sentence of a summary supported by its text? JSON Lines in, JSON Lines out, in order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import AwareDatetime, BaseModel, ConfigDict

from bot.cli_base import Session, print_stream, run
from bot.cli_read import lines_or_errors
from bot.inputs import read_line
from bot.stream import in_order
from digests.language import identify

if TYPE_CHECKING:
    from digests.ground import Unsupported, Verdict


class Claim(BaseModel):
    """One line: a text and what is said to rest on it. `published`: the day relative dates are counted from."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str | int
    text: str
    summary: str
    language: str | None = None
    published: AwareDatetime | None = None


def ground_verb(
    context: typer.Context,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="JSON Lines on standard input.")] = False,
) -> None:
    """Check summaries against the texts they rest on: a score, and every sentence without support."""
    if not jsonl:
        raise typer.BadParameter('give --jsonl and lines {"id", "text", "summary", "language"} on standard input')
    session: Session = context.obj
    run(session, print_stream(session, lambda workers: in_order(workers, lines_or_errors(), ground_line)))


def ground_line(line: str, number: int) -> str:
    """In a worker, which alone needs the judge: the verdict on one line. Raises BadInput."""
    claim = read_line(Claim, line, number)
    verdict = _judged(claim)
    unsupported = [_form(problem) for problem in verdict.unsupported]
    return json.dumps({"id": claim.id, "score": verdict.score, "unsupported": unsupported}, ensure_ascii=False)


def _judged(claim: Claim) -> Verdict:
    """In the summary's language; where the text is of another that can be compared with it, across the two."""
    from digests.ground import ground

    reference = claim.published.date() if claim.published else None
    spoken = identify(claim.text, claim.language)
    language = claim.language or identify(claim.summary, spoken)
    if spoken != language:
        from bot.digesting import embedder
        from bot.llm_judges import comparable
        from digests.across import ground_across

        if comparable(spoken, language, True):
            return ground_across(claim.text, claim.summary, (spoken, language), embedder(True), reference=reference)
    return ground(claim.text, claim.summary, language, reference=reference)


def _form(problem: Unsupported) -> dict[str, Any]:
    return {"text": problem.text, "reason": problem.reason, "what": list(problem.what)}
