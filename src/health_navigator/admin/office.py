"""What the staff's pages and API need of the program, and actions beyond one transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from health_navigator.admin import bodies, drafts, guard
from health_navigator.admin.bodies import OUT_OF_SCOPE
from health_navigator.admin.catalogue import Cards
from health_navigator.admin.guard import Asked, Findings
from health_navigator.admin.refusals import Fault, Invalid, NotNow
from health_navigator.admin.rights import Person, Right
from health_navigator.admin.tables import Draft
from health_navigator.db import Database
from health_navigator.i18n import mark
from health_navigator.knowledge import store
from health_navigator.knowledge.builder import SnapshotBuilder
from health_navigator.knowledge.files import StoredItem
from health_navigator.knowledge.live import LiveKnowledge
from health_navigator.knowledge.models import Entry, ItemKind, LexiconFile, OutOfScopeFile
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.knowledge.tables import Item

Result = TypeVar("Result")
Concepts = Mapping[str, Sequence[str]]
# Services are found by kind and place: they take no question from an entry.
_FINDING = ("title", "questions", "answer", "pinned", "expires_on")


@dataclass(frozen=True, slots=True)
class Trial:
    """A knowledge to try; `left_out` are drafts that are unfinished."""

    snapshot: Snapshot
    left_out: tuple[str, ...]


@dataclass(slots=True)
class Office:
    """Built once by the program. `builder` compiles knowledge, with the process's encoder."""

    database: Database
    live: LiveKnowledge
    builder: SnapshotBuilder
    keys: Sequence[bytes]
    four_eyes: bool = True
    cards: Cards = field(default_factory=Cards)
    # Compiling takes a core for seconds: one at a time, and the last one is kept for the next try.
    _building: asyncio.Lock = field(default_factory=asyncio.Lock)
    _trial: tuple[object, Snapshot] | None = None
    _examination: tuple[Snapshot, object, Findings] | None = None
    _asked: tuple[Snapshot, Asked] | None = None

    async def transact(self, work: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
        """Run work in one transaction. Where somebody was faster it runs once more, and sees it."""
        try:
            async with self.database.session() as session:
                return await work(session)
        except (StaleDataError, IntegrityError):
            async with self.database.session() as session:
                return await work(session)

    async def trial(self, person: Person) -> Trial:
        """The knowledge with the person's own drafts in it, those that are whole."""
        async with self.database.session() as session:
            items = await store.published(session)
            own = await drafts.drafts_of(session, person)
            version = await store.version(session)
        whole = [row for row in own if not bodies.gaps(ItemKind(row.kind), row.id, row.body)]
        left_out = tuple(row.id for row in own if row not in whole)
        if not whole:
            return Trial(self.live.snapshot, left_out)
        key = (version, tuple((row.kind, row.id, row.version, row.updated_at) for row in whole))
        return Trial(await self._build_once(key, _with_drafts(items, whole)), left_out)

    async def _build_once(self, key: object, items: Sequence[StoredItem]) -> Snapshot:
        async with self._building:
            if self._trial is None or self._trial[0] != key:
                snapshot = await asyncio.to_thread(self.builder.build, -1, items)
                self._trial = (key, snapshot)
            return self._trial[1]

    async def asked(self) -> Asked:
        """The questions of the knowledge in use, ready to be compared with new ones."""
        live = self.live.snapshot
        if self._asked is None or self._asked[0] is not live:
            self._asked = (live, await asyncio.to_thread(Asked.of, live))
        return self._asked[1]

    async def examine(self, person: Person, kind: ItemKind, item_id: str) -> Findings:
        """What publishing the open draft would break or steal."""
        person.need(Right.READ)
        async with self.database.session() as session:
            _, draft = await drafts.get_draft(session, kind, item_id)
            bodies.checked(kind, item_id, draft.body, await bodies.known_ids(session))
            concepts = await _concepts_if_asked_for(session, draft)
        return await self._examined(draft, concepts)

    async def _examined(self, draft: Draft, concepts: Concepts | None) -> Findings:
        # Outside any transaction: learning takes seconds, and must hold no connection meanwhile.
        if concepts is None:
            return Findings()
        live, asked = self.live.snapshot, await self.asked()
        key = (draft.kind, draft.id, draft.version, draft.updated_at)
        async with self._building:
            known = self._examination
            if known is None or known[0] is not live or known[1] != key:
                learn = partial(self.builder.rank, concepts=concepts)
                proposal = _to_proposal(live, draft)
                found = await asyncio.to_thread(guard.examine, proposal, asked, learn)
                self._examination = known = (live, key, found)
            return known[2]

    async def publish(
        self, person: Person, kind: ItemKind, item_id: str, reason: str | None
    ) -> tuple[Item, Findings]:
        """Publish the draft in review; what it breaks or steals needs the approver's reason."""
        async with self.database.session() as session:
            _, draft = await drafts.approvable(
                session, person, kind, item_id, four_eyes=self.four_eyes
            )
            concepts = await _concepts_if_asked_for(session, draft)
        findings = await self._examined(draft, concepts)
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


async def _concepts_if_asked_for(session: AsyncSession, draft: Draft) -> Concepts | None:
    """What the ranker learns beside the documents; None where the draft changes nothing for it."""
    if not await _is_asked_for(session, draft):
        return None
    lexicon = await session.get(Item, (ItemKind.DOCUMENT, "lexicon"))
    concepts = LexiconFile.model_validate(lexicon.body).concepts if lexicon else ()
    return {concept.word: concept.says for concept in concepts}


async def _is_asked_for(session: AsyncSession, draft: Draft) -> bool:
    """Whether the draft changes anything by which questions find their entry."""
    if draft.kind == ItemKind.DOCUMENT:
        return draft.id == OUT_OF_SCOPE
    if draft.kind != ItemKind.ENTRY:
        return False
    row = await session.get(Item, (draft.kind, draft.id))
    if row is None or row.retired:
        return True
    return any(row.body.get(name) != draft.body.get(name) for name in _FINDING)


def _to_proposal(live: Snapshot, draft: Draft) -> guard.Proposal:
    if draft.kind == ItemKind.ENTRY:
        return guard.propose_entry(live, Entry.model_validate(draft.body))
    return guard.propose_groups(live, OutOfScopeFile.model_validate(draft.body).groups)


def _needs_reason(findings: Findings) -> Invalid:
    message = mark(
        "this change breaks {breaks} pinned questions and takes {thefts} from other entries: "
        "change it, or give a reason to publish it all the same"
    )
    values = {"breaks": len(findings.breaks), "thefts": len(findings.thefts)}
    return Invalid([Fault("reason", message, values)], findings.to_json())


def _with_drafts(items: Sequence[StoredItem], own: Sequence[Draft]) -> tuple[StoredItem, ...]:
    """The published items as they would be with the drafts among them."""
    changed = {(draft.kind, draft.id): _to_stored(draft) for draft in own}
    kept = [changed.pop((item.kind, item.id), item) for item in items]
    return (*kept, *changed.values())


def _to_stored(draft: Draft) -> StoredItem:
    """A draft as if it were published, after all others."""
    return StoredItem(ItemKind(draft.kind), draft.id, 1_000_000, draft.body)
