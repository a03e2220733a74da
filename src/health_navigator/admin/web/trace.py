"""The audit: who did what when, searched and taken along as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fastapi import APIRouter, Request, Response

from health_navigator.admin import audit, cells, sheets
from health_navigator.admin.api.overview import download
from health_navigator.admin.audit import Wanted
from health_navigator.admin.tables import AuditRecord
from health_navigator.admin.web import differences, fields, words
from health_navigator.admin.web.dependencies import Asked, Auditor, Door, Query
from health_navigator.admin.web.differences import FieldChange
from health_navigator.admin.web.listing import Pages
from health_navigator.admin.web.pages import PER_PAGE, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf

router = APIRouter(route_class=PageRoute)

_SHELVES = {shelf.kind.value: shelf for shelf in Shelf}


@router.get("/registro")
async def show(request: Request, _: Auditor, asked: Query, office: Door) -> Response:
    wanted = _wanted(asked)
    start = (asked.page - 1) * PER_PAGE
    rows, total = await office.transact(
        lambda session: audit.find_records(session, wanted, PER_PAGE, start)
    )
    shown = [(row, _changes(row)) for row in rows]
    return render(
        request,
        "audit.html",
        shown=shown,
        total=total,
        wanted=wanted,
        deeds=words.all_deeds(),
        pages=Pages(request, asked.page, total),
        shelves=_SHELVES,
        label_of=fields.label_of,
        query=request.url.query,
    )


@router.get("/registro.csv")
async def as_file(_: Auditor, asked: Query, office: Door) -> Response:
    wanted = _wanted(asked)
    rows, _total = await office.transact(
        lambda session: audit.find_records(session, wanted, audit.MOST_EXPORTED, 0)
    )
    lines = [[cells.guarded(cell) for cell in _cells(row)] for row in rows]
    content = sheets.write_csv([_HEADINGS, *lines])
    return download(content, "text/csv; charset=utf-8", "registro.csv")


_HEADINGS = ("cuándo", "quién", "desde", "qué hizo", "sobre", "antes", "después", "nota")


def _cells(row: AuditRecord) -> tuple[str, ...]:
    """A record as its page tells it."""
    return (
        words.moment(row.at),
        words.who(row.who),
        row.origin or "",
        words.deed(row.what),
        row.item or "",
        _told(row.kind, row.before),
        _told(row.kind, row.after),
        words.note(row.note or ""),
    )


def _told(kind: str | None, body: Mapping[str, Any] | None) -> str:
    lines = _readable(kind, body).items()
    return "\n".join(
        f"{fields.label_of(kind or '', name)}: {_flat(value)}" for name, value in lines
    )


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _readable(kind: str | None, body: Mapping[str, Any] | None) -> Mapping[str, Any]:
    told = fields.in_words(kind or "", body or {})
    return {name: words.named(value) for name, value in told.items()}


def _changes(row: AuditRecord) -> Sequence[FieldChange]:
    return differences.changes(_readable(row.kind, row.before), _readable(row.kind, row.after))


def _wanted(asked: Asked) -> Wanted:
    return Wanted(
        who=asked.get("quien"),
        what=asked.get("que"),
        text=asked.get("buscar"),
        since=_day(asked.get("desde")),
        until=_day(asked.get("hasta")),
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None
