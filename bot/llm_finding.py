"""How a language model does, for `chokan check`: it is asked one small question."""

from __future__ import annotations

from bot.llm_client import Turn
from bot.llm_prompt import Numbered, Task, question
from bot.llm_talk import Talk
from digests.catalog import Catalog
from digests.errors import ChokanError, ModelBusy, ModelCut
from digests.ports import Finding

_TRIAL = Task(
    title="A trial",
    language="en",
    article_language="en",
    numbered=(Numbered(number=1, text="The bridge was opened on Monday.", start=0, end=32),),
    sections=("development",),
)
_TRIAL_TOKENS = 300
"""Enough for the one section of the trial; a model that says more is cut, and has answered."""
_PLAINLY = {401: "key", 403: "key", 404: "name", 402: "account", 429: "quota"}
"""What an HTTP status is called."""


async def finding(talk: Talk, prompt: str, catalog: Catalog) -> Finding:
    """What `talk`'s model makes of a small question under the system `prompt`. Never raises for a model."""
    endpoint = talk.endpoint
    subject = catalog("model.subject", name=endpoint.name or endpoint.model)
    turns: list[Turn] = [{"role": "system", "content": prompt}, {"role": "user", "content": question(_TRIAL)}]
    try:
        await talk.complete(turns, _TRIAL, (), most=_TRIAL_TOKENS)
    except ModelCut:
        return Finding(subject=subject, ok=True, text=catalog("model.short", url=endpoint.base_url))
    except ChokanError as error:
        told, fix = (f"model.{part}.{_kind(error)}" for part in ("wrong", "fix"))
        if not catalog.has(told):
            told, fix = "model.wrong.model", "model.fix.model"
        values = {"url": endpoint.base_url, "model": endpoint.model, "error": str(error)}
        return Finding(subject=subject, ok=False, text=catalog(told, **values), fix=catalog(fix, **values))
    return Finding(subject=subject, ok=True, text=catalog("model.answers", url=endpoint.base_url))


def _kind(error: ChokanError) -> str:
    status: int = getattr(error, "status", 0)
    if isinstance(error, ModelBusy) and not status:
        return "unreachable"
    return _PLAINLY.get(status, error.kind)
