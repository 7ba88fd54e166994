"""How far our clock was from the one of each feed's server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_clocks"
down_revision = "0010_renditions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("feeds", sa.Column("ahead", sa.Float))
