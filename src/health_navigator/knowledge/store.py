"""Knowledge in the database: seeded from files, published by staff, versioned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.db import take_turn
from health_navigator.knowledge.files import FileItem, StoredItem
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item, KnowledgeVersion, Origin, Revision

FILES_AUTHOR = "files"
# Any number, as long as nothing else in the same PostgreSQL database uses it.
_LOAD_LOCK = 730_110_002


class Take(StrEnum):
    """Whose version wins where a row was edited since the files last wrote it."""

    FILES = "files"
    DATABASE = "database"


@dataclass(slots=True)
class LoadReport:
    """What a load did, as keys `kind/id`. `edited`: what staff wrote or retired, left as it is."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    edited: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def changes(self) -> int:
        return len(self.added) + len(self.changed) + len(self.retired)


def digest(body: Mapping[str, Any]) -> str:
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


async def load(
    session: AsyncSession, items: Sequence[FileItem | StoredItem], take: Take | None = None
) -> LoadReport:
    """Write checked items to the database, keyed by id; repeating it changes nothing.

    Processes that start together write one after the other.
    """
    await take_turn(await session.connection(), _LOAD_LOCK)
    rows = {(row.kind, row.id): row for row in await session.scalars(select(Item))}
    report = LoadReport()
    for item in items:
        _load_one(session, item, rows.pop((item.kind, item.id), None), take, report)
    for row in rows.values():
        if row.origin == Origin.FILES and not row.retired and not row.was_edited:
            publish(session, row, row.body, author=FILES_AUTHOR, retired=True)
            row.loaded_digest = row.digest
            report.retired.append(f"{row.kind}/{row.id}")
    if report.changes:
        await grow_version(session)
    return report


def _load_one(
    session: AsyncSession,
    item: FileItem | StoredItem,
    row: Item | None,
    take: Take | None,
    report: LoadReport,
) -> None:
    name = f"{item.kind}/{item.id}"
    if row is None:
        row = new_item(item.kind, item.id, item.position, Origin.FILES)
        publish(session, row, item.body, author=FILES_AUTHOR)
        row.loaded_digest = row.digest
        report.added.append(name)
        return
    new = digest(item.body)
    row.position = item.position
    if row.digest == new and not row.retired:
        row.loaded_digest = new
        report.unchanged += 1
    elif row.was_edited and take is not Take.FILES:
        report.edited.append(name)
    else:
        publish(session, row, item.body, author=FILES_AUTHOR)
        row.loaded_digest = row.digest
        report.changed.append(name)


def new_item(kind: ItemKind, item_id: str, position: int, origin: Origin) -> Item:
    """A row that has never been published; `publish` gives it its first version."""
    return Item(
        kind=kind, id=item_id, position=position, origin=origin, number=0, loaded_digest=None
    )


def publish(
    session: AsyncSession,
    row: Item,
    body: dict[str, Any],
    *,
    author: str,
    approver: str | None = None,
    reason: str | None = None,
    retired: bool = False,
) -> None:
    """Make `body` what the bot says from now on, and keep it as a revision."""
    row.body, row.digest, row.retired = body, digest(body), retired
    row.number += 1
    row.updated_at = datetime.now(UTC)
    session.add(row)
    revision = Revision(
        kind=row.kind,
        id=row.id,
        number=row.number,
        body=body,
        retired=retired,
        author=author,
        approver=approver,
        reason=reason,
        published_at=row.updated_at,
    )
    session.add(revision)


async def grow_version(session: AsyncSession) -> int:
    """Tell every process that the knowledge changed: they watch this number."""
    statement = (
        update(KnowledgeVersion)
        .values(number=KnowledgeVersion.number + 1)
        .returning(KnowledgeVersion.number)
    )
    number = await session.scalar(statement)
    if number is None:
        number = 1
        session.add(KnowledgeVersion(id=1, number=number))
    return number


async def version(session: AsyncSession) -> int:
    """The number of the last published change; 0 if nothing was ever loaded."""
    return await session.scalar(select(func.max(KnowledgeVersion.number))) or 0


async def published(session: AsyncSession) -> tuple[StoredItem, ...]:
    """Everything that the bot may say now, in the order of its files."""
    statement = (
        select(Item).where(Item.retired.is_(False)).order_by(Item.kind, Item.position, Item.id)
    )
    return tuple(to_stored(row) for row in await session.scalars(statement))


async def exportable(session: AsyncSession) -> tuple[StoredItem, ...]:
    """What belongs in the knowledge files: all but the Ministry's registry."""
    statement = select(Item).where(Item.retired.is_(False), Item.origin != Origin.REGISTRY)
    return tuple(to_stored(row) for row in await session.scalars(statement))


def to_stored(row: Item) -> StoredItem:
    return StoredItem(ItemKind(row.kind), row.id, row.position, row.body)


async def registry_codes(session: AsyncSession) -> frozenset[str]:
    """The registry's codes of services that the files or the staff already describe."""
    statement = select(Item.body).where(
        Item.kind == ItemKind.SERVICE, Item.origin != Origin.REGISTRY
    )
    codes = (body.get("registry_code") for body in await session.scalars(statement))
    return frozenset(code for code in codes if code)


async def replace_registry(session: AsyncSession, bodies: Iterable[dict[str, Any]]) -> LoadReport:
    """Make the imported registry's services exactly these; repeating it changes nothing."""
    statement = select(Item).where(Item.kind == ItemKind.SERVICE)
    rows = {row.id: row for row in await session.scalars(statement)}
    report = LoadReport()
    for position, body in enumerate(bodies):
        row = rows.pop(body["id"], None)
        _replace_one(session, row, body, position, report)
    for row in rows.values():
        if row.origin == Origin.REGISTRY and not row.retired:
            publish(session, row, row.body, author=Origin.REGISTRY, retired=True)
            report.retired.append(row.id)
    if report.changes:
        await grow_version(session)
    return report


def _replace_one(
    session: AsyncSession, row: Item | None, body: dict[str, Any], position: int, report: LoadReport
) -> None:
    if row is not None and row.digest == digest(body) and not row.retired:
        report.unchanged += 1
        return
    if row is not None and row.was_edited:
        report.edited.append(row.id)
        return
    report.added.append(body["id"]) if row is None else report.changed.append(body["id"])
    row = row or new_item(ItemKind.SERVICE, body["id"], position, Origin.REGISTRY)
    publish(session, row, body, author=Origin.REGISTRY)
    row.loaded_digest = row.digest
