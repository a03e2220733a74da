"""The tables that hold what the bot knows, and every version of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from health_navigator.db import Base


class Origin(StrEnum):
    """Who maintains the row: the knowledge files, the staff's pages, or the Ministry's registry."""

    FILES = "files"
    STAFF = "staff"
    REGISTRY = "registry"


class Item(Base):
    """A published (or retired) piece of knowledge; `body` is its model as JSON."""

    __tablename__ = "item"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    position: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
    loaded_digest: Mapped[str | None] = mapped_column(String(64))
    origin: Mapped[str] = mapped_column(String(16))
    number: Mapped[int]
    retired: Mapped[bool]
    updated_at: Mapped[datetime]

    @property
    def was_edited(self) -> bool:
        """Whether somebody changed or retired the row since the files last wrote it."""
        return self.digest != self.loaded_digest


class Revision(Base):
    """One published version of an item: what it said, who wrote it, who approved it."""

    __tablename__ = "revision"
    __table_args__ = (
        ForeignKeyConstraint(["kind", "id"], ["item.kind", "item.id"]),
        Index("ix_revision_published_at", "published_at"),
    )

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    retired: Mapped[bool]
    author: Mapped[str] = mapped_column(String(64))
    approver: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime]


class KnowledgeVersion(Base):
    """A single row whose number grows with every published change."""

    __tablename__ = "knowledge_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int]
