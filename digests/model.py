"""The nouns of Chokan: frozen data without behaviour beyond what paper and pencil could do.

Every datetime is aware and UTC; collections are tuples; offsets count Unicode code points in `Article.text`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, get_args

Role = Literal["development", "stakes", "dynamics", "outlook"]
ROLES: tuple[Role, ...] = get_args(Role)
Length = Literal["compact", "standard", "full"]
LENGTHS: tuple[Length, ...] = get_args(Length)
Layout = Literal["thread", "inline", "overview"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)
FeedRole = Literal["source", "reference"]
"""`source` feeds are digested and posted; `reference` feeds are only cited."""


# --- feeds and articles ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with, byte for byte as it was sent (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed somebody subscribed to. `url` is its identity; `site` is the home page it names."""

    url: str
    title: str = ""
    site: str = ""
    role: FeedRole = "source"
    backfill: int = 0
    """How many old entries the first poll takes as new; 0 seeds: everything already there is only remembered."""
    added: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What polling a feed has taught us."""

    validators: Validators = Validators()
    next_poll: datetime | None = None
    """None: never polled, due at once."""
    polled: datetime | None = None
    succeeded: datetime | None = None
    failures: int = 0
    """Failures in a row."""
    failing_since: datetime | None = None
    last_error: str | None = None
    stopped: bool = False
    """410 Gone, or failing for too long: not polled until resumed."""
    interval: float = 1800.0
    """Seconds between polls the feed's own rhythm suggests."""
    note: str | None = None
    """What was capped or skipped at the last poll, for people."""
    moving_to: str | None = None
    """Where the last answer said for good that the feed is now, and..."""
    moving_times: int = 0
    """...how many answers in a row have said so."""
    hub: str | None = None
    topic: str | None = None
    """A hub that tells of changes (WebSub), and what the feed is called there."""
    ahead: float | None = None
    """Seconds by which our clock was ahead of the server's at the last poll; None where no answer told the time."""

    @property
    def health(self) -> Literal["stopped", "failing", "well", "new"]:
        return "stopped" if self.stopped else "failing" if self.failures else "well" if self.polled else "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as the feed said it; `content` is HTML or text, not trusted."""

    id: str
    url: str | None
    title: str
    content: str = ""
    author: str = ""
    published: datetime | None = None
    updated: datetime | None = None
    language: str | None = None
    issued: bool = False
    """The feed says when it was published; else `published` is the day of its last change, if there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    title: str
    link: str | None
    entries: tuple[Entry, ...]
    language: str | None = None
    ttl: float | None = None
    """Seconds the feed asks to be left alone for (`<ttl>`, sy:updatePeriod)."""
    hub: str | None = None
    topic: str | None = None
    """What the feed calls its own address: its name at the hub."""
    skipped: int = 0
    """Entries that were broken or over the cap, and left out."""
    cut: bool = False
    """The document breaks off before its end: what is missing may come with the next answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link inside an article's text, pointing out of its site or within it."""

    url: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """An entry whose text we hold. `id` is `urls.article_id(url)`, a hash of the canonical URL."""

    id: str
    url: str
    site: str
    """Registrable host, e.g. `example.jp`: what "the same site" means for related links."""
    publisher: str
    """The site's own name, for citations."""
    language: str
    title: str
    text: str
    links: tuple[Link, ...] = ()
    published: datetime | None = None
    first_seen: datetime
    feed: str | None = None
    """The feed it came from; None for an article looked up by its URL."""
    role: FeedRole = "source"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence of an article with what the engine thinks of it. `role` None: belongs to no section."""

    start: int
    end: int
    text: str
    role: Role | None
    roles: Mapping[str, float]
    salience: float


# --- the digest (FORMAT: four sections, always, in order) -----------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """The span a printed text rests on: of the article, or of a citation (`citation:n`)."""

    source: str = "article"
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A printed text and what it rests on. `level` is the shortest length it is printed in."""

    text: str
    support: tuple[Support, ...]
    level: Length = "compact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A labelled point of sections 3 and 4."""

    label: str
    text: str
    support: tuple[Support, ...]
    level: Length = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    role: Role
    number: int
    heading: str
    addressed: bool
    """False: the article says nothing about it; `body` then holds one honest line without support."""
    body: tuple[Text, ...] = ()
    points: tuple[Point, ...] = ()
    closing: tuple[Text, ...] = ()
    citations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    number: int
    title: str
    publisher: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedLink:
    title: str
    url: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineInfo:
    name: str = "extractive"
    model: str | None = None
    fallback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One article in four sections. Holds the `full` text; `lengths.shortened` cuts it to a length."""

    id: str
    language: str
    """Language of headings and fixed lines."""
    language_of_text: str
    title: str
    url: str | None
    published: datetime | None
    lead: tuple[Text, ...]
    sections: tuple[Section, ...]
    conclusion: tuple[Text, ...]
    citations: tuple[Citation, ...] = ()
    related: tuple[RelatedLink, ...] = ()
    engine: EngineInfo = EngineInfo()
    sentences: tuple[Sentence, ...] = ()
    """Every sentence of the article with its scores; printed with --explain, not stored."""


# --- subscriptions and editions -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where an edition goes; written `platform:channel` (`discord:123`, `slack:C123`, `console:`)."""

    platform: str
    channel: str = ""
    tenant: str = ""
    """Guild or workspace, where known."""

    def __str__(self) -> str:
        return f"{self.platform}:{self.channel}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """For whom a language model writes; without one it changes nothing."""

    tone: str = ""
    audience: str = ""
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A channel's standing order."""

    id: str
    destination: Destination
    feeds: tuple[str, ...] = ()
    """Feed URLs; empty: every source feed."""
    at: time = time(7, 0)
    zone: str = "UTC"
    weekdays: frozenset[int] = frozenset(range(7))
    """Monday is 0."""
    language: str = "auto"
    """Language of the chrome; `auto`: the destination's locale, else the article's language."""
    length: Length = "standard"
    layout: Layout = "thread"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    limit: int = 12
    """Most digests in one edition; the rest are listed as headlines."""
    empty: Literal["say", "silent"] = "say"
    paused: bool = False
    paused_reason: str | None = None
    created: datetime | None = None
    voice: Voice = Voice()
    public: bool = False
    """Whether its editions stand in the web archive for everybody to read."""
    origin: Literal["file", "chat"] = "chat"
    """Subscriptions of the file are removed when the file no longer has them."""
    keeper: str = ""
    """Who set it up, by the platform's own id: told first when something is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One morning of one subscription: unique, claimed once. `at` is the instant it is due."""

    subscription: str
    day: date
    time: time
    at: datetime
    late: bool = False


EditionState = Literal["full", "empty", "late", "partial", "failed"]
"""`failed`: the platform took no message, or not all, until we gave up; `check` and a notice say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """What one subscription gets in one slot. `articles` are article ids in printed order."""

    id: str
    subscription: str
    slot: Slot
    state: EditionState
    articles: tuple[str, ...] = ()
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A reader finds a digest wrong or unclear. Who it was is not kept; `origin` is the channel."""

    digest: str
    text: str = ""
    origin: str = ""
    locale: str = "en"
    at: datetime


# --- language models ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelUsage:
    """What one model was asked on one day (UTC) for one tenant. `cost`: money, where a price is configured."""

    day: date
    model: str
    tenant: str = ""
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
