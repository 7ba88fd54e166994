"""Writes docs/configuration.md from the settings class, so that the reference cannot lie (`make docs`)."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.settings import SECRETS, Settings

OUT = Path(__file__).resolve().parent.parent / "docs" / "configuration.md"
HEAD = """# Configuration

Written by `make docs` from `config/settings.py`; a test compares the two. Chokan reads `chokan.toml` in the directory
it is started in (or the file named by `--config` or `CHOKAN_CONFIG`). Every key is optional unless it says *required*.
A top-level key can also be set in the environment as `CHOKAN_<KEY>`.

## Environment

Secrets come from the environment (or `.env`) only. Each `NAME` can instead come from the file `NAME_FILE` names.

| variable | what it is |
|---|---|
"""
ABOUT = {
    "DATABASE_URL": "Where the archive is: `sqlite:///chokan.db` (default) or `postgresql://user@host/name`.",
    "DISCORD_TOKEN": "Token of the Discord bot.",
    "DISCORD_API_URL": "Base of Discord's REST API, to go through a proxy.",
    "SLACK_BOT_TOKEN": "Bot token of the Slack app (`xoxb-…`).",
    "SLACK_APP_TOKEN": "App-level token for Socket Mode (`xapp-…`), needed to answer commands.",
    "SLACK_SIGNING_SECRET": "Signing secret, needed for HTTP mode.",
    "SLACK_API_URL": "Base of Slack's Web API, to go through a proxy.",
    "SLACK_MODE": "`socket` (default) or `http`: Slack then sends to `/slack/events` on HOST:PORT.",
    "HOST": "Address to listen on in Slack's HTTP mode; 127.0.0.1 unless set.",
    "PORT": "Port to listen on in Slack's HTTP mode; 3000 unless set.",
    "LLM_API_KEY": "Key of the first of `engine.models`, where it needs one.",
    "LLM_FALLBACK_API_KEY": "Key of the other `engine.models`.",
    "ADMIN_TOKEN": "A secret of 16 characters or more: opens `/admin` in the archive; without it there is none.",
    "WEB_TOKEN": "A secret of 16 characters or more: makes the links to private subscriptions (`chokan web --links`).",
}


def reference() -> str:
    """The whole page."""
    return HEAD + "".join(_variables()) + "\n## chokan.toml\n" + "".join(_tables())


def _variables() -> Iterator[str]:
    for field in Settings.model_fields.values():
        if field.validation_alias:
            name = field.validation_alias.choices[0]  # type: ignore[union-attr]
            about = ABOUT.get(str(name)) or field.description or ""
            secret = " *Secret.*" if str(name) in SECRETS else ""
            yield f"| `{name}` | {about}{secret} |\n"


def _nested(name: str, model: type[BaseModel]) -> Iterator[str]:
    """The table `name`, then the tables in it."""
    yield _table({key: field for key, field in model.model_fields.items() if not _model(field.annotation)})
    for key, field in model.model_fields.items():
        inner = _model(field.annotation)
        if inner:
            yield f"\n### {_titled(f'{name}.{key}', field)}\n\n"
            yield from _nested(f"{name}.{key}", inner)


def _titled(name: str, field: FieldInfo) -> str:
    about = f"\n\n{field.description}" if field.description else ""
    return (f"[[{name}]]" if get_origin(field.annotation) is tuple else f"[{name}]") + about


def _tables() -> Iterator[str]:
    plain = {k: f for k, f in Settings.model_fields.items() if not f.validation_alias and not _model(f.annotation)}
    yield "\n### Top level\n\n" + _table(plain)
    for name, field in Settings.model_fields.items():
        model = _model(field.annotation)
        if model:
            yield f"\n### {_titled(name, field)}\n\n"
            yield from _nested(name, model)


def _table(fields: dict[str, FieldInfo]) -> str:
    rows = "".join(
        f"| `{name}` | {_kind(field.annotation)} | {_default(field)} | {field.description or ''} |\n"
        for name, field in fields.items()
    )
    return "| key | value | default | what it does |\n|---|---|---|---|\n" + rows


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined:
        return "*required*"
    if value is None or value in ("", ()):
        return ""
    if isinstance(value, tuple):
        return f"`[{', '.join(str(item) for item in value)}]`"
    return (
        f"`{value:%H:%M}`" if hasattr(value, "hour") else f"`{str(value).lower() if value in (True, False) else value}`"
    )


def _model(kind: Any) -> type[BaseModel] | None:
    candidates = (kind, *get_args(kind))
    return next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)


def _kind(kind: Any) -> str:
    origin = get_origin(kind)
    if origin is Annotated:
        return _kind(get_args(kind)[0])
    if origin is Literal:
        return " · ".join(f"`{value}`" for value in get_args(kind))
    if origin is tuple:
        return f"list of {_kind(get_args(kind)[0])}"
    if origin in (Union, types.UnionType):
        return _kind(next(a for a in get_args(kind) if a is not type(None)))
    names = {"str": "text", "int": "whole number", "float": "number", "bool": "true · false", "time": "time of day"}
    return names.get(getattr(kind, "__name__", ""), "text")


if __name__ == "__main__":
    OUT.write_text(reference(), encoding="utf-8")
    print(f"wrote {OUT.name}")
