"""What readers looked up lately."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_lookups"
down_revision = "0004_moves"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lookups",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.Text, nullable=False),
        sa.Column("reader", sa.Text, nullable=False),
        sa.Column("verb", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant", "reader", "verb", "value", name="uq_lookups_tenant_reader_verb_value"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_lookups_at", "lookups", ["at"])
