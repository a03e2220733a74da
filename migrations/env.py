"""Alembic's entry: runs the migrations over the connection that the program hands in."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Column

from health_navigator.db import Base, UtcDateTime
from health_navigator.tables import ALL_TABLES

assert ALL_TABLES  # noqa: S101  (importing them fills the metadata)


def render_item(kind: str, item: object, _: object) -> str | bool:
    """Write our own column types as the plain ones beneath, so that migrations stand alone."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def same_type(
    _context: object, _inspected: object, column: Column[object], *_types: object
) -> bool | None:
    """Moments are moments: SQLite cannot tell them from text."""
    return False if isinstance(column.type, UtcDateTime) else None


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    render_item=render_item,
    compare_type=same_type,
)
with context.begin_transaction():
    context.run_migrations()
