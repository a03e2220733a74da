"""One item: what is published and what is proposed, its review, its versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator import clock
from health_navigator.admin import advice, bodies, catalogue, drafts
from health_navigator.admin.api.dependencies import office_of
from health_navigator.admin.drafts import Standing, State
from health_navigator.admin.office import Office
from health_navigator.admin.refusals import Fault, Invalid
from health_navigator.admin.rights import Right
from health_navigator.admin.tables import Comment
from health_navigator.admin.web import differences, fields, hours_words, preview
from health_navigator.admin.web.dependencies import Door, Editor, Form, Posted, Reader, Visitor
from health_navigator.admin.web.differences import FieldChange
from health_navigator.admin.web.pages import go, render
from health_navigator.admin.web.route import PageRoute
from health_navigator.admin.web.shelves import Shelf
from health_navigator.i18n import mark
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.snapshot import Snapshot

router = APIRouter(route_class=PageRoute)

_MOST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Deeds:
    """What the visitor may do with the item now, and why not where she expects to."""

    edit: bool
    submit: bool
    examine: bool
    approve: bool
    reject: bool
    discard: bool
    retire: bool
    is_author: bool

    @classmethod
    def of(cls, visitor: Visitor, standing: Standing, *, four_eyes: bool, is_whole: bool) -> Deeds:
        state, draft = standing.state, standing.draft
        may_edit, may_approve = visitor.may(Right.EDIT), visitor.may(Right.APPROVE)
        authors = draft.authors if draft else []
        is_author = visitor.person.name in authors
        is_in_review = state is State.IN_REVIEW
        return cls(
            edit=may_edit and standing.kind is not ItemKind.DOCUMENT,
            submit=may_edit and is_whole and state in (State.DRAFT, State.REJECTED),
            examine=draft is not None and is_whole and standing.kind is not ItemKind.SERVICE,
            approve=is_in_review and may_approve and not (four_eyes and is_author),
            reject=is_in_review and may_approve,
            discard=draft is not None and (may_approve or authors == [visitor.person.name]),
            retire=may_approve and _can_be_retired(standing),
            is_author=is_author,
        )


def _can_be_retired(standing: Standing) -> bool:
    is_live = standing.item is not None and not standing.item.retired
    return is_live and standing.kind is not ItemKind.DOCUMENT


@router.get("/{shelf}/{item_id}")
async def item(shelf: Shelf, item_id: str, request: Request, visitor: Reader) -> Response:
    return await _show(request, visitor, shelf, item_id)


async def _show(
    request: Request,
    visitor: Visitor,
    shelf: Shelf,
    item_id: str,
    *,
    refusal: Invalid | None = None,
    findings: Mapping[str, Any] | None = None,
) -> Response:
    office = office_of(request)
    standing, comments, gaps = await office.transact(
        lambda session: _read(session, shelf.kind, item_id)
    )
    published = standing.item.body if standing.item and not standing.item.retired else {}
    topics = topics_of(office)
    return render(
        request,
        "item.html",
        status=422 if refusal else 200,
        shelf=shelf,
        standing=standing,
        title=title_of(standing),
        deeds=Deeds.of(visitor, standing, four_eyes=office.four_eyes, is_whole=not gaps),
        gaps=gaps,
        four_eyes=office.four_eyes,
        reply=_reply(office, standing),
        hours=_hours(standing),
        changes=_changes(shelf.kind, published, standing.body, topics) if standing.draft else (),
        is_new=not published,
        warnings=[*advice.warnings_for(shelf.kind, item_id, standing.body)],
        dangers=[*advice.dangers_of(shelf.kind, standing.body)],
        comments=comments,
        findings=findings,
        titles=_titles(office.live.snapshot),
        refusal=refusal,
        label_of=fields.label_of,
        asks_reason=refusal is not None and refusal.findings is not None,
        today=clock.today().isoformat(),
    )


def topics_of(office: Office) -> Mapping[str, str]:
    return {topic.id: topic.title for topic in office.live.snapshot.topics}


def _changes(
    kind: ItemKind, before: Mapping[str, Any], after: Mapping[str, Any], topics: Mapping[str, str]
) -> Sequence[FieldChange]:
    return differences.changes(
        fields.in_words(kind, before, topics), fields.in_words(kind, after, topics)
    )


async def _read(
    session: AsyncSession, kind: ItemKind, item_id: str
) -> tuple[Standing, list[Comment], Sequence[Fault]]:
    standing = await drafts.get_standing(session, kind, item_id)
    gaps = bodies.gaps(kind, item_id, standing.body) if standing.draft else ()
    return standing, await drafts.comments(session, kind, item_id), gaps


def title_of(standing: Standing) -> str:
    body = standing.body
    if standing.kind is ItemKind.DOCUMENT:
        return {"out_of_scope": "Lo que el bot no responde"}.get(standing.id, standing.id)
    return str(body.get("title") or body.get("name") or standing.id)


def _titles(knowledge: Snapshot) -> Mapping[str, str]:
    """What entries and groups out of scope are called."""
    entries = {each.id: each.title for each in knowledge.entries.values()}
    return entries | {each.id: each.title for each in knowledge.out_of_scope.values()}


def _reply(office: Office, standing: Standing) -> Any:  # noqa: ANN401  a Reply, or nothing
    if standing.kind is ItemKind.DOCUMENT:
        return None
    return preview.shown(office.live.snapshot, standing.kind, standing.id, standing.body)


def _hours(standing: Standing) -> Sequence[str] | None:
    hours = standing.body.get("hours")
    return hours_words.in_words(hours) if hours else None


@router.post("/{shelf}/{item_id}/enviar")
async def submit(shelf: Shelf, item_id: str, visitor: Editor, office: Door) -> Response:
    await office.transact(
        lambda session: drafts.submit(session, visitor.person, shelf.kind, item_id)
    )
    return go(shelf.path(item_id), "enviado")


@router.post("/{shelf}/{item_id}/comprobar")
async def examine(
    shelf: Shelf, item_id: str, request: Request, visitor: Reader, office: Door
) -> Response:
    """What publishing would break or take away, before anybody decides."""
    findings = await office.examine(visitor.person, shelf.kind, item_id)
    return await _show(request, visitor, shelf, item_id, findings=findings.to_json())


@router.post("/{shelf}/{item_id}/publicar")
async def publish(
    shelf: Shelf, item_id: str, request: Request, visitor: Editor, form: Form, office: Door
) -> Response:
    reason = form.get("motivo")[:_MOST_TEXT] or None
    try:
        await office.publish(visitor.person, shelf.kind, item_id, reason)
    except Invalid as refusal:
        findings = refusal.findings
        return await _show(request, visitor, shelf, item_id, refusal=refusal, findings=findings)
    return go(shelf.path(item_id), "publicado")


@router.post("/{shelf}/{item_id}/devolver")
async def reject(shelf: Shelf, item_id: str, visitor: Editor, form: Form, office: Door) -> Response:
    reason = _text(form)
    await office.transact(
        lambda session: drafts.reject(session, visitor.person, shelf.kind, item_id, reason)
    )
    return go(shelf.path(item_id), "devuelto")


def _text(form: Posted) -> str:
    text = form.get("texto")
    if not text:
        raise Invalid([Fault("-", mark("write something first"))])
    return text[:_MOST_TEXT]


@router.post("/{shelf}/{item_id}/comentar")
async def comment(
    shelf: Shelf, item_id: str, visitor: Editor, form: Form, office: Door
) -> Response:
    text = _text(form)
    await office.transact(
        lambda session: drafts.comment(session, visitor.person, shelf.kind, item_id, text)
    )
    return go(shelf.path(item_id), "comentado")


@router.post("/{shelf}/{item_id}/retirar")
async def retire(shelf: Shelf, item_id: str, visitor: Editor, form: Form, office: Door) -> Response:
    reason = _text(form)
    await office.transact(
        lambda session: drafts.retire(session, visitor.person, shelf.kind, item_id, reason)
    )
    return go(shelf.path(item_id), "retirado")


@router.post("/{shelf}/{item_id}/descartar")
async def discard(shelf: Shelf, item_id: str, visitor: Editor, office: Door) -> Response:
    async def work(session: AsyncSession) -> Standing:
        await drafts.discard(session, visitor.person, shelf.kind, item_id)
        return await drafts.look(session, shelf.kind, item_id)

    left = await office.transact(work)
    path = shelf.path(item_id) if left.item is not None else f"/admin/{shelf}"
    return go(path, "descartado")


@router.get("/{shelf}/{item_id}/versiones")
async def versions(
    shelf: Shelf, item_id: str, request: Request, _: Reader, office: Door
) -> Response:
    async def work(session: AsyncSession) -> Any:  # noqa: ANN401
        standing = await drafts.get_standing(session, shelf.kind, item_id)
        return standing, await catalogue.revisions(session, shelf.kind, item_id)

    standing, pairs = await office.transact(work)
    topics = topics_of(office)
    older: list[Mapping[str, Any]] = [*(row.body for row, _ in pairs[1:]), {}]
    rows = [
        (row, _changes(shelf.kind, before, row.body, topics))
        for (row, _), before in zip(pairs, older, strict=False)
    ]
    return render(
        request,
        "versions.html",
        shelf=shelf,
        standing=standing,
        title=title_of(standing),
        rows=rows,
        label_of=fields.label_of,
    )


@router.post("/{shelf}/{item_id}/volver/{number}")
async def revert(
    shelf: Shelf, item_id: str, number: int, visitor: Editor, office: Door
) -> Response:
    await office.transact(
        lambda session: drafts.revert(session, visitor.person, shelf.kind, item_id, number)
    )
    return go(shelf.path(item_id), "revertido")
