"""Who may see an article: those that no public feed has brought, and who looked them up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_sight"
down_revision = "0006_notices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name, more in (("private_articles", ()), ("askers", (sa.Column("tenant", sa.Text, primary_key=True),))):
        number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
        article = sa.ForeignKey("articles.number", ondelete="CASCADE")
        op.create_table(name, sa.Column("number", number, article, primary_key=True, autoincrement=False), *more)
    op.execute(
        "INSERT INTO private_articles(number) SELECT a.number FROM articles a WHERE NOT EXISTS ("
        "SELECT 1 FROM article_feeds l JOIN feeds f ON f.number = l.feed WHERE l.article = a.id "
        "AND NOT EXISTS (SELECT 1 FROM feed_owners o WHERE o.url = f.url))"
    )
