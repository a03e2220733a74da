"""What must be looked at again, and «verificado hoy» with its source in two clicks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import bodies, catalogue, drafts
from health_navigator.admin.catalogue import Due
from health_navigator.admin.drafts import Standing
from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.admin.web.dependencies import Door, Editor, Form, Posted, Query, Reader
from health_navigator.admin.web.listing import Pages
from health_navigator.admin.web.pages import PER_PAGE, go, render
from health_navigator.admin.web.route import PageRoute, page_of_form
from health_navigator.admin.web.shelves import Shelf, shelf_of
from health_navigator.provenance import Source

router = APIRouter(prefix="/revisar", route_class=PageRoute)

_WITHIN = {"0": "Ya vencidas", "30": "En 30 días", "90": "En 90 días"}
_DEFAULT = "30"


@router.get("")
async def due(request: Request, _: Reader, asked: Query, office: Door) -> Response:
    within = asked.get("dias") or _DEFAULT
    within = within if within in _WITHIN else _DEFAULT
    owner = asked.get("quien")
    start = (asked.page - 1) * PER_PAGE

    async def read(session: AsyncSession) -> tuple[list[Due], list[str], list[Any]]:
        everything = await catalogue.due(session, office.cards, timedelta(days=int(within)))
        owners = sorted({each.owner for each in everything})
        mine = [each for each in everything if owner in (None, each.owner)]
        shown = [await _with_standing(session, each) for each in mine[start : start + PER_PAGE]]
        return mine, owners, shown

    mine, owners, shown = await office.transact(read)
    return render(
        request,
        "due.html",
        shown=shown,
        total=len(mine),
        owners=owners,
        owner=owner,
        within=within,
        choices=_WITHIN,
        pages=Pages(request, asked.page, len(mine)),
        shelf_of=shelf_of,
    )


async def _with_standing(session: AsyncSession, each: Due) -> tuple[Due, Standing]:
    return each, await drafts.look(session, each.kind, each.id)


@router.post("/{shelf}/{item_id}")
async def verify(
    shelf: Shelf, item_id: str, request: Request, visitor: Editor, form: Form, office: Door
) -> Response:
    source = _source(form)
    await office.transact(
        lambda session: drafts.verify_today(session, visitor.person, shelf.kind, item_id, source)
    )
    return go(await page_of_form(request, "/admin/revisar"), "verificado")


def _source(form: Posted) -> Mapping[str, Any]:
    names = ("title", "publisher", "url", "date")
    given = {name: form.get(name) for name in names if form.get(name)}
    try:
        return Source.model_validate(given).model_dump(mode="json", exclude_none=True)
    except ValidationError as error:
        raise Invalid([_of_source(each) for each in bodies.to_faults(error)]) from error


def _of_source(fault: Fault) -> Fault:
    """The fault with its place in the form, where the source comes first."""
    return Fault(f"sources.0.{fault.field}", fault.message, fault.values)
