"""The form of an entry or a service: saved as a draft, shown again when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import bodies, drafts, inbox
from health_navigator.admin.api.dependencies import office_of
from health_navigator.admin.bodies import Body
from health_navigator.admin.drafts import Standing
from health_navigator.admin.office import Office
from health_navigator.admin.plain import plain
from health_navigator.admin.refusals import Conflict, Fault, Invalid
from health_navigator.admin.rights import Right
from health_navigator.admin.web import differences, fields, preview
from health_navigator.admin.web.dependencies import Door, Editor, Form, Posted, Query, Visitor
from health_navigator.admin.web.differences import FieldChange
from health_navigator.admin.web.fields import Filled
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.i18n import mark

NEW = ""
SAVE, SUBMIT = "guardar", "enviar"
_LONGEST_ID = 60
_FORM = re.compile(r"/admin/(entradas|servicios)/([a-z0-9-]+)/editar")
_NEW_FORMS = {shelf.new_path: shelf for shelf in (Shelf.ENTRIES, Shelf.SERVICES)}


@dataclass(frozen=True, slots=True)
class Place:
    """Which form: of an item, or of a new one (`id` is empty)."""

    shelf: Shelf
    id: str

    @property
    def path(self) -> str:
        return f"{self.shelf.path(self.id)}/editar" if self.id else self.shelf.new_path


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a form comes back: faults, and what somebody else wrote meanwhile.

    `gaps` do not keep a draft from being saved; `wants` is what was tried.
    """

    faults: Sequence[Fault] = ()
    gaps: Sequence[Fault] = ()
    wants: str = SAVE
    theirs: Sequence[FieldChange] | None = None
    by_field: Mapping[str, Sequence[Fault]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        faults: Sequence[Fault],
        *,
        wants: str = SAVE,
        theirs: Sequence[FieldChange] | None = None,
    ) -> Wrong:
        gaps = [each for each in faults if each.is_gap] if wants == SAVE else []
        blocking = [each for each in faults if each not in gaps]
        by_field: dict[str, list[Fault]] = {}
        for each in blocking:
            by_field.setdefault(each.field.split(".")[0], []).append(each)
        return cls(blocking, gaps, wants, theirs, by_field)


def form_at(path: str) -> Place | None:
    """The form that an address names, if any."""
    if path in _NEW_FORMS:
        return Place(_NEW_FORMS[path], NEW)
    found = _FORM.fullmatch(path)
    return Place(Shelf(found[1]), found[2]) if found else None


async def _standing(office: Office, place: Place) -> Standing:
    if not place.id:
        return Standing(place.shelf.kind, NEW, None, None)
    return await office.transact(
        lambda session: drafts.get_standing(session, place.shelf.kind, place.id)
    )


async def show(
    request: Request,
    place: Place,
    filled: Filled,
    posted: Posted,
    *,
    wrong: Wrong | None = None,
    is_unsaved: bool = False,
    status: int = 200,
) -> Response:
    """The form with what stands in it, and the advice beside it."""
    office = office_of(request)
    standing = await _standing(office, place)
    return render(
        request,
        "editor.html",
        status=status,
        place=place,
        standing=standing,
        seen=posted.get("visto") if wrong is None or wrong.theirs is None else standing.tag,
        item_id=posted.get("id"),
        group=posted.get("grupo"),
        sections=fields.sections_of(place.shelf.kind),
        filled=filled,
        topics=[(topic.id, topic.title) for topic in office.live.snapshot.topics],
        wrong=wrong or Wrong(),
        is_unsaved=is_unsaved or wrong is not None,
        advice=await preview.advise(office, standing, filled),
        label_of=fields.label_of,
        parts_of=filled.names_of_parts,
    )


async def reopen(request: Request, visitor: Visitor, place: Place, posted: Posted) -> Response:
    """The form as it was when the session ended."""
    visitor.person.need(Right.EDIT)
    filled = fields.from_posted(place.shelf.kind, posted)
    return await show(request, place, filled, posted, is_unsaved=True)


router = APIRouter(route_class=PageRoute)


@router.get("/{shelf}/{item_id}/editar")
async def edit(shelf: Shelf, item_id: str, request: Request, _: Editor, office: Door) -> Response:
    place = _place(shelf, item_id)
    standing = await _standing(office, place)
    filled = fields.from_body(shelf.kind, standing.body)
    return await show(request, place, filled, Posted({"visto": standing.tag}))


def _place(shelf: Shelf, item_id: str) -> Place:
    if not shelf.is_form:
        raise Invalid([Fault("-", mark("there is nothing with this id"))])
    return Place(shelf, item_id)


@router.post("/{shelf}/{item_id}/editar")
async def save(
    shelf: Shelf, item_id: str, request: Request, visitor: Editor, form: Form, office: Door
) -> Response:
    return await _take(request, visitor, office, _place(shelf, item_id), form)


@router.get("/nueva-entrada")
async def new_entry(request: Request, _: Editor, asked: Query, office: Door) -> Response:
    texts: dict[str, str] = {}
    group = asked.get("grupo") or ""
    if group:
        found = await inbox.get_group(office.database, group)
        texts["questions"] = "\n".join(found.texts)
    form = Posted({"grupo": group, "visto": _UNSEEN})
    return await show(request, Place(Shelf.ENTRIES, NEW), Filled(texts), form)


@router.get("/nuevo-servicio")
async def new_service(request: Request, _: Editor) -> Response:
    return await show(request, Place(Shelf.SERVICES, NEW), Filled(), Posted({"visto": _UNSEEN}))


@router.post("/nueva-entrada")
async def save_new_entry(request: Request, visitor: Editor, form: Form, office: Door) -> Response:
    return await _take(request, visitor, office, Place(Shelf.ENTRIES, NEW), form)


@router.post("/nuevo-servicio")
async def save_new_service(request: Request, visitor: Editor, form: Form, office: Door) -> Response:
    return await _take(request, visitor, office, Place(Shelf.SERVICES, NEW), form)


# The tag of an item that does not exist yet.
_UNSEEN = "0.0"


async def _take(
    request: Request, visitor: Visitor, office: Office, place: Place, form: Posted
) -> Response:
    """What was sent: only looked at, or saved, or saved and submitted."""
    kind = place.shelf.kind
    filled = fields.from_posted(kind, form)
    body, faults = fields.to_body(kind, filled)
    wants = form.get("hacer")
    if wants not in (SAVE, SUBMIT):
        return await _advice_or_form(request, place, filled, form)
    try:
        item_id = place.id or form.get("id") or to_id(body)
        if faults or not item_id:
            raise Invalid(await _all_faults(office, place, filled, item_id))
        saved = await _save(office, visitor, place, item_id, form, body)
    except Invalid as refusal:
        wrong = Wrong.of(refusal.faults, wants=wants)
        return await show(request, place, filled, form, wrong=wrong, status=422)
    except Conflict as conflict:
        return await _show_conflict(request, place, filled, form, conflict)
    if wants == SUBMIT:
        return go(place.shelf.path(saved.id), "enviado")
    gaps = bodies.gaps(kind, saved.id, saved.body)
    return go(Place(place.shelf, saved.id).path, "incompleto" if gaps else "guardado")


async def _advice_or_form(request: Request, place: Place, filled: Filled, form: Posted) -> Response:
    if not request.headers.get("X-Fragment"):
        return await show(request, place, filled, form, is_unsaved=True)
    office = office_of(request)
    advice = await preview.advise(office, await _standing(office, place), filled)
    return render(
        request, "advice.html", advice=advice, place=place, label_of=fields.label_of, wrong=Wrong()
    )


async def _all_faults(
    office: Office, place: Place, filled: Filled, item_id: str
) -> Sequence[Fault]:
    advice = await preview.advise(office, await _standing(office, place), filled)
    if item_id:
        return advice.faults
    message = mark("write a title or a short name: without one nothing can be saved")
    return (Fault("id", message), *advice.faults)


async def _save(
    office: Office, visitor: Visitor, place: Place, item_id: str, form: Posted, body: Body
) -> Standing:
    kind, person, group = place.shelf.kind, visitor.person, form.get("grupo")
    asked = await inbox.get_group(office.database, group) if group and not place.id else None

    async def work(session: AsyncSession) -> Standing:
        if asked is not None:
            saved = await inbox.begin_entry(session, person, asked, item_id, body, unfinished=True)
        else:
            saved = await drafts.save(
                session, person, kind, item_id, body, form.get("visto"), unfinished=True
            )
        if form.get("hacer") != SUBMIT:
            return saved
        return await drafts.submit(session, person, kind, item_id)

    return await office.transact(work)


def to_id(body: Body) -> str:
    """A short name from the title or the label: what stands in addresses and lists."""
    text = str(body.get("label") or body.get("title") or body.get("name") or "")
    slug = re.sub(r"[^a-z0-9]+", "-", plain(text)).strip("-")
    return slug[:_LONGEST_ID].strip("-")


async def _show_conflict(
    request: Request, place: Place, filled: Filled, form: Posted, conflict: Conflict
) -> Response:
    if not place.id:
        fault = Fault("id", mark("there is already an entry with this id"))
        wrong = Wrong.of([fault])
        return await show(request, place, filled, form, wrong=wrong, status=409)
    kind, yours = place.shelf.kind, bodies.merged(conflict.theirs, conflict.yours)
    theirs = differences.changes(
        fields.in_words(kind, conflict.theirs), fields.in_words(kind, yours)
    )
    wrong = Wrong.of([Fault("-", conflict.message)], theirs=theirs)
    return await show(request, place, filled, form, wrong=wrong, status=409)
