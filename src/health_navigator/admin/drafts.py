"""Changes before they are live: saved, submitted, rejected, published with four eyes, retired.

An item has at most one open draft. Every function acts for a person and leaves an audit record;
the caller opens the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, bodies
from health_navigator.admin.audit import About
from health_navigator.admin.bodies import Body
from health_navigator.admin.refusals import Conflict, Fault, Invalid, NotAllowed, NotNow, Unknown
from health_navigator.admin.rights import Person, Right
from health_navigator.admin.tables import Comment, Draft
from health_navigator.clock import today
from health_navigator.db import in_batches
from health_navigator.i18n import mark
from health_navigator.knowledge import store
from health_navigator.knowledge.models import ItemKind
from health_navigator.knowledge.tables import Item, Origin, Revision

_LONGEST_AUTHORS = 64
_LONGEST_SPAN = timedelta(days=730)


class State(StrEnum):
    """Where an item stands: that of its open draft, else that of what is published."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"
    PUBLISHED = "published"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Standing:
    """An item as it stands: what is published, and the draft that is open."""

    kind: ItemKind
    id: str
    item: Item | None
    draft: Draft | None

    @property
    def state(self) -> State:
        return state_of(self.draft, self.item)

    @property
    def body(self) -> Body:
        if self.draft is not None:
            return self.draft.body
        return self.item.body if self.item is not None else {}

    @property
    def number(self) -> int:
        """The published revision; 0 for what was never published."""
        return self.item.number if self.item else 0

    @property
    def tag(self) -> str:
        """Changes with every save and every publication; who sends it says what she has seen."""
        return f"{self.number}.{self.draft.version if self.draft else 0}"

    @property
    def about(self) -> About:
        return About(self.kind, self.id)


class _Published(Protocol):
    @property
    def retired(self) -> bool: ...


def state_of(draft: Draft | None, published: _Published | None) -> State:
    if draft is not None:
        return State(draft.state)
    return State.RETIRED if published is None or published.retired else State.PUBLISHED


async def look(session: AsyncSession, kind: ItemKind, item_id: str) -> Standing:
    """How an item stands, also one that does not exist yet; raises Unknown for what is no id."""
    if not bodies.is_id(kind, item_id):
        raise Unknown(mark("there is nothing with this id"))
    item = await session.get(Item, (kind, item_id))
    return Standing(kind, item_id, item, await session.get(Draft, (kind, item_id)))


async def look_at_all(
    session: AsyncSession, kind: ItemKind, ids: Iterable[str]
) -> dict[str, Standing]:
    """How many items stand, also those that do not exist yet, in a few statements."""
    wanted = [*dict.fromkeys(ids)]
    items: dict[str, Item] = {}
    drafts: dict[str, Draft] = {}
    for some in in_batches(wanted):
        of_items = select(Item).where(Item.kind == kind, Item.id.in_(some))
        of_drafts = select(Draft).where(Draft.kind == kind, Draft.id.in_(some))
        items |= {row.id: row for row in await session.scalars(of_items)}
        drafts |= {row.id: row for row in await session.scalars(of_drafts)}
    return {each: Standing(kind, each, items.get(each), drafts.get(each)) for each in wanted}


async def get_standing(session: AsyncSession, kind: ItemKind, item_id: str) -> Standing:
    standing = await look(session, kind, item_id)
    if standing.item is None and standing.draft is None:
        raise Unknown(mark("there is nothing with this id"))
    return standing


async def get_draft(session: AsyncSession, kind: ItemKind, item_id: str) -> tuple[Standing, Draft]:
    standing = await get_standing(session, kind, item_id)
    if standing.draft is None:
        raise NotNow(mark("there is no open draft: change something first"))
    return standing, standing.draft


async def save(
    session: AsyncSession,
    person: Person,
    kind: ItemKind,
    item_id: str,
    sent: Mapping[str, Any],
    seen: str | None = None,
    *,
    unfinished: bool = False,
) -> Standing:
    """Write the open draft, or begin one. `seen` is the tag of what the person edited.

    `unfinished`: something may still be missing; it must be there before it is submitted.
    """
    person.need(Right.EDIT)
    if not bodies.is_id(kind, item_id):
        raise Invalid(
            [Fault("id", mark("write small letters without accents, numbers and hyphens"))]
        )
    standing = await look(session, kind, item_id)
    _refuse_what_was_not_seen(standing, person, seen, sent)
    known = await bodies.known_ids(session)
    check = bodies.parked if unfinished else bodies.checked
    body = check(kind, item_id, bodies.merged(standing.body, sent), known)
    audit.record(session, person, f"{kind}.save", standing.about, before=standing.body, after=body)
    return await _write(session, person, standing, body)


async def _write(session: AsyncSession, person: Person, standing: Standing, body: Body) -> Standing:
    written = _written(session, person, standing, body)
    await session.flush()
    return written


def _written(session: AsyncSession, person: Person, standing: Standing, body: Body) -> Standing:
    draft = standing.draft
    if draft is None:
        draft = Draft(kind=standing.kind, id=standing.id, authors=[])
        session.add(draft)
    draft.body, draft.based_on = body, standing.number
    draft.authors = [*(name for name in draft.authors if name != person.name), person.name]
    draft.state, draft.updated_at = State.DRAFT, datetime.now(UTC)
    return Standing(standing.kind, standing.id, standing.item, draft)


async def propose(
    session: AsyncSession, person: Person, changes: Iterable[tuple[Standing, Body]]
) -> None:
    """Bodies that were checked, in review at once: thousands of them go in together."""
    for standing, body in changes:
        kind, before = standing.kind, standing.body
        audit.record(session, person, f"{kind}.save", standing.about, before=before, after=body)
        written = _written(session, person, standing, body)
        if written.draft is not None:
            _move(written.draft, State.IN_REVIEW, None)
        audit.record(session, person, f"{kind}.submit", standing.about)
    await session.flush()


def _refuse_what_was_not_seen(
    standing: Standing, person: Person, seen: str | None, sent: Mapping[str, Any]
) -> None:
    if seen is not None and seen != standing.tag:
        raise _conflict(sent, standing)
    if seen is None and standing.draft is not None:
        # Nothing says what she edited: only her own latest words may be written over.
        is_own = standing.draft.authors[-1:] == [person.name]
        if not is_own or standing.draft.based_on != standing.number:
            raise _conflict(sent, standing)


def _conflict(sent: Mapping[str, Any], standing: Standing) -> Conflict:
    message = mark("somebody changed this meanwhile: compare both versions and save again")
    return Conflict(message, sent, standing.body)


async def submit(session: AsyncSession, person: Person, kind: ItemKind, item_id: str) -> Standing:
    """Ask for approval of what is whole; raises Invalid with what is missing."""
    person.need(Right.EDIT)
    standing, draft = await get_draft(session, kind, item_id)
    if draft.state == State.IN_REVIEW:
        raise NotNow(mark("this is already in review"))
    draft.body = bodies.checked(kind, item_id, draft.body, await bodies.known_ids(session))
    _move(draft, State.IN_REVIEW, None)
    audit.record(session, person, f"{kind}.submit", standing.about)
    await session.flush()
    return standing


async def reject(
    session: AsyncSession, person: Person, kind: ItemKind, item_id: str, reason: str
) -> Standing:
    """Send a change back to those who wrote it, and say why."""
    person.need(Right.APPROVE)
    standing, draft = await get_draft(session, kind, item_id)
    _need_review(draft)
    _move(draft, State.REJECTED, reason)
    audit.record(session, person, f"{kind}.reject", standing.about, note=reason)
    await session.flush()
    return standing


def _move(draft: Draft, state: State, reason: str | None) -> None:
    draft.state, draft.reason, draft.updated_at = state, reason, datetime.now(UTC)


def _need_review(draft: Draft) -> None:
    if draft.state != State.IN_REVIEW:
        raise NotNow(mark("this is not in review: submit it first"))


async def discard(session: AsyncSession, person: Person, kind: ItemKind, item_id: str) -> None:
    """Throw the open draft away: one's own, or anybody's for those who approve."""
    person.need(Right.EDIT)
    standing, draft = await get_draft(session, kind, item_id)
    if draft.authors != [person.name]:
        person.need(Right.APPROVE)
    audit.record(session, person, f"{kind}.discard", standing.about, before=draft.body, after={})
    await session.delete(draft)
    await session.flush()


async def approvable(
    session: AsyncSession, person: Person, kind: ItemKind, item_id: str, *, four_eyes: bool
) -> tuple[Standing, Draft]:
    """The draft that the person may publish now; a refusal says why she may not."""
    person.need(Right.APPROVE)
    standing, draft = await get_draft(session, kind, item_id)
    _need_review(draft)
    if four_eyes and person.name in draft.authors:
        raise NotAllowed(mark("you wrote this change: somebody else must approve it"))
    if draft.based_on != standing.number:
        published = standing.item.body if standing.item else {}
        message = mark("another version was published meanwhile: compare both and save again")
        raise Conflict(message, draft.body, published)
    return standing, draft


async def publish(
    session: AsyncSession, person: Person, standing: Standing, draft: Draft, reason: str | None
) -> Item:
    """Make an approvable draft what the bot says; every process takes it up within seconds."""
    kind = ItemKind(draft.kind)
    draft.body = bodies.checked(kind, draft.id, draft.body, await bodies.known_ids(session))
    row = standing.item or store.new_item(kind, draft.id, await _last(session, kind), Origin.STAFF)
    before = standing.item.body if standing.item else {}
    authors = ", ".join(draft.authors)
    is_own = person.name in draft.authors
    store.publish(
        session,
        row,
        draft.body,
        author=authors[:_LONGEST_AUTHORS],
        approver=person.name,
        reason=reason,
    )
    await store.grow_version(session)
    note = "; ".join(part for part in (_ONE_PERSON if is_own else None, reason) if part)
    audit.record(
        session,
        person,
        f"{kind}.publish",
        standing.about,
        before=before,
        after=draft.body,
        note=note or None,
    )
    await session.delete(draft)
    await session.flush()
    return row


_ONE_PERSON = "four eyes are off: approved by an author"


async def _last(session: AsyncSession, kind: ItemKind) -> int:
    """The position after all others of the kind."""
    highest = await session.scalar(select(func.max(Item.position)).where(Item.kind == kind))
    return 0 if highest is None else highest + 1


async def retire(
    session: AsyncSession, person: Person, kind: ItemKind, item_id: str, reason: str | None
) -> Item:
    """Take an item off at once: one approver is enough to stop saying what may be wrong."""
    person.need(Right.APPROVE)
    if kind is ItemKind.DOCUMENT:
        # One of them is how danger is heard: without it, nobody in danger would be told so.
        raise NotAllowed(
            mark("nobody can retire this, the bot needs it: change what is wrong in it")
        )
    standing = await get_standing(session, kind, item_id)
    row = standing.item
    if row is None or row.retired:
        raise NotNow(mark("this is not published"))
    store.publish(session, row, row.body, author=person.name, reason=reason, retired=True)
    # The files still have it: what a person took off, only a person brings back.
    row.loaded_digest = None
    await store.grow_version(session)
    audit.record(session, person, f"{kind}.retire", standing.about, note=reason)
    await session.flush()
    return row


async def revert(
    session: AsyncSession, person: Person, kind: ItemKind, item_id: str, number: int
) -> Standing:
    """An earlier revision as a new draft: it goes live by the same way as any other change."""
    person.need(Right.EDIT)
    standing = await get_standing(session, kind, item_id)
    revision = await session.get(Revision, (kind, item_id, number))
    if revision is None:
        raise Unknown(mark("there is no such revision"))
    if standing.draft is not None:
        message = mark("there is an open draft: publish or discard it first")
        raise Conflict(message, revision.body, standing.draft.body)
    known = await bodies.known_ids(session)
    body = bodies.checked(kind, item_id, revision.body, known)
    audit.record(
        session,
        person,
        f"{kind}.revert",
        standing.about,
        before=standing.body,
        after=body,
        note=f"to revision {number}",
    )
    return await _write(session, person, standing, body)


async def verify_today(
    session: AsyncSession,
    person: Person,
    kind: ItemKind,
    item_id: str,
    source: Mapping[str, Any] | None = None,
) -> Standing:
    """Say that the published facts still hold: dated today, due again after as long as before.

    It is a change in review like any other. An open draft says something else, and stays.
    """
    standing = await get_standing(session, kind, item_id)
    _refuse_with_draft(standing)
    day = today()
    span = _span(standing.body)
    sent: Body = {"verified_on": day.isoformat(), "review_by": (day + span).isoformat()}
    if source is not None:
        sent["sources"] = _with_source(standing.body.get("sources", []), source)
    await save(session, person, kind, item_id, sent, standing.tag)
    return await submit(session, person, kind, item_id)


def _refuse_with_draft(standing: Standing) -> None:
    if standing.state is State.IN_REVIEW:
        raise NotNow(mark("this is already in review"))
    if standing.draft is not None:
        message = mark("there is an open draft by {names}: finish or discard it first")
        raise NotNow(message, names=", ".join(standing.draft.authors))


def _span(body: Body) -> timedelta:
    try:
        first, last = (datetime.fromisoformat(body[name]) for name in ("verified_on", "review_by"))
    except (KeyError, ValueError):
        raise Invalid([Fault("verified_on", mark("this has no date of review"))]) from None
    return min(last - first, _LONGEST_SPAN)


def _with_source(sources: list[Body], source: Mapping[str, Any]) -> list[Body]:
    """The sources with this one first; the same address replaces its older mention."""
    return [dict(source), *(each for each in sources if each.get("url") != source.get("url"))]


async def comment(
    session: AsyncSession, person: Person, kind: ItemKind, item_id: str, text: str
) -> Comment:
    person.need(Right.EDIT)
    standing = await get_standing(session, kind, item_id)
    row = Comment(
        kind=kind, item=item_id, author=person.name, text=text, written_at=datetime.now(UTC)
    )
    session.add(row)
    audit.record(session, person, f"{kind}.comment", standing.about)
    await session.flush()
    return row


async def comments(session: AsyncSession, kind: ItemKind, item_id: str) -> list[Comment]:
    statement = select(Comment).where(Comment.kind == kind, Comment.item == item_id)
    return [*await session.scalars(statement.order_by(Comment.id))]


async def drafts_of(session: AsyncSession, person: Person) -> list[Draft]:
    """The open drafts that a person wrote at."""
    rows = await session.scalars(select(Draft).order_by(Draft.kind, Draft.id))
    return [row for row in rows if person.name in row.authors]
