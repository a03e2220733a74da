"""Spreadsheets in and out, and the knowledge as files for the repository."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, exchange, sheets
from health_navigator.admin.api.dependencies import (
    Door,
    FaultOut,
    Importer,
    Reader,
    to_fault_out,
)
from health_navigator.admin.api.overview import download
from health_navigator.admin.exchange import Deed, ImportReport, RowReport
from health_navigator.knowledge.models import ItemKind

router = APIRouter(tags=["exchange"])


class SheetKind(StrEnum):
    ENTRIES = "entries"
    SERVICES = "services"

    @property
    def kind(self) -> ItemKind:
        return ItemKind.ENTRY if self is SheetKind.ENTRIES else ItemKind.SERVICE


class FileFormat(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"
    YAML = "yaml"


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RowOut(BaseModel):
    line: int
    id: str
    action: Deed
    problems: list[FaultOut]


class ImportOut(BaseModel):
    """`written`: the ids that now wait for approval. `detail` repeats every problem, by cell."""

    kind: ItemKind
    dry_run: bool
    new: int
    changed: int
    unchanged: int
    wrong: int
    written: list[str]
    rows: list[RowOut]
    detail: list[FaultOut] = []


@router.post(
    "/import", response_model=ImportOut, summary="A CSV or XLSX as drafts in review, all or nothing"
)
async def import_(
    person: Importer,
    office: Door,
    file: Annotated[UploadFile, File(description="Columns as in an export; `id` is required")],
    dry_run: Annotated[bool | None, Form(description="Only say what would happen")] = None,
    dry_run_asked: Annotated[bool | None, Query(alias="dry_run")] = None,
    kind: Annotated[
        SheetKind | None, Query(description="Told by the columns when left out")
    ] = None,
) -> Response:
    is_dry = bool(dry_run or dry_run_asked)
    report = await exchange.import_sheet(
        office,
        person,
        await file.read(),
        kind=kind.kind if kind else None,
        dry_run=is_dry,
        name=file.filename or "",
    )
    return await asyncio.to_thread(_told, report, is_dry=is_dry)


def _told(report: ImportReport, *, is_dry: bool) -> Response:
    out = to_import_out(report, is_dry=is_dry)
    return JSONResponse(out.model_dump(mode="json"), 200 if is_dry or report.is_sound else 422)


def to_import_out(report: ImportReport, *, is_dry: bool) -> ImportOut:
    rows = [to_row_out(row) for row in report.rows]
    return ImportOut(
        kind=report.kind,
        dry_run=is_dry,
        new=report.count(Deed.NEW),
        changed=report.count(Deed.CHANGED),
        unchanged=report.count(Deed.UNCHANGED),
        wrong=report.count(Deed.WRONG),
        written=[*report.written],
        rows=rows,
        detail=[
            FaultOut(field=f"line {row.line}, {fault.field}", reason=fault.reason)
            for row in rows
            for fault in row.problems
        ],
    )


def to_row_out(row: RowReport) -> RowOut:
    problems = [to_fault_out(fault) for fault in row.faults]
    return RowOut(line=row.line, id=row.id, action=row.deed, problems=problems)


@router.get("/export", response_class=Response, summary="What is published, as a file")
async def export(
    person: Reader,
    office: Door,
    kind: SheetKind = SheetKind.ENTRIES,
    format_: Annotated[FileFormat, Query(alias="format")] = FileFormat.CSV,
) -> Response:
    """CSV and XLSX of one kind; YAML is a zip of the whole knowledge for the repository."""

    async def work(session: AsyncSession) -> Response:
        audit.record(session, person, "knowledge.export", note=f"{kind} {format_}")
        return await to_file(session, kind.kind, format_, name=kind, zip_name="knowledge")

    return await office.transact(work)


async def to_file(
    session: AsyncSession, kind: ItemKind, form: FileFormat, *, name: str, zip_name: str
) -> Response:
    """What is published of a kind, or as YAML the whole knowledge, for the browser to keep."""
    if form is FileFormat.YAML:
        return download(await exchange.to_zip(session), "application/zip", f"{zip_name}.zip")
    rows = await exchange.to_rows(session, kind)
    if form is FileFormat.CSV:
        return download(sheets.write_csv(rows), "text/csv; charset=utf-8", f"{name}.csv")
    return download(sheets.write_xlsx(rows), _XLSX, f"{name}.xlsx")
