"""Every knob there is: one settings class, environment (secrets) over `chokan.toml`. Imports nothing of ours.

A wrong or unknown key is one `SettingsError` a person can act on: the key, the line, and the nearest right key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic import ValidationError as PydanticError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.tables import (
    EngineSettings,
    FeedSettings,
    FetchSettings,
    LogSettings,
    QuotaSettings,
    RetentionSettings,
    ScheduleSettings,
    SlackSettings,
    SubscriptionSettings,
    WebSettings,
    Zone,
)

SECRETS = (
    "DISCORD_TOKEN",
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "WEB_TOKEN",
    "ADMIN_TOKEN",
    "LLM_API_KEY",
    "LLM_FALLBACK_API_KEY",
)


class SettingsError(Exception):
    """One line for each thing that is wrong with the configuration."""


class _TomlSource(PydanticBaseSettingsSource):
    """The parsed file, as the lowest layer of settings."""

    def __init__(self, settings: type[BaseSettings], data: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.data = dict(data)

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        return self.data.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return self.data


def _env(name: str) -> Any:
    return Field(default=None, validation_alias=AliasChoices(name))


class Settings(BaseSettings):
    """All settings. Secrets come from the environment only; `NAME_FILE` names a file that holds `NAME`."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="CHOKAN_", env_nested_delimiter="__")

    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL"),
        description="`sqlite:///chokan.db` (default) or `postgresql://user@host/name`.",
    )
    discord_token: SecretStr | None = _env("DISCORD_TOKEN")
    discord_api_url: str | None = _env("DISCORD_API_URL")
    slack_bot_token: SecretStr | None = _env("SLACK_BOT_TOKEN")
    slack_app_token: SecretStr | None = _env("SLACK_APP_TOKEN")
    slack_signing_secret: SecretStr | None = _env("SLACK_SIGNING_SECRET")
    slack_api_url: str | None = _env("SLACK_API_URL")
    slack_mode: Literal["socket", "http"] = Field("socket", validation_alias=AliasChoices("SLACK_MODE"))
    host: str = Field("127.0.0.1", validation_alias=AliasChoices("HOST"))
    port: int = Field(3000, ge=0, le=65535, validation_alias=AliasChoices("PORT"))
    web_token: SecretStr | None = _env("WEB_TOKEN")
    admin_token: SecretStr | None = _env("ADMIN_TOKEN")
    llm_api_key: SecretStr | None = _env("LLM_API_KEY")
    llm_fallback_api_key: SecretStr | None = _env("LLM_FALLBACK_API_KEY")

    language: str = Field("en", pattern=r"^[a-z]{2}$", description="Language of the terminal and of fixed lines.")
    zone: Zone = Field("UTC", description="Time zone of the terminal edition.")
    feeds: tuple[FeedSettings, ...] = Field((), description="Feeds to poll.")
    subscriptions: tuple[SubscriptionSettings, ...] = Field((), description="Standing orders.")
    fetch: FetchSettings = FetchSettings()
    engine: EngineSettings = EngineSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    web: WebSettings = WebSettings()
    quotas: QuotaSettings = QuotaSettings()
    retention: RetentionSettings = RetentionSettings()
    slack: SlackSettings = SlackSettings()
    log: LogSettings = LogSettings()

    @property
    def chats(self) -> tuple[str, ...]:
        """Platforms a token is set for."""
        tokens = {"discord": self.discord_token, "slack": self.slack_bot_token}
        return tuple(platform for platform, token in tokens.items() if token)

    @property
    def configured(self) -> bool:
        """Has anybody said what to do? If not, `run` shows the sample."""
        return bool(self.feeds or self.subscriptions or self.chats or self.database_url)


def load_settings(environment: Mapping[str, str], path: Path | None = None) -> Settings:
    """Settings of a file (none: defaults) and an environment. Raises `SettingsError`, one line a mistake."""
    text = _read(path)
    data = _parsed(text, path)
    _refuse_secrets(data, text, path)
    environment = _with_secret_files(environment)

    class Loaded(Settings):
        @classmethod
        def settings_customise_sources(
            cls, settings_cls: type[BaseSettings], *_: Any, **__: Any
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (_Environment(settings_cls, environment), _TomlSource(settings_cls, data))

    try:
        loaded = Loaded()
    except PydanticError as error:
        lines = [_explained(item, text, path) for item in error.errors()]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from None
    if twice := list(_twice(loaded, text, path)):
        raise SettingsError("\n".join(twice))
    return loaded


def _twice(settings: Settings, text: str, path: Path | None) -> Iterator[str]:
    """Subscriptions of a name that is taken: the second would silently take the place of the first."""
    names = [subscription.id for subscription in settings.subscriptions]
    for place, name in enumerate(names):
        if name in names[:place]:
            line = line_of(text, ("subscriptions", place, "id"))
            yield f"{path}:{line}: subscriptions.{place}.id: «{name}» is the name of another subscription"


class _Environment(PydanticBaseSettingsSource):
    """Names that a setting's alias, or CHOKAN_<KEY>, gives; nothing else of the environment is looked at."""

    def __init__(self, settings: type[BaseSettings], environment: Mapping[str, str]) -> None:
        super().__init__(settings)
        self.environment = environment

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        alias = field.validation_alias.choices[0] if field.validation_alias else f"CHOKAN_{field_name.upper()}"
        key = alias if field.validation_alias else field_name
        return self.environment.get(alias) or None, key, False

    def __call__(self) -> dict[str, Any]:
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {key: value for value, key, _ in found if value is not None}


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise SettingsError(f"{path}:{line}: not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def _parsed(text: str, path: Path | None) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        at = f":{found[1]}" if found else ""
        raise SettingsError(f"{path}{at}: not TOML: {error}") from None


def _refuse_secrets(data: Mapping[str, Any], text: str, path: Path | None) -> None:
    for key in data:
        if key.upper() in SECRETS or key.upper() == "DATABASE_URL":
            where = f"{path}:{line_of(text, (key,))}"
            raise SettingsError(f"{where}: {key} does not belong in the file; set {key.upper()} in the environment")


def _with_secret_files(environment: Mapping[str, str]) -> dict[str, str]:
    """`DISCORD_TOKEN_FILE=/run/secrets/token` stands for DISCORD_TOKEN (containers, systemd credentials)."""
    merged = dict(environment)
    for name in (*SECRETS, "DATABASE_URL"):
        file = environment.get(f"{name}_FILE")
        if not file:
            continue
        if environment.get(name):
            raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
        try:
            merged[name] = Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not text"
            raise SettingsError(f"{name}_FILE: {file} cannot be read: {why}") from None
    return merged


def _explained(item: Mapping[str, Any], text: str, path: Path | None) -> str:
    loc = tuple(part for part in item["loc"] if isinstance(part, str | int))
    name = ".".join(str(part) for part in loc)
    line = line_of(text, loc)
    where = f"{path}:{line}: " if line else ("" if name.isupper() else f"{path}: " if path else "")
    if item["type"] == "extra_forbidden":
        nearest = difflib.get_close_matches(str(loc[-1]), _keys_at(loc[:-1]), n=1, cutoff=0.5)
        hint = f"; did you mean «{nearest[0]}»?" if nearest else f"; known keys: {', '.join(_keys_at(loc[:-1]))}"
        return f"{where}unknown key «{name}»{hint}"
    if item["type"] == "missing":
        return f"{where}«{name}» is missing"
    problem = item["msg"].removeprefix("Value error, ")
    got = "" if item["type"] == "value_error" or name in SECRETS else f" (is {item['input']!r})"
    return f"{where}{name}: {problem[:1].lower() + problem[1:]}{got}"


def _keys_at(loc: tuple[str | int, ...]) -> list[str]:
    """The right keys of the table at `loc`."""
    model: Any = Settings
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            kind = model.model_fields[part].annotation
            inner = [a for a in (kind, *get_args(kind)) if isinstance(a, type) and issubclass(a, BaseModel)]
            model = inner[0] if inner else model
    secret = {name for name, field in model.model_fields.items() if field.validation_alias}
    return [name for name in model.model_fields if name not in secret]


def line_of(text: str, loc: tuple[str | int, ...]) -> int:
    """The 1-based line of the deepest part of `loc` that the TOML text shows; 0 when it shows none."""
    table: list[str | int] = []
    counts: dict[str, int] = {}
    best, depth = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*(\[\[?)\s*([\w.\-\"]+)\s*\]", line)
        key = re.match(r"\s*\"?([\w\-]+)\"?\s*=", line)
        if header:
            name = header[2].strip('"')
            counts[name] = counts.get(name, -1) + 1
            table = [*name.split("."), *([counts[name]] if header[1] == "[[" else [])]
        here = [*table, key[1]] if key else table if header else []
        same = len(here) if list(loc[: len(here)]) == here else 0
        if same > depth:
            best, depth = number, same
    return best
