"""The order in which language models are tried, from what an operator wrote. Loads no SDK."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar

from digests.errors import ConfigError

LAST = "extractive"
"""The engine behind every model: it needs nothing and is always there."""


class Named(Protocol):
    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def chained(models: Sequence[N], fallback: Sequence[str]) -> tuple[N, ...]:
    """The first of `models`, then those `fallback` names; all as written where it names none. Raises ConfigError."""
    if not models:
        raise ConfigError('engine: name = "llm" needs at least one [[engine.models]] with base_url and model')
    named = [model.name for model in models if model.name]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice or LAST in named:
        raise ConfigError(f"engine.models: the name {twice or LAST} is taken; give each model a name of its own")
    if not fallback:
        return tuple(models)
    if LAST in fallback[:-1]:
        raise ConfigError(f"engine.fallback: {LAST} always comes last; nothing can follow it")
    others = {model.name: model for model in models[1:] if model.name}
    unknown = [name for name in fallback if name not in others and name != LAST]
    if unknown:
        known = ", ".join((*others, LAST))
        raise ConfigError(f"engine.fallback: no model is named {unknown[0]}; known after the first: {known}")
    return (models[0], *(others[name] for name in dict.fromkeys(fallback) if name != LAST))
