"""What the bot does not answer: groups of examples, edited here and approved like an entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import catalogue, drafts, inbox
from health_navigator.admin.bodies import OUT_OF_SCOPE, Body
from health_navigator.admin.drafts import Standing
from health_navigator.admin.inbox import Verdict
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import Conflict, Fault, Invalid, Unknown
from health_navigator.admin.rights import Person
from health_navigator.admin.web import differences
from health_navigator.admin.web.dependencies import Door, Editor, Form, Posted, Query, Reader
from health_navigator.admin.web.differences import FieldChange
from health_navigator.admin.web.editor import to_id
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.i18n import mark
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.store import digest

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
async def new_group(request: Request, _: Editor, asked: Query, office: Door) -> Response:
    """An empty form, or one with the questions of a group that found no answer."""
    texts: dict[str, str] = {}
    group = asked.get("grupo")
    if group:
        found = await inbox.get_group(office.database, group)
        texts = {"grupo": group, "examples": "\n".join(inbox.usable(found))}
    return _show(request, await office.transact(_standing), NEW, texts, _UNSEEN)


@router.get("/{group_id}")
async def edit(group_id: str, request: Request, _: Reader, office: Door) -> Response:
    standing = await office.transact(_standing)
    group = _get(standing, group_id)
    texts = {**group, "examples": "\n".join(group["examples"])}
    return _show(request, standing, group_id, texts, digest(group))


def _get(standing: Standing, group_id: str) -> Body:
    group = _find(standing, group_id)
    if group is None:
        raise Unknown(mark("there is nothing with this id"))
    return group


def _find(standing: Standing, group_id: str) -> Body | None:
    return next((each for each in _groups(standing) if each["id"] == group_id), None)


# What the form of a new group has seen.
_UNSEEN = ""


def _show(
    request: Request,
    standing: Standing,
    group_id: str,
    texts: Mapping[str, Any],
    seen: str,
    *,
    faults: Sequence[tuple[str, Fault]] = (),
    theirs: Sequence[FieldChange] | None = None,
    status: int = 200,
) -> Response:
    return render(
        request,
        "scope.html",
        status=status,
        standing=standing,
        group_id=group_id,
        texts=texts,
        seen=seen,
        faults=faults,
        theirs=theirs,
        label_of=lambda _, name: _LABELS.get(name, name),
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
    unanswered = form.get("grupo")
    asked = await inbox.get_group(office.database, unanswered) if unanswered else None

    async def work(session: AsyncSession) -> None:
        standing = await _standing(session)
        _refuse_what_was_not_seen(standing, group_id, form)
        sent = {"groups": _changed(_groups(standing), group_id, form)}
        saved = await drafts.save(
            session, person, ItemKind.DOCUMENT, OUT_OF_SCOPE, sent, standing.tag
        )
        if asked is not None:
            await inbox.settle(session, person, asked, Verdict.OUT_OF_SCOPE, saved.about)

    try:
        await office.transact(work)
    except Invalid as refusal:
        return await _show_wrong(request, office, group_id, form, refusal.faults)
    except Conflict as conflict:
        return await _show_conflict(request, office, group_id, form, conflict)
    return go(Shelf.DOCUMENTS.path(OUT_OF_SCOPE), "guardado")


def _refuse_what_was_not_seen(standing: Standing, group_id: str, form: Posted) -> None:
    """Only the group itself counts: who works on another one is in nobody's way."""
    if group_id == NEW:
        return
    group = _find(standing, group_id)
    if group is None:
        message = mark("somebody took this group out meanwhile: save it as a new one, or leave it")
        raise Conflict(message, _written(form), {})
    if form.get("visto") != digest(group):
        message = mark("somebody changed this meanwhile: compare both versions and save again")
        raise Conflict(message, _written(form), group)


async def _show_wrong(
    request: Request, office: Office, group_id: str, form: Posted, faults: Sequence[Fault]
) -> Response:
    standing = await office.transact(_standing)
    told = [(_label(fault), fault) for fault in faults]
    seen = form.get("visto")
    return _show(request, standing, group_id, form.texts, seen, faults=told, status=422)


async def _show_conflict(
    request: Request, office: Office, group_id: str, form: Posted, conflict: Conflict
) -> Response:
    """Both versions; of a group that is gone, the text as that of a new one."""
    standing = await office.transact(_standing)
    told = [("", Fault("-", conflict.message))]
    group = conflict.theirs
    if not group:
        return _show(request, standing, NEW, form.texts, _UNSEEN, faults=told, status=409)
    theirs = differences.changes(group, _merged({**group}, {**conflict.yours}))
    texts, seen = form.texts, digest({**group})
    return _show(request, standing, group_id, texts, seen, faults=told, theirs=theirs, status=409)


def _label(fault: Fault) -> str:
    """«groups.3.examples.0» as «Así lo preguntan 1»."""
    _, _, *rest = (*fault.field.split("."), "", "")
    number = f" {int(rest[1]) + 1}" if len(rest) > 1 and rest[1].isdecimal() else ""
    return f"{_LABELS[rest[0]]}{number}" if rest and rest[0] in _LABELS else ""


def _changed(groups: Sequence[Body], group_id: str, form: Posted) -> list[Body]:
    written = _written(form)
    if group_id == NEW:
        return [*groups, _new(groups, written)]
    if form.get("hacer") == "quitar":
        return [each for each in groups if each["id"] != group_id]
    keeps_both = form.get("hacer") == "juntar"
    return [
        _merged(each, _joined(each, written) if keeps_both else written)
        if each["id"] == group_id
        else each
        for each in groups
    ]


def _joined(group: Body, written: Body) -> Body:
    """What was written, with the examples that somebody else has beside one's own."""
    return {**written, "examples": inbox.with_new(group["examples"], written["examples"])}


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
