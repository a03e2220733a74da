"""What is due, the figures, the reports of users, the audit, and updates that were set aside."""

from __future__ import annotations

import csv
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from io import StringIO
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import audit, catalogue, cells, figures, reports
from health_navigator.admin.api.dependencies import (
    Auditor,
    Door,
    Editor,
    Limit,
    Offset,
    Operator,
    Readable,
    Reader,
    Watcher,
)
from health_navigator.admin.api.items import page
from health_navigator.admin.figures import Day, Figures
from health_navigator.admin.tables import AuditRecord
from health_navigator.knowledge.models import ItemKind

Parked = Callable[[AsyncSession], Awaitable[Sequence[Any]]]
WINDOW = timedelta(days=30)
SomeDay = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2100, 1, 1))]


class DueOut(BaseModel):
    kind: ItemKind
    id: str
    title: str
    group: str
    review_by: date
    days_left: int
    owner: str


class DuePage(BaseModel):
    items: list[DueOut]
    total: int


class DayOut(BaseModel):
    """Counts only. `day` is the last one where a total is meant."""

    day: date
    questions: int
    answered: int
    clarified: int
    not_understood: int
    danger: int


class TopOut(BaseModel):
    entry: str
    asked: int


class VotesOut(BaseModel):
    entry: str
    helped: int
    not_helped: int


class DepartmentOut(BaseModel):
    """Whole months, and only where ten or more asked."""

    month: str
    department: str
    asked: int


class InboxOut(BaseModel):
    open: int
    came_in: dict[date, int]
    settled: dict[str, int]


class StatsOut(BaseModel):
    since: date
    until: date
    total: DayOut
    days: list[DayOut]
    top_entries: list[TopOut]
    votes: list[VotesOut]
    departments: list[DepartmentOut]
    inbox: InboxOut


class ReportOut(BaseModel):
    """A service that people call closed or wrong."""

    service: str
    name: str
    times: int
    last: date


class ReportsPage(BaseModel):
    items: list[ReportOut]
    total: int


class RecordOut(BaseModel):
    id: int
    at: datetime
    who: str
    what: str
    kind: str | None
    item: str | None
    origin: str | None = Field(description="The keyed hash of an address")
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    note: str | None


class AuditPage(BaseModel):
    items: list[RecordOut]
    total: int


class ParkedOut(BaseModel):
    update_id: int
    attempts: int
    received_at: datetime
    failure: str | None


class ParkedPage(BaseModel):
    items: list[ParkedOut]
    total: int


router = APIRouter(tags=["overview"])


@router.get("/stale", summary="What is past its review, or soon will be")
async def stale(
    _: Reader,
    office: Door,
    days: Annotated[int, Query(ge=0, le=3_650)] = 30,
    owner: str | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> DuePage:
    within = timedelta(days=days)
    rows = await office.transact(
        lambda session: catalogue.due(session, office.cards, within, owner)
    )
    items = [DueOut(**asdict(row)) for row in page(rows, limit, offset)]
    return DuePage(items=items, total=len(rows))


async def _figures(office: Door, since: date | None, until: date | None) -> Figures:
    until = until or clock.today()
    since = since or until - WINDOW
    return await office.transact(lambda session: figures.read(session, since, until))


@router.get("/stats", summary="Figures of the last 30 days, or of the days that are wanted")
async def stats(
    _: Watcher, office: Door, since: SomeDay | None = None, until: SomeDay | None = None
) -> StatsOut:
    return to_stats_out(await _figures(office, since, until))


@router.get("/stats.csv", response_class=Response, summary="The days as a table")
async def stats_csv(
    _: Watcher, office: Door, since: SomeDay | None = None, until: SomeDay | None = None
) -> Response:
    text = figures.to_csv(await _figures(office, since, until))
    return download(text.encode(), "text/csv; charset=utf-8", "figures.csv")


def to_stats_out(found: Figures) -> StatsOut:
    return StatsOut(
        since=found.since,
        until=found.until,
        total=_day_out(found.total),
        days=[_day_out(day) for day in found.days],
        top_entries=[TopOut(entry=entry, asked=asked) for entry, asked in found.top_entries],
        votes=[VotesOut(**asdict(each)) for each in found.votes],
        departments=[DepartmentOut(**asdict(each)) for each in found.departments],
        inbox=InboxOut(**asdict(found.inbox)),
    )


def _day_out(day: Day) -> DayOut:
    return DayOut(**asdict(day))


@router.get("/reports", summary="Services that people call closed or wrong")
async def get_reports(
    _: Reader, office: Door, limit: Limit = 100, offset: Offset = 0
) -> ReportsPage:
    found = await office.transact(reports.read)
    items = [ReportOut(**asdict(each)) for each in page(found, limit, offset)]
    return ReportsPage(items=items, total=len(found))


@router.post("/reports/{service}/settle", status_code=204, summary="The reports were looked into")
async def settle_reports(service: str, person: Editor, office: Door) -> None:
    await office.transact(lambda session: reports.settle(session, person, service))


@router.get("/audit", summary="Who did what when and from where")
async def get_audit(
    _: Auditor,
    office: Door,
    who: Readable | None = None,
    what: Readable | None = None,
    item: Readable | None = None,
    search: Readable | None = None,
    since: SomeDay | None = None,
    until: SomeDay | None = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> AuditPage:
    wanted = audit.Wanted(who, what, item, search, since, until)
    rows, total = await office.transact(
        lambda session: audit.find_records(session, wanted, limit, offset)
    )
    return AuditPage(items=[to_record_out(row) for row in rows], total=total)


@router.get("/audit.csv", response_class=Response, summary="The audit as a table, newest first")
async def audit_csv(
    _: Auditor, office: Door, since: SomeDay | None = None, until: SomeDay | None = None
) -> Response:
    wanted = audit.Wanted(since=since, until=until)
    rows, _total = await office.transact(
        lambda session: audit.find_records(session, wanted, audit.MOST_EXPORTED, 0)
    )
    return download(to_csv(rows), "text/csv; charset=utf-8", "audit.csv")


def to_csv(rows: Sequence[AuditRecord]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(RecordOut.model_fields)
    for row in rows:
        values = to_record_out(row).model_dump(mode="json").values()
        writer.writerow([cells.guarded(_flat(value)) for value in values])
    return text.getvalue().encode()


def _flat(value: object) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def to_record_out(row: AuditRecord) -> RecordOut:
    return RecordOut(**{name: getattr(row, name) for name in RecordOut.model_fields})


def download(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def parked_router(parked: Parked) -> APIRouter:
    """`parked` reads the updates that failed five times; the channel that has them hands it in."""
    router = APIRouter(tags=["overview"])

    @router.get("/parked", summary="Updates that were set aside after five failures")
    async def get_parked(_: Operator, office: Door) -> ParkedPage:
        rows = await office.transact(parked)
        items = [
            ParkedOut(
                update_id=row.update_id,
                attempts=row.attempts,
                received_at=row.received_at,
                failure=row.failure,
            )
            for row in rows
        ]
        return ParkedPage(items=items, total=len(items))

    return router
