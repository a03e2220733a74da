"""Alembic's entry: runs the migrations over the connection that the program hands in."""

from __future__ import annotations

from alembic import context

from health_navigator.db import Base
from health_navigator.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101  (importing them fills the metadata)

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
