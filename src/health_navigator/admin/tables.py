"""The staff's tables. The only names of people in the database are their logins."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from health_navigator.db import Base


class Staff(Base):
    """Somebody who may log in, or a program with a token; no password: tokens only."""

    __tablename__ = "staff"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    password: Mapped[str | None] = mapped_column(String(200))
    disabled: Mapped[bool]
    created_at: Mapped[datetime]


class StaffSession(Base):
    """A login on one device, known by the digest of its cookie."""

    __tablename__ = "staff_session"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    began_at: Mapped[datetime]
    used_at: Mapped[datetime]


class ApiToken(Base):
    """A program's key, shown once and kept as its digest."""

    __tablename__ = "api_token"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff: Mapped[str] = mapped_column(ForeignKey("staff.name", ondelete="CASCADE"), index=True)
    label: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    used_on: Mapped[date | None]


class FailedLogin(Base):
    """How often a login failed in a row, for one name or one address; both as keyed hashes."""

    __tablename__ = "failed_login"

    who: Mapped[str] = mapped_column(String(64), primary_key=True)
    times: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)


class Draft(Base):
    """The one open change of an item. `based_on`: the revision it began from, 0 for a new item."""

    __tablename__ = "draft"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(16))
    authors: Mapped[list[str]] = mapped_column(JSON)
    based_on: Mapped[int]
    version: Mapped[int] = mapped_column()
    reason: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime]

    # Two people who save at the same moment: the later one is told, by the database itself.
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012


class Comment(Base):
    """What somebody said about a change under review."""

    __tablename__ = "comment"
    __table_args__ = (Index("ix_comment_kind_item", "kind", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    item: Mapped[str] = mapped_column(String(80))
    author: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime]


class AuditRecord(Base):
    """Who did what when and from where. The database refuses to change a record,
    and to delete one in its first year."""

    __tablename__ = "audit_record"
    __table_args__ = (Index("ix_audit_record_kind_item", "kind", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    who: Mapped[str] = mapped_column(String(40), index=True)
    what: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str | None] = mapped_column(String(16))
    item: Mapped[str | None] = mapped_column(String(80))
    origin: Mapped[str | None] = mapped_column(String(32))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    note: Mapped[str | None] = mapped_column(Text)
