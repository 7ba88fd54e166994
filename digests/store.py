"""What is remembered, as the jobs ask for it: the store's duty and the records it answers with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from digests.hubs import HubSubscription
from digests.model import (
    Article,
    Digest,
    Edition,
    Feed,
    Feedback,
    FeedState,
    ModelUsage,
    Slot,
    Subscription,
)
from digests.outbox import Delivery, Outbox

Viewer = str | None
"""Whose eyes a question is for: a tenant's (`discord:1`), everybody's (`PUBLIC`), or None, the operator's
(all there is). A tenant sees what is public, what its own feeds brought, and what it looked up."""
PUBLIC = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    feed: Feed
    state: FeedState
    articles: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answer to a search, best first; in an edition, one story."""

    article: Article
    digest: Digest | None
    score: float
    others: tuple[Article, ...] = ()
    """Other sites' reports of the same event, merged into this line of an edition."""
    follows: Article | None = None
    """The earlier article whose story this one goes on with."""
    public: bool = True
    """Everybody may read it; False only for what an edition found in private feeds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Titled:
    """An article that can be picked by its title."""

    id: str
    title: str
    url: str
    tenants: frozenset[str] | None = None
    """Whose it is; None: everybody's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup:
    """What a reader asked for, as the button that asks for it again: `Action(label, verb, value)`."""

    verb: str
    value: str
    label: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorRow:
    """An article's place in the vector index, without its text."""

    article: str
    site: str
    language: str
    role: str
    vector: bytes
    """What the article is found by, as `retrieval.packed` wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How much there is and how much waits, for metrics. The instants are of the longest waiting; None: nothing."""

    articles: int
    digests: int
    undigested: int
    oldest_undigested: datetime | None
    """First seen."""
    oldest_delivery: datetime | None
    """Due, of those ready to be sent by now."""
    oldest_poll: datetime | None
    """When the feed that is due first is, or was, to be polled."""


class Ledger(Protocol):
    """What language models answered and what they cost. Raises `StoreError`."""

    async def model_answer(self, key: str) -> str | None:
        """The answer kept under `key`, if there is one."""

    async def keep_model_answer(self, key: str, answer: str, now: datetime) -> None: ...
    async def add_model_usage(self, usage: ModelUsage) -> None:
        """Add to what is counted for its day, tenant and model."""

    async def hold_model_usage(
        self, since: date, chosen: Callable[[Sequence[ModelUsage]], Sequence[ModelUsage]]
    ) -> None:
        """In one transaction, with no other of its kind between: add what `chosen` makes of the usage since then."""

    async def model_usage(self, since: date) -> tuple[ModelUsage, ...]:
        """Usage from the day `since` on, oldest first."""


class Store(Ledger, Outbox, Protocol):
    """Everything remembered. Each method is one transaction and one moment of the flow. Raises `StoreError`."""

    # feeds
    async def add_feed(self, feed: Feed, *, public: bool = True) -> bool:
        """Remember a feed; False if it was there already (its role and backfill are then updated). `public`: it is
        everybody's from now on, with all it has brought; else its owners stay who they are."""

    async def remove_feed(self, url: str) -> bool: ...
    async def feeds(self, *, viewer: Viewer = None) -> tuple[FeedHealth, ...]: ...
    async def resume_feed(self, url: str, now: datetime) -> bool: ...
    async def claim_due_feeds(
        self, now: datetime, *, lease: float, limit: int, urls: Collection[str] | None = None
    ) -> tuple[FeedHealth, ...]:
        """Feeds due at `now` (or exactly `urls`, due or not), leased for `lease` seconds so no other process polls."""

    async def release_feeds(self, urls: Collection[str]) -> None:
        """Give back the lease on feeds that were claimed and not polled."""

    async def shown(self, feed: str, names: Collection[str]) -> Mapping[str, datetime]:
        """Which of these names of entries this feed has shown before, and since when."""

    async def save_poll(
        self,
        feed: str,
        state: FeedState,
        *,
        now: datetime,
        seen: Mapping[str, bytes | None] | Collection[str] = (),
        articles: Sequence[Article] = (),
        title: str | None = None,
        site: str | None = None,
        moved_to: str | None = None,
    ) -> int:
        """One transaction: articles, the names of entries seen (with fingerprints of what they say), the validators
        that certify them, the next poll; releases the lease. Returns how many articles were new. `moved_to` changes the
        feed's URL everywhere."""

    # hubs (WebSub)
    async def due_hubs(self, now: datetime, *, limit: int) -> tuple[HubSubscription, ...]:
        """What is to be asked of hubs: feeds that name one nobody asked yet, and those whose time has come."""

    async def save_hub(self, subscription: HubSubscription) -> None: ...
    async def hub(self, token: str) -> HubSubscription | None: ...
    async def hasten_feed(self, url: str, now: datetime) -> None:
        """A hub says that the feed changed: it is due now, or five minutes after its last poll. Not one that fails."""

    # digests
    async def save_article(self, article: Article, *, asker: str = PUBLIC) -> None:
        """An article that somebody of the tenant `asker` looked up by URL."""

    async def claim_undigested(self, now: datetime, *, lease: float, limit: int) -> tuple[Article, ...]:
        """Articles (source and reference) not yet digested/indexed, oldest first, leased."""

    async def release_articles(self, ids: Collection[str]) -> None:
        """Give back the lease on articles that were claimed and not digested."""

    async def save_digest(
        self,
        article: str,
        digest: Digest | None,
        *,
        vector: bytes,
        now: datetime,
        error: str | None = None,
        of: Article | None = None,
    ) -> None:
        """The finished digest (None: a reference article, indexed only, or one that failed with `error`) and the
        article's vector. Makes it searchable in the same transaction. `of`: the article that was digested; where it
        says something else by now nothing is saved, and it waits for its turn."""

    async def article(self, article: str, *, viewer: Viewer = None) -> Article | None: ...
    async def articles(self, ids: Sequence[str], *, viewer: Viewer = None) -> tuple[Article, ...]:
        """In the order asked; those unknown or not for these eyes are left out."""

    async def digest(self, article: str, *, viewer: Viewer = None) -> Digest | None: ...
    async def digests(self, ids: Sequence[str], *, viewer: Viewer = None) -> Mapping[str, Digest]:
        """Without those the viewer may not see, and without related links to what the viewer may not see."""

    async def vectors_of(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """What these articles are found by, for those that are indexed."""

    async def save_rendition(self, article: str, key: str, digest: Digest, now: datetime) -> None:
        """A digest in the wording `key` (`renditions.Rendition.key`), beside everybody's."""

    async def renditions(self, ids: Sequence[str], key: str) -> Mapping[str, Digest]:
        """Those of the articles `ids` that there are in the wording `key`."""

    async def vectors(self, after: int = 0, limit: int = 10_000) -> tuple[int, tuple[VectorRow, ...]]:
        """Rows in the order they were saved, after the cursor; and the cursor to go on from."""

    async def search(
        self, words: str, *, limit: int = 10, offset: int = 0, feed: str | None = None, viewer: Viewer = None
    ) -> tuple[Hit, ...]:
        """Full text over titles and texts of source articles (BM25 on SQLite, ts_rank on PostgreSQL)."""

    async def alike(self, words: str, *, limit: int, viewer: Viewer = None) -> tuple[Hit, ...]:
        """As `search`, but with any of the words: what shares most of a headline."""

    async def found(
        self, words: str, *, limit: int = 10, offset: int = 0, feed: str | None = None, viewer: Viewer = None
    ) -> tuple[str, ...]:
        """The ids of what `search` finds."""

    async def hits(self, ids: Sequence[str], *, viewer: Viewer = None) -> tuple[Hit, ...]:
        """In the order asked; those unknown or not for these eyes are left out."""

    async def spellings(self, words: Collection[str]) -> Mapping[str, Mapping[str, int]]:
        """For each of these (folded) words that no article has: the archive's words of about its length that begin with
        either of its first two letters, and how many articles have each."""

    async def latest(
        self,
        *,
        limit: int = 10,
        offset: int = 0,
        feed: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        viewer: Viewer = None,
    ) -> tuple[Hit, ...]:
        """Digested source articles that feeds brought (not those a person looked up), newest first, by the time first
        seen; `since` is included, `until` is not."""

    # subscriptions and editions
    async def save_subscription(self, subscription: Subscription) -> None: ...
    async def remove_subscription(self, subscription: str) -> bool: ...
    async def subscriptions(self) -> tuple[Subscription, ...]: ...
    async def pause_subscription(self, subscription: str, reason: str | None) -> None:
        """A reason pauses, None resumes."""

    async def last_slots(self, before: datetime | None = None) -> Mapping[str, Slot]:
        """The newest slot, up to that instant, that has an edition, by subscription id."""

    async def unpublished(self, subscription: Subscription, *, since: datetime) -> tuple[Hit, ...]:
        """Digested articles of the subscription's feeds, first seen at or after `since`, that no edition of this
        subscription has carried, oldest first."""

    async def save_edition(self, edition: Edition, deliveries: Sequence[Delivery], *, daily: bool = False) -> None:
        """One transaction. Raises `SlotTaken`, and nothing is written, when the slot has an edition already, another
        edition of the subscription has carried one of its articles meanwhile, or (`daily`) its day has been served."""

    async def editions(self, *, subscription: str | None = None, limit: int = 20) -> tuple[Edition, ...]: ...

    # the web
    async def edition(self, edition: str) -> Edition | None: ...
    async def digested(self, *, limit: int, offset: int = 0, viewer: Viewer = None) -> tuple[tuple[str, datetime], ...]:
        """Article ids and first seen of what `latest` goes through, in its order, without the texts."""

    async def titles(self, *, public: int, private: int) -> tuple[Titled, ...]:
        """The newest public digests and the newest private ones, at most so many of each."""

    async def totals(self, now: datetime) -> Totals: ...

    # whose eyes
    async def visible(self, ids: Collection[str], viewer: Viewer) -> frozenset[str]:
        """Which of these articles the viewer may see."""

    async def linkable(self, article: str, candidates: Collection[str]) -> frozenset[str]:
        """Which of these whoever sees `article` may see as well: what is public, and what all its private feeds
        brought."""

    async def asked_for(self, article: str, viewer: str) -> str:
        """A person of this tenant gave an article's address: the id under which they may have it. Where only others'
        private feed holds it that is one of their own, for nothing tells that they could read what the feed says."""

    async def carriers(self, article: str) -> tuple[str, ...]:
        """Subscriptions whose editions have carried the article: who may read those may read it."""

    # members and admins
    async def save_feedback(self, said: Feedback) -> None: ...
    async def feedback(self, limit: int = 50) -> tuple[Feedback, ...]:
        """Newest first."""

    async def own_feed(self, url: str, tenant: str, now: datetime) -> None:
        """A tenant (`platform:guild or workspace`) brought this feed: it is theirs and other owners' alone."""

    async def disown_feed(self, url: str, tenant: str) -> int:
        """How many owners it has left; with none it is everybody's."""

    async def feed_owners(self) -> Mapping[str, frozenset[str]]:
        """Tenants by feed URL; a feed that is not there is everybody's."""

    async def save_lookup(self, tenant: str, reader: str, lookup: Lookup) -> None:
        """Remember what somebody asked for; asked again it comes to the top. The oldest beyond a few dozen go."""

    async def recent(self, tenant: str, reader: str, limit: int = 10) -> tuple[Lookup, ...]:
        """What this reader asked for there, newest first."""

    async def forget_lookups(self, tenant: str, reader: str) -> int:
        """How many there were."""

    # corrections
    async def changed_entries(self, feed: str, prints: Mapping[str, bytes]) -> frozenset[str]:
        """Entries whose fingerprint is another than when last seen, and whose page may be read again."""

    async def keep_prints(self, feed: str, prints: Mapping[str, bytes], looked: Collection[str]) -> None:
        """What entries say now, and whose pages were read again."""

    async def watched_articles(self, ids: Collection[str], since: datetime) -> tuple[Article, ...]:
        """Those that came, or that an edition carried, since then."""

    async def correct_article(self, article: Article, now: datetime) -> None:
        """Its new title, text and links; it is digested and indexed anew, and waits in `corrected_articles`."""

    async def corrected_articles(self, *, limit: int) -> tuple[Article, ...]:
        """Those digested anew whose messages have not been seen to."""

    async def carried_in(self, article: str, since: datetime) -> tuple[Edition, ...]: ...
    async def alone(self) -> bool:
        """Whether no other process is up on this database; from now until `close` this one is."""

    async def forget_articles(self, before: datetime, *, limit: int) -> int:
        """Drop articles first seen before then that no younger or undelivered edition needs; how many went."""

    async def forget_editions(self, before: datetime, *, limit: int) -> int:
        """Drop settled editions made before then, but for each subscription's newest; how many went."""

    async def forget_records(self, before: datetime) -> int:
        """Drop feedback, look-ups, answers and use of models, told notices of before then; how many went."""

    async def compact(self, pages: int) -> int:
        """Give at most so many empty pages back to the disk; how many it were."""

    async def try_writing(self) -> None:
        """Begin to write and change nothing. Raises `StoreError` where nothing may be written."""

    async def bytes_used(self) -> int: ...
    async def close(self) -> None: ...


class Seek(Protocol):
    async def __call__(self, words: str, *, limit: int, offset: int = 0, viewer: Viewer) -> tuple[Hit, ...]:
        """A page of what answers a question, best first. Raises `StoreError`."""
