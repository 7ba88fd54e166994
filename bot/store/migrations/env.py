"""Alembic's entry: run the steps on the connection, and in the transaction, that `bot.store.migrate` hands in."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
