"""Entries and services out as spreadsheets, and back in: checked row by row, all or nothing.

What comes in becomes drafts in review: a second person publishes them like any other change.
"""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, bodies, cells, drafts, sheets
from health_navigator.admin.bodies import Body, Known
from health_navigator.admin.drafts import Standing
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import Fault, Invalid, NotNow
from health_navigator.admin.rights import Person, Right
from health_navigator.admin.sheets import SheetRow
from health_navigator.admin.tables import Draft
from health_navigator.db import in_batches
from health_navigator.i18n import mark
from health_navigator.knowledge import store
from health_navigator.knowledge.files import write_files
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item, Origin

KINDS = (ItemKind.ENTRY, ItemKind.SERVICE)
# Zip files carry a date; a constant one keeps equal contents equal bytes.
_ZIP_DATE = (2020, 1, 1, 0, 0, 0)


class Deed(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class RowReport:
    """What a row does, by its number in a spreadsheet; `faults` name the columns to mend."""

    line: int
    id: str
    deed: Deed
    faults: tuple[Fault, ...] = ()
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`written` are the ids that now wait for approval; none after a dry run or a fault."""

    kind: ItemKind
    rows: tuple[RowReport, ...]
    written: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return all(row.deed is not Deed.WRONG for row in self.rows)

    def count(self, deed: Deed) -> int:
        return sum(row.deed is deed for row in self.rows)


async def to_rows(session: AsyncSession, kind: ItemKind) -> list[list[str]]:
    """The headings, then what is published of a kind, by id; the Ministry's registry stays out."""
    model = bodies.model_of(kind, "")
    statement = select(Item.body).where(
        Item.kind == kind, Item.retired.is_(False), Item.origin != Origin.REGISTRY
    )
    rows = [
        cells.to_cells(model, body) for body in await session.scalars(statement.order_by(Item.id))
    ]
    return [[*cells.columns_of(model)], *rows]


async def to_zip(session: AsyncSession) -> bytes:
    """The knowledge as its files, ready for the repository."""
    files = write_files(await store.exportable(session))
    content = BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for path, text in files.items():
            info = zipfile.ZipInfo(path, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(info, text)
    return content.getvalue()


async def import_sheet(
    office: Office,
    person: Person,
    content: bytes,
    *,
    kind: ItemKind | None,
    dry_run: bool,
    name: str = "",
) -> ImportReport:
    """Look at every row; unless it is a dry run or a row is wrong, make them drafts in review."""
    person.need(Right.IMPORT)
    # A big sheet takes seconds: meanwhile questions are answered, and no connection is held.
    heading, *lines = await asyncio.to_thread(sheets.read, content, name) or [SheetRow(1, ())]
    columns = [cell.strip().casefold() for cell in heading.cells]
    reader = await office.transact(lambda session: _reader(session, kind, columns, lines))
    report = await asyncio.to_thread(reader.report, lines)
    if dry_run or not report.is_sound:
        return report
    return await office.transact(lambda session: _write(session, person, report, reader.standing))


async def _reader(
    session: AsyncSession,
    kind: ItemKind | None,
    columns: Sequence[str],
    lines: Sequence[SheetRow],
) -> _Reader:
    kind = kind or await _kind_of(session, columns, lines)
    _check_columns(bodies.model_of(kind, ""), columns)
    standing = await drafts.look_at_all(session, kind, _ids(kind, columns, lines))
    known = _with_new(await bodies.known_ids(session), kind, standing)
    return _Reader(kind, columns, standing, known)


async def _kind_of(
    session: AsyncSession, columns: Sequence[str], lines: Iterable[SheetRow]
) -> ItemKind:
    """What the columns are that only one kind has; where they are of both, what the ids are."""
    entry, service = (frozenset(bodies.model_of(kind, "").model_fields) for kind in KINDS)
    only_entries = len((entry - service).intersection(columns))
    only_services = len((service - entry).intersection(columns))
    if only_entries != only_services:
        return ItemKind.ENTRY if only_entries > only_services else ItemKind.SERVICE
    return await _kind_by_ids(session, columns, lines)


async def _kind_by_ids(
    session: AsyncSession, columns: Sequence[str], lines: Iterable[SheetRow]
) -> ItemKind:
    if "id" not in columns:
        return ItemKind.ENTRY
    known = await bodies.known_ids(session)
    ids = {*_ids(ItemKind.ENTRY, columns, lines)}
    has_entries, has_services = bool(ids & known.entries), bool(ids & known.services)
    if has_entries == has_services:
        message = mark("entries or services? Add a column that only one of them has, like title")
        raise Invalid([Fault("file", message)])
    return ItemKind.ENTRY if has_entries else ItemKind.SERVICE


def _check_columns(model: type[BaseModel], columns: Sequence[str]) -> None:
    named = [column for column in columns if column]
    wrong = [column for column in named if column not in model.model_fields]
    faults = [Fault(column, mark("there is no such column: look at an export")) for column in wrong]
    if "id" not in named:
        faults.append(Fault("id", mark("the column id is missing: look at an export")))
    if len(set(named)) < len(named):
        faults.append(Fault("file", mark("a column stands twice: keep one")))
    if faults:
        raise Invalid(faults)


def _ids(kind: ItemKind, columns: Sequence[str], lines: Iterable[SheetRow]) -> Iterator[str]:
    at = columns.index("id")
    ids = (line.cells[at].strip() for line in lines if at < len(line.cells))
    return (each for each in ids if bodies.is_id(kind, each))


def _with_new(known: Known, kind: ItemKind, ids: Iterable[str]) -> Known:
    """Rows of one file may point to each other."""
    if kind is ItemKind.ENTRY:
        return Known(known.topics, known.entries | frozenset(ids), known.services)
    return Known(known.topics, known.entries, known.services | frozenset(ids))


@dataclass(slots=True)
class _Reader:
    """Turns rows into reports, with what stands in the database at hand."""

    kind: ItemKind
    columns: Sequence[str]
    standing: Mapping[str, Standing]
    known: Known

    def report(self, lines: Iterable[SheetRow]) -> ImportReport:
        return ImportReport(self.kind, tuple(self._rows(lines)))

    def _rows(self, lines: Iterable[SheetRow]) -> Iterator[RowReport]:
        seen: set[str] = set()
        for line in lines:
            report = self._row(line)
            if report.id in seen:
                fault = Fault("id", mark("this id stands in two rows: keep one"))
                report = RowReport(line.line, report.id, Deed.WRONG, (fault,))
            seen.add(report.id)
            yield report

    def _row(self, line: SheetRow) -> RowReport:
        sent, faults = self._cells(line)
        item_id = str(sent.pop("id", None) or "")
        standing = self.standing.get(item_id)
        if standing is None:
            message = mark(
                "{input} is no id: write small letters without accents, numbers and hyphens"
            )
            faults.append(Fault("id", message, {"input": item_id[:60]}))
        if faults or standing is None:
            return RowReport(line.line, item_id, Deed.WRONG, tuple(faults))
        return self._compared(line.line, standing, sent)

    def _cells(self, line: SheetRow) -> tuple[dict[str, Any], list[Fault]]:
        model = bodies.model_of(self.kind, "")
        sent: dict[str, Any] = {}
        faults: list[Fault] = []
        for at, (column, cell) in enumerate(zip(self.columns, line.cells, strict=False)):
            if at in line.formulas:
                faults.append(Fault(column, mark("this is a formula: write the value itself")))
            elif column:
                try:
                    sent[column] = cells.from_cell(model, column, cell)
                except cells.CellError as error:
                    faults.append(Fault(column, str(error)))
        if len(line.cells) > len(self.columns) and any(line.cells[len(self.columns) :]):
            faults.append(Fault("-", mark("this row has more cells than there are headings")))
        return sent, faults

    def _compared(self, line: int, standing: Standing, sent: Mapping[str, Any]) -> RowReport:
        before = standing.item.body if standing.item else {}
        is_live = standing.item is not None and not standing.item.retired
        wanted = bodies.merged(before, sent)
        if is_live and wanted == before:
            return RowReport(line, standing.id, Deed.UNCHANGED)
        try:
            body = bodies.checked(self.kind, standing.id, wanted, self.known)
        except Invalid as error:
            return RowReport(line, standing.id, Deed.WRONG, error.faults)
        if is_live and body == before:
            return RowReport(line, standing.id, Deed.UNCHANGED)
        if standing.draft is not None:
            return RowReport(line, standing.id, Deed.WRONG, (_of_open_draft(standing.draft),))
        deed = Deed.CHANGED if standing.item else Deed.NEW
        return RowReport(line, standing.id, deed, body=body)


def _of_open_draft(draft: Draft) -> Fault:
    """What the row says would go under what somebody writes, or the other way round."""
    message = mark("there is an open draft by {names}: finish or discard it first")
    return Fault("id", message, {"names": ", ".join(draft.authors)})


async def _write(
    session: AsyncSession, person: Person, report: ImportReport, seen: Mapping[str, Standing]
) -> ImportReport:
    bodies_of = {row.id: row.body for row in report.rows if row.body is not None}
    standing = await drafts.look_at_all(session, report.kind, bodies_of)
    if any(each.tag != seen[each.id].tag for each in standing.values()):
        raise NotNow(mark("somebody changed this meanwhile: look at it again"))
    changes = [(standing[each], body) for each, body in bodies_of.items()]
    for some in in_batches(changes):
        await drafts.propose(session, person, some)
    written = tuple(bodies_of)
    note = f"{len(written)} of {len(report.rows)} rows"
    audit.record(session, person, f"{report.kind}.import", note=note)
    return ImportReport(report.kind, report.rows, written)
