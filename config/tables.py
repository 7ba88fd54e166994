"""The tables of `chokan.toml` and what their values may be. `config.settings` reads them."""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


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
        0,
        description="Days an article with its digest is kept, 8 at least; 0: for ever. Those of a kept edition stay.",
    )
    editions: Days = Field(
        0, description="Days an edition and its messages are kept, 8 at least; 0: for ever. The newest stays."
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
