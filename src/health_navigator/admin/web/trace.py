"""The audit: who did what when, searched and taken along as a file."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request, Response

from health_navigator.admin import audit
from health_navigator.admin.api.overview import download, to_csv
from health_navigator.admin.audit import Wanted
from health_navigator.admin.web import differences, fields, words
from health_navigator.admin.web.entrance import Asked, Auditor, Door, Query
from health_navigator.admin.web.listing import Pages
from health_navigator.admin.web.pages import PER_PAGE, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf

router = APIRouter(route_class=PageRoute)

_MOST_EXPORTED = 100_000
_SHELVES = {shelf.kind.value: shelf for shelf in Shelf}


@router.get("/registro")
async def show(request: Request, _: Auditor, asked: Query, office: Door) -> Response:
    wanted = _wanted(asked)
    start = (asked.page - 1) * PER_PAGE
    rows, total = await office.transact(
        lambda session: audit.find_records(session, wanted, PER_PAGE, start)
    )
    shown = [(row, differences.changes(row.before or {}, row.after or {})) for row in rows]
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
        lambda session: audit.find_records(session, wanted, _MOST_EXPORTED, 0)
    )
    return download(to_csv(rows), "text/csv; charset=utf-8", "registro.csv")


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
