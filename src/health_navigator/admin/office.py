"""What the staff's doors need of the program, and the actions that need more than a transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from health_navigator.admin import drafts, guard
from health_navigator.admin.guard import Findings
from health_navigator.admin.refusals import Fault, Invalid, NotNow
from health_navigator.admin.rights import Person, Right
from health_navigator.admin.tables import Draft
from health_navigator.db import Database
from health_navigator.i18n import mark
from health_navigator.knowledge import store
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.knowledge.tables import Item, ItemKind

Result = TypeVar("Result")
Build = Callable[[int, Sequence[StoredItem]], Snapshot]
# Services are found by kind and place: they take no question from an entry.
_GUARDED = (ItemKind.ENTRY, ItemKind.DOCUMENT)
_FINDING = ("title", "questions", "answer", "pinned", "expires_on")


@dataclass(slots=True)
class Office:
    """Built once by the program. `build` compiles a snapshot, with the process's encoder."""

    database: Database
    live: LiveKnowledge
    build: Build
    keys: Sequence[bytes]
    four_eyes: bool = True
    # Compiling takes a core for seconds: one at a time, and the last one is kept for the next try.
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)
    _trial: tuple[object, Snapshot] | None = None

    async def transact(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Run work in one transaction. Where somebody was faster it runs once more, and sees it."""
        try:
            async with self.database.session() as session:
                return await work(session)
        except (StaleDataError, IntegrityError):
            async with self.database.session() as session:
                return await work(session)

    async def trial(self, person: Person) -> Snapshot:
        """The knowledge with the person's own drafts in it."""
        async with self.database.session() as session:
            items = await store.published(session)
            own = await drafts.drafts_of(session, person)
            version = await store.version(session)
        if not own:
            return self.live.snapshot
        key = (version, tuple((row.kind, row.id, row.version, row.updated_at) for row in own))
        return await self._build_once(key, guard.with_bodies(items, [*map(to_stored, own)]))

    async def _build_once(self, key: object, items: Sequence[StoredItem]) -> Snapshot:
        async with self._building:
            if self._trial is None or self._trial[0] != key:
                snapshot = await asyncio.to_thread(self.build, -1, items)
                self._trial = (key, snapshot)
            return self._trial[1]

    async def examine(self, person: Person, kind: ItemKind, item_id: str) -> Findings:
        """What publishing the open draft would break or steal."""
        person.need(Right.READ)
        async with self.database.session() as session:
            _, draft = await drafts.get_draft(session, kind, item_id)
            items = await store.published(session)
            version = await store.version(session)
        return await self._examine(version, items, draft)

    async def _examine(self, version: int, items: Sequence[StoredItem], draft: Draft) -> Findings:
        if draft.kind not in _GUARDED or not _is_asked_for(items, draft):
            return Findings()
        key = (version, ((draft.kind, draft.id, draft.version, draft.updated_at),))
        proposed = await self._build_once(key, guard.with_bodies(items, [to_stored(draft)]))
        entry = draft.id if draft.kind == ItemKind.ENTRY else None
        return await asyncio.to_thread(guard.examine, self.live.snapshot, proposed, entry)

    async def publish(
        self, person: Person, kind: ItemKind, item_id: str, reason: str | None
    ) -> tuple[Item, Findings]:
        """Publish the draft in review; what it breaks or steals needs the approver's reason."""
        async with self.database.session() as session:
            _, draft = await drafts.approvable(
                session, person, kind, item_id, four_eyes=self.four_eyes
            )
            items = await store.published(session)
            version = await store.version(session)
        findings = await self._examine(version, items, draft)
        if findings.need_a_reason and not reason:
            raise _needs_reason(findings)
        examined = draft.version

        async def work(session: AsyncSession) -> Item:
            standing, draft = await drafts.approvable(
                session, person, kind, item_id, four_eyes=self.four_eyes
            )
            if draft.version != examined:
                raise NotNow(mark("somebody changed this meanwhile: look at it again"))
            return await drafts.publish(session, person, standing, draft, reason)

        return await self.transact(work), findings


def _is_asked_for(items: Sequence[StoredItem], draft: Draft) -> bool:
    """Whether the draft changes anything by which questions find their entry."""
    bodies = (item.body for item in items if (item.kind, item.id) == (draft.kind, draft.id))
    before = next(bodies, None)
    if before is None or draft.kind != ItemKind.ENTRY:
        return True
    return any(before.get(name) != draft.body.get(name) for name in _FINDING)


def _needs_reason(findings: Findings) -> Invalid:
    message = mark(
        "this change breaks {breaks} pinned questions and takes {thefts} from other entries: "
        "change it, or give a reason to publish it all the same"
    )
    values = {"breaks": len(findings.breaks), "thefts": len(findings.thefts)}
    return Invalid([Fault("reason", message, values)], findings.to_json())


def to_stored(draft: Draft) -> StoredItem:
    """A draft as if it were published, after all others."""
    return StoredItem(ItemKind(draft.kind), draft.id, 1_000_000, draft.body)
