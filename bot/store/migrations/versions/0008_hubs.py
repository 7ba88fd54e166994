"""Hubs that tell of changes (WebSub), and permanent redirects that are waiting to be confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_hubs"
down_revision = "0007_sight"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("moving_to", sa.Text))
    op.add_column("feeds", sa.Column("moving_times", sa.Integer, nullable=False, server_default="0"))
    op.add_column("feeds", sa.Column("hub", sa.Text))
    op.add_column("feeds", sa.Column("topic", sa.Text))
    op.create_table(
        "hubs",
        sa.Column(
            "feed",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            sa.ForeignKey("feeds.number", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("hub", sa.Text, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True)),
        sa.Column("pinged", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("token", name="uq_hubs_token"),
    )
