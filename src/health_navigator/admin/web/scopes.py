"""What the bot does not answer: groups of examples, edited here and approved like an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import catalogue, drafts
from health_navigator.admin.bodies import OUT_OF_SCOPE, Body
from health_navigator.admin.drafts import Standing
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import Conflict, Fault, Invalid, Unknown
from health_navigator.admin.rights import Person
from health_navigator.admin.web.editor import to_id
from health_navigator.admin.web.entrance import Door, Editor, Form, Posted, Query, Reader
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.i18n import mark
from health_navigator.knowledge.models import ItemKind

router = APIRouter(prefix="/fuera-de-alcance", route_class=PageRoute)

NEW = ""
_LABELS = {"title": "De qué trata", "examples": "Así lo preguntan", "refer": "Qué decirle"}


async def _standing(session: AsyncSession) -> Standing:
    return await drafts.look(session, ItemKind.DOCUMENT, OUT_OF_SCOPE)


def _groups(standing: Standing) -> Sequence[Body]:
    groups: Sequence[Body] = standing.body.get("groups", ())
    return groups


@router.get("")
async def show_groups(request: Request, _: Reader, asked: Query, office: Door) -> Response:
    standing = await office.transact(_standing)
    search = asked.get("buscar")
    found = [each for each in _groups(standing) if _has(each, search or "")]
    return render(request, "scopes.html", standing=standing, groups=found, search=search)


def _has(group: Mapping[str, Any], search: str) -> bool:
    return catalogue.is_said((group["title"], *group["examples"]), search)


@router.get("/nuevo")
async def new_group(request: Request, _: Editor, office: Door) -> Response:
    return _show(request, await office.transact(_standing), NEW, {})


@router.get("/{group_id}")
async def edit(group_id: str, request: Request, _: Reader, office: Door) -> Response:
    standing = await office.transact(_standing)
    group = _get(standing, group_id)
    texts = {**group, "examples": "\n".join(group["examples"])}
    return _show(request, standing, group_id, texts)


def _get(standing: Standing, group_id: str) -> Body:
    for each in _groups(standing):
        if each["id"] == group_id:
            return each
    raise Unknown(mark("there is nothing with this id"))


def _show(
    request: Request,
    standing: Standing,
    group_id: str,
    texts: Mapping[str, Any],
    *,
    faults: Sequence[tuple[str, Fault]] = (),
    status: int = 200,
) -> Response:
    return render(
        request,
        "scope.html",
        status=status,
        standing=standing,
        group_id=group_id,
        texts=texts,
        faults=faults,
    )


@router.post("/nuevo")
async def save_new(request: Request, visitor: Editor, form: Form, office: Door) -> Response:
    return await _take(request, visitor.person, office, NEW, form)


@router.post("/{group_id}")
async def save(
    group_id: str, request: Request, visitor: Editor, form: Form, office: Door
) -> Response:
    return await _take(request, visitor.person, office, group_id, form)


async def _take(
    request: Request, person: Person, office: Office, group_id: str, form: Posted
) -> Response:
    """Save the one group; the others stay as whoever saved last left them."""

    async def work(session: AsyncSession) -> None:
        standing = await _standing(session)
        groups = _changed(_groups(standing), group_id, form)
        sent = {"groups": groups}
        await drafts.save(session, person, ItemKind.DOCUMENT, OUT_OF_SCOPE, sent, form.get("visto"))

    try:
        await office.transact(work)
    except (Invalid, Conflict) as refusal:
        faults = refusal.faults if isinstance(refusal, Invalid) else [Fault("-", refusal.message)]
        status = 422 if isinstance(refusal, Invalid) else 409
        standing = await office.transact(_standing)
        told = [(_label(fault), fault) for fault in faults]
        return _show(request, standing, group_id, form.texts, faults=told, status=status)
    return go(Shelf.DOCUMENTS.path(OUT_OF_SCOPE), "guardado")


def _label(fault: Fault) -> str:
    """«groups.3.examples.0» as «Así lo preguntan 1»."""
    _, _, *rest = (*fault.field.split("."), "", "")
    number = f" {int(rest[1]) + 1}" if len(rest) > 1 and rest[1].isdecimal() else ""
    return f"{_LABELS[rest[0]]}{number}" if rest and rest[0] in _LABELS else ""


def _changed(groups: Sequence[Body], group_id: str, form: Posted) -> list[Body]:
    written = _written(form)
    if group_id == NEW:
        return [*groups, _new(groups, written)]
    if all(each["id"] != group_id for each in groups):
        raise Unknown(mark("there is nothing with this id"))
    if form.get("hacer") == "quitar":
        return [each for each in groups if each["id"] != group_id]
    return [_merged(each, written) if each["id"] == group_id else each for each in groups]


def _written(form: Posted) -> Body:
    lines = [line.strip() for line in form.get("examples").split("\n")]
    return {
        "title": form.get("title"),
        "refer": form.get("refer") or None,
        "examples": [*dict.fromkeys(filter(None, lines))],
    }


def _merged(group: Body, written: Body) -> Body:
    return {name: value for name, value in {**group, **written}.items() if value is not None}


def _new(groups: Sequence[Body], written: Body) -> Body:
    group_id = to_id(written)
    if not group_id or any(each["id"] == group_id for each in groups):
        message = mark("there is already a group with this title, or it has no letters")
        raise Invalid([Fault("groups.0.title", message)])
    return _merged({"id": group_id, "distance": "near"}, written)
