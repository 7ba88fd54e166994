"""Every knob there is: one settings class, environment (secrets) over `chokan.toml`. Imports nothing of ours.

A wrong or unknown key is one `SettingsError` a person can act on: the key, the line, and the nearest right key.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from datetime import time
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr
from pydantic import ValidationError as PydanticError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

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
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class SettingsError(Exception):
    """One line for each thing that is wrong with the configuration."""


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"«{name}» is not a time zone; write one such as Asia/Tokyo or Europe/Berlin") from None
    return name


def _clock(value: object) -> object:
    """`7:00` and `07:00` mean the same."""
    if isinstance(value, str) and not re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
        raise ValueError(f'«{value}» is not a time of day; write it as "07:00"')
    return time.fromisoformat(value.zfill(5)) if isinstance(value, str) else value


def _weekday(value: object) -> object:
    if isinstance(value, str) and value[:3].lower() not in WEEKDAYS:
        raise ValueError(f"«{value}» is not a weekday; write mon, tue, wed, thu, fri, sat or sun")
    return value[:3].lower() if isinstance(value, str) else value


def _destination(value: str) -> str:
    platform, colon, channel = value.partition(":")
    if platform not in ("discord", "slack", "console") or (platform != "console" and not (colon and channel)):
        raise ValueError(f"«{value}» is not a destination; write discord:CHANNEL_ID, slack:CHANNEL_ID or console")
    return f"{platform}:{channel}"


Zone = Annotated[str, AfterValidator(_zone)]
Clock = Annotated[time, BeforeValidator(_clock)]
Weekday = Annotated[Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"], BeforeValidator(_weekday)]
HttpUrl = Annotated[str, Field(pattern=r"^https?://\S+$")]


def _days(value: int) -> int:
    if 0 < value < LEAST_DAYS:
        raise ValueError(f"{value} days are too few for weekly editions; write 0 (for ever) or {LEAST_DAYS} and more")
    return value


LEAST_DAYS = 14
Days = Annotated[int, Field(ge=0, le=36_500), AfterValidator(_days)]


def _base(value: str) -> str:
    if value and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
        raise ValueError(f"«{value}» is not the address of a site; write one such as https://chokan.example.jp")
    return value.rstrip("/")


class Table(BaseModel):
    """A table of the file: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FeedSettings(Table):
    url: HttpUrl = Field(description="Address of the feed, or of the site: its feed is then looked for.")
    role: Literal["source", "reference"] = Field(
        "source", description="`source`: digested and posted. `reference`: only cited under other articles."
    )
    backfill: int = Field(0, ge=0, le=500, description="How many articles already in the feed count as new at first.")


class SubscriptionSettings(Table):
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$", description="A short name, used by `chokan publish NAME`.")
    destination: Annotated[str, AfterValidator(_destination)] = Field(
        description="`discord:CHANNEL_ID`, `slack:CHANNEL_ID` or `console`."
    )
    feeds: tuple[HttpUrl, ...] = Field((), description="Feeds to take articles from; none: every source feed.")
    at: Clock = Field(time(7, 0), description="Local time of the edition.")
    zone: Zone = Field("UTC", description="Time zone of `at`, such as Asia/Tokyo.")
    weekdays: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1, description="Days with an edition.")  # type: ignore[arg-type]
    language: str = Field(
        "auto",
        pattern=r"^(auto|[a-z]{2})$",
        description="Language of headings, and with a language model of the digests; `auto`: the article's.",
    )
    length: Literal["compact", "standard", "full"] = Field("standard", description="How long each digest is.")
    layout: Literal["thread", "inline", "overview"] = Field(
        "thread", description="`thread`: overview in the channel, digests in its thread; `inline`; `overview` only."
    )
    include: tuple[str, ...] = Field((), description="Only articles with one of these words.")
    exclude: tuple[str, ...] = Field((), description="No articles with one of these words.")
    limit: int = Field(12, ge=1, le=50, description="Most digests in an edition; more are listed as headlines.")
    empty: Literal["say", "silent"] = Field("say", description="What an empty morning does.")
    tone: str = Field("", max_length=200, description="For a language model: how to write, such as `plain and brief`.")
    audience: str = Field("", max_length=200, description="For a language model: for whom, such as `school teachers`.")
    topics: tuple[Annotated[str, Field(max_length=60)], ...] = Field(
        (), max_length=10, description="For a language model: what these readers want to see first."
    )
    public: bool = Field(
        False,
        description="Show its editions in the web archive to everybody. Otherwise they need the address with its own "
        "token that `chokan web --links` prints once WEB_TOKEN is set. Digests as such are always in the archive.",
    )


class FetchSettings(Table):
    allow_hosts: tuple[str, ...] = Field(
        (), description="Hosts (`host` or `host:port`) that may be fetched although their address is private."
    )
    contact: str = Field(
        "https://github.com/chokan-bot/chokan", description="Where a site's owner can read about this bot (User-Agent)."
    )
    timeout: float = Field(30, gt=0, le=300, description="Seconds one GET may take.")
    shortest: float = Field(
        60, ge=15, le=1440, description="Minutes within which no feed is asked twice, whatever its own rhythm."
    )
    spacing: float = Field(1.0, ge=0, le=60, description="Seconds between two requests to one host.")


class ModelSettings(Table):
    base_url: HttpUrl = Field(description="OpenAI-compatible endpoint, such as http://localhost:8080/v1.")
    model: str = Field(min_length=1, description="The model's name there.")
    name: str = Field("", pattern=r"^[a-z0-9_-]{0,40}$", description="A short name, for `fallback` and `chokan check`.")
    api: Literal["auto", "responses", "chat", "anthropic"] = Field(
        "auto", description="Which API to speak; `auto` finds out (Anthropic by its host)."
    )
    context: int = Field(
        0,
        ge=0,
        le=10_000_000,
        description="Tokens it can read. Set it where the server cuts long questions silently (Ollama); longer "
        "articles are then asked about section by section. 0: it says so itself.",
    )
    most_tokens: int = Field(4000, ge=200, le=100_000, description="Most tokens of one answer.")
    requests_minute: float = Field(0, ge=0, description="Most questions a minute; 0: no limit.")
    web_search: bool = Field(
        False,
        description="Let the provider search the web for other reports. A page it cites becomes a source only after it "
        "was fetched from here and supports a sentence.",
    )
    timeout: float = Field(120, gt=0, le=3600, description="Seconds one answer may take.")
    price_in: float = Field(0, ge=0, description="Price of a million tokens of questions; 0: free.")
    price_out: float = Field(0, ge=0, description="Price of a million tokens of answers; 0: free.")


class CapSettings(Table):
    money_day: float = Field(0, ge=0, description="Most money a day (UTC); 0: no limit.")
    money_month: float = Field(0, ge=0, description="Most money a month; 0: no limit.")
    tokens_day: int = Field(0, ge=0, description="Most tokens a day; 0: no limit.")
    tokens_month: int = Field(0, ge=0, description="Most tokens a month; 0: no limit.")


class EngineSettings(Table):
    name: Literal["extractive", "llm"] = Field(
        "extractive", description="`extractive`: the article's own sentences. `llm`: a language model, checked."
    )
    models: tuple[ModelSettings, ...] = Field(
        (), description="Language models, tried in this order; the extractive engine is always the last."
    )
    fallback: tuple[str, ...] = Field(
        (),
        description='Names of models to try after the first, in this order, such as `["local", "extractive"]`; '
        "empty: all of them as written. `extractive` is always the last.",
    )
    prompt: str = Field("", description="File with a prompt of your own; empty: the one that comes with Chokan.")
    caps: CapSettings = Field(CapSettings(), description="What language models may cost over all.")
    tenant_caps: CapSettings = Field(
        CapSettings(), description="For each server or workspace: those who take an article pay for it in equal parts."
    )
    concurrency: int = Field(2, ge=1, le=64, description="Questions to one language model at once.")
    embeddings: bool = Field(True, description="Sentence embeddings; without them digests are made from words alone.")
    workers: int = Field(0, ge=0, le=64, description="Worker processes; 0: one for each core, at most 4.")


class ScheduleSettings(Table):
    catch_up: float = Field(
        12, ge=0, le=72, description="Hours after its time in which a missed edition still goes out, marked late."
    )
    give_up: float = Field(
        6, gt=0, le=72, description="Hours for which a message the platform cannot take is tried again."
    )
    poll_every: float = Field(60, ge=5, le=3600, description="Seconds between looks for feeds that are due.")
    silent: bool = Field(False, description="Post without a notification where the platform can.")


class WebSettings(Table):
    enabled: bool = Field(True, description="Serve the archive, Atom, health and metrics while `chokan run` runs.")
    host: str = Field(
        "127.0.0.1", min_length=1, description="Address to listen on; `0.0.0.0` or `::` for all, behind a proxy."
    )
    port: int = Field(8470, ge=0, le=65535, description="Port to listen on; 0: any free one.")
    public_url: Annotated[str, AfterValidator(_base)] = Field(
        "",
        description="Where readers reach the archive, such as https://chokan.example.jp; without it nothing may be "
        "indexed by search engines, and chat messages do not link to it.",
    )
    metrics: bool = Field(
        True, description="Answer /metrics (Prometheus), to direct requests only: never to one a proxy passes on."
    )


class QuotaSettings(Table):
    feeds: int = Field(50, ge=0, description="Most feeds that one server or workspace may bring from chat.")
    subscriptions: int = Field(20, ge=0, description="Most subscriptions one server or workspace may have.")
    lookups: int = Field(60, ge=1, description="Most look-ups a minute from one server or workspace.")


class RetentionSettings(Table):
    articles: Days = Field(
        0, description="Days an article and its digest are kept; 0: for ever. Those of a kept edition stay with it."
    )
    editions: Days = Field(
        0, description="Days an edition and its messages are kept; 0: for ever. The newest always stays."
    )
    records: Days = Field(400, description="Days feedback, look-ups, answers and use of models are kept; 0: for ever.")


SlackId = Annotated[str, Field(pattern=r"^[USW][A-Z0-9]{1,20}$")]


class SlackSettings(Table):
    admins: tuple[SlackId, ...] = Field(
        (),
        description="Who besides the workspace's admins may change subscriptions from Slack: ids of people (U…) and of "
        "user groups (S…, needs the scope usergroups:read). They are told when something is wrong.",
    )


class LogSettings(Table):
    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe line to write.")
    form: Literal["text", "json"] = Field("text", description="`text`: key=value lines; `json`: one object a line.")


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
        return Loaded()
    except PydanticError as error:
        lines = [_explained(item, text, path) for item in error.errors()]
        raise SettingsError("\n".join(dict.fromkeys(lines))) from None


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
            raise SettingsError(f"{name}_FILE: {file} cannot be read: {error}") from None
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
