"""Questions that found no answer: read in groups, and settled one way or another.

Settling deletes the questions; a count of the day stays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from health_navigator.admin import audit, drafts
from health_navigator.admin.audit import About
from health_navigator.admin.bodies import OUT_OF_SCOPE, Body
from health_navigator.admin.drafts import Standing, State
from health_navigator.admin.grouping import Asked, Group, group
from health_navigator.admin.refusals import Fault, Invalid, NotNow, Unknown
from health_navigator.admin.rights import Person, Right
from health_navigator.clock import today
from health_navigator.conversation import memory
from health_navigator.conversation.scrubbing import GAP
from health_navigator.conversation.tables import UnansweredQuestion
from health_navigator.db import Database
from health_navigator.i18n import mark
from health_navigator.knowledge.models import MAX_QUESTION, ItemKind, OutOfScopeFile
from health_navigator.knowledge.snapshot import Snapshot
from health_navigator.matching.normalise import fold

KIND = "unanswered"
SETTLED = "settled"
MOST_SUGGESTIONS = 3
# Of a flood, the newest: the inbox is for people who have twenty minutes a day.
MOST_READ = 5_000


class Verdict(StrEnum):
    ASSIGNED = "assigned"
    NEW_DRAFT = "new_draft"
    OUT_OF_SCOPE = "out_of_scope"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An entry that may be the answer after all."""

    entry: str
    title: str
    confidence: float


async def read(database: Database) -> list[Group]:
    """Every group, the most frequent and then the newest first."""
    statement = select(UnansweredQuestion).order_by(UnansweredQuestion.id.desc()).limit(MOST_READ)
    async with database.session() as session:
        asked = [Asked(row.id, row.text, row.asked_on) for row in await session.scalars(statement)]
    # Outside the transaction: to put thousands together takes a second, and needs no connection.
    return await asyncio.to_thread(group, asked)


async def get_group(database: Database, group_id: str) -> Group:
    for each in await read(database):
        if each.id == group_id:
            return each
    raise _gone()


def _gone() -> Unknown:
    return Unknown(mark("there is no such group of questions: somebody may have settled it"))


def suggest(snapshot: Snapshot, questions: Sequence[str]) -> list[Suggestion]:
    """The entries nearest to a group's first ways of asking, best first."""
    best: dict[str, float] = {}
    for question in questions[:MOST_SUGGESTIONS]:
        for each in snapshot.ranker.rank(question).candidates[:MOST_SUGGESTIONS]:
            best[each.id] = max(best.get(each.id, 0.0), each.confidence)
    order = sorted(best, key=lambda entry: (-best[entry], entry))[:MOST_SUGGESTIONS]
    return [
        Suggestion(entry, snapshot.entries[entry].title, round(best[entry], 3))
        for entry in order
        if entry in snapshot.entries
    ]


async def assign(
    session: AsyncSession,
    person: Person,
    asked: Group,
    entry_id: str,
    questions: Sequence[str] | None = None,
) -> Standing:
    """Add a group's questions, or the given wordings of them, to an entry's draft."""
    person.need(Right.EDIT)
    standing = await drafts.get_standing(session, ItemKind.ENTRY, entry_id)
    if standing.state is State.IN_REVIEW:
        raise NotNow(
            mark(
                "this entry is in review: add the questions when it is approved or sent back; "
                "they stay where they are"
            )
        )
    wanted = with_new(standing.body.get("questions", []), questions or usable(asked))
    # Whoever settles the inbox adds to what stands there: nothing of it is written over.
    saved = await drafts.save(
        session,
        person,
        ItemKind.ENTRY,
        entry_id,
        {"questions": wanted},
        standing.tag,
        unfinished=True,
    )
    await settle(session, person, asked, Verdict.ASSIGNED, saved.about)
    return saved


def with_new(known: Sequence[str], new: Sequence[str]) -> list[str]:
    """The known questions and those of the new ones that say something else."""
    folded = {fold(question) for question in known}
    added: list[str] = []
    for question in new:
        if fold(question) not in folded:
            folded.add(fold(question))
            added.append(question)
    return [*known, *added]


def usable(asked: Group) -> list[str]:
    """What the group's questions say around the gaps that scrubbing left."""
    bare = (" ".join(text.replace(GAP, " ").split())[:MAX_QUESTION] for text in asked.texts)
    questions = [text for text in bare if len(fold(text)) > 1]
    if not questions:
        raise Invalid([Fault("questions", mark("these questions have no words: write one"))])
    return questions


async def begin_entry(
    session: AsyncSession,
    person: Person,
    asked: Group,
    entry_id: str,
    body: Body,
    *,
    unfinished: bool = False,
) -> Standing:
    """A new entry's draft with the group's questions in it."""
    person.need(Right.EDIT)
    standing = await drafts.look(session, ItemKind.ENTRY, entry_id)
    if standing.item is not None or standing.draft is not None:
        raise Invalid([Fault("id", mark("there is already an entry with this id"))])
    questions = with_new(body.get("questions") or [], usable(asked))
    saved = await drafts.save(
        session,
        person,
        ItemKind.ENTRY,
        entry_id,
        {**body, "questions": questions},
        standing.tag,
        unfinished=unfinished,
    )
    await settle(session, person, asked, Verdict.NEW_DRAFT, saved.about)
    return saved


async def put_out_of_scope(
    session: AsyncSession, person: Person, asked: Group, scope: str
) -> Standing:
    """Add a group's questions to the examples of what the bot does not answer."""
    person.need(Right.EDIT)
    standing = await drafts.look(session, ItemKind.DOCUMENT, OUT_OF_SCOPE)
    groups = with_examples(standing.body, scope, usable(asked))
    saved = await drafts.save(
        session, person, ItemKind.DOCUMENT, OUT_OF_SCOPE, {"groups": groups}, standing.tag
    )
    await settle(session, person, asked, Verdict.OUT_OF_SCOPE, saved.about)
    return saved


def with_examples(body: Body, scope: str, questions: Sequence[str]) -> list[Body]:
    """The document's groups with more examples in the one that is meant."""
    file = OutOfScopeFile.model_validate(body or {"groups": []})
    if scope not in {each.id for each in file.groups}:
        message = mark("there is no {value} in the knowledge")
        raise Invalid([Fault("scope", message, {"value": scope})])
    groups: list[Body] = body["groups"]
    return [
        {**each, "examples": with_new(each["examples"], questions)} if each["id"] == scope else each
        for each in groups
    ]


async def discard(session: AsyncSession, person: Person, asked: Group) -> None:
    person.need(Right.EDIT)
    await settle(session, person, asked, Verdict.DISCARDED, About(KIND, asked.id))


async def settle(
    session: AsyncSession, person: Person, asked: Group, verdict: Verdict, about: About
) -> None:
    """Delete the questions; the audit keeps how many there were, not what they said.

    Raises Unknown where somebody was faster.
    """
    ids = [each.id for each in asked.asked]
    gone = delete(UnansweredQuestion).where(UnansweredQuestion.id.in_(ids))
    if len((await session.scalars(gone.returning(UnansweredQuestion.id))).all()) < len(ids):
        raise _gone()
    connection = await session.connection()
    await connection.run_sync(memory.count, today(), SETTLED, verdict)
    note = f"{len(ids)} questions of group {asked.id}"
    audit.record(session, person, f"unanswered.{verdict}", about, note=note)
