"""Spreadsheets out and in: looked at row by row first, then all or nothing."""

from __future__ import annotations

import asyncio
import base64
import binascii

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import UploadFile

from health_navigator.admin import audit, exchange
from health_navigator.admin.api.exchange import FileFormat, to_file
from health_navigator.admin.exchange import Deed, ImportReport
from health_navigator.admin.refusals import Invalid
from health_navigator.admin.web import fields
from health_navigator.admin.web.dependencies import Door, Importer, Posted, Reader
from health_navigator.admin.web.pages import render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.knowledge.models import ItemKind

router = APIRouter(prefix="/archivos", route_class=PageRoute)

# A file goes back with the page that reports on it, a third larger, within what a request may hold.
_MOST_CARRIED = 600_000
_NAMES = {ItemKind.ENTRY: "entradas", ItemKind.SERVICE: "servicios"}


@router.get("")
async def show(request: Request, _: Reader) -> Response:
    return _show(request)


def _show(
    request: Request,
    report: ImportReport | None = None,
    *,
    carried: str = "",
    is_dry: bool = True,
    refusal: Invalid | None = None,
) -> Response:
    return render(
        request,
        "transfer.html",
        status=422 if refusal else 200,
        report=report,
        counts=[(deed, report.count(deed)) for deed in Deed] if report else (),
        carried=carried,
        is_dry=is_dry,
        refusal=refusal,
        label_of=fields.label_of,
        names=_NAMES,
    )


@router.post("")
async def take(request: Request, visitor: Importer, office: Door) -> Response:
    """A dry run first; the file comes back with the second click."""
    content, name = await _content(request)
    is_dry = Posted.of(await request.form()).get("hacer") != "importar"
    try:
        report = await exchange.import_sheet(
            office, visitor.person, content, kind=None, dry_run=is_dry, name=name
        )
    except Invalid as refusal:
        return _show(request, refusal=refusal)
    # Thousands of rows take a second to write out.
    carried = _carried(content)
    return await asyncio.to_thread(_show, request, report, carried=carried, is_dry=is_dry)


async def _content(request: Request) -> tuple[bytes, str]:
    """The file that was chosen, with its name, or the one that the page brought back."""
    form = await request.form()
    file, carried = form.get("archivo"), form.get("llevado")
    if isinstance(file, UploadFile) and file.filename:
        return await file.read(), file.filename
    try:
        return base64.b64decode(carried if isinstance(carried, str) else "", validate=True), ""
    except binascii.Error:
        return b"", ""


def _carried(content: bytes) -> str:
    return base64.b64encode(content).decode() if len(content) <= _MOST_CARRIED else ""


@router.get("/{shelf}.{form}")
async def export(shelf: Shelf, form: FileFormat, visitor: Reader, office: Door) -> Response:
    async def work(session: AsyncSession) -> Response:
        audit.record(session, visitor.person, "knowledge.export", note=f"{shelf} {form}")
        return await to_file(session, shelf.kind, form, name=shelf, zip_name="contenidos")

    return await office.transact(work)
