"""Entries, services and the list of what is out of scope: drafts, review, revisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from health_navigator.admin import catalogue, drafts
from health_navigator.admin.api import forms
from health_navigator.admin.api.dependencies import (
    Approver,
    Door,
    Editor,
    Limit,
    Number,
    Offset,
    Readable,
    Reader,
    Sent,
)
from health_navigator.admin.api.forms import EntryForm, Form, ServiceForm
from health_navigator.admin.catalogue import Order, Row, Wanted
from health_navigator.admin.drafts import Standing, State
from health_navigator.admin.office import Office
from health_navigator.admin.rights import Person
from health_navigator.admin.tables import Comment
from health_navigator.directory.models import Kind
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Revision
from health_navigator.provenance import Source

router = APIRouter(tags=["knowledge"])

Each = TypeVar("Each")
Reason = Annotated[str, Field(min_length=1, max_length=2_000)]
Unfinished = Annotated[
    bool, Query(description="Something may be missing yet; `draft.gaps` says what")
]
IfMatch = Annotated[str | None, Header(alias="If-Match", description="The ETag that was edited")]


class Shelf(StrEnum):
    ENTRIES = "entries"
    SERVICES = "services"
    DOCUMENTS = "documents"

    @property
    def kind(self) -> ItemKind:
        return _KINDS[self]


_KINDS = {
    Shelf.ENTRIES: ItemKind.ENTRY,
    Shelf.SERVICES: ItemKind.SERVICE,
    Shelf.DOCUMENTS: ItemKind.DOCUMENT,
}


class RowOut(BaseModel):
    """One line of a list; `group` is an entry's topic or a service's kind."""

    id: str
    title: str
    group: str
    state: State
    is_published: bool
    revision: int
    confidence: str | None
    verified_on: str | None
    review_by: str | None
    is_stale: bool
    status: str | None = Field(description="Whether a service is open; nothing for an entry")
    asked: int = Field(description="How often it was shown in the last 90 days")
    helped: int
    not_helped: int
    updated_at: str
    authors: list[str]


class RowsPage(BaseModel):
    items: list[RowOut]
    total: int


class PublishIn(Sent):
    reason: Reason | None = None


class RejectIn(Sent):
    reason: Reason


class VerifyIn(Sent):
    source: Source | None = None


class CommentIn(Sent):
    text: Reason


class PublishedOut(BaseModel):
    id: str
    revision: int
    state: State
    findings: dict[str, Any] | None = Field(None, description="What it breaks, steals or repeats")


class ChangeOut(BaseModel):
    field: str
    before: Any
    after: Any
    removed: list[str]
    added: list[str]


class RevisionOut(BaseModel):
    number: int
    author: str
    approver: str | None
    reason: str | None
    published_at: datetime
    retired: bool
    changes: list[ChangeOut]
    body: dict[str, Any]


class RevisionsPage(BaseModel):
    items: list[RevisionOut]
    total: int


class CommentOut(BaseModel):
    id: int
    author: str
    text: str
    written_at: datetime


class CommentsPage(BaseModel):
    items: list[CommentOut]
    total: int


def page(rows: Sequence[Each], limit: int, offset: int) -> Sequence[Each]:
    return rows[offset : offset + limit]


@dataclass(frozen=True, slots=True)
class Listed:
    """What both lists may be asked for."""

    search: Readable | None = None
    state: State | None = None
    stale: bool | None = None
    uncertain: bool | None = None
    order: Order = Order.ID
    limit: Limit = 100
    offset: Offset = 0

    async def rows(self, office: Office, kind: ItemKind, group: str | None) -> RowsPage:
        wanted = Wanted(self.search, group, self.state, self.stale, self.uncertain, self.order)
        rows = await office.transact(
            lambda session: catalogue.find_rows(session, office.cards, kind, wanted)
        )
        items = [to_row_out(row) for row in page(rows, self.limit, self.offset)]
        return RowsPage(items=items, total=len(rows))


Asked = Annotated[Listed, Depends()]


@router.get("/entries", summary="Entries as the staff see them")
async def list_entries(_: Reader, office: Door, asked: Asked, topic: str | None = None) -> RowsPage:
    return await asked.rows(office, ItemKind.ENTRY, topic)


@router.get("/services", summary="Services as the staff see them")
async def list_services(
    _: Reader, office: Door, asked: Asked, kind: Kind | None = None
) -> RowsPage:
    return await asked.rows(office, ItemKind.SERVICE, kind)


def to_row_out(row: Row) -> RowOut:
    fields = asdict(row)
    return RowOut(revision=fields.pop("number"), **fields)


@router.get(
    "/entries/{item_id}/draft",
    response_model=EntryForm,
    response_model_exclude_none=True,
    summary="The open draft, or what is published",
)
async def get_entry_draft(item_id: str, _: Reader, office: Door) -> Response:
    return await _shown(office, ItemKind.ENTRY, item_id)


@router.get(
    "/services/{item_id}/draft",
    response_model=ServiceForm,
    response_model_exclude_none=True,
    summary="The open draft, or what is published",
)
async def get_service_draft(item_id: str, _: Reader, office: Door) -> Response:
    return await _shown(office, ItemKind.SERVICE, item_id)


@router.get("/documents/{item_id}/draft", summary="The open draft, or what is published")
async def get_document_draft(item_id: str, _: Reader, office: Door) -> Response:
    return await _shown(office, ItemKind.DOCUMENT, item_id)


async def _shown(office: Office, kind: ItemKind, item_id: str) -> Response:
    standing = await office.transact(lambda session: drafts.get_standing(session, kind, item_id))
    return await _tagged(standing)


async def _tagged(standing: Standing) -> Response:
    """As it stands, also where something is missing yet that the form's model asks for."""
    return JSONResponse(await forms.to_json(standing), headers={"ETag": f'"{standing.tag}"'})


@router.put(
    "/entries/{item_id}/draft",
    response_model=EntryForm,
    response_model_exclude_none=True,
    summary="Write the open draft, or begin one",
)
async def put_entry_draft(
    item_id: str,
    form: EntryForm,
    person: Editor,
    office: Door,
    if_match: IfMatch = None,
    unfinished: Unfinished = False,
) -> Response:
    """Fields that are left out stay as they are. A new id makes a new entry."""
    saving = _Saving(person, ItemKind.ENTRY, item_id, form, if_match, unfinished)
    return await _saved(office, saving)


@router.put(
    "/services/{item_id}/draft",
    response_model=ServiceForm,
    response_model_exclude_none=True,
    summary="Write the open draft, or begin one",
)
async def put_service_draft(
    item_id: str,
    form: ServiceForm,
    person: Editor,
    office: Door,
    if_match: IfMatch = None,
    unfinished: Unfinished = False,
) -> Response:
    """Fields that are left out stay as they are. A new id makes a new service."""
    saving = _Saving(person, ItemKind.SERVICE, item_id, form, if_match, unfinished)
    return await _saved(office, saving)


@dataclass(frozen=True, slots=True)
class _Saving:
    """What a PUT asks for."""

    person: Person
    kind: ItemKind
    item_id: str
    form: Form
    if_match: str | None
    unfinished: bool


async def _saved(office: Office, asked: _Saving) -> Response:
    forms.check_id(asked.form, asked.item_id)
    standing = await office.transact(
        lambda session: drafts.save(
            session,
            asked.person,
            asked.kind,
            asked.item_id,
            asked.form.body(),
            forms.tag_seen(asked.form, asked.if_match),
            unfinished=asked.unfinished,
        )
    )
    return await _tagged(standing)


@router.delete("/{shelf}/{item_id}/draft", status_code=204, summary="Throw the open draft away")
async def discard(shelf: Shelf, item_id: str, person: Editor, office: Door) -> None:
    await office.transact(lambda session: drafts.discard(session, person, shelf.kind, item_id))


@router.post("/{shelf}/{item_id}/submit", summary="Ask for approval")
async def submit(shelf: Shelf, item_id: str, person: Editor, office: Door) -> PublishedOut:
    return to_published(
        await office.transact(lambda session: drafts.submit(session, person, shelf.kind, item_id))
    )


@router.post("/{shelf}/{item_id}/reject", summary="Send back to its authors, with a reason")
async def reject(
    shelf: Shelf, item_id: str, body: RejectIn, person: Approver, office: Door
) -> PublishedOut:
    return to_published(
        await office.transact(
            lambda session: drafts.reject(session, person, shelf.kind, item_id, body.reason)
        )
    )


@router.post("/{shelf}/{item_id}/publish", summary="Approve; live within seconds")
async def publish(
    shelf: Shelf, item_id: str, person: Approver, office: Door, body: PublishIn | None = None
) -> PublishedOut:
    """Never by an author of the change. What it breaks or steals needs a `reason`."""
    reason = body.reason if body else None
    row, findings = await office.publish(person, shelf.kind, item_id, reason)
    return PublishedOut(
        id=row.id, revision=row.number, state=State.PUBLISHED, findings=findings.to_json()
    )


@router.get("/{shelf}/{item_id}/findings", summary="What publishing would break, steal or repeat")
async def findings(shelf: Shelf, item_id: str, person: Reader, office: Door) -> dict[str, Any]:
    return (await office.examine(person, shelf.kind, item_id)).to_json()


@router.post("/{shelf}/{item_id}/retire", summary="Take off at once")
async def retire(
    shelf: Shelf, item_id: str, person: Approver, office: Door, body: PublishIn | None = None
) -> PublishedOut:
    """Entries and services only: without a document the bot would no longer hear danger."""
    reason = body.reason if body else None
    row = await office.transact(
        lambda session: drafts.retire(session, person, shelf.kind, item_id, reason)
    )
    return PublishedOut(id=row.id, revision=row.number, state=State.RETIRED)


@router.post("/{shelf}/{item_id}/verify", summary="The facts still hold today; in review")
async def verify(
    shelf: Shelf, item_id: str, person: Editor, office: Door, body: VerifyIn | None = None
) -> PublishedOut:
    """Dated today, due again after as long as before; the source, if given, comes first."""
    source = body.source.model_dump(mode="json") if body and body.source else None
    return to_published(
        await office.transact(
            lambda session: drafts.verify_today(session, person, shelf.kind, item_id, source)
        )
    )


@router.get("/{shelf}/{item_id}/revisions", summary="Every published version, newest first")
async def revisions(
    shelf: Shelf, item_id: str, _: Reader, office: Door, limit: Limit = 100, offset: Offset = 0
) -> RevisionsPage:
    await office.transact(lambda session: drafts.get_standing(session, shelf.kind, item_id))
    pairs = await office.transact(lambda session: catalogue.revisions(session, shelf.kind, item_id))
    items = [to_revision_out(*pair) for pair in page(pairs, limit, offset)]
    return RevisionsPage(items=items, total=len(pairs))


def to_revision_out(row: Revision, changes: Sequence[catalogue.Change]) -> RevisionOut:
    return RevisionOut(
        number=row.number,
        author=row.author,
        approver=row.approver,
        reason=row.reason,
        published_at=row.published_at,
        retired=row.retired,
        changes=[ChangeOut(**asdict(change)) for change in changes],
        body=row.body,
    )


@router.post("/{shelf}/{item_id}/revert/{number}", summary="An earlier version as a new draft")
async def revert(
    shelf: Shelf, item_id: str, number: Number, person: Editor, office: Door
) -> PublishedOut:
    """It goes live as any change does: submitted, then approved by somebody else."""
    return to_published(
        await office.transact(
            lambda session: drafts.revert(session, person, shelf.kind, item_id, number)
        )
    )


@router.get("/{shelf}/{item_id}/comments", summary="What was said about the change")
async def get_comments(shelf: Shelf, item_id: str, _: Reader, office: Door) -> CommentsPage:
    await office.transact(lambda session: drafts.get_standing(session, shelf.kind, item_id))
    rows = await office.transact(lambda session: drafts.comments(session, shelf.kind, item_id))
    return CommentsPage(items=[to_comment_out(row) for row in rows], total=len(rows))


@router.post("/{shelf}/{item_id}/comments", status_code=201, summary="Say something about it")
async def post_comment(
    shelf: Shelf, item_id: str, body: CommentIn, person: Editor, office: Door
) -> CommentOut:
    return to_comment_out(
        await office.transact(
            lambda session: drafts.comment(session, person, shelf.kind, item_id, body.text)
        )
    )


def to_comment_out(row: Comment) -> CommentOut:
    return CommentOut(id=row.id, author=row.author, text=row.text, written_at=row.written_at)


def to_published(standing: Standing) -> PublishedOut:
    return PublishedOut(id=standing.id, revision=standing.number, state=standing.state)
