"""Who did what, when and from where, before and after: records are only ever added."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin.rights import Person
from health_navigator.admin.tables import AuditRecord
from health_navigator.clock import LIMA

ORIGIN_LENGTH = 16
# The migration's trigger lets none go in its first year.
KEPT = timedelta(days=730)
# As a table; who needs older ones names the days.
MOST_EXPORTED = 100_000
_MOST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class About:
    """The item that an action concerns."""

    kind: str
    id: str


def to_origin(key: bytes, address: str | None) -> str | None:
    """An address as the audit keeps it: the same place has the same name, and no way back."""
    if address is None:
        return None
    return hmac.new(key, f"origin:{address}".encode(), hashlib.sha256).hexdigest()[:ORIGIN_LENGTH]


def record(
    session: AsyncSession,
    person: Person,
    what: str,
    about: About | None = None,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str | None = None,
) -> None:
    """Add a record; of two bodies only the fields that differ are kept."""
    old, new = changed_fields(before, after)
    session.add(
        AuditRecord(
            at=datetime.now(UTC),
            who=person.name,
            what=what,
            kind=about.kind if about else None,
            item=about.id if about else None,
            origin=person.origin,
            before=old,
            after=new,
            note=note[:_MOST_TEXT] if note else None,
        )
    )


def changed_fields(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    return (
        {name: old[name] for name in names if name in old} if before is not None else None,
        {name: new[name] for name in names if name in new} if after is not None else None,
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: every field that is set must hold; `text` looks into notes and ids."""

    who: str | None = None
    what: str | None = None
    item: str | None = None
    text: str | None = None
    since: date | None = None
    until: date | None = None


async def find_records(
    session: AsyncSession, wanted: Wanted, limit: int, offset: int
) -> tuple[list[AuditRecord], int]:
    """The newest records first, and how many there are in all."""
    statement = _narrowed(select(AuditRecord), wanted)
    total = await session.scalar(select(func.count()).select_from(statement.subquery()))
    newest = statement.order_by(AuditRecord.id.desc()).limit(limit).offset(offset)
    return [*await session.scalars(newest)], total or 0


def _narrowed(statement: Select[tuple[AuditRecord]], wanted: Wanted) -> Select[tuple[AuditRecord]]:
    for column, value in (
        (AuditRecord.who, wanted.who),
        (AuditRecord.what, wanted.what),
        (AuditRecord.item, wanted.item),
    ):
        statement = statement if value is None else statement.where(column == value)
    if wanted.text:
        text = wanted.text.lower()
        columns = (AuditRecord.note, AuditRecord.item, AuditRecord.what, AuditRecord.who)
        found = [func.lower(column).contains(text, autoescape=True) for column in columns]
        statement = statement.where(found[0] | found[1] | found[2] | found[3])
    if wanted.since is not None:
        statement = statement.where(AuditRecord.at >= _midnight(wanted.since))
    if wanted.until is not None and wanted.until < date.max:
        statement = statement.where(AuditRecord.at < _midnight(wanted.until + timedelta(days=1)))
    return statement


async def forget_old(session: AsyncSession, now: datetime) -> int:
    """Delete the records whose time is over; says how many."""
    statement = delete(AuditRecord).where(AuditRecord.at < now - KEPT).returning(AuditRecord.id)
    return len((await session.scalars(statement)).all())


def _midnight(day: date) -> datetime:
    """The first moment of a day in Lima."""
    # Years at the very edge of the calendar have no midnight in UTC.
    day = min(max(day, date(1900, 1, 1)), date(9000, 1, 1))
    return datetime.combine(day, time(), LIMA)
