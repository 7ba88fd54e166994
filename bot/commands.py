"""The command table: what members and admins can ask, on any platform. Knows words and messages, no platform and no
database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from digests.message import Message
from digests.model import Destination
from digests.store import Lookup

OptionKind = Literal["text", "url", "date", "feed", "subscription", "zone", "choice"]
QUERY = 80
"""Most characters of a search: as many as a button can carry, so that every answer can be paged and shared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One argument. Help: `<section>.<command>.<option>.about`; local name: `<section>.<command>.<option>.name`."""

    name: str
    kind: OptionKind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()
    """What may be given, of kind `choice`; local names: `choice.<value>`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One sub-command. Help: catalog key `<section>.<name>.about`; local name: `<section>.<name>.name`."""

    name: str
    options: tuple[Option, ...] = ()
    section: Literal["command", "admin"] = "command"
    """`command`: `/digest`, for every member; `admin`: `/digest-admin`, for those who may change the channel."""

    @property
    def key(self) -> str:
        return f"{self.section}.{self.name}"


COMMANDS: tuple[Command, ...] = (
    Command(name="latest", options=(Option(name="feed", kind="feed"),)),
    Command(name="today"),
    Command(name="date", options=(Option(name="day", kind="date", required=True),)),
    Command(name="search", options=(Option(name="words", required=True),)),
    Command(name="article", options=(Option(name="url", kind="url", required=True),)),
    Command(name="related", options=(Option(name="to", kind="url", required=True),)),
    Command(name="help"),
)

_WISHES = (
    Option(name="at"),
    Option(name="zone", kind="zone"),
    Option(name="days", kind="choice", choices=("every-day", "weekdays", "weekends")),
    Option(name="language", kind="choice", choices=("auto", "ja", "en")),
    Option(name="length", kind="choice", choices=("compact", "standard", "full")),
    Option(name="layout", kind="choice", choices=("thread", "inline", "overview")),
)
_WHICH = Option(name="subscription", kind="subscription")


def _admin(name: str, *options: Option) -> Command:
    return Command(name=name, options=options, section="admin")


ADMIN_COMMANDS: tuple[Command, ...] = (
    _admin("subscribe", Option(name="url", required=True), *_WISHES),
    _admin("edit", _WHICH, *_WISHES, Option(name="include"), Option(name="exclude")),
    _admin("pause", _WHICH),
    _admin("resume", _WHICH),
    _admin("remove", _WHICH),
    _admin("list"),
    _admin("preview", Option(name="url"), _WHICH),
    _admin("send-now", _WHICH),
    _admin("why", Option(name="article", kind="url")),
    _admin("feeds"),
    _admin("check"),
)
GROUPS: Mapping[str, tuple[Command, ...]] = {"digest": COMMANDS, "digest-admin": ADMIN_COMMANDS}

Who = Literal["anyone", "told", "admin"]
"""`anyone`: who sees the button. `told`: only in the private conversation where somebody was told. `admin`: those who
may change the channel."""

_ADMIN_VERBS = [
    "list",
    "check",
    "new",
    "subscribe",
    "card",
    "edit",
    "filters",
    "pause",
    "resume",
    "remove",
    "remove-yes",
    "send-now",
]
VERBS: Mapping[str, Who] = {
    **dict.fromkeys(("open", "more", "less", "article", "sources", "latest", "date", "search", "related"), "anyone"),
    **dict.fromkeys(("share", "wrong", "forget"), "anyone"),
    **dict.fromkeys(("notice-resume", "notice-feed"), "told"),
    **{f"admin-{verb}": "admin" for verb in _ADMIN_VERBS},
}
"""Every button and form, and who may press it; a verb that is not here is answered by nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asked. `locale` is the reader's own, as the platform says it (`ja`, `en-US`)."""

    command: str
    options: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"
    origin: Destination | None = None
    admin: bool = False
    """The platform says that this person may change what is posted here."""
    reader: str = ""
    """Who asks, by the platform's own id; empty: nobody whose look-ups are remembered."""
    zone: str = ""
    """Where that person lives, where the platform says so."""
    house: str = ""
    """The server's own locale, where it has one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Somebody pressed a button made from `Action(verb, value)`, or sent the form it opened."""

    verb: str
    value: str
    locale: str = "en"
    origin: Destination | None = None
    admin: bool = False
    name: str = ""
    """Who pressed, as others in the channel see them."""
    reader: str = ""
    """Who pressed, by the platform's own id."""
    zone: str = ""
    """Where that person lives, where the platform says so."""
    house: str = ""
    """The server's own locale, where it has one."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What was filled into the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One choice offered while typing: what is shown and what is filled in (both ≤ 100 characters)."""

    label: str
    value: str


FieldKind = Literal["plain", "time", "zone", "several", "channel"]
"""`time` (07:00) and `zone`: also by the platform's own means, where it has any. `channel`: only asked for where a form
can be opened outside of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in: a choice where there are `choices` (at most 25), else text (≤ 1000 characters)."""

    name: str
    label: str
    value: str = ""
    """What it is filled in with at first; of `several` the values with commas between, as they come back."""
    choices: tuple[Suggestion, ...] = ()
    required: bool = False
    long: bool = False
    kind: FieldKind = "plain"
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form a button opens; sent, it comes back as a `Press` of the same verb and value. Where a platform's forms are
    smaller, it shows the first fields."""

    title: str
    verb: str
    value: str
    send: str
    fields: tuple[Field, ...]
    messages: tuple[Message, ...] = ()
    """What stands above the fields, where a platform's forms can hold it."""
    stays: bool = False
    """The answer takes the form's place, where a platform's forms can hold it; else it is a private message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """A private answer: `message`, then `more` below it."""

    message: Message
    more: tuple[Message, ...] = ()
    in_place: bool = False
    """It may take the place of the private message whose button asked for it (turning pages, reading more)."""
    share: Message | None = None
    """To be posted for everybody in the channel, where both the person and the bot may post."""
    form: Form | None = None
    """The next form, which takes the place of the one this answers; where forms cannot follow each other, `message`
    has a button that opens it."""


Progress = Callable[[Message], Awaitable[None]]


class Answers(Protocol):
    """What a chat needs of us. All answers are private; none raises: an error is a Message in the reader's language."""

    async def answer(self, request: Request, progress: Progress | None = None) -> Reply:
        """`progress` shows how far an answer is that takes a while, each time in place of the time before."""

    async def press(self, press: Press) -> Reply: ...
    def form(self, press: Press) -> Form | None:
        """The form this button opens, at once (from memory); None for a button that simply answers."""

    async def suggest(
        self, command: str, option: str, typed: str, locale: str, origin: Destination | None
    ) -> tuple[Suggestion, ...]:
        """At most 25, at once (from memory)."""

    async def titles(self, typed: str, locale: str, origin: Destination | None) -> tuple[Suggestion, ...]:
        """Articles that fit the words typed so far, at most 100, at once; a value is what `article` takes, or
        `search:<words>`."""

    async def home(self, request: Request) -> tuple[Message, ...]:
        """The reader's own page: today's edition, this workspace's subscriptions, recent look-ups, settings."""

    async def recent(self, origin: Destination, reader: str) -> tuple[Lookup, ...]:
        """What this reader looked up there lately, newest first, each to be shown as `Action(label, verb, value)`. The
        button `forget` (no value) forgets them."""
