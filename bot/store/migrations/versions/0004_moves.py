"""Where feeds have moved: an address somebody wrote down once goes on meaning the same feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_moves"
down_revision = "0003_models"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "feed_moves",
        sa.Column("old", sa.Text, primary_key=True),
        sa.Column("new", sa.Text, nullable=False),
    )
    op.create_index("ix_feed_moves_new", "feed_moves", ["new"])
