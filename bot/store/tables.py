"""The tables, as SQLAlchemy sees them. How they came to be is in `migrations`; a test holds the two together."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    Time,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)
Number = BigInteger().with_variant(Integer, "sqlite")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UtcTime(TypeDecorator[datetime]):
    """An aware instant, both ways; SQLite, which knows no zones, holds it as UTC. A naive datetime is a ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError(f"naive datetime {value!r}: every instant in the store is aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside. What a database cannot hold (NUL, half surrogates) becomes U+FFFD: offsets stay right."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _UNSTORABLE.sub("\ufffd", value)


feeds = Table(
    "feeds",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("url", Words, nullable=False, unique=True),
    Column("title", Words, nullable=False),
    Column("site", Words, nullable=False),
    Column("role", String(16), nullable=False),
    Column("backfill", Integer, nullable=False),
    Column("added", UtcTime),
    Column("removed", Boolean, nullable=False, default=False),  # the archive still knows where its articles came from
    Column("etag", Words),
    Column("last_modified", Words),
    Column("next_poll", UtcTime),
    Column("polled", UtcTime),
    Column("succeeded", UtcTime),
    Column("failures", Integer, nullable=False, default=0),
    Column("failing_since", UtcTime),
    Column("last_error", Words),
    Column("stopped", Boolean, nullable=False, default=False),
    Column("interval", Float, nullable=False, default=1800.0),
    Column("note", Words),
    Column("moving_to", Words),
    Column("moving_times", Integer, nullable=False, default=0),
    Column("hub", Words),
    Column("topic", Words),
    Column("ahead", Float),
    Column("leased_until", UtcTime),
    sqlite_autoincrement=True,
)

seen = Table(
    "seen",
    metadata,
    Column("feed", Number, ForeignKey("feeds.number", ondelete="CASCADE"), primary_key=True),
    Column("entry", LargeBinary, primary_key=True),  # a hash: entry ids are as long and as odd as feeds like
    Column("at", UtcTime, nullable=False),
    Column("fingerprint", LargeBinary),  # of what it said when last seen
    Column("looks", Integer, nullable=False, default=0),  # how often its page was read again since
)

articles = Table(
    "articles",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("url", Words, nullable=False),
    Column("site", Words, nullable=False),
    Column("publisher", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("links", Words, nullable=False),
    Column("published", UtcTime),
    Column("first_seen", UtcTime, nullable=False),
    Column("feed", Number, ForeignKey("feeds.number", ondelete="SET NULL")),
    Column("role", String(16), nullable=False),
    Column("indexed", UtcTime),  # when `save_digest` was done with it; NULL: still to do
    Column("leased_until", UtcTime),
    Column("searchable", Boolean, nullable=False, default=False),
    Column("corrected", UtcTime),  # its text is another since; NULL: what was posted of it has been seen to
    Index("ix_articles_corrected", "corrected"),
    Index("ix_articles_first_seen_id", "first_seen", "id"),
    Index("ix_articles_feed", "feed"),
    Index(
        "ix_articles_undigested",
        "first_seen",
        "id",
        sqlite_where=text("indexed IS NULL"),
        postgresql_where=text("indexed IS NULL"),
    ),
    sqlite_autoincrement=True,
)

hubs = Table(
    "hubs",
    metadata,
    Column("feed", Number, ForeignKey("feeds.number", ondelete="CASCADE"), primary_key=True),
    Column("hub", Words, nullable=False),
    Column("topic", Words, nullable=False),
    Column("token", Words, nullable=False, unique=True),
    Column("secret", Words, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due", UtcTime, nullable=False),  # when to ask the hub (again)
    Column("until", UtcTime),
    Column("pinged", UtcTime),
)

feed_moves = Table(
    "feed_moves",
    metadata,
    Column("old", Words, primary_key=True),
    Column("new", Words, nullable=False),
    Index("ix_feed_moves_new", "new"),
)

article_feeds = Table(
    "article_feeds",
    metadata,
    Column("article", Words, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("feed", Number, ForeignKey("feeds.number", ondelete="CASCADE"), primary_key=True),
    Column("first_seen", UtcTime, nullable=False),  # in this feed
    Index("ix_article_feeds_feed_first_seen", "feed", "first_seen", "article"),
)

digests = Table(
    "digests",
    metadata,
    Column("article", Words, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", Words),
    Column("error", Words),
    Column("made", UtcTime, nullable=False),
)

renditions = Table(
    "renditions",
    metadata,
    Column("article", Words, ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
    Column("key", String(80), primary_key=True),  # `digests.renditions.Rendition.key`
    Column("digest", Words, nullable=False),
    Column("made", UtcTime, nullable=False),
)

vectors = Table(
    "vectors",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("article", Words, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("vector", LargeBinary, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice, so a cursor never skips
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("subscription", Words, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("subscription", Words, nullable=False),  # no foreign key: the archive outlives the subscription
    Column("day", Date, nullable=False),
    Column("time", Time, nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("made", UtcTime, nullable=False),
    UniqueConstraint("subscription", "day", "time"),
    Index("ix_editions_subscription_at", "subscription", "at"),
    Index("ix_editions_at", "at"),
)

edition_articles = Table(
    "edition_articles",
    metadata,
    Column("edition", Words, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("article", Words, ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
    Column("subscription", Words, nullable=False),  # as in `editions`, so that "already carried" is one index look-up
    Index("ix_edition_articles_subscription_article", "subscription", "article"),
    Index("ix_edition_articles_article", "article"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("id", Words, nullable=False, unique=True),
    Column("edition", Words, ForeignKey("editions.id", ondelete="CASCADE"), nullable=False),
    Column("platform", Words, nullable=False),
    Column("channel", Words, nullable=False),
    Column("tenant", Words, nullable=False),
    Column("part", Integer, nullable=False),
    Column("message", Words, nullable=False),
    Column("in_thread", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknown", Boolean, nullable=False),
    Column("error", Words),
    Column("due", UtcTime, nullable=False),
    Column("leased_until", UtcTime),
    Column("worker", Words),
    Column("ref", Words),
    Column("thread", Words),
    Column("permalink", Words),
    Column("sent", UtcTime),
    UniqueConstraint("edition", "platform", "channel", "tenant", "part"),
    Index("ix_deliveries_state", "state"),
    sqlite_autoincrement=True,
)

revisions = Table(
    "revisions",
    metadata,
    Column("delivery", Words, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, nullable=False),  # a newer one takes the place of one that is still to be made
    Column("message", Words, nullable=False),
    Column("state", String(16), nullable=False),
    Column("due", UtcTime, nullable=False),  # also the lease of who is at it
    Column("attempts", Integer, nullable=False),
    Column("error", Words),
    Column("made", UtcTime, nullable=False),
    Index("ix_revisions_state_due", "state", "due"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("digest", Words, nullable=False),  # no foreign key: what a reader said outlives the archive
    Column("text", Words, nullable=False),
    Column("origin", Words, nullable=False),
    Column("locale", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)

feed_owners = Table(
    "feed_owners",
    metadata,
    Column("url", Words, primary_key=True),  # a feed without owners is everybody's
    Column("tenant", Words, primary_key=True),
    Column("at", UtcTime, nullable=False),
)

private_articles = Table(
    "private_articles",
    metadata,
    # An article no public feed has brought. Few rows in most archives: what is not here is everybody's.
    Column("number", Number, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
)

askers = Table(
    "askers",
    metadata,
    Column("number", Number, ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("tenant", Words, primary_key=True),  # who looked the article up by its address
)

lookups = Table(
    "lookups",
    metadata,
    Column("number", Number, primary_key=True, autoincrement=True),
    Column("tenant", Words, nullable=False),
    Column("reader", Words, nullable=False),
    Column("verb", Words, nullable=False),
    Column("value", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    UniqueConstraint("tenant", "reader", "verb", "value"),
    Index("ix_lookups_at", "at"),
    sqlite_autoincrement=True,
)

notices = Table(
    "notices",
    metadata,
    Column("subscription", Words, primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("message", Words, nullable=False),
    Column("made", UtcTime, nullable=False),
    Column("due", UtcTime),  # when it is to be told (again); NULL: it was told, or nobody could be
    Column("told", Words, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknown", Boolean, nullable=False),
)

model_answers = Table(
    "model_answers",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("answer", Words, nullable=False),
    Column("at", UtcTime, nullable=False),
    Index("ix_model_answers_at", "at"),
)

model_usage = Table(
    "model_usage",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tenant", Words, primary_key=True),
    Column("model", Words, primary_key=True),
    Column("requests", Integer, nullable=False),
    Column("tokens_in", BigInteger, nullable=False),
    Column("tokens_out", BigInteger, nullable=False),
    Column("cost", Float, nullable=False),
)
