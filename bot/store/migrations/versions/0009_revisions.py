"""Articles corrected after they were posted: what entries said when last seen, and the edits of messages to be made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_revisions"
down_revision = "0008_hubs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("seen", sa.Column("fingerprint", sa.LargeBinary))
    op.add_column("seen", sa.Column("looks", sa.Integer, nullable=False, server_default="0"))
    op.add_column("articles", sa.Column("corrected", sa.DateTime(timezone=True)))
    op.create_index("ix_articles_corrected", "articles", ["corrected"])
    op.create_table(
        "revisions",
        sa.Column("delivery", sa.Text, sa.ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_revisions_state_due", "revisions", ["state", "due"])
