"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _feeds()
    _articles()
    _derived()
    _editions()
    _deliveries()
    _search()


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _feeds() -> None:
    op.create_table(
        "feeds",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("backfill", sa.Integer, nullable=False),
        sa.Column("added", _instant()),
        sa.Column("removed", sa.Boolean, nullable=False),
        sa.Column("etag", sa.Text),
        sa.Column("last_modified", sa.Text),
        sa.Column("next_poll", _instant()),
        sa.Column("polled", _instant()),
        sa.Column("succeeded", _instant()),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failing_since", _instant()),
        sa.Column("last_error", sa.Text),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.Column("interval", sa.Float, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("leased_until", _instant()),
        sa.UniqueConstraint("url", name="uq_feeds_url"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "seen",
        sa.Column("feed", _number(), sa.ForeignKey("feeds.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("entry", sa.LargeBinary, primary_key=True),
        sa.Column("at", _instant(), nullable=False),
    )


def _articles() -> None:
    op.create_table(
        "articles",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("publisher", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("links", sa.Text, nullable=False),
        sa.Column("published", _instant()),
        sa.Column("first_seen", _instant(), nullable=False),
        sa.Column("feed", _number(), sa.ForeignKey("feeds.number", ondelete="SET NULL")),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("indexed", _instant()),
        sa.Column("leased_until", _instant()),
        sa.Column("searchable", sa.Boolean, nullable=False),
        sa.UniqueConstraint("id", name="uq_articles_id"),
        sqlite_autoincrement=True,
    )
    undigested = sa.text("indexed IS NULL")
    op.create_index("ix_articles_first_seen_id", "articles", ["first_seen", "id"])
    op.create_index("ix_articles_feed", "articles", ["feed"])
    op.create_index(
        "ix_articles_undigested",
        "articles",
        ["first_seen", "id"],
        sqlite_where=undigested,
        postgresql_where=undigested,
    )


def _derived() -> None:
    op.create_table(
        "article_feeds",
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("feed", _number(), sa.ForeignKey("feeds.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("first_seen", _instant(), nullable=False),
    )
    op.create_index("ix_article_feeds_feed_first_seen", "article_feeds", ["feed", "first_seen", "article"])
    op.create_table(
        "digests",
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("digest", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("made", _instant(), nullable=False),
    )
    op.create_table(
        "vectors",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("article", name="uq_vectors_article"),
        sqlite_autoincrement=True,
    )


def _editions() -> None:
    op.create_table(
        "subscriptions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subscription", sa.Text, nullable=False),
    )
    op.create_table(
        "editions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("subscription", sa.Text, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("time", sa.Time, nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("made", _instant(), nullable=False),
        sa.UniqueConstraint("subscription", "day", "time", name="uq_editions_subscription_day_time"),
    )
    op.create_index("ix_editions_subscription_at", "editions", ["subscription", "at"])
    op.create_index("ix_editions_at", "editions", ["at"])
    op.create_table(
        "edition_articles",
        sa.Column("edition", sa.Text, sa.ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("article", sa.Text, sa.ForeignKey("articles.id", ondelete="CASCADE"), nullable=False),
        sa.Column("subscription", sa.Text, nullable=False),
    )
    op.create_index("ix_edition_articles_subscription_article", "edition_articles", ["subscription", "article"])
    op.create_index("ix_edition_articles_article", "edition_articles", ["article"])


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("edition", sa.Text, sa.ForeignKey("editions.id", ondelete="CASCADE"), nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("in_thread", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("unknown", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("due", _instant(), nullable=False),
        sa.Column("leased_until", _instant()),
        sa.Column("worker", sa.Text),
        sa.Column("ref", sa.Text),
        sa.Column("thread", sa.Text),
        sa.Column("permalink", sa.Text),
        sa.Column("sent", _instant()),
        sa.UniqueConstraint("id", name="uq_deliveries_id"),
        sa.UniqueConstraint(
            "edition",
            "platform",
            "channel",
            "tenant",
            "part",
            name="uq_deliveries_edition_platform_channel_tenant_part",
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_deliveries_state", "deliveries", ["state"])


def _search() -> None:
    """The index is of terms we make ourselves (`digests.terms`), so each side keeps them exactly as they are."""
    if op.get_context().dialect.name == "sqlite":
        # Contentless: the terms are three times the text and never read back. All but spaces are token characters.
        op.execute(
            "CREATE VIRTUAL TABLE article_terms USING fts5(title, body, content='', "
            "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'\")"
        )
        return
    op.create_table(
        "article_terms",
        sa.Column("number", sa.BigInteger, sa.ForeignKey("articles.number", ondelete="CASCADE"), primary_key=True),
        sa.Column("terms", sa.dialects.postgresql.TSVECTOR, nullable=False),
    )
    op.create_index("ix_article_terms_terms", "article_terms", ["terms"], postgresql_using="gin")
